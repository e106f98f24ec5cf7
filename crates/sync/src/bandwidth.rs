//! The speed limit: one token bucket for every byte that leaves, whatever lane it is in.
//!
//! Pure arithmetic over a given instant, so that the tests need no waiting. The bucket holds at most a quarter of a second of
//! line, thus a limit of 200 kbit/s never bursts the line full for the person who shares it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A shared limit in bytes per second; `None` inside means no limit.
#[derive(Debug)]
pub struct Bandwidth {
    bucket: Option<Mutex<Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    rate: f64,
    credit: f64,
    at: Option<Instant>,
}

impl Bandwidth {
    /// No limit.
    pub const fn unlimited() -> Self {
        Self { bucket: None }
    }

    /// A limit in kbit/s (1 kbit = 1000 bit); 0 is no limit.
    pub fn kbit_per_second(kbit: u32) -> Self {
        if kbit == 0 {
            return Self::unlimited();
        }
        let rate = f64::from(kbit) * 125.0;
        Self { bucket: Some(Mutex::new(Bucket { rate, credit: rate / 4.0, at: None })) }
    }

    /// Whether a limit is set.
    pub const fn is_limited(&self) -> bool {
        self.bucket.is_some()
    }

    /// Takes `bytes` at instant `now`; answers how long the caller must wait before sending them.
    pub fn take(&self, bytes: u32, now: Instant) -> Duration {
        let Some(bucket) = &self.bucket else {
            return Duration::ZERO;
        };
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let past = bucket.at.map_or(0.0, |at| now.saturating_duration_since(at).as_secs_f64());
        bucket.at = Some(bucket.at.map_or(now, |at| at.max(now)));
        bucket.credit = (bucket.credit + past * bucket.rate).min(bucket.rate / 4.0);
        bucket.credit -= f64::from(bytes);
        if bucket.credit >= 0.0 {
            Duration::ZERO
        } else {
            Duration::from_secs_f64(-bucket.credit / bucket.rate)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_200_kbit_lets_25_000_bytes_a_second_through() {
        let limit = Bandwidth::kbit_per_second(200);
        let start = Instant::now();
        let mut now = start;
        let mut sent = 0_u32;
        while now < start + Duration::from_secs(10) {
            now += limit.take(4096, now);
            sent += 4096;
        }
        assert!((245_000..=270_000).contains(&sent), "{sent}");
    }

    #[test]
    fn two_lanes_share_one_limit() {
        let limit = Bandwidth::kbit_per_second(80);
        let now = Instant::now();
        let first = limit.take(12_500, now);
        let second = limit.take(10_000, now);
        assert_eq!(first.as_secs(), 1);
        assert_eq!(second.as_secs(), 2);
    }

    #[test]
    fn without_a_limit_nobody_waits() {
        let now = Instant::now();
        assert_eq!(Bandwidth::kbit_per_second(0).take(u32::MAX, now), Duration::ZERO);
        assert!(!Bandwidth::unlimited().is_limited());
    }
}
