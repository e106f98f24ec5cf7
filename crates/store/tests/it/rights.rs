//! Whose entries count, judged by the township's log index.

use liuhen_protocol::Sign as _;
use liuhen_store::{Query, Standing};
use serde_json::json;

use crate::world::{Town, documents, entry, laptop, note, signer, started};

fn texts(store: &liuhen_store::Store) -> Vec<String> {
    let notes = store.documents(&Query::kind("note").matter("m1").by_number()).unwrap();
    notes.into_iter().map(|note| note.search).collect()
}

#[test]
fn what_arrives_after_a_revocation_waits_and_counts_once_admitted() {
    let (mut town, mut store, key) = (Town::new(), laptop(1), signer(50));
    town.enrol("o1", &key);
    store.commit(&key, vec![started("m1", "o1"), note("m1", "占道")]).unwrap();
    town.take(&store, &key);
    let head = town.store.head(&key.series(), 1).unwrap().unwrap().position;
    let revoked = json!({"officer": "o1", "reason": "left", "last_epoch": 1, "last_seq": head.seq, "last_hash": head.hash});
    town.say(entry("series", &key.series().to_hex(), "series.revoked", revoked));
    let late = store.commit(&key, vec![note("m1", "离职以后")]).unwrap()[0].hash;
    let report = town.take(&store, &key);
    assert_eq!(report.pending, [late]);
    assert_eq!(texts(&town.store), ["占道"]);
    assert_eq!(town.store.withheld().unwrap()[0].standing, Standing::Pending);
    town.say(entry(
        "township",
        "t",
        "pending.admitted",
        json!({"entries": [late], "reason": "核实无误", "by": "s1"}),
    ));
    assert_eq!(texts(&town.store), ["占道", "离职以后"]);
    assert!(town.store.withheld().unwrap().is_empty());
    let incremental = documents(&town.store);
    town.store.rebuild().unwrap();
    assert_eq!(documents(&town.store), incremental);
}

#[test]
fn a_declined_entry_stays_but_never_counts() {
    let (mut town, mut store, key) = (Town::new(), laptop(1), signer(50));
    let stranger = signer(51);
    town.enrol("o1", &key);
    store.commit(&stranger, vec![note("m1", "外人")]).unwrap();
    // A township takes only enrolled series; here it learned the key another way.
    town.store.set_nodes(&[town.node.public_key(), stranger.public_key()]).unwrap();
    town.store.set_nodes(&[town.node.public_key()]).unwrap();
    let report = town.take(&store, &stranger);
    assert_eq!(report.pending.len(), 2);
    let entries = report.pending.clone();
    town.say(entry("township", "t", "pending.declined", json!({"entries": entries, "reason": "非本人"})));
    assert!(texts(&town.store).is_empty());
}

#[test]
fn a_laptop_learns_of_a_revocation_and_judges_what_it_holds_again() {
    let (mut town, mut store, key) = (Town::new(), laptop(1), signer(50));
    town.enrol("o1", &key);
    store.commit(&key, vec![started("m1", "o1"), note("m1", "占道")]).unwrap();
    town.take(&store, &key);
    let mut other = laptop(2);
    other.set_nodes(&[town.node.public_key()]).unwrap();
    town.give(&mut other, 0);
    assert_eq!(texts(&other), ["占道"]);
    assert_eq!(other.officer_of(&key.series()).as_deref(), Some("o1"));
    // Compromised: nothing is trusted, whatever was logged before.
    let revoked = json!({"officer": "o1", "reason": "compromised", "last_epoch": 0, "last_seq": 0});
    let index = town.say(entry("series", &key.series().to_hex(), "series.revoked", revoked));
    town.give(&mut other, index);
    assert!(texts(&other).is_empty());
    assert_eq!(other.withheld().unwrap().len(), 3);
    assert_eq!(documents(&other), documents(&town.store));
}

#[test]
fn whose_entries_came_before_his_enrolment_was_known_gets_his_name_afterwards() {
    let (mut town, mut store, key) = (Town::new(), laptop(1), signer(50));
    town.enrol("o1", &key);
    store.commit(&key, vec![started("m1", "o1"), note("m1", "占道")]).unwrap();
    town.take(&store, &key);
    let mut other = laptop(2);
    other.set_nodes(&[town.node.public_key()]).unwrap();
    let at = town.bring(&mut other);
    let entries = town.store.log_entries(0, 99).unwrap();
    // The feed may bring a matter before the enrolment of its author.
    town.give_these(&mut other, &at, &entries[2..]);
    assert!(texts(&other).is_empty());
    town.give_these(&mut other, &at, &entries[..2]);
    assert_eq!(documents(&other), documents(&town.store));
}
