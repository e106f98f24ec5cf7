//! Search over a large database: one and two characters, newest first.

use liuhen_store::{Mode, Sqlite, Store};

use crate::world::{moment, note, signer};

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
