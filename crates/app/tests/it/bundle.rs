//! Receipts, verification, and bundles that anybody can check.

use std::fs;
use std::path::{Path, PathBuf};

use liuhen_app::Work;
use liuhen_app::bundle::check_bundle;
use liuhen_app::input::VerifyBundle;
use liuhen_app::view::{BundleCheck, JobState, StartKind};
use serde_json::{Value, json};

use crate::world::{ONE, World};

fn check(folder: &Path) -> BundleCheck {
    let input = VerifyBundle { folder: folder.to_str().unwrap().to_owned() };
    check_bundle(&input, &Work::silent()).unwrap()
}

/// A matter with a note, a file and a draft.
fn told() -> (World, String) {
    let world = World::with_one();
    let matter = world.start(StartKind::Patrol, None);
    world.ok("add_note", json!({ "matter": matter.id, "text": "<b>占地约 3 平方米</b>" }));
    let path = world.file("a.bin", &vec![5; 9 << 20]);
    let job = world.finished(&world.ok("import", json!({ "paths": [path], "matter": matter.id })));
    assert_eq!(job.state, JobState::Done, "{:?}", job.error);
    let draft = world.ok("draft_new", json!({ "matter": matter.id, "title": "笔录" }));
    world.ok("draft_set", json!({ "draft": draft["id"], "set": { "现场": "已清" } }));
    (world, matter.id)
}

fn exported(world: &World, matter: &str, name: &str) -> (PathBuf, Value) {
    let out = world.folder.path().join(name);
    let job = world.finished(&world.ok("export", json!({ "matter": matter, "out": out.to_str().unwrap() })));
    assert_eq!(job.state, JobState::Done, "{:?}", job.error);
    (out, serde_json::to_value(job.result).unwrap())
}

#[test]
fn before_sync_a_bundle_is_whole_and_says_that_nobody_holds_it_yet() {
    let (world, matter) = told();
    let (out, outcome) = exported(&world, &matter, "before");
    assert_eq!(outcome["receipts"], 1, "the enrolment was logged: {outcome}");
    let checked = check(&out);
    assert!(checked.sound, "{:?}", checked.faults);
    assert!(!checked.witnessed);
    let page = fs::read_to_string(out.join("data/reading.html")).unwrap();
    assert!(page.contains("尚未由镇端存证"));
    assert!(page.contains("&lt;b&gt;占地约 3 平方米") && !page.contains("<b>占地"));
}

#[test]
fn after_sync_every_entry_has_a_receipt_with_a_time() {
    let (world, matter) = told();
    world.town.advance(60_000);
    world.sync();
    let receipts = world.ok("receipt", json!({ "id": matter }));
    assert_eq!((&receipts["missing"], &receipts["origin"]), (&json!(0), &json!("liuhen.example/town")));
    let line = &receipts["receipts"][0];
    assert!(line["proof"].as_str().unwrap().starts_with("c2sp.org/tlog-proof@v1\n"));
    assert_eq!(line["bracket"]["before"], "2026-11-23T00:11:00Z");
    assert_eq!(line["bracket"]["after"], "2026-11-23T00:10:00Z");
    let view = world.ok("matter", json!({ "matter": matter }));
    assert_eq!(view["line"]["custody"], "held");
    assert_eq!(view["timeline"][0]["received_at"], "2026-11-23T00:11:00Z");
    let status = world.ok("sync_status", json!({}));
    assert_eq!(status["waiting"], json!({ "entries": 0, "media": 0, "bytes": "0" }));
    let (out, _) = exported(&world, &matter, "after");
    let checked = check(&out);
    assert!(checked.sound && checked.witnessed, "{:?}", checked.faults);
    assert_eq!((checked.media, checked.township.as_deref()), (1, Some("示例镇")));
    let job = world.finished(&world.ok("verify", json!({ "deep": true })));
    let verified = serde_json::to_value(job.result).unwrap();
    assert_eq!(verified["sound"], true, "{verified}");
}

#[test]
fn a_bundle_goes_only_into_an_empty_folder() {
    let (world, matter) = told();
    let full = world.folder.path().join("full");
    fs::create_dir_all(&full).unwrap();
    fs::write(full.join("mine.txt"), "keep me").unwrap();
    let job = world.finished(&world.ok("export", json!({ "matter": matter, "out": full.to_str().unwrap() })));
    assert_eq!(job.error.unwrap().code, "folder_not_empty");
    assert_eq!(fs::read_to_string(full.join("mine.txt")).unwrap(), "keep me");
    assert_eq!(world.no("verify_bundle", json!({ "folder": "nowhere" })), "not_a_bundle");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for item in fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// Makes the bag's own lists fit whatever was done to the payload, as a forger would.
fn relist(folder: &Path) {
    use liuhen_protocol::Digest;
    let data = folder.join("data");
    let (mut manifest, mut size, mut count) = (String::new(), 0, 0);
    for path in files(&data) {
        let bytes = fs::read(&path).unwrap();
        let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
        manifest.extend([&Digest::of(&bytes).to_hex(), "  ", name, "\n"]);
        size += bytes.len();
        count += 1;
    }
    fs::write(folder.join("manifest-sha256.txt"), manifest).unwrap();
    let about = fs::read_to_string(folder.join("bag-info.txt")).unwrap();
    let kept: Vec<&str> = about.lines().filter(|line| !line.starts_with("Payload-Oxum")).collect();
    let kept = kept.join("\n");
    fs::write(folder.join("bag-info.txt"), format!("{kept}\nPayload-Oxum: {size}.{count}\n")).unwrap();
    let mut tags = String::new();
    for name in ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"] {
        let bytes = fs::read(folder.join(name)).unwrap();
        tags.extend([&Digest::of(&bytes).to_hex(), "  ", name, "\n"]);
    }
    fs::write(folder.join("tagmanifest-sha256.txt"), tags).unwrap();
}

fn copy(from: &Path, to: &Path) {
    for path in files(from) {
        let target = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&path, target).unwrap();
    }
}

#[test]
fn one_changed_byte_anywhere_is_found() {
    let (world, matter) = told();
    world.sync();
    let (out, _) = exported(&world, &matter, "bundle");
    for (number, path) in files(&out).iter().enumerate() {
        let damaged = world.folder.path().join(format!("damaged-{number}"));
        copy(&out, &damaged);
        let target = damaged.join(path.strip_prefix(&out).unwrap());
        let mut bytes = fs::read(&target).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&target, bytes).unwrap();
        assert!(!check(&damaged).sound, "{}", target.display());
        fs::remove_dir_all(&damaged).unwrap();
    }
}

fn pick(folder: &Path, ending: &str) -> PathBuf {
    files(folder).into_iter().find(|path| path.to_str().unwrap().ends_with(ending)).unwrap()
}

fn original(folder: &Path) -> PathBuf {
    files(&folder.join("data/media")).into_iter().find(|path| path.extension().is_none()).unwrap()
}

fn edit(folder: &Path, name: &str, change: impl Fn(&mut Value)) {
    let path = folder.join(name);
    let mut value: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut value);
    fs::write(path, serde_json::to_vec(&value).unwrap()).unwrap();
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn drop_entry(folder: &Path) {
    let path = pick(folder, ".entry");
    let stem = path.to_str().unwrap().strip_suffix(".entry").unwrap().to_owned();
    for ending in [".entry", ".body.json", ".salt"] {
        fs::remove_file(format!("{stem}{ending}")).unwrap();
    }
}

fn exchange_receipts(folder: &Path) {
    let proofs = files(&folder.join("data/receipts"));
    fs::copy(&proofs[0], &proofs[1]).unwrap();
}

fn rename_author(folder: &Path) {
    let id = "019ab000-0000-7000-8000-00000000ffff";
    edit(folder, "data/keys.json", |keys| {
        let officer = keys.as_array_mut().unwrap().iter_mut().find(|key| key["officer"].is_object());
        officer.unwrap()["officer"]["id"] = json!(id);
    });
}

fn cut_media(folder: &Path) {
    let path = original(folder);
    let bytes = fs::read(&path).unwrap();
    fs::write(path, &bytes[..bytes.len() - 1]).unwrap();
}

fn exchange_keys(folder: &Path) {
    edit(folder, "data/keys.json", |keys| keys[0]["public_key"] = keys[1]["public_key"].clone());
}

fn shorten_index(folder: &Path) {
    edit(folder, "data/index.json", |index| drop(index["entries"].as_array_mut().unwrap().pop()));
}

/// The last line of a checkpoint is the clock's cosignature.
fn redate_checkpoint(folder: &Path) {
    let path = pick(folder, ".checkpoint");
    let text = fs::read_to_string(&path).unwrap();
    let (head, line) = text.trim_end().rsplit_once('\n').unwrap();
    let middle = line.len() - 20;
    let other = if &line[middle..=middle] == "A" { "B" } else { "A" };
    fs::write(path, format!("{head}\n{}{other}{}\n", &line[..middle], &line[middle + 1..])).unwrap();
}

type Forgery = fn(&Path);

/// What a forger may do who has the whole bundle and all tools, but none of the keys.
const FORGERIES: &[(&str, Forgery)] = &[
    ("body changed", |folder| replace(&pick(folder, ".body.json"), "a", "b")),
    ("entry dropped", drop_entry),
    ("receipt of another", exchange_receipts),
    ("keys exchanged", exchange_keys),
    ("author renamed", rename_author),
    ("township renamed", |folder| replace(&folder.join("data/township.note"), "示例镇", "另一镇")),
    ("media cut", cut_media),
    ("media dropped", |folder| fs::remove_file(original(folder)).unwrap()),
    ("file added", |folder| fs::write(folder.join("data/extra.txt"), "more").unwrap()),
    ("index shortened", shorten_index),
    ("checkpoint redated", redate_checkpoint),
];

#[test]
fn a_forger_who_rewrites_the_lists_is_found_by_the_signatures() {
    let (world, matter) = told();
    world.sync();
    let (out, _) = exported(&world, &matter, "bundle");
    for (name, forge) in FORGERIES {
        let forged = world.folder.path().join("forged");
        copy(&out, &forged);
        forge(&forged);
        relist(&forged);
        let checked = check(&forged);
        assert!(!checked.sound, "{name}");
        assert!(
            checked.faults.iter().all(|fault| !fault.message.starts_with("result.")),
            "{:?}",
            checked.faults
        );
        fs::remove_dir_all(&forged).unwrap();
    }
    copy(&out, &world.folder.path().join("same"));
    relist(&world.folder.path().join("same"));
    assert!(check(&world.folder.path().join("same")).sound, "relisting alone changes nothing");
}

#[test]
fn a_bundle_names_the_officer_and_the_township_by_proof() {
    let (world, matter) = told();
    world.sync();
    let (out, _) = exported(&world, &matter, "bundle");
    let keys: Value = serde_json::from_slice(&fs::read(out.join("data/keys.json")).unwrap()).unwrap();
    let officers: Vec<_> = keys.as_array().unwrap().iter().filter(|key| key["node"] == false).collect();
    assert_eq!((officers.len(), &officers[0]["officer"]["name"]), (1, &json!(ONE)));
    let index: Value = serde_json::from_slice(&fs::read(out.join("data/index.json")).unwrap()).unwrap();
    let kinds: Vec<_> =
        index["entries"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    for kind in [
        "matter.started",
        "matter.note_added",
        "media.recorded",
        "draft.revised",
        "officer.enrolled",
        "blob.received",
    ] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
}
