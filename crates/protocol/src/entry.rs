//! An entry: a signed envelope that names its body only by size and commitment.
//!
//! The logged item is `envelope LF base64(signature) LF`; its RFC 6962 leaf hash is the entry's name
//! everywhere (`prev`, `after`, receipts, the tree). The envelope holds no personal data and lives
//! for ever; the body may one day lawfully be erased.

use chrono::DateTime;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Digest, Domain, Error, PublicKey, Result, SeriesId, Sign, Signature,
    encoding::{from_base64, to_base64},
    jcs, merkle, verify,
};

/// The version of the envelope.
pub const VERSION: u8 = 1;
/// The signature and hash suite. Another name is reserved for SM2 with SM3.
pub const SUITE: &str = "ed25519-sha256";
/// The largest logged item in bytes: what a C2SP entry bundle can hold.
pub const MAX_ITEM: usize = 65_535;
/// How many heads of its subject an entry may name.
pub const MAX_AFTER: usize = 16;

const WHAT: &str = "envelope";

/// What an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// 1–32 of `a-z` and `.`.
    pub kind: String,
    /// 1–128 of `A-Z a-z 0-9 . _ : -`.
    pub id: String,
}

impl Subject {
    /// A subject of a kind and an id; checked when an entry is made of it.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: id.into() }
    }

    fn check(&self) -> Result<()> {
        let kind = |c: u8| c.is_ascii_lowercase() || c == b'.';
        let id = |c: u8| c.is_ascii_alphanumeric() || b"._:-".contains(&c);
        if fits(&self.kind, 32, kind) && fits(&self.id, 128, id) {
            Ok(())
        } else {
            Err(Error::Malformed { what: WHAT, reason: "subject" })
        }
    }
}

fn fits(text: &str, most: usize, allowed: impl Fn(u8) -> bool) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(allowed)
}

/// When an entry was made, by every clock its author had. None of them is trusted alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stamp {
    /// Wall clock, RFC 3339 in UTC with milliseconds: `2026-11-23T00:10:00.000Z`.
    pub wall: String,
    /// The boot id of the machine (a UUID), so that `mono` can be compared within one boot.
    pub boot: Uuid,
    /// Milliseconds since boot including suspend (`CLOCK_BOOTTIME`), in decimal.
    pub mono: String,
    /// Hybrid logical clock: 16 lowercase hexadecimal digits, 48 bits of milliseconds and a 16-bit
    /// counter, so that text order is time order.
    pub hybrid: String,
}

impl Stamp {
    fn check(&self) -> Result<()> {
        let bad = |reason| Error::Malformed { what: WHAT, reason };
        let wall = &self.wall;
        let shape = wall.len() == 24
            && wall.ends_with('Z')
            && wall.as_bytes()[10] == b'T'
            && wall.as_bytes()[19] == b'.';
        if !shape || DateTime::parse_from_rfc3339(wall).is_err() {
            return Err(bad("wall clock"));
        }
        let mono = self.mono.parse::<u64>().map_err(|_| bad("monotonic clock"))?;
        if mono.to_string() != self.mono {
            return Err(bad("monotonic clock"));
        }
        let digit = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        if self.hybrid.len() == 16 && self.hybrid.bytes().all(digit) {
            Ok(())
        } else {
            Err(bad("hybrid clock"))
        }
    }
}

/// The newest checkpoint that an author held when signing: the entry is later than it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// Tree size in entries.
    pub size: u64,
    /// RFC 6962 root.
    pub root: Digest,
}

/// How an envelope names its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyRef {
    /// Length of the canonical body in bytes.
    pub size: u64,
    /// See [`crate::Body::commitment`].
    pub commitment: Digest,
}

/// The signed part of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// [`VERSION`].
    pub v: u8,
    /// [`SUITE`].
    pub suite: String,
    /// The author's signing key, by name.
    pub series: SeriesId,
    /// From 1. A restored, recovered or copied home opens the next epoch.
    pub epoch: u32,
    /// From 1 and gapless within the epoch.
    pub seq: u64,
    /// The hash of the entry before in this epoch; none for `seq` 1.
    pub prev: Option<Digest>,
    /// The heads of this subject that the author had seen, sorted, at most [`MAX_AFTER`].
    pub after: Vec<Digest>,
    /// A UUIDv7.
    pub id: Uuid,
    /// What it is about.
    pub subject: Subject,
    /// When, by the author's clocks.
    pub time: Stamp,
    /// The newest checkpoint held, if any.
    pub seen: Option<Seen>,
    /// What it says: 1–64 of `a-z`, `_` and `.`.
    pub kind: String,
    /// Its body, by size and commitment.
    pub body: BodyRef,
}

impl Envelope {
    fn check(&self) -> Result<()> {
        let bad = |reason| Err(Error::Malformed { what: WHAT, reason });
        if self.v != VERSION {
            return bad("version");
        }
        if self.suite != SUITE {
            return bad("suite");
        }
        if self.epoch == 0 || self.seq == 0 {
            return bad("epoch or seq is zero");
        }
        if (self.seq == 1) != self.prev.is_none() {
            return bad("prev");
        }
        if self.after.len() > MAX_AFTER || !self.after.is_sorted_by(|a, b| a < b) {
            return bad("after");
        }
        if !fits(&self.kind, 64, |c| c.is_ascii_lowercase() || c == b'_' || c == b'.') {
            return bad("kind");
        }
        if self.body.size > crate::MAX_BODY as u64 {
            return bad("body size");
        }
        self.time.check()?;
        self.subject.check()
    }
}

/// A signed entry with its exact bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    envelope: Envelope,
    signature: Signature,
    item: Vec<u8>,
    hash: Digest,
}

impl Entry {
    /// Signs an envelope.
    ///
    /// # Errors
    /// Whatever [`Entry::decode`] would refuse is refused here first, so that no bad entry is ever
    /// written; also a series that is not the signer's.
    pub fn sign(envelope: Envelope, signer: &dyn Sign) -> Result<Self> {
        envelope.check()?;
        if envelope.series != SeriesId::of(&signer.public_key()) {
            return Err(Error::Malformed { what: WHAT, reason: "series is not the signer's" });
        }
        let mut item = jcs::canonical(&envelope, WHAT)?;
        let signature = signer.sign(Domain::Entry, &item);
        item.push(b'\n');
        item.extend_from_slice(to_base64(&signature.0).as_bytes());
        item.push(b'\n');
        if item.len() > MAX_ITEM {
            return Err(Error::TooLarge { what: "entry", limit: MAX_ITEM });
        }
        let hash = merkle::leaf_hash(&item);
        Ok(Self { envelope, signature, item, hash })
    }

    /// Reads a logged item strictly: size, shape, canonical bytes, ranges. The signature is not
    /// checked here, since that needs the key: see [`Entry::verify`].
    pub fn decode(item: &[u8]) -> Result<Self> {
        let shape = Error::Malformed { what: "entry", reason: "not an envelope and a signature line" };
        if item.len() > MAX_ITEM {
            return Err(Error::TooLarge { what: "entry", limit: MAX_ITEM });
        }
        let rest = item.strip_suffix(b"\n").ok_or_else(|| shape.clone())?;
        let at = rest.iter().position(|&byte| byte == b'\n').ok_or_else(|| shape.clone())?;
        let (line, signature) = (&rest[..at], &rest[at + 1..]);
        let signature = std::str::from_utf8(signature).map_err(|_| shape)?;
        let signature: [u8; 64] = from_base64(signature, "signature")?
            .try_into()
            .map_err(|_| Error::Malformed { what: "signature", reason: "wrong length" })?;
        let value = jcs::parse_canonical(line, WHAT)?;
        let envelope: Envelope = serde_json::from_value(value)
            .map_err(|_| Error::Malformed { what: WHAT, reason: "missing, unknown or mistyped field" })?;
        envelope.check()?;
        // A field may be read from more than one spelling (an upper-case UUID, say): only the one
        // that we would write is accepted.
        if jcs::canonical(&envelope, WHAT)? != line {
            return Err(Error::NotCanonical(WHAT));
        }
        let hash = merkle::leaf_hash(item);
        Ok(Self { envelope, signature: Signature(signature), item: item.to_vec(), hash })
    }

    /// Verifies the signature strictly, and that the key is the series' own.
    pub fn verify(&self, key: &PublicKey) -> Result<()> {
        if SeriesId::of(key) != self.envelope.series {
            return Err(Error::Signature("entry"));
        }
        let line = self.item.iter().position(|&byte| byte == b'\n').unwrap_or(self.item.len());
        verify(key, Domain::Entry, &self.item[..line], &self.signature)
    }

    /// The signed envelope.
    pub const fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The signature over the envelope.
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The exact logged bytes.
    pub fn item(&self) -> &[u8] {
        &self.item
    }

    /// The entry's name: the RFC 6962 leaf hash of its item.
    pub const fn hash(&self) -> Digest {
        self.hash
    }
}
