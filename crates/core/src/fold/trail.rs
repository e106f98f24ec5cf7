//! The graph of a subject's entries: who had seen what when writing.
//!
//! Entries are numbered in the order they are pushed (the canonical order), so
//! parents always have smaller numbers. The trail answers two questions: had this
//! author seen that entry, and does a new entry come last.

use super::FoldEntry;
use crate::ids::EntryHash;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Clocks of one author further apart than this are reported, in milliseconds.
const CLOCK_TOLERANCE_MS: i64 = 120_000;

#[derive(Clone, Debug)]
struct Node {
    hash: EntryHash,
    parents: Vec<usize>,
}

/// The newest entry of one series and epoch within the subject.
#[derive(Clone, Debug)]
struct Tip {
    position: usize,
    seq: u64,
    clock: Option<Clock>,
    reported: bool,
}

#[derive(Clone, Debug)]
struct Clock {
    boot: String,
    wall_ms: i64,
    mono_ms: i64,
}

type OwnedKey = (String, String, u32, u64, String);

/// See the module's head.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trail {
    nodes: Vec<Node>,
    positions: HashMap<EntryHash, usize>,
    tips: BTreeMap<(String, u32), Tip>,
    /// Named in some `after` but not here (yet): when one arrives, it belongs before its readers.
    awaited: HashSet<EntryHash>,
    last: Option<OwnedKey>,
    /// Entries that no other entry here has seen.
    heads: BTreeSet<usize>,
}

impl Trail {
    /// The number of an entry, if it is here.
    pub(crate) fn position(&self, hash: &str) -> Option<usize> {
        self.positions.get(hash).copied()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub(crate) fn admits(&self, entry: &FoldEntry<'_>) -> bool {
        let key = entry.order().key();
        let newest = self.last.as_ref().is_none_or(|(hybrid, series, epoch, seq, hash)| {
            (hybrid.as_str(), series.as_str(), *epoch, *seq, hash.as_str()) < key
        });
        let next_in_line =
            self.tips.get(&(entry.series.to_owned(), entry.epoch)).is_none_or(|tip| tip.seq < entry.seq);
        newest && next_in_line && !self.awaited.contains(entry.hash)
    }

    /// Adds the entry; says whether its clocks agree (reported once per author and epoch).
    pub(crate) fn push(&mut self, entry: &FoldEntry<'_>) -> bool {
        let position = self.nodes.len();
        let mut parents = Vec::new();
        for hash in entry.after.iter().filter(|hash| hash.as_str() != entry.hash) {
            match self.position(hash) {
                Some(parent) => parents.push(parent),
                None => {
                    self.awaited.insert(EntryHash::from(hash.as_str()));
                }
            }
        }
        let line = (entry.series.to_owned(), entry.epoch);
        let earlier = self.tips.get(&line);
        parents.extend(earlier.map(|tip| tip.position));
        let clock = Clock::of(entry);
        let reported = earlier.is_some_and(|tip| tip.reported);
        let before = earlier.and_then(|tip| tip.clock.as_ref());
        let agrees = clock.as_ref().is_none_or(|clock| clock.agrees(entry.hybrid, before));
        let tip = Tip { position, seq: entry.seq, clock, reported: reported || !agrees };
        self.tips.insert(line, tip);
        self.remember(entry, parents);
        agrees || reported
    }

    fn remember(&mut self, entry: &FoldEntry<'_>, parents: Vec<usize>) {
        let hash = EntryHash::from(entry.hash);
        self.heads.retain(|head| !parents.contains(head));
        self.heads.insert(self.nodes.len());
        self.positions.insert(hash.clone(), self.nodes.len());
        self.nodes.push(Node { hash, parents });
        let (hybrid, series, epoch, seq, hash) = entry.order().key();
        let key = (hybrid.to_owned(), series.to_owned(), epoch, seq, hash.to_owned());
        // Not simply the last pushed: an author with a slow clock may come after a later time.
        if self.last.as_ref().is_none_or(|last| *last < key) {
            self.last = Some(key);
        }
    }

    /// Everything the author of that entry had seen of this subject.
    pub(crate) fn seen_by(&self, position: usize) -> BTreeSet<usize> {
        let mut seen = BTreeSet::new();
        let mut open = vec![position];
        while let Some(parents) = open.pop().and_then(|at| self.nodes.get(at)).map(|n| &n.parents) {
            for &parent in parents {
                if seen.insert(parent) {
                    open.push(parent);
                }
            }
        }
        seen
    }

    /// Every entry whose author had seen that one.
    pub(crate) fn readers_of(&self, position: usize) -> BTreeSet<usize> {
        let mut readers = BTreeSet::new();
        for (at, node) in self.nodes.iter().enumerate().skip(position + 1) {
            if node.parents.iter().any(|parent| *parent == position || readers.contains(parent)) {
                readers.insert(at);
            }
        }
        readers
    }

    pub(crate) fn heads(&self) -> Vec<EntryHash> {
        let nodes = self.heads.iter().filter_map(|&head| self.nodes.get(head));
        nodes.map(|node| node.hash.clone()).collect()
    }
}

impl Clock {
    fn of(entry: &FoldEntry<'_>) -> Option<Self> {
        Some(Self {
            boot: entry.boot.to_owned(),
            wall_ms: chrono::DateTime::parse_from_rfc3339(entry.wall).ok()?.timestamp_millis(),
            mono_ms: entry.mono.parse().ok()?,
        })
    }

    /// The wall clock against the hybrid clock, and against the monotonic clock since the author's last entry.
    fn agrees(&self, hybrid: &str, before: Option<&Self>) -> bool {
        let hybrid_ms = u64::from_str_radix(hybrid, 16).ok().and_then(|bits| i64::try_from(bits >> 16).ok());
        let with_hybrid = hybrid_ms.is_none_or(|ms| near(ms, self.wall_ms));
        let with_mono = before.filter(|before| before.boot == self.boot).is_none_or(|before| {
            near(self.wall_ms.saturating_sub(before.wall_ms), self.mono_ms.saturating_sub(before.mono_ms))
        });
        with_hybrid && with_mono
    }
}

fn near(left: i64, right: i64) -> bool {
    left.saturating_sub(right).saturating_abs() <= CLOCK_TOLERANCE_MS
}
