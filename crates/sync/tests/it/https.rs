//! The real door over TLS: first contact, pins, text in both directions, files, and a server that restarts.

use std::sync::Arc;

use liuhen_app::Courier as _;
use liuhen_protocol::{EnrolmentCode, Township as _};
use liuhen_sync::{Bandwidth, HttpTownship, LineMeter, SyncError, TownshipCourier, Trust};

use crate::world::{
    PAUSES, World, enrol, found, invite, knows, must_sync, note, patrol, serve, try_sync, waiting,
};

fn https() -> Arc<TownshipCourier> {
    Arc::new(TownshipCourier::https_with(PAUSES))
}

#[test]
fn a_note_written_offline_arrives_with_a_verified_receipt_and_reaches_a_colleague() {
    let world = World::new();
    let served = serve(&world.township);
    let url = served.ready().url.clone();
    let first = world.enrolled("一号", &url, https());
    let second = world.enrolled("二号", &url, https());
    let matter = patrol(&first);
    (0..20).for_each(|n| note(&first, &matter, &format!("第{n}条")));
    let outcome = must_sync(&first);
    assert_eq!(waiting(&first), 0);
    assert!(outcome.receipts >= 21 && outcome.stopped.is_empty(), "{outcome:?}");
    assert!(outcome.sent.0 > 0);
    must_sync(&second);
    assert!(!knows(&second, &matter), "not the second officer's matter");
    assert_eq!(must_sync(&first).pushed, 0);
}

#[test]
fn the_code_is_said_to_nobody_but_the_township_that_gave_it() {
    let world = World::new();
    let other = found(world.folder.path(), "other");
    let served = serve(&other);
    let laptop = world.fresh("一号", https());
    let code = invite(&world.township, "一号");
    let error = enrol(&laptop, &served.ready().url, &code).expect_err("refused");
    assert_eq!(error.code, "township_foreign");
    let real = serve(&world.township);
    enrol(&laptop, &real.ready().url, &code).expect("the code is still good");
}

#[test]
fn a_wrong_code_an_unreachable_and_a_plain_address_get_a_sentence_each() {
    let world = World::new();
    let served = serve(&world.township);
    let laptop = world.fresh("一号", https());
    let code = |code: &str, url: &str| enrol(&laptop, url, code).expect_err("refused").code;
    let good = invite(&world.township, "一号");
    assert_eq!(code("ABCDE-FGHIJ", &served.ready().url), "sync_code");
    assert_eq!(code(&good, "http://127.0.0.1:1"), "sync_address");
    assert_eq!(code(&good, "https://127.0.0.1:1"), "township_unreachable");
    let unknown = EnrolmentCode::new([9; 20], &world.township.root_pin()).to_string();
    assert_eq!(code(&unknown, &served.ready().url), "code_unknown");
}

#[test]
fn a_server_with_another_tls_key_is_not_spoken_to() {
    let world = World::new();
    let other = found(world.folder.path(), "other");
    let served = serve(&other);
    let door = |trust| {
        let limit = Arc::new(Bandwidth::unlimited());
        HttpTownship::new(&served.ready().url, trust, limit, Arc::new(LineMeter::default())).expect("client")
    };
    let error = door(Trust::Pinned(vec![world.township.tls_pin()])).note().expect_err("refused");
    assert!(matches!(SyncError::from(error), SyncError::Door(liuhen_protocol::DoorError::UnpinnedKey)));
    let right = door(Trust::Pinned(vec![other.tls_pin()]));
    assert_eq!(right.note().expect("note"), other.note());
    assert_eq!(right.presented_key(), Some(other.tls_pin()));
}

#[test]
fn files_large_and_small_arrive_and_are_read_back_by_range() {
    let world = World::new();
    let served = serve(&world.township);
    let courier = https();
    let laptop = world.enrolled("一号", &served.ready().url, courier.clone());
    let large: Vec<u8> = (0..9_000_001_u32).map(|n| (n % 251) as u8).collect();
    let files = crate::uploads::import(&world, &laptop, &[&large, b"small one", b"small two"]);
    let outcome = must_sync(&laptop);
    // Each file and its manifest.
    assert_eq!(outcome.media, 6, "{outcome:?}");
    assert!(outcome.stopped.is_empty());
    let part = courier.read_remote(&laptop, &files[0], 8_999_990, 100).expect("read");
    assert_eq!(part, &large[8_999_990..]);
    assert_eq!(must_sync(&laptop).media, 0, "received ones are not sent again");
}

#[test]
fn a_restarted_server_asks_to_sign_in_again_and_nothing_is_lost() {
    let world = World::new();
    let served = serve(&world.township);
    let address = served.ready().address;
    let laptop = world.enrolled("一号", &served.ready().url, https());
    let matter = patrol(&laptop);
    must_sync(&laptop);
    served.stop().expect("stopped");
    note(&laptop, &matter, "断网时写的");
    assert_eq!(try_sync(&laptop).expect_err("away").code, "township_unreachable");
    let World { folder, township } = world;
    drop(township);
    let township = crate::world::open(folder.path(), "township");
    let _served = liuhen_server::serve_in_background(township, address).expect("served");
    must_sync(&laptop);
    assert_eq!(waiting(&laptop), 0);
}

#[test]
fn a_speed_limit_is_kept() {
    let world = World::new();
    let served = serve(&world.township);
    let laptop = world.enrolled("一号", &served.ready().url, https());
    // Bytes that do not pack.
    let noise: Vec<u8> =
        (0..6_u8).flat_map(|n| liuhen_protocol::Digest::of(&[n]).0).cycle().take(300_000).collect();
    crate::uploads::import(&world, &laptop, &[&noise]);
    let begun = std::time::Instant::now();
    let input = liuhen_app::input::SyncNow { limit_kbit: Some(2000), ..Default::default() };
    crate::world::sync_with(&laptop, input).expect("synced");
    let seconds = begun.elapsed().as_secs_f64();
    assert!(seconds > 0.9, "300 kB at 250 kB/s took {seconds}");
}
