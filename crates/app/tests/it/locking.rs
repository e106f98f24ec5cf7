//! Unlocking, locking, passphrases, enrolment and recovery.

use serde_json::json;

use crate::world::{ONE, TWO, WORDS, World, open, words_of_two};

#[test]
fn a_fresh_folder_waits_for_an_enrolment() {
    let world = World::fresh();
    assert_eq!(world.ok("home_state", json!({}))["state"], "fresh");
    assert_eq!(world.no("today", json!({})), "not_enrolled");
    assert_eq!(world.no("unlock", json!({ "passphrase": "x" })), "not_enrolled");
    assert!(!world.home().exists(), "looking makes no home");
}

#[test]
fn a_wrong_code_leaves_nothing_behind() {
    let world = World::fresh();
    let input = json!({ "township": "https://192.0.2.1", "code": "WRONG", "passphrase": WORDS });
    let error = world.call("enrol", input).unwrap_err();
    assert_eq!(error.code, "code_wrong");
    assert!(!world.home().exists());
    let weak = json!({ "township": "https://192.0.2.1", "code": "ANY", "passphrase": "123" });
    assert_eq!(world.no("enrol", weak), "weak_passphrase");
    assert_eq!(world.ok("home_state", json!({}))["state"], "fresh");
    world.enrol(WORDS).unwrap();
}

#[test]
fn the_lock_screen_shows_no_names() {
    let world = World::with_one();
    let locked = world.ok("lock", json!({}));
    assert_eq!(locked["state"], "locked");
    assert_eq!(locked["key_holders"][0]["name"], "执…一");
    assert!(locked["officer"].is_null() && locked["township"].is_null());
    assert!(!locked.to_string().contains(ONE));
}

#[test]
fn a_locked_home_answers_nothing_but_its_state() {
    let world = World::with_one();
    world.ok("lock", json!({}));
    for command in
        ["today", "matters", "media_list", "drafts", "findings", "sync_status", "settings", "end_shift"]
    {
        assert_eq!(world.no(command, json!({})), "locked", "{command}");
    }
    assert_eq!(world.no("unlock", json!({ "passphrase": "wrong" })), "wrong_passphrase");
    world.ok("unlock", json!({ "passphrase": WORDS }));
    world.ok("today", json!({}));
}

#[test]
fn wrong_passphrases_are_slowed_down_across_restarts() {
    let world = World::with_one();
    world.ok("lock", json!({}));
    let codes: Vec<String> = (0..8).map(|_| world.no("unlock", json!({ "passphrase": "wrong" }))).collect();
    assert!(codes.iter().any(|code| code == "wait" || code == "wrong_passphrase_wait"), "{codes:?}");
    let world = world.restart();
    assert!(world.ok("home_state", json!({}))["wait_seconds"].as_u64().unwrap() > 0);
    assert_eq!(world.no("unlock", json!({ "passphrase": WORDS })), "wait", "even the right one waits");
    world.moment.advance(3_600_000);
    world.ok("unlock", json!({ "passphrase": WORDS }));
}

#[test]
fn a_home_left_alone_locks_itself() {
    let world = World::with_one();
    world.moment.advance(14 * 60_000);
    world.ok("matters", json!({}));
    world.moment.advance(14 * 60_000);
    world.ok("matters", json!({}));
    world.moment.advance(15 * 60_000);
    assert_eq!(world.no("matters", json!({})), "locked");
}

#[test]
fn screens_that_repeat_themselves_do_not_keep_a_home_open() {
    let world = World::with_one();
    for _ in 0..4 {
        world.moment.advance(5 * 60_000);
        world.ok("home_state", json!({}));
    }
    assert_eq!(world.ok("home_state", json!({}))["state"], "locked");
}

#[test]
fn whoever_types_is_there() {
    let world = World::with_one();
    for minute in 0..4 {
        world.moment.advance(10 * 60_000);
        world.ok("keep_working_copy", json!({ "key": "note", "fields": { "text": minute.to_string() } }));
    }
    assert_eq!(world.ok("home_state", json!({}))["state"], "open");
}

#[test]
fn a_changed_passphrase_opens_and_the_old_one_does_not() {
    let world = World::with_one();
    let new = "一句新的更长的口令";
    assert_eq!(world.no("change_passphrase", json!({ "old": "wrong", "new": new })), "wrong_passphrase");
    world.ok("change_passphrase", json!({ "old": WORDS, "new": new }));
    let world = world.restart();
    assert_eq!(world.no("unlock", json!({ "passphrase": WORDS })), "wrong_passphrase");
    world.ok("unlock", json!({ "passphrase": new }));
}

#[test]
fn two_officers_of_a_laptop_choose_who_they_are() {
    let world = World::with_two().restart();
    assert_eq!(world.no("unlock", json!({ "passphrase": WORDS })), "officer_needed");
    assert_eq!(world.no("unlock", json!({ "officer": "演示甲", "passphrase": WORDS })), "officer_unknown");
    assert_eq!(world.no("unlock", json!({ "officer": TWO, "passphrase": WORDS })), "wrong_passphrase");
    let open = world.ok("unlock", json!({ "officer": TWO, "passphrase": words_of_two() }));
    assert_eq!(open["officer"]["name"], TWO);
}

#[test]
fn a_second_process_is_told_where_the_first_one_is() {
    let world = World::with_one();
    world.laptop.announce(Some("http://127.0.0.1:4711")).unwrap();
    let error = open(world.folder.path(), &world.town, &world.moment).unwrap_err();
    assert_eq!(error.code, "home_busy_at");
    assert!(error.message.contains("http://127.0.0.1:4711"), "{}", error.message);
}

#[test]
fn the_recovery_key_opens_the_data_and_a_new_key_has_to_be_enrolled() {
    let world = World::with_one();
    let matter = world.start(liuhen_app::view::StartKind::Patrol, None);
    world.sync();
    let key = world.file("recovery.txt", world.town.recovery_key().as_bytes());
    let world = world.restart();
    let new = "恢复以后的新口令";
    let other = world.file("other.txt", b"not a key");
    let mut input = json!({ "key": other, "passphrase": new });
    assert_eq!(world.no("recover", input.clone()), "not_a_key");
    input["key"] = json!("nowhere.txt");
    assert_eq!(world.no("recover", input.clone()), "file_missing");
    input["key"] = json!(key);
    world.ok("recover", input);
    let seen = world.ok("matter", json!({ "matter": matter.id }));
    assert_eq!(seen["id"], json!(matter.id), "the data are here");
    let note = json!({ "matter": matter.id, "text": "补一条" });
    assert_eq!(world.no("add_note", note.clone()), "key_retired", "nobody signs with a key nobody knows");
    world.enrol(new).unwrap();
    assert_eq!(world.ok("home_state", json!({}))["state"], "open");
    world.ok("add_note", note);
}
