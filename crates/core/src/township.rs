//! What the township's own series says of itself, of blobs and of late arrivals.
//!
//! Receipts of entries are never entries; receipts of media are, because they
//! date the moment when the township re-hashed the bytes from its storage.

use crate::event::events;
use crate::ids::{EntryHash, OfficerId, SeriesId};
use crate::record::{Mark, Record};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// `pending.admitted`: entries that arrived without a right count after all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PendingAdmitted {
    /// The entries.
    pub entries: Vec<EntryHash>,
    /// Why.
    pub reason: String,
    /// The supervisor who said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<OfficerId>,
}

/// `pending.declined`: entries that arrived without a right do not count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PendingDeclined {
    /// The entries.
    pub entries: Vec<EntryHash>,
    /// Why.
    pub reason: String,
    /// The supervisor who said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<OfficerId>,
}

/// `scope.stated`: how much an officer could see when pulling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScopeStated {
    /// Whose scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<OfficerId>,
    /// Tree size at which it was stated.
    #[serde(default)]
    pub size: u64,
    /// Number of subject lines.
    #[serde(default)]
    pub count: u64,
    /// RFC 6962 root of the lines, base64.
    #[serde(default)]
    pub root: String,
}

/// `log.succeeded`: a new log after a loss names the old one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogSucceeded {
    /// Origin of the old log.
    pub origin: String,
    /// Size of the last checkpoint known of it.
    pub size: u64,
    /// Root of that checkpoint, base64.
    pub root: String,
    /// What was lost.
    pub reason: String,
}

/// `instruction.given`: what somebody who runs the township told it, signed by that person's own key.
/// Whoever holds the key can check the signature again: nothing was done in anybody's name unasked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstructionGiven {
    /// The person.
    pub by: OfficerId,
    /// The key that signed.
    pub series: SeriesId,
    /// The [`crate::Instruction`] as JSON, byte for byte as signed.
    pub instruction: String,
    /// 32 random bytes, base64.
    pub nonce: String,
    /// The signature, base64.
    pub signature: String,
}

/// `blob.received`: the township re-hashed these bytes from its storage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlobReceived {
    /// Bytes.
    pub size: u64,
    /// SHA-256, 64 lowercase hexadecimal digits.
    pub sha256: String,
    /// SHA-256 of the manifest that names them; absent when the blob is itself a manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
}

events! {
    /// Everything the township says of itself.
    TownshipEvent {
        /// Late entries count.
        PendingAdmitted = "pending.admitted",
        /// Late entries do not count.
        PendingDeclined = "pending.declined",
        /// How much somebody could see.
        ScopeStated = "scope.stated",
        /// A new log follows a lost one.
        LogSucceeded = "log.succeeded",
        /// Somebody told it to do something.
        InstructionGiven = "instruction.given",
    }
}

events! {
    /// Everything the township says of a blob.
    BlobEvent {
        /// Received and re-hashed.
        BlobReceived = "blob.received",
    }
}

/// What a supervisor said about an entry that arrived without a right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The township's entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// Whether it counts.
    pub admitted: bool,
    /// Why.
    pub reason: String,
    /// The supervisor.
    pub supervisor: Option<OfficerId>,
}

/// One log that followed a lost one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Succession {
    /// The township's entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// What it says.
    pub succeeded: LogSucceeded,
}

/// The township as its own entries tell it; the `township` document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TownshipState {
    /// The last word on each entry that arrived without a right.
    pub judgements: BTreeMap<EntryHash, Judgement>,
    /// New logs after a loss.
    pub successions: Vec<Succession>,
    /// The newest scope statement per officer (empty text: not named); older ones are entries only.
    pub scopes: BTreeMap<OfficerId, ScopeStated>,
    /// People, times and faults.
    pub record: Record,
}

/// A blob's receipt; the `blob` document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BlobState {
    /// The first receipt, even if its body is not here.
    pub received: Option<Mark>,
    /// What it says.
    pub receipt: Option<BlobReceived>,
    /// People, times and faults.
    pub record: Record,
}

/// An entry of a kind that no noun claims, as the fold keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unclaimed {
    /// The entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// Its kind.
    pub kind: String,
    /// Its body.
    pub body: Value,
}
