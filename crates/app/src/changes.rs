//! That something changed: a counter that screens and doors wait on.
//!
//! `revision` grows with everything a screen may show, `record` only with what was written or
//! taken in. Steps of long work count at most a few times a second.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Steps of long work closer together than this count as one.
const STEP: Duration = Duration::from_millis(200);

#[derive(Default)]
struct Counters {
    revision: u32,
    record: u32,
    stepped: Option<Instant>,
}

/// Shared counter. Clones count together.
#[derive(Clone, Default)]
pub(crate) struct Changes {
    shared: Arc<(Mutex<Counters>, Condvar)>,
}

impl Changes {
    fn lock(&self) -> MutexGuard<'_, Counters> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something a screen shows changed.
    pub(crate) fn bump(&self) {
        let mut counters = self.lock();
        counters.revision = counters.revision.wrapping_add(1);
        self.shared.1.notify_all();
    }

    /// Something was written or taken in.
    pub(crate) fn record(&self) {
        let mut counters = self.lock();
        counters.revision = counters.revision.wrapping_add(1);
        counters.record = counters.record.wrapping_add(1);
        self.shared.1.notify_all();
    }

    /// Long work went a step on.
    pub(crate) fn step(&self) {
        let mut counters = self.lock();
        if counters.stepped.is_some_and(|last| last.elapsed() < STEP) {
            return;
        }
        counters.stepped = Some(Instant::now());
        counters.revision = counters.revision.wrapping_add(1);
        self.shared.1.notify_all();
    }

    /// Both counters: revision, record.
    pub(crate) fn now(&self) -> (u32, u32) {
        let counters = self.lock();
        (counters.revision, counters.record)
    }

    /// Waits until the revision differs from `seen`, at most `most`; both counters then.
    pub(crate) fn wait(&self, seen: u32, most: Duration) -> (u32, u32) {
        let waited = self
            .shared
            .1
            .wait_timeout_while(self.lock(), most, |counters| counters.revision == seen)
            .unwrap_or_else(PoisonError::into_inner);
        (waited.0.revision, waited.0.record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_close_together_count_once_and_commits_always() {
        let changes = Changes::default();
        changes.step();
        changes.step();
        assert_eq!(changes.now(), (1, 0));
        changes.record();
        changes.record();
        assert_eq!(changes.now(), (3, 2));
    }

    #[test]
    fn a_waiter_is_told() {
        let changes = Changes::default();
        let other = changes.clone();
        let waiter = std::thread::spawn(move || other.wait(0, Duration::from_secs(30)));
        changes.bump();
        assert_eq!(waiter.join().unwrap(), (1, 0));
    }
}
