//! Laptops and a township made of nothing but stores, for the tests of this crate.

use chrono::DateTime;
use liuhen_protocol::{Digest, SeriesId, Sign as _, Subject};
use liuhen_store::{
    Batch, HeldCheckpoint, Incoming, IngestReport, Memory, Mode, Moment, NewEntry, Placement, Signer, Store,
    StoredEntry,
};
use serde_json::{Map, Value, json};

/// A clock that stands at the same noon for everybody.
pub fn moment(seed: u64) -> Moment {
    Moment::fixed(DateTime::from_timestamp(1_790_000_000, 0).unwrap(), seed)
}

/// A laptop's store in memory.
pub fn laptop(seed: u64) -> Store {
    Store::open(Box::new(Memory::default()), moment(seed), Mode::Laptop).unwrap()
}

/// A township's store in memory.
pub fn township(seed: u64) -> Store {
    Store::open(Box::new(Memory::default()), moment(seed), Mode::Township).unwrap()
}

/// The key of that number.
pub fn signer(seed: u64) -> Signer {
    Signer::generate(&moment(seed)).unwrap()
}

pub fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}

pub fn entry(kind: &str, id: &str, what: &str, body: Value) -> NewEntry {
    NewEntry::new(Subject::new(kind, id), what, fields(body))
}

/// A note on a matter.
pub fn note(matter: &str, text: &str) -> NewEntry {
    entry("matter", matter, "matter.note_added", json!({"text": text}))
}

/// The start of a matter.
pub fn started(matter: &str, lead: &str) -> NewEntry {
    let body = json!({"start": "patrol", "title": "巡查", "place": "解放路", "lead": lead});
    entry("matter", matter, "matter.started", body)
}

/// As it would travel.
pub fn travelling(entry: &StoredEntry) -> Incoming {
    Incoming { item: entry.item.clone(), salt: entry.salt.clone(), body: entry.body.clone(), placement: None }
}

/// Everything a store holds of a series, in order.
pub fn all_of(store: &Store, series: &SeriesId) -> Vec<StoredEntry> {
    let heads = store.heads().unwrap();
    let epochs = heads.into_iter().filter(|head| head.position.series == *series);
    epochs
        .flat_map(|head| store.entries_from(series, head.position.epoch, 1, 10_000, usize::MAX).unwrap())
        .collect()
}

/// All documents of a store, for comparing two of them.
pub fn documents(store: &Store) -> Vec<Value> {
    let mut all = Vec::new();
    let mut last = None;
    loop {
        let page = store.subjects(last.as_ref(), 100).unwrap();
        let Some(end) = page.last().cloned() else { return all };
        for subject in &page {
            let documents = store.documents_of(subject).unwrap();
            all.extend(documents.iter().map(|document| serde_json::to_value(document).unwrap()));
        }
        last = Some(end);
    }
}

/// A township with its keys, that logs, proves and hands out.
pub struct Town {
    pub store: Store,
    pub node: Signer,
}

impl Town {
    pub fn new() -> Self {
        let (mut store, node) = (township(900), signer(901));
        store.set_nodes(&[node.public_key()]).unwrap();
        Self { store, node }
    }

    /// Enrols a key for an officer; answers the log index.
    pub fn enrol(&mut self, officer: &str, key: &Signer) -> u64 {
        let body = json!({
            "name": "执法员三", "certificate": "330100-0312", "agency": "综合行政执法局", "valid_until": "2027-12-31",
            "role": "officer", "series": key.series(), "public_key": key.public_key(), "device": "笔记本1",
        });
        self.say(entry("officer", officer, "officer.enrolled", body))
    }

    /// Writes an entry of the township's own; answers the log index.
    pub fn say(&mut self, entry: NewEntry) -> u64 {
        self.store.commit(&self.node, vec![entry]).unwrap()[0].index.unwrap()
    }

    /// Takes everything of a laptop's own series.
    pub fn take(&mut self, laptop: &Store, key: &Signer) -> IngestReport {
        let entries = all_of(laptop, &key.series()).iter().map(travelling).collect();
        self.store.ingest(Batch { keys: vec![key.public_key()], entries, against: None }).unwrap()
    }

    /// The present checkpoint.
    pub fn checkpoint(&self) -> HeldCheckpoint {
        let size = self.store.log_size().unwrap();
        HeldCheckpoint {
            origin: "town.example/log".to_owned(),
            size,
            root: self.store.log_root(size).unwrap(),
            note: "as signed".to_owned(),
        }
    }

    /// Gives a laptop the entries from a log index on, each with its proof, after bringing it to the
    /// present checkpoint.
    pub fn give(&self, laptop: &mut Store, from: u64) -> IngestReport {
        let checkpoint = self.bring(laptop);
        self.give_these(laptop, &checkpoint, &self.store.log_entries(from, 10_000).unwrap())
    }

    pub fn give_these(&self, to: &mut Store, at: &HeldCheckpoint, entries: &[StoredEntry]) -> IngestReport {
        let placed = |entry: &StoredEntry| {
            let index = entry.index.unwrap();
            let path = self.store.log_inclusion(index, at.size).unwrap();
            Incoming { placement: Some(Placement { index, size: at.size, path }), ..travelling(entry) }
        };
        let keys = self.store.series().unwrap().iter().map(|row| row.key).collect();
        let batch = Batch { keys, entries: entries.iter().map(placed).collect(), against: Some(at.seen()) };
        to.ingest(batch).unwrap()
    }

    /// Brings a laptop to the present checkpoint.
    pub fn bring(&self, laptop: &mut Store) -> HeldCheckpoint {
        let checkpoint = self.checkpoint();
        let known = laptop.seen().map_or(0, |seen| seen.size);
        let path = self.store.log_consistency(known, checkpoint.size).unwrap();
        laptop.keep_checkpoint(&checkpoint, &path).unwrap();
        checkpoint
    }
}

/// A hash of nothing that exists.
pub fn nothing() -> Digest {
    Digest::of(b"nothing")
}
