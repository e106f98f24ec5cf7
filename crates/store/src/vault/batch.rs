//! Many files: two large ones side by side, small ones in groups that share their syncs.
//!
//! A sync costs the same whether one file waits for it or a hundred. A group is written without
//! syncing, made durable by one `syncfs`, named, and made durable by one more. The caller hears of
//! each file as soon as it is durable, on its own thread, so that entries can be written while other
//! files are still being read.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use liuhen_protocol::Digest;

use super::cobblestone::stored_size;
use super::import::{ImportOptions, Imported, Ready, SMALL, display};
use super::place::{Temp, sync_parent};
use super::source::Source;
use super::{Error, Held, Result, Vault, lock};
use crate::work::{Cancelled, Meter, Phase, Work, give_way};

/// Files imported side by side. SM3 runs at the speed of one core, so this is the number of cores
/// that can be kept busy; more would only fight for the disk.
const SIDE_BY_SIDE: usize = 2;
/// Small files that share their syncs, at most.
const GROUP_FILES: usize = 256;
/// Bytes of small files that share their syncs, at most.
const GROUP_BYTES: u64 = 32 * 1024 * 1024;
/// From this many files on, syncing the file system is cheaper than syncing each.
const WORTH_SYNCFS: usize = 4;

enum Job {
    Large(usize),
    Group(Vec<usize>),
}

/// The way of results to the caller's thread.
#[derive(Clone)]
struct Answers(Sender<(usize, Result<Imported>)>);

impl Answers {
    fn give(&self, index: usize, result: Result<Imported>) {
        // The caller listens until the last sender is gone, so this cannot fail.
        drop(self.0.send((index, result)));
    }
}

impl Vault {
    /// Imports many files. `each` is called once per path, with its index in `paths` and the result,
    /// as soon as that file is durable or has failed; the order is not that of `paths`. An error of
    /// one file leaves the others alone; after a cancel the rest is answered with
    /// [`Error::Cancelled`].
    pub fn import_many(
        &self,
        paths: &[PathBuf],
        options: ImportOptions,
        work: &Work,
        each: &mut dyn FnMut(usize, Result<Imported>),
    ) {
        let (jobs, total) = plan(paths);
        let jobs = Mutex::new(jobs);
        let meter = Meter::new(work, Phase::Importing, Some(total));
        let (answers, results) = channel();
        let answers = Answers(answers);
        thread::scope(|scope| {
            for _ in 0..SIDE_BY_SIDE {
                let (answers, jobs, meter) = (answers.clone(), &jobs, &meter);
                scope.spawn(move || {
                    give_way();
                    loop {
                        let Some(job) = lock(jobs).pop_front() else { return };
                        self.run_job(job, paths, options, meter, &answers);
                    }
                });
            }
            drop(answers);
            for (index, result) in results {
                each(index, result);
            }
        });
    }

    fn run_job(&self, job: Job, paths: &[PathBuf], options: ImportOptions, meter: &Meter, answers: &Answers) {
        match job {
            Job::Large(index) => {
                let path = &paths[index];
                let result = meter.check().map_err(Error::from).and_then(|()| {
                    let meter = meter.with_item(&display(path));
                    self.import_open(Source::open(path)?, options, &meter)
                });
                answers.give(index, result);
            }
            Job::Group(indexes) => {
                let mut ready = Vec::with_capacity(indexes.len());
                for index in indexes {
                    let path = &paths[index];
                    let read = meter.check().map_err(Error::from).and_then(|()| {
                        let source = Source::open(path)?;
                        let meter = meter.with_item(&display(path));
                        if source.size() > SMALL {
                            // It grew since the plan was made: on its own, then.
                            answers.give(index, self.import_open(source, options, &meter));
                            return Ok(None);
                        }
                        self.read_small(source, options, &meter).map(Some)
                    });
                    match read {
                        Ok(Some(file)) => ready.push((index, file)),
                        Ok(None) => {}
                        Err(error) => answers.give(index, Err(error)),
                    }
                }
                self.finish_group(ready, answers);
            }
        }
    }

    fn finish_group(&self, ready: Vec<(usize, Ready)>, answers: &Answers) {
        let temps: Vec<&Temp> = ready.iter().flat_map(|(_, file)| file.temps()).collect();
        if let Err(error) = self.sync_temps(&temps) {
            return fail_all(ready.into_iter().map(|(index, _)| index), &error, answers);
        }
        let mut named = Vec::with_capacity(ready.len());
        let mut touched = Vec::new();
        for (index, file) in ready {
            match self.finish(file) {
                Ok((imported, paths)) => {
                    touched.extend(paths);
                    named.push((index, imported));
                }
                Err(error) => {
                    answers.give(index, Err(error));
                }
            }
        }
        if let Err(error) = self.sync_names(touched) {
            return fail_all(named.into_iter().map(|(index, _)| index), &error, answers);
        }
        for (index, imported) in named {
            answers.give(index, Ok(imported));
        }
    }

    /// Makes the content of temporary files durable.
    fn sync_temps(&self, temps: &[&Temp]) -> Result<()> {
        if temps.len() >= WORTH_SYNCFS && self.inner.syncfs {
            self.sync_all()
        } else {
            temps.iter().try_for_each(|temp| temp.sync())
        }
    }

    /// Makes the names of files durable, syncing each folder once.
    fn sync_names(&self, mut paths: Vec<PathBuf>) -> Result<()> {
        if paths.len() >= WORTH_SYNCFS && self.inner.syncfs {
            return self.sync_all();
        }
        paths.sort_by(|a, b| a.parent().cmp(&b.parent()));
        paths.dedup_by(|a, b| a.parent() == b.parent());
        paths.iter().try_for_each(|path| sync_parent(path))
    }

    /// Keeps many small things that are in memory, sharing their syncs. Rows in the order given.
    ///
    /// # Errors
    /// On the first failure; what was named before stays and is found by the sweep.
    pub fn store_many(&self, files: &[&[u8]]) -> Result<Vec<Held>> {
        let needed = files.iter().map(|bytes| stored_size(bytes.len() as u64)).sum();
        let promise = self.promise(needed)?;
        let mut temps = Vec::with_capacity(files.len());
        for bytes in files {
            let digest = Digest::of(bytes);
            let kept = match self.held(&digest) {
                Ok(held) => Kept::Here(held),
                Err(error) => {
                    if error.is_damage() {
                        self.set_aside(&digest, "damaged")?;
                    }
                    let (temp, header) = self.write_whole(bytes)?;
                    Kept::Written(temp, Held { digest, size: bytes.len() as u64, header })
                }
            };
            temps.push(kept);
        }
        drop(promise);
        let written: Vec<&Temp> = temps.iter().filter_map(Kept::temp).collect();
        self.sync_temps(&written)?;
        let mut touched = Vec::new();
        let mut rows = Vec::with_capacity(temps.len());
        for kept in temps {
            rows.push(match kept {
                Kept::Here(held) => held,
                Kept::Written(temp, held) => {
                    let (header, _) = self.give_name(temp, held.header, &held.digest, &mut touched)?;
                    Held { header, ..held }
                }
            });
        }
        self.sync_names(touched)?;
        Ok(rows)
    }
}

enum Kept {
    Here(Held),
    Written(Temp, Held),
}

impl Kept {
    const fn temp(&self) -> Option<&Temp> {
        match self {
            Self::Here(_) => None,
            Self::Written(temp, _) => Some(temp),
        }
    }
}

/// Large files in the order given, small ones grouped behind them; and the bytes in all.
fn plan(paths: &[PathBuf]) -> (VecDeque<Job>, u64) {
    let mut jobs = VecDeque::new();
    let mut groups = VecDeque::new();
    let (mut group, mut bytes, mut total) = (Vec::new(), 0, 0);
    for (index, path) in paths.iter().enumerate() {
        // What cannot be looked at now gives its error when it is opened.
        let size = path.symlink_metadata().map_or(0, |meta| meta.len());
        total += size;
        if size > SMALL {
            jobs.push_back(Job::Large(index));
            continue;
        }
        if group.len() == GROUP_FILES || bytes + size > GROUP_BYTES {
            groups.push_back(Job::Group(std::mem::take(&mut group)));
            bytes = 0;
        }
        group.push(index);
        bytes += size;
    }
    if !group.is_empty() {
        groups.push_back(Job::Group(group));
    }
    // Small files first: photos and papers are durable before hours of video are read.
    groups.append(&mut jobs);
    (groups, total)
}

/// A sync that failed concerns every file of its group; the system's answer cannot be cloned.
fn fail_all(indexes: impl Iterator<Item = usize>, error: &Error, answers: &Answers) {
    for index in indexes {
        let copy = match error {
            Error::NoSpace { needed, available } => Error::NoSpace { needed: *needed, available: *available },
            Error::Disk { doing, source } => Error::Disk { doing, source: source.kind().into() },
            Error::Cancelled(_) => Error::Cancelled(Cancelled),
            _ => Error::Stage,
        };
        answers.give(index, Err(copy));
    }
}
