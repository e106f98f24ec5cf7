//! Writing our own entries.

use liuhen_protocol::{MAX_AFTER, Sign as _, Subject};
use liuhen_store::{Batch, Error, Query};
use serde_json::json;

use crate::world::{Town, all_of, documents, entry, laptop, note, nothing, signer, started, travelling};

#[test]
fn a_new_key_opens_its_first_epoch_before_anything_else() {
    let (mut store, key) = (laptop(1), signer(2));
    let written = store.commit(&key, vec![note("m1", "占道"), note("m1", "劝离")]).unwrap();
    assert_eq!(written.iter().map(|entry| (entry.epoch, entry.seq)).collect::<Vec<_>>(), [(1, 2), (1, 3)]);
    let all = all_of(&store, &key.series());
    assert_eq!(all[0].kind, "series.opened");
    assert_eq!(all[0].subject, Subject::new("series", key.series().to_hex()));
    let body: serde_json::Value = serde_json::from_slice(all[0].body.as_ref().unwrap()).unwrap();
    assert_eq!(body, json!({"predecessor": null, "reason": "first", "device": ""}));
}

#[test]
fn entries_are_chained_name_the_heads_of_their_subject_and_are_folded_at_once() {
    let (mut store, key) = (laptop(1), signer(2));
    store
        .commit(&key, vec![started("m1", "o1"), note("m1", "占道"), note("m2", "别处"), note("m1", "劝离")])
        .unwrap();
    let all = all_of(&store, &key.series());
    let envelopes: Vec<_> = all.iter().map(|row| row.entry().unwrap().envelope().clone()).collect();
    for (row, next) in all.iter().zip(&envelopes[1..]) {
        assert_eq!(next.prev, Some(row.hash));
    }
    assert_eq!(envelopes[4].after, [all[2].hash]);
    assert!(envelopes[3].after.is_empty());
    assert!(envelopes.is_sorted_by(|a, b| a.time.hybrid < b.time.hybrid));
    let notes = store.documents(&Query::kind("note").matter("m1")).unwrap();
    assert_eq!(notes.len(), 2);
    assert_eq!(store.search("占道", 9).unwrap()[0].columns.matter.as_deref(), Some("m1"));
}

#[test]
fn a_body_that_no_reader_would_accept_is_refused_and_nothing_of_the_commit_stays() {
    let (mut store, key) = (laptop(1), signer(2));
    store.commit(&key, vec![note("m1", "占道")]).unwrap();
    let before = documents(&store);
    for bad in [
        entry("matter", "m1", "matter.note_added", json!({"text": "a", "weight": 1.5})),
        entry("Matter", "m1", "matter.note_added", json!({})),
        entry("matter", "m1", "matter.note_added", json!({"text": "长".repeat(400_000)})),
    ] {
        assert!(matches!(store.commit(&key, vec![note("m1", "劝离"), bad]), Err(Error::Protocol { .. })));
    }
    assert_eq!(documents(&store), before);
    let next = store.commit(&key, vec![note("m1", "劝离")]).unwrap();
    assert_eq!(next[0].seq, 3);
}

#[test]
fn an_entry_names_at_most_sixteen_heads_and_the_rest_stay_heads() {
    let mut store = laptop(1);
    for seed in 0..20 {
        // Twenty laptops that saw nothing of each other.
        let (mut other, key) = (laptop(100 + seed), signer(200 + seed));
        other.commit(&key, vec![note("m1", "同时")]).unwrap();
        let entries = all_of(&other, &key.series()).iter().map(travelling).collect();
        store.ingest(Batch { keys: vec![key.public_key()], entries, against: None }).unwrap();
    }
    let key = signer(2);
    let written = store.commit(&key, vec![note("m1", "汇总"), note("m1", "再记")]).unwrap();
    let after = |at: usize| {
        store.entry(&written[at].hash).unwrap().unwrap().entry().unwrap().envelope().after.clone()
    };
    assert_eq!(after(0).len(), MAX_AFTER);
    assert_eq!(after(1).len(), 5);
}

#[test]
fn an_erased_body_leaves_chain_and_folds_intact_and_does_not_come_back() {
    let (mut town, mut store, key) = (Town::new(), laptop(1), signer(50));
    let (mut office, head) = (laptop(3), signer(51));
    town.enrol("o1", &key);
    town.enrol("s1", &head);
    let written = store.commit(&key, vec![started("m1", "o1"), note("m1", "占道")]).unwrap();
    let copy = travelling(&store.entry(&written[1].hash).unwrap().unwrap());
    let erased = || {
        let body = json!({"entries": [written[1].hash], "reason": "依法删除"});
        vec![entry("township", "t", "body.erased", body)]
    };
    let own = store.commit(&key, erased()).unwrap()[0].hash;
    town.take(&store, &key);
    let before = office.commit(&head, erased()).unwrap()[0].hash;
    town.take(&office, &head);
    town.say(entry("officer", "s1", "officer.granted", json!({"role": "supervisor"})));
    let approval = office.commit(&head, erased()).unwrap()[0].hash;
    town.take(&office, &head);
    store.set_nodes(&[town.node.public_key()]).unwrap();
    town.give(&mut store, 0);
    // Nothing that lists it, nobody's but a supervisor's, and not from before he was one.
    for refused in [written[0].hash, own, before, nothing()] {
        let answer = store.erase_body(&written[1].hash, &refused);
        assert!(matches!(answer, Err(Error::NotApproved { .. })), "{answer:?}");
    }
    store.erase_body(&written[1].hash, &approval).unwrap();
    assert!(store.search("占道", 9).unwrap().is_empty());
    store.ingest(Batch { keys: vec![key.public_key()], entries: vec![copy], against: None }).unwrap();
    assert_eq!(store.entry(&written[1].hash).unwrap().unwrap().body, None);
    let report = store
        .verify(liuhen_store::Scope { deep: true, ..Default::default() }, &liuhen_store::Work::default())
        .unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
    assert_eq!(report.absent, 1);
}
