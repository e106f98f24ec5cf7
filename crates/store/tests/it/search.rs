//! Search over a large database: one and two characters, newest first.

use liuhen_store::{Mode, Sqlite, Store};

use crate::world::{entry, moment, note, signer};

#[test]
fn among_many_notes_the_newest_hits_come_first() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Sqlite::create(&folder.path().join("a.db"), &[7; 32]).unwrap();
    let clock = moment(1);
    let mut store = Store::open(Box::new(engine), clock.clone(), Mode::Laptop).unwrap();
    let key = signer(2);
    for day in 0..40 {
        clock.advance(24 * 3_600_000);
        let notes =
            (0..20).map(|n| note(&format!("m{day}"), &format!("第{day}天第{n}条，解放路占道经营"))).collect();
        store.commit(&key, notes).unwrap();
    }
    for words in ["占道", "占", "营", "第39天第", "解放路 经营"] {
        let found = store.search(words, 20).unwrap();
        assert_eq!(found.len(), 20, "{words}");
        assert!(found.iter().all(|document| document.search.contains("第39天")), "{words}");
    }
    assert_eq!(store.search("第7天第3条", 20).unwrap().len(), 1);
    assert!(store.search("城管", 20).unwrap().is_empty());
    assert!(store.search_kinds("占道", &["matter"], 20).unwrap().is_empty());
}

#[test]
fn what_waits_for_the_index_is_found_like_the_rest_and_a_process_that_ends_loses_no_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let clock = moment(1);
    let open = |engine| Store::open(Box::new(engine), clock.clone(), Mode::Laptop).unwrap();
    let mut store = open(Sqlite::create(&path, &[7; 32]).unwrap());
    let key = signer(2);
    let long = "解放路占道经营".repeat(30);
    for number in 0..40 {
        clock.advance(1000);
        store.commit(&key, vec![note("m1", &format!("第{number}条，{long}"))]).unwrap();
        // Alone at first, then beside what an earlier search had indexed.
        let found = store.search("占道", 50).unwrap();
        assert_eq!(found.len(), number + 1);
        assert!(found[0].search.starts_with(&format!("第{number}条")), "newest first");
        if number % 9 == 8 {
            drop(store);
            store = open(Sqlite::open(&path, &[7; 32]).unwrap());
        }
    }
    store.tidy().unwrap();
    assert_eq!(store.search("占道", 50).unwrap().len(), 40);
    assert_eq!(store.search("第7条", 50).unwrap().len(), 1);
    assert_eq!(store.search("第7条", 50).unwrap()[0].search, format!("第7条，{long}"));
}

#[test]
fn a_text_that_was_changed_is_found_by_its_new_words_only_indexed_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Sqlite::create(&folder.path().join("a.db"), &[7; 32]).unwrap();
    let mut store = Store::open(Box::new(engine), moment(1), Mode::Laptop).unwrap();
    let key = signer(2);
    for party in ["演示甲", "演示乙", "演示丙"] {
        let set = serde_json::json!({"name": party, "kind": "person"});
        store.commit(&key, vec![entry("matter", "m1", "matter.party_set", set)]).unwrap();
        assert_eq!(store.search(party, 9).unwrap().len(), 1, "{party}");
        if party == "演示乙" {
            store.tidy().unwrap();
        }
    }
    for gone in ["演示甲", "演示乙"] {
        assert!(store.search(gone, 9).unwrap().is_empty(), "{gone}");
    }
    assert_eq!(store.search("演示丙", 9).unwrap().len(), 1);
}
