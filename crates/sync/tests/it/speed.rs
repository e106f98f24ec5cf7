//! A backlog and a heap of files, small here; with figures at full size:
//! `LIUHEN_NOTES=10000 LIUHEN_MIB=1024 LIUHEN_FILES=10000 cargo test -p liuhen-sync --release --test it speed -- --nocapture`.

use std::sync::Arc;
use std::time::Instant;

use liuhen_app::ApiError;
use liuhen_store::NewEntry;
use liuhen_sync::TownshipCourier;
use serde_json::{Map, json};

use crate::world::{PAUSES, World, must_sync, patrol, serve, waiting};

/// How much to do.
fn size_of(name: &str, usual: u32) -> u32 {
    std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(usual)
}

#[test]
fn a_backlog_of_notes_is_sent_in_batches_and_receipted_to_the_last() {
    let world = World::new();
    let served = serve(&world.township);
    let courier = Arc::new(TownshipCourier::https_with(PAUSES));
    let laptop = world.enrolled("一号", &served.ready().url, courier);
    let matter = patrol(&laptop);
    must_sync(&laptop);
    let text: String = (0..680).map(|n| char::from_u32(0x4e00 + n * 7 % 5000).unwrap_or('一')).collect();
    let count = size_of("LIUHEN_NOTES", 1500);
    let begun = Instant::now();
    for chunk in 0..count / 500 {
        let entries = (0..500)
            .map(|n| {
                let mut body = Map::new();
                body.insert("text".into(), json!(format!("{chunk}-{n} {text}")));
                let subject = liuhen_protocol::Subject::new("matter", matter.clone());
                NewEntry::new(subject, "matter.note_added", body)
            })
            .collect();
        laptop
            .with_signer(|signer| {
                laptop.with_store(|store| Ok::<_, ApiError>(store.commit(signer, entries).map(drop)?))
            })
            .expect("unlocked")
            .expect("committed");
    }
    println!("commit {count}: {:?}", begun.elapsed());
    let begun = Instant::now();
    let outcome = must_sync(&laptop);
    let took = begun.elapsed();
    assert_eq!(waiting(&laptop), 0);
    println!(
        "sync {} notes: {took:?} = {:.0}/s, sent {} B, received {} B",
        outcome.pushed,
        f64::from(outcome.pushed) / took.as_secs_f64(),
        outcome.sent.0,
        outcome.received.0
    );
}

#[test]
fn one_large_file_and_many_small_ones_arrive_whole() {
    let world = World::new();
    let served = serve(&world.township);
    let courier = Arc::new(TownshipCourier::https_with(PAUSES));
    let laptop = world.enrolled("一号", &served.ready().url, courier);
    let mib = size_of("LIUHEN_MIB", 8);
    let large: Vec<u8> = (0..mib << 20).map(|n| (n % 251) as u8).collect();
    crate::uploads::import(&world, &laptop, &[&large]);
    let begun = Instant::now();
    assert_eq!(must_sync(&laptop).media, 2);
    let took = begun.elapsed();
    println!("upload {mib} MiB: {took:?} = {:.0} MiB/s", f64::from(mib) / took.as_secs_f64());
    let files = size_of("LIUHEN_FILES", 60);
    let small: Vec<Vec<u8>> = (0..files).map(|n| n.to_be_bytes().repeat(2048)).collect();
    let small: Vec<&[u8]> = small.iter().map(Vec::as_slice).collect();
    crate::uploads::import(&world, &laptop, &small);
    let begun = Instant::now();
    let outcome = must_sync(&laptop);
    println!("{files} files of 8 KiB: {:?}, {} blobs", begun.elapsed(), outcome.media);
    assert_eq!(outcome.media, 2 * files);
}
