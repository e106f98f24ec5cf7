//! Importing: what is kept, what is refused, what is left behind.

use std::fs::{self, File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use liuhen_protocol::{Digest, Manifest};
use liuhen_store::vault::{Error, ImportOptions, Imported, Sm3, Vault};
use liuhen_store::work::Work;
use sm3::Digest as _;

use crate::vault::{Home, KEY, bytes};

const LENGTHS: [usize; 9] = [0, 1, 16_384, 100_000, 1_048_576, 1_048_577, 4_194_304, 4_194_305, 9_000_001];

fn import(home: &Home, path: &std::path::Path) -> Result<Imported, Error> {
    home.vault.import(path, ImportOptions::default(), &Work::silent())
}

#[test]
fn a_file_of_any_length_comes_back_with_the_right_hashes_and_manifest() {
    let home = Home::new();
    for (seed, len) in (0..).zip(LENGTHS) {
        let plain = bytes(len, seed);
        let found = home.import("source", &plain);
        assert_eq!(found.held.digest, Digest::of(&plain), "{len}");
        assert_eq!(found.held.size, len as u64);
        assert_eq!(found.sm3, Some(Digest(sm3::Sm3::digest(&plain).into())));
        assert!(!found.already);
        let mut reader = home.vault.open(&found.held.digest, Some(&found.held.header)).unwrap();
        let mut back = Vec::new();
        reader.read_to_end(&mut back).unwrap();
        assert!(back == plain, "{len} bytes came back otherwise");

        let stored = home.vault.open(&found.manifest_held.digest, None).unwrap().read_range(0, 1 << 20);
        let manifest = Manifest::decode(&stored.unwrap()).unwrap();
        assert_eq!(manifest, found.manifest);
        assert_eq!(manifest.digest().unwrap(), found.manifest_held.digest);
        let blocks: Vec<_> = plain.chunks(4 << 20).map(|block| Digest::of(block).to_hex()).collect();
        assert_eq!(manifest.blocks, blocks);
    }
    assert!(home.names_in("vault/tmp").is_empty());
}

#[test]
fn nothing_of_a_file_or_its_digest_can_be_read_from_names_and_bytes() {
    let home = Home::new();
    let found = home.import("source", "当事人执法员一的身份证".repeat(4000).as_bytes());
    let path = home.vault.stored_path(&found.held.digest).unwrap();
    let stored = fs::read(&path).unwrap();
    let known = "执法员一".as_bytes();
    assert!(!stored.windows(known.len()).any(|window| window == known));
    assert!(!path.to_string_lossy().contains(&found.held.digest.to_hex()));
}

#[test]
fn the_same_content_under_another_name_is_here_already_and_copies_nothing() {
    let home = Home::new();
    for len in [500, 3_000_000] {
        let plain = bytes(len, 5);
        let first = home.import("one.mp4", &plain);
        let files = home.vault.stored_path(&first.held.digest).unwrap().metadata().unwrap();
        let again = home.import("two.mp4", &plain);
        assert!(again.already);
        assert_eq!((again.held, again.manifest_held), (first.held, first.manifest_held));
        let now = home.vault.stored_path(&first.held.digest).unwrap().metadata().unwrap();
        assert_eq!(now.modified().unwrap(), files.modified().unwrap());
    }
}

#[test]
fn a_large_file_that_only_begins_like_one_that_is_here_is_imported() {
    let home = Home::new();
    let mut plain = bytes(3_000_000, 6);
    home.import("one.mp4", &plain);
    plain[2_900_000] ^= 1;
    let other = home.import("two.mp4", &plain);
    assert!(!other.already);
    assert_eq!(home.vault.held(&Digest::of(&plain)).unwrap(), other.held);
}

#[test]
fn a_damaged_copy_is_set_aside_and_replaced_by_the_sound_source() {
    let home = Home::new();
    for len in [500, 3_000_000] {
        let plain = bytes(len, 7);
        let first = home.import("one.mp4", &plain);
        crate::vault::flip(&home.vault.stored_path(&first.held.digest).unwrap(), 300);
        let again = home.import("one.mp4", &plain);
        assert!(!again.already);
        let aside = again.replaced.unwrap();
        assert!(home.folder.path().join("aside").join(aside).is_file());
        let check =
            home.vault.check(&again.held.digest, Some(&again.held.header), None, true, &Work::silent());
        assert!(check.unwrap().is_sound());
    }
}

#[test]
fn links_folders_pipes_and_absent_files_are_refused_by_name() {
    let home = Home::new();
    let real = home.source("real", b"x");
    let link = home.folder.path().join("link");
    symlink(&real, &link).unwrap();
    let pipe = home.folder.path().join("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    assert!(matches!(import(&home, &link), Err(Error::SymbolicLink)));
    assert!(matches!(import(&home, home.folder.path()), Err(Error::NotRegular)));
    assert!(matches!(import(&home, &pipe), Err(Error::NotRegular)));
    assert!(matches!(import(&home, "/dev/null".as_ref()), Err(Error::NotRegular)));
    assert!(matches!(import(&home, &home.folder.path().join("none")), Err(Error::NoSource)));
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused_and_leaves_nothing() {
    for change in
        [|file: &File| file.set_len(5_000_000).unwrap(), |file: &File| file.set_len(9_000_000).unwrap()]
    {
        let home = Home::new();
        let path = home.source("growing.mp4", &bytes(8_000_000, 8));
        let writer = Mutex::new(Some(OpenOptions::new().write(true).open(&path).unwrap()));
        let work = Work::watched(move |_| {
            if let Some(file) = writer.lock().unwrap().take() {
                change(&file);
            }
        });
        let result = home.vault.import(&path, ImportOptions::default(), &work);
        assert!(matches!(result, Err(Error::ChangedWhileRead)), "{result:?}");
        assert!(home.names_in("vault/tmp").is_empty());
    }
}

#[test]
fn a_cancelled_import_leaves_nothing_and_can_be_made_again() {
    let home = Home::new();
    let plain = bytes(8_000_000, 9);
    let path = home.source("long.mp4", &plain);
    let work = Work::silent();
    let seen = work.clone();
    let work = work.reporting(move |_| seen.cancel());
    let result = home.vault.import(&path, ImportOptions::default(), &work);
    assert!(matches!(result, Err(Error::Cancelled(_))));
    assert!(home.names_in("vault/tmp").is_empty());
    assert!(!home.vault.holds(&Digest::of(&plain)));
    assert!(!import(&home, &path).unwrap().already);
}

#[test]
fn sm3_put_off_is_computed_later_from_the_vault() {
    let home = Home::new();
    let plain = bytes(2_500_000, 10);
    let path = home.source("later.mp4", &plain);
    let found = home.vault.import(&path, ImportOptions { sm3: Sm3::Later }, &Work::silent()).unwrap();
    assert_eq!((found.sm3, found.manifest.sm3), (None, None));
    let sm3 = home.vault.complete_sm3(&found.held.digest, &Work::silent()).unwrap();
    assert_eq!(sm3, Digest(sm3::Sm3::digest(&plain).into()));
}

#[test]
fn many_files_answer_each_on_its_own_and_one_fault_stops_nobody() {
    let home = Home::new();
    let mut paths: Vec<PathBuf> =
        (0..300).map(|n| home.source(&format!("photo {n} 📷.jpg"), &bytes(4000 + n, n as u64))).collect();
    paths.push(home.source("large.mp4", &bytes(3_000_000, 1000)));
    paths.push(home.folder.path().join("gone.jpg"));
    paths.push(home.source("large2.mp4", &bytes(2_000_000, 1001)));
    // The same content twice in one group.
    paths.push(home.source("twin.jpg", &bytes(4000, 0)));
    let done = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&done);
    let work = Work::watched(move |progress| {
        seen.fetch_max(progress.done, Ordering::Relaxed);
        assert!(progress.done <= progress.total.unwrap());
    });
    let mut results = vec![None; paths.len()];
    home.vault.import_many(&paths, ImportOptions::default(), &work, &mut |index, result| {
        let result = result.map(|found| (found.held, found.already)).map_err(|error| error.code());
        assert!(results[index].replace(result).is_none(), "answered twice");
    });
    for (index, (path, result)) in paths.iter().zip(&results).enumerate() {
        let result = result.as_ref().expect("answered");
        match fs::read(path) {
            Ok(plain) => {
                let (held, _) = result.as_ref().unwrap();
                assert_eq!(held.digest, Digest::of(&plain));
                assert_eq!(home.vault.held(&held.digest).unwrap(), *held, "{index}");
            }
            Err(_) => assert_eq!(result.as_ref().unwrap_err(), &"source_missing"),
        }
    }
    let twins = [results[0].as_ref(), results[303].as_ref()].map(|twin| twin.unwrap().as_ref().unwrap().1);
    assert_eq!(twins.iter().filter(|already| **already).count(), 1);
    let total: u64 = paths.iter().filter_map(|path| path.metadata().ok()).map(|meta| meta.len()).sum();
    assert_eq!(done.load(Ordering::Relaxed), total);
    assert!(home.names_in("vault/tmp").is_empty());
}

#[test]
fn cancelling_many_answers_all_that_are_left() {
    let home = Home::new();
    let paths: Vec<_> = (0..6).map(|n| home.source(&format!("{n}"), &bytes(2_000_000, n))).collect();
    let work = Work::silent();
    let stop = work.clone();
    let mut answers = Vec::new();
    home.vault.import_many(&paths, ImportOptions::default(), &work, &mut |_, result| {
        stop.cancel();
        answers.push(result.map(|_| ()).map_err(|error| error.code()));
    });
    assert_eq!(answers.len(), 6);
    assert!(answers.contains(&Err("cancelled")));
}

#[test]
fn two_imports_of_one_file_at_once_keep_one_copy_and_agree_on_its_header() {
    let home = Home::new();
    for len in [2000, 2_000_000] {
        let path = home.source("same", &bytes(len, 11));
        let vault = &home.vault;
        let rows: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| vault.import(&path, ImportOptions::default(), &Work::silent())))
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect()
        });
        let here = home.vault.held(&rows[0].held.digest).unwrap();
        assert!(rows.iter().all(|row| row.held == here));
        assert_eq!(rows.iter().filter(|row| !row.already).count(), 1);
    }
}

/// A small file system of its own, or `None` where the test may not mount one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn of(bytes: u64) -> Option<Self> {
        let folder = tempfile::TempDir::new().unwrap();
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={bytes},mode=700"), "tmpfs"])
            .arg(folder.path())
            .stderr(std::process::Stdio::null())
            .status();
        if mounted.is_ok_and(|status| status.success()) {
            Some(Self(folder))
        } else {
            println!("skipped: no small file system can be mounted here");
            None
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(std::process::Command::new("umount").arg(self.0.path()).status());
    }
}

#[test]
fn a_full_disk_is_said_before_anything_is_written() {
    let Some(disk) = SmallDisk::of(8_000_000) else { return };
    let home = Home::new();
    let vault = Vault::at(disk.0.path(), &KEY).unwrap();
    let path = home.source("too-large.mp4", &bytes(9_000_000, 12));
    match vault.import(&path, ImportOptions::default(), &Work::silent()) {
        Err(Error::NoSpace { needed, available }) => assert!(needed > available && available > 0),
        other => panic!("{other:?}"),
    }
    let small = home.source("fits.jpg", &bytes(200_000, 13));
    assert!(vault.import(&small, ImportOptions::default(), &Work::silent()).is_ok());
}

#[test]
fn a_disk_that_fills_up_while_writing_loses_that_file_alone() {
    let Some(disk) = SmallDisk::of(8_000_000) else { return };
    let home = Home::new();
    let vault = Vault::at(disk.0.path(), &KEY).unwrap();
    let kept = home.source("kept.jpg", &bytes(300_000, 14));
    let kept = vault.import(&kept, ImportOptions::default(), &Work::silent()).unwrap();
    let path = home.source("unlucky.mp4", &bytes(5_000_000, 15));
    // Somebody else takes the room between the question and the writing.
    let other = disk.0.path().join("other");
    let once = Mutex::new(Some(other.clone()));
    let work = Work::watched(move |_| {
        if let Some(other) = once.lock().unwrap().take() {
            drop(fs::write(other, vec![1; 8_000_000]));
        }
    });
    let result = vault.import(&path, ImportOptions::default(), &work);
    assert!(matches!(result, Err(Error::NoSpace { needed: 5_000_000.., .. })), "{result:?}");
    assert_eq!(fs::read_dir(disk.0.path().join("vault/tmp")).unwrap().count(), 0);
    let check = vault.check(&kept.held.digest, Some(&kept.held.header), None, true, &Work::silent());
    assert!(check.unwrap().is_sound());
    fs::remove_file(other).unwrap();
    assert!(vault.import(&path, ImportOptions::default(), &Work::silent()).is_ok());
}
