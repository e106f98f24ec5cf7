//! The one order in which a subject's entries are folded.
//!
//! Topological by what each author had seen: the heads named in `after`, and the
//! author's own earlier entries of the same series and epoch. Ties go by (hybrid
//! clock, series, epoch, seq, hash). The result depends on the set of entries
//! alone, never on the order of delivery. Epochs of one series are not chained: a
//! copied home may go on writing the old one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

/// What ordering needs to know of one entry.
#[derive(Clone, Copy, Debug)]
pub struct OrderEntry<'a> {
    /// The entry's name.
    pub hash: &'a str,
    /// The author's series.
    pub series: &'a str,
    /// The epoch of the series.
    pub epoch: u32,
    /// The place in the epoch, from 1.
    pub seq: u64,
    /// The hybrid clock, 16 lowercase hexadecimal digits.
    pub hybrid: &'a str,
    /// The heads of this subject that the author had seen.
    pub after: &'a [String],
}

/// The key that breaks ties, compared field by field.
pub(crate) type Key<'a> = (&'a str, &'a str, u32, u64, &'a str);

impl<'a> OrderEntry<'a> {
    pub(crate) fn key(&self) -> Key<'a> {
        (self.hybrid, self.series, self.epoch, self.seq, self.hash)
    }
}

/// The canonical order, as indexes into `entries`. Total: entries that name each
/// other (which hashes make impossible) come in the order of their keys.
pub fn sort(entries: &[OrderEntry<'_>]) -> Vec<usize> {
    let edges = Edges::of(entries);
    let mut waiting_for = edges.waiting_for;
    let mut ready: BinaryHeap<Reverse<(Key<'_>, usize)>> = BinaryHeap::new();
    for (index, entry) in entries.iter().enumerate() {
        if waiting_for[index] == 0 {
            ready.push(Reverse((entry.key(), index)));
        }
    }
    let mut placed = vec![false; entries.len()];
    let mut order = Vec::with_capacity(entries.len());
    while let Some(index) =
        ready.pop().map(|Reverse((_, index))| index).or_else(|| break_cycle(entries, &placed))
    {
        if std::mem::replace(&mut placed[index], true) {
            continue;
        }
        order.push(index);
        for &next in &edges.followers[index] {
            waiting_for[next] = waiting_for[next].saturating_sub(1);
            if waiting_for[next] == 0 && !placed[next] {
                ready.push(Reverse((entries[next].key(), next)));
            }
        }
    }
    order
}

fn break_cycle(entries: &[OrderEntry<'_>], placed: &[bool]) -> Option<usize> {
    (0..entries.len()).filter(|&index| !placed[index]).min_by_key(|&index| (entries[index].key(), index))
}

struct Edges {
    followers: Vec<Vec<usize>>,
    waiting_for: Vec<usize>,
}

impl Edges {
    fn of(entries: &[OrderEntry<'_>]) -> Self {
        let mut edges =
            Self { followers: vec![Vec::new(); entries.len()], waiting_for: vec![0; entries.len()] };
        let by_hash: HashMap<&str, usize> =
            entries.iter().enumerate().map(|(index, entry)| (entry.hash, index)).collect();
        let mut lines: BTreeMap<(&str, u32), Vec<usize>> = BTreeMap::new();
        for (index, entry) in entries.iter().enumerate() {
            lines.entry((entry.series, entry.epoch)).or_default().push(index);
            for earlier in entry.after.iter().filter_map(|hash| by_hash.get(hash.as_str())) {
                edges.add(*earlier, index);
            }
        }
        for line in lines.values_mut() {
            line.sort_by_key(|&index| (entries[index].seq, entries[index].hash));
            for pair in line.windows(2) {
                edges.add(pair[0], pair[1]);
            }
        }
        edges
    }

    fn add(&mut self, earlier: usize, later: usize) {
        if earlier != later {
            self.followers[earlier].push(later);
            self.waiting_for[later] += 1;
        }
    }
}
