//! Bodies are read tolerantly.
//!
//! Unknown fields are kept, absent bodies lawful, unreadable ones told; none of
//! them stops a fold.

use crate::scene::{LEAD, SECOND, Scene, close, note, start};
use liuhen_core::event::{Event, Unread};
use liuhen_core::findings::Rule;
use liuhen_core::matter::{MatterEvent, MatterResult, Phase, StartKind};
use serde_json::json;

fn body(value: serde_json::Value) -> Option<liuhen_core::event::Body> {
    value.as_object().cloned()
}

#[test]
fn unknown_fields_are_passed_over_and_kept_in_the_timeline() {
    let mut scene = Scene::matter();
    scene.ask(LEAD, start(StartKind::Patrol, None)).unwrap();
    scene.write(LEAD, "matter.note_added", body(json!({ "text": "好", "weather": "雨" })));
    let line = &scene.timeline()[1];
    assert_eq!(line.text(), Some("好"));
    assert_eq!(line.body.as_ref().unwrap()["weather"], "雨");
    assert_eq!(scene.broken_rules(), []);
}

#[test]
fn a_newer_kind_and_a_damaged_body_are_findings_not_failures() {
    let mut scene = Scene::matter();
    scene.ask(LEAD, start(StartKind::Patrol, None)).unwrap();
    scene.write(LEAD, "matter.sung_about", body(json!({})));
    scene.write(LEAD, "matter.note_added", body(json!({ "text": ["not", "a", "text"] })));
    assert_eq!(scene.broken_rules(), [Rule::BodyUnreadable, Rule::UnknownKind]);
    assert_eq!(scene.timeline().len(), 3);
}

#[test]
fn erased_bodies_leave_the_shape_of_the_record() {
    let mut scene = Scene::matter();
    scene.ask(LEAD, start(StartKind::Inspection, Some(SECOND))).unwrap();
    scene.ask(LEAD, note("身份证号")).unwrap();
    scene.write(LEAD, "matter.closed", body(json!({ "result": "to_file" })));
    for entry in &mut scene.written {
        entry.body = None;
    }
    let state = scene.state();
    assert_eq!((state.phase, state.notes), (Phase::Closed, 1));
    assert_eq!(state.closing.unwrap().result, None::<MatterResult>);
    assert_eq!(state.record.faults, [], "an erased body is lawful");
    assert_eq!(scene.timeline()[1].text(), None);
}

#[test]
fn what_is_written_is_read_back_the_same() {
    let mut scene = Scene::matter();
    scene.ask(LEAD, start(StartKind::Patrol, None)).unwrap();
    scene.ask(LEAD, note("好")).unwrap();
    scene.ask(LEAD, close(MatterResult::NothingFound)).unwrap();
    for entry in &scene.written {
        let event = MatterEvent::read(&entry.kind, entry.body.as_ref()).unwrap();
        assert_eq!((event.kind(), Some(event.body())), (entry.kind.as_str(), entry.body.clone()));
    }
    assert_eq!(MatterEvent::read("media.marked", None), Err(Unread::UnknownKind));
    assert_eq!(MatterEvent::read("matter.closed", None), Err(Unread::BodyAbsent));
}

#[test]
fn bodies_hold_no_fractions() {
    use liuhen_core::matter::Coordinates;
    let cixi = Coordinates::from_degrees(30.170_800_4, 121.266_500).unwrap();
    assert_eq!((cixi.latitude_e6, cixi.longitude_e6), (30_170_800, 121_266_500));
    assert_eq!(Coordinates::from_degrees(f64::NAN, 0.0), None);
    assert_eq!(Coordinates::from_degrees(0.0, 180.1), None);
}
