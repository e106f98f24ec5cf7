//! Who had which right, and which entries therefore count.
//!
//! The rule is core's (`core::rights`), fed with the township's own entries in log order. Here is
//! only: which entries those are, when the answer for others may have changed, and what to fold again.

use std::collections::BTreeSet;

use liuhen_core::ids::{SeriesId as CoreSeries, Subject as CoreSubject};
use liuhen_core::rights::{self, Position as RightsPosition, Rights};
use liuhen_protocol::{Digest, Position, PublicKey, SeriesId, Subject};
use serde_json::Value;

use super::folding::{Author, Touched, Unfolded, fields};
use super::{Store, meta};
use crate::engine::{Shelf, Standing, StoredEntry};
use crate::error::{Error, Result};

/// Rows read at once when a series is judged again.
const PAGE: usize = 1000;

/// Rights as folded so far.
#[derive(Debug, Default)]
pub(super) struct Standings {
    rights: Rights,
    nodes: BTreeSet<SeriesId>,
    newest: Option<u64>,
}

impl Standings {
    /// Whether an entry counts. Before any township is known, everything of ours does.
    pub(super) fn judge(&self, entry: &StoredEntry) -> Standing {
        self.judge_at(&entry.series, entry.epoch, entry.seq, &entry.hash, entry.index)
    }

    pub(super) fn judge_at(
        &self,
        series: &SeriesId,
        epoch: u32,
        seq: u64,
        hash: &Digest,
        index: Option<u64>,
    ) -> Standing {
        if self.nodes.is_empty() {
            return Standing::Good;
        }
        let (series, hash) = (series.to_hex(), hash.to_string());
        match self.rights.judge(RightsPosition { series: &series, epoch, seq, hash: &hash, index }) {
            rights::Standing::Good { .. } => Standing::Good,
            rights::Standing::Pending | rights::Standing::Unknown => Standing::Pending,
            rights::Standing::Declined => Standing::Declined,
        }
    }

    /// Whose series it is.
    pub(super) fn author(&self, series: &SeriesId) -> Author {
        Author {
            officer: self.rights.officer(&series.to_hex()).map(|officer| officer.0.clone()),
            township: self.nodes.contains(series),
        }
    }

    /// Whether an entry of this series and kind changes rights.
    pub(super) fn concerns(&self, series: &SeriesId, kind: &str) -> bool {
        self.nodes.contains(series) && rights::is_rights_kind(kind)
    }

    fn apply(&mut self, index: u64, entry: &StoredEntry) -> Result<()> {
        let subject = CoreSubject::new(entry.subject.kind.clone(), entry.subject.id.clone());
        self.rights.apply(index, &entry.kind, &subject, fields(entry)?.as_ref());
        self.newest = Some(index);
        Ok(())
    }
}

impl Store {
    /// Rights as far as this store knows them.
    pub const fn rights(&self) -> &Rights {
        &self.standings.rights
    }

    /// The township's own series.
    pub const fn nodes(&self) -> &BTreeSet<SeriesId> {
        &self.standings.nodes
    }

    /// The officer whose series it is, as the township enrolled it.
    pub fn officer_of(&self, series: &SeriesId) -> Option<String> {
        self.standings.author(series).officer
    }

    /// Says which keys speak for the township (from its verified note). Everything is judged again when
    /// they differ from before.
    pub fn set_nodes(&mut self, keys: &[PublicKey]) -> Result<()> {
        let nodes: BTreeSet<SeriesId> = keys.iter().map(SeriesId::of).collect();
        if nodes == self.standings.nodes {
            return Ok(());
        }
        self.write(|store| {
            for key in keys {
                store.engine.add_series(key, false)?;
            }
            store.put_meta(meta::NODES, &nodes)?;
            store.standings.nodes = nodes;
            store.list_rights()?;
            store.standings = store.read_rights()?;
            let mut touched = Touched::default();
            for row in store.engine.series()? {
                store.rejudge(&row.series, true, &mut touched)?;
            }
            store.settle(touched)
        })
    }

    /// Entries waiting for a supervisor (待核) or declined by one.
    pub fn withheld(&self) -> Result<Vec<StoredEntry>> {
        self.engine.withheld()
    }

    /// Rights from the entries listed so far.
    pub(super) fn read_rights(&self) -> Result<Standings> {
        let nodes: BTreeSet<SeriesId> = self.meta(meta::NODES)?.unwrap_or_default();
        let rights = Rights::with_nodes(nodes.iter().map(|series| CoreSeries(series.to_hex())));
        let mut standings = Standings { rights, nodes, newest: None };
        for (index, hash) in self.engine.list(Shelf::Rights, "")? {
            let bad = || Error::BadRow { table: "rights", key: index.clone() };
            let place: u64 = index.parse().map_err(|_| bad())?;
            let hash = std::str::from_utf8(&hash).ok().and_then(|text| Digest::from_base64(text).ok());
            let entry = self.engine.entry(&hash.ok_or_else(bad)?)?.ok_or_else(bad)?;
            standings.apply(place, &entry)?;
        }
        Ok(standings)
    }

    /// Lists all entries that change rights anew (the township's keys changed).
    fn list_rights(&mut self) -> Result<()> {
        for (key, _) in self.engine.list(Shelf::Rights, "")? {
            self.engine.remove(Shelf::Rights, &key)?;
        }
        let nodes: Vec<SeriesId> = self.standings.nodes.iter().copied().collect();
        for series in nodes {
            for entry in self.all_of(&series)? {
                if let Some(index) = entry.index.filter(|_| rights::is_rights_kind(&entry.kind)) {
                    self.list_right(index, &entry.hash)?;
                }
            }
        }
        Ok(())
    }

    fn list_right(&mut self, index: u64, hash: &Digest) -> Result<()> {
        self.engine.put(Shelf::Rights, &format!("{index:020}"), hash.to_string().as_bytes())
    }

    fn all_of(&self, series: &SeriesId) -> Result<Vec<StoredEntry>> {
        let mut all = Vec::new();
        for head in self.engine.heads(Some(series))? {
            let mut from = 1;
            while from <= head.position.seq {
                let page = self.engine.series_entries(series, head.position.epoch, from, PAGE)?;
                let Some(last) = page.last() else { break };
                from = last.seq + 1;
                all.extend(page);
            }
        }
        Ok(all)
    }

    /// Takes in entries of the township that just got their index and change rights; judges again what
    /// they concern.
    pub(super) fn take_rights(
        &mut self,
        mut hashes: Vec<(u64, Digest)>,
        touched: &mut Touched,
    ) -> Result<()> {
        if hashes.is_empty() {
            return Ok(());
        }
        hashes.sort_unstable();
        let mut entries = Vec::with_capacity(hashes.len());
        for (index, hash) in &hashes {
            self.list_right(*index, hash)?;
            entries.push(self.engine.entry(hash)?.ok_or(Error::NoSuchEntry { hash: *hash })?);
        }
        let in_order =
            hashes.first().is_some_and(|(first, _)| self.standings.newest.is_none_or(|last| last < *first));
        if in_order {
            for ((index, _), entry) in hashes.iter().zip(&entries) {
                self.standings.apply(*index, entry)?;
            }
        } else {
            self.standings = self.read_rights()?;
        }
        let mut concerned = BTreeSet::new();
        let mut enrolled = BTreeSet::new();
        for entry in &entries {
            self.concerned(entry, &mut concerned, &mut enrolled)?;
        }
        for series in concerned.union(&enrolled) {
            self.rejudge(series, enrolled.contains(series), touched)?;
        }
        Ok(())
    }

    /// Series whose entries may be judged otherwise because of this entry.
    fn concerned(
        &self,
        entry: &StoredEntry,
        concerned: &mut BTreeSet<SeriesId>,
        enrolled: &mut BTreeSet<SeriesId>,
    ) -> Result<()> {
        if entry.subject.kind == "series" {
            concerned.extend(SeriesId::from_hex(&entry.subject.id).ok());
        }
        let officer = liuhen_core::ids::OfficerId::from(entry.subject.id.as_str());
        concerned.extend(
            self.standings.rights.series_of(&officer).filter_map(|s| SeriesId::from_hex(s.as_str()).ok()),
        );
        let Some(fields) = fields(entry)? else { return Ok(()) };
        let named = fields.get("series").and_then(Value::as_str);
        enrolled.extend(named.and_then(|series| SeriesId::from_hex(series).ok()));
        for hash in fields.get("entries").and_then(Value::as_array).into_iter().flatten() {
            let hash = hash.as_str().and_then(|hash| Digest::from_base64(hash).ok());
            if let Some(judged) = hash.map(|hash| self.engine.entry(&hash)).transpose()?.flatten() {
                concerned.insert(judged.series);
            }
        }
        Ok(())
    }

    /// Judges all entries of a series again. `author`: its officer became known, so fold all of it.
    fn rejudge(&mut self, series: &SeriesId, author: bool, touched: &mut Touched) -> Result<()> {
        for entry in self.all_of(series)? {
            if self.rejudge_one(&entry)? || author {
                touched.refold(&entry.subject);
            }
        }
        Ok(())
    }

    /// Whether an entry stands otherwise at this log index than it stood before.
    pub(super) fn judged_otherwise(&self, at: &Position, index: u64) -> bool {
        let before = self.withheld.get(&at.hash).copied().unwrap_or_default();
        self.standings.judge_at(&at.series, at.epoch, at.seq, &at.hash, Some(index)) != before
    }

    /// Judges one kept entry again; answers whether that changed.
    pub(super) fn rejudge_one(&mut self, entry: &StoredEntry) -> Result<bool> {
        let standing = self.standings.judge(entry);
        let before = self.withheld.get(&entry.hash).copied().unwrap_or_default();
        if standing == before {
            return Ok(false);
        }
        self.set_standing(entry.ord, entry.hash, standing)?;
        Ok(true)
    }

    pub(super) fn set_standing(&mut self, ord: u64, hash: Digest, standing: Standing) -> Result<()> {
        match standing {
            Standing::Good => drop(self.withheld.remove(&hash)),
            other => drop(self.withheld.insert(hash, other)),
        }
        self.engine.set_standing(ord, standing)
    }

    /// A subject's good entries, to be folded elsewhere.
    pub(super) fn unfolded(&self, subject: &Subject) -> Result<Unfolded> {
        let author = |row: &StoredEntry| self.standings.author(&row.series);
        Unfolded::read(self.engine.as_ref(), subject, &author)
    }

    /// Brings the documents of touched subjects up to date.
    pub(super) fn settle(&mut self, touched: Touched) -> Result<()> {
        if !self.folding {
            return Ok(());
        }
        let standings = &self.standings;
        let author = |row: &StoredEntry| standings.author(&row.series);
        self.folds.settle(self.engine.as_mut(), touched, &author)
    }
}
