//! The size of one PATCH of an upload: it follows the line.
//!
//! A chunk should take a few seconds: long enough that round trips do not count, short enough that a cut costs little and
//! the progress a person sees is honest. Doubled after a quick chunk, halved after a slow or a cut one.

use std::time::Duration;

/// Smallest chunk in bytes.
pub(crate) const SMALLEST: u64 = 64 << 10;
/// Largest chunk in bytes.
pub(crate) const LARGEST: u64 = 4 << 20;
const QUICK: Duration = Duration::from_millis(1500);
const SLOW: Duration = Duration::from_secs(8);

/// The chunk size now, between 64 KiB and 4 MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ChunkSize(u64);

impl Default for ChunkSize {
    fn default() -> Self {
        Self(512 << 10)
    }
}

impl ChunkSize {
    /// A start fit for a known speed in bytes per second.
    pub(crate) fn for_speed(bytes_per_second: Option<u64>) -> Self {
        let Some(speed) = bytes_per_second else {
            return Self::default();
        };
        let mut size = SMALLEST;
        // A piece of about three seconds.
        while size < LARGEST && size * 2 < speed.saturating_mul(3) {
            size *= 2;
        }
        Self(size)
    }

    /// Bytes of the next chunk.
    pub(crate) const fn bytes(self) -> u64 {
        self.0
    }

    /// After a chunk that arrived whole in `took`.
    #[must_use]
    pub(crate) fn arrived(self, took: Duration) -> Self {
        if took < QUICK {
            Self((self.0 * 2).min(LARGEST))
        } else if took > SLOW {
            self.cut()
        } else {
            self
        }
    }

    /// After a cut line or a wrong checksum.
    #[must_use]
    pub(crate) fn cut(self) -> Self {
        Self((self.0 / 2).max(SMALLEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_grow_on_a_quick_line_and_shrink_on_a_cut_one_within_their_bounds() {
        let mut size = ChunkSize::default();
        for _ in 0..9 {
            size = size.arrived(Duration::from_millis(100));
        }
        assert_eq!(size.bytes(), LARGEST);
        assert_eq!(size.arrived(Duration::from_secs(4)).bytes(), LARGEST);
        for _ in 0..9 {
            size = size.arrived(Duration::from_secs(20));
        }
        assert_eq!(size.bytes(), SMALLEST);
        assert_eq!(size.cut().bytes(), SMALLEST);
    }

    #[test]
    fn the_start_fits_the_known_speed() {
        assert_eq!(ChunkSize::for_speed(Some(25_000)).bytes(), SMALLEST);
        assert_eq!(ChunkSize::for_speed(Some(100_000_000)).bytes(), LARGEST);
        assert_eq!(ChunkSize::for_speed(None), ChunkSize::default());
    }
}
