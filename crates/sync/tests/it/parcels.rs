//! There and back by a carried folder, with broken, doubled and old parcels.

use std::path::Path;
use std::sync::Arc;

use liuhen_app::input::SyncNow;

use crate::doors::Crooked;
use crate::world::{World, must_sync, note, patrol, sync_with, waiting};

fn to(folder: &Path) -> SyncNow {
    SyncNow { to: Some(folder.to_string_lossy().into_owned()), ..SyncNow::default() }
}

fn from(folder: &Path) -> SyncNow {
    SyncNow { from: Some(folder.to_string_lossy().into_owned()), ..SyncNow::default() }
}

#[test]
fn entries_and_files_go_there_and_receipts_come_back_by_hand() {
    let world = World::new();
    let door = Arc::new(Crooked::new(world.township.local_door()));
    let (laptop, _) = world.laptop_over("一号", door);
    let matter = patrol(&laptop);
    note(&laptop, &matter, "山里没有网络");
    let large: Vec<u8> = (0..5_000_000_u32).map(|n| (n % 255) as u8).collect();
    crate::uploads::import(&world, &laptop, &[&large, b"small"]);
    let (out, back) = (world.path("out"), world.path("back"));
    sync_with(&laptop, to(&out)).expect("written");
    world.township.carry(&out, &back).expect("carried");
    let outcome = sync_with(&laptop, from(&back)).expect("taken in");
    assert_eq!(waiting(&laptop), 0);
    assert_eq!(outcome.media, 4, "{outcome:?}");
    // The same once more changes nothing, also at the township.
    let before = world.township.size();
    world.township.carry(&out, &world.path("again")).expect("carried");
    sync_with(&laptop, from(&back)).expect("taken in");
    assert!(world.township.size() <= before + 1, "only a scope statement may be new");
    assert_eq!(must_sync(&laptop).media, 0);
}

#[test]
fn a_broken_file_is_named_and_the_others_count() {
    let world = World::new();
    let door = Arc::new(Crooked::new(world.township.local_door()));
    let (laptop, _) = world.laptop_over("一号", door);
    patrol(&laptop);
    let (out, back) = (world.path("out"), world.path("back"));
    sync_with(&laptop, to(&out)).expect("written");
    world.township.carry(&out, &back).expect("carried");
    let mut files: Vec<_> =
        std::fs::read_dir(&back).expect("list").map(|file| file.expect("file").path()).collect();
    files.sort();
    // The last part is a page of the pull; the receipts before it are whole.
    let last = files.last().expect("a part");
    let mut bytes = std::fs::read(last).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(last, &bytes).expect("written");
    let error = sync_with(&laptop, from(&back)).expect_err("named");
    assert_eq!(error.code, "parcel_broken");
    let name = last.file_name().expect("name").to_string_lossy().into_owned();
    assert!(error.message.contains(&name), "{}", error.message);
    assert_eq!(waiting(&laptop), 0);
}

#[test]
fn an_answer_older_than_what_is_known_is_skipped_and_not_called_a_lie() {
    let world = World::new();
    let door = Arc::new(Crooked::new(world.township.local_door()));
    let (laptop, _) = world.laptop_over("一号", door);
    patrol(&laptop);
    let (out, back) = (world.path("out"), world.path("back"));
    sync_with(&laptop, to(&out)).expect("written");
    world.township.carry(&out, &back).expect("carried");
    let matter = patrol(&laptop);
    note(&laptop, &matter, "后来有了网络");
    must_sync(&laptop);
    sync_with(&laptop, from(&back)).expect("skipped");
    must_sync(&laptop);
    assert_eq!(waiting(&laptop), 0);
}

#[test]
fn an_empty_folder_and_a_stick_of_somebody_else_hold_nothing_for_this_laptop() {
    let world = World::new();
    let door = Arc::new(Crooked::new(world.township.local_door()));
    let (laptop, _) = world.laptop_over("一号", door);
    let out = world.path("out");
    std::fs::create_dir_all(&out).expect("folder");
    assert_eq!(sync_with(&laptop, from(&out)).expect_err("none").code, "parcel_none");
    // Our own parcel is sealed to the township, not to us.
    sync_with(&laptop, to(&out)).expect("written");
    assert_eq!(sync_with(&laptop, from(&out)).expect_err("none").code, "parcel_none");
}
