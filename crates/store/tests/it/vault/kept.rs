//! What a vault keeps over restarts: uploads in pieces, left-overs, thumbnails, erasing.

use std::fs;

use liuhen_protocol::Digest;
use liuhen_store::vault::{Error, ImportOptions, Why};
use liuhen_store::work::Work;

use crate::vault::{Home, bytes};

#[test]
fn pieces_of_any_size_become_one_verified_file() {
    let home = Home::new();
    let plain = bytes(700_000, 40);
    let mut incoming = home.vault.incoming("upload-1", plain.len() as u64).unwrap();
    let mut at = 0;
    for step in [1, 16_383, 1, 100_000, 16_384, 40_000].iter().cycle() {
        if at == plain.len() {
            break;
        }
        let end = (at + step).min(plain.len());
        assert_eq!(incoming.append(at as u64, &plain[at..end]).unwrap(), end as u64);
        at = end;
    }
    let held = incoming.finish(&Digest::of(&plain)).unwrap();
    assert_eq!(
        home.vault.open(&held.digest, Some(&held.header)).unwrap().read_range(0, 1 << 20).unwrap(),
        plain
    );
    assert!(home.names_in("vault/tmp").is_empty());
}

#[test]
fn a_wrong_place_too_many_bytes_and_a_wrong_digest_are_refused() {
    let home = Home::new();
    let mut incoming = home.vault.incoming("u", 10).unwrap();
    assert!(matches!(incoming.append(3, b"x"), Err(Error::Offset { offset: 0 })));
    assert!(matches!(incoming.append(0, b"eleven bytes"), Err(Error::TooLong)));
    incoming.append(0, b"0123456789").unwrap();
    assert!(matches!(incoming.finish(&Digest::of(b"other")), Err(Error::WrongDigest)));
    assert!(home.names_in("vault/tmp").is_empty());
    let short = home.vault.incoming("u", 10).unwrap();
    assert!(matches!(short.finish(&Digest::of(b"")), Err(Error::Offset { offset: 0 })));
    for name in ["", "../x", "A", "a/b", &"x".repeat(65)] {
        assert!(matches!(home.vault.incoming(name, 1), Err(Error::Name)), "{name}");
    }
}

#[test]
fn an_upload_is_used_once_at_a_time() {
    let home = Home::new();
    let first = home.vault.incoming("u", 10).unwrap();
    assert!(matches!(home.vault.incoming("u", 10), Err(Error::InUse)));
    drop(first);
    assert!(home.vault.incoming("u", 10).is_ok());
}

#[test]
fn an_upload_goes_on_after_a_restart_from_its_last_whole_chunk_under_a_new_salt() {
    let mut home = Home::new();
    let plain = bytes(300_000, 41);
    let mut headers = Vec::new();
    for reach in [100_000, 100_001, 250_000] {
        let mut incoming = home.vault.incoming("u", 300_000).unwrap();
        let at = usize::try_from(incoming.offset()).unwrap();
        assert_eq!(at % 16_384, 0);
        incoming.append(at as u64, &plain[at..reach]).unwrap();
        incoming.sync().unwrap();
        drop(incoming);
        let stored = fs::read(home.folder.path().join("vault/tmp/u.recv")).unwrap();
        headers.push(stored[..56].to_vec());
        home = home.reopened();
    }
    headers.dedup();
    assert_eq!(headers.len(), 3);
    let mut incoming = home.vault.incoming("u", 300_000).unwrap();
    let at = usize::try_from(incoming.offset()).unwrap();
    assert_eq!(at, 250_000 / 16_384 * 16_384);
    incoming.append(at as u64, &plain[at..]).unwrap();
    let held = incoming.finish(&Digest::of(&plain)).unwrap();
    assert_eq!(home.vault.open(&held.digest, None).unwrap().read_range(0, 300_000).unwrap(), plain);
}

#[test]
fn a_torn_or_damaged_upload_is_gone_on_with_from_what_is_sound() {
    let home = Home::new();
    let plain = bytes(200_000, 42);
    let mut incoming = home.vault.incoming("u", 200_000).unwrap();
    incoming.append(0, &plain[..150_000]).unwrap();
    drop(incoming);
    let path = home.folder.path().join("vault/tmp/u.recv");
    crate::vault::flip(&path, 56 + 4 * 16_400 + 9);
    let incoming = home.vault.incoming("u", 200_000).unwrap();
    assert_eq!(incoming.offset(), 4 * 16_384);
    drop(incoming);
    fs::write(&path, b"garbage").unwrap();
    assert_eq!(home.vault.incoming("u", 200_000).unwrap().offset(), 0);
}

#[test]
fn a_rewound_upload_takes_other_bytes_from_there() {
    let home = Home::new();
    let plain = bytes(200_000, 43);
    for to in [0, 5_000, 16_384, 131_072, 140_000, 150_000] {
        let mut incoming = home.vault.incoming("u", 200_000).unwrap();
        incoming.append(0, &plain[..to]).unwrap();
        incoming.append(to as u64, &vec![0; 150_000 - to]).unwrap();
        assert_eq!(incoming.rewind(to as u64).unwrap(), to as u64);
        assert!(matches!(home.vault.incoming("u", 200_000), Err(Error::InUse)));
        incoming.append(to as u64, &plain[to..]).unwrap();
        let held = incoming.finish(&Digest::of(&plain)).unwrap();
        assert!(home.vault.erase(&held.digest).unwrap());
        assert!(home.names_in("vault/tmp").is_empty());
    }
}

#[test]
fn a_discarded_upload_leaves_nothing() {
    let home = Home::new();
    let mut incoming = home.vault.incoming("u", 100_000).unwrap();
    incoming.append(0, &bytes(50_000, 1)).unwrap();
    drop(incoming);
    assert_eq!(home.names_in("vault/tmp"), ["u.recv"]);
    home.vault.discard_incoming("u").unwrap();
    assert!(home.names_in("vault/tmp").is_empty());
}

#[test]
fn a_sweep_removes_what_a_dead_import_left_half_done() {
    let home = Home::new();
    let found = home.import("one.mp4", &bytes(500_000, 44));
    let stored = fs::read(home.vault.stored_path(&found.held.digest).unwrap()).unwrap();
    let tmp = home.folder.path().join("vault/tmp");
    fs::write(tmp.join("00000000000000000000000000000001.part"), &stored[..100_000]).unwrap();
    fs::write(tmp.join("00000000000000000000000000000002.part"), b"short").unwrap();
    fs::write(tmp.join("notes.txt"), b"not ours").unwrap();
    let home = home.reopened();
    let known = [found.held.digest, found.manifest_held.digest];
    let report = home.vault.sweep(&known, &Work::silent()).unwrap();
    assert_eq!((report.removed, report.removed_bytes), (2, 100_005));
    assert!(report.aside.is_empty() && report.missing.is_empty() && report.completed.is_empty());
    assert_eq!(home.names_in("vault/tmp"), ["notes.txt"]);
}

#[test]
fn a_finished_file_whose_name_was_not_reached_gets_it_if_an_entry_wants_it() {
    let home = Home::new();
    let plain = bytes(500_000, 45);
    let found = home.import("one.mp4", &plain);
    let path = home.vault.stored_path(&found.held.digest).unwrap();
    let left = home.folder.path().join("vault/tmp/00000000000000000000000000000003.part");
    fs::rename(&path, &left).unwrap();
    let home = home.reopened();
    let known = [found.held.digest, found.manifest_held.digest];
    let report = home.vault.sweep(&known, &Work::silent()).unwrap();
    assert_eq!(report.completed, [found.held.digest]);
    assert_eq!(home.vault.held(&found.held.digest).unwrap(), found.held);
}

#[test]
fn what_nobody_names_moves_aside_and_is_reported_but_not_what_was_just_stored() {
    let home = Home::new();
    let orphan = home.import("one.mp4", &bytes(70_000, 46));
    let wanted = home.import("two.mp4", &bytes(70_000, 47));
    let known = [wanted.held.digest, wanted.manifest_held.digest, Digest::of(b"elsewhere")];
    assert!(home.vault.sweep(&known, &Work::silent()).unwrap().aside.is_empty());
    let home = home.reopened();
    let report = home.vault.sweep(&known, &Work::silent()).unwrap();
    assert_eq!(report.aside.len(), 2);
    assert!(report.aside.iter().all(|aside| aside.why == Why::Orphan));
    assert_eq!(report.missing, [Digest::of(b"elsewhere")]);
    assert_eq!(home.names_in("aside").len(), 2);
    assert!(!home.vault.holds(&orphan.held.digest));
    assert!(home.vault.holds(&wanted.held.digest));
}

#[test]
fn a_kill_at_any_byte_leaves_at_most_a_left_over_and_the_import_can_be_made_again() {
    let home = Home::new();
    let plain = bytes(100_000, 48);
    let found = home.import("one.mp4", &plain);
    let stored = fs::read(home.vault.stored_path(&found.held.digest).unwrap()).unwrap();
    let mut home = home;
    home.vault.erase(&found.held.digest).unwrap();
    home.vault.erase(&found.manifest_held.digest).unwrap();
    for cut in [0, 10, 56, 60, 16_456, 16_457, 60_000, stored.len() - 1, stored.len()] {
        fs::write(home.folder.path().join("vault/tmp/000000000000000000000000000000ff.part"), &stored[..cut])
            .unwrap();
        home = home.reopened();
        home.vault.sweep(&[], &Work::silent()).unwrap();
        assert!(home.names_in("vault/tmp").is_empty(), "{cut}");
        let path = home.source("one.mp4", &plain);
        let again = home.vault.import(&path, ImportOptions::default(), &Work::silent()).unwrap();
        assert!(!again.already);
        home.vault.erase(&again.held.digest).unwrap();
    }
}

#[test]
fn uploads_that_can_go_on_are_named_and_left_alone() {
    let home = Home::new();
    drop(home.vault.incoming("late-one", 10).unwrap());
    let _running = home.vault.incoming("running", 10).unwrap();
    let report = home.vault.sweep(&[], &Work::silent()).unwrap();
    assert_eq!(report.resumable, ["late-one"]);
    assert_eq!(home.names_in("vault/tmp").len(), 2);
}

#[test]
fn a_thumbnail_is_made_once_kept_encrypted_and_made_again_when_damaged() {
    let home = Home::new();
    let mut png = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(1000, 500).write_to(&mut png, image::ImageFormat::Png).unwrap();
    let found = home.import("photo.png", &png.into_inner());
    let first = liuhen_store::media::thumbnail::of(&home.vault, &found.held.digest, None).unwrap();
    assert!(first.starts_with(b"\xff\xd8\xff"));
    let [name] = &home.names_in("vault/thumbs")[..] else { panic!("one thumbnail") };
    let path = home.folder.path().join("vault/thumbs").join(name);
    assert!(!fs::read(&path).unwrap().starts_with(b"\xff\xd8"));
    assert_eq!(home.vault.thumbnail(&found.held.digest).unwrap().as_ref(), Some(&first));
    crate::vault::flip(&path, 100);
    assert_eq!(home.vault.thumbnail(&found.held.digest).unwrap(), None);
    assert_eq!(liuhen_store::media::thumbnail::of(&home.vault, &found.held.digest, None).unwrap(), first);
    home.vault.erase(&found.held.digest).unwrap();
    assert!(home.names_in("vault/thumbs").is_empty());
}

#[test]
fn small_things_in_memory_share_their_syncs_and_come_back_in_order() {
    let home = Home::new();
    let files: Vec<_> = (0..50).map(|n| bytes(n * 37, n as u64)).collect();
    let refs: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let rows = home.vault.store_many(&refs).unwrap();
    for (file, row) in files.iter().zip(&rows) {
        assert_eq!(row.digest, Digest::of(file));
        assert_eq!(
            home.vault.open(&row.digest, Some(&row.header)).unwrap().read_range(0, 1 << 20).unwrap(),
            *file
        );
    }
    assert_eq!(home.vault.store_many(&refs).unwrap(), rows);
}

#[test]
fn files_and_folders_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let found = home.import("one", b"x");
    let path = home.vault.stored_path(&found.held.digest).unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(&home.folder.path().join("aside")), 0o700);
}
