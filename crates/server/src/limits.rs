//! Bounds that keep one bad or hurried laptop from hurting the others.
//!
//! Three kinds: sizes of single requests, bytes in flight over all requests (a request waits for its share or is answered 503
//! with `Retry-After`), and rates per remote address for doors that need no session. All are values in [`Limits`], so a test can
//! make them small.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use liuhen_store::Moment;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Error, Result};

/// Bytes of a small JSON request (enrolment, challenge, session, heads): 256 KiB.
pub const MAX_SMALL: usize = 256 << 10;
/// Largest checked PATCH that is held in memory until its checksum is known: 4 MiB.
pub const MAX_CHECKED_PATCH: u64 = 4 << 20;
/// One granule of the bytes-in-flight account: 64 KiB.
const GRANULE: u64 = 64 << 10;

/// What the township allows; `Default` is right for a township of some hundred laptops.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of request bodies and uncompressed batches held at the same time.
    pub bytes_in_flight: u64,
    /// How long a request may wait for its share before it is told to come again.
    pub patience: Duration,
    /// Base of `Retry-After` in seconds; jitter of the same size is added.
    pub retry_after: u64,
    /// Requests per second and address at the doors without a session.
    pub rate: NonZeroU32,
    /// Requests an address may save up.
    pub burst: NonZeroU32,
    /// Largest blob in bytes.
    pub max_blob: u64,
    /// Hours after which an unfinished upload expires, counted from its last byte.
    pub upload_hours: u32,
    /// Minutes a session lives.
    pub session_minutes: u32,
    /// Unfinished uploads of one series.
    pub uploads_per_series: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Each byte is held about four times while it is read, verified and written; 200 MB are to be enough for all.
            bytes_in_flight: 24 << 20,
            patience: Duration::from_secs(5),
            retry_after: 2,
            rate: NonZeroU32::new(200).unwrap_or(NonZeroU32::MIN),
            burst: NonZeroU32::new(1000).unwrap_or(NonZeroU32::MIN),
            max_blob: 64 << 30,
            upload_hours: 24 * 14,
            session_minutes: 60,
            uploads_per_series: 256,
        }
    }
}

/// A share of the bytes in flight, given back when dropped.
#[derive(Debug)]
pub struct Share {
    _permit: OwnedSemaphorePermit,
}

/// The account of bytes in flight and the rates.
#[derive(Debug)]
pub struct Gate {
    limits: Limits,
    bytes: Arc<Semaphore>,
    granules: u64,
    rates: DefaultKeyedRateLimiter<IpAddr>,
    clock: governor::clock::DefaultClock,
    moment: Moment,
}

impl Gate {
    /// A gate with these limits.
    pub fn new(limits: Limits, moment: Moment) -> Self {
        let granules = (limits.bytes_in_flight / GRANULE).max(1);
        let quota = Quota::per_second(limits.rate).allow_burst(limits.burst);
        Self {
            bytes: Arc::new(Semaphore::new(usize::try_from(granules).unwrap_or(1))),
            granules,
            rates: RateLimiter::keyed(quota),
            clock: governor::clock::DefaultClock::default(),
            moment,
            limits,
        }
    }

    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Waits for room for `bytes`, or says [`Error::Busy`] after the patience is over.
    ///
    /// A request larger than the whole account takes the whole account, so it is served alone instead of never.
    pub async fn share(&self, bytes: u64) -> Result<Share> {
        let wanted = bytes.div_ceil(GRANULE).clamp(1, self.granules);
        let wanted = u32::try_from(wanted).unwrap_or(u32::MAX);
        let waiting = Arc::clone(&self.bytes).acquire_many_owned(wanted);
        if let Ok(Ok(permit)) = tokio::time::timeout(self.limits.patience, waiting).await {
            return Ok(Share { _permit: permit });
        }
        metrics::counter!("liuhen_busy_total").increment(1);
        Err(self.busy())
    }

    /// Bytes of the account that are free now.
    pub fn free(&self) -> u64 {
        self.bytes.available_permits() as u64 * GRANULE
    }

    /// Counts one request of `address` at a door without a session.
    pub fn admit(&self, address: IpAddr) -> Result<()> {
        match self.rates.check_key(&address) {
            Ok(()) => Ok(()),
            Err(not_until) => {
                use governor::clock::Clock as _;
                metrics::counter!("liuhen_rate_limited_total").increment(1);
                let wait = not_until.wait_time_from(self.clock.now()).as_secs();
                let Error::Busy { retry_after } = self.busy() else { return Err(self.busy()) };
                Err(Error::Busy { retry_after: retry_after + wait })
            }
        }
    }

    /// Forgets addresses that have been quiet, so that the table stays small.
    pub fn tidy(&self) {
        self.rates.retain_recent();
        self.rates.shrink_to_fit();
    }

    /// `Busy` with jitter: laptops that were refused together must not come back together.
    fn busy(&self) -> Error {
        let base = self.limits.retry_after.max(1);
        // Without randomness everybody gets the base: a worse spread, but still an answer.
        let jitter =
            self.moment.random().map_or(0, |random: [u8; 8]| u64::from_be_bytes(random) % (base + 1));
        Error::Busy { retry_after: base + jitter }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Gate {
        Gate::new(
            Limits { bytes_in_flight: 4 * GRANULE, patience: Duration::from_millis(5), ..Limits::default() },
            Moment::system(),
        )
    }

    #[tokio::test]
    async fn a_request_beyond_the_account_is_told_to_come_again() {
        let gate = small();
        let held = gate.share(4 * GRANULE).await.expect("first fits");
        assert!(
            matches!(gate.share(1).await, Err(Error::Busy { retry_after }) if (2..=4).contains(&retry_after))
        );
        drop(held);
        assert!(gate.share(1).await.is_ok());
    }

    #[tokio::test]
    async fn a_request_larger_than_the_account_is_served_alone() {
        let gate = small();
        let held = gate.share(100 * GRANULE).await.expect("served");
        assert_eq!(gate.free(), 0);
        drop(held);
        assert_eq!(gate.free(), 4 * GRANULE);
    }

    #[test]
    fn an_address_that_hammers_is_slowed_and_others_are_not() {
        let one = NonZeroU32::new(1).expect("not zero");
        let gate = Gate::new(Limits { rate: one, burst: one, ..Limits::default() }, Moment::system());
        let noisy = IpAddr::from([127, 0, 0, 2]);
        assert!(gate.admit(noisy).is_ok());
        assert!(matches!(gate.admit(noisy), Err(Error::Busy { .. })));
        assert!(gate.admit(IpAddr::from([127, 0, 0, 3])).is_ok());
    }
}
