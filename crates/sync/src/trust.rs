//! What a township says, checked against what it said before. Pure.
//!
//! A laptop believes no answer: the checkpoint must be signed by the log key of the township note and dated by its clock
//! key, must extend the newest checkpoint held, and every receipt must lead to its root. Whatever fails becomes a [`Lie`] with
//! both checkpoints as evidence; a lie is never repaired by deleting something here.

use liuhen_protocol::merkle::{verify_consistency, verify_inclusion};
use liuhen_protocol::wire::EntryReceipt;
use liuhen_protocol::{Checkpoint, Cosignature, Digest, Note, Seen, TownshipNote, VerifierKey};
use serde::{Deserialize, Serialize};

/// How a township contradicted itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LieKind {
    /// The checkpoint is of another log, or not signed by this township's log key.
    Foreign,
    /// The log is empty although it was not.
    Emptied,
    /// The log is shorter than it was: a backup was put back.
    RolledBack,
    /// The log is another one from some point on.
    Split,
    /// A receipt does not lead to the root, or is for other bytes.
    Receipt,
    /// The clock key did not date the checkpoint.
    Undated,
    /// An entry names a checkpoint that is not part of this log: its author was shown another one.
    SeenElsewhere,
    /// The township stated entries in this laptop's scope that it does not deliver.
    Omitted,
    /// A pulled entry is not signed by its author, or its body is not the one signed.
    Forged,
    /// The township note is older than the one held, or another one of the same version.
    Note,
}

/// A contradiction with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lie {
    /// What kind.
    pub kind: LieKind,
    /// The checkpoint (or note) held before, verbatim.
    pub held: Option<String>,
    /// The checkpoint (or note) offered, verbatim.
    pub offered: Option<String>,
    /// The entry concerned.
    pub entry: Option<Digest>,
    /// The checkpoint that the entry names.
    pub seen: Option<Seen>,
}

impl Lie {
    /// A contradiction of a kind, evidence to be added.
    pub(crate) fn new(kind: LieKind) -> Box<Self> {
        Box::new(Self { kind, held: None, offered: None, entry: None, seen: None })
    }

    /// Adds what was held before.
    #[must_use]
    pub(crate) fn held(mut self: Box<Self>, note: Option<&str>) -> Box<Self> {
        self.held = note.map(str::to_owned);
        self
    }

    /// Adds what was offered.
    #[must_use]
    pub(crate) fn offered(mut self: Box<Self>, note: &str) -> Box<Self> {
        self.offered = Some(note.to_owned());
        self
    }

    /// Adds the entry concerned.
    #[must_use]
    pub(crate) fn entry(mut self: Box<Self>, hash: Digest) -> Box<Self> {
        self.entry = Some(hash);
        self
    }

    /// Stable code, key of the sentence for people.
    pub const fn code(&self) -> &'static str {
        match self.kind {
            LieKind::Foreign => "township_foreign",
            LieKind::Emptied => "township_emptied",
            LieKind::RolledBack => "township_rolled_back",
            LieKind::Split => "township_split",
            LieKind::Receipt => "township_bad_receipt",
            LieKind::Undated => "township_undated",
            LieKind::SeenElsewhere => "township_seen_elsewhere",
            LieKind::Omitted => "township_omitted",
            LieKind::Forged => "township_forged",
            LieKind::Note => "township_old_note",
        }
    }
}

impl From<Box<Lie>> for crate::SyncError {
    fn from(lie: Box<Lie>) -> Self {
        Self::Lie(lie)
    }
}

/// A checkpoint whose signature and date were verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dated {
    /// Origin, size, root.
    pub(crate) checkpoint: Checkpoint,
    /// The note verbatim, with all its signatures.
    pub(crate) note: String,
    /// When the township's clock saw it, in Unix seconds.
    pub(crate) time: u64,
    /// Outside witnesses that cosigned it.
    pub(crate) witnesses: u32,
}

/// What a laptop demands of a township: the verified note and its own policy.
#[derive(Debug, Clone)]
pub(crate) struct Anchor {
    /// The verified township note.
    pub(crate) note: TownshipNote,
    /// Witnesses demanded by this laptop beyond what the note demands.
    pub(crate) quorum: u32,
}

impl Anchor {
    /// Witnesses that a checkpoint needs before receipts against it count.
    pub(crate) fn witnesses_needed(&self) -> u32 {
        self.quorum.max(self.note.quorum)
    }

    /// Verifies a checkpoint by itself: log key, clock key, count of witnesses.
    pub(crate) fn date(&self, text: &str) -> Result<Dated, Box<Lie>> {
        let lie = |kind| Lie::new(kind).offered(text);
        let (checkpoint, note) =
            Checkpoint::verify(text, &self.note.log).map_err(|_| lie(LieKind::Foreign))?;
        let clock = Cosignature::verify(&note, &self.note.clock).map_err(|_| lie(LieKind::Undated))?;
        let witnesses = self.witnesses_on(&note);
        Ok(Dated { checkpoint, note: text.to_owned(), time: clock.time, witnesses })
    }

    /// How many different witnesses of the note cosigned.
    fn witnesses_on(&self, note: &Note) -> u32 {
        let mut keys: Vec<_> = self
            .note
            .witnesses
            .iter()
            .filter(|witness| Cosignature::verify(note, witness).is_ok())
            .map(VerifierKey::key)
            .collect();
        keys.sort_unstable();
        keys.dedup();
        u32::try_from(keys.len()).unwrap_or(u32::MAX)
    }

    /// Verifies a checkpoint and that it extends the one held.
    pub(crate) fn extend(
        &self,
        held: Option<&Dated>,
        text: &str,
        path: &[Digest],
    ) -> Result<Dated, Box<Lie>> {
        let newer = self.date(text)?;
        let Some(old) = held else { return Ok(newer) };
        let lie = |kind| Lie::new(kind).held(Some(&old.note)).offered(text);
        let (from, to) = (&old.checkpoint, &newer.checkpoint);
        if from.origin != to.origin {
            return Err(lie(LieKind::Foreign));
        }
        if to.size < from.size {
            return Err(lie(if to.size == 0 { LieKind::Emptied } else { LieKind::RolledBack }));
        }
        from.extended_by(to, path).map_err(|_| lie(LieKind::Split))?;
        Ok(newer)
    }
}

/// Verifies that an entry stands in the log of a verified checkpoint.
pub(crate) fn check_inclusion(at: &Dated, receipt: &EntryReceipt) -> Result<(), Box<Lie>> {
    verify_inclusion(&receipt.hash, receipt.index, at.checkpoint.size, &receipt.path, &at.checkpoint.root)
        .map_err(|_| Lie::new(LieKind::Receipt).offered(&at.note).entry(receipt.hash))
}

/// Verifies that the checkpoint named by an entry is part of this log.
pub(crate) fn check_seen(at: &Dated, entry: Digest, seen: &Seen, path: &[Digest]) -> Result<(), Box<Lie>> {
    let to = &at.checkpoint;
    // A tree of one size has one root; the empty tree is part of every log.
    let fits = match seen.size {
        0 => seen.root == liuhen_protocol::merkle::empty_root(),
        size if size == to.size => seen.root == to.root,
        size if size > to.size => false,
        size => verify_consistency(size, &seen.root, to.size, &to.root, path).is_ok(),
    };
    if fits {
        return Ok(());
    }
    let mut lie = Lie::new(LieKind::SeenElsewhere).offered(&at.note).entry(entry);
    lie.seen = Some(*seen);
    Err(lie)
}

/// Verifies a township note against the one held: only newer ones are taken, and one version has one text.
pub(crate) fn check_note(
    held: &str,
    version: u64,
    offered: &str,
    newer: &TownshipNote,
) -> Result<bool, Box<Lie>> {
    let lie = || Lie::new(LieKind::Note).held(Some(held)).offered(offered);
    match newer.version.cmp(&version) {
        std::cmp::Ordering::Less => Err(lie()),
        std::cmp::Ordering::Equal if held != offered => Err(lie()),
        std::cmp::Ordering::Equal => Ok(false),
        std::cmp::Ordering::Greater => Ok(true),
    }
}

#[cfg(test)]
mod tests;
