//! Uploads in process: resumable over restarts, whole digests decide, receipts are logged.

use liuhen_core::Role;
use liuhen_protocol::wire::{BlobKind, BlobSpec};
use liuhen_protocol::{Digest, DoorError, Subject, Township as _};
use serde_json::json;

use crate::fixture::{Laptop, Town};

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect()
}

fn spec(bytes: &[u8]) -> BlobSpec {
    BlobSpec { digest: Digest::of(bytes), size: bytes.len() as u64, kind: BlobKind::Media }
}

fn record(laptop: &mut Laptop, media: &str, bytes: &[u8]) {
    let body = json!({
        "name": "现场.mp4", "size": bytes.len(), "sha256": Digest::of(bytes).to_hex(), "sm3": null,
        "manifest": "cd".repeat(32), "mime": "video/mp4", "capture_source": "none", "offset_seconds": 0
    });
    laptop.write(Subject::new("media", media), "media.recorded", body);
}

#[test]
fn an_upload_is_receipted_once_and_answered_as_held_afterwards() {
    let town = Town::new();
    let li = town.laptop("执法员一", Role::Officer, 1);
    let door = town.township.local_door();
    let data = bytes(100_000);
    let begun = door.blob_begin(&li.token, &spec(&data)).unwrap();
    assert_eq!((begun.offset, begun.complete), (0, false));
    let half = door.blob_append(&li.token, &begun.id, 0, &data[..50_001]).unwrap();
    assert_eq!((half.offset, half.complete), (50_001, false));
    assert_eq!(
        door.blob_append(&li.token, &begun.id, 1, &data),
        Err(DoorError::OffsetMismatch { offset: 50_001 })
    );
    let size = town.township.size();
    assert!(door.blob_append(&li.token, &begun.id, 50_001, &data[50_001..]).unwrap().complete);
    assert_eq!(town.township.size(), size + 1, "blob.received");
    let again = door.blob_begin(&li.token, &spec(&data)).unwrap();
    assert!(again.complete && town.township.size() == size + 1);
}

#[test]
fn every_acknowledged_byte_survives_a_restart() {
    let town = Town::new();
    let mut li = town.laptop("执法员一", Role::Officer, 1);
    let data = bytes(90_000);
    let begun = town.township.local_door().blob_begin(&li.token, &spec(&data)).unwrap();
    town.township.local_door().blob_append(&li.token, &begun.id, 0, &data[..40_000]).unwrap();
    let town = town.reopen();
    li.token = li.sign_in(&town).unwrap();
    let door = town.township.local_door();
    let begun = door.blob_begin(&li.token, &spec(&data)).unwrap();
    assert_eq!(begun.offset, 40_000);
    assert!(door.blob_append(&li.token, &begun.id, 40_000, &data[40_000..]).unwrap().complete);
    assert!(town.township.verify(true).unwrap().sound);
}

#[test]
fn a_file_that_is_not_what_it_claims_is_dropped_and_can_be_sent_again() {
    let town = Town::new();
    let li = town.laptop("执法员一", Role::Officer, 1);
    let door = town.township.local_door();
    let data = bytes(1000);
    let begun = door.blob_begin(&li.token, &spec(&data)).unwrap();
    let wrong = vec![0; 1000];
    assert_eq!(door.blob_append(&li.token, &begun.id, 0, &wrong), Err(DoorError::ChecksumMismatch));
    let begun = door.blob_begin(&li.token, &spec(&data)).unwrap();
    assert_eq!(begun.offset, 0);
    assert!(door.blob_append(&li.token, &begun.id, 0, &data).unwrap().complete);
}

#[test]
fn an_empty_file_is_complete_at_once() {
    let town = Town::new();
    let li = town.laptop("执法员一", Role::Officer, 1);
    assert!(town.township.local_door().blob_begin(&li.token, &spec(b"")).unwrap().complete);
}

#[test]
fn nobody_else_can_put_bytes_into_an_upload() {
    let town = Town::new();
    let li = town.laptop("执法员一", Role::Officer, 1);
    let mut thief = Laptop::new(&town.moment, 2);
    thief.address = [127, 0, 0, 2].into();
    thief.enrol(&town, &town.code("执法员二", Role::Officer)).unwrap();
    thief.token = thief.sign_in(&town).unwrap();
    let data = bytes(1000);
    let begun = town.township.local_door().blob_begin(&li.token, &spec(&data)).unwrap();
    town.township.local_door().blob_append(&li.token, &begun.id, 0, &data[..10]).unwrap();
    let theirs = town.township.door(thief.address);
    assert_eq!(theirs.blob_append(&thief.token, &begun.id, 10, b"x"), Err(DoorError::NotFound));
    assert_eq!(theirs.blob_begin(&thief.token, &spec(&data)).unwrap().offset, 0, "an upload of their own");
}

#[test]
fn two_officers_of_one_laptop_go_on_with_one_upload() {
    let town = Town::new();
    let (li, wang) = (town.laptop("执法员一", Role::Officer, 1), town.laptop("执法员二", Role::Officer, 2));
    let door = town.township.local_door();
    let data = bytes(70_000);
    let begun = door.blob_begin(&li.token, &spec(&data)).unwrap();
    door.blob_append(&li.token, &begun.id, 0, &data[..60_000]).unwrap();
    let taken = door.blob_begin(&wang.token, &spec(&data)).unwrap();
    assert_eq!(taken.offset, 60_000);
    assert!(door.blob_append(&wang.token, &taken.id, 60_000, &data[60_000..]).unwrap().complete);
}

#[test]
fn small_files_travel_in_packs_and_a_false_one_is_left_out() {
    let town = Town::new();
    let li = town.laptop("执法员一", Role::Officer, 1);
    let files: Vec<(Digest, Vec<u8>)> =
        (1..40).map(|n| (Digest::of(&bytes(n * 100)), bytes(n * 100))).collect();
    let mut sent = files.clone();
    sent.push((Digest([1; 32]), b"not that".to_vec()));
    let held = town.township.local_door().pack(&li.token, &sent).unwrap();
    assert_eq!(held, files.iter().map(|(digest, _)| *digest).collect::<Vec<_>>());
    assert!(town.township.verify(true).unwrap().sound);
}

#[test]
fn media_are_read_by_those_who_see_their_entry() {
    let town = Town::new();
    let (mut li, wang) =
        (town.laptop("执法员一", Role::Officer, 1), town.laptop("执法员二", Role::Officer, 2));
    let boss = town.laptop("监督员一", Role::Supervisor, 3);
    let data = bytes(50_000);
    record(&mut li, "v1", &data);
    li.push(&town).unwrap();
    let door = town.township.local_door();
    let begun = door.blob_begin(&li.token, &spec(&data)).unwrap();
    door.blob_append(&li.token, &begun.id, 0, &data).unwrap();
    let digest = Digest::of(&data);
    assert_eq!(door.blob_read(&boss.token, &digest, 16_000, 1000).unwrap(), data[16_000..17_000]);
    assert_eq!(door.blob_read(&li.token, &digest, 49_999, 1000).unwrap(), data[49_999..]);
    assert_eq!(door.blob_read(&wang.token, &digest, 0, 10), Err(DoorError::NotFound));
    assert!(town.township.overview(3, 0).unwrap().overdue.is_empty());
}

#[test]
fn an_upload_expires() {
    let town = Town::new();
    let mut li = town.laptop("执法员一", Role::Officer, 1);
    let begun = town.township.local_door().blob_begin(&li.token, &spec(&bytes(10))).unwrap();
    town.moment.advance(15 * 24 * 3_600_000);
    li.token = li.sign_in(&town).unwrap();
    assert_eq!(town.township.local_door().blob_append(&li.token, &begun.id, 0, b"x"), Err(DoorError::Gone));
}
