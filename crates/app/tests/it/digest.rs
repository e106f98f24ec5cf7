//! 补算 SM3: an import that puts SM3 off, and what follows from it.

use std::collections::HashSet;

use liuhen_app::Work;
use liuhen_app::bundle::check_bundle;
use liuhen_app::input::VerifyBundle;
use liuhen_app::view::{JobResult, JobState, StartKind};
use serde_json::{Value, json};

use crate::world::{WORDS, World};

/// SM3 of `abc` (GB/T 32905, example 1).
const ABC: &str = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";

fn done(world: &World, command: &str, input: Value) -> JobResult {
    let job = world.finished(&world.ok(command, input));
    assert_eq!(job.state, JobState::Done, "{command}: {:?}", job.error);
    job.result.unwrap()
}

/// A file imported with its SM3 put off; answers its id.
fn put_off(world: &World, name: &str, bytes: &[u8], matter: &str) -> String {
    world.ok("change_settings", json!({ "sm3_later": true }));
    let path = world.file(name, bytes);
    let JobResult::Import(outcome) = done(world, "import", json!({ "paths": [path], "matter": matter }))
    else {
        panic!("no import")
    };
    assert_eq!(outcome.files[0].media.sm3, "", "put off");
    outcome.files[0].media.id.clone()
}

fn sm3(world: &World, media: &str) -> String {
    let view = world.ok("media", json!({ "media": media }));
    view["media"]["sm3"].as_str().unwrap().to_owned()
}

fn pending(world: &World) -> u32 {
    let JobResult::Verify(outcome) = done(world, "verify", json!({ "deep": true })) else {
        panic!("no check")
    };
    assert!(outcome.sound, "{:?}", outcome.faults);
    outcome.sm3_pending
}

#[test]
fn what_was_put_off_is_told_computed_once_and_recorded() {
    let world = World::with_one();
    let matter = world.start(StartKind::Patrol, None);
    let media = put_off(&world, "a.bin", b"abc", &matter.id);
    assert_eq!(pending(&world), 1);
    let JobResult::Digest(first) = done(&world, "digest_media", json!({})) else { panic!("no digest") };
    assert_eq!((first.done, first.pending), (1, 0));
    assert_eq!(sm3(&world, &media), ABC);
    let JobResult::Digest(again) = done(&world, "digest_media", json!({})) else { panic!("no digest") };
    assert_eq!((again.done, pending(&world)), (0, 0));
    world.ok("change_settings", json!({ "sm3_later": false }));
    let path = world.file("b.bin", b"abcd");
    let JobResult::Import(now) = done(&world, "import", json!({ "paths": [path] })) else {
        panic!("no import")
    };
    assert_eq!(now.files[0].media.sm3.len(), 64);
}

#[test]
fn it_goes_on_after_a_kill_and_after_a_lock() {
    let world = World::with_one();
    let matter = world.start(StartKind::Patrol, None);
    let first = put_off(&world, "a.bin", b"abc", &matter.id);
    let world = world.restart();
    world.ok("unlock", json!({ "passphrase": WORDS }));
    let second = put_off(&world, "b.bin", &vec![7; 9 << 20], &matter.id);
    world.ok("lock", json!({}));
    assert_eq!(world.no("digest_media", json!({})), "locked");
    world.ok("unlock", json!({ "passphrase": WORDS }));
    let JobResult::Digest(outcome) = done(&world, "digest_media", json!({})) else { panic!("no digest") };
    assert_eq!((outcome.done, outcome.pending), (2, 0));
    assert_eq!((sm3(&world, &first).as_str(), sm3(&world, &second).len()), (ABC, 64));
}

#[test]
fn a_shell_that_stays_open_does_it_by_itself() {
    let world = World::with_one();
    let matter = world.start(StartKind::Patrol, None);
    let media = put_off(&world, "a.bin", b"abc", &matter.id);
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| world.laptop.keep_watch(&stop));
        let begun = std::time::Instant::now();
        let mut seen = HashSet::new();
        while sm3(&world, &media).is_empty() && begun.elapsed().as_secs() < 60 {
            let revision = world.laptop.changes().revision;
            seen.insert(revision);
            world.laptop.wait_for_change(revision, std::time::Duration::from_secs(5));
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert_eq!(sm3(&world, &media), ABC);
}

#[test]
fn a_bundle_says_the_sm3_that_came_later_and_a_false_one_is_found() {
    let world = World::with_one();
    let matter = world.start(StartKind::Patrol, None);
    put_off(&world, "a.bin", b"abc", &matter.id);
    let check = |name: &str, change: &dyn Fn(&std::path::Path)| {
        let out = world.folder.path().join(name);
        done(&world, "export", json!({ "matter": matter.id, "out": out.to_str().unwrap() }));
        change(&out);
        let input = VerifyBundle { folder: out.to_str().unwrap().to_owned() };
        check_bundle(&input, &Work::silent()).unwrap()
    };
    let before = check("before", &|_| ());
    assert!(before.sound, "{:?}", before.faults);
    done(&world, "digest_media", json!({}));
    let after = check("after", &|out| {
        assert!(std::fs::read_to_string(out.join("data/index.json")).unwrap().contains(ABC));
    });
    assert!(after.sound, "{:?}", after.faults);
    let faulty = check("faulty", &|out| {
        let index = out.join("data/index.json");
        let text = std::fs::read_to_string(&index).unwrap().replace(ABC, &"0".repeat(64));
        std::fs::write(index, text).unwrap();
    });
    assert!(faulty.faults.iter().any(|fault| fault.code == "media_entry"), "{:?}", faulty.faults);
}
