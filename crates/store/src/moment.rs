//! The only reader of clock, boot id and randomness; everybody else gets values.
//!
//! [`Moment`] is a cheap handle. In production it reads the system; [`Moment::fixed`] is a clock that
//! stands still until it is told to move, with repeatable randomness, for simulated laptops.
//!
//! The hybrid clock is 48 bits of milliseconds and a 16-bit counter. It never goes back: not within a
//! process, and not across restarts, because the store hands in the highest value it has kept
//! ([`Moment::never_before`]). A remote value moves it forward only when it is at most 24 h ahead of
//! our wall clock, so one laptop with a wrong year cannot drag all others with it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, SecondsFormat, Utc};
use liuhen_protocol::Stamp;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::error::{Error, Result};

/// How far ahead of our wall clock a remote hybrid clock may be and still move ours: 24 h in ms.
const TRUSTED_LEAD_MS: u64 = 24 * 60 * 60 * 1000;
/// Largest value of the hybrid clock's 48-bit millisecond part.
const MAX_MS: u64 = (1 << 48) - 1;

/// A value of the hybrid clock: 48-bit milliseconds, then a 16-bit counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hybrid(pub u64);

impl Hybrid {
    /// Milliseconds since 1970 as far as this clock knows.
    pub const fn millis(self) -> u64 {
        self.0 >> 16
    }

    /// Reads the 16 lowercase hexadecimal digits of a stamp.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 16).then(|| u64::from_str_radix(text, 16).ok().map(Self)).flatten()
    }

    /// The next value at wall time `now_ms`: later than this one and not before the wall clock.
    fn next(self, now_ms: u64) -> Self {
        if now_ms > self.millis() {
            Self(now_ms.min(MAX_MS) << 16)
        } else {
            // A full counter carries into the milliseconds, which keeps the order.
            Self(self.0.saturating_add(1))
        }
    }
}

impl std::fmt::Display for Hybrid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Clock, boot id, ids and randomness.
#[derive(Debug, Clone)]
pub struct Moment {
    source: Source,
    hybrid: Arc<Mutex<Hybrid>>,
}

#[derive(Debug, Clone)]
enum Source {
    System { boot: Uuid },
    Fixed(Arc<Mutex<Fixed>>),
}

#[derive(Debug)]
struct Fixed {
    wall_ms: i64,
    mono_ms: u64,
    boot: Uuid,
    seed: u64,
    drawn: u64,
}

impl Moment {
    /// The machine's own clock and randomness.
    pub fn system() -> Self {
        Self { source: Source::System { boot: boot_id() }, hybrid: Arc::default() }
    }

    /// A clock that stands at `wall` until moved, with randomness repeatable from `seed`.
    pub fn fixed(wall: DateTime<Utc>, seed: u64) -> Self {
        let fixed = Fixed {
            wall_ms: wall.timestamp_millis(),
            mono_ms: 60_000,
            boot: Uuid::from_u128(u128::from(seed) << 64 | 0x4000_8000_0000_0000_0001),
            seed,
            drawn: 0,
        };
        Self { source: Source::Fixed(Arc::new(Mutex::new(fixed))), hybrid: Arc::default() }
    }

    /// Lets time pass on a fixed clock (wall and monotonic); the system's clock is left alone.
    pub fn advance(&self, millis: u64) {
        if let Source::Fixed(fixed) = &self.source {
            let mut fixed = lock(fixed);
            fixed.wall_ms = fixed.wall_ms.saturating_add_unsigned(millis);
            fixed.mono_ms += millis;
        }
    }

    /// Sets the wall time of a fixed clock, forward or back, without time passing.
    pub fn set_wall(&self, wall: DateTime<Utc>) {
        if let Source::Fixed(fixed) = &self.source {
            lock(fixed).wall_ms = wall.timestamp_millis();
        }
    }

    /// Restarts the machine of a fixed clock: new boot id, monotonic clock at zero.
    pub fn reboot(&self) {
        if let Source::Fixed(fixed) = &self.source {
            let mut fixed = lock(fixed);
            fixed.boot = Uuid::from_u128(fixed.boot.as_u128() + 1);
            fixed.mono_ms = 0;
        }
    }

    /// Wall time.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.source {
            Source::System { .. } => {
                DateTime::<Utc>::from_timestamp_millis(system_millis()).unwrap_or_default()
            }
            Source::Fixed(fixed) => {
                DateTime::<Utc>::from_timestamp_millis(lock(fixed).wall_ms).unwrap_or_default()
            }
        }
    }

    /// Wall time as it is written everywhere: RFC 3339, UTC, milliseconds, `Z`.
    pub fn wall(&self) -> String {
        self.now().to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// Id of this boot of the machine.
    pub fn boot(&self) -> Uuid {
        match &self.source {
            Source::System { boot } => *boot,
            Source::Fixed(fixed) => lock(fixed).boot,
        }
    }

    /// Milliseconds since boot, sleep included (`CLOCK_BOOTTIME`); never set by anybody.
    pub fn mono_ms(&self) -> u64 {
        match &self.source {
            Source::System { .. } => system_mono_ms(),
            Source::Fixed(fixed) => lock(fixed).mono_ms,
        }
    }

    /// The time of a new entry; every call is later than all before it by the hybrid clock.
    pub fn stamp(&self) -> Stamp {
        let now = self.now();
        let hybrid = {
            let mut hybrid = lock(&self.hybrid);
            *hybrid = hybrid.next(u64::try_from(now.timestamp_millis()).unwrap_or(0));
            *hybrid
        };
        Stamp {
            wall: now.to_rfc3339_opts(SecondsFormat::Millis, true),
            boot: self.boot(),
            mono: self.mono_ms().to_string(),
            hybrid: hybrid.to_string(),
        }
    }

    /// The newest value of the hybrid clock.
    pub fn hybrid(&self) -> Hybrid {
        *lock(&self.hybrid)
    }

    /// Lets our own, kept value of an earlier run move the clock; it is always believed.
    pub fn never_before(&self, kept: Hybrid) {
        let mut hybrid = lock(&self.hybrid);
        *hybrid = (*hybrid).max(kept);
    }

    /// Lets a remote value move the clock, unless it is more than 24 h ahead of our wall clock.
    /// Answers whether it was believed.
    pub fn observe(&self, remote: Hybrid) -> bool {
        let now = u64::try_from(self.now().timestamp_millis()).unwrap_or(0);
        let believed = remote.millis() <= now.saturating_add(TRUSTED_LEAD_MS);
        if believed {
            self.never_before(remote);
        }
        believed
    }

    /// A new UUIDv7: time first, so that ids sort by making; the rest random.
    pub fn uuid(&self) -> Result<Uuid> {
        let mut random = [0; 10];
        self.fill(&mut random)?;
        let millis = u64::try_from(self.now().timestamp_millis()).unwrap_or(0);
        Ok(uuid::Builder::from_unix_timestamp_millis(millis & MAX_MS, &random).into_uuid())
    }

    /// Random bytes.
    pub fn random<const N: usize>(&self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// Fills a buffer with random bytes.
    pub fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        match &self.source {
            Source::System { .. } => fill_random(bytes),
            Source::Fixed(fixed) => {
                let mut fixed = lock(fixed);
                for chunk in bytes.chunks_mut(32) {
                    fixed.drawn += 1;
                    let block = Sha256::new()
                        .chain_update(fixed.seed.to_be_bytes())
                        .chain_update(fixed.drawn.to_be_bytes())
                        .finalize();
                    chunk.copy_from_slice(&block[..chunk.len()]);
                }
                Ok(())
            }
        }
    }
}

/// Fills a buffer with the operating system's randomness, for code that has no [`Moment`] at hand.
///
/// # Errors
/// [`Error::Randomness`] when the system gives none.
pub fn fill_random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|_| Error::Randomness)
}

/// A poisoned lock only means that another thread stopped half way through reading a number.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Before 1970 it counts backwards: a wrong clock is written down as it stands.
fn system_millis() -> i64 {
    let millis = |span: std::time::Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    match std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH) {
        Ok(since) => millis(since),
        Err(before) => -millis(before.duration()),
    }
}

fn system_mono_ms() -> u64 {
    #[cfg(target_os = "linux")]
    let clock = rustix::time::ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    let clock = rustix::time::ClockId::Monotonic;
    let time = rustix::time::clock_gettime(clock);
    u64::try_from(time.tv_sec.saturating_mul(1000).saturating_add(time.tv_nsec / 1_000_000)).unwrap_or(0)
}

/// The kernel's boot id; where there is none, one id per process, which never claims more than it knows.
fn boot_id() -> Uuid {
    let read = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    Uuid::parse_str(read.trim()).unwrap_or_else(|_| {
        let mut bytes = [0; 16];
        // Without randomness the nil id says just as honestly that the boot is not known.
        drop(fill_random(&mut bytes));
        Uuid::from_bytes(bytes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    #[test]
    fn stamps_never_go_back_even_when_the_wall_clock_does() {
        let moment = Moment::fixed(noon(), 1);
        let first = moment.stamp();
        moment.set_wall(DateTime::from_timestamp(0, 0).unwrap());
        let second = moment.stamp();
        assert!(second.hybrid > first.hybrid);
        assert_eq!(second.wall, "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn a_kept_value_of_an_earlier_run_is_believed_whatever_the_wall_clock_says() {
        let moment = Moment::fixed(noon(), 1);
        let kept = Hybrid(moment.stamp_hybrid().0 + (1 << 40));
        moment.never_before(kept);
        assert!(moment.stamp_hybrid() > kept);
    }

    #[test]
    fn a_remote_clock_moves_ours_up_to_a_day_ahead_and_no_further() {
        let moment = Moment::fixed(noon(), 1);
        let now = moment.stamp_hybrid().millis();
        assert!(moment.observe(Hybrid((now + 1_000) << 16)));
        assert!(moment.hybrid().millis() > now);
        let before = moment.hybrid();
        assert!(!moment.observe(Hybrid((now + TRUSTED_LEAD_MS + 1) << 16)));
        assert_eq!(moment.hybrid(), before);
    }

    #[test]
    fn a_full_counter_carries_into_the_milliseconds() {
        let full = Hybrid((5 << 16) | 0xffff);
        assert_eq!(full.next(5), Hybrid(6 << 16));
    }

    #[test]
    fn uuids_are_version_7_and_fixed_randomness_repeats() {
        let (one, two) = (Moment::fixed(noon(), 7), Moment::fixed(noon(), 7));
        let id = one.uuid().unwrap();
        assert_eq!(id, two.uuid().unwrap());
        assert_ne!(id, one.uuid().unwrap());
        assert_eq!(id.get_version_num(), 7);
    }

    #[test]
    fn the_system_gives_a_boot_id_and_both_clocks() {
        let moment = Moment::system();
        assert_eq!(moment.boot(), Moment::system().boot());
        assert!(moment.mono_ms() > 0 && moment.now().timestamp() > 1_700_000_000);
    }

    impl Moment {
        fn stamp_hybrid(&self) -> Hybrid {
            Hybrid::parse(&self.stamp().hybrid).unwrap()
        }
    }
}
