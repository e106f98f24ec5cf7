//! The words of tus 1.0, read strictly: `Upload-Metadata`, `Upload-Checksum`, `Upload-Length`, `Upload-Offset`.
//!
//! Only parsing and formatting live here, without sockets, so that hostile headers are tested as plain strings. The verbs are in
//! `door/uploads`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{Error, Result};

/// The protocol version spoken here.
pub(crate) const VERSION: &str = "1.0.0";
/// The extensions spoken here.
pub(crate) const EXTENSIONS: &str = "creation,checksum,expiration,termination";
/// Checksum algorithms understood.
pub(crate) const CHECKSUMS: &str = "sha256";
/// Longest metadata header that is looked at.
const MAX_METADATA: usize = 4096;

/// Reads `Upload-Metadata`: comma-separated `key base64value`, keys unique, value optional.
pub(crate) fn metadata(header: &str) -> Result<BTreeMap<String, Vec<u8>>> {
    let malformed = || Error::Malformed { what: "Upload-Metadata" };
    if header.len() > MAX_METADATA {
        return Err(malformed());
    }
    let mut pairs = BTreeMap::new();
    for part in header.split(',') {
        let part = part.trim();
        if part.is_empty() {
            continue;
        }
        let (key, value) = part.split_once(' ').unwrap_or((part, ""));
        let value = STANDARD.decode(value.trim()).map_err(|_| malformed())?;
        if key.is_empty() || !key.is_ascii() || pairs.insert(key.to_owned(), value).is_some() {
            return Err(malformed());
        }
    }
    Ok(pairs)
}

/// Reads `Upload-Checksum: sha256 <base64>`; another algorithm is malformed (400, as the extension says).
pub(crate) fn checksum(header: &str) -> Result<[u8; 32]> {
    let malformed = || Error::Malformed { what: "Upload-Checksum" };
    let (algorithm, digest) = header.split_once(' ').ok_or_else(malformed)?;
    if algorithm != "sha256" {
        return Err(malformed());
    }
    let digest = STANDARD.decode(digest.trim()).map_err(|_| malformed())?;
    digest.try_into().map_err(|_| malformed())
}

/// Reads a decimal number of bytes: digits only, below 2^53.
pub(crate) fn number(header: &str, what: &'static str) -> Result<u64> {
    let malformed = || Error::Malformed { what };
    if header.is_empty() || header.len() > 16 || !header.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(malformed());
    }
    header.parse::<u64>().ok().filter(|number| *number < 1 << 53).ok_or_else(malformed)
}

/// Reads one `Range: bytes=a-b` header against a file of `size` bytes; gives first byte and length.
///
/// Several ranges, or none that fits, are [`Error::Malformed`]: the caller answers 416.
pub(crate) fn range(header: &str, size: u64) -> Result<(u64, u64)> {
    let malformed = || Error::Malformed { what: "Range" };
    let spec = header.strip_prefix("bytes=").ok_or_else(malformed)?;
    let (first, last) = spec.split_once('-').ok_or_else(malformed)?;
    let (from, to) = if first.is_empty() {
        let length = number(last, "Range")?.min(size);
        (size - length, size)
    } else {
        let from = number(first, "Range")?;
        let to = if last.is_empty() { size } else { number(last, "Range")?.saturating_add(1).min(size) };
        (from, to)
    };
    if from >= to {
        return Err(malformed());
    }
    Ok((from, to - from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_of_tuspy_is_read() {
        let read = metadata("sha256 YWJj,kind bWVkaWE=,empty").expect("reads");
        assert_eq!(read["sha256"], b"abc");
        assert_eq!(read["kind"], b"media");
        assert!(read["empty"].is_empty());
    }

    #[test]
    fn broken_metadata_is_refused() {
        for bad in ["sha256 ***", "a YQ==,a YQ==", " ,é YQ==", &"a".repeat(5000)] {
            assert!(metadata(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_a_whole_sha256_is_a_checksum() {
        let good = format!("sha256 {}", STANDARD.encode([7; 32]));
        assert_eq!(checksum(&good).expect("reads"), [7; 32]);
        for bad in ["", "sha256", "sha1 YQ==", "sha256 YQ==", "SHA256 !!"] {
            assert!(checksum(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_are_plain_digits() {
        assert_eq!(number("0", "n").expect("reads"), 0);
        for bad in ["", "-1", "+1", " 1", "1e3", "0x10", "9007199254740992", "99999999999999999999"] {
            assert!(number(bad, "n").is_err(), "{bad}");
        }
    }

    #[test]
    fn ranges_are_clipped_to_the_file() {
        assert_eq!(range("bytes=0-", 10).expect("reads"), (0, 10));
        assert_eq!(range("bytes=2-3", 10).expect("reads"), (2, 2));
        assert_eq!(range("bytes=8-99", 10).expect("reads"), (8, 2));
        assert_eq!(range("bytes=-4", 10).expect("reads"), (6, 4));
        for bad in ["bytes=10-", "bytes=5-4", "bytes=0-1,3-4", "items=0-1", "bytes=-0", "bytes=a-b"] {
            assert!(range(bad, 10).is_err(), "{bad}");
        }
    }
}
