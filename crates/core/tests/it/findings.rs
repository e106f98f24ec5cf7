//! Findings: told at once, with their article, under ids that last.
//!
//! Each is asked of documents alone, at a moment and with figures that come from
//! outside.

use crate::scene::{LEAD, MINUTE, SECOND, Scene, close, confirm, day, start};
use liuhen_core::camera::CameraChecked;
use liuhen_core::event::Event;
use liuhen_core::findings::{Finding, Ledger, Pending, Rule, Severity, Thresholds, id_of};
use liuhen_core::fold::Document;
use liuhen_core::ids::{EntryHash, MatterId, OfficerId, SeriesId, Subject};
use liuhen_core::matter::{MatterCommand, MatterResult, StartKind};
use liuhen_core::media::{MediaLinked, MediaRecorded};
use liuhen_core::officer::OfficerEnrolled;
use liuhen_core::role::Role;

const HOUR: u64 = 60 * MINUTE;

/// An officer as the township enrolled him.
fn enrolled(id: &str, role: Role, certificate: Option<&str>, valid_until: &str) -> Document {
    let mut scene = Scene::new("officer", id);
    scene.township = true;
    let enrolled = OfficerEnrolled {
        name: "执法员一".to_owned(),
        certificate: certificate.map(str::to_owned),
        agency: None,
        valid_until: Some(day(valid_until)),
        role,
        series: SeriesId::from("series"),
        public_key: String::new(),
        device: String::new(),
    };
    scene.say("township", &liuhen_core::officer::OfficerEvent::from(enrolled));
    scene.documents().remove(0)
}

fn media(at: u64, device: Option<&str>, matter: Option<&str>) -> Vec<Document> {
    let mut scene = Scene::new("media", "media-1");
    scene.time = at;
    let facts = MediaRecorded {
        name: "0001.MP4".to_owned(),
        device: device.map(str::to_owned),
        ..MediaRecorded::default()
    };
    scene.write(LEAD, "media.recorded", Some(liuhen_core::media::MediaEvent::from(facts).body()));
    if let Some(matter) = matter.map(MatterId::from) {
        let link = liuhen_core::media::MediaEvent::from(MediaLinked { matter });
        scene.say(LEAD, &link);
    }
    scene.documents()
}

fn inspection() -> Scene {
    let mut scene = Scene::matter();
    scene.ask(LEAD, start(StartKind::Inspection, Some(SECOND))).unwrap();
    scene
}

fn rules(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.rule.word()).collect()
}

fn find(findings: &[Finding], rule: Rule) -> &Finding {
    findings.iter().find(|finding| finding.rule == rule).unwrap()
}

#[test]
fn an_inspection_tells_at_once_what_is_missing_and_why_it_matters() {
    let mut scene = Scene::matter();
    scene.ask(LEAD, start(StartKind::Inspection, None)).unwrap();
    let findings = scene.findings_with(&[]);
    assert_eq!(
        rules(&findings),
        ["second_missing", "certificate_not_shown", "rights_not_told", "media_missing"]
    );
    let articles: Vec<&str> = findings.iter().filter_map(|finding| finding.article.as_deref()).collect();
    assert_eq!(
        articles,
        [
            "《中华人民共和国行政处罚法》第四十二条",
            "《中华人民共和国行政处罚法》第五十五条",
            "国办发〔2018〕118号",
            "慈政办发〔2019〕34号",
        ]
    );
    assert_eq!(findings[1].severity, Severity::Notice, "there is still time to show it");
}

#[test]
fn what_was_not_shown_or_told_needs_acting_once_the_inspection_is_closed() {
    let mut scene = inspection();
    let reason = "协办已离开".to_owned();
    scene.ask(LEAD, MatterCommand::ExplainConfirmation { reason }).unwrap();
    scene.ask(LEAD, MatterCommand::ShowCertificate).unwrap();
    scene.ask(LEAD, close(MatterResult::NothingFound)).unwrap();
    let findings = scene.findings_with(&[]);
    assert_eq!(rules(&findings), ["rights_not_told", "media_missing"]);
    assert!(findings.iter().all(|finding| finding.severity == Severity::Act));
}

#[test]
fn linked_media_or_a_stated_reason_ends_the_question_of_the_recording() {
    let scene = inspection();
    let linked = media(0, None, Some("matter-1"));
    assert!(!rules(&scene.findings_with(&linked)).contains(&"media_missing"));
    let mut camera = Scene::new("camera", "DEV0001");
    let missing = liuhen_core::camera::CameraMissing {
        matter: Some(MatterId::from("matter-1")),
        reason: "未配发".to_owned(),
        gap: liuhen_core::camera::Gap::Missing,
    };
    camera.say(LEAD, &liuhen_core::camera::CameraEvent::from(missing));
    assert!(!rules(&scene.findings_with(&camera.documents())).contains(&"media_missing"));
}

#[test]
fn certificates_are_judged_by_the_day_of_the_matter() {
    let scene = inspection();
    let rules_with = |officer: Document| rules(&scene.findings_with(&[officer]));
    let valid = enrolled(LEAD, Role::Officer, Some("DEMO-0001"), "2027-12-31");
    assert!(!rules_with(valid).iter().any(|rule| rule.starts_with("certificate_e")));
    let last_day = enrolled(LEAD, Role::Officer, Some("DEMO-0001"), "2026-11-23");
    assert!(!rules_with(last_day).contains(&"certificate_expired"));
    let expired = enrolled(LEAD, Role::Officer, Some("DEMO-0001"), "2026-11-22");
    assert!(rules_with(expired).contains(&"certificate_expired"));
    let none = enrolled(LEAD, Role::Officer, None, "2027-12-31");
    assert!(rules_with(none).contains(&"certificate_missing"));
    let auxiliary = enrolled(LEAD, Role::Auxiliary, None, "2027-12-31");
    assert!(rules_with(auxiliary).contains(&"not_an_officer"));
}

#[test]
fn a_certificate_expiring_in_twelve_days_is_told_with_the_configured_horizon() {
    let officer = enrolled(LEAD, Role::Officer, Some("DEMO-0001"), "2026-12-05");
    let now = "2026-11-23T01:00:00Z".parse().unwrap();
    let ledger = Ledger::read([&officer]);
    let findings = ledger.findings(Thresholds::default(), now);
    assert_eq!(rules(&findings), ["certificate_expiring"]);
    assert_eq!(findings[0].facts["days"], "12");
    assert!(findings[0].unverified, "the horizon is a figure of the house");
    let near = Thresholds { certificate_days: 11, ..Thresholds::default() };
    assert_eq!(rules(&ledger.findings(near, now)), [""; 0]);
}

#[test]
fn the_second_officers_confirmation_is_asked_for_until_it_is_there() {
    let mut scene = inspection();
    let finding = find(&scene.findings_with(&[]), Rule::SecondNotConfirmed).clone();
    assert_eq!(finding.officer, Some(OfficerId::from(SECOND)));
    scene.ask(LEAD, crate::scene::note("又一条")).unwrap();
    let again = find(&scene.findings_with(&[]), Rule::SecondNotConfirmed).clone();
    assert_eq!(finding.id, again.id, "a further note is not a further finding");
    assert_eq!(again.facts["count"], "2");
    scene.meet(LEAD, SECOND);
    let waiting = scene.state_of(SECOND).unconfirmed;
    scene.ask(SECOND, confirm(waiting)).unwrap();
    assert!(!scene.broken_rules().contains(&Rule::SecondNotConfirmed));
}

#[test]
fn a_recheck_is_overdue_until_the_matter_that_rechecks_it_is_started() {
    let mut scene = Scene::matter();
    scene.ask(LEAD, start(StartKind::Patrol, None)).unwrap();
    let until = Some(day("2026-11-24"));
    scene.ask(LEAD, MatterCommand::Close { result: MatterResult::Recheck, until }).unwrap();
    assert_eq!(scene.broken_rules(), [], "not yet due");
    scene.time = 40 * HOUR; // 2026-11-25 00:00 at the place: the due day itself is over
    let findings = scene.findings_with(&[]);
    assert_eq!(rules(&findings), ["recheck_overdue"]);
    assert_eq!(findings[0].facts["days"], "1");
    let mut recheck = Scene::new("matter", "matter-2");
    let mut command = start(StartKind::Patrol, None);
    if let MatterCommand::Start { follows, .. } = &mut command {
        *follows = Some(MatterId::from("matter-1"));
    }
    recheck.ask(LEAD, command).unwrap();
    assert_eq!(scene.findings_with(&recheck.documents()), []);
}

#[test]
fn a_file_that_belongs_to_nobody_is_told_after_a_day() {
    let scene = {
        let mut scene = Scene::new("rumour", "x");
        scene.time = 25 * HOUR;
        scene
    };
    let told = |documents: &[Document]| {
        let now = "2026-11-24T01:00:00Z".parse().unwrap();
        rules(&Ledger::read(documents).findings(Thresholds::default(), now)).contains(&"media_unlinked")
    };
    assert!(told(&media(0, None, None)));
    assert!(!told(&media(0, None, Some("matter-1"))));
    assert!(!told(&media(scene.time - HOUR, None, None)));
}

#[test]
fn a_camera_card_is_handed_in_with_a_file_or_a_reason() {
    let mut camera = Scene::new("camera", "DEV0001");
    let check = CameraChecked {
        number: "DEV0001".to_owned(),
        carried_by: OfficerId::from(LEAD),
        battery: true,
        card: true,
        clock: false,
    };
    camera.say(LEAD, &liuhen_core::camera::CameraEvent::from(check));
    camera.time = 25 * HOUR;
    assert_eq!(camera.broken_rules(), [Rule::CameraNotHandedIn, Rule::CameraNotInOrder]);
    let file = media(HOUR, Some("DEV0001"), Some("matter-1"));
    assert_eq!(rules(&camera.findings_with(&file)), ["camera_not_in_order"]);
    let other = media(HOUR, Some("DEV0002"), Some("matter-1"));
    assert!(rules(&camera.findings_with(&other)).contains(&"camera_not_handed_in"));
}

#[test]
fn a_clock_set_back_between_two_entries_is_told_once() {
    let mut scene = Scene::matter();
    scene.ask(LEAD, start(StartKind::Patrol, None)).unwrap();
    for text in ["一", "二", "三"] {
        scene.ask(LEAD, crate::scene::note(text)).unwrap();
    }
    assert_eq!(scene.broken_rules(), []);
    for late in 2..4 {
        // The wall clock was set back by an hour; the hybrid and monotonic clocks went on.
        scene.written[late].wall = crate::scene::wall(scene.now() - HOUR);
    }
    assert_eq!(scene.broken_rules(), [Rule::ClockDisagrees]);
}

#[test]
fn an_answer_stays_with_its_finding_through_every_refolding() {
    let scene = inspection();
    let finding = find(&scene.findings_with(&[]), Rule::SecondNotConfirmed).clone();
    let event = liuhen_core::finding::answer("second_not_confirmed", "明日补确认", finding.matter).unwrap();
    let mut answers = Scene::new("finding", &finding.id);
    answers.say(LEAD, &event);
    let findings = scene.findings_with(&answers.documents());
    let answered = find(&findings, Rule::SecondNotConfirmed).answered.clone().unwrap();
    assert_eq!(answered.answer.as_deref(), Some("明日补确认"));
    assert_eq!(answered.mark.by, Some(OfficerId::from(LEAD)));
}

#[test]
fn the_id_depends_on_the_rule_and_the_set_of_causes_only() {
    assert_eq!(id_of(Rule::Disputed, &["a", "b"]), id_of(Rule::Disputed, &["b", "a"]));
    assert_ne!(id_of(Rule::Disputed, &["a"]), id_of(Rule::LateArrival, &["a"]));
    // Fixed for ever: answers on record name it.
    assert_eq!(
        id_of(Rule::Disputed, &["a", "b"]),
        "1163169672012f1412cb20ce120dfff73086c6df18d690b6db200831010b6149"
    );
}

#[test]
fn entries_waiting_for_a_supervisor_are_told() {
    let mut ledger = Ledger::default();
    ledger.add_pending([Pending {
        entry: EntryHash::from("late"),
        subject: Subject::new("matter", "matter-1"),
        officer: Some(OfficerId::from(LEAD)),
        at: "2026-11-23T00:00:00.000Z".to_owned(),
    }]);
    let findings = ledger.findings(Thresholds::default(), "2026-11-23T00:00:00Z".parse().unwrap());
    assert_eq!(rules(&findings), ["entry_pending"]);
    assert_eq!(findings[0].matter, Some(MatterId::from("matter-1")));
}

#[test]
fn a_voided_matter_asks_for_nothing_more() {
    let mut scene = inspection();
    scene.ask(LEAD, crate::scene::void("误点开始")).unwrap();
    assert_eq!(scene.broken_rules(), []);
}
