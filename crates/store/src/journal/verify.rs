//! Checking everything that is kept, as if it came from a stranger.
//!
//! Every entry is read, its signature, body and place in its series checked, every receipt followed to
//! its checkpoint, every media file compared with the entry that names it. Deep: every page of the
//! database and every byte of the media is read, and every document folded again and compared. Nothing
//! is changed; all problems are named, not only the first.
//!
//! It may take hours, and recording must not wait for it: the store is lent for moments only ([`Lend`]),
//! signatures, folds and media are worked on between. What is checked is what was here when it began.

mod documents;
mod entries;
mod media;
mod pages;
mod tree;

use std::collections::HashMap;

use liuhen_protocol::{Digest, SeriesId};
use serde::{Deserialize, Serialize};

use super::{HeldCheckpoint, Mode, Store};
use crate::engine::{Head, StoredEntry};
use crate::error::Result;
use crate::vault::{Damage, Vault};
use crate::work::Work;

/// Rows read while the store is lent once: some milliseconds.
const PAGE: usize = 500;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The bytes of an entry cannot be read or are not its name's.
    Entry,
    /// A row says something else than the entry it holds.
    Row,
    /// A signature does not verify.
    Signature,
    /// A body does not match its commitment, or is gone without having been erased.
    Body,
    /// An entry does not follow the one before it.
    Chain,
    /// A receipt does not lead to its checkpoint.
    Receipt,
    /// A checkpoint is not signed by the keys of the township's note.
    Checkpoint,
    /// The tree of the log is not the tree over its entries.
    Tree,
    /// A page of the database is damaged.
    Page,
    /// A document is not what its entries fold to.
    Document,
    /// A media file is damaged or not the one that its entry names.
    Media,
    /// A manifest is damaged or not the one that its entry names.
    Manifest,
}

/// One thing found wrong, by names only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What.
    pub code: ProblemCode,
    /// The entry, if it is one.
    pub entry: Option<Digest>,
    /// Its series, epoch and number.
    pub place: Option<(SeriesId, u32, u64)>,
    /// SHA-256 of the media file, in hex.
    pub media: Option<String>,
    /// What is wrong with the media file or manifest as it is stored, where that is it.
    #[serde(skip)]
    pub damage: Option<Damage>,
    /// 4 MiB block of the media file, from 0.
    pub block: Option<u64>,
    /// Page of the database.
    pub page: Option<u64>,
    /// More, in words for the log.
    pub detail: String,
}

impl Problem {
    fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            entry: None,
            place: None,
            media: None,
            damage: None,
            block: None,
            page: None,
            detail: detail.into(),
        }
    }

    fn entry(mut self, hash: Digest, place: (SeriesId, u32, u64)) -> Self {
        (self.entry, self.place) = (Some(hash), Some(place));
        self
    }
}

/// What was checked, and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct VerifyReport {
    /// Entries whose signatures were verified.
    pub entries: u64,
    /// Bodies compared with their commitments.
    pub bodies: u64,
    /// Bodies lawfully erased or never received.
    pub absent: u64,
    /// Receipts followed to their checkpoints.
    pub receipts: u64,
    /// Checkpoints whose signatures were verified.
    pub checkpoints: u64,
    /// Media files checked.
    pub media: u64,
    /// Bytes of media read (deep only).
    pub bytes: u64,
    /// Documents compared (deep only).
    pub documents: u64,
    /// Everything found wrong.
    pub problems: Vec<Problem>,
}

impl VerifyReport {
    /// Nothing was found wrong.
    pub const fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// What a verification covers beside the entries.
#[derive(Clone, Copy, Default)]
pub struct Scope<'a> {
    /// Also every page, every byte of media and every document.
    pub deep: bool,
    /// The media to be compared with their entries.
    pub vault: Option<&'a Vault>,
    /// Checks the signatures of a checkpoint by the township's note.
    pub note: Option<&'a dyn Fn(&HeldCheckpoint) -> bool>,
}

impl std::fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scope").field("deep", &self.deep).finish_non_exhaustive()
    }
}

/// Lends a store for a moment: the store itself, or a lock around it that others wait for.
pub trait Lend {
    /// Reads the store; whoever writes waits meanwhile.
    ///
    /// # Errors
    /// Those of `body`.
    fn lend<T>(&self, body: impl FnOnce(&Store) -> Result<T>) -> Result<T>;
}

impl Lend for Store {
    fn lend<T>(&self, body: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        body(self)
    }
}

/// What was here when the verification began.
struct Bound {
    mode: Mode,
    /// Last entry in order of arrival.
    ord: u64,
    heads: Vec<Head>,
    /// The epochs that this home writes.
    written: HashMap<SeriesId, u32>,
    /// Entries in the log, in a township's store.
    log: u64,
}

impl Bound {
    /// Whether this home writes the epoch of an entry.
    fn writes(&self, row: &StoredEntry) -> bool {
        self.written.get(&row.series) == Some(&row.epoch)
    }

    /// As [`Store::may_have_holes`] says.
    fn may_have_holes(&self, row: &StoredEntry) -> bool {
        self.mode == Mode::Laptop && !self.writes(row)
    }
}

/// A verification under way.
struct Verification<'a, L> {
    lender: &'a L,
    scope: Scope<'a>,
    work: &'a Work,
    /// Roots by size, of the checkpoints held.
    roots: HashMap<u64, Digest>,
    report: VerifyReport,
}

/// Checks everything kept, lending the store for moments; see the module.
///
/// # Errors
/// Only what keeps the check from being made: the disk, a cancel.
pub fn verify<L: Lend>(lender: &L, scope: Scope<'_>, work: &Work) -> Result<VerifyReport> {
    let report = VerifyReport::default();
    let mut under_way = Verification { lender, scope, work, roots: HashMap::new(), report };
    match under_way.run() {
        // A page that cannot be read ends the reading of rows; what was found so far is the answer.
        Err(error) if error.is_damage() => under_way.unreadable(&error),
        other => other?,
    }
    Ok(under_way.report)
}

impl Store {
    /// Checks everything kept; see the module. Nobody else can use the store meanwhile: where others
    /// wait for it, use [`verify`].
    ///
    /// # Errors
    /// Only what keeps the check from being made: the disk, a cancel.
    pub fn verify(&self, scope: Scope<'_>, work: &Work) -> Result<VerifyReport> {
        verify(self, scope, work)
    }

    fn bound(&self) -> Result<Bound> {
        let log = if self.mode == Mode::Township { self.engine.log_size()? } else { 0 };
        let mut written = HashMap::new();
        for row in self.engine.series()? {
            written.extend(self.writing(&row.series)?.map(|epoch| (row.series, epoch)));
        }
        Ok(Bound {
            mode: self.mode,
            ord: self.engine.count()?,
            heads: self.engine.heads(None)?,
            written,
            log,
        })
    }
}

impl<L: Lend> Verification<'_, L> {
    fn run(&mut self) -> Result<()> {
        if self.scope.deep {
            self.pages()?;
        }
        let bound = self.lender.lend(Store::bound)?;
        for held in self.lender.lend(Store::checkpoints)? {
            self.checkpoint(&held);
        }
        let named = self.entries(&bound)?;
        if bound.mode == Mode::Township {
            self.tree(&bound)?;
        }
        if self.scope.deep {
            self.documents()?;
        }
        match self.scope.vault {
            Some(vault) => self.media(vault, bound.mode, &named),
            None => Ok(()),
        }
    }

    fn wrong(&mut self, problem: Problem) {
        self.report.problems.push(problem);
    }

    fn checkpoint(&mut self, held: &HeldCheckpoint) {
        if let Some(check) = self.scope.note {
            self.report.checkpoints += 1;
            if !check(held) {
                self.wrong(Problem::new(
                    ProblemCode::Checkpoint,
                    format!("checkpoint of size {}", held.size),
                ));
            }
        }
        self.roots.insert(held.size, held.root);
    }
}
