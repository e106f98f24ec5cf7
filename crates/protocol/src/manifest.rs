//! A media manifest: size, digests and the SHA-256 of every 4 MiB block of one file.
//!
//! The entry of a file carries the SHA-256 of the manifest's canonical bytes, so that damage can be
//! named by block, and a part of a file can be checked without the rest.

use serde::{Deserialize, Serialize};

use crate::{Digest, Error, Result, encoding::from_hex32, jcs};

/// Bytes in a block: 4 MiB; the last one may be shorter.
pub const BLOCK: u64 = 4 << 20;
const WHAT: &str = "manifest";

/// Canonical JSON; digests are 64 lowercase hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// 1.
    pub v: u8,
    /// Bytes in the file.
    pub size: u64,
    /// SHA-256 of the file.
    pub sha256: String,
    /// SM3 (GB/T 32905) of the file; none when it was not computed with the import.
    pub sm3: Option<String>,
    /// [`BLOCK`].
    pub block: u64,
    /// SHA-256 of each block in order; none for an empty file.
    pub blocks: Vec<String>,
}

impl Manifest {
    /// Canonical bytes.
    pub fn encode(&self) -> Result<Vec<u8>> {
        self.check()?;
        jcs::canonical(self, WHAT)
    }

    /// Reads canonical bytes and checks that sizes and counts agree.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let value = jcs::parse_canonical(bytes, WHAT)?;
        let found: Self = serde_json::from_value(value)
            .map_err(|_| Error::Malformed { what: WHAT, reason: "missing, unknown or mistyped field" })?;
        found.check()?;
        Ok(found)
    }

    /// SHA-256 of the canonical bytes: what an entry carries.
    pub fn digest(&self) -> Result<Digest> {
        Ok(Digest::of(&self.encode()?))
    }

    fn check(&self) -> Result<()> {
        let bad = |reason| Err(Error::Malformed { what: WHAT, reason });
        if self.v != 1 || self.block != BLOCK {
            return bad("version or block size");
        }
        if self.blocks.len() as u64 != self.size.div_ceil(BLOCK) {
            return bad("number of blocks");
        }
        let digests = self.blocks.iter().chain(&self.sm3).chain([&self.sha256]);
        digests.map(|text| from_hex32(text, WHAT)).collect::<Result<Vec<_>>>().map(|_| ())
    }
}
