//! Files over a bad line: resumed where the township stands, packed when small, never sent twice over.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use liuhen_app::Laptop;
use liuhen_app::evidence::import_files;
use liuhen_app::input::{ImportMedia, SyncNow};
use liuhen_store::Work;

use crate::doors::Crooked;
use crate::world::{World, must_sync, sync_with};

/// Imports files of these contents; answers their digests.
pub(crate) fn import(world: &World, laptop: &Laptop, contents: &[&[u8]]) -> Vec<String> {
    let folder = world.path("card");
    std::fs::create_dir_all(&folder).expect("folder");
    let mut digests = Vec::new();
    let mut paths = Vec::new();
    for (n, content) in contents.iter().enumerate() {
        let path = folder.join(format!("REC{n:04}.bin"));
        std::fs::write(&path, content).expect("written");
        digests.push(liuhen_protocol::Digest::of(content).to_hex());
        paths.push(path.to_string_lossy().into_owned());
    }
    let input = ImportMedia { paths, ..ImportMedia::default() };
    import_files(laptop, &input, &Work::silent()).expect("imported");
    digests
}

#[test]
fn a_cut_upload_goes_on_where_the_township_stands() {
    let world = World::new();
    let door = Arc::new(Crooked::new(world.township.local_door()));
    let (laptop, _) = world.laptop_over("一号", door.clone());
    let file: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 253) as u8).collect();
    import(&world, &laptop, &[&file]);
    door.faults.cut_appends.store(3, Ordering::SeqCst);
    let outcome = must_sync(&laptop);
    assert_eq!(outcome.media, 2, "{outcome:?}");
    let sent = door.faults.appended.load(Ordering::SeqCst);
    // What was cut is sent again from where it broke: at most half a piece for each of three cuts.
    assert!(sent <= 3_000_000 + 3 * (4 << 20) / 2, "{sent}");
}

#[test]
fn a_damaged_piece_is_sent_again() {
    let world = World::new();
    let door = Arc::new(Crooked::new(world.township.local_door()));
    let (laptop, _) = world.laptop_over("一号", door.clone());
    let file = vec![7_u8; 1_500_000];
    import(&world, &laptop, &[&file]);
    door.faults.damage_appends.store(2, Ordering::SeqCst);
    assert_eq!(must_sync(&laptop).media, 2);
}

#[test]
fn small_files_share_packs_and_text_only_sends_no_media() {
    let world = World::new();
    let door = Arc::new(Crooked::new(world.township.local_door()));
    let (laptop, _) = world.laptop_over("一号", door.clone());
    let contents: Vec<Vec<u8>> = (0..40_u8).map(|n| vec![n; 8192]).collect();
    let contents: Vec<&[u8]> = contents.iter().map(Vec::as_slice).collect();
    import(&world, &laptop, &contents);
    let text = sync_with(&laptop, SyncNow { text_only: true, ..SyncNow::default() }).expect("synced");
    assert_eq!((text.media, door.faults.packs.load(Ordering::SeqCst)), (40, 1), "manifests only");
    let all = must_sync(&laptop);
    assert_eq!((all.media, door.faults.packs.load(Ordering::SeqCst)), (40, 2));
}
