//! Checking what the township keeps: journal, tree, note, and that every blob receipted is still here.

use liuhen_protocol::{Checkpoint, Digest};
use liuhen_store::{Problem, Scope, Work};
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
    /// Blobs that receipts name.
    pub blobs: u64,
    /// Bytes of blobs read (deep only).
    pub bytes: u64,
    /// Whether every byte was read.
    pub deep: bool,
    /// What is wrong, each named.
    pub problems: Vec<Found>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Found {
    /// Stable code.
    pub code: String,
    /// Entry, blob or page.
    pub at: String,
}

impl Township {
    /// Checks everything; `deep` reads every byte of database and blobs too.
    pub fn verify(&self, deep: bool) -> Result<VerifyReport> {
        let work = Work::silent();
        let mut report = {
            let ledger = self.ledger();
            let journal = ledger.store.verify(Scope { deep, ..Scope::default() }, &work)?;
            VerifyReport {
                sound: false,
                entries: journal.entries,
                blobs: 0,
                bytes: 0,
                deep,
                problems: journal.problems.iter().map(found).collect(),
            }
        };
        self.verify_checkpoint(&mut report)?;
        let receipts: Vec<Digest> = self.derived().trail.receipts().map(|(digest, _)| *digest).collect();
        for digest in receipts {
            self.verify_blob(&digest, deep, &mut report);
        }
        report.sound = report.problems.is_empty();
        Ok(report)
    }

    fn verify_checkpoint(&self, report: &mut VerifyReport) -> Result<()> {
        let (published, note) = (self.published(), self.note_in_force());
        let (checkpoint, _) = Checkpoint::verify(&published.note, &note.note.log)?;
        if self.ledger().root(published.size)? != checkpoint.root {
            report.problems.push(Found { code: "checkpoint_root".into(), at: published.size.to_string() });
        }
        Ok(())
    }

    fn verify_blob(&self, digest: &Digest, deep: bool, report: &mut VerifyReport) {
        report.blobs += 1;
        let expected = self.ledger().store.held(digest).ok().flatten();
        let header = expected.as_ref().map(|held| &held.header);
        let checked = self.inner.vault.open(digest, header).map_err(crate::Error::from).and_then(|reader| {
            if deep {
                self.reread(digest)?;
            }
            Ok(reader.size())
        });
        match checked {
            Ok(size) => report.bytes += if deep { size } else { 0 },
            Err(error) => report
                .problems
                .push(Found { code: error.code().to_owned(), at: format!("blob {}", digest.to_hex()) }),
        }
    }
}

fn found(problem: &Problem) -> Found {
    let plain = serde_json::to_value(problem).unwrap_or_default();
    let code = plain.get("code").and_then(|code| code.as_str()).unwrap_or("problem").to_owned();
    Found { code, at: plain.to_string() }
}
