//! The command list as the desk sees it.

use std::collections::HashSet;

use liuhen_app::api::NAMES;
use serde_json::json;

use crate::world::World;

#[test]
fn a_command_that_is_not_on_the_list_does_nothing() {
    let world = World::with_one();
    assert_eq!(world.no("drop_everything", json!({})), "unknown_command");
}

#[test]
fn a_misspelt_field_is_refused_and_not_ignored() {
    let world = World::with_one();
    assert_eq!(world.no("matters", json!({ "stat": "open" })), "invalid_input");
    assert_eq!(world.no("matters", json!({ "state": "opened" })), "invalid_input");
    assert_eq!(world.no("add_note", json!({ "matter": "x" })), "invalid_input");
    assert_eq!(world.no("matters", json!([])), "invalid_input");
}

#[test]
fn every_name_is_there_once_and_is_answered() {
    let world = World::fresh();
    let names: HashSet<_> = NAMES.iter().collect();
    assert_eq!(names.len(), NAMES.len());
    for name in NAMES {
        if let Err(error) = world.call(name, json!({})) {
            assert_ne!(error.code, "unknown_command", "{name}");
        }
    }
}

#[test]
fn settings_change_one_by_one_and_looks_are_known_before_unlocking() {
    let world = World::with_one();
    world.ok("change_settings", json!({ "limit_kbit": 512, "theme": "night" }));
    let kept = world.ok("change_settings", json!({ "text_only": true }));
    assert_eq!((&kept["limit_kbit"], &kept["text_only"]), (&json!(512), &json!(true)));
    assert_eq!(world.no("change_settings", json!({ "keep_days": 0 })), "invalid_input");
    assert_eq!(world.no("change_settings", json!({ "language": "fr" })), "invalid_input");
    let world = world.restart();
    assert_eq!(world.ok("home_state", json!({}))["theme"], "night");
}

#[test]
fn a_change_is_told_to_whoever_waits() {
    let world = World::with_one();
    let seen = world.laptop.changes();
    let laptop = world.laptop.clone();
    let waiter =
        std::thread::spawn(move || laptop.wait_for_change(seen.revision, std::time::Duration::from_secs(30)));
    world.start(liuhen_app::view::StartKind::Patrol, None);
    let told = waiter.join().unwrap();
    assert!(told.record > seen.record);
}

#[test]
fn a_folder_is_listed_without_its_hidden_things() {
    let world = World::with_one();
    let top = world.folder.path().join("card");
    std::fs::create_dir_all(top.join("DCIM")).unwrap();
    std::fs::write(top.join("A.MP4"), b"12345").unwrap();
    std::fs::write(top.join(".hidden"), b"1").unwrap();
    let listed = world.ok("folder", json!({ "path": top.to_str().unwrap() }));
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!((&items[0]["name"], &items[1]["size"]), (&json!("DCIM"), &json!("5")));
    assert_eq!(world.no("folder", json!({ "path": "nowhere-at-all" })), "file_missing");
}
