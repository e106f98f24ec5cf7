//! Whatever the order of delivery: all stores come to the same documents, and a rebuild changes nothing.

use liuhen_protocol::Sign as _;
use liuhen_store::{Batch, Memory, Mode, NewEntry, Signer, Sqlite, Store, StoredEntry};
use proptest::prelude::*;
use serde_json::json;

use crate::world::{
    Town, all_of, documents, entry, laptop, moment, note, signer, started, township, travelling,
};

/// One step of a day: somebody writes, or somebody hears of others.
#[derive(Debug, Clone)]
enum Step {
    Write { who: usize, matter: u8, what: u8 },
    Hear { who: usize, from: usize, most: usize },
    Pass { who: usize, millis: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_usize, 0..2_u8, 0..6_u8).prop_map(|(who, matter, what)| Step::Write { who, matter, what }),
        2 => (0..3_usize, 0..3_usize, 1..9_usize).prop_map(|(who, from, most)| Step::Hear { who, from, most }),
        1 => (0..3_usize, 0..10_000_u64).prop_map(|(who, millis)| Step::Pass { who, millis }),
    ]
}

fn write(matter: u8, what: u8, n: usize) -> NewEntry {
    let id = format!("m{matter}");
    match what {
        0 => started(&id, "o1"),
        1 => entry("matter", &id, "matter.party_set", json!({"name": format!("当事人{n}")})),
        2 => entry("draft", &id, "draft.created", json!({"matter": id, "title": "责令改正"})),
        3 => entry(
            "draft",
            &id,
            "draft.revised",
            json!({"base": [], "set": {"正文": format!("稿{n}")}, "unset": []}),
        ),
        4 => entry("matter", &id, "matter.closed", json!({"result": "corrected"})),
        _ => note(&id, &format!("第{n}条")),
    }
}

/// What `from` holds of everybody, as far as `to` may take it in order.
fn hear(to: &mut Store, from: &Store, keys: &[Signer], most: usize) {
    let keys_of: Vec<_> = keys.iter().map(Signer::public_key).collect();
    for key in keys {
        let held = to.head(&key.series(), 1).unwrap().map_or(0, |head| head.position.seq);
        let news = from.entries_from(&key.series(), 1, held + 1, most, usize::MAX).unwrap();
        let entries = news.iter().map(travelling).collect();
        let report = to.ingest(Batch { keys: keys_of.clone(), entries, against: None }).unwrap();
        assert!(report.stopped.is_empty());
    }
}

/// A day of three laptops; each with all its entries.
fn day(steps: &[Step]) -> (Vec<Store>, Vec<Signer>) {
    let keys: Vec<Signer> = (0..3).map(|who| signer(50 + who)).collect();
    let mut laptops: Vec<Store> = (0..3).map(laptop).collect();
    for (n, step) in steps.iter().enumerate() {
        match *step {
            Step::Write { who, matter, what } => {
                laptops[who].commit(&keys[who], vec![write(matter, what, n)]).unwrap();
            }
            Step::Pass { who, millis } => laptops[who].moment().advance(millis),
            Step::Hear { who, from, most } if who != from => {
                let (to, from) = if who < from {
                    let (low, high) = laptops.split_at_mut(from);
                    (&mut low[who], &high[0])
                } else {
                    let (low, high) = laptops.split_at_mut(who);
                    (&mut high[0], &low[from])
                };
                hear(to, from, &keys, most);
            }
            Step::Hear { .. } => {}
        }
    }
    (laptops, keys)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn all_deliveries_end_in_the_same_documents(
        steps in proptest::collection::vec(step(), 1..40),
        picks in proptest::collection::vec(0..3_usize, 1..200),
        sizes in proptest::collection::vec(1..5_usize, 1..40),
    ) {
        let (mut laptops, keys) = day(&steps);
        // A township takes all series in a random interleaving, in batches of random size.
        let mut waiting: Vec<Vec<StoredEntry>> =
            (0..3).map(|who| { let mut all = all_of(&laptops[who], &keys[who].series()); all.reverse(); all }).collect();
        let mut mixed = Vec::new();
        for pick in picks.iter().cycle() {
            if waiting.iter().all(Vec::is_empty) { break; }
            mixed.extend(waiting[*pick % 3].pop());
            if picks.len() < 3 { mixed.extend(waiting.iter_mut().filter_map(Vec::pop)); }
            if mixed.len() > 10_000 { break; }
            if picks.iter().all(|p| waiting[*p % 3].is_empty()) {
                for rest in &mut waiting { rest.reverse(); mixed.append(rest); }
            }
        }
        let keys_of: Vec<_> = keys.iter().map(Signer::public_key).collect();
        let folder = tempfile::tempdir().unwrap();
        let engine = Sqlite::create(&folder.path().join("a.db"), &[7; 32]).unwrap();
        let mut disk = Store::open(Box::new(engine), moment(9), Mode::Laptop).unwrap();
        let mut rest = &mixed[..];
        for size in sizes.iter().cycle() {
            if rest.is_empty() { break; }
            let (now, later) = rest.split_at((*size).min(rest.len()));
            let entries = now.iter().map(travelling).collect();
            let report = disk.ingest(Batch { keys: keys_of.clone(), entries, against: None }).unwrap();
            prop_assert!(report.stopped.is_empty(), "{:?}", report.stopped);
            rest = later;
        }
        // The laptops hear of everything from it.
        for laptop in &mut laptops {
            hear(laptop, &disk, &keys, usize::MAX);
        }
        let incremental = documents(&disk);
        for laptop in &laptops {
            prop_assert_eq!(&documents(laptop), &incremental);
        }
        disk.rebuild().unwrap();
        prop_assert_eq!(&documents(&disk), &incremental);
    }

    #[test]
    fn rights_come_out_the_same_whenever_a_laptop_hears_of_them(
        steps in proptest::collection::vec(step(), 1..25),
        order in Just((0..200_usize).collect::<Vec<_>>()).prop_shuffle(),
        revoke_at in 0..25_usize,
    ) {
        let (laptops, keys) = day(&steps);
        let mut town = Town::new();
        for (who, key) in keys.iter().enumerate() {
            town.enrol(&format!("o{who}"), key);
        }
        for (n, (laptop, key)) in laptops.iter().zip(&keys).enumerate() {
            if n == revoke_at % 4 {
                let body = json!({"officer": format!("o{n}"), "reason": "lost", "last_epoch": 1, "last_seq": 2});
                town.say(entry("series", &key.series().to_hex(), "series.revoked", body));
            }
            town.take(laptop, key);
        }
        let mut other = Store::open(Box::new(Memory::default()), moment(8), Mode::Laptop).unwrap();
        other.set_nodes(&[town.node.public_key()]).unwrap();
        let at = town.bring(&mut other);
        let all = town.store.log_entries(0, 9999).unwrap();
        // One by one, in any order: the feed may fall back and leave holes.
        for index in order.into_iter().filter(|index| *index < all.len()) {
            town.give_these(&mut other, &at, &all[index..=index]);
        }
        let expected = documents(&town.store);
        prop_assert_eq!(&documents(&other), &expected);
        prop_assert_eq!(other.withheld().unwrap().len(), town.store.withheld().unwrap().len());
        other.rebuild().unwrap();
        prop_assert_eq!(&documents(&other), &expected);
    }
}

#[test]
fn a_township_and_a_laptop_fold_alike_and_a_rebuild_changes_nothing() {
    let mut town = township(1);
    let key = signer(2);
    town.commit(&key, (0..30).map(|n| write(n % 2, n % 6, n.into())).collect()).unwrap();
    let before = documents(&town);
    town.rebuild().unwrap();
    assert_eq!(documents(&town), before);
}
