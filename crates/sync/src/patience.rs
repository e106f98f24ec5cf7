//! How long to wait before trying again.
//!
//! A busy township names seconds (Retry-After); 2,000 laptops that all wait exactly so long would come back at once, so
//! each adds its own share of jitter. A line that is cut is tried again with doubled pauses. Pure: the random part is given.

use std::time::Duration;

/// Longest pause inside one run, in seconds.
const LONGEST: u64 = 60;

/// Doubling pauses with jitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Patience {
    tries: u32,
    most: u32,
    base: Duration,
}

impl Patience {
    /// For one request while a person waits: `most` tries in all, pauses from `base` upward.
    pub(crate) const fn new(most: u32, base: Duration) -> Self {
        Self { tries: 0, most, base }
    }

    /// After success: the next failure starts from the beginning.
    pub(crate) const fn reset(&mut self) {
        self.tries = 0;
    }

    /// The pause before the next try after a cut or unreachable line, or `None` when enough was tried.
    ///
    /// `jitter` is any random number; it adds up to half of the pause.
    pub(crate) fn after_cut(&mut self, jitter: u16) -> Option<Duration> {
        self.tries += 1;
        if self.tries >= self.most {
            return None;
        }
        let doubled = self.base.saturating_mul(1 << (self.tries - 1).min(16));
        Some(spread(doubled.min(Duration::from_secs(LONGEST)), jitter))
    }

    /// The pause a busy township asked for, in seconds, or `None` when enough was tried.
    pub(crate) fn after_busy(&mut self, seconds: u64, jitter: u16) -> Option<Duration> {
        self.tries += 1;
        if self.tries >= self.most {
            return None;
        }
        Some(spread(Duration::from_secs(seconds.clamp(1, LONGEST)), jitter))
    }
}

fn spread(pause: Duration, jitter: u16) -> Duration {
    pause + pause.mul_f64(f64::from(jitter) / f64::from(u16::MAX) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute_and_end() {
        let mut patience = Patience::new(9, Duration::from_secs(1));
        let pauses: Vec<u64> =
            std::iter::from_fn(|| patience.after_cut(0)).map(|pause| pause.as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn a_busy_township_is_obeyed_and_laptops_spread_out() {
        let mut patience = Patience::new(5, Duration::from_secs(1));
        assert_eq!(patience.after_busy(10, 0), Some(Duration::from_secs(10)));
        assert_eq!(patience.after_busy(10, u16::MAX), Some(Duration::from_secs(15)));
        assert_eq!(patience.after_busy(9999, 0), Some(Duration::from_mins(1)));
        patience.reset();
        assert_eq!(patience, Patience::new(5, Duration::from_secs(1)));
    }
}
