//! A series: the gapless chain of entries of one key in one epoch.
//!
//! These rules are checked by the author before writing and by everybody who receives: one place for
//! both, so that nobody can write what others must refuse.

use serde::{Deserialize, Serialize};
use thiserror::Error as ThisError;

use crate::{Digest, Entry, SeriesId};

/// A place in a series: the entry that stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// The author's key, by name.
    pub series: SeriesId,
    /// The epoch, from 1.
    pub epoch: u32,
    /// The number within the epoch, from 1.
    pub seq: u64,
    /// The entry's hash.
    pub hash: Digest,
}

impl Position {
    /// Where an entry stands.
    pub fn of(entry: &Entry) -> Self {
        let envelope = entry.envelope();
        Self { series: envelope.series, epoch: envelope.epoch, seq: envelope.seq, hash: entry.hash() }
    }
}

/// Why an entry cannot follow in its series. The series stops there; others go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ThisError)]
pub enum Fault {
    /// Entries between are missing.
    #[error("entry {seq} came where {expected} was due")]
    Gap {
        /// The number that is due.
        expected: u64,
        /// The number that came.
        seq: u64,
    },
    /// `prev` is not the hash of the entry before.
    #[error("entry {seq} does not name the entry before it")]
    Chain {
        /// The entry's number.
        seq: u64,
    },
    /// Another entry already stands at this number: two histories of one key.
    #[error("two entries stand at number {seq}")]
    Fork {
        /// The entry's number.
        seq: u64,
    },
    /// The very entry is already here; nothing is to be done.
    #[error("entry {seq} is already held")]
    Repeated {
        /// The entry's number.
        seq: u64,
    },
}

impl Fault {
    /// A short stable code, as used in answers.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gap { .. } => "gap",
            Self::Chain { .. } => "prev_mismatch",
            Self::Fork { .. } => "fork",
            Self::Repeated { .. } => "repeated",
        }
    }
}

/// Whether `entry` may follow `head` (none: the epoch is empty). `standing` is the hash of the entry that
/// stands at this entry's number, if one does.
pub fn check_next(head: Option<&Position>, standing: Option<&Digest>, entry: &Entry) -> Result<(), Fault> {
    let envelope = entry.envelope();
    let seq = envelope.seq;
    match standing {
        Some(hash) if *hash == entry.hash() => return Err(Fault::Repeated { seq }),
        Some(_) => return Err(Fault::Fork { seq }),
        None => {}
    }
    let expected = head.map_or(1, |head| head.seq + 1);
    if seq != expected {
        return Err(Fault::Gap { expected, seq });
    }
    if envelope.prev == head.map(|head| head.hash) { Ok(()) } else { Err(Fault::Chain { seq }) }
}
