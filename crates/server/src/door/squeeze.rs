//! zstd in and out, bounded on both sides.
//!
//! A few kilobytes of zstd can promise gigabytes. The decoder therefore gets a window limit and a hard output limit, and reading
//! stops at the first byte too many; memory never exceeds the limit plus one buffer.

use std::io::Read;

use crate::{Error, Result};

/// Largest window a peer may ask for: 2^23 = 8 MiB.
const WINDOW_LOG: u32 = 23;
/// Level for answers: text of records shrinks well at 3 and costs little.
const LEVEL: i32 = 3;

/// Unpacks `bytes`, at most `limit` bytes of output.
pub(crate) fn unzip(bytes: &[u8], limit: usize) -> Result<Vec<u8>> {
    let malformed = |_| Error::Malformed { what: "zstd" };
    let mut decoder = zstd::stream::read::Decoder::with_buffer(bytes).map_err(malformed)?;
    decoder.window_log_max(WINDOW_LOG).map_err(malformed)?;
    let mut out = Vec::with_capacity(limit.min(bytes.len().saturating_mul(4)));
    decoder.take(limit as u64 + 1).read_to_end(&mut out).map_err(malformed)?;
    if out.len() > limit {
        return Err(Error::TooLarge { what: "unpacked batch", limit: limit as u64 });
    }
    Ok(out)
}

/// Packs an answer.
pub(crate) fn zip(bytes: &[u8]) -> Result<Vec<u8>> {
    Ok(zstd::bulk::compress(bytes, LEVEL)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back() {
        let text = "同一句话。".repeat(1000);
        let packed = zip(text.as_bytes()).expect("packs");
        assert!(packed.len() < text.len() / 10);
        assert_eq!(unzip(&packed, text.len()).expect("unpacks"), text.as_bytes());
    }

    #[test]
    fn a_bomb_is_cut_at_the_limit() {
        let bomb = zip(&vec![0; 64 << 20]).expect("packs");
        assert!(bomb.len() < 16 << 10);
        assert!(matches!(unzip(&bomb, 1 << 20), Err(Error::TooLarge { .. })));
    }

    #[test]
    fn broken_zstd_is_malformed() {
        let mut packed = zip(&[7; 4096]).expect("packs");
        packed.truncate(packed.len() / 2);
        assert!(matches!(unzip(&packed, 8192), Err(Error::Malformed { .. })));
        assert!(matches!(unzip(b"not zstd at all", 8192), Err(Error::Malformed { .. })));
    }
}
