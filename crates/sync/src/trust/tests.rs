//! A township that lies in every way a checkpoint can lie.

use ed25519_dalek::{Signer as _, SigningKey};
use liuhen_protocol::merkle::{consistency, inclusion, root, root_of};
use liuhen_protocol::{Domain, KeyKind, PublicKey, Sign, Signature, cosign};

use super::*;

struct Key(SigningKey);

impl Key {
    fn new(fill: u8) -> Self {
        Self(SigningKey::from_bytes(&[fill; 32]))
    }
}

impl Sign for Key {
    fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }
    fn sign(&self, domain: Domain, message: &[u8]) -> Signature {
        Signature(self.0.sign(&domain.message(message)).to_bytes())
    }
}

const ORIGIN: &str = "zhen.example/log";

fn anchor(quorum: u32) -> Anchor {
    let key =
        |name: &str, kind, fill| VerifierKey::new(name, kind, Key::new(fill).public_key()).expect("key");
    Anchor {
        note: TownshipNote {
            name: "某镇".into(),
            version: 1,
            root: Key::new(1).public_key(),
            log: key(ORIGIN, KeyKind::Note, 2),
            clock: key("zhen.example/clock", KeyKind::Cosigner, 3),
            nodes: vec![Key::new(4).public_key()],
            tls: vec![Digest([5; 32])],
            recovery: [6; 32],
            seal: [7; 32],
            witnesses: vec![key("witness.example", KeyKind::Cosigner, 8)],
            quorum,
        },
        quorum: 0,
    }
}

fn leaves(count: u8, fill: u8) -> Vec<Digest> {
    (0..count).map(|n| liuhen_protocol::merkle::leaf_hash(&[fill, n])).collect()
}

fn checkpoint(leaves: &[Digest], log: u8, dated: bool, witnessed: bool) -> String {
    let checkpoint = Checkpoint { origin: ORIGIN.into(), size: leaves.len() as u64, root: root_of(leaves) };
    let mut note = checkpoint.sign(&Key::new(log)).expect("signed");
    if dated {
        cosign(&mut note, "zhen.example/clock", &Key::new(3), 1_700_000_000).expect("dated");
    }
    if witnessed {
        cosign(&mut note, "witness.example", &Key::new(8), 1_700_000_001).expect("witnessed");
    }
    note.to_string()
}

fn kind(result: Result<Dated, Box<Lie>>) -> LieKind {
    result.expect_err("a lie").kind
}

#[test]
fn an_honest_township_is_believed_and_its_witnesses_are_counted() {
    let anchor = anchor(1);
    let all = leaves(9, 0);
    let held = anchor.extend(None, &checkpoint(&all[..4], 2, true, false), &[]).expect("held");
    assert_eq!((held.witnesses, held.time, anchor.witnesses_needed()), (0, 1_700_000_000, 1));
    let path = consistency(&all[..], 4, 9).expect("path");
    let newer = anchor.extend(Some(&held), &checkpoint(&all, 2, true, true), &path).expect("newer");
    assert_eq!(newer.witnesses, 1);
    let receipt = EntryReceipt { hash: all[5], index: 5, path: inclusion(&all[..], 5, 9).expect("path") };
    check_inclusion(&newer, &receipt).expect("included");
    assert_eq!(root(&all[..], 9).expect("root"), newer.checkpoint.root);
}

#[test]
fn rolled_back_emptied_split_foreign_and_undated_are_told_apart() {
    let anchor = anchor(0);
    let all = leaves(9, 0);
    let held = anchor.extend(None, &checkpoint(&all[..6], 2, true, false), &[]).expect("held");
    let offer = |text: &str, path: &[Digest]| kind(anchor.extend(Some(&held), text, path));
    assert_eq!(offer(&checkpoint(&all[..3], 2, true, false), &[]), LieKind::RolledBack);
    assert_eq!(offer(&checkpoint(&[], 2, true, false), &[]), LieKind::Emptied);
    let other = leaves(9, 1);
    let path = consistency(&other[..], 6, 9).expect("path");
    assert_eq!(offer(&checkpoint(&other, 2, true, false), &path), LieKind::Split);
    assert_eq!(offer(&checkpoint(&other[..6], 2, true, false), &[]), LieKind::Split);
    assert_eq!(offer(&checkpoint(&all, 9, true, false), &[]), LieKind::Foreign);
    assert_eq!(offer(&checkpoint(&all, 2, false, true), &[]), LieKind::Undated);
}

#[test]
fn a_receipt_for_other_bytes_is_refused_with_both_named() {
    let anchor = anchor(0);
    let all = leaves(9, 0);
    let at = anchor.date(&checkpoint(&all, 2, true, false)).expect("dated");
    let path = inclusion(&all[..], 5, 9).expect("path");
    let lie = check_inclusion(&at, &EntryReceipt { hash: all[4], index: 5, path }).expect_err("lie");
    assert_eq!((lie.kind, lie.entry), (LieKind::Receipt, Some(all[4])));
    assert_eq!(lie.offered.as_deref(), Some(at.note.as_str()));
}

#[test]
fn a_checkpoint_named_by_an_entry_must_be_part_of_the_log() {
    let anchor = anchor(0);
    let all = leaves(9, 0);
    let at = anchor.date(&checkpoint(&all, 2, true, false)).expect("dated");
    let seen = |leaves: &[Digest]| Seen { size: leaves.len() as u64, root: root_of(leaves) };
    let path = consistency(&all[..], 6, 9).expect("path");
    check_seen(&at, all[0], &seen(&all[..6]), &path).expect("part of it");
    check_seen(&at, all[0], &seen(&all), &[]).expect("the same");
    check_seen(&at, all[0], &seen(&[]), &[]).expect("the empty log");
    let other = leaves(12, 1);
    for bad in [&other[..6], &other[..9], &other] {
        let lie = check_seen(&at, all[0], &seen(bad), &path).expect_err("lie");
        assert_eq!((lie.kind, lie.seen.map(|s| s.size)), (LieKind::SeenElsewhere, Some(bad.len() as u64)));
    }
}

#[test]
fn only_newer_notes_are_taken_and_one_version_has_one_text() {
    let mut note = anchor(0).note;
    assert_eq!(check_note("a", 1, "a", &note), Ok(false));
    assert!(check_note("a", 1, "b", &note).is_err());
    assert!(check_note("a", 2, "b", &note).is_err());
    note.version = 3;
    assert_eq!(check_note("a", 2, "b", &note), Ok(true));
}
