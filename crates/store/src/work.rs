//! Progress and cancel of long work.
//!
//! One [`Work`] is passed into every operation that may take longer than a blink (import, push,
//! verify, export). The operation asks it now and then whether a person cancelled, and tells it how
//! far it is. Clones share the cancel flag; what is reported may be replaced for a part of the work
//! by [`Work::reporting`]. Cancelling never undoes what is already durable.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

/// What a piece of long work is doing just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// Looking through folders for files.
    Listing,
    /// Reading, hashing, encrypting and writing files into the vault.
    Importing,
    /// Computing a hash that was put off.
    Hashing,
    /// Comparing stored bytes with their hashes.
    Checking,
    /// Setting left-overs aside.
    Sweeping,
    /// Verifying signatures, chains and receipts.
    Verifying,
    /// Folding entries anew.
    Rebuilding,
    /// Sending entries.
    Pushing,
    /// Fetching entries.
    Pulling,
    /// Sending files.
    Uploading,
    /// Fetching files.
    Downloading,
    /// Writing a bundle or a backup.
    Exporting,
}

/// How far a piece of work is. `done` and `total` count the unit of the phase: bytes where files
/// move, entries elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// What is done now.
    pub phase: Phase,
    /// Name of the thing being worked on, for the person in front of the screen; never logged.
    pub item: Option<String>,
    /// Units done so far in this phase, never falling.
    pub done: u64,
    /// Units in all, where known.
    pub total: Option<u64>,
}

/// The work was cancelled by a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the work was cancelled; what was finished before stays")]
pub struct Cancelled;

type Report = dyn Fn(&Progress) + Send + Sync;

/// Handle to one piece of long work: cheap to clone, may be sent to other threads.
#[derive(Clone, Default)]
pub struct Work {
    cancelled: Arc<AtomicBool>,
    report: Option<Arc<Report>>,
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work").field("cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}

impl Work {
    /// Work nobody watches. It can still be cancelled.
    pub fn silent() -> Self {
        Self::default()
    }

    /// Work that tells `report` how far it is. `report` is called from any thread, often: it has to
    /// return quickly.
    pub fn watched(report: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        Self::silent().reporting(report)
    }

    /// The same work (cancelling one cancels both) reporting to somebody else.
    #[must_use]
    pub fn reporting(&self, report: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        Self { cancelled: Arc::clone(&self.cancelled), report: Some(Arc::new(report)) }
    }

    /// The same work reporting to nobody: for a step that is not part of what is counted.
    #[must_use]
    pub fn quiet(&self) -> Self {
        Self { cancelled: Arc::clone(&self.cancelled), report: None }
    }

    /// Asks the work to stop at the next safe point.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// An error once the work was cancelled, for use with `?` at every safe point.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// Tells the watcher, if any.
    pub fn report(&self, progress: &Progress) {
        if let Some(report) = &self.report {
            report(progress);
        }
    }
}

/// A counter of units done, shared by the threads of one piece of work.
#[derive(Debug, Clone)]
pub(crate) struct Meter {
    work: Work,
    phase: Phase,
    item: Option<Arc<str>>,
    done: Arc<AtomicU64>,
    total: Option<u64>,
}

impl Meter {
    /// A counter from 0.
    pub(crate) fn new(work: &Work, phase: Phase, total: Option<u64>) -> Self {
        Self { work: work.clone(), phase, item: None, done: Arc::default(), total }
    }

    /// The same counter while another item is worked on.
    pub(crate) fn with_item(&self, item: &str) -> Self {
        Self { item: Some(Arc::from(item)), ..self.clone() }
    }

    /// Counts units and reports; refuses when cancelled.
    pub(crate) fn add(&self, units: u64) -> Result<(), Cancelled> {
        self.work.check()?;
        let done = self.done.fetch_add(units, Ordering::Relaxed) + units;
        self.work.report(&Progress {
            phase: self.phase,
            item: self.item.as_deref().map(str::to_owned),
            done,
            total: self.total,
        });
        Ok(())
    }

    /// The work behind it, reporting to nobody.
    pub(crate) fn quiet_work(&self) -> Work {
        self.work.quiet()
    }

    /// A counter that nobody sees, cancelled with this one.
    pub(crate) fn quiet(&self) -> Self {
        Self { work: self.work.quiet(), done: Arc::default(), ..self.clone() }
    }

    /// Refuses when cancelled.
    pub(crate) fn check(&self) -> Result<(), Cancelled> {
        self.work.check()
    }
}

/// Niceness of threads that read, hash and encrypt files: what a person types goes first.
const LOW: i32 = 10;

/// Gives way to everything else on this machine: this thread, and those it starts, run at low priority.
/// Linux takes the priority of disk access from the same figure.
pub(crate) fn give_way() {
    let this = Some(rustix::thread::gettid());
    // It is a courtesy: where the system refuses it, the work is done all the same.
    if rustix::process::getpriority_process(this).is_ok_and(|now| now < LOW) {
        rustix::process::setpriority_process(this, LOW).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn a_clone_shares_the_cancel_flag() {
        let work = Work::silent();
        let other = work.clone().reporting(|_| {});
        other.cancel();
        assert_eq!(work.check(), Err(Cancelled));
    }

    #[test]
    fn a_meter_counts_over_clones_and_names_the_item() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&seen);
        let work = Work::watched(move |p| sink.lock().unwrap().push(p.clone()));
        let meter = Meter::new(&work, Phase::Importing, Some(10));
        meter.with_item("a").add(4).unwrap();
        meter.with_item("b").add(6).unwrap();
        let seen = seen.lock().unwrap();
        assert_eq!(seen.iter().map(|p| p.done).collect::<Vec<_>>(), [4, 10]);
        assert_eq!(seen[1].item.as_deref(), Some("b"));
    }

    #[test]
    fn a_thread_that_gave_way_is_nicer_and_so_are_those_it_starts_but_nobody_else() {
        let nice = || rustix::process::getpriority_process(Some(rustix::thread::gettid())).unwrap();
        let before = nice();
        let (own, started) = std::thread::spawn(move || {
            give_way();
            (nice(), std::thread::spawn(nice).join().unwrap())
        })
        .join()
        .unwrap();
        assert_eq!((own, started), (before.max(LOW), before.max(LOW)));
        assert_eq!(nice(), before);
    }
}
