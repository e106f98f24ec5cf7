//! The engine in memory: maps, for stories with many laptops and for the suite that keeps both
//! engines honest. Nothing of it outlives the process.

mod documents;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use liuhen_protocol::{Digest, Position, PublicKey, Salt, SeriesId, Subject};

use super::{
    DamagedPage, Document, Engine, Head, JournalRows, LogLine, LogRows, NewRow, PageCheck, PlacedRun,
    Placement, SeriesRow, Shelf, SideRows, Standing, StoredEntry, SubjectRow,
};
use crate::error::{Error, Result};

/// Rows in memory.
#[derive(Debug, Default)]
pub struct Memory {
    rows: Rows,
    without_words: bool,
    before: Option<Rows>,
}

#[derive(Debug, Clone, Default)]
struct Rows {
    series: Vec<SeriesRow>,
    heads: BTreeMap<(SeriesId, u32), Head>,
    entries: BTreeMap<u64, Arc<StoredEntry>>,
    by_hash: BTreeMap<Digest, u64>,
    by_place: BTreeMap<(SeriesId, u32, u64), u64>,
    by_subject: BTreeMap<Subject, Vec<u64>>,
    subjects: BTreeMap<Subject, SubjectRow>,
    placed: BTreeMap<u64, Placement>,
    by_index: BTreeMap<u64, u64>,
    tree: BTreeMap<u64, Digest>,
    documents: BTreeMap<(String, String, Subject), Arc<Document>>,
    shelves: BTreeMap<(Shelf, String), Vec<u8>>,
}

impl Rows {
    fn at(&self, ord: u64) -> Option<StoredEntry> {
        self.entries.get(&ord).map(|entry| entry.as_ref().clone())
    }

    fn change(&mut self, ord: u64, change: impl FnOnce(&mut StoredEntry)) -> Result<()> {
        let entry = self
            .entries
            .get_mut(&ord)
            .ok_or_else(|| Error::BadRow { table: "entries", key: ord.to_string() })?;
        change(Arc::make_mut(entry));
        Ok(())
    }
}

impl Engine for Memory {
    fn begin(&mut self) -> Result<()> {
        self.before = Some(self.rows.clone());
        Ok(())
    }

    fn commit(&mut self) -> Result<()> {
        self.before = None;
        Ok(())
    }

    fn rollback(&mut self) {
        if let Some(before) = self.before.take() {
            self.rows = before;
        }
    }

    fn damaged_pages(&self) -> Result<Vec<DamagedPage>> {
        Ok(Vec::new())
    }

    fn page_check(&self) -> PageCheck {
        Box::new(|| Ok(Vec::new()))
    }

    fn tables(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn damaged_tree(&self, _table: &str) -> Result<Vec<DamagedPage>> {
        Ok(Vec::new())
    }

    fn copy_to(&self, path: &Path) -> Result<()> {
        let source = std::io::Error::from(std::io::ErrorKind::Unsupported);
        Err(Error::io("copy a store in memory to a file", path, source))
    }

    fn catch_up(&mut self, _most: usize) -> Result<bool> {
        Ok(false)
    }

    fn tidy(&mut self) -> Result<()> {
        Ok(())
    }
}

impl JournalRows for Memory {
    fn add_series(&mut self, key: &PublicKey, local: bool) -> Result<()> {
        let series = SeriesId::of(key);
        match self.rows.series.iter_mut().find(|row| row.series == series) {
            Some(row) => row.local |= local,
            None => self.rows.series.push(SeriesRow { series, key: *key, local }),
        }
        Ok(())
    }

    fn series(&self) -> Result<Vec<SeriesRow>> {
        Ok(self.rows.series.clone())
    }

    fn series_key(&self, series: &SeriesId) -> Result<Option<PublicKey>> {
        Ok(self.rows.series.iter().find(|row| row.series == *series).map(|row| row.key))
    }

    fn head(&self, series: &SeriesId, epoch: u32) -> Result<Option<Head>> {
        Ok(self.rows.heads.get(&(*series, epoch)).copied())
    }

    fn heads(&self, series: Option<&SeriesId>) -> Result<Vec<Head>> {
        let wanted = |head: &&Head| series.is_none_or(|series| head.position.series == *series);
        Ok(self.rows.heads.values().filter(wanted).copied().collect())
    }

    fn set_held(&mut self, series: &SeriesId, epoch: u32, held: u64) -> Result<()> {
        if let Some(head) = self.rows.heads.get_mut(&(*series, epoch)) {
            head.held = held;
        }
        Ok(())
    }

    fn append(&mut self, row: &NewRow<'_>) -> Result<u64> {
        let envelope = row.entry.envelope();
        let (series, epoch, seq, hash) = (envelope.series, envelope.epoch, envelope.seq, row.entry.hash());
        if self.series_key(&series)?.is_none() {
            return Err(Error::UnknownSeries { series });
        }
        if self.rows.by_hash.contains_key(&hash) || self.rows.by_place.contains_key(&(series, epoch, seq)) {
            return Err(Error::BadRow { table: "entries", key: hash.to_string() });
        }
        let rows = &mut self.rows;
        let ord = rows.entries.last_key_value().map_or(1, |(ord, _)| ord + 1);
        let stored = StoredEntry {
            ord,
            hash,
            series,
            epoch,
            seq,
            subject: envelope.subject.clone(),
            kind: envelope.kind.clone(),
            item: row.entry.item().to_vec(),
            salt: row.body.map(|(salt, _)| salt.clone()),
            body: row.body.map(|(_, body)| body.to_vec()),
            index: None,
            standing: Standing::Good,
        };
        rows.by_subject.entry(stored.subject.clone()).or_default().push(ord);
        rows.subjects.entry(stored.subject.clone()).or_default();
        rows.entries.insert(ord, Arc::new(stored));
        rows.by_hash.insert(hash, ord);
        rows.by_place.insert((series, epoch, seq), ord);
        let head = Head { position: Position { series, epoch, seq, hash }, held: 0 };
        let present = rows.heads.entry((series, epoch)).or_insert(head);
        if present.position.seq < seq {
            present.position = head.position;
        }
        Ok(ord)
    }

    fn entry(&self, hash: &Digest) -> Result<Option<StoredEntry>> {
        Ok(self.rows.by_hash.get(hash).and_then(|ord| self.rows.at(*ord)))
    }

    fn ord(&self, hash: &Digest) -> Result<Option<u64>> {
        Ok(self.rows.by_hash.get(hash).copied())
    }

    fn position(&self, hash: &Digest) -> Result<Option<(u64, Position)>> {
        let ord = self.rows.by_hash.get(hash);
        Ok(ord.and_then(|ord| Some((*ord, self.rows.entries.get(ord)?.position()))))
    }

    fn hash_at(&self, series: &SeriesId, epoch: u32, seq: u64) -> Result<Option<Digest>> {
        let ord = self.rows.by_place.get(&(*series, epoch, seq));
        Ok(ord.and_then(|ord| self.rows.entries.get(ord)).map(|entry| entry.hash))
    }

    fn series_entries(
        &self,
        series: &SeriesId,
        epoch: u32,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredEntry>> {
        let range = (*series, epoch, from)..=(*series, epoch, u64::MAX);
        Ok(self.rows.by_place.range(range).take(limit).filter_map(|(_, ord)| self.rows.at(*ord)).collect())
    }

    fn subject_entries(&self, subject: &Subject) -> Result<Vec<StoredEntry>> {
        let ords = self.rows.by_subject.get(subject).map(Vec::as_slice).unwrap_or_default();
        Ok(ords.iter().filter_map(|ord| self.rows.at(*ord)).collect())
    }

    fn entries_after(&self, ord: u64, limit: usize) -> Result<Vec<StoredEntry>> {
        Ok(self.rows.entries.range(ord + 1..).take(limit).map(|(_, entry)| entry.as_ref().clone()).collect())
    }

    fn count(&self) -> Result<u64> {
        Ok(self.rows.entries.len() as u64)
    }

    fn restore_body(&mut self, ord: u64, salt: &Salt, body: &[u8]) -> Result<()> {
        self.rows.change(ord, |entry| {
            entry.salt = Some(salt.clone());
            entry.body = Some(body.to_vec());
        })
    }

    fn erase_body(&mut self, ord: u64) -> Result<()> {
        self.rows.change(ord, |entry| {
            entry.salt = None;
            entry.body = None;
        })
    }

    fn subject(&self, subject: &Subject) -> Result<Option<SubjectRow>> {
        Ok(self.rows.subjects.get(subject).cloned())
    }

    fn put_subject(&mut self, subject: &Subject, row: &SubjectRow) -> Result<()> {
        self.rows.subjects.insert(subject.clone(), row.clone());
        Ok(())
    }

    fn subjects(&self, after: Option<&Subject>, limit: usize) -> Result<Vec<Subject>> {
        let later = |subject: &&Subject| after.is_none_or(|after| *subject > after);
        Ok(self.rows.subjects.keys().filter(later).take(limit).cloned().collect())
    }
}

impl LogRows for Memory {
    fn place(&mut self, ord: u64, placement: &Placement) -> Result<()> {
        self.rows.change(ord, |entry| entry.index = Some(placement.index))?;
        if let Some(old) = self.rows.placed.insert(ord, placement.clone()) {
            self.rows.by_index.remove(&old.index);
        }
        self.rows.by_index.insert(placement.index, ord);
        Ok(())
    }

    fn placement(&self, hash: &Digest) -> Result<Option<Placement>> {
        Ok(self.rows.by_hash.get(hash).and_then(|ord| self.rows.placed.get(ord)).cloned())
    }

    fn placed_until(&self, series: &SeriesId, epoch: u32, held: u64) -> Result<u64> {
        let after = (*series, epoch, held + 1)..=(*series, epoch, u64::MAX);
        let rows = self.rows.by_place.range(after).zip(held + 1..);
        let placed =
            rows.take_while(|(((.., seq), ord), next)| seq == next && self.rows.placed.contains_key(ord));
        Ok(held + placed.count() as u64)
    }

    fn placed_runs(&self, from: u64) -> Result<Vec<PlacedRun>> {
        let mut runs: BTreeMap<SeriesId, PlacedRun> = BTreeMap::new();
        for (index, ord) in self.rows.by_index.range(from..) {
            let Some(series) = self.rows.entries.get(ord).map(|entry| entry.series) else { continue };
            if self.rows.series.iter().any(|row| row.series == series && row.local) {
                let fresh = PlacedRun { series, from: *index, to: *index, count: 0 };
                let run = runs.entry(series).or_insert(fresh);
                (run.to, run.count) = (*index, run.count + 1);
            }
        }
        Ok(runs.into_values().collect())
    }

    fn clear_placements(&mut self) -> Result<()> {
        for ord in std::mem::take(&mut self.rows.placed).into_keys() {
            self.rows.change(ord, |entry| entry.index = None)?;
        }
        self.rows.by_index.clear();
        self.rows.heads.values_mut().for_each(|head| head.held = 0);
        Ok(())
    }

    fn log_entries(&self, from: u64, limit: usize) -> Result<Vec<StoredEntry>> {
        Ok(self.rows.by_index.range(from..).take(limit).filter_map(|(_, ord)| self.rows.at(*ord)).collect())
    }

    fn log_lines(&self, from: u64, limit: usize) -> Result<Vec<LogLine>> {
        let line = |(index, ord): (&u64, &u64)| {
            let entry = self.rows.entries.get(ord)?;
            Some(LogLine {
                index: *index,
                position: entry.position(),
                subject: entry.subject.clone(),
                kind: entry.kind.clone(),
            })
        };
        Ok(self.rows.by_index.range(from..).take(limit).filter_map(line).collect())
    }

    fn log_size(&self) -> Result<u64> {
        Ok(self.rows.by_index.last_key_value().map_or(0, |(index, _)| index + 1))
    }

    fn set_standing(&mut self, ord: u64, standing: Standing) -> Result<()> {
        self.rows.change(ord, |entry| entry.standing = standing)
    }

    fn withheld(&self) -> Result<Vec<StoredEntry>> {
        let kept = |entry: &&Arc<StoredEntry>| entry.standing != Standing::Good;
        Ok(self.rows.entries.values().filter(kept).map(|entry| entry.as_ref().clone()).collect())
    }

    fn tree_hash(&self, place: u64) -> Result<Option<Digest>> {
        Ok(self.rows.tree.get(&place).copied())
    }

    fn tree_hashes(&self, from: u64, limit: usize) -> Result<Vec<(u64, Digest)>> {
        Ok(self.rows.tree.range(from..).take(limit).map(|(place, hash)| (*place, *hash)).collect())
    }

    fn put_tree_hash(&mut self, place: u64, hash: &Digest) -> Result<()> {
        self.rows.tree.insert(place, *hash);
        Ok(())
    }

    fn clear_tree(&mut self) -> Result<()> {
        self.rows.tree.clear();
        Ok(())
    }
}

impl SideRows for Memory {
    fn get(&self, on: Shelf, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.rows.shelves.get(&(on, key.to_owned())).cloned())
    }

    fn put(&mut self, on: Shelf, key: &str, value: &[u8]) -> Result<()> {
        self.rows.shelves.insert((on, key.to_owned()), value.to_vec());
        Ok(())
    }

    fn remove(&mut self, on: Shelf, key: &str) -> Result<()> {
        self.rows.shelves.remove(&(on, key.to_owned()));
        Ok(())
    }

    fn list(&self, on: Shelf, prefix: &str) -> Result<Vec<(String, Vec<u8>)>> {
        let from = (on, prefix.to_owned());
        let within = |((at, key), _): &(&(Shelf, String), &Vec<u8>)| *at == on && key.starts_with(prefix);
        let rows = self.rows.shelves.range(from..).take_while(within);
        Ok(rows.map(|((_, key), value)| (key.clone(), value.clone())).collect())
    }
}
