//! What is handed in to be taken, and what became of each entry of it.

use liuhen_protocol::{Digest, PublicKey, Seen, SeriesId, Subject};

use super::check::Incoming;

/// Entries to take in, with what they may be checked against.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Keys that came with the entries. A township uses those of enrolled series only.
    pub keys: Vec<PublicKey>,
    /// Entries, in seq order within each series.
    pub entries: Vec<Incoming>,
    /// The verified checkpoint that the placements' paths lead to.
    pub against: Option<Seen>,
}

/// What became of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is kept now.
    Stored {
        /// Its name.
        hash: Digest,
        /// Its log index, where known.
        index: Option<u64>,
    },
    /// It was here already.
    Already {
        /// Its name.
        hash: Digest,
        /// Its log index, where known.
        index: Option<u64>,
    },
    /// Another entry stands at its place; it is kept as evidence only.
    Forked {
        /// Its name.
        hash: Digest,
        /// The entry that stands there.
        first: Digest,
    },
    /// Its series stopped here or before.
    Stopped {
        /// Its name.
        hash: Digest,
        /// Why: see [`StoppedAt::code`].
        code: &'static str,
    },
}

/// Where a series stopped. The first entry that could not be taken, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoppedAt {
    /// Series, epoch and number; `None` when the bytes could not be read.
    pub at: Option<(SeriesId, u32, u64)>,
    /// The refused entry.
    pub hash: Digest,
    /// `gap`, `prev_mismatch`, `fork`, `unknown_series`, or a code of `liuhen_protocol::Error`.
    pub code: &'static str,
}

/// Two histories of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fork {
    /// The author's key, by name.
    pub series: SeriesId,
    /// Epoch.
    pub epoch: u32,
    /// The place that is claimed twice.
    pub seq: u64,
    /// The entry that stands there.
    pub first: Digest,
    /// The other, kept as evidence.
    pub second: Digest,
}

/// What became of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IngestReport {
    /// One for each entry, in the order given.
    pub outcomes: Vec<Outcome>,
    /// Series that stopped.
    pub stopped: Vec<StoppedAt>,
    /// Forks not seen before.
    pub forks: Vec<Fork>,
    /// Entries kept that do not count for now (待核).
    pub pending: Vec<Digest>,
    /// Subjects whose documents may have changed.
    pub subjects: Vec<Subject>,
}
