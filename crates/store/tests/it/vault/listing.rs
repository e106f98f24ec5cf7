//! What a person may name: odd names, links, loops, folders nobody may read.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use liuhen_store::media::listing::{Listing, Why, list, shown};
use liuhen_store::work::Work;
use tempfile::TempDir;

fn listed(paths: &[&Path]) -> Listing {
    let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    list(&paths, &Work::silent()).unwrap()
}

fn names(listing: &Listing) -> Vec<String> {
    listing.files.iter().map(|file| shown(&file.path)).collect()
}

#[test]
fn names_with_spaces_emoji_and_gbk_bytes_are_found_and_shown() {
    let card = TempDir::new().unwrap();
    // 执法 in GBK.
    let gbk = card.path().join(OsStr::from_bytes(b"c \xd6\xb4\xb7\xa8.mp4"));
    for name in [card.path().join("a b.mp4"), card.path().join("b 📷.jpg"), gbk] {
        fs::write(name, b"xyz").unwrap();
    }
    let listing = listed(&[card.path()]);
    assert_eq!(names(&listing), ["a b.mp4", "b 📷.jpg", "c 执法.mp4"]);
    assert!(listing.files.iter().all(|file| file.size == 3));
}

#[test]
fn links_are_reported_and_never_followed_so_a_loop_ends() {
    let card = TempDir::new().unwrap();
    let outside = TempDir::new().unwrap();
    fs::write(outside.path().join("secret"), b"x").unwrap();
    fs::create_dir(card.path().join("DCIM")).unwrap();
    fs::write(card.path().join("DCIM/1.mp4"), b"x").unwrap();
    symlink(card.path(), card.path().join("DCIM/loop")).unwrap();
    symlink(outside.path(), card.path().join("out")).unwrap();
    symlink("nowhere", card.path().join("broken")).unwrap();
    let listing = listed(&[card.path()]);
    assert_eq!(names(&listing), ["1.mp4"]);
    assert_eq!(listing.skipped.len(), 3);
    assert!(listing.skipped.iter().all(|skipped| matches!(skipped.why, Why::Link)));
    // Also when the link itself is named.
    let listing = listed(&[&card.path().join("out")]);
    assert!(listing.files.is_empty() && matches!(listing.skipped[0].why, Why::Link));
}

#[test]
fn what_is_missing_or_made_by_a_system_is_reported_and_the_rest_goes_on() {
    let card = TempDir::new().unwrap();
    fs::create_dir(card.path().join("System Volume Information")).unwrap();
    fs::write(card.path().join("System Volume Information/IndexerVolumeGuid"), b"x").unwrap();
    fs::write(card.path().join("Thumbs.db"), b"x").unwrap();
    fs::write(card.path().join("1.mp4"), b"x").unwrap();
    let listing = listed(&[&card.path().join("none"), card.path()]);
    assert_eq!(names(&listing), ["1.mp4"]);
    let codes: Vec<_> = listing.skipped.iter().map(|skipped| skipped.why.code()).collect();
    assert_eq!(codes, ["source_missing", "source_system_file", "source_system_file"]);
}

#[test]
fn a_file_named_twice_is_one_file_and_a_very_deep_folder_ends() {
    let card = TempDir::new().unwrap();
    let file = card.path().join("1.mp4");
    fs::write(&file, b"x").unwrap();
    assert_eq!(listed(&[&file, card.path(), &file]).files.len(), 1);
    let mut deep = card.path().to_path_buf();
    for _ in 0..70 {
        deep.push("d");
    }
    fs::create_dir_all(&deep).unwrap();
    let listing = listed(&[card.path()]);
    assert!(listing.skipped.iter().any(|skipped| matches!(skipped.why, Why::TooDeep)));
}
