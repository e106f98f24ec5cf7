//! Epochs: a restored, recovered or copied home never continues one.
//!
//! The next epoch is opened by the first commit after the reason was noted, with an entry that names
//! where the series stood as far as this home knows. So two homes that share a past never write at the
//! same place of a series without it being seen.

use liuhen_protocol::{Position, SeriesId, Sign, Subject};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::commit::Pen;
use super::{Committed, NewEntry, Store};
use crate::engine::Shelf;
use crate::error::{Error, Result};

/// Why an epoch was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The key is new.
    First,
    /// The home, or its database, came from a backup.
    Restored,
    /// The passphrase was lost; the data were recovered and a new key made.
    Recovered,
    /// The home was copied or moved to another disk.
    Copied,
}

/// What is noted until the next epoch is opened.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Due {
    reason: Reason,
    /// The epoch is at least this one (what the township knows may be more than we do).
    at_least: u32,
    /// Where the work stood, when that is another series (a retired key).
    predecessor: Option<Position>,
}

/// The first entry of an epoch, ready to be written.
pub(super) struct Opening {
    pub(super) epoch: u32,
    pub(super) entry: NewEntry,
}

fn due_key(series: &SeriesId) -> String {
    format!("epoch/{series}")
}

fn writing_key(series: &SeriesId) -> String {
    format!("writing/{series}")
}

impl Store {
    /// Notes that a series must not continue its epoch; the next commit opens another.
    /// `at_least`: the smallest number it may get, 0 when only this home's knowledge counts.
    pub fn require_new_epoch(&mut self, series: &SeriesId, reason: Reason, at_least: u32) -> Result<()> {
        self.write(|store| store.note_due(series, reason, at_least))
    }

    /// The same, inside a transaction of the caller.
    pub(super) fn note_due(&mut self, series: &SeriesId, reason: Reason, at_least: u32) -> Result<()> {
        self.put_json(Shelf::Meta, &due_key(series), &Due { reason, at_least, predecessor: None })
    }

    /// Where this home would continue a series: the head of the epoch it writes.
    pub fn writing_head(&self, series: &SeriesId) -> Result<Option<Position>> {
        let Some(epoch) = self.writing(series)? else { return Ok(None) };
        Ok(self.engine.head(series, epoch)?.map(|head| head.position))
    }

    /// The same for every series written in this home.
    pub(crate) fn require_new_epochs(&mut self, reason: Reason) -> Result<()> {
        let local: Vec<_> = self.engine.series()?.into_iter().filter(|row| row.local).collect();
        local.iter().try_for_each(|row| self.require_new_epoch(&row.series, reason, 0))
    }

    /// Notes that a new key continues the work of a retired one.
    pub fn succeed_series(&mut self, retired: &SeriesId, new: &SeriesId, reason: Reason) -> Result<()> {
        let predecessor = self.engine.heads(Some(retired))?.pop().map(|head| head.position);
        let due = Due { reason, at_least: 0, predecessor };
        self.write(|store| store.put_json(Shelf::Meta, &due_key(new), &due))
    }

    /// Opens the next epoch of a series now.
    ///
    /// # Errors
    /// Those of [`Store::commit`].
    pub fn open_new_epoch(&mut self, signer: &dyn Sign, reason: Reason, at_least: u32) -> Result<Committed> {
        let series = SeriesId::of(&signer.public_key());
        self.require_new_epoch(&series, reason, at_least)?;
        self.commit(signer, Vec::new())?;
        let epoch = self.writing(&series)?.ok_or(Error::UnknownSeries { series })?;
        let head = self.engine.head(&series, epoch)?.ok_or(Error::UnknownSeries { series })?;
        let hash = head.position.hash;
        let entry = self.engine.entry(&hash)?.ok_or(Error::NoSuchEntry { hash })?;
        let envelope = entry.entry()?;
        let envelope = envelope.envelope();
        Ok(Committed {
            hash: entry.hash,
            series,
            epoch: entry.epoch,
            seq: entry.seq,
            id: envelope.id,
            at: envelope.time.wall.clone(),
            index: entry.index,
            standing: entry.standing,
        })
    }

    /// The opening that has to be written before anything else of this series, if any.
    pub(super) fn opening_due(&self, pen: &Pen) -> Result<Option<Opening>> {
        let noted: Option<Due> = self.read_json(Shelf::Meta, &due_key(&pen.series))?;
        if noted.is_none() && pen.head.is_some() {
            return Ok(None);
        }
        let last = self.engine.heads(Some(&pen.series))?.pop().map(|head| head.position);
        let due = match (noted, last) {
            (Some(due), _) => due,
            (None, None) => Due { reason: Reason::First, at_least: 1, predecessor: None },
            // Entries of ours came back from elsewhere, but none was written in this database.
            (None, Some(_)) => Due { reason: Reason::Restored, at_least: 0, predecessor: None },
        };
        let epoch = (last.map_or(0, |last| last.epoch) + 1).max(due.at_least);
        let predecessor = pen.head.map(|head| head.position).or(last).or(due.predecessor);
        let mut body = Map::new();
        body.insert("predecessor".into(), json!(predecessor));
        body.insert("reason".into(), json!(due.reason));
        body.insert("device".into(), self.setting("device")?.unwrap_or(Value::String(String::new())));
        let subject = Subject::new("series", pen.series.to_hex());
        Ok(Some(Opening { epoch, entry: NewEntry::new(subject, "series.opened", body) }))
    }

    /// The opening was written.
    pub(super) fn opened(&mut self, series: &SeriesId, epoch: u32) -> Result<()> {
        self.engine.remove(Shelf::Meta, &due_key(series))?;
        self.put_meta(&writing_key(series), &epoch)
    }

    /// The epoch that this home writes of a series. Others may know later ones (of a copy of this home).
    pub(super) fn writing(&self, series: &SeriesId) -> Result<Option<u32>> {
        self.meta(&writing_key(series))
    }
}
