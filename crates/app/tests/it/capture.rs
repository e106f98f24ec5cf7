//! Recording on site.

use liuhen_app::view::StartKind;
use serde_json::json;

use crate::world::{ONE, TWO, WORDS, World, words_of_two};

#[test]
fn a_patrol_by_one_officer_is_recorded_and_closed() {
    let world = World::with_one();
    let matter = world.start(StartKind::Patrol, None);
    let id = &matter.id;
    let view = world.ok("add_note", json!({ "matter": id, "text": "占地约 3 平方米, 劝离。" }));
    assert_eq!(view["timeline"].as_array().unwrap().len(), 2);
    assert_eq!(view["timeline"][1]["officer"]["name"], ONE);
    assert_eq!(view["timeline"][1]["custody"], "waiting");
    let view = world.ok("close_matter", json!({ "matter": id, "result": "dissuaded" }));
    assert_eq!((&view["line"]["state"], &view["line"]["result"]), (&json!("closed"), &json!("dissuaded")));
    assert_eq!(world.no("add_note", json!({ "matter": id, "text": "还有一条" })), "matter_closed");
}

#[test]
fn the_day_and_number_of_a_matter_are_those_of_here() {
    let world = World::with_one();
    let matter = world.start(StartKind::Patrol, None);
    assert!(matter.line.number.starts_with("XC20261123-"), "{}", matter.line.number);
}

#[test]
fn a_note_is_corrected_only_by_a_following_note_of_the_same_matter() {
    let world = World::with_one();
    let (one, other) = (world.start(StartKind::Patrol, None), world.start(StartKind::Patrol, None));
    let view = world.ok("add_note", json!({ "matter": one.id, "text": "面积 3 平方米" }));
    let note = view["timeline"][1]["entry"].clone();
    let wrong = json!({ "matter": other.id, "text": "面积 4 平方米", "corrects": note });
    assert_eq!(world.no("add_note", wrong), "note_elsewhere");
    let view = world.ok("add_note", json!({ "matter": one.id, "text": "面积 4 平方米", "corrects": note }));
    assert_eq!(view["timeline"][2]["corrects"], note);
    assert_eq!(view["timeline"][1]["corrected_by"][0], view["timeline"][2]["entry"]);
    assert_eq!(view["timeline"][1]["text"], "面积 3 平方米");
}

#[test]
fn what_is_missing_is_a_finding_at_once_and_never_stops_recording() {
    let world = World::with_one();
    let matter = world.start(StartKind::Inspection, None);
    let rules = |world: &World| {
        let found = world.ok("findings", json!({ "matter": matter.id }));
        let rules =
            found["findings"].as_array().unwrap().iter().map(|f| f["rule"].as_str().unwrap().to_owned());
        rules.collect::<Vec<_>>()
    };
    let found = rules(&world);
    for rule in ["second_missing", "certificate_not_shown", "rights_not_told", "media_missing"] {
        assert!(found.iter().any(|one| one == rule), "{rule} in {found:?}");
    }
    world.ok("show_certificate", json!({ "matter": matter.id }));
    assert!(!rules(&world).contains(&"certificate_not_shown".to_owned()));
    world.ok("add_note", json!({ "matter": matter.id, "text": "记录照常" }));
}

#[test]
fn an_answer_to_a_finding_stays_with_it() {
    let world = World::with_one();
    let matter = world.start(StartKind::Inspection, None);
    let found = world.ok("findings", json!({ "matter": matter.id }));
    let id = found["findings"][0]["id"].clone();
    let answered = world.ok("answer_finding", json!({ "finding": id, "answer": "协办在途中" }));
    assert_eq!(answered["answer"]["text"], "协办在途中");
    let open = world.ok("findings", json!({ "matter": matter.id }));
    assert!(open["findings"].as_array().unwrap().iter().all(|finding| finding["id"] != id));
    let all = world.ok("findings", json!({ "matter": matter.id, "answered": true }));
    assert!(all["findings"].as_array().unwrap().iter().any(|finding| finding["id"] == id));
    assert_eq!(world.no("answer_finding", json!({ "finding": "0", "answer": "x" })), "not_found");
}

#[test]
fn the_second_officer_confirms_with_the_own_passphrase_on_the_leads_laptop() {
    let world = World::with_two();
    assert_eq!(world.officers(), [ONE, TWO]);
    let matter = world.start(StartKind::Inspection, Some(TWO));
    world.ok("add_note", json!({ "matter": matter.id, "text": "排水口发白" }));
    assert_eq!(
        world.no("close_matter", json!({ "matter": matter.id, "result": "corrected" })),
        "second_not_confirmed"
    );
    assert_eq!(world.no("confirm", json!({ "matter": matter.id })), "not_the_second");
    let mut input = json!({ "matter": matter.id, "officer": TWO, "passphrase": WORDS });
    assert_eq!(world.no("confirm", input.clone()), "wrong_passphrase");
    input["passphrase"] = json!(words_of_two());
    let view = world.ok("confirm", input);
    assert_eq!(view["to_confirm"], json!([]));
    let note = &view["timeline"][1];
    assert_eq!(note["confirmed_by"][0]["name"], TWO);
    let confirmation =
        view["timeline"].as_array().unwrap().iter().find(|line| line["kind"] == "confirmed").unwrap();
    assert_eq!(confirmation["officer"]["name"], TWO, "signed by the second officer's own key");
    // The desk is still the first officer's.
    assert_eq!(world.ok("home_state", json!({}))["officer"]["name"], ONE);
    world.ok("close_matter", json!({ "matter": matter.id, "result": "corrected" }));
}

#[test]
fn one_person_is_never_both_officers() {
    let world = World::with_two();
    let matter = world.start(StartKind::Inspection, None);
    assert_eq!(world.no("name_second", json!({ "matter": matter.id, "officer": ONE })), "same_person");
    world.ok("name_second", json!({ "matter": matter.id, "officer": TWO }));
    assert_eq!(
        world.no("name_second", json!({ "matter": matter.id, "officer": "演示甲" })),
        "officer_unknown"
    );
}

#[test]
fn an_explanation_stands_in_for_a_confirmation() {
    let world = World::with_two();
    let matter = world.start(StartKind::Complaint, Some(TWO));
    world.ok("explain_confirmation", json!({ "matter": matter.id, "reason": "协办已调离" }));
    let view =
        world.ok("close_matter", json!({ "matter": matter.id, "result": "recheck", "until": "2026-11-30" }));
    assert_eq!(view["until"], "2026-11-30");
    let today = world.ok("today", json!({}));
    assert_eq!(today["rechecks"][0]["matter"]["id"], json!(matter.id));
}

#[test]
fn a_matter_is_handed_over_and_voided_with_reasons() {
    let world = World::with_two();
    let matter = world.start(StartKind::Patrol, None);
    world.ok("hand_over", json!({ "matter": matter.id, "to": TWO, "reason": "换班" }));
    assert_eq!(world.no("hand_over", json!({ "matter": matter.id, "to": TWO })), "already_holder");
    assert_eq!(world.no("void_matter", json!({ "matter": matter.id, "reason": "  " })), "empty_text");
    let view = world.ok("void_matter", json!({ "matter": matter.id, "reason": "重复录入" }));
    assert_eq!((&view["line"]["state"], &view["void_reason"]), (&json!("voided"), &json!("重复录入")));
}

#[test]
fn a_partys_number_is_shown_with_its_middle_hidden() {
    let world = World::with_one();
    let matter = world.start(StartKind::Patrol, None);
    let input = json!({ "matter": matter.id, "name": "演示甲", "number": "999999199001010016" });
    let view = world.ok("set_party", input);
    assert_eq!(view["party"]["number"], "9999**********0016");
    let found = world.ok("search", json!({ "text": "演示甲" }));
    assert_eq!(found["hits"][0]["id"], json!(matter.id));
}

#[test]
fn the_shift_ends_with_a_signed_count_of_what_was_made() {
    let world = World::with_one();
    assert_eq!(world.no("end_shift", json!({})), "shift_empty");
    let matter = world.start(StartKind::Patrol, None);
    world.ok("add_note", json!({ "matter": matter.id, "text": "已清" }));
    world.moment.advance(600_000);
    let ended = world.ok("end_shift", json!({}));
    assert_eq!((&ended["entries"], &ended["files"]), (&json!(2), &json!(0)));
    assert_eq!(ended["to"], "2026-11-23T00:20:00.000Z");
    assert!(ended["statement"].is_string());
    assert_eq!(world.ok("shift", json!({}))["entries"], 0, "a new shift begins at nothing");
}

#[test]
fn the_camera_ledger_keeps_checks_and_reasons() {
    let world = World::with_one();
    let check = json!({ "number": "DEV0001", "battery": true, "card": true, "clock": false });
    let lines = world.ok("camera_check", check)["lines"].clone();
    assert_eq!((&lines[0]["number"], &lines[0]["clock"]), (&json!("DEV0001"), &json!(false)));
    assert_eq!(lines[0]["carried_by"]["name"], ONE);
    let matter = world.start(StartKind::Inspection, None);
    let missing = json!({ "matter": matter.id, "reason": "电量耗尽" });
    world.ok("camera_missing", missing);
    let found = world.ok("findings", json!({ "matter": matter.id }));
    let rules: Vec<_> = found["findings"].as_array().unwrap().iter().map(|f| f["rule"].clone()).collect();
    assert!(!rules.contains(&json!("media_missing")), "a reason is given: {rules:?}");
}
