//! The journal: signed entries, the two ways they are written, and what follows from them.
//!
//! [`Store::commit`] writes our own entries, [`Store::ingest`] those of others. Both append, extend
//! the log (in a township's store), judge rights and fold the touched subjects in one transaction, so
//! that a kill leaves either all of it or nothing. Nothing else writes to the journal, but for
//! [`Store::erase_body`], which leaves chain, signatures and tree as they are.
//!
//! A fold sees good entries only. Rights are judged by the township's log index; an entry that has
//! none yet is judged by the newest index known.

mod backup;
mod check;
mod checkpoints;
mod commit;
mod delivery;
mod epoch;
mod erase;
mod folding;
mod ingest;
mod rebuild;
mod rights;
mod subjects;
mod tails;
mod verify;

use std::collections::HashMap;

use liuhen_core::fold::FOLD_VERSION;
use liuhen_protocol::{Digest, PublicKey, Seen, SeriesId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::engine::{Engine, Shelf, Standing};
use crate::error::{Error, Result};
use crate::moment::{Hybrid, Moment};

pub use backup::{BackupHeader, Restored, open_backup};
pub use check::{Checked, Incoming, Refused, check};
pub use checkpoints::{HeldCheckpoint, KeptReceipt, Receipt};
pub use commit::{Committed, NewEntry};
pub use delivery::{Batch, Fork, IngestReport, Outcome, StoppedAt};
pub use epoch::Reason;
pub use tails::Tail;
pub use verify::{Lend, Problem, ProblemCode, Scope, VerifyReport, verify};

use folding::Folds;
use rights::Standings;

/// Whose store this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// A laptop: its own series, and what it pulled.
    Laptop,
    /// A township: everything, in one log.
    Township,
}

/// The journal with its documents, in one engine. One writer: callers share it behind a lock.
pub struct Store {
    engine: Box<dyn Engine>,
    moment: Moment,
    mode: Mode,
    folds: Folds,
    /// Whether documents are made; where not, whoever opens the journal to read them makes all of them first.
    folding: bool,
    /// Rights as folded so far.
    standings: Standings,
    /// Entries that do not count; few.
    withheld: HashMap<Digest, Standing>,
    /// The newest checkpoint held: named by every new entry.
    seen: Option<Seen>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("mode", &self.mode).finish_non_exhaustive()
    }
}

/// Keys of what the store itself remembers.
mod meta {
    pub(super) const MODE: &str = "mode";
    pub(super) const FOLDS: &str = "fold_version";
    pub(super) const HYBRID: &str = "hybrid";
    pub(super) const ORIGIN: &str = "origin";
    pub(super) const NEWEST: &str = "checkpoint";
    pub(super) const NODES: &str = "nodes";
}

impl Store {
    /// A store on an engine. A new engine becomes one of `mode`; an existing one keeps its own.
    ///
    /// # Errors
    /// Whatever the engine answers; documents of an older version are made again here.
    pub fn open(engine: Box<dyn Engine>, moment: Moment, mode: Mode) -> Result<Self> {
        Self::open_with(engine, moment, mode, true)
    }

    /// The store of a home: a laptop's with documents, a township's without. Nobody reads them there, and
    /// folding is half the work of taking a note.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub(crate) fn open_home(engine: Box<dyn Engine>, moment: Moment, mode: Mode) -> Result<Self> {
        Self::open_with(engine, moment, mode, false)
    }

    fn open_with(engine: Box<dyn Engine>, moment: Moment, mode: Mode, always: bool) -> Result<Self> {
        let mut store = Self {
            engine,
            moment,
            mode,
            folds: Folds::default(),
            folding: true,
            standings: Standings::default(),
            withheld: HashMap::new(),
            seen: None,
        };
        match store.meta(meta::MODE)? {
            Some(kept) => store.mode = kept,
            None => store.write(|store| {
                store.put_meta(meta::MODE, &mode)?;
                store.put_meta(meta::FOLDS, &FOLD_VERSION)
            })?,
        }
        // A township answers no searches, and indexing words is a third of the work of taking a note.
        store.engine.index_words(store.mode == Mode::Laptop);
        store.remember()?;
        store.never_go_back()?;
        store.folding = always || store.mode == Mode::Laptop;
        match store.meta::<u32>(meta::FOLDS)? {
            Some(FOLD_VERSION) if !store.folding => store.write(|store| {
                store.put_meta(meta::FOLDS, &0)?;
                store.engine.clear_documents()
            })?,
            Some(FOLD_VERSION) => {}
            _ if store.folding => store.rebuild()?,
            _ => {}
        }
        Ok(store)
    }

    /// Whose store this is.
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The clock and randomness of this store.
    pub const fn moment(&self) -> &Moment {
        &self.moment
    }

    /// The newest checkpoint held, as new entries name it.
    pub const fn seen(&self) -> Option<Seen> {
        self.seen
    }

    /// Key of a series known here.
    pub fn series_key(&self, series: &SeriesId) -> Result<Option<PublicKey>> {
        self.engine.series_key(series)
    }

    /// All series known here.
    pub fn series(&self) -> Result<Vec<crate::engine::SeriesRow>> {
        self.engine.series()
    }

    /// Runs a write in one transaction: all of it, or nothing.
    pub(crate) fn write<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.engine.begin()?;
        let done = work(self).and_then(|value| self.engine.commit().map(|()| value));
        if done.is_err() {
            self.engine.rollback();
            // What was kept in memory may come from rows that are gone again.
            self.folds.clear();
            self.remember()?;
        }
        done
    }

    /// Reads again what is kept in memory beside the engine.
    fn remember(&mut self) -> Result<()> {
        self.withheld =
            self.engine.withheld()?.into_iter().map(|entry| (entry.hash, entry.standing)).collect();
        self.standings = self.read_rights()?;
        self.seen = self.newest_checkpoint()?.map(|held| Seen { size: held.size, root: held.root });
        Ok(())
    }

    /// Starts the hybrid clock behind everything this store has signed or believed.
    fn never_go_back(&self) -> Result<()> {
        if let Some(kept) = self.meta::<String>(meta::HYBRID)?.as_deref().and_then(Hybrid::parse) {
            self.moment.never_before(kept);
        }
        for row in self.engine.series()?.into_iter().filter(|row| row.local) {
            for head in self.engine.heads(Some(&row.series))? {
                // A damaged last entry is `verify`'s to name; it must not keep anybody out.
                let last = self.engine.entry(&head.position.hash)?.and_then(|last| last.entry().ok());
                let hybrid = last.and_then(|last| Hybrid::parse(&last.envelope().time.hybrid));
                self.moment.never_before(hybrid.unwrap_or_default());
            }
        }
        Ok(())
    }

    fn meta<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        self.read_json(Shelf::Meta, key)
    }

    fn put_meta<T: Serialize>(&mut self, key: &str, value: &T) -> Result<()> {
        self.put_json(Shelf::Meta, key, value)
    }

    pub(crate) fn read_json<T: DeserializeOwned>(&self, on: Shelf, key: &str) -> Result<Option<T>> {
        self.engine
            .get(on, key)?
            .map(|bytes| serde_json::from_slice(&bytes).map_err(Error::json(on.word())))
            .transpose()
    }

    /// Writes JSON to a shelf, inside a transaction of the caller.
    pub(crate) fn put_json<T: Serialize>(&mut self, on: Shelf, key: &str, value: &T) -> Result<()> {
        let bytes = serde_json::to_vec(value).map_err(Error::json(on.word()))?;
        self.engine.put(on, key, &bytes)
    }

    pub(crate) fn engine(&self) -> &dyn Engine {
        self.engine.as_ref()
    }

    pub(crate) fn engine_mut(&mut self) -> &mut dyn Engine {
        self.engine.as_mut()
    }
}
