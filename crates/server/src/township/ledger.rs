//! The township's view of its store: the journal with its log, kept rows, and nothing of SQL.
//!
//! A thin layer, so that the rest of this crate speaks of entries received and said, and the store may change its shapes in one
//! place. Reading the log in order happens here in pages, so memory stays flat however long the log is.

use liuhen_core::Event;
use liuhen_protocol::wire::WireEntry;
use liuhen_protocol::{Digest, Entry, Position, PublicKey, SeriesId, Sign, Subject};
use liuhen_store::{Checked, IngestReport, LogLine, NewEntry, Outcome, Standing, Store, StoredEntry};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::links;
use crate::{Error, Result};

/// Entries read at once when the log is replayed.
const PAGE: usize = 2000;

/// A logged entry as the folds of this crate see it.
#[derive(Clone, Debug)]
pub(crate) struct LoggedLine {
    pub(crate) index: u64,
    pub(crate) hash: Digest,
    pub(crate) series: SeriesId,
    pub(crate) subject: Subject,
    pub(crate) kind: String,
    /// Wall time of the entry; empty for kinds that do not matter here.
    pub(crate) wall: String,
    /// Body, for kinds that matter here.
    pub(crate) body: Option<Map<String, Value>>,
}

/// An entry that the township says.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) subject: Subject,
    pub(crate) kind: &'static str,
    pub(crate) body: Map<String, Value>,
}

impl Said {
    pub(crate) fn of(subject: Subject, event: &dyn Event) -> Self {
        Self { subject, kind: event.kind(), body: event.body() }
    }
}

/// What became of one received entry.
#[derive(Clone, Debug)]
pub(crate) enum Taken {
    Logged { hash: Digest, index: u64 },
    Forked { position: Position, first: Digest, new: bool },
    Stopped { position: Position, code: &'static str },
}

/// The store of a township.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) store: Store,
}

impl Ledger {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }

    /// Logs received entries, one transaction for all. `keys` are those of their series.
    pub(crate) fn ingest(&mut self, keys: &[PublicKey], entries: Vec<Checked>) -> Result<Vec<Taken>> {
        let places: Vec<Position> = entries.iter().map(|checked| Position::of(checked.entry())).collect();
        let entries = entries.into_iter().map(Ok).collect();
        let report: IngestReport = self.store.ingest_checked(keys, entries, None)?;
        let taken = report.outcomes.iter().zip(places).map(|(outcome, position)| match outcome {
            Outcome::Stored { hash, index: Some(index) } | Outcome::Already { hash, index: Some(index) } => {
                Taken::Logged { hash: *hash, index: *index }
            }
            Outcome::Stored { .. } | Outcome::Already { .. } => {
                Taken::Stopped { position, code: "not_logged" }
            }
            Outcome::Forked { first, .. } => {
                let new = report.forks.iter().any(|fork| fork.second == position.hash);
                Taken::Forked { position, first: *first, new }
            }
            Outcome::Stopped { code, .. } => Taken::Stopped { position, code },
        });
        Ok(taken.collect())
    }

    /// Logs entries of the township's own series, one transaction for all.
    pub(crate) fn commit(&mut self, node: &dyn Sign, said: Vec<Said>) -> Result<Vec<(Digest, u64)>> {
        let entries =
            said.into_iter().map(|said| NewEntry::new(said.subject, said.kind, said.body)).collect();
        let committed = self.store.commit(node, entries)?;
        committed.into_iter().map(|entry| Ok((entry.hash, entry.index.ok_or(Error::WorkerGone)?))).collect()
    }

    /// Entries in the log.
    pub(crate) fn size(&self) -> Result<u64> {
        Ok(self.store.log_size()?)
    }

    /// Root of the first `size` entries.
    pub(crate) fn root(&self, size: u64) -> Result<Digest> {
        Ok(self.store.log_root(size)?)
    }

    /// Inclusion paths in the tree of `size` entries.
    pub(crate) fn inclusions(&self, indexes: &[u64], size: u64) -> Result<Vec<Vec<Digest>>> {
        Ok(self.store.log_inclusions(indexes, size)?)
    }

    /// Inclusion path of one entry.
    pub(crate) fn inclusion(&self, index: u64, size: u64) -> Result<Vec<Digest>> {
        Ok(self.store.log_inclusion(index, size)?)
    }

    /// Consistency from `old` to `size`; nothing where the log is not yet that long, which tells the laptop enough.
    pub(crate) fn consistency(&self, old: u64, size: u64) -> Result<Vec<Digest>> {
        if old == 0 || old >= size {
            return Ok(Vec::new());
        }
        Ok(self.store.log_consistency(old, size)?)
    }

    /// Hashes of a tile.
    pub(crate) fn tile(&self, level: u8, index: u64, width: u16) -> Result<Vec<Digest>> {
        Ok(self.store.log_tile(level, index, width)?)
    }

    /// What [`Ledger::replay`] would say of an entry that is about to be logged; its index comes later.
    pub(crate) fn line_of(checked: &Checked) -> LoggedLine {
        let envelope = checked.entry().envelope();
        let matters = links::matters(&envelope.kind);
        LoggedLine {
            index: 0,
            hash: checked.entry().hash(),
            series: envelope.series,
            subject: envelope.subject.clone(),
            kind: envelope.kind.clone(),
            wall: if matters { envelope.time.wall.clone() } else { String::new() },
            body: checked.body().filter(|_| matters).cloned(),
        }
    }

    /// Hands over every entry from log index `from` on, in order.
    pub(crate) fn replay(&self, from: u64, mut each: impl FnMut(&LoggedLine)) -> Result<()> {
        let mut next = from;
        loop {
            let lines = self.store.log_lines(next, PAGE)?;
            let Some(last) = lines.last() else { return Ok(()) };
            next = last.index + 1;
            for line in lines {
                each(&self.logged(line)?);
            }
        }
    }

    fn logged(&self, line: LogLine) -> Result<LoggedLine> {
        let mut logged = LoggedLine {
            index: line.index,
            hash: line.position.hash,
            series: line.position.series,
            subject: line.subject,
            kind: line.kind,
            wall: String::new(),
            body: None,
        };
        if links::matters(&logged.kind)
            && let Some(entry) = self.store.entry(&logged.hash)?
        {
            logged.wall.clone_from(&entry.entry()?.envelope().time.wall);
            logged.body = entry.body.as_deref().and_then(|body| serde_json::from_slice(body).ok());
        }
        Ok(logged)
    }

    /// The entry at a log index, as it travels.
    pub(crate) fn wire_entry(&self, index: u64) -> Result<Option<WireEntry>> {
        self.at_index(index)?.map(wire).transpose()
    }

    fn at_index(&self, index: u64) -> Result<Option<StoredEntry>> {
        Ok(self.store.log_entries(index, 1)?.into_iter().find(|entry| entry.index == Some(index)))
    }

    /// Entries at these log indexes, as they travel; neighbours are read together.
    pub(crate) fn wire_entries(&self, indexes: &[u32], most_bytes: usize) -> Result<Vec<(u64, WireEntry)>> {
        let mut found = Vec::with_capacity(indexes.len());
        let mut bytes = 0;
        let mut rest = indexes;
        while let Some(first) = rest.first() {
            let run = rest
                .iter()
                .zip(*first..)
                .take_while(|(index, expected)| **index == *expected)
                .take(64)
                .count();
            let (now, later) = rest.split_at(run);
            rest = later;
            for entry in self.store.log_entries(u64::from(*first), now.len())? {
                let Some(index) = entry.index else { continue };
                let entry = wire(entry)?;
                bytes += entry.size();
                if bytes > most_bytes && !found.is_empty() {
                    return Ok(found);
                }
                found.push((index, entry));
            }
        }
        Ok(found)
    }

    /// Logged items from an index on, for entry bundles.
    pub(crate) fn items(&self, from: u64, count: usize) -> Result<Vec<Vec<u8>>> {
        Ok(self.store.log_entries(from, count)?.into_iter().map(|entry| entry.item).collect())
    }

    /// Log index of an entry.
    pub(crate) fn index_of(&self, hash: &Digest) -> Result<Option<u64>> {
        Ok(self.store.entry(hash)?.and_then(|entry| entry.index))
    }

    /// Last entry held of an epoch.
    pub(crate) fn head(&self, series: &SeriesId, epoch: u32) -> Result<Option<Position>> {
        Ok(self.store.head(series, epoch)?.map(|head| head.position))
    }

    /// Last entry held of the newest epoch of a series.
    pub(crate) fn newest_head(&self, series: &SeriesId) -> Result<Option<Position>> {
        let heads =
            self.store.heads()?.into_iter().map(|head| head.position).filter(|head| head.series == *series);
        Ok(heads.max_by_key(|head| (head.epoch, head.seq)))
    }

    /// The entry at a place of a series.
    pub(crate) fn at(&self, series: &SeriesId, epoch: u32, seq: u64) -> Result<Option<Position>> {
        let entries = self.store.entries_from(series, epoch, seq, 1, 0)?;
        Ok(entries.into_iter().map(|entry| entry.position()).find(|position| position.seq == seq))
    }

    /// Entries that wait for a supervisor.
    pub(crate) fn pending(&self) -> Result<Vec<LogLine>> {
        let waiting = self.store.withheld()?.into_iter();
        let waiting = waiting.filter(|entry| entry.standing == Standing::Pending);
        Ok(waiting
            .filter_map(|entry| {
                let index = entry.index?;
                Some(LogLine { index, position: entry.position(), subject: entry.subject, kind: entry.kind })
            })
            .collect())
    }

    /// A kept row.
    pub(crate) fn setting<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        self.store.setting(name)?.map(serde_json::from_value).transpose().map_err(Error::from)
    }

    /// Keeps a row; durable when it answers.
    pub(crate) fn set_setting<T: Serialize>(&mut self, name: &str, value: &T) -> Result<()> {
        Ok(self.store.set_setting(name, &serde_json::to_value(value)?)?)
    }

    /// Forgets a row.
    pub(crate) fn remove_setting(&mut self, name: &str) -> Result<()> {
        Ok(self.store.remove_setting(name)?)
    }

    /// Kept rows whose names begin so.
    pub(crate) fn settings<T: DeserializeOwned>(&self, prefix: &str) -> Result<Vec<(String, T)>> {
        let rows = self.store.settings_with_prefix(prefix)?;
        rows.into_iter().map(|(name, row)| Ok((name, serde_json::from_value(row)?))).collect()
    }
}

/// A stored entry as it travels.
fn wire(entry: StoredEntry) -> Result<WireEntry> {
    let body = match (&entry.salt, &entry.body) {
        (Some(salt), Some(body)) => Some((salt, body.as_slice())),
        _ => None,
    };
    Ok(WireEntry::new(&entry.item, body)?)
}

/// Series of an entry as it travels.
pub(crate) fn series_of(entry: &WireEntry) -> Option<SeriesId> {
    Entry::decode(entry.item.as_bytes()).ok().map(|entry| entry.envelope().series)
}
