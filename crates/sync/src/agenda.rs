//! When to sync without being asked. Pure: times in, decision out.
//!
//! Soon after something was written, regularly otherwise, and again as soon as the township is back after it was away: each
//! failure doubles the pause up to a quarter of an hour, spread so that a town's laptops do not all knock at once.

/// What is known at one moment; all times are milliseconds of the monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Knowledge {
    /// The moment.
    pub(crate) now: u64,
    /// End of the last attempt; `None` when there was none.
    pub(crate) last: Option<u64>,
    /// Failures since the last success.
    pub(crate) failures: u32,
    /// Since when something has been waiting that was not tried yet; `None` when nothing is.
    pub(crate) fresh_since: Option<u64>,
    /// A random number for spreading.
    pub(crate) jitter: u16,
}

const SECOND: u64 = 1000;
/// Something written is sent after this pause: a person who types on should not be overtaken by each word.
const SETTLE: u64 = 20 * SECOND;
/// Pause between two syncs when nothing happens here.
const REGULAR: u64 = 10 * 60 * SECOND;
/// First pause after a failure.
const RETRY: u64 = 15 * SECOND;
/// Longest pause after failures.
const LONGEST: u64 = 15 * 60 * SECOND;

/// Whether it is time.
pub(crate) fn is_due(known: Knowledge) -> bool {
    let Some(last) = known.last else { return true };
    let since = known.now.saturating_sub(last);
    if known.failures > 0 {
        let pause = RETRY.saturating_mul(1 << known.failures.saturating_sub(1).min(10)).min(LONGEST);
        let spread = pause * u64::from(known.jitter) / u64::from(u16::MAX) / 2;
        return since >= pause + spread;
    }
    let settled = known.fresh_since.is_some_and(|fresh| known.now.saturating_sub(fresh) >= SETTLE);
    settled || since >= REGULAR
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sync_is_at_once_and_the_next_after_a_pause() {
        assert!(is_due(Knowledge::default()));
        let done = Knowledge { last: Some(0), ..Knowledge::default() };
        assert!(!is_due(Knowledge { now: REGULAR - 1, ..done }));
        assert!(is_due(Knowledge { now: REGULAR, ..done }));
    }

    #[test]
    fn what_was_written_goes_soon_but_not_while_somebody_types() {
        let written = Knowledge { last: Some(0), fresh_since: Some(1000), ..Knowledge::default() };
        assert!(!is_due(Knowledge { now: 1000 + SETTLE - 1, ..written }));
        assert!(is_due(Knowledge { now: 1000 + SETTLE, ..written }));
    }

    #[test]
    fn failures_double_the_pause_up_to_a_quarter_of_an_hour() {
        let failed =
            |failures, now| is_due(Knowledge { last: Some(0), failures, now, ..Knowledge::default() });
        assert!(!failed(1, RETRY - 1) && failed(1, RETRY));
        assert!(!failed(3, 4 * RETRY - 1) && failed(3, 4 * RETRY));
        assert!(failed(60, LONGEST));
        let spread =
            Knowledge { last: Some(0), failures: 1, jitter: u16::MAX, now: RETRY, ..Knowledge::default() };
        assert!(!is_due(spread));
        assert!(is_due(Knowledge { now: RETRY * 3 / 2, ..spread }));
    }
}
