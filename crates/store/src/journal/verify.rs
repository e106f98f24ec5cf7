//! Checking everything that is kept, as if it came from a stranger.
//!
//! Every entry is read, its signature, body and place in its series checked, every receipt followed to
//! its checkpoint, every media file compared with the entry that names it. Deep: every page of the
//! database and every byte of the media is read, and every document folded again and compared. Nothing
//! is changed; all problems are named, not only the first.

mod entries;
mod media;

use std::collections::HashMap;

use liuhen_protocol::{Digest, SeriesId};
use serde::{Deserialize, Serialize};

use super::{HeldCheckpoint, Mode, Store};
use crate::error::{Error, Result};
use crate::vault::Vault;
use crate::work::{Meter, Phase, Work};

/// Rows read at once.
const PAGE: usize = 1000;

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
    /// 4 MiB block of the media file, from 0.
    pub block: Option<u64>,
    /// Page of the database.
    pub page: Option<u64>,
    /// More, in words for the log.
    pub detail: String,
}

impl Problem {
    fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { code, entry: None, place: None, media: None, block: None, page: None, detail: detail.into() }
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

impl Store {
    /// Checks everything kept; see the module.
    ///
    /// # Errors
    /// Only what keeps the check from being made: the disk, a cancel.
    pub fn verify(&self, scope: Scope<'_>, work: &Work) -> Result<VerifyReport> {
        let mut report = VerifyReport::default();
        if scope.deep {
            self.verify_pages(&mut report)?;
        }
        match self.verify_rows(scope, work, &mut report) {
            // A page that cannot be read ends the reading of rows; what was found so far is the answer.
            Err(error) if error.is_damage() => {
                if !report.problems.iter().any(|problem| problem.code == ProblemCode::Page) {
                    report.problems.push(Problem::new(ProblemCode::Page, error.to_string()));
                }
            }
            other => other?,
        }
        Ok(report)
    }

    fn verify_rows(&self, scope: Scope<'_>, work: &Work, report: &mut VerifyReport) -> Result<()> {
        let checkpoints = self.verify_checkpoints(scope, report)?;
        let named = self.verify_entries(&checkpoints, work, report)?;
        if self.mode == Mode::Township {
            self.verify_tree(report)?;
        }
        if scope.deep {
            self.verify_documents(work, report)?;
        }
        match scope.vault {
            Some(vault) => self.verify_media(vault, scope.deep, &named, work, report),
            None => Ok(()),
        }
    }

    fn verify_pages(&self, report: &mut VerifyReport) -> Result<()> {
        for damaged in self.engine.damaged_pages()? {
            let mut problem = Problem::new(ProblemCode::Page, damaged.message);
            problem.page = damaged.page;
            report.problems.push(problem);
        }
        Ok(())
    }

    /// Roots by size, of all checkpoints held.
    fn verify_checkpoints(
        &self,
        scope: Scope<'_>,
        report: &mut VerifyReport,
    ) -> Result<HashMap<u64, Digest>> {
        let mut roots = HashMap::new();
        for held in self.checkpoints()? {
            if let Some(check) = scope.note {
                report.checkpoints += 1;
                if !check(&held) {
                    let detail = format!("checkpoint of size {}", held.size);
                    report.problems.push(Problem::new(ProblemCode::Checkpoint, detail));
                }
            }
            roots.insert(held.size, held.root);
        }
        Ok(roots)
    }

    fn verify_documents(&self, work: &Work, report: &mut VerifyReport) -> Result<()> {
        let meter = Meter::new(work, Phase::Rebuilding, None);
        let mut last = None;
        loop {
            let page = self.engine.subjects(last.as_ref(), PAGE)?;
            if page.is_empty() {
                return Ok(());
            }
            for subject in &page {
                let kept = self.engine.subject_documents(subject)?;
                report.documents += kept.len() as u64;
                let same = match self.folded(subject) {
                    Ok(folded) => folded.len() == kept.len() && folded.iter().all(|one| kept.contains(one)),
                    // An unreadable entry was named already; its documents cannot be compared.
                    Err(Error::Json { .. }) => false,
                    Err(error) => return Err(error),
                };
                if !same {
                    let detail = format!("documents of {} {}", subject.kind, subject.id);
                    report.problems.push(Problem::new(ProblemCode::Document, detail));
                }
                meter.add(1)?;
            }
            last = page.into_iter().last();
        }
    }
}
