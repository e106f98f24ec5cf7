//! The one writer: batches of many laptops and statements of the township itself share a transaction, an fsync and a signature.
//!
//! A thread takes whatever waits, writes it, signs one checkpoint, and only then answers everybody. While it writes, the next
//! group gathers; nobody waits for a timer. A fault in one series never holds up another laptop's batch.

use std::collections::{BTreeSet, VecDeque};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use liuhen_core::series::{SeriesEvent, SeriesForked};
use liuhen_protocol::{Digest, PublicKey, Subject, TownshipNote};
use liuhen_store::{Checked, Moment};

use super::keys::Keys;
use super::ledger::{Ledger, LoggedLine, Said, Taken};
use super::{Derived, Published, links, lock, log};
use crate::{Error, Result};

/// Most entries of one transaction: about one second of writing, so that nobody waits longer.
const GROUP: usize = 8000;

enum Job {
    Push(Vec<Checked>, SyncSender<Result<Pushed>>),
    Say(Vec<Said>, SyncSender<Result<Spoken>>),
    Note(Arc<TownshipNote>),
    Stop,
}

/// What became of a pushed batch.
#[derive(Debug)]
pub(crate) struct Pushed {
    /// One outcome per entry, in the order given.
    pub(crate) taken: Vec<Taken>,
    /// A checkpoint that includes all logged ones.
    pub(crate) published: Arc<Published>,
}

/// Hash and log index of each entry said, in the order given; the newest checkpoint includes them.
pub(crate) type Spoken = Vec<(Digest, u64)>;

/// Handle of the writing thread.
pub(crate) struct Committer {
    jobs: Mutex<Sender<Job>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Writer {
    ledger: Arc<Mutex<Ledger>>,
    derived: Arc<RwLock<Derived>>,
    keys: Arc<Keys>,
    moment: Moment,
    note: Arc<TownshipNote>,
}

impl Committer {
    pub(crate) fn start(
        ledger: Arc<Mutex<Ledger>>,
        derived: Arc<RwLock<Derived>>,
        keys: Arc<Keys>,
        moment: Moment,
        note: Arc<TownshipNote>,
    ) -> Result<Self> {
        let (jobs, waiting) = channel();
        let writer = Writer { ledger, derived, keys, moment, note };
        let thread =
            std::thread::Builder::new().name("committer".into()).spawn(move || writer.run(&waiting))?;
        Ok(Self { jobs: Mutex::new(jobs), thread: Mutex::new(Some(thread)) })
    }

    fn send(&self, job: Job) -> Result<()> {
        lock(&self.jobs).send(job).map_err(|_| Error::WorkerGone)
    }

    /// Logs entries whose signatures were verified; returns when they are durable and under a signed checkpoint.
    pub(crate) fn push(&self, entries: Vec<Checked>) -> Result<Pushed> {
        let (reply, answer) = sync_channel(1);
        self.send(Job::Push(entries, reply))?;
        answer.recv().map_err(|_| Error::WorkerGone)?
    }

    /// Logs entries of the township's own series.
    pub(crate) fn say(&self, entries: Vec<Said>) -> Result<Spoken> {
        let (reply, answer) = sync_channel(1);
        self.send(Job::Say(entries, reply))?;
        answer.recv().map_err(|_| Error::WorkerGone)?
    }

    /// From here on sign under this note.
    pub(crate) fn renew(&self, note: Arc<TownshipNote>) -> Result<()> {
        self.send(Job::Note(note))
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        // What was asked before is written before: the queue is in order.
        if self.send(Job::Stop).is_ok()
            && let Some(thread) = lock(&self.thread).take()
        {
            drop(thread.join());
        }
    }
}

impl Writer {
    fn run(mut self, waiting: &Receiver<Job>) {
        let mut next: VecDeque<Job> = VecDeque::new();
        loop {
            let Some(first) = next.pop_front().or_else(|| waiting.recv().ok()) else { return };
            let mut group = vec![first];
            let mut entries = group.iter().map(size).sum::<usize>();
            while entries < GROUP {
                let Some(job) = next.pop_front().or_else(|| waiting.try_recv().ok()) else { break };
                entries += size(&job);
                group.push(job);
            }
            let stop = group.iter().any(|job| matches!(job, Job::Stop));
            self.write(group);
            if stop {
                return;
            }
        }
    }

    fn write(&mut self, group: Vec<Job>) {
        let mut pushes = Vec::new();
        let mut said = Vec::new();
        let mut batch = Vec::new();
        let mut own = Vec::new();
        for job in group {
            match job {
                Job::Push(mut entries, reply) => {
                    pushes.push((entries.len(), reply));
                    batch.append(&mut entries);
                }
                Job::Say(mut entries, reply) => {
                    said.push((entries.len(), reply));
                    own.append(&mut entries);
                }
                Job::Note(note) => self.note = note,
                Job::Stop => {}
            }
        }
        if pushes.is_empty() && said.is_empty() {
            return;
        }
        metrics::histogram!("liuhen_group_entries")
            .record(u32::try_from(batch.len() + own.len()).unwrap_or(u32::MAX));
        match self.transact(batch, own) {
            Ok((taken, spoken, published)) => {
                let mut taken = taken.into_iter();
                for (count, reply) in pushes {
                    let taken = taken.by_ref().take(count).collect();
                    drop(reply.send(Ok(Pushed { taken, published: Arc::clone(&published) })));
                }
                let mut spoken = spoken.into_iter();
                for (count, reply) in said {
                    drop(reply.send(Ok(spoken.by_ref().take(count).collect())));
                }
            }
            Err(error) => {
                tracing::error!(code = error.code(), %error, "a group of entries could not be written");
                // The first caller gets the cause; the others are told to come again.
                let mut cause = Some(error);
                for (_, reply) in pushes {
                    drop(reply.send(Err(cause.take().unwrap_or(Error::Busy { retry_after: 5 }))));
                }
                for (_, reply) in said {
                    drop(reply.send(Err(cause.take().unwrap_or(Error::Busy { retry_after: 5 }))));
                }
            }
        }
    }

    /// Keys of the series in a batch, as they were enrolled.
    fn keys_of(&self, batch: &[Checked]) -> Vec<PublicKey> {
        let derived = self.derived.read().unwrap_or_else(PoisonError::into_inner);
        let series: BTreeSet<_> = batch.iter().map(|checked| checked.entry().envelope().series).collect();
        series.iter().filter_map(|series| derived.people.public_key(series)).collect()
    }

    /// Writes, then says what is wrong with forked series, then signs.
    fn transact(
        &self,
        batch: Vec<Checked>,
        mut own: Vec<Said>,
    ) -> Result<(Vec<Taken>, Spoken, Arc<Published>)> {
        let keys = self.keys_of(&batch);
        let mut ledger = lock(&self.ledger);
        let before = ledger.size()?;
        let mut read: Vec<Option<LoggedLine>> = batch.iter().map(|one| Some(Ledger::line_of(one))).collect();
        let taken = if batch.is_empty() { Vec::new() } else { ledger.ingest(&keys, batch)? };
        let asked = own.len();
        own.extend(taken.iter().filter_map(fork_notice));
        let mut spoken = if own.is_empty() { Vec::new() } else { ledger.commit(&self.keys.node, own)? };
        spoken.truncate(asked);
        let published = Arc::new(log::sign(&ledger, &self.keys, &self.note, &self.moment)?);
        // Received entries come first in the log and are known already; only our own are read again.
        let mut lines = Vec::new();
        let mut next = before;
        for (taken, line) in taken.iter().zip(&mut read) {
            if let Taken::Logged { index, .. } = taken
                && *index == next
            {
                lines.extend(line.take().map(|line| LoggedLine { index: next, ..line }));
                next += 1;
            }
        }
        ledger.replay(next, |line| lines.push(line.clone()))?;
        drop(ledger);
        let mut derived = self.derived.write().unwrap_or_else(PoisonError::into_inner);
        for line in &lines {
            derived.people.apply(line);
            derived.trail.apply(line);
            let row = links::row(line, &derived.people);
            derived.index.push(row);
        }
        derived.published = Arc::clone(&published);
        drop(derived);
        metrics::counter!("liuhen_entries_total").increment(lines.len() as u64);
        Ok((taken, spoken, published))
    }
}

fn size(job: &Job) -> usize {
    match job {
        Job::Push(entries, _) => entries.len(),
        Job::Say(entries, _) => entries.len(),
        Job::Note(_) | Job::Stop => 0,
    }
}

/// A fork seen for the first time is named by the township: which place, and both hashes.
fn fork_notice(taken: &Taken) -> Option<Said> {
    let Taken::Forked { position, first, new: true } = taken else { return None };
    metrics::counter!("liuhen_forks_total").increment(1);
    tracing::warn!(code = "fork", "a series has two branches; the second is kept as evidence");
    let forked = SeriesEvent::from(SeriesForked {
        series: position.series.to_hex().into(),
        epoch: position.epoch,
        seq: position.seq,
        first: first.to_string().into(),
        second: position.hash.to_string().into(),
    });
    Some(Said::of(Subject::new("series", position.series.to_hex()), &forked))
}
