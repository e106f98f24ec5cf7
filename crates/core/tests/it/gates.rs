//! Contradictions among gate events, and arrivals that a closing did not know.
//!
//! Nothing that was closed changes silently: two closings apart are disputed
//! until a person chooses, a late note is told beside the result.

use crate::scene::{LEAD, SECOND, Scene, THIRD, close, note, start, void};
use liuhen_core::findings::Rule;
use liuhen_core::ids::{EntryHash, OfficerId};
use liuhen_core::matter::{MatterCommand, MatterResult, Phase, StartKind, Timeliness};

/// A patrol that all three laptops hold.
fn shared_patrol() -> Scene {
    let mut scene = Scene::matter();
    scene.ask(LEAD, start(StartKind::Patrol, None)).unwrap();
    scene.meet(LEAD, SECOND);
    scene.meet(LEAD, THIRD);
    scene
}

/// Two officers close it differently, each offline.
fn disputed() -> (Scene, EntryHash, EntryHash) {
    let mut scene = shared_patrol();
    let one = scene.ask(LEAD, close(MatterResult::Dissuaded)).unwrap();
    let other = scene.ask(SECOND, close(MatterResult::ToFile)).unwrap();
    scene.meet(LEAD, SECOND);
    (scene, one, other)
}

fn resolve(chosen: &EntryHash, others: &[&EntryHash]) -> MatterCommand {
    MatterCommand::Resolve {
        chosen: chosen.clone(),
        others: others.iter().map(|&other| other.clone()).collect(),
        reason: "经核实".to_owned(),
    }
}

#[test]
fn two_closings_that_did_not_see_each_other_make_the_matter_disputed() {
    let (scene, one, other) = disputed();
    let state = scene.state();
    assert_eq!(state.phase, Phase::Disputed);
    assert_eq!(state.contested(), [one, other]);
    assert!(scene.broken_rules().contains(&Rule::Disputed));
}

#[test]
fn the_gates_of_a_disputed_matter_stay_shut_while_notes_are_taken() {
    let (mut scene, ..) = disputed();
    let hand = MatterCommand::HandOver { to: OfficerId::from(THIRD), reason: None };
    for gate in [close(MatterResult::NothingFound), void("误记"), hand] {
        assert_eq!(scene.ask(LEAD, gate).unwrap_err().code(), "matter_disputed");
    }
    scene.ask(LEAD, note("当事人返回现场")).unwrap();
}

#[test]
fn a_choice_names_every_contested_entry_and_opens_the_way() {
    let (mut scene, one, other) = disputed();
    assert_eq!(scene.ask(LEAD, resolve(&one, &[])).unwrap_err().code(), "nothing_disputed");
    scene.ask(LEAD, resolve(&other, &[&one])).unwrap();
    let state = scene.state();
    assert_eq!(state.phase, Phase::Closed);
    assert_eq!(state.closing.unwrap().result, Some(MatterResult::ToFile));
    assert!(!scene.broken_rules().contains(&Rule::Disputed));
    assert_eq!(scene.ask(LEAD, resolve(&one, &[&other])).unwrap_err().code(), "nothing_disputed");
}

#[test]
fn two_people_choosing_differently_contradict_again() {
    let (mut scene, one, other) = disputed();
    let first = scene.ask(LEAD, resolve(&one, &[&other])).unwrap();
    let second = scene.ask(SECOND, resolve(&other, &[&one])).unwrap();
    scene.meet(LEAD, SECOND);
    assert_eq!(scene.state().phase, Phase::Disputed);
    assert_eq!(scene.state().contested(), [first.clone(), second.clone()]);
    scene.ask(LEAD, resolve(&second, &[&first])).unwrap();
    assert_eq!(scene.state().closing.unwrap().result, Some(MatterResult::ToFile));
}

#[test]
fn a_closing_and_a_hand_over_that_did_not_see_each_other_contradict() {
    let mut scene = shared_patrol();
    let closed = scene.ask(LEAD, close(MatterResult::Corrected)).unwrap();
    let hand = MatterCommand::HandOver { to: OfficerId::from(THIRD), reason: None };
    let handed = scene.ask(SECOND, hand).unwrap();
    scene.meet(LEAD, SECOND);
    assert_eq!(scene.state().phase, Phase::Disputed);
    scene.ask(LEAD, resolve(&handed, &[&closed])).unwrap();
    let state = scene.state();
    assert_eq!((state.phase, state.holder), (Phase::Open, Some(OfficerId::from(THIRD))));
}

#[test]
fn a_late_note_raises_a_finding_and_leaves_the_result_alone() {
    let mut scene = shared_patrol();
    let early = scene.ask(SECOND, note("另有一处占道")).unwrap(); // written first, delivered later
    scene.ask(LEAD, close(MatterResult::NothingFound)).unwrap();
    assert!(scene.state_of(LEAD).late.is_empty());
    scene.meet(LEAD, SECOND);
    let state = scene.state();
    assert_eq!(
        (state.phase, state.closing.unwrap().result),
        (Phase::Closed, Some(MatterResult::NothingFound))
    );
    assert_eq!(state.late, [early]);
    assert_eq!(scene.broken_rules(), [Rule::LateArrival]);
}

#[test]
fn a_note_whose_author_did_not_know_the_closing_is_late_whatever_its_clock_says() {
    let mut scene = shared_patrol();
    scene.ask(LEAD, close(MatterResult::NothingFound)).unwrap();
    let later = scene.ask(SECOND, note("另有一处占道")).unwrap();
    assert_eq!(scene.state().late, [later]);
}

#[test]
fn a_note_forced_in_after_the_closing_was_known_is_shown_as_such() {
    let mut scene = shared_patrol();
    scene.ask(LEAD, close(MatterResult::NothingFound)).unwrap();
    let forced = liuhen_core::matter::NoteAdded { text: "改口".to_owned(), corrects: None };
    scene.say(LEAD, &liuhen_core::matter::MatterEvent::from(forced));
    assert_eq!(scene.timeline()[2].timeliness, Timeliness::AfterClosing);
    let findings = scene.findings_with(&[]);
    assert_eq!(findings[0].rule, Rule::AfterClosing);
    assert_eq!(findings[0].article.as_deref(), Some("《中华人民共和国行政处罚法》第四十七条"));
}

#[test]
fn a_second_closing_that_knew_the_first_has_no_effect() {
    let mut scene = shared_patrol();
    scene.ask(LEAD, close(MatterResult::NothingFound)).unwrap();
    let again = liuhen_core::matter::Closed { result: MatterResult::ToFile, until: None };
    scene.say(LEAD, &liuhen_core::matter::MatterEvent::from(again));
    let state = scene.state();
    assert_eq!(state.closing.unwrap().result, Some(MatterResult::NothingFound));
    assert_eq!(state.contradictions, []);
}
