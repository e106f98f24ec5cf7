//! What the township proved to us: checkpoints and receipts.
//!
//! Signatures of notes are checked by the caller, who knows the keys; consistency and inclusion are
//! checked here again, because what is kept here decides later whether a township lies.

use std::collections::BTreeSet;

use liuhen_protocol::{Checkpoint, Digest, Seen, SeriesId, merkle};
use serde::{Deserialize, Serialize};

use super::folding::Touched;
use super::{Store, meta};
use crate::engine::{Placement, Shelf};
use crate::error::{Error, Result};

/// A checkpoint whose signatures were verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldCheckpoint {
    /// The log's name.
    pub origin: String,
    /// Entries in the tree.
    pub size: u64,
    /// RFC 6962 root over them.
    pub root: Digest,
    /// The note, with every signature that came with it.
    pub note: String,
}

impl HeldCheckpoint {
    /// A verified checkpoint with its note.
    pub fn new(checkpoint: &Checkpoint, note: impl Into<String>) -> Self {
        Self {
            origin: checkpoint.origin.clone(),
            size: checkpoint.size,
            root: checkpoint.root,
            note: note.into(),
        }
    }

    /// As entries name it.
    pub const fn seen(&self) -> Seen {
        Seen { size: self.size, root: self.root }
    }

    fn key(&self) -> String {
        key(&self.origin, self.size)
    }
}

fn key(origin: &str, size: u64) -> String {
    format!("{origin} {size:020}")
}

/// Where the township says that it logged an entry of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptReceipt {
    /// The entry.
    pub hash: Digest,
    /// Its log index.
    pub index: u64,
    /// Inclusion path to the checkpoint it came with.
    pub path: Vec<Digest>,
}

/// A receipt as it is kept: enough to write a tlog-proof on demand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The entry.
    pub hash: Digest,
    /// Its log index.
    pub index: u64,
    /// Inclusion path to `checkpoint`.
    pub path: Vec<Digest>,
    /// The checkpoint that the path leads to.
    pub checkpoint: HeldCheckpoint,
}

impl Store {
    /// The newest checkpoint held.
    pub fn newest_checkpoint(&self) -> Result<Option<HeldCheckpoint>> {
        self.meta(meta::NEWEST)
    }

    /// A checkpoint of the present log that was held at some time, by size.
    pub fn checkpoint_at(&self, size: u64) -> Result<Option<HeldCheckpoint>> {
        let Some(origin) = self.origin()? else { return Ok(None) };
        self.read_json(Shelf::Checkpoints, &key(&origin, size))
    }

    /// All checkpoints held of the present log, smallest first.
    pub fn checkpoints(&self) -> Result<Vec<HeldCheckpoint>> {
        let Some(origin) = self.origin()? else { return Ok(Vec::new()) };
        let rows = self.engine.list(Shelf::Checkpoints, &format!("{origin} "))?;
        rows.iter().map(|(_, row)| serde_json::from_slice(row).map_err(Error::json("a checkpoint"))).collect()
    }

    /// The log followed at present.
    pub fn origin(&self) -> Result<Option<String>> {
        self.meta(meta::ORIGIN)
    }

    /// Keeps a verified checkpoint. `consistency`: the path from the newest one held (empty when it is
    /// the first, or of the same size).
    ///
    /// # Errors
    /// [`Error::LogContradiction`] for a smaller size, another origin, or a path that does not lead
    /// from what is held to what is offered: nothing is kept and nothing deleted.
    pub fn keep_checkpoint(&mut self, offered: &HeldCheckpoint, consistency: &[Digest]) -> Result<()> {
        if let Some(held) = self.newest_checkpoint()? {
            let contradiction = Error::LogContradiction { held: held.size, offered: offered.size };
            let known = self.checkpoint_at(offered.size)?;
            if known.is_some_and(|known| known.root == offered.root && offered.size < held.size) {
                // An older one again, as parcels by hand may bring it.
                return Ok(());
            }
            let (old, new) = (checkpoint(&held), checkpoint(offered));
            if held.size > 0 && old.extended_by(&new, consistency).is_err() || old.origin != new.origin {
                return Err(contradiction);
            }
        }
        self.write(|store| {
            store.put_meta(meta::ORIGIN, &offered.origin)?;
            store.put_meta(meta::NEWEST, offered)?;
            store.put_json(Shelf::Checkpoints, &offered.key(), offered)?;
            store.seen = Some(offered.seen());
            Ok(())
        })
    }

    /// Keeps an older checkpoint that was proved to belong to the present log.
    /// `consistency`: the path from it to the newest one held.
    ///
    /// # Errors
    /// [`Error::LogContradiction`].
    pub fn keep_older_checkpoint(&mut self, offered: &HeldCheckpoint, consistency: &[Digest]) -> Result<()> {
        let held = self.newest_checkpoint()?;
        let held = held.ok_or(Error::LogContradiction { held: 0, offered: offered.size })?;
        checkpoint(offered)
            .extended_by(&checkpoint(&held), consistency)
            .map_err(|_| Error::LogContradiction { held: held.size, offered: offered.size })?;
        self.write(|store| store.put_json(Shelf::Checkpoints, &offered.key(), offered))
    }

    /// Replaces the note of a held checkpoint by one with more signatures (a witness cosigned it).
    pub fn add_cosignatures(&mut self, cosigned: &HeldCheckpoint) -> Result<()> {
        let held = self.checkpoint_at(cosigned.size)?;
        if !held.is_some_and(|held| held.root == cosigned.root && held.origin == cosigned.origin) {
            return Err(Error::LogContradiction { held: cosigned.size, offered: cosigned.size });
        }
        let newest = self.newest_checkpoint()?.is_some_and(|newest| newest.size == cosigned.size);
        self.write(|store| {
            if newest {
                store.put_meta(meta::NEWEST, cosigned)?;
            }
            store.put_json(Shelf::Checkpoints, &cosigned.key(), cosigned)
        })
    }

    /// Keeps receipts against a checkpoint that is held, all in one transaction. Repeating is harmless.
    ///
    /// # Errors
    /// [`Error::BadReceipt`] names the first that does not prove what it says; none is kept then.
    /// [`Error::LogContradiction`] when the checkpoint is not held.
    pub fn keep_receipts(&mut self, against: &HeldCheckpoint, receipts: &[KeptReceipt]) -> Result<()> {
        let held = self.checkpoint_at(against.size)?;
        if held.is_none_or(|held| held.root != against.root || held.origin != against.origin) {
            return Err(Error::LogContradiction { held: 0, offered: against.size });
        }
        for receipt in receipts {
            merkle::verify_inclusion(
                &receipt.hash,
                receipt.index,
                against.size,
                &receipt.path,
                &against.root,
            )
            .map_err(|_| Error::BadReceipt { hash: receipt.hash })?;
        }
        self.write(|store| {
            let mut touched = Touched::default();
            let mut epochs = BTreeSet::new();
            for receipt in receipts {
                let Some((ord, at)) = store.engine.position(&receipt.hash)? else { continue };
                let placement =
                    Placement { index: receipt.index, size: against.size, path: receipt.path.clone() };
                store.engine.place(ord, &placement)?;
                epochs.insert((at.series, at.epoch));
                // Few are judged otherwise by their index than before they had one: only those are read.
                if store.judged_otherwise(&at, receipt.index)
                    && let Some(mut row) = store.engine.entry(&receipt.hash)?
                {
                    row.index = Some(receipt.index);
                    if store.rejudge_one(&row)? {
                        touched.refold(&row.subject);
                    }
                }
            }
            for (series, epoch) in epochs {
                store.advance_held(&series, epoch)?;
            }
            store.settle(touched)
        })
    }

    /// The receipt of an entry, if there is one.
    pub fn receipt(&self, hash: &Digest) -> Result<Option<Receipt>> {
        let Some(placement) = self.engine.placement(hash)? else { return Ok(None) };
        let Some(checkpoint) = self.checkpoint_at(placement.size)? else { return Ok(None) };
        Ok(Some(Receipt { hash: *hash, index: placement.index, path: placement.path, checkpoint }))
    }

    /// How many entries of an epoch, from the first on, have a receipt without a gap.
    pub(super) fn advance_held(&mut self, series: &SeriesId, epoch: u32) -> Result<()> {
        let Some(head) = self.engine.head(series, epoch)? else { return Ok(()) };
        let proved = self.engine.placed_until(series, epoch, head.held)?;
        if proved > head.held {
            self.engine.set_held(series, epoch, proved)?;
        }
        Ok(())
    }

    /// Follows a new log of the township (after a disaster, and after a person confirmed it). Receipts
    /// and checkpoints of the old log are kept as evidence; every entry waits for a new receipt.
    pub fn succeed_log(&mut self, new_origin: &str) -> Result<()> {
        self.write(|store| {
            let old = store.origin()?.unwrap_or_default();
            let mut after = 0;
            loop {
                let page = store.engine.log_entries(after, 1000)?;
                let Some(last) = page.last().and_then(|entry| entry.index) else { break };
                after = last + 1;
                for entry in &page {
                    if let Some(kept) = store.engine.placement(&entry.hash)? {
                        let row =
                            serde_json::json!({"index": kept.index, "size": kept.size, "path": kept.path});
                        store.put_json(
                            Shelf::OldReceipts,
                            &format!("{old} {}", entry.hash.to_hex()),
                            &row,
                        )?;
                    }
                }
            }
            store.engine.clear_placements()?;
            for (key, _) in store.engine.list(Shelf::Rights, "")? {
                store.engine.remove(Shelf::Rights, &key)?;
            }
            store.engine.remove(Shelf::Meta, meta::NEWEST)?;
            store.put_meta(meta::ORIGIN, &new_origin)?;
            store.seen = None;
            Ok(())
        })
    }
}

fn checkpoint(held: &HeldCheckpoint) -> Checkpoint {
    Checkpoint { origin: held.origin.clone(), size: held.size, root: held.root }
}
