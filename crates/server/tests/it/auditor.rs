//! An auditor who replays the log against what the township stated to be visible to a laptop.

use liuhen_core::Role;
use liuhen_protocol::tile::Tile;
use liuhen_protocol::wire::{ScopeLine, ScopeStatement};
use liuhen_protocol::{Checkpoint, Digest, Entry, SeriesId, merkle};

use crate::fixture::{Laptop, Town};
use crate::https::Net;

/// All entries of the log, fetched as an auditor fetches them and held against the signed checkpoint.
fn replayed(town: &Town, net: &Net, auditor: &Laptop) -> Vec<Entry> {
    let note = net.text(net.get("/log/checkpoint"));
    let (checkpoint, _) = Checkpoint::verify(&note, &town.note().log).unwrap();
    let width = u16::try_from(checkpoint.size).unwrap();
    let path = format!("/log/{}", Tile::Entries { index: 0, width }.path());
    let token = net.sign_in(town, auditor, &net.client);
    let bundle = net.send(net.client.get(net.url(&path)).bearer_auth(&token));
    let mut bundle = &net.runtime.block_on(bundle.bytes()).unwrap()[..];
    let mut entries = Vec::new();
    while let [high, low, rest @ ..] = bundle {
        let (item, rest) = rest.split_at(usize::from(u16::from_be_bytes([*high, *low])));
        entries.push(Entry::decode(item).unwrap());
        bundle = rest;
    }
    let leaves: Vec<Digest> = entries.iter().map(Entry::hash).collect();
    assert_eq!(merkle::root_of(&leaves), checkpoint.root, "the whole log, and nothing else");
    entries
}

/// Matters of which the statement to a laptop keeps something back: other entries than the log holds, or a matter in which the
/// laptop itself wrote and which is not named at all.
fn kept_back(log: &[Entry], of: &SeriesId, size: u64, lines: &[ScopeLine]) -> Vec<String> {
    let log = &log[..usize::try_from(size).unwrap()];
    let hashes = |kind: &str, id: &str| -> Vec<Digest> {
        let about = |entry: &&Entry| {
            let subject = &entry.envelope().subject;
            subject.kind == kind && subject.id == id
        };
        log.iter().filter(about).map(Entry::hash).collect()
    };
    let wrong = |line: &&ScopeLine| {
        let hashes = hashes(&line.kind, &line.id);
        hashes.len() as u64 != line.count || merkle::root_of(&hashes) != line.hash
    };
    let stated = lines.iter().filter(|line| line.kind == "matter").filter(wrong).map(|line| line.id.clone());
    let mut own: Vec<String> = log
        .iter()
        .map(Entry::envelope)
        .filter(|envelope| envelope.series == *of && envelope.subject.kind == "matter")
        .map(|envelope| envelope.subject.id.clone())
        .filter(|id| !lines.iter().any(|line| line.kind == "matter" && line.id == *id))
        .collect();
    own.dedup();
    stated.chain(own).collect()
}

#[test]
fn an_entry_kept_back_is_proved_by_who_replays_the_log() {
    let town = Town::new();
    let mut li = town.laptop("执法员一", Role::Officer, 1);
    let auditor = town.laptop("审核员一", Role::Auditor, 2);
    li.start("m1");
    li.note("m1", "一");
    li.note("m1", "二");
    li.push(&town).unwrap();
    let (page, _) = li.pull(&town).unwrap();
    let scope = page.scope.unwrap();
    // The statement convicts only because it is the township's own: signed, and in the log.
    let (stated, body) = scope.entry.entry.decode().unwrap();
    assert!(town.note().nodes.iter().any(|node| stated.verify(node).is_ok()));
    let net = Net::of(&town);
    let log = replayed(&town, &net, &auditor);
    assert!(log.iter().any(|entry| entry.hash() == stated.hash()));
    let body = body.unwrap().1;
    let commits =
        |lines: &[ScopeLine]| body.fields()["root"] == ScopeStatement::root_of(lines).unwrap().to_string();
    let size = body.fields()["size"].as_u64().unwrap();
    let judge = |lines: &[ScopeLine]| kept_back(&log, &li.series(), size, lines);
    assert!(commits(&scope.subjects));
    assert_eq!(judge(&scope.subjects), [""; 0], "an honest township");

    // What a lying one would have to state, so that the laptop sees no hole in what it was given.
    let mut short = scope.subjects.clone();
    let of_m1: Vec<Digest> =
        log.iter().filter(|entry| entry.envelope().subject.id == "m1").map(Entry::hash).collect();
    let line = short.iter_mut().find(|line| line.id == "m1").unwrap();
    (line.count, line.hash) = (line.count - 1, merkle::root_of(&of_m1[..of_m1.len() - 1]));
    assert_eq!(judge(&short), ["m1"], "the last note was kept back");
    let without: Vec<ScopeLine> = scope.subjects.iter().filter(|line| line.id != "m1").cloned().collect();
    assert_eq!(judge(&without), ["m1"], "the matter was kept back");
    assert!(!commits(&short) && !commits(&without), "and no other list passes for the stated one");
}
