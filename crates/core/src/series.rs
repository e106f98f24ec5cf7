//! Series of signing keys: their epochs, their end, and forks kept as evidence.
//!
//! A series opens each of its epochs itself; that its right ended, or that a
//! second branch appeared, only the township can say.

use crate::event::events;
use crate::ids::{EntryHash, OfficerId, SeriesId};
use crate::record::{Mark, Record};
use crate::shift::Head;
use serde::{Deserialize, Serialize};

/// Why an epoch was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenReason {
    /// The key is new.
    First,
    /// The home was restored from a backup.
    Restored,
    /// The home was recovered with the recovery key.
    Recovered,
    /// The home was copied.
    Copied,
}

/// `series.opened`: the first entry of every epoch, by the series itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesOpened {
    /// The last head known of the epoch before, or of the retired key.
    #[serde(default)]
    pub predecessor: Option<Head>,
    /// Why.
    pub reason: OpenReason,
    /// What the laptop calls itself.
    #[serde(default)]
    pub device: String,
}

/// Why a key's right ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokeReason {
    /// The person left.
    Left,
    /// Another key took its place.
    Replaced,
    /// The laptop is lost.
    Lost,
    /// Somebody else may have used the key.
    Compromised,
}

/// `series.revoked`: by the township; names the last entry still trusted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesRevoked {
    /// Whose key it was.
    pub officer: OfficerId,
    /// Why.
    pub reason: RevokeReason,
    /// Epoch of the last trusted entry; 0 when none is.
    #[serde(default)]
    pub last_epoch: u32,
    /// Place of the last trusted entry; 0 when none is.
    #[serde(default)]
    pub last_seq: u64,
    /// The last trusted entry.
    #[serde(default)]
    pub last_hash: Option<EntryHash>,
}

/// `series.forked`: by the township; a second branch was received and is kept as evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesForked {
    /// The series.
    pub series: SeriesId,
    /// The epoch.
    pub epoch: u32,
    /// Where the branches part.
    pub seq: u64,
    /// The entry that was logged.
    pub first: EntryHash,
    /// The entry of the second branch.
    pub second: EntryHash,
}

events! {
    /// Everything that can be said about a series.
    SeriesEvent {
        /// An epoch begins.
        SeriesOpened = "series.opened",
        /// The key's right ended.
        SeriesRevoked = "series.revoked",
        /// A second branch appeared.
        SeriesForked = "series.forked",
    }
}

/// One epoch of a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// The entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// The epoch, from 1.
    pub epoch: u32,
    /// What the first entry says; `None` when its body is not here.
    pub opened: Option<SeriesOpened>,
}

/// One fork; also a `fork` document of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fork {
    /// The township's entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// What it says.
    pub fork: SeriesForked,
}

/// The end of a series' right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Revocation {
    /// The township's entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// What it says; `None` when its body is not here.
    pub revoked: Option<SeriesRevoked>,
}

/// A series as its entries tell it; the `series` document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SeriesState {
    /// Its epochs.
    pub epochs: Vec<Epoch>,
    /// Its end; every one that the township named counts.
    pub revocations: Vec<Revocation>,
    /// Second branches.
    pub forks: Vec<Fork>,
    /// People, times and faults.
    pub record: Record,
}
