//! Drafts and unsaved typing.

use liuhen_app::view::StartKind;
use serde_json::json;

use crate::world::{TWO, WORDS, World, words_of_two};

#[test]
fn a_draft_keeps_only_what_changed_and_refuses_nothing_new() {
    let world = World::with_one();
    let matter = world.start(StartKind::Patrol, None);
    let draft = world.ok("draft_new", json!({ "matter": matter.id, "title": "现场检查笔录" }));
    let id = draft["id"].clone();
    let view = world.ok("draft_set", json!({ "draft": id, "set": { "现场情况": "正在砌墙" } }));
    assert_eq!(view["fields"], json!([{ "name": "现场情况", "text": "正在砌墙", "conflict": null }]));
    let again = json!({ "draft": id, "set": { "现场情况": "正在砌墙" } });
    assert_eq!(world.no("draft_set", again), "nothing_changed");
    assert_eq!(world.no("draft_set", json!({ "draft": "none", "set": { "a": "b" } })), "not_found");
}

#[test]
fn a_field_changed_by_two_who_did_not_see_each_other_waits_for_a_choice() {
    let world = World::with_two();
    let matter = world.start(StartKind::Patrol, None);
    let draft = world.ok("draft_new", json!({ "matter": matter.id, "title": "笔录" }));
    let id = draft["id"].clone();
    let first = world.ok("draft_set", json!({ "draft": id, "set": { "面积": "约40" } }));
    let base = first["heads"].clone();
    world.ok("draft_set", json!({ "draft": id, "base": base, "set": { "面积": "42" } }));
    world.ok("unlock", json!({ "officer": TWO, "passphrase": words_of_two() }));
    let view =
        world.ok("draft_set", json!({ "draft": id, "base": base, "set": { "面积": "41", "地点": "甲村" } }));
    let conflict = &view["fields"][1]["conflict"];
    assert_eq!(view["line"]["conflicts"], 1);
    assert_eq!(conflict["ancestor"], "约40");
    assert_eq!(conflict["versions"].as_array().unwrap().len(), 2);
    assert_eq!(world.no("draft_set", json!({ "draft": id, "set": { "面积": "43" } })), "field_disputed");
    let chosen = conflict["versions"][0]["entry"].clone();
    let view = world.ok("draft_resolve", json!({ "draft": id, "field": "面积", "chosen": chosen }));
    assert_eq!(view["line"]["conflicts"], 0);
}

#[test]
fn unsaved_typing_survives_a_restart_and_belongs_to_who_typed_it() {
    let world = World::with_two();
    let key = "note:1";
    world.ok("keep_working_copy", json!({ "key": key, "fields": { "text": "打到一半" } }));
    let world = world.restart();
    world.ok("unlock", json!({ "officer": TWO, "passphrase": words_of_two() }));
    assert_eq!(world.ok("working_copy", json!({ "key": key }))["fields"], json!({}));
    world.ok("unlock", json!({ "officer": crate::world::ONE, "passphrase": WORDS }));
    assert_eq!(world.ok("working_copy", json!({ "key": key }))["fields"]["text"], "打到一半");
    world.ok("keep_working_copy", json!({ "key": key, "fields": { "text": "" } }));
    assert!(world.ok("working_copy", json!({ "key": key }))["kept_at"].is_null());
}
