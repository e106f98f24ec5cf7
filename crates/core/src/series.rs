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

/// `series.tail_set_aside`: by the officer; a tail that the township can never take, because it holds another
/// history of the same epoch, no longer waits. The entries stay where they are and were exported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesTailSetAside {
    /// The series of the tail; the author's own, or a retired one of the same home.
    pub series: SeriesId,
    /// Its epoch.
    pub epoch: u32,
    /// First entry set aside.
    pub first_seq: u64,
    /// Last entry set aside.
    pub last_seq: u64,
    /// The last entry.
    pub last_hash: EntryHash,
    /// SHA-256 of the file that the entries were written to.
    pub export: String,
    /// Why, in the officer's words.
    pub reason: String,
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
        /// A tail that can never be sent waits no longer.
        SeriesTailSetAside = "series.tail_set_aside",
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

/// A tail that was set aside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TailSetAside {
    /// The officer's entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// What it says.
    pub tail: SeriesTailSetAside,
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
    /// Tails set aside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tails: Vec<TailSetAside>,
    /// People, times and faults.
    pub record: Record,
}
