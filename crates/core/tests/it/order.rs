//! The canonical order.
//!
//! What was seen comes first; ties go by clock, series and sequence; delivery has
//! no say.

use liuhen_core::order::{OrderEntry, sort};
use proptest::prelude::*;

/// An entry made up for ordering; `after` names positions of earlier ones.
#[derive(Clone, Debug)]
struct Made {
    hash: String,
    series: String,
    epoch: u32,
    seq: u64,
    hybrid: String,
    after: Vec<String>,
}

impl Made {
    fn entry(&self) -> OrderEntry<'_> {
        OrderEntry {
            hash: &self.hash,
            series: &self.series,
            epoch: self.epoch,
            seq: self.seq,
            hybrid: &self.hybrid,
            after: &self.after,
        }
    }
}

fn names(made: &[Made]) -> Vec<&str> {
    let entries: Vec<OrderEntry<'_>> = made.iter().map(Made::entry).collect();
    sort(&entries).into_iter().map(|index| entries[index].hash).collect()
}

fn made(hash: &str, series: &str, seq: u64, clock: u64, after: &[&str]) -> Made {
    Made {
        hash: hash.to_owned(),
        series: series.to_owned(),
        epoch: 1,
        seq,
        hybrid: format!("{clock:016x}"),
        after: after.iter().map(|&hash| hash.to_owned()).collect(),
    }
}

#[test]
fn what_was_seen_comes_first_whatever_the_clocks_say() {
    let entries = [made("reader", "b", 1, 1, &["read"]), made("read", "a", 1, 9, &[])];
    assert_eq!(names(&entries), ["read", "reader"]);
}

#[test]
fn an_authors_own_entries_keep_their_sequence_even_if_the_clock_went_back() {
    let entries = [made("second", "a", 2, 1, &[]), made("first", "a", 1, 9, &[])];
    assert_eq!(names(&entries), ["first", "second"]);
}

#[test]
fn ties_go_by_hybrid_clock_then_series() {
    let entries = [made("y", "b", 1, 5, &[]), made("x", "a", 1, 5, &[]), made("w", "c", 1, 4, &[])];
    assert_eq!(names(&entries), ["w", "x", "y"]);
}

#[test]
fn heads_that_are_not_here_are_no_obstacle() {
    assert_eq!(names(&[made("alone", "a", 7, 1, &["elsewhere", "alone"])]), ["alone"]);
}

#[test]
fn even_entries_that_name_each_other_are_all_placed() {
    let entries = [made("x", "a", 1, 2, &["y"]), made("y", "b", 1, 1, &["x"]), made("z", "c", 1, 3, &["y"])];
    assert_eq!(names(&entries), ["y", "x", "z"]);
}

prop_compose! {
    fn some_entries()(
        shapes in prop::collection::vec((0..4_u8, 0..6_u64, prop::collection::vec(any::<prop::sample::Index>(), 0..3)), 1..30)
    ) -> Vec<Made> {
        let mut all: Vec<Made> = Vec::new();
        for (number, (series, clock, after)) in shapes.into_iter().enumerate() {
            let after = after.iter().filter(|_| number > 0).map(|index| all[index.index(number.max(1))].hash.clone());
            let after = after.collect();
            let seq = all.iter().filter(|other| other.series == series.to_string()).count() as u64 + 1;
            all.push(Made {
                hash: format!("entry-{number}"),
                series: series.to_string(),
                epoch: 1,
                seq,
                hybrid: format!("{clock:016x}"),
                after,
            });
        }
        all
    }
}

proptest! {
    #[test]
    fn the_order_does_not_depend_on_delivery(
        (entries, shuffled) in some_entries().prop_flat_map(|made| (Just(made.clone()), Just(made).prop_shuffle()))
    ) {
        prop_assert_eq!(names(&entries), names(&shuffled));
    }

    #[test]
    fn every_entry_is_placed_once_and_after_all_it_had_seen(entries in some_entries()) {
        let order = names(&entries);
        prop_assert_eq!(order.len(), entries.len());
        let place = |hash: &str| order.iter().position(|name| *name == hash);
        for entry in &entries {
            for earlier in &entry.after {
                prop_assert!(place(earlier) < place(&entry.hash));
            }
            let own = entries.iter().filter(|other| other.series == entry.series && other.seq < entry.seq);
            for earlier in own {
                prop_assert!(place(&earlier.hash) < place(&entry.hash));
            }
        }
    }
}
