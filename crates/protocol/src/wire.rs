//! Messages between laptop and township, the same over HTTPS and in parcels carried by hand.
//!
//! All are JSON unless said otherwise. Limits are part of the protocol, so that both ends refuse the
//! same things: a batch has at most [`MAX_ENTRIES`] entries and [`MAX_BATCH`] bytes unpacked.

use serde::{Deserialize, Serialize};

use crate::{
    Body, Digest, Entry, Error, Position, PublicKey, Result, Salt, SeriesId, Signature,
    encoding::{from_base64, to_base64},
};

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

/// Asks to be enrolled: the code's secret, the new key, and a signature by it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// Base64 of the code's secret.
    pub secret: String,
    /// The officer's new signing key.
    pub public_key: PublicKey,
    /// The laptop's X25519 key, to seal answers carried by hand.
    pub seal: Digest,
    /// What the laptop is called.
    pub device: String,
    /// 32 fresh random bytes.
    pub nonce: Digest,
    /// Over [`enrolment_message`] in [`crate::Domain::Enrolment`].
    pub signature: Signature,
}

impl std::fmt::Debug for EnrolRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnrolRequest").field("public_key", &self.public_key).finish_non_exhaustive()
    }
}

/// What an enrolling laptop signs: 32-byte nonce ‖ root pin ‖ SHA-256 of the TLS key it spoke to ‖
/// its public key. So a code cannot be carried to another township or through another door.
pub fn enrolment_message(nonce: &Digest, root_pin: &Digest, tls: &Digest, key: &PublicKey) -> Vec<u8> {
    [nonce.0, root_pin.0, tls.0, key.0].concat()
}

/// The township's answer: who this key now is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolAnswer {
    /// The officer's id.
    pub officer: String,
    /// The township's logged entry `officer.enrolled`.
    pub entry: Pulled,
    /// Keys of the township's series.
    pub keys: Vec<PublicKey>,
    /// The checkpoint note that the entry is against.
    pub checkpoint: String,
}

/// A sign-in challenge, good once and briefly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// 32 random bytes.
    pub nonce: Digest,
    /// Unix seconds.
    pub expires: u64,
}

/// What a laptop signs to sign in: 32-byte nonce ‖ root pin, in [`crate::Domain::Challenge`].
pub fn challenge_message(nonce: &Digest, root_pin: &Digest) -> Vec<u8> {
    [nonce.0, root_pin.0].concat()
}

/// Asks for a challenge for a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChallengeRequest {
    /// The key that will sign, by name.
    pub series: SeriesId,
}

/// Answers a challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionRequest {
    /// The key that signs, by name.
    pub series: SeriesId,
    /// The challenge's nonce.
    pub nonce: Digest,
    /// Over [`challenge_message`].
    pub signature: Signature,
}

/// A session of one laptop at one address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// The bearer token.
    pub token: String,
    /// Unix seconds.
    pub expires: u64,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// What a blob is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlobKind {
    /// A media original.
    Media,
    /// A media manifest.
    Manifest,
    /// The tail of a series that had to stop, as raw items: kept as evidence.
    Salvage,
}

impl BlobKind {
    /// The name used in `Upload-Metadata`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Media => "media",
            Self::Manifest => "manifest",
            Self::Salvage => "salvage",
        }
    }
}

/// Announces a blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlobSpec {
    /// SHA-256 of the whole: what decides in the end.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
    /// What it is.
    pub kind: BlobKind,
}

/// How far an upload is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlobState {
    /// The upload's id; empty when the blob was already held.
    pub id: String,
    /// Bytes held.
    pub offset: u64,
    /// Bytes in all.
    pub size: u64,
    /// Whether the whole was re-read from storage and its digest is right.
    pub complete: bool,
}

/// Packs small files into one request: for each `[32-byte SHA-256][u32 big-endian length][bytes]`.
pub fn pack(files: &[(Digest, Vec<u8>)]) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(files.iter().map(|(_, bytes)| bytes.len() + 36).sum());
    for (digest, bytes) in files {
        let length =
            u32::try_from(bytes.len()).map_err(|_| Error::TooLarge { what: "pack", limit: MAX_PACK })?;
        out.extend_from_slice(&digest.0);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(bytes);
    }
    if out.len() > MAX_PACK { Err(Error::TooLarge { what: "pack", limit: MAX_PACK }) } else { Ok(out) }
}

/// Reads a pack; digests are not checked here.
pub fn unpack(mut bytes: &[u8]) -> Result<Vec<(Digest, &[u8])>> {
    if bytes.len() > MAX_PACK {
        return Err(Error::TooLarge { what: "pack", limit: MAX_PACK });
    }
    let cut = Error::Malformed { what: "pack", reason: "cut off" };
    let mut files = Vec::new();
    while !bytes.is_empty() {
        let (digest, rest) = bytes.split_first_chunk::<32>().ok_or_else(|| cut.clone())?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(|| cut.clone())?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| cut.clone())?;
        let (file, rest) = rest.split_at_checked(length).ok_or_else(|| cut.clone())?;
        files.push((Digest(*digest), file));
        bytes = rest;
    }
    Ok(files)
}

/// The secret of an enrolment code as it travels.
pub fn secret_text(secret: &[u8; 20]) -> String {
    to_base64(secret)
}

/// Reads the secret of an enrolment code.
pub fn secret_bytes(text: &str) -> Result<Vec<u8>> {
    from_base64(text, "enrolment code")
}
