//! What a lying laptop or a thief brings: the right answer, nothing stored, others' work goes on.

use liuhen_core::Role;
use liuhen_protocol::wire::{PushBatch, WireEntry};
use liuhen_protocol::{
    Body, Digest, DoorError, Entry, Envelope, Salt, Sign as _, Stamp, Subject, Township as _,
};
use liuhen_store::Moment;
use serde_json::json;

use crate::fixture::{Laptop, Town, body, noon};

fn refused(error: DoorError) -> String {
    match error {
        DoorError::Refused { code } => code,
        other => panic!("{other:?}"),
    }
}

/// An entry of this laptop's series at a place of the attacker's choice.
fn forged(laptop: &Laptop, seq: u64, prev: Option<Digest>, text: &str) -> WireEntry {
    let moment = Moment::fixed(noon(), seq + 100);
    let content = Body::new(body(json!({ "text": text }))).unwrap();
    let salt = Salt([3; 32]);
    let envelope = Envelope {
        v: 1,
        suite: liuhen_protocol::SUITE.into(),
        series: laptop.series(),
        epoch: 1,
        seq,
        prev,
        after: vec![],
        id: moment.uuid().unwrap(),
        subject: Subject::new("matter", "m1"),
        time: Stamp { ..moment.stamp() },
        seen: None,
        kind: "matter.note_added".into(),
        body: content.reference(&salt).unwrap(),
    };
    let entry = Entry::sign(envelope, &laptop.signer).unwrap();
    WireEntry::new(entry.item(), Some((&salt, content.bytes()))).unwrap()
}

fn push(town: &Town, laptop: &Laptop, entries: Vec<WireEntry>) -> liuhen_protocol::wire::ReceiptsAnswer {
    town.township.local_door().push(&laptop.token, &laptop.batch(entries)).unwrap()
}

fn two(town: &Town) -> (Laptop, Laptop) {
    let (mut li, mut wang) =
        (town.laptop("执法员一", Role::Officer, 1), town.laptop("执法员二", Role::Officer, 2));
    li.start("m1");
    wang.start("m2");
    (li, wang)
}

#[test]
fn a_forged_signature_stops_that_series_and_no_other() {
    let town = Town::new();
    let (mut li, mut wang) = two(&town);
    let mut entries = li.unsent();
    let broken = entries[1].item.replace("matter.started", "matter.stopped");
    entries[1] = WireEntry { item: broken, ..entries[1].clone() };
    entries.extend(wang.unsent());
    let answer = push(&town, &li, entries);
    assert_eq!(answer.stopped.len(), 1);
    assert_eq!((answer.stopped[0].seq, answer.stopped[0].code.as_str()), (2, "bad_signature"));
    assert_eq!(answer.receipts.len(), 3, "one of his, both of hers");
}

#[test]
fn a_gap_stops_the_series_where_it_is() {
    let town = Town::new();
    let (mut li, _) = two(&town);
    li.note("m1", "一");
    let mut entries = li.unsent();
    entries.remove(1);
    let answer = push(&town, &li, entries);
    assert_eq!((answer.stopped[0].seq, answer.stopped[0].code.as_str()), (3, "gap"));
    assert_eq!(answer.receipts.len(), 1);
}

#[test]
fn a_second_branch_is_kept_as_evidence_and_told_to_everybody() {
    let town = Town::new();
    let (mut li, mut wang) = two(&town);
    let first = li.push(&town).unwrap();
    let opened = first.receipts[0].hash;
    let fork = forged(&li, 2, Some(opened), "另一个版本");
    let size = town.township.size();
    let answer = push(&town, &li, vec![fork.clone()]);
    assert_eq!(answer.stopped[0].code, "fork");
    assert!(answer.receipts.is_empty());
    assert_eq!(town.township.size(), size + 1, "series.forked, and not the branch");
    push(&town, &li, vec![fork]);
    assert_eq!(town.township.size(), size + 1, "named once");
    wang.push(&town).unwrap();
    let (page, _) = wang.pull(&town).unwrap();
    let line = page
        .scope
        .unwrap()
        .subjects
        .into_iter()
        .find(|line| line.kind == "series" && line.id == li.series().to_hex());
    assert_eq!(line.unwrap().count, 2, "opened and forked reach every laptop");
}

#[test]
fn a_wrong_predecessor_is_named() {
    let town = Town::new();
    let (mut li, _) = two(&town);
    li.push(&town).unwrap();
    let answer = push(&town, &li, vec![forged(&li, 3, Some(Digest([1; 32])), "x")]);
    assert_eq!(answer.stopped[0].code, "prev_mismatch");
}

#[test]
fn a_series_that_is_not_enrolled_is_refused() {
    let town = Town::new();
    let (li, _) = two(&town);
    let mut stranger = Laptop::new(&town.moment, 77);
    stranger.start("m9");
    let answer = push(&town, &li, stranger.unsent());
    assert_eq!(answer.stopped[0].code, "unknown_series");
    assert!(answer.receipts.is_empty());
    assert_eq!(refused(stranger.sign_in(&town).unwrap_err()), "unknown_series");
}

#[test]
fn a_laptop_cannot_speak_for_the_township() {
    let town = Town::new();
    let (mut li, _) = two(&town);
    let me = li.officer.clone();
    li.write(Subject::new("officer", me.clone()), "officer.granted", json!({ "role": "supervisor" }));
    li.push(&town).unwrap();
    let roles = town.township.person(&me).unwrap().roles;
    assert_eq!(roles.into_iter().collect::<Vec<_>>(), [Role::Officer]);
}

#[test]
fn bytes_that_are_not_canonical_stop_the_series() {
    let town = Town::new();
    let (mut li, _) = two(&town);
    let mut entries = li.unsent();
    entries[0].item = entries[0].item.replacen("{\"after\"", "{ \"after\"", 1);
    let answer = push(&town, &li, entries);
    assert_eq!(answer.stopped[0].code, "not_canonical");
    assert!(answer.receipts.is_empty());
}

#[test]
fn a_body_exchanged_for_another_is_noticed() {
    let town = Town::new();
    let (mut li, _) = two(&town);
    let mut entries = li.unsent();
    entries[1].body = Some("{\"text\":\"别的话\"}".into());
    let answer = push(&town, &li, entries);
    assert_eq!((answer.stopped[0].seq, answer.stopped[0].code.as_str()), (2, "bad_commitment"));
}

#[test]
fn garbage_and_too_much_are_refused_whole() {
    let town = Town::new();
    let (li, _) = two(&town);
    let door = town.township.local_door();
    let garbage = WireEntry { item: "not an entry".into(), salt: None, body: None };
    let batch = li.batch(vec![garbage.clone()]);
    assert!(matches!(door.push(&li.token, &batch), Err(DoorError::Malformed { .. })));
    let batch = li.batch(vec![garbage; 1001]);
    assert_eq!(door.push(&li.token, &batch), Err(DoorError::TooLarge));
    let batch = PushBatch { v: 2, ..li.batch(vec![]) };
    assert!(matches!(door.push(&li.token, &batch), Err(DoorError::Malformed { .. })));
}

#[test]
fn a_code_works_for_one_key_only_and_the_second_is_an_alarm() {
    let town = Town::new();
    let code = town.code("执法员一", Role::Officer);
    let (li, thief) = (Laptop::new(&town.moment, 1), Laptop::new(&town.moment, 2));
    let first = li.enrol(&town, &code).unwrap();
    let again = li.enrol(&town, &code).unwrap();
    assert_eq!((first.holder, first.entry.index), (again.holder, again.entry.index));
    assert_eq!(refused(thief.enrol(&town, &code).unwrap_err()), "code_used");
    assert_eq!(town.township.overview(3, 2).unwrap().alarms["code_used"], 1);
    let other = town.code("执法员二", Role::Officer);
    assert_eq!(refused(li.enrol(&town, &other).unwrap_err()), "other_key");
}

#[test]
fn a_code_is_void_after_a_day_and_a_guessed_one_is_unknown() {
    let town = Town::new();
    let code = town.code("执法员一", Role::Officer);
    let li = Laptop::new(&town.moment, 1);
    town.moment.advance(24 * 3_600_000 + 1);
    assert_eq!(refused(li.enrol(&town, &code).unwrap_err()), "code_expired");
    let guessed = liuhen_protocol::EnrolmentCode { secret: [0; 20], pin: code.pin };
    assert_eq!(refused(li.enrol(&town, &guessed).unwrap_err()), "code_unknown");
}

#[test]
fn an_enrolment_signed_for_another_door_is_refused() {
    let town = Town::new();
    let code = town.code("执法员一", Role::Officer);
    let li = Laptop::new(&town.moment, 1);
    let mut request = li.request(&town, &code);
    let pin = town.township.root_pin();
    let message =
        liuhen_protocol::wire::enrolment_message(&request.nonce, &pin, &Digest([5; 32]), &request.public_key);
    request.signature = li.signer.sign(liuhen_protocol::Domain::Enrolment, &message);
    assert_eq!(refused(town.township.local_door().enrol(&request).unwrap_err()), "bad_signature");
    assert!(li.enrol(&town, &code).is_ok(), "the code was not used up");
}

#[test]
fn a_challenge_answers_once_and_a_stolen_token_only_at_its_address() {
    let town = Town::new();
    let (mut li, _) = two(&town);
    let answer = li.signed_challenge(&town).unwrap();
    let door = town.township.local_door();
    assert!(door.session(&answer).is_ok());
    assert_eq!(door.session(&answer), Err(DoorError::Unauthorised), "a nonce is good once");
    li.address = [127, 0, 0, 2].into();
    assert_eq!(li.push(&town), Err(DoorError::Unauthorised));
    town.moment.advance(61 * 60_000);
    li.address = [127, 0, 0, 1].into();
    assert_eq!(li.push(&town), Err(DoorError::Unauthorised), "a session ends");
}
