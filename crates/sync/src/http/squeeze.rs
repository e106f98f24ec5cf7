//! zstd in and out, bounded on both sides.
//!
//! A few kilobytes can promise gigabytes, and a township is not trusted with our memory: the decoder has a window limit and a hard
//! limit of output.

use std::io::Read as _;

/// Shorter requests are sent as they are.
pub(crate) const WORTH_IT: usize = 1024;
const WINDOW_LOG: u32 = 23;

/// How hard to squeeze: on a thin or limited line time is better spent here than there.
pub(crate) fn level_for(speed: Option<u64>, limited: bool) -> i32 {
    match speed {
        Some(speed) if speed < crate::plan::THIN => 12,
        _ if limited => 12,
        Some(_) => 1,
        None => 3,
    }
}

/// Packs a request.
pub(crate) fn zip(bytes: &[u8], level: i32) -> std::io::Result<Vec<u8>> {
    zstd::bulk::compress(bytes, level)
}

/// Unpacks an answer of at most `limit` bytes; `None` when it is more, or no zstd.
pub(crate) fn unzip(bytes: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(bytes).ok()?;
    decoder.window_log_max(WINDOW_LOG).ok()?;
    let mut out = Vec::with_capacity(limit.min(bytes.len().saturating_mul(4)));
    decoder.take(limit as u64 + 1).read_to_end(&mut out).ok()?;
    (out.len() <= limit).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back_and_a_bomb_is_cut_at_the_limit() {
        let packed = zip(&vec![7; 1 << 20], 3).expect("packed");
        assert_eq!(unzip(&packed, 1 << 20).map(|bytes| bytes.len()), Some(1 << 20));
        assert_eq!(unzip(&packed, (1 << 20) - 1), None);
        assert_eq!(unzip(&packed[..packed.len() / 2], 1 << 20), None);
        assert_eq!(unzip(b"no zstd", 100), None);
    }
}
