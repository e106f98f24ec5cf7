//! What the township proved: checkpoints, receipts, a new log.

use liuhen_protocol::Sign as _;
use liuhen_store::{Error, HeldCheckpoint, KeptReceipt, Store};

use crate::world::{Town, all_of, laptop, note, nothing, signer, started};

fn world() -> (Town, Store, liuhen_store::Signer) {
    let (mut town, mut store, key) = (Town::new(), laptop(1), signer(50));
    town.enrol("o1", &key);
    store.set_nodes(&[town.node.public_key()]).unwrap();
    town.give(&mut store, 0);
    store.commit(&key, vec![started("m1", "o1"), note("m1", "占道")]).unwrap();
    (town, store, key)
}

fn receipts(town: &Town, store: &Store, key: &liuhen_store::Signer, at: &HeldCheckpoint) -> Vec<KeptReceipt> {
    let row = |hash| town.store.entry(&hash).unwrap().unwrap();
    all_of(store, &key.series())
        .iter()
        .map(|entry| {
            let index = row(entry.hash).index.unwrap();
            KeptReceipt { hash: entry.hash, index, path: town.store.log_inclusion(index, at.size).unwrap() }
        })
        .collect()
}

#[test]
fn receipts_are_checked_kept_and_found_again() {
    let (mut town, mut store, key) = world();
    assert_eq!(store.waiting().unwrap().entries, 3);
    assert_eq!(store.without_receipt(&key.series(), 1, 9).unwrap().len(), 3);
    town.take(&store, &key);
    let at = town.bring(&mut store);
    let receipts = receipts(&town, &store, &key, &at);
    store.keep_receipts(&at, &receipts[1..]).unwrap();
    assert_eq!(store.waiting().unwrap().entries, 3, "the first is missing");
    store.keep_receipts(&at, &receipts).unwrap();
    store.keep_receipts(&at, &receipts).unwrap();
    assert_eq!(store.waiting().unwrap().entries, 0);
    let receipt = store.receipt(&receipts[2].hash).unwrap().unwrap();
    assert_eq!((receipt.index, receipt.checkpoint.clone()), (receipts[2].index, at));
    assert_eq!(store.receipt(&nothing()).unwrap(), None);
}

#[test]
fn a_receipt_for_other_bytes_is_refused_and_none_of_its_company_kept() {
    let (mut town, mut store, key) = world();
    town.take(&store, &key);
    let at = town.bring(&mut store);
    let mut receipts = receipts(&town, &store, &key, &at);
    receipts[1].index += 1;
    assert!(matches!(store.keep_receipts(&at, &receipts), Err(Error::BadReceipt { .. })));
    assert_eq!(store.waiting().unwrap().entries, 3);
    let foreign = HeldCheckpoint { root: nothing(), ..at };
    assert!(matches!(store.keep_receipts(&foreign, &[]), Err(Error::LogContradiction { .. })));
}

#[test]
fn a_township_that_was_rolled_back_split_or_renamed_is_refused_and_nothing_lost() {
    let (mut town, mut store, key) = world();
    town.take(&store, &key);
    let old = town.checkpoint();
    town.say(crate::world::entry("township", "t", "x.y", serde_json::json!({})));
    let held = town.bring(&mut store);
    let refused = |store: &mut Store, offered: HeldCheckpoint| {
        assert!(matches!(store.keep_checkpoint(&offered, &[]), Err(Error::LogContradiction { .. })));
    };
    refused(&mut store, old.clone());
    refused(&mut store, HeldCheckpoint { root: nothing(), ..held.clone() });
    refused(&mut store, HeldCheckpoint { size: held.size + 1, root: nothing(), ..held.clone() });
    refused(&mut store, HeldCheckpoint { origin: "other.example/log".into(), ..held.clone() });
    assert_eq!(store.newest_checkpoint().unwrap(), Some(held.clone()));
    // The old one is no contradiction once it is proved to lie within.
    let path = town.store.log_consistency(old.size, held.size).unwrap();
    store.keep_older_checkpoint(&old, &path).unwrap();
    assert_eq!(store.checkpoint_at(old.size).unwrap(), Some(old));
    // More signatures on the same checkpoint are welcome.
    let cosigned = HeldCheckpoint { note: "as signed, and witnessed".into(), ..held };
    store.add_cosignatures(&cosigned).unwrap();
    assert_eq!(store.newest_checkpoint().unwrap(), Some(cosigned));
}

#[test]
fn new_entries_name_the_newest_checkpoint_held() {
    let (town, mut store, key) = world();
    let held = town.checkpoint();
    let written = store.commit(&key, vec![note("m1", "整改")]).unwrap();
    let envelope = store.entry(&written[0].hash).unwrap().unwrap().entry().unwrap().envelope().clone();
    assert_eq!(envelope.seen, Some(held.seen()));
}

#[test]
fn a_placement_that_proves_nothing_is_a_lie_and_nothing_of_its_batch_is_kept() {
    let (mut town, store, key) = world();
    town.take(&store, &key);
    let mut other = laptop(2);
    let mut at = town.bring(&mut other);
    at.root = nothing();
    let entries = town.store.log_entries(0, 99).unwrap();
    let placed = entries.iter().map(|entry| {
        let index = entry.index.unwrap();
        let path = town.store.log_inclusion(index, at.size).unwrap();
        let placement = Some(liuhen_store::Placement { index, size: at.size, path });
        liuhen_store::Incoming { placement, ..crate::world::travelling(entry) }
    });
    let keys = town.store.series().unwrap().iter().map(|row| row.key).collect();
    let batch = liuhen_store::Batch { keys, entries: placed.collect(), against: Some(at.seen()) };
    assert!(matches!(other.ingest(batch), Err(Error::BadReceipt { .. })));
    assert_eq!(other.count().unwrap(), 0);
}

#[test]
fn a_new_log_makes_every_entry_wait_again_and_keeps_the_old_receipts() {
    let (mut town, mut store, key) = world();
    town.take(&store, &key);
    let at = town.bring(&mut store);
    let receipts = receipts(&town, &store, &key, &at);
    store.keep_receipts(&at, &receipts).unwrap();
    store.succeed_log("town.example/log2").unwrap();
    assert_eq!(store.newest_checkpoint().unwrap(), None);
    assert_eq!(store.waiting().unwrap().entries, 3);
    assert_eq!(store.receipt(&receipts[0].hash).unwrap(), None);
    // The new log holds the same entries at other indexes.
    let mut new = Town::new();
    new.say(crate::world::entry("township", "t", "log.succeeded", serde_json::json!({})));
    new.enrol("o1", &key);
    new.take(&store, &key);
    let at = HeldCheckpoint { origin: "town.example/log2".into(), ..new.checkpoint() };
    store.keep_checkpoint(&at, &[]).unwrap();
    new.give_these(&mut store, &at, &new.store.log_entries(0, 99).unwrap());
    assert_eq!(store.waiting().unwrap().entries, 0);
}
