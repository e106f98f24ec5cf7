//! Taking in what others wrote: strict, idempotent, one series' fault never another's.

use liuhen_protocol::Sign as _;
use liuhen_store::{Batch, Incoming, IngestReport, Outcome, Signer, Store};

use crate::world::{all_of, documents, laptop, note, signer, started, township, travelling};

fn batch(entries: Vec<Incoming>, keys: &[&Signer]) -> Batch {
    Batch { keys: keys.iter().map(|key| key.public_key()).collect(), entries, against: None }
}

/// A laptop with some entries, its key, and the entries as they travel.
fn some(seed: u64) -> (Store, Signer, Vec<Incoming>) {
    let (mut store, key) = (laptop(seed), signer(seed + 50));
    store.commit(&key, vec![started("m1", "o1"), note("m1", "占道"), note("m1", "劝离")]).unwrap();
    let entries = all_of(&store, &key.series()).iter().map(travelling).collect();
    (store, key, entries)
}

fn codes(report: &IngestReport) -> Vec<&str> {
    report
        .outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Stored { .. } => "stored",
            Outcome::Already { .. } => "already",
            Outcome::Forked { .. } => "forked",
            Outcome::Stopped { code, .. } => code,
        })
        .collect()
}

#[test]
fn what_one_wrote_the_other_folds_to_the_same_documents() {
    let (from, key, entries) = some(1);
    let mut to = laptop(2);
    let report = to.ingest(batch(entries, &[&key])).unwrap();
    assert_eq!(codes(&report), ["stored"; 4]);
    assert_eq!(documents(&to), documents(&from));
    assert_eq!(report.subjects.len(), 2);
}

#[test]
fn delivery_may_repeat_and_overlap() {
    let (_, key, entries) = some(1);
    let mut to = laptop(2);
    to.ingest(batch(entries[..2].to_vec(), &[&key])).unwrap();
    let report = to.ingest(batch(entries, &[&key])).unwrap();
    assert_eq!(codes(&report), ["already", "already", "stored", "stored"]);
    assert!(report.stopped.is_empty());
}

#[test]
fn a_fault_stops_its_series_there_and_no_other() {
    let (_, key, entries) = some(1);
    let (_, other, others) = some(2);
    let mut damaged = entries[2].clone();
    let last = damaged.item.len() - 5;
    damaged.item[last] = if damaged.item[last] == b'A' { b'B' } else { b'A' };
    let mut to = laptop(3);
    let mixed = vec![
        entries[0].clone(),
        others[0].clone(),
        entries[1].clone(),
        damaged,
        entries[3].clone(),
        others[1].clone(),
    ];
    let report = to.ingest(batch(mixed, &[&key, &other])).unwrap();
    assert_eq!(codes(&report), ["stored", "stored", "stored", "bad_signature", "bad_signature", "stored"]);
    assert_eq!(report.stopped.len(), 1);
    assert_eq!(report.stopped[0].at, Some((key.series(), 1, 3)));
    // Sent again in good order, it goes on.
    let report = to.ingest(batch(entries, &[&key])).unwrap();
    assert_eq!(codes(&report), ["already", "already", "stored", "stored"]);
}

#[test]
fn every_structural_fault_has_its_code() {
    let (_, key, entries) = some(1);
    let stranger = signer(77);
    let check = |change: &dyn Fn(&mut Vec<Incoming>), keys: &[&Signer], code: &str| {
        let mut changed = entries.clone();
        change(&mut changed);
        let report = laptop(9).ingest(batch(changed, keys)).unwrap();
        assert!(!report.stopped.is_empty(), "{code}");
        assert_eq!(report.stopped[0].code, code);
    };
    check(&|all| drop(all.remove(1)), &[&key], "gap");
    check(&|_| {}, &[&stranger], "unknown_series");
    check(&|all| all[1].item.insert(1, b' '), &[&key], "not_canonical");
    check(&|all| all[1].item = vec![b'x'; 70_000], &[&key], "too_large");
    check(&|all| all[1].item = b"{}".to_vec(), &[&key], "malformed");
    check(&|all| all[1].body = Some(b"{}".to_vec()), &[&key], "bad_commitment");
    check(&|all| all[1].salt = None, &[&key], "malformed");
    check(
        &|all| {
            let body = all[2].body.clone();
            all[1].body = body;
        },
        &[&key],
        "bad_commitment",
    );
}

#[test]
fn a_second_branch_is_kept_as_evidence_and_never_folded() {
    // A copied home: the same key and the same past on two machines.
    let (mut first, mut second, key) = (laptop(1), laptop(1), signer(50));
    for store in [&mut first, &mut second] {
        store.commit(&key, vec![started("m1", "o1")]).unwrap();
    }
    first.commit(&key, vec![note("m1", "甲")]).unwrap();
    second.commit(&key, vec![note("m1", "乙"), note("m1", "丙")]).unwrap();
    let mut to = laptop(3);
    let send = |store: &Store| batch(all_of(store, &key.series()).iter().map(travelling).collect(), &[&key]);
    to.ingest(send(&first)).unwrap();
    let before = documents(&to);
    let report = to.ingest(send(&second)).unwrap();
    assert_eq!(codes(&report), ["already", "already", "forked", "fork"]);
    assert_eq!(report.forks.len(), 1);
    assert_eq!((report.forks[0].seq, report.forks[0].epoch), (3, 1));
    assert_eq!(to.forks().unwrap().len(), 1);
    assert_eq!(documents(&to), before);
    // Known already: not reported as new.
    assert!(to.ingest(send(&second)).unwrap().forks.is_empty());
}

#[test]
fn a_body_that_was_missing_is_filled_in_later() {
    let (from, key, entries) = some(1);
    let mut to = laptop(2);
    let bare = entries.iter().map(|entry| Incoming { salt: None, body: None, ..entry.clone() }).collect();
    to.ingest(batch(bare, &[&key])).unwrap();
    assert!(to.search("占道", 9).unwrap().is_empty());
    to.ingest(batch(entries, &[&key])).unwrap();
    assert_eq!(documents(&to), documents(&from));
}

#[test]
fn a_township_takes_only_series_it_enrolled_and_logs_each_entry_once() {
    let (_, key, entries) = some(1);
    let mut town = township(3);
    let report = town.ingest(batch(entries.clone(), &[&key])).unwrap();
    assert_eq!(report.stopped[0].code, "unknown_series");
    assert_eq!(town.log_size().unwrap(), 0);
    let mut town = crate::world::Town::new();
    town.enrol("o1", &key);
    let report = town.store.ingest(batch(entries.clone(), &[&key])).unwrap();
    let indexes: Vec<_> = report
        .outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Stored { index, .. } | Outcome::Already { index, .. } => index.unwrap(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(indexes, [2, 3, 4, 5]);
    assert_eq!(codes(&town.store.ingest(batch(entries, &[&key])).unwrap()), ["already"; 4]);
    assert_eq!(town.store.log_size().unwrap(), 6);
}

#[test]
fn a_clock_far_ahead_never_moves_ours() {
    let (mut ahead, key) = (laptop(1), signer(50));
    ahead.moment().set_wall(chrono::DateTime::from_timestamp(4_000_000_000, 0).unwrap());
    ahead.commit(&key, vec![note("m1", "时钟快了")]).unwrap();
    let mut to = laptop(2);
    to.ingest(batch(all_of(&ahead, &key.series()).iter().map(travelling).collect(), &[&key])).unwrap();
    let own = signer(60);
    let written = to.commit(&own, vec![note("m1", "正常")]).unwrap();
    let stamp = to.entry(&written[0].hash).unwrap().unwrap().entry().unwrap().envelope().time.clone();
    assert!(stamp.hybrid.as_str() < "0200000000000000", "{}", stamp.hybrid);
    assert_eq!(stamp.wall, "2026-09-21T14:13:20.000Z");
}
