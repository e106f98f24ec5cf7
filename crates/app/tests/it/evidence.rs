//! Media: importing, showing, linking, letting go.

use liuhen_app::view::{JobResult, JobState, StartKind};
use serde_json::{Value, json};

use crate::world::{WORDS, World};

fn import(world: &World, input: Value) -> Value {
    let job = world.finished(&world.ok("import", input));
    assert_eq!(job.state, JobState::Done, "{:?}", job.error);
    match job.result {
        Some(JobResult::Import(outcome)) => serde_json::to_value(outcome).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_is_imported_once_however_often_it_is_offered() {
    let world = World::with_one();
    let matter = world.start(StartKind::Patrol, None);
    let path = world.file("一号路.jpg", b"\xff\xd8\xff\xe0 not really a picture");
    let first = import(&world, json!({ "paths": [path], "matter": matter.id }));
    let media = &first["files"][0]["media"];
    assert_eq!((&first["files"][0]["already"], &media["here"]), (&json!(false), &json!(true)));
    assert_eq!((&media["name"], &media["matters"][0]), (&json!("一号路.jpg"), &json!(matter.id)));
    assert_eq!(media["sha256"].as_str().unwrap().len(), 64);
    let again = import(&world, json!({ "paths": [path], "matter": matter.id }));
    assert_eq!((&again["files"][0]["already"], &again["copied"]), (&json!(true), &json!("0")));
    let view = world.ok("matter", json!({ "matter": matter.id }));
    assert_eq!(view["media"].as_array().unwrap().len(), 1);
}

#[test]
fn a_folder_is_imported_with_what_failed_told_beside_it() {
    let world = World::with_one();
    let card = world.folder.path().join("card");
    std::fs::create_dir_all(&card).unwrap();
    for name in ["a.bin", "b.bin", "c.bin"] {
        std::fs::write(card.join(name), name).unwrap();
    }
    std::os::unix::fs::symlink("a.bin", card.join("link.bin")).unwrap();
    let outcome = import(&world, json!({ "paths": [card.to_str().unwrap()] }));
    assert_eq!(outcome["files"].as_array().unwrap().len(), 3);
    assert_eq!(outcome["failed"].as_array().unwrap().len(), 1);
    assert_eq!(world.ok("today", json!({}))["unlinked_media"], 3);
    let unlinked = world.ok("media_list", json!({ "unlinked": true }));
    assert_eq!(unlinked["media"].as_array().unwrap().len(), 3);
}

#[test]
fn nothing_to_import_is_said_and_not_done() {
    let world = World::with_one();
    let job = world.finished(&world.ok("import", json!({ "paths": ["nowhere.mp4"] })));
    assert_eq!(job.state, JobState::Failed);
    assert_eq!(job.error.unwrap().code, "file_missing");
    assert_eq!(world.no("import", json!({ "paths": [] })), "no_files");
}

#[test]
fn the_clock_offset_is_a_plain_sentence() {
    let world = World::with_one();
    let path = world.file("a.bin", b"a");
    let preview = world.ok("import_preview", json!({ "paths": [path], "offset_seconds": -460 }));
    assert!(preview["offset_sentence"].as_str().unwrap().contains("快 7 分 40 秒"));
    assert_eq!((&preview["total"], &preview["fits"]), (&json!("1"), &json!(true)));
    let outcome = import(&world, json!({ "paths": [path], "offset_seconds": -460 }));
    assert_eq!(outcome["files"][0]["media"]["offset_seconds"], -460);
}

#[test]
fn links_and_marks_are_entries_with_reasons() {
    let world = World::with_one();
    let matter = world.start(StartKind::Patrol, None);
    let path = world.file("a.bin", b"a");
    let id = import(&world, json!({ "paths": [path] }))["files"][0]["media"]["id"].clone();
    world.ok("link", json!({ "media": id, "matter": matter.id }));
    assert_eq!(world.no("link", json!({ "media": id, "matter": matter.id })), "already_linked");
    assert_eq!(world.no("link", json!({ "media": id, "matter": "none" })), "not_found");
    let unlink = json!({ "media": id, "matter": matter.id, "reason": "拍的是另一处" });
    assert_eq!(world.ok("unlink", unlink)["matters"], json!([]));
    assert_eq!(world.ok("mark", json!({ "media": id }))["marked"], true);
    let view = world.ok("matter", json!({ "matter": matter.id }));
    let line =
        view["timeline"].as_array().unwrap().iter().find(|line| line["kind"] == "media_unlinked").unwrap();
    assert!(line["text"].as_str().unwrap().contains("拍的是另一处"));
}

#[test]
fn an_original_leaves_only_to_a_new_file_and_byte_for_byte() {
    let world = World::with_one();
    let bytes: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    let path = world.file("a.bin", &bytes);
    let id = import(&world, json!({ "paths": [path] }))["files"][0]["media"]["id"].clone();
    let out = world.folder.path().join("out.bin");
    world.ok("save_media", json!({ "media": id, "out": out.to_str().unwrap() }));
    assert_eq!(std::fs::read(&out).unwrap(), bytes);
    assert_eq!(world.no("save_media", json!({ "media": id, "out": out.to_str().unwrap() })), "file_exists");
    let job = world.finished(&world.ok("check_media", json!({ "media": id })));
    assert!(matches!(job.result, Some(JobResult::CheckMedia(check)) if check.sound));
}

#[test]
fn a_local_copy_goes_only_when_the_bytes_are_proven_safe_elsewhere() {
    let world = World::with_one();
    let path = world.file("a.bin", b"evidence");
    let id = import(&world, json!({ "paths": [path] }))["files"][0]["media"]["id"].clone();
    let erase = json!({ "media": id, "second_copy": path });
    assert_eq!(world.no("erase", erase.clone()), "not_yet_safe");
    world.sync();
    assert_eq!(world.no("erase", erase.clone()), "not_yet_safe", "the days are not over");
    let detail = world.ok("media", json!({ "media": id }));
    assert_eq!(detail["media"]["custody"], "held");
    let kept: Vec<_> =
        detail["kept_because"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
    assert_eq!(kept, ["second_copy", "days"]);
    world.moment.advance(31 * 24 * 3_600_000);
    world.ok("unlock", json!({ "passphrase": WORDS }));
    assert_eq!(world.no("erase", json!({ "media": id })), "not_yet_safe", "no second copy");
    let other = world.file("b.bin", b"another!");
    assert_eq!(
        world.no("erase", json!({ "media": id, "second_copy": other })),
        "not_yet_safe",
        "another file"
    );
    let gone = world.ok("erase", erase.clone());
    assert_eq!(gone["here"], false);
    assert_eq!(world.no("erase", erase), "already_erased");
    assert_eq!(world.no("save_media", json!({ "media": id, "out": "x" })), "media_missing");
}

#[test]
fn recording_goes_on_while_an_import_runs() {
    let world = World::with_one();
    let big = world.file("big.bin", &vec![7; 40 << 20]);
    let job = world.ok("import", json!({ "paths": [big] }));
    let matter = world.start(StartKind::Patrol, None);
    world.ok("add_note", json!({ "matter": matter.id, "text": "导入时照常记录" }));
    assert_eq!(world.finished(&job).state, JobState::Done);
}

#[test]
fn what_was_imported_while_locked_is_recorded_when_its_officer_unlocks() {
    let world = World::with_one();
    let big = world.file("big.bin", &vec![9; 60 << 20]);
    let job = world.ok("import", json!({ "paths": [big] }));
    // Once bytes were read the import has begun.
    while world.ok("job", json!({ "job": job["id"] }))["done"] == "0" {
        std::thread::yield_now();
    }
    world.ok("lock", json!({}));
    // Locked: the signing key is gone, the file still becomes safe.
    let ended = loop {
        let seen = world.laptop.changes().revision;
        let job =
            serde_json::from_value::<liuhen_app::view::JobView>(world.ok("job", json!({ "job": job["id"] })))
                .unwrap();
        if !matches!(job.state, JobState::Running | JobState::Stopping) {
            break job;
        }
        world.laptop.wait_for_change(seen, std::time::Duration::from_secs(5));
    };
    assert!(matches!(ended.state, JobState::Done | JobState::Failed), "{ended:?}");
    world.ok("unlock", json!({ "passphrase": WORDS }));
    let listed = world.ok("media_list", json!({}));
    assert_eq!(listed["media"].as_array().unwrap().len(), 1);
    assert_eq!(listed["media"][0]["here"], true);
}
