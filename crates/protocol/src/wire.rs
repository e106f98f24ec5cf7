//! Messages between laptop and township, the same over HTTPS and in parcels carried by hand.
//!
//! All are JSON unless said otherwise. Limits are part of the protocol, so that both ends refuse the
//! same things: a batch has at most [`MAX_ENTRIES`] entries and [`MAX_BATCH`] bytes unpacked.

mod blob;
mod instruction;
mod session;

pub use blob::{BlobKind, BlobSpec, BlobState, pack, unpack};
pub use instruction::{MAX_INSTRUCTION, SignedInstruction, instruction_message};
pub use session::{
    Challenge, ChallengeRequest, EnrolAnswer, EnrolRequest, Session, SessionRequest, challenge_message,
    enrolment_message, secret_bytes, secret_text,
};

use serde::{Deserialize, Serialize};

use crate::{Body, Digest, Entry, Error, Position, PublicKey, Result, Salt, SeriesId};

/// Entries in one batch.
pub const MAX_ENTRIES: usize = 1000;
/// Bytes of one batch or answer before compression: 8 MiB.
pub const MAX_BATCH: usize = 8 << 20;
/// Tree sizes that one pull may ask to be proved.
pub const MAX_PROVE: usize = 256;
/// Bytes of one pack of small files: 8 MiB.
pub const MAX_PACK: usize = 8 << 20;
/// A file of at most this many bytes travels in a pack: 256 KiB.
pub const SMALL_FILE: u64 = 256 << 10;

/// An entry with its body as it travels. Bytes are text: the item and the canonical body are UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireEntry {
    /// The logged item.
    pub item: String,
    /// The body's salt; absent with the body.
    pub salt: Option<Salt>,
    /// The canonical body; absent once erased.
    pub body: Option<String>,
}

impl WireEntry {
    /// Packs an entry and its body.
    ///
    /// # Errors
    /// `Malformed` when the bytes are no UTF-8, which decoded entries always are.
    pub fn new(item: &[u8], body: Option<(&Salt, &[u8])>) -> Result<Self> {
        let text = |bytes: &[u8], what| {
            String::from_utf8(bytes.to_vec()).map_err(|_| Error::Malformed { what, reason: "not UTF-8" })
        };
        let (salt, body) = match body {
            Some((salt, bytes)) => (Some(salt.clone()), Some(text(bytes, "body")?)),
            None => (None, None),
        };
        Ok(Self { item: text(item, "entry")?, salt, body })
    }

    /// Reads entry and body strictly, and checks the body against the envelope. The signature is the
    /// caller's to check.
    pub fn decode(&self) -> Result<(Entry, Option<(Salt, Body)>)> {
        let entry = Entry::decode(self.item.as_bytes())?;
        let body = match (&self.salt, &self.body) {
            (Some(salt), Some(text)) => {
                let body = Body::decode(text.as_bytes())?;
                body.check(salt, &entry.envelope().body)?;
                Some((salt.clone(), body))
            }
            (None, None) => None,
            _ => {
                return Err(Error::Malformed { what: "body", reason: "body and salt go together" });
            }
        };
        Ok((entry, body))
    }

    /// Bytes that this entry adds to a batch, roughly.
    pub fn size(&self) -> usize {
        self.item.len() + self.body.as_ref().map_or(0, String::len) + 96
    }
}

/// Entries on their way up, in seq order within each series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushBatch {
    /// 1.
    pub v: u8,
    /// Tree size of the newest checkpoint held, for the consistency proof of the answer.
    pub known: u64,
    /// The keys of the series in this batch.
    pub keys: Vec<PublicKey>,
    /// At most [`MAX_ENTRIES`].
    pub entries: Vec<WireEntry>,
}

/// Where an entry stands in the log, against the checkpoint of the same answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryReceipt {
    /// The entry.
    pub hash: Digest,
    /// Its number in the log, from 0.
    pub index: u64,
    /// Inclusion path, from the leaf's sibling upward.
    pub path: Vec<Digest>,
}

/// A series that stopped at an entry. Everything before it was taken, other series went on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stopped {
    /// The author's key, by name.
    pub series: SeriesId,
    /// The epoch.
    pub epoch: u32,
    /// The entry that could not be taken.
    pub seq: u64,
    /// Why: a code of [`crate::Fault`] or [`crate::Error`], or `unknown_series`.
    pub code: String,
}

/// The answer to a push and to a request for receipts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptsAnswer {
    /// The checkpoint note that the receipts are against, cosigned by the clock.
    pub checkpoint: String,
    /// From the known size to the checkpoint.
    pub consistency: Vec<Digest>,
    /// One for every entry now in the log, also for those that were there before.
    pub receipts: Vec<EntryReceipt>,
    /// Series that could not go on.
    pub stopped: Vec<Stopped>,
}

/// Asks for receipts of entries whose acknowledgement was lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptsRequest {
    /// At most [`MAX_ENTRIES`]. Unknown ones are left out of the answer.
    pub hashes: Vec<Digest>,
    /// Tree size of the newest checkpoint held.
    pub known: u64,
}

/// Asks how far the township holds these series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadsRequest {
    /// Series and epoch; at most [`MAX_ENTRIES`].
    pub series: Vec<(SeriesId, u32)>,
}

/// The last entry held of each asked series; series of which nothing is held are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadsAnswer {
    /// Heads.
    pub heads: Vec<Position>,
}

/// Asks for the next entries in the puller's scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PullRequest {
    /// The cursor of the last answer, 0 at the beginning. Opaque: a place in the puller's own feed,
    /// where a matter that is handed over today comes behind what was seen yesterday.
    pub after: u64,
    /// How many at most; 0 asks only for checkpoint and proofs.
    pub limit: u32,
    /// Tree size of the newest checkpoint held.
    pub known: u64,
    /// Tree sizes named by the `seen` of entries pulled earlier, to be proved part of this log; at
    /// most [`MAX_PROVE`].
    pub prove: Vec<u64>,
    /// What the puller holds already, at most [`MAX_PROVE`] runs: it is left out of the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<HeldRun>,
}

/// A run of one series in the log of which every entry is held by the puller: `count` of them from log index
/// `from` to `to`. Where the township counts otherwise it knows entries that the puller does not, and sends all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldRun {
    /// The series.
    pub series: SeriesId,
    /// First log index.
    pub from: u64,
    /// Last log index.
    pub to: u64,
    /// Entries of the series between them, both included.
    pub count: u64,
}

/// An entry with its receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pulled {
    /// Its number in the log.
    pub index: u64,
    /// Entry and body.
    pub entry: WireEntry,
    /// Inclusion path to the checkpoint of the same answer.
    pub path: Vec<Digest>,
}

/// The next entries in the puller's scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PullAnswer {
    /// The checkpoint note that everything here is against.
    pub checkpoint: String,
    /// From the known size to the checkpoint.
    pub consistency: Vec<Digest>,
    /// One consistency path for each size asked, from that size to the checkpoint; empty where the
    /// log never had that size.
    pub proofs: Vec<Vec<Digest>>,
    /// Keys of the series of these entries.
    pub keys: Vec<PublicKey>,
    /// In the order of the feed.
    pub entries: Vec<Pulled>,
    /// The cursor to send next.
    pub next: u64,
    /// Whether more is ready now.
    pub more: bool,
    /// What the township says is visible to the puller; with the last page only.
    pub scope: Option<ScopeStatement>,
}

/// One visible subject: how many entries, and their root in log order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeLine {
    /// The subject's kind.
    pub kind: String,
    /// The subject's id.
    pub id: String,
    /// Entries of it in the log.
    pub count: u64,
    /// RFC 6962 root of their hashes in log order.
    pub hash: Digest,
}

/// A logged entry of the township that commits to the list of visible subjects, so that an omission
/// can be proved later by anyone who replays the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeStatement {
    /// The township's entry `scope.stated`: `{puller, size, subjects, root}`.
    pub entry: Pulled,
    /// Sorted by kind and id.
    pub subjects: Vec<ScopeLine>,
}

impl ScopeStatement {
    /// RFC 6962 root of the canonical lines: what the entry commits to as `root`.
    pub fn root_of(lines: &[ScopeLine]) -> Result<Digest> {
        let leaves = lines
            .iter()
            .map(|line| crate::canonical(line, "scope line").map(|bytes| crate::merkle::leaf_hash(&bytes)))
            .collect::<Result<Vec<_>>>()?;
        Ok(crate::merkle::root_of(&leaves))
    }
}
