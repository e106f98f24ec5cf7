//! Checkpoints (c2sp.org/tlog-checkpoint): origin, size and root of a log, signed by its key.

use serde::{Deserialize, Serialize};

use crate::{Digest, Error, Note, Result, Seen, Sign, VerifierKey, merkle};

/// What a log says about itself at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The log's name, which is also the name of its key.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// RFC 6962 root over them.
    pub root: Digest,
}

impl Checkpoint {
    /// The note text: three lines.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }

    /// Reads a note text; extension lines are accepted and ignored.
    pub fn parse_text(text: &str) -> Result<Self> {
        let bad = |reason| Error::Malformed { what: "checkpoint", reason };
        let mut lines = text.lines();
        let origin = lines.next().filter(|line| !line.is_empty()).ok_or_else(|| bad("origin"))?;
        let digits = lines.next().ok_or_else(|| bad("size"))?;
        let size: u64 = digits.parse().map_err(|_| bad("size"))?;
        if size.to_string() != digits {
            return Err(bad("size"));
        }
        let root = Digest::from_base64(lines.next().ok_or_else(|| bad("root"))?)?;
        if size == 0 && root != merkle::empty_root() {
            return Err(bad("root of the empty log"));
        }
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// Signs with the log key.
    pub fn sign(&self, log: &dyn Sign) -> Result<Note> {
        let mut note = Note::new(self.text())?;
        note.sign(&self.origin, log)?;
        Ok(note)
    }

    /// Reads a note and verifies it by the log's key, whose name must be the origin.
    pub fn verify(note: &str, log: &VerifierKey) -> Result<(Self, Note)> {
        let note = Note::parse(note)?;
        let checkpoint = Self::parse_text(note.text())?;
        if checkpoint.origin != log.name() {
            return Err(Error::Unknown("origin"));
        }
        note.verify(log)?;
        Ok((checkpoint, note))
    }

    /// How an entry names this checkpoint.
    pub const fn seen(&self) -> Seen {
        Seen { size: self.size, root: self.root }
    }

    /// Checks that `newer` extends this checkpoint.
    ///
    /// # Errors
    /// `Inconsistent` for another origin, a smaller size, or one size with two roots; `Proof` when
    /// the path does not lead from one root to the other.
    pub fn extended_by(&self, newer: &Self, path: &[Digest]) -> Result<()> {
        if self.origin != newer.origin || newer.size < self.size {
            return Err(Error::Inconsistent);
        }
        merkle::verify_consistency(self.size, &self.root, newer.size, &newer.root, path)
    }
}
