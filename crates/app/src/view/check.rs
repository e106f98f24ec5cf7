//! Proof: receipts (存证回执), verification of the home, bundles and their check.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Size;

/// The time bracket of an entry: its bytes were signed after one checkpoint and before another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TimeBracket {
    /// Time of the newest checkpoint the author held, by the township's clock.
    pub after: Option<String>,
    /// Time of the checkpoint of the receipt, by the township's clock.
    pub before: Option<String>,
}

/// Receipt of one entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReceiptLine {
    /// Hash of the entry.
    pub entry: String,
    /// Kind of the entry.
    pub kind: String,
    /// When it was recorded, by the author's laptop.
    pub recorded_at: String,
    /// Index in the township's log, decimal string; null when not yet logged.
    pub index: Option<String>,
    /// Size of the tree the receipt was checked against, decimal string.
    pub tree_size: Option<String>,
    /// When its bytes were signed.
    pub bracket: Option<TimeBracket>,
    /// The receipt as a C2SP tlog-proof.
    pub proof: Option<String>,
}

/// Receipts of an entry, a file or a matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReceiptView {
    /// Id asked for.
    pub id: String,
    /// Origin of the township's log.
    pub origin: Option<String>,
    /// One line per entry, oldest first.
    pub receipts: Vec<ReceiptLine>,
    /// Entries without a receipt yet.
    pub missing: u32,
    /// The state in a sentence, e.g. 尚未由镇端存证.
    pub sentence: String,
}

/// A fault found by verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Fault {
    /// Code, e.g. `bad_signature`.
    pub code: String,
    /// What it concerns: entry hash, file digest or path.
    pub subject: String,
    /// Hash of the entry, where one is concerned.
    pub entry: Option<String>,
    /// SHA-256 of the media file, where one is concerned.
    pub media: Option<String>,
    /// Damaged 4 MiB block of the media file, from 0.
    pub block: Option<u32>,
    /// Damaged page of the database.
    pub page: Option<u32>,
    /// The sentence for people.
    pub message: String,
}

/// Result of verifying the home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VerifyOutcome {
    /// Whether no fault was found.
    pub sound: bool,
    /// Whether every byte of database and media was read.
    pub deep: bool,
    /// Entries checked (signature, chain, commitment).
    pub entries: u32,
    /// Receipts checked.
    pub receipts: u32,
    /// Media checked.
    pub media: u32,
    /// Bytes of media read again.
    pub bytes: Size,
    /// Media whose SM3 was put off and is not recorded yet. No fault.
    pub sm3_pending: u32,
    /// Faults.
    pub faults: Vec<Fault>,
}

/// A written bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExportOutcome {
    /// Matter.
    pub matter: String,
    /// Folder.
    pub folder: String,
    /// Entries in it.
    pub entries: u32,
    /// Of these, with a receipt.
    pub receipts: u32,
    /// Media originals in it.
    pub media: u32,
    /// Media known but not on this laptop, so not in it.
    pub missing_media: u32,
    /// Bytes of the payload.
    pub size: Size,
    /// The state in a sentence.
    pub sentence: String,
}

/// Result of checking a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BundleCheck {
    /// Folder.
    pub folder: String,
    /// Whether everything that is there is right, and nothing is missing or added.
    pub sound: bool,
    /// Whether every entry has a receipt of the township.
    pub witnessed: bool,
    /// Matter.
    pub matter: Option<String>,
    /// Name of the township in the note.
    pub township: Option<String>,
    /// Hash of the root key that signed the note, base64; compare it with the notice board.
    pub root_pin: Option<String>,
    /// Entries checked.
    pub entries: u32,
    /// Receipts checked.
    pub receipts: u32,
    /// Media originals checked.
    pub media: u32,
    /// Files checked.
    pub files: u32,
    /// Faults.
    pub faults: Vec<Fault>,
    /// The state in a sentence.
    pub sentence: String,
}

/// Result of rebuilding all documents from the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RebuildOutcome {
    /// Documents made.
    pub documents: u32,
}

/// Result of sweeping the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SweepOutcome {
    /// Unfinished copies of dead imports that were removed.
    pub removed: u32,
    /// Finished copies that got the name their entry wants.
    pub completed: u32,
    /// Files that no entry names, moved aside; nothing is deleted.
    pub set_aside: u32,
    /// Files an entry names that are not in the vault: erased, not fetched, or lost.
    pub missing: u32,
}
