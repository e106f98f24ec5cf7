//! The rows that engines keep: plain values, no behaviour.

use liuhen_protocol::{Digest, Entry, Position, PublicKey, Salt, SeriesId, Subject};
use serde::{Deserialize, Serialize};

use crate::error::Result;

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Order of arrival in this store, from 1.
    pub ord: u64,
    /// The entry's name.
    pub hash: Digest,
    /// Author's key, by name.
    pub series: SeriesId,
    /// Epoch of the series.
    pub epoch: u32,
    /// Number within the epoch.
    pub seq: u64,
    /// What it is about.
    pub subject: Subject,
    /// What it says.
    pub kind: String,
    /// The exact logged bytes.
    pub item: Vec<u8>,
    /// The body's salt; absent with the body.
    pub salt: Option<Salt>,
    /// The canonical body; absent once erased or when never received.
    pub body: Option<Vec<u8>>,
    /// Where the township's log holds it, as far as this store knows.
    pub index: Option<u64>,
    /// Whether it counts.
    pub standing: Standing,
}

impl StoredEntry {
    /// The decoded entry.
    ///
    /// # Errors
    /// [`crate::Error::Protocol`] when the kept bytes are damaged.
    pub fn entry(&self) -> Result<Entry> {
        Entry::decode(&self.item).map_err(crate::Error::protocol("a stored entry"))
    }

    /// Its place in its series.
    pub const fn position(&self) -> Position {
        Position { series: self.series, epoch: self.epoch, seq: self.seq, hash: self.hash }
    }
}

/// A new row for `Engine::append`.
#[derive(Debug)]
pub struct NewRow<'a> {
    /// The entry.
    pub entry: &'a Entry,
    /// Salt and canonical body, unless absent.
    pub body: Option<(&'a Salt, &'a [u8])>,
}

/// Whether an entry counts in folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its author had the right when it was logged.
    #[default]
    Good,
    /// 待核: came after its author's right ended; waits for a supervisor.
    Pending,
    /// A supervisor declined it; kept, shown, never counted.
    Declined,
}

/// Where the township's log holds an entry, and the proof of it against a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Number in the log, from 0.
    pub index: u64,
    /// Size of the tree that `path` leads to the root of; 0 in the township's own store.
    pub size: u64,
    /// Inclusion path, from the leaf's sibling upward.
    pub path: Vec<Digest>,
}

/// The last entry of an epoch and how far the township holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The last entry here.
    pub position: Position,
    /// Entries 1..=`held` have a verified receipt.
    pub held: u64,
}

/// A series this store knows the key of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesRow {
    /// Its name.
    pub series: SeriesId,
    /// Its key.
    pub key: PublicKey,
    /// Whether entries of it are written in this home.
    pub local: bool,
}

/// What is remembered of a subject between entries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SubjectRow {
    /// Entries that no other entry of the subject names yet, oldest arrival first.
    pub heads: Vec<Digest>,
    /// Entries named by others that are not here yet.
    pub wanted: Vec<Digest>,
    /// How many entries are here.
    pub entries: u64,
}

/// Where in the log the entries of one series lie that are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacedRun {
    /// The series.
    pub series: SeriesId,
    /// Lowest log index.
    pub from: u64,
    /// Highest log index.
    pub to: u64,
    /// How many entries have an index between them.
    pub count: u64,
}

/// One line of the log without its bytes, for feeds and audits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Number in the log.
    pub index: u64,
    /// The entry's place in its series, and its hash.
    pub position: Position,
    /// What it is about.
    pub subject: Subject,
    /// What it says.
    pub kind: String,
}

/// Rows outside the journal, by purpose. Folds never read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shelf {
    /// What the store itself remembers: mode, fold version, instance, epochs to open.
    Meta,
    /// Settings of app, sync and server.
    Settings,
    /// Unsaved typing.
    Working,
    /// Verified checkpoints, by origin and size.
    Checkpoints,
    /// Receipts against a log that a new one succeeded, by origin and entry.
    OldReceipts,
    /// Second branches of forked series: evidence.
    Forks,
    /// Media headers of the vault, by digest.
    Vault,
    /// Uploads and downloads under way, by digest.
    Transfers,
    /// What the township stated to be visible.
    Scopes,
    /// Entries that change rights, by log index.
    Rights,
    /// Service keys of a township and seal keys, never shown.
    Secrets,
}

impl Shelf {
    /// The word in the table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Settings => "settings",
            Self::Working => "working",
            Self::Checkpoints => "checkpoints",
            Self::OldReceipts => "old_receipts",
            Self::Forks => "forks",
            Self::Vault => "vault",
            Self::Transfers => "transfers",
            Self::Scopes => "scopes",
            Self::Rights => "rights",
            Self::Secrets => "secrets",
        }
    }
}

/// A page of the database that failed its check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedPage {
    /// Page number, when the engine names one.
    pub page: Option<u64>,
    /// The engine's words.
    pub message: String,
}
