//! Chains and commitments: whatever is dropped, swapped, doubled or exchanged is named.

use liuhen_protocol::{Body, Digest, Domain, Entry, Fault, Position, Salt, Sign as _, canonical, check_next};
use proptest::prelude::*;

use crate::vectors;

/// Replays a list as a receiver does: the first fault, or the head.
fn replay(entries: &[Entry]) -> Result<Option<Position>, Fault> {
    let key = vectors::Key::of(vectors::OFFICER).public_key();
    let mut head: Option<Position> = None;
    let mut held: Vec<Digest> = Vec::new();
    for entry in entries {
        entry.verify(&key).unwrap();
        let at = usize::try_from(entry.envelope().seq - 1).unwrap();
        check_next(head.as_ref(), held.get(at), entry)?;
        held.push(entry.hash());
        head = Some(Position::of(entry));
    }
    Ok(head)
}

fn chain() -> Vec<Entry> {
    vectors::entries().into_iter().map(|(entry, ..)| entry).collect()
}

#[test]
fn a_whole_chain_replays() {
    assert_eq!(replay(&chain()).unwrap().unwrap().seq, 3);
}

#[test]
fn a_dropped_entry_is_a_gap_at_the_next_one() {
    let mut entries = chain();
    entries.remove(1);
    assert_eq!(replay(&entries), Err(Fault::Gap { expected: 2, seq: 3 }));
}

#[test]
fn a_doubled_entry_is_recognised_as_already_held() {
    let mut entries = chain();
    entries.insert(1, entries[0].clone());
    assert_eq!(replay(&entries), Err(Fault::Repeated { seq: 1 }));
}

#[test]
fn a_second_history_is_a_fork() {
    let mut entries = chain();
    let mut other = entries[2].envelope().clone();
    other.kind = "matter.voided".into();
    entries.push(Entry::sign(other, &vectors::Key::of(vectors::OFFICER)).unwrap());
    assert_eq!(replay(&entries), Err(Fault::Fork { seq: 3 }));
}

#[test]
fn an_entry_that_names_another_predecessor_breaks_the_chain() {
    let mut entries = chain();
    let mut other = entries.pop().unwrap().envelope().clone();
    other.prev = Some(Digest::of(b"another entry"));
    entries.push(Entry::sign(other, &vectors::Key::of(vectors::OFFICER)).unwrap());
    assert_eq!(replay(&entries), Err(Fault::Chain { seq: 3 }));
}

#[test]
fn another_officers_key_cannot_sign_in_this_series() {
    let envelope = chain()[1].envelope().clone();
    assert!(Entry::sign(envelope, &vectors::Key::of(vectors::ROOT)).is_err());
    let other = vectors::Key::of(vectors::ROOT).public_key();
    assert!(chain()[1].verify(&other).is_err());
    // Nor does a good signature of another key make the entry one of this series.
    let envelope = chain()[1].envelope().clone();
    let mut item = canonical(&envelope, "entry").unwrap();
    let signature = vectors::Key::of(vectors::ROOT).sign(Domain::Entry, &item);
    item.extend(format!("\n{signature}\n").bytes());
    assert!(Entry::decode(&item).unwrap().verify(&other).is_err());
}

#[test]
fn a_body_exchanged_with_its_salt_is_noticed() {
    let made = vectors::entries();
    let (first, ..) = &made[0];
    let (_, body, salt) = &made[1];
    assert!(body.check(salt, &first.envelope().body).is_err());
}

proptest! {
    #[test]
    fn no_other_body_fits_a_commitment(text in ".{0,40}", salt in any::<[u8; 32]>()) {
        let (entry, body, _) = &vectors::entries()[1];
        let mut fields = body.fields().clone();
        fields.insert("text".into(), text.into());
        let other = Body::new(fields).unwrap();
        prop_assert!(other.check(&Salt(salt), &entry.envelope().body).is_err());
    }
}
