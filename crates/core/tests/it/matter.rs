//! What may be recorded, what is refused, and with which article.
//!
//! Recording is never refused for people, certificates, clocks or network; acts of
//! decision and acts against the record are.

use crate::scene::{LEAD, SECOND, Scene, THIRD, close, confirm, day, note, start, void};
use liuhen_core::ids::{EntryHash, MatterId, OfficerId};
use liuhen_core::matter::{MatterCommand, MatterResult, Phase, StartKind};
use liuhen_core::refusal::Refusal;
use liuhen_core::role::Role;

const ARTICLE_42: &str = "《中华人民共和国行政处罚法》第四十二条";
const ARTICLE_47: &str = "《中华人民共和国行政处罚法》第四十七条";

fn article(refusal: &Refusal) -> String {
    refusal.article().map(|article| article.to_string()).unwrap_or_default()
}

fn inspection() -> Scene {
    let mut scene = Scene::matter();
    scene.ask(LEAD, start(StartKind::Inspection, Some(SECOND))).unwrap();
    scene
}

/// The second officer confirms on a laptop of his own whatever waits.
fn confirm_all(scene: &mut Scene) {
    scene.meet(LEAD, SECOND);
    let waiting = scene.state_of(SECOND).unconfirmed;
    scene.ask(SECOND, confirm(waiting)).unwrap();
    scene.meet(LEAD, SECOND);
}

#[test]
fn a_patrol_by_one_officer_or_an_auxiliary_has_no_gate() {
    for role in [Role::Officer, Role::Auxiliary] {
        let mut scene = Scene::matter();
        scene.ask_as(LEAD, &[role], start(StartKind::Patrol, None)).unwrap();
        scene.ask_as(LEAD, &[role], note("占地约 3 平方米, 劝离")).unwrap();
        scene.ask_as(LEAD, &[role], close(MatterResult::Dissuaded)).unwrap();
        assert_eq!(scene.state().phase, Phase::Closed);
        assert_eq!(scene.broken_rules(), [], "a patrol asks for no second officer, certificate or camera");
    }
}

#[test]
fn recording_is_never_refused_for_people_or_certificates() {
    let mut scene = Scene::matter();
    // Nobody's roles are known, no second officer, no certificate anywhere.
    scene.ask_as(LEAD, &[], start(StartKind::Inspection, None)).unwrap();
    scene.ask_as(LEAD, &[], note("正在砌墙")).unwrap();
    scene.ask_as(LEAD, &[Role::Auxiliary], MatterCommand::TellRights).unwrap();
    scene.ask_as(THIRD, &[Role::Auditor], start(StartKind::Complaint, None)).unwrap();
}

#[test]
fn one_person_cannot_be_both_officers() {
    let mut scene = Scene::matter();
    let refusal = scene.ask(LEAD, start(StartKind::Inspection, Some(LEAD))).unwrap_err();
    assert_eq!((refusal.code(), article(&refusal).as_str()), ("same_person", ARTICLE_42));
    scene.ask(LEAD, start(StartKind::Inspection, None)).unwrap();
    let name = MatterCommand::NameSecond { officer: OfficerId::from(LEAD), reason: None };
    assert_eq!(scene.ask(LEAD, name).unwrap_err().code(), "same_person");
}

#[test]
fn inspections_and_complaint_visits_close_only_with_confirmation_or_explanation() {
    for kind in [StartKind::Inspection, StartKind::Complaint] {
        for second in [None, Some(SECOND)] {
            let mut scene = Scene::matter();
            scene.ask(LEAD, start(kind, second)).unwrap();
            let refusal = scene.ask(LEAD, close(MatterResult::NothingFound)).unwrap_err();
            assert_eq!((refusal.code(), article(&refusal).as_str()), ("second_not_confirmed", ARTICLE_42));
            let reason = "协办突发疾病送医".to_owned();
            scene.ask(LEAD, MatterCommand::ExplainConfirmation { reason }).unwrap();
            scene.ask(LEAD, close(MatterResult::NothingFound)).unwrap();
        }
        let mut scene = Scene::matter();
        scene.ask(LEAD, start(kind, Some(SECOND))).unwrap();
        confirm_all(&mut scene);
        scene.ask(LEAD, close(MatterResult::NothingFound)).unwrap();
        assert_eq!(scene.state().phase, Phase::Closed);
    }
}

#[test]
fn a_note_after_the_confirmation_has_to_be_confirmed_as_well() {
    let mut scene = inspection();
    confirm_all(&mut scene);
    let later = scene.ask(LEAD, note("净化器未开")).unwrap();
    assert_eq!(scene.state().unconfirmed, [later]);
    assert_eq!(scene.ask(LEAD, close(MatterResult::ToFile)).unwrap_err().code(), "second_not_confirmed");
    confirm_all(&mut scene);
    scene.ask(LEAD, close(MatterResult::ToFile)).unwrap();
}

#[test]
fn what_the_second_officer_wrote_in_person_needs_no_confirmation() {
    let mut scene = inspection();
    scene.meet(LEAD, SECOND);
    let own = scene.ask(SECOND, note("油烟明显")).unwrap();
    assert!(!scene.state_of(SECOND).unconfirmed.contains(&own));
}

#[test]
fn only_the_second_officer_confirms_and_only_entries_that_wait() {
    let mut scene = inspection();
    let started = scene.state().unconfirmed;
    for other in [LEAD, THIRD] {
        scene.meet(LEAD, other);
        let refusal = scene.ask(other, confirm(started.clone())).unwrap_err();
        assert_eq!((refusal.code(), article(&refusal).as_str()), ("not_the_second", ARTICLE_42));
    }
    scene.meet(LEAD, SECOND);
    assert_eq!(scene.ask(SECOND, confirm(vec![])).unwrap_err().code(), "nothing_confirmed");
    let stranger = vec![EntryHash::from("of another matter")];
    assert_eq!(scene.ask(SECOND, confirm(stranger)).unwrap_err().code(), "not_awaiting_confirmation");
    let confirmation = scene.ask(SECOND, confirm(started.clone())).unwrap();
    assert_eq!(scene.ask(SECOND, confirm(started)).unwrap_err().code(), "not_awaiting_confirmation");
    let first = &scene.timeline()[0];
    assert_eq!(first.confirmed_by[0].entry, confirmation);
    assert_eq!(first.confirmed_by[0].by, Some(OfficerId::from(SECOND)), "by the second officer's own key");
}

#[test]
fn a_confirmation_by_somebody_else_has_no_effect_even_if_it_was_written() {
    let mut scene = inspection();
    let entries = scene.state().unconfirmed;
    let forged = liuhen_core::matter::SecondConfirmed { entries: entries.clone() };
    scene.say(LEAD, &liuhen_core::matter::MatterEvent::from(forged));
    assert_eq!(scene.state().unconfirmed, entries);
    assert_eq!(scene.state().record.faults[0].code, liuhen_core::FaultCode::Contrary);
}

#[test]
fn a_lead_who_names_himself_second_gains_nothing() {
    let mut scene = inspection();
    let himself = liuhen_core::matter::SecondNamed { officer: OfficerId::from(LEAD), reason: None };
    scene.say(LEAD, &liuhen_core::matter::MatterEvent::from(himself));
    let state = scene.state();
    assert_eq!(state.second, Some(OfficerId::from(SECOND)));
    assert_eq!(state.unconfirmed.len(), 1);
    assert_eq!(state.record.faults[0].code, liuhen_core::FaultCode::Contrary);
}

#[test]
fn a_closed_or_voided_matter_takes_no_note_and_no_second_closing() {
    for ending in [close(MatterResult::Corrected), void("重复登记")] {
        let voided = matches!(ending, MatterCommand::Void { .. });
        let mut scene = Scene::matter();
        scene.ask(LEAD, start(StartKind::Patrol, None)).unwrap();
        scene.ask(LEAD, ending).unwrap();
        let (to, reason) = (OfficerId::from(THIRD), None);
        let party = MatterCommand::SetParty { name: "演示甲".to_owned(), number: None, kind: None };
        for command in [
            note("补一句"),
            party,
            MatterCommand::ShowCertificate,
            MatterCommand::TellRights,
            MatterCommand::NameSecond { officer: to.clone(), reason: None },
            MatterCommand::ExplainConfirmation { reason: "迟到".to_owned() },
            MatterCommand::HandOver { to, reason },
            close(MatterResult::NothingFound),
            void("又作废"),
        ] {
            let refusal = scene.ask(LEAD, command).unwrap_err();
            let code = if voided { "matter_voided" } else { "matter_closed" };
            assert_eq!((refusal.code(), article(&refusal).as_str()), (code, ARTICLE_47));
        }
    }
}

#[test]
fn the_second_officer_may_still_confirm_after_an_explained_closing() {
    let mut scene = inspection();
    let reason = "协办电脑未带".to_owned();
    scene.ask(LEAD, MatterCommand::ExplainConfirmation { reason }).unwrap();
    scene.ask(LEAD, close(MatterResult::NothingFound)).unwrap();
    confirm_all(&mut scene);
    assert!(scene.state().unconfirmed.is_empty());
    assert_eq!((scene.state().late, scene.state().after_closing), (vec![], vec![]));
}

#[test]
fn a_note_is_corrected_only_by_a_following_note_and_both_stay() {
    let mut scene = Scene::matter();
    scene.ask(LEAD, start(StartKind::Patrol, None)).unwrap();
    let wrong = scene.ask(LEAD, note("占地约 30 平方米")).unwrap();
    let of = MatterId::from("matter-1");
    let text = "占地约 3 平方米".to_owned();
    let right = scene.ask(LEAD, MatterCommand::CorrectNote { note: wrong.clone(), of, text }).unwrap();
    let lines = scene.timeline();
    assert_eq!(lines[1].text(), Some("占地约 30 平方米"));
    assert_eq!(lines[1].corrected_by[0].entry, right);
    assert_eq!((lines[2].text(), lines[2].corrects.clone()), (Some("占地约 3 平方米"), Some(wrong.clone())));
    let of = MatterId::from("matter-2");
    let elsewhere = MatterCommand::CorrectNote { note: wrong, of, text: "改".to_owned() };
    assert_eq!(scene.ask(LEAD, elsewhere).unwrap_err().code(), "note_elsewhere");
}

#[test]
fn each_note_is_a_document_of_its_own_that_search_can_find() {
    let mut scene = Scene::matter();
    scene.ask(LEAD, start(StartKind::Patrol, None)).unwrap();
    scene.ask(LEAD, note("秸秆露天焚烧, 火已灭")).unwrap();
    let documents = scene.documents();
    let kinds: Vec<&str> = documents.iter().map(|document| document.kind.as_str()).collect();
    assert_eq!(kinds, ["matter", "step", "note"]);
    assert_eq!(documents[2].search, "秸秆露天焚烧, 火已灭");
    assert_eq!(documents[2].columns.matter.as_deref(), Some("matter-1"));
    assert!(documents[0].search.contains("一号路菜场外人行道设摊"));
}

#[test]
fn handing_over_moves_who_carries_the_matter_not_who_was_on_site() {
    let mut scene = Scene::matter();
    scene.ask(LEAD, start(StartKind::Patrol, None)).unwrap();
    let hand = |to: &str| MatterCommand::HandOver { to: OfficerId::from(to), reason: None };
    assert_eq!(scene.ask(LEAD, hand(LEAD)).unwrap_err().code(), "already_holder");
    scene.ask(LEAD, hand(THIRD)).unwrap();
    let state = scene.state();
    assert_eq!((state.holder, state.lead), (Some(OfficerId::from(THIRD)), Some(OfficerId::from(LEAD))));
    assert!(state.record.people.contains(&OfficerId::from(THIRD)), "who was handed a matter may pull it");
}

#[test]
fn a_change_of_the_second_officer_names_its_reason_and_keeps_what_was_confirmed() {
    let mut scene = inspection();
    confirm_all(&mut scene);
    let name = |reason: Option<&str>| MatterCommand::NameSecond {
        officer: OfficerId::from(THIRD),
        reason: reason.map(str::to_owned),
    };
    assert_eq!(scene.ask(LEAD, name(Some("  "))).unwrap_err().code(), "empty_text");
    scene.ask(LEAD, name(Some("调岗"))).unwrap();
    let state = scene.state();
    assert_eq!(state.second, Some(OfficerId::from(THIRD)));
    assert!(state.unconfirmed.is_empty(), "the first second officer saw what he confirmed");
    let named: Vec<&str> = state.seconds.iter().map(|second| second.officer.as_str()).collect();
    assert_eq!(named, [SECOND, THIRD]);
}

#[test]
fn a_recheck_needs_a_date_to_come_and_other_results_take_none() {
    let mut scene = Scene::matter();
    scene.ask(LEAD, start(StartKind::Patrol, None)).unwrap();
    let close = |result, until: Option<&str>| MatterCommand::Close { result, until: until.map(day) };
    let recheck = MatterResult::Recheck;
    assert_eq!(scene.ask(LEAD, close(recheck, None)).unwrap_err().code(), "recheck_date_missing");
    let past = close(recheck, Some("2026-11-22"));
    assert_eq!(scene.ask(LEAD, past).unwrap_err().code(), "recheck_date_passed");
    let unasked = close(MatterResult::Corrected, Some("2026-12-01"));
    assert_eq!(scene.ask(LEAD, unasked).unwrap_err().code(), "date_not_wanted");
    scene.ask(LEAD, close(recheck, Some("2026-12-01"))).unwrap();
    assert_eq!(scene.state().closing.unwrap().until, Some(day("2026-12-01")));
}

#[test]
fn auxiliary_staff_may_record_an_inspection_but_not_close_it() {
    let mut scene = inspection();
    confirm_all(&mut scene);
    scene.ask_as(THIRD, &[Role::Auxiliary], note("协助记录")).unwrap_err(); // has not received it yet
    scene.meet(LEAD, THIRD);
    scene.ask_as(THIRD, &[Role::Auxiliary], note("协助记录")).unwrap();
    let refusal = scene.ask_as(THIRD, &[Role::Auxiliary], close(MatterResult::ToFile)).unwrap_err();
    assert_eq!(refusal.code(), "auxiliary_decides");
    assert_eq!(article(&refusal), "《浙江省综合行政执法条例》第三十条");
}

#[test]
fn nothing_can_be_added_to_a_matter_that_was_not_started_and_none_starts_twice() {
    let mut scene = Scene::matter();
    assert_eq!(scene.ask(LEAD, note("何处")).unwrap_err().code(), "not_started");
    scene.ask(LEAD, start(StartKind::Patrol, None)).unwrap();
    assert_eq!(scene.ask(LEAD, start(StartKind::Patrol, None)).unwrap_err().code(), "already_started");
}

#[test]
fn empty_texts_are_refused_before_they_become_entries() {
    let mut scene = Scene::matter();
    scene.ask(LEAD, start(StartKind::Patrol, None)).unwrap();
    for command in [note(" \n"), void(""), MatterCommand::ExplainConfirmation { reason: "\t".to_owned() }] {
        assert_eq!(scene.ask(LEAD, command).unwrap_err().code(), "empty_text");
    }
}
