//! What a line carried and how fast it is.
//!
//! The speed decides sizes: of batches, of pieces, of the effort spent on packing. It is learned from real requests only, and
//! follows a line that changes within a few of them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Requests of fewer bytes say nothing about the speed of a line.
const TELLING: usize = 32 << 10;

/// What a line carried, and how fast it was lately. Shared by all requests of a laptop.
#[derive(Debug, Default)]
pub struct LineMeter {
    sent: AtomicU64,
    received: AtomicU64,
    speed: AtomicU64,
}

impl LineMeter {
    /// Bytes of request bodies sent so far.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Bytes of answer bodies received so far, before unpacking.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// Bytes per second of recent uploads, when any was large enough to tell.
    pub fn speed(&self) -> Option<u64> {
        Some(self.speed.load(Ordering::Relaxed)).filter(|speed| *speed > 0)
    }

    /// Counts bytes of a request body.
    pub(super) fn sent_more(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Counts bytes of an answer body.
    pub(super) fn received_more(&self, bytes: usize) {
        self.received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Learns from a request that took so long.
    pub(super) fn saw(&self, bytes: usize, took: Duration) {
        if bytes < TELLING {
            return;
        }
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        let now = (bytes as u64).saturating_mul(1000) / millis;
        // Half old, half new: follows a line that changes within a few requests.
        let speed = self.speed().map_or(now, |old| u64::midpoint(old, now));
        self.speed.store(speed.max(1), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_of_a_line_is_learned_from_large_requests_only() {
        let line = LineMeter::default();
        line.saw(100, Duration::from_secs(1));
        assert_eq!(line.speed(), None);
        line.saw(100_000, Duration::from_secs(1));
        line.saw(300_000, Duration::from_secs(1));
        assert_eq!(line.speed(), Some(200_000));
    }
}
