//! What each person gets from the log, and in which order.
//!
//! A matter handed to an officer today has entries far behind the officer's cursor. So a cursor is not a log index but a place in
//! the officer's own *feed*: the log in order, in which the older entries of a subject are inserted where the subject became
//! visible. The feed is a pure function of the log, so a cursor survives restarts, and nothing has to be kept per laptop.
//! What makes a subject visible is decided by `core::scope`; here is only the bookkeeping, in log order.

use std::collections::{BTreeMap, HashMap, HashSet};

use liuhen_core::scope::{Breadth, is_common};
use liuhen_protocol::wire::HeldRun;
use liuhen_protocol::{Digest, SeriesId, Subject, merkle};

/// What one logged entry changes about visibility; taken from kind and body once, when it is logged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Links {
    /// Officers whom the entry makes party to its subject.
    pub(crate) names: Vec<String>,
    /// Subjects under which the entry places its own subject (a draft under its matter).
    pub(crate) parents: Vec<Subject>,
    /// A role that the entry gives: officer and what the role sees from here on.
    pub(crate) role: Option<(String, Breadth)>,
    /// A series that the entry gives to an officer.
    pub(crate) series: Option<(SeriesId, String)>,
}

/// One logged entry, as the feed needs it.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Subject of the entry.
    pub(crate) subject: Subject,
    /// Series that wrote it.
    pub(crate) series: SeriesId,
    /// Its hash.
    pub(crate) hash: Digest,
    /// What it changes.
    pub(crate) links: Links,
}

#[derive(Debug, Default)]
struct Thread {
    rows: Vec<u32>,
    children: Vec<(u32, u32)>,
    frontier: Frontier,
    public: bool,
    hidden: bool,
}

/// The log as the feeds see it: kept in memory, rebuilt from the journal at start, grown by every commit.
#[derive(Debug, Default)]
pub(crate) struct LogIndex {
    rows: Vec<(u32, u32)>,
    links: BTreeMap<u32, Links>,
    subjects: Vec<Subject>,
    by_subject: HashMap<Subject, u32>,
    threads: Vec<Thread>,
    series: Vec<SeriesId>,
    /// Log indexes of each series, ascending.
    of_series: Vec<Vec<u32>>,
    by_series: HashMap<SeriesId, u32>,
    owners: HashMap<u32, String>,
}

/// Number of entries, root of their hashes and the subject they belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The subject.
    pub(crate) subject: Subject,
    /// Entries logged under it.
    pub(crate) count: u64,
    /// RFC 6962 root over their hashes in log order.
    pub(crate) root: Digest,
}

/// Subject id prefix of the township's own statements to one officer; they travel beside the feed, not in it.
pub(crate) const SCOPE_PREFIX: &str = "scope.";

impl LogIndex {
    /// Appends the entry with the next log index.
    pub(crate) fn push(&mut self, row: Row) {
        let Ok(index) = u32::try_from(self.rows.len()) else { return };
        let subject = self.intern(row.subject);
        let series = self.intern_series(row.series);
        self.rows.push((subject, series));
        self.of_series[series as usize].push(index);
        let thread = &mut self.threads[subject as usize];
        thread.rows.push(index);
        thread.frontier.push(row.hash);
        for parent in &row.links.parents {
            let parent = self.intern(parent.clone());
            self.threads[parent as usize].children.push((subject, index));
        }
        if let Some((series, officer)) = &row.links.series {
            let series = self.intern_series(*series);
            self.owners.insert(series, officer.clone());
        }
        if row.links != Links::default() {
            self.links.insert(index, row.links);
        }
    }

    fn intern(&mut self, subject: Subject) -> u32 {
        if let Some(known) = self.by_subject.get(&subject) {
            return *known;
        }
        let id = u32::try_from(self.subjects.len()).unwrap_or(u32::MAX);
        let hidden = subject.kind == "township" && subject.id.starts_with(SCOPE_PREFIX);
        let public = is_common(&subject.kind) && !hidden;
        self.threads.push(Thread { public, hidden, ..Thread::default() });
        self.by_subject.insert(subject.clone(), id);
        self.subjects.push(subject);
        id
    }

    fn intern_series(&mut self, series: SeriesId) -> u32 {
        if let Some(known) = self.by_series.get(&series) {
            return *known;
        }
        let id = u32::try_from(self.series.len()).unwrap_or(u32::MAX);
        self.by_series.insert(series, id);
        self.series.push(series);
        self.of_series.push(Vec::new());
        id
    }

    /// The series of a run whose entries are all with the one who names it, with its bounds.
    fn confirmed(&self, run: &HeldRun) -> Option<(u32, u32, u32)> {
        let series = *self.by_series.get(&run.series)?;
        let (from, to) = (u32::try_from(run.from).ok()?, u32::try_from(run.to).ok()?);
        let rows = self.of_series.get(series as usize)?;
        let count =
            rows.partition_point(|row| *row <= to).checked_sub(rows.partition_point(|row| *row < from))?;
        (count as u64 == run.count).then_some((series, from, to))
    }

    /// Rows of one subject that are older than `index`.
    fn older(&self, subject: u32, index: u32) -> &[u32] {
        let rows = &self.threads[subject as usize].rows;
        &rows[..rows.partition_point(|row| *row < index)]
    }
}

/// One officer's feed, grown on demand.
#[derive(Debug)]
pub(crate) struct Feed {
    officer: String,
    consumed: u32,
    breadth: Breadth,
    items: Vec<u32>,
    visible: HashSet<u32>,
}

impl Feed {
    /// The empty feed of an officer.
    pub(crate) fn of(officer: &str) -> Self {
        Self {
            officer: officer.to_owned(),
            consumed: 0,
            breadth: Breadth::None,
            items: Vec::new(),
            visible: HashSet::new(),
        }
    }

    /// Log indexes of the feed from place `after`, at most `limit`.
    pub(crate) fn page(&self, after: u64, limit: usize) -> &[u32] {
        let from = usize::try_from(after).unwrap_or(usize::MAX).min(self.items.len());
        &self.items[from..self.items.len().min(from.saturating_add(limit))]
    }

    /// The next at most `limit` log indexes from place `after` that are in no run held already, each with its
    /// place; and the place behind the last one looked at.
    pub(crate) fn wanted(
        &self,
        log: &LogIndex,
        after: u64,
        limit: usize,
        held: &[HeldRun],
    ) -> (Vec<(u64, u32)>, u64) {
        let held: Vec<_> = held.iter().filter_map(|run| log.confirmed(run)).collect();
        let mut wanted = Vec::new();
        let mut place = after.min(self.length());
        for index in self.page(place, usize::MAX) {
            if wanted.len() == limit {
                break;
            }
            let series = log.rows[*index as usize].1;
            if !held.iter().any(|(of, from, to)| *of == series && (from..=to).contains(&index)) {
                wanted.push((place, *index));
            }
            place += 1;
        }
        (wanted, place)
    }

    /// Length of the feed.
    pub(crate) fn length(&self) -> u64 {
        self.items.len() as u64
    }

    /// True if entries under this subject are in the feed.
    pub(crate) fn sees(&self, log: &LogIndex, subject: &Subject) -> bool {
        log.by_subject.get(subject).is_some_and(|id| self.visible.contains(id))
    }

    /// One line per visible subject, sorted by kind and id.
    pub(crate) fn lines(&self, log: &LogIndex) -> Vec<Line> {
        let mut lines: Vec<Line> = self
            .visible
            .iter()
            .map(|id| {
                let thread = &log.threads[*id as usize];
                Line {
                    subject: log.subjects[*id as usize].clone(),
                    count: thread.rows.len() as u64,
                    root: thread.frontier.root(),
                }
            })
            .filter(|line| line.count > 0)
            .collect();
        lines.sort_by(|left, right| {
            (&left.subject.kind, &left.subject.id).cmp(&(&right.subject.kind, &right.subject.id))
        });
        lines
    }

    /// Takes in what was logged since the last call.
    pub(crate) fn advance(&mut self, log: &LogIndex) {
        let end = u32::try_from(log.rows.len()).unwrap_or(u32::MAX);
        while self.consumed < end {
            let index = self.consumed;
            self.consumed += 1;
            self.take(log, index);
        }
    }

    fn take(&mut self, log: &LogIndex, index: u32) {
        let (subject, series) = log.rows[index as usize];
        let thread = &log.threads[subject as usize];
        let mut behind = Vec::new();
        let links = log.links.get(&index);
        if let Some((officer, breadth)) = links.and_then(|links| links.role.as_ref())
            && *officer == self.officer
        {
            self.breadth = *breadth;
            if *breadth == Breadth::All {
                for id in 0..u32::try_from(log.threads.len()).unwrap_or(u32::MAX) {
                    let known = log.older(id, index);
                    if !known.is_empty() && !log.threads[id as usize].hidden {
                        self.gain(log, id, index, &mut behind);
                    }
                }
            }
        }
        if !thread.hidden {
            let own = self.breadth == Breadth::Own && {
                log.owners.get(&series).is_some_and(|owner| *owner == self.officer)
                    || links.is_some_and(|links| links.names.contains(&self.officer))
            };
            if thread.public || own || self.breadth == Breadth::All {
                self.gain(log, subject, index, &mut behind);
            }
            if let Some(links) = links {
                let under_visible = links.parents.iter().any(|parent| self.sees(log, parent));
                if under_visible {
                    self.gain(log, subject, index, &mut behind);
                }
            }
        }
        behind.sort_unstable();
        behind.dedup();
        self.items.append(&mut behind);
        if self.visible.contains(&subject) {
            self.items.push(index);
        }
    }

    /// Makes a subject, and what lies under it, visible; older entries go to `behind`.
    fn gain(&mut self, log: &LogIndex, subject: u32, index: u32, behind: &mut Vec<u32>) {
        let mut waiting = vec![subject];
        while let Some(next) = waiting.pop() {
            if !self.visible.insert(next) {
                continue;
            }
            behind.extend_from_slice(log.older(next, index));
            let children = &log.threads[next as usize].children;
            waiting.extend(children.iter().filter(|(_, at)| *at <= index).map(|(child, _)| *child));
        }
    }
}

/// The roots of the full subtrees of a growing RFC 6962 tree: enough to append and to name the root.
#[derive(Clone, Debug, Default)]
struct Frontier {
    size: u64,
    peaks: Vec<Digest>,
}

impl Frontier {
    fn push(&mut self, leaf: Digest) {
        let mut node = leaf;
        let mut size = self.size;
        while size & 1 == 1 {
            if let Some(left) = self.peaks.pop() {
                node = merkle::node_hash(&left, &node);
            }
            size >>= 1;
        }
        self.peaks.push(node);
        self.size += 1;
    }

    fn root(&self) -> Digest {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return merkle::empty_root() };
        peaks.fold(*last, |right, left| merkle::node_hash(left, &right))
    }
}

#[cfg(test)]
mod tests;
