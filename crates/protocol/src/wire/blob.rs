//! Blobs: uploads that resume, and packs of small files.

use serde::{Deserialize, Serialize};

use super::MAX_PACK;
use crate::{Digest, Error, Result};

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
