//! The thread that syncs by itself.
//!
//! It wakes every few seconds, asks the agenda, and starts a sync as an ordinary job of the laptop, so that a person sees it, can
//! cancel it, and a second one is refused. It holds no lock while it waits and does nothing while the home is locked, paused
//! or not enrolled.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use liuhen_app::Laptop;
use liuhen_app::input::SyncNow;
use liuhen_app::sync;

use crate::agenda::{Knowledge, is_due};

/// How often the agenda is looked at.
const TICK: Duration = Duration::from_secs(5);

#[derive(Debug, Default, Clone, Copy)]
struct Attempts {
    last: Option<u64>,
    failures: u32,
    /// Entries that were still waiting when the last attempt ended.
    left: u64,
    fresh_since: Option<u64>,
    stopped: bool,
}

/// The thread and what it knows.
#[derive(Debug, Default)]
pub(crate) struct Automatic {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Default)]
struct Shared {
    attempts: Mutex<Attempts>,
    wake: Condvar,
}

impl Shared {
    fn attempts(&self) -> MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Automatic {
    /// Notes the end of an attempt, whoever asked for it, and how many entries it left waiting.
    pub(crate) fn attempted(&self, now: u64, success: bool, left: u64) {
        let mut attempts = self.shared.attempts();
        attempts.last = Some(now);
        attempts.failures = if success { 0 } else { attempts.failures.saturating_add(1) };
        attempts.left = left;
        attempts.fresh_since = None;
    }

    /// Begins; a second call changes nothing.
    pub(crate) fn start(&self, laptop: &Laptop) {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_some() {
            return;
        }
        self.shared.attempts().stopped = false;
        let (shared, laptop) = (Arc::clone(&self.shared), laptop.clone());
        // Without a thread there is no automatic sync; a person can still ask for one.
        *thread = std::thread::Builder::new()
            .name("auto-sync".to_owned())
            .spawn(move || watch(&shared, &laptop))
            .ok();
    }

    /// Ends it and waits until it has ended; a sync that runs is left to itself.
    pub(crate) fn stop(&self) {
        self.shared.attempts().stopped = true;
        self.shared.wake.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A thread that panicked has ended too.
            drop(thread.join());
        }
    }
}

impl Drop for Automatic {
    fn drop(&mut self) {
        self.shared.attempts().stopped = true;
        self.shared.wake.notify_all();
    }
}

fn watch(shared: &Shared, laptop: &Laptop) {
    loop {
        {
            let attempts = shared.attempts();
            if attempts.stopped {
                return;
            }
            let waited = shared.wake.wait_timeout(attempts, TICK).unwrap_or_else(PoisonError::into_inner);
            if waited.0.stopped {
                return;
            }
        }
        if is_wanted(laptop) && is_time(shared, laptop) {
            // Refused when one runs already or nobody is unlocked any more: the next tick looks again.
            drop(sync::sync(laptop, SyncNow::default()));
        }
    }
}

/// Unlocked, enrolled, wanted, not paused.
fn is_wanted(laptop: &Laptop) -> bool {
    laptop.is_open()
        && laptop.settings().is_ok_and(|settings| settings.sync_automatically && !settings.sync_paused)
        && laptop.membership().is_ok_and(|membership| membership.is_some())
}

fn is_time(shared: &Shared, laptop: &Laptop) -> bool {
    let now = laptop.moment().mono_ms();
    let waiting = entries_waiting(laptop);
    let jitter = laptop.moment().random().map_or(0, u16::from_be_bytes);
    let mut attempts = shared.attempts();
    // Only what was written since: what the last attempt could not deliver is no reason for haste.
    if waiting > attempts.left {
        attempts.fresh_since.get_or_insert(now);
    }
    let Attempts { last, failures, fresh_since, .. } = *attempts;
    is_due(Knowledge { now, last, failures, fresh_since, jitter })
}

/// Entries of this home without a receipt.
pub(crate) fn entries_waiting(laptop: &Laptop) -> u64 {
    let waiting = laptop.with_store(|store| Ok::<_, liuhen_app::ApiError>(store.waiting()?.entries));
    waiting.unwrap_or(0)
}
