//! Checking what the township keeps: journal, tree, note, media and manifests, and that every blob receipted is still here.
//!
//! Laptops go on sending meanwhile: the store is lent to the check for moments only.

use liuhen_protocol::{Checkpoint, Digest};
use liuhen_store::vault::Damage;
use liuhen_store::{Lend, Problem, ProblemCode, Scope, Store, Work};
use serde::Serialize;

use super::Township;
use crate::Result;

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct VerifyReport {
    /// True if nothing is wrong.
    pub sound: bool,
    /// Entries checked.
    pub entries: u64,
    /// Blobs checked: media, manifests and what else is held.
    pub blobs: u64,
    /// Bytes of blobs read (deep only).
    pub bytes: u64,
    /// Whether every byte was read.
    pub deep: bool,
    /// What is wrong, each named.
    pub problems: Vec<Found>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Default, Serialize, PartialEq, Eq)]
pub struct Found {
    /// Stable code.
    pub code: String,
    /// Blob, page or checkpoint; else the entry.
    pub at: String,
    /// The entry concerned, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// Damaged 4 MiB block of a blob, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<u64>,
    /// More, in words for the log.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// The store of a township, whose lock is given back between the steps.
struct Books<'a>(&'a Township);

impl Lend for Books<'_> {
    fn lend<T>(&self, body: impl FnOnce(&Store) -> liuhen_store::Result<T>) -> liuhen_store::Result<T> {
        body(&self.0.ledger().store)
    }
}

impl Township {
    /// Checks everything; `deep` reads every byte of database and blobs too.
    pub fn verify(&self, deep: bool) -> Result<VerifyReport> {
        let scope = Scope { deep, vault: Some(&self.inner.vault), note: None };
        let journal = liuhen_store::verify(&Books(self), scope, &Work::silent())?;
        let mut report = VerifyReport {
            sound: false,
            entries: journal.entries,
            blobs: journal.media,
            bytes: journal.bytes,
            deep,
            problems: journal.problems.iter().map(found).collect(),
        };
        self.verify_checkpoint(&mut report)?;
        self.verify_receipted(&mut report)?;
        report.sound = report.problems.is_empty();
        Ok(report)
    }

    fn verify_checkpoint(&self, report: &mut VerifyReport) -> Result<()> {
        let (published, note) = (self.published(), self.note_in_force());
        let (checkpoint, _) = Checkpoint::verify(&published.note, &note.note.log)?;
        // A root that cannot be made from the tree is as wrong as another one.
        if self.ledger().root(published.size).ok() != Some(checkpoint.root) {
            let at = published.size.to_string();
            report.problems.push(Found { code: "checkpoint_root".to_owned(), at, ..Found::default() });
        }
        Ok(())
    }

    /// What was receipted and has no row of the vault: with a row it was checked already.
    fn verify_receipted(&self, report: &mut VerifyReport) -> Result<()> {
        let receipted: Vec<Digest> = self.derived().trail.receipts().map(|(digest, _)| *digest).collect();
        for digest in receipted {
            if self.ledger().store.held(&digest)?.is_some() {
                continue;
            }
            report.blobs += 1;
            if let Err(error) = self.reread(&digest) {
                let (code, at) = (error.code().to_owned(), format!("blob {}", digest.to_hex()));
                report.problems.push(Found { code, at, ..Found::default() });
            }
        }
        Ok(())
    }
}

fn found(problem: &Problem) -> Found {
    let word = serde_json::to_value(problem.code).unwrap_or_default();
    let code = match (problem.code, problem.damage) {
        (ProblemCode::Media, Some(Damage::Missing)) => "media_missing",
        (ProblemCode::Media, _) => "media_damaged",
        _ => word.as_str().unwrap_or("problem"),
    };
    let entry = problem.entry.map(|hash| hash.to_string());
    let at = match (&problem.media, problem.page) {
        (Some(digest), _) => format!("blob {digest}"),
        (_, Some(page)) => format!("page {page}"),
        _ => entry.clone().unwrap_or_else(|| problem.detail.clone()),
    };
    Found { code: code.to_owned(), at, entry, block: problem.block, detail: problem.detail.clone() }
}
