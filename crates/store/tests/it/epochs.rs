//! A restored, recovered or copied home never continues an epoch.

use std::fs;
use std::path::Path;

use liuhen_protocol::Sign as _;
use liuhen_store::{Access, Batch, Home, Mode, Reason, Unlocked};
use serde_json::Value;

use crate::world::{all_of, laptop, moment, note, signer, travelling};

const WORDS: Access<'_> = Access::Passphrase("占道经营不罚款先劝离");

fn home(folder: &Path) -> (Home, Unlocked) {
    Home::init(folder, WORDS, &[9; 32], Mode::Laptop, moment(1)).unwrap()
}

fn reopen(folder: &Path) -> (Home, Unlocked) {
    let mut home = Home::open(folder, moment(2)).unwrap();
    let slot = home.officers()[0].id;
    let unlocked = home.unlock(slot, WORDS).unwrap();
    (home, unlocked)
}

fn write(open: &mut Unlocked, text: &str) -> (u32, u64) {
    let signer = open.signer.as_ref().unwrap();
    let written = open.store.commit(signer, vec![note("m1", text)]).unwrap();
    (written[0].epoch, written[0].seq)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_home_that_was_only_closed_goes_on_where_it_stood() {
    let folder = tempfile::tempdir().unwrap();
    let (closed, mut open) = home(folder.path());
    assert_eq!(write(&mut open, "一"), (1, 2));
    drop((closed, open));
    let (_home, mut open) = reopen(folder.path());
    assert_eq!(open.new_epoch, None);
    assert_eq!(write(&mut open, "二"), (1, 3));
}

#[test]
fn a_moved_folder_is_the_same_home_and_a_copied_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (first, moved, copied) = (folder.path().join("a"), folder.path().join("b"), folder.path().join("c"));
    let (closed, mut open) = home(&first);
    write(&mut open, "一");
    drop((closed, open));
    fs::rename(&first, &moved).unwrap();
    copy(&moved, &copied);
    let (_original, mut open) = reopen(&moved);
    assert_eq!(open.new_epoch, None);
    assert_eq!(write(&mut open, "二"), (1, 3));
    let (_copy, mut open) = reopen(&copied);
    assert_eq!(open.new_epoch, Some(Reason::Copied));
    assert_eq!(write(&mut open, "三"), (2, 2));
    let opened = all_of(&open.store, &open.signer.as_ref().unwrap().series()).remove(2);
    let body: Value = serde_json::from_slice(opened.body.as_ref().unwrap()).unwrap();
    assert_eq!((opened.epoch, opened.seq, opened.kind.as_str()), (2, 1, "series.opened"));
    assert_eq!(body["reason"], "copied");
    assert_eq!(body["predecessor"]["seq"], 2);
    assert_eq!(write(&mut open, "四"), (2, 3));
}

#[test]
fn a_database_put_back_from_a_copy_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (closed, mut open) = home(folder.path());
    write(&mut open, "一");
    drop((closed, open));
    let database = folder.path().join("journal.db");
    let kept = fs::read(&database).unwrap();
    let (closed, mut open) = reopen(folder.path());
    assert_eq!(write(&mut open, "二"), (1, 3));
    drop((closed, open));
    fs::write(&database, kept).unwrap();
    let (_home, mut open) = reopen(folder.path());
    assert_eq!(open.new_epoch, Some(Reason::Restored));
    assert_eq!(write(&mut open, "三"), (2, 2));
}

#[test]
fn entries_of_ours_that_come_back_from_elsewhere_end_the_epoch() {
    // The whole disk was set back: nothing local shows it, but the township holds more.
    let (mut ahead, mut behind, key) = (laptop(1), laptop(1), signer(50));
    for store in [&mut ahead, &mut behind] {
        store.commit(&key, vec![note("m1", "一")]).unwrap();
    }
    ahead.commit(&key, vec![note("m1", "二")]).unwrap();
    let entries = all_of(&ahead, &key.series()).iter().map(travelling).collect();
    behind.ingest(Batch { keys: vec![key.public_key()], entries, against: None }).unwrap();
    let written = behind.commit(&key, vec![note("m1", "三")]).unwrap();
    assert_eq!((written[0].epoch, written[0].seq), (2, 2));
}

#[test]
fn an_epoch_can_be_told_to_start_behind_what_the_township_knows() {
    let (mut store, key) = (laptop(1), signer(50));
    store.commit(&key, vec![note("m1", "一")]).unwrap();
    let opened = store.open_new_epoch(&key, Reason::Restored, 5).unwrap();
    assert_eq!((opened.epoch, opened.seq), (5, 1));
    assert_eq!(store.writing_head(&key.series()).unwrap().unwrap().hash, opened.hash);
}
