//! What to send, and in which order. Pure: values in, decisions out.
//!
//! Entries: each series strictly in its own order. Between series, what is small goes first when the line is thin: a
//! note must not wait behind a long draft of a colleague. Media come after the entries that name them: manifests, then what
//! is marked or has a limit running, then the oldest first, never the newest first, because newest-first starves large videos.
//! Small files travel in packs, a large file has a lane of its own.

use std::cmp::Reverse;

use liuhen_protocol::{Digest, Position, SeriesId};

mod chunk;
mod media;

pub(crate) use chunk::ChunkSize;
pub(crate) use media::{MediaItem, MediaRank, PACK_FILE, PACK_LIMIT, Parcelled, order_media, pack};

/// A line is called thin below this many bytes per second (about 1 Mbit/s).
pub(crate) const THIN: u64 = 125_000;

/// How one series and epoch of ours stands to what the township holds of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing to send.
    Level,
    /// Send from this sequence number on.
    Behind {
        /// First sequence number the township lacks.
        from: u64,
    },
    /// The township holds more of our own series than we do: this home was restored from an older copy, or copied.
    /// It must open a new epoch; nothing of this epoch may be sent.
    Ahead {
        /// What the township holds.
        theirs: Position,
    },
    /// The township holds another entry at a place where we hold one: a fork.
    Forked {
        /// What the township holds.
        theirs: Position,
        /// Our entry at the same place.
        ours: Digest,
    },
}

/// Compares our head of a series and epoch with the township's.
///
/// `ours_at_theirs` is the hash of our own entry at the sequence number of `theirs`, when we hold one there.
pub(crate) fn stand(own: &Position, theirs: Option<&Position>, ours_at_theirs: Option<Digest>) -> Standing {
    let Some(theirs) = theirs.filter(|head| head.seq > 0) else {
        return Standing::Behind { from: 1 };
    };
    if theirs.seq > own.seq {
        return Standing::Ahead { theirs: *theirs };
    }
    match ours_at_theirs {
        Some(ours) if ours != theirs.hash => Standing::Forked { theirs: *theirs, ours },
        _ if theirs.seq == own.seq => Standing::Level,
        _ => Standing::Behind { from: theirs.seq + 1 },
    }
}

/// The next entries waiting in one series and epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lane {
    /// The series.
    pub(crate) series: SeriesId,
    /// Its epoch.
    pub(crate) epoch: u32,
    /// Next sequence number to send.
    pub(crate) next: u64,
    /// Bytes of the next batch.
    pub(crate) bytes: u64,
    /// The next batch carries drafts or other long bodies.
    pub(crate) long: bool,
}

/// Which lane sends next: on a thin line short batches before long ones, otherwise the fullest batch, for speed.
///
/// Epochs of one series keep their order on any line, because an epoch's first entry names the end of the one before.
pub(crate) fn next_lane(lanes: &[Lane], thin: bool) -> Option<usize> {
    lanes
        .iter()
        .enumerate()
        .filter(|(_, lane)| {
            !lanes.iter().any(|other| other.series == lane.series && other.epoch < lane.epoch)
        })
        .min_by_key(|(at, lane)| {
            if thin {
                (u8::from(lane.long), lane.bytes, Reverse(0), *at)
            } else {
                (0, 0, Reverse(lane.bytes), *at)
            }
        })
        .map(|(at, _)| at)
}

/// Size of one entry as the plan needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Weight {
    /// Bytes of item, salt and body.
    pub(crate) bytes: u64,
    /// A draft, or a body long enough to hold up notes on a thin line.
    pub(crate) long: bool,
}

/// Limits of one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BatchLimit {
    /// Most entries.
    pub(crate) entries: usize,
    /// Most bytes before compression.
    pub(crate) bytes: u64,
}

impl BatchLimit {
    /// On a thin line 64 KiB at a time, so that receipts arrive early and a cut costs little.
    pub(crate) const fn of(thin: bool) -> Self {
        if thin { Self { entries: 200, bytes: 64 << 10 } } else { Self { entries: 1000, bytes: 6 << 20 } }
    }
}

/// How many of the waiting entries form the next batch: in order, at least one, within the limit; on a thin line the
/// short ones before the first long one go alone.
pub(crate) fn cut_batch(waiting: &[Weight], limit: BatchLimit, thin: bool) -> usize {
    let mut bytes = 0;
    for (at, weight) in waiting.iter().enumerate() {
        bytes += weight.bytes;
        let long_after_short = thin && weight.long && !waiting[..at].iter().any(|w| w.long);
        if at > 0 && (at >= limit.entries || bytes > limit.bytes || long_after_short) {
            return at;
        }
    }
    waiting.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(seq: u64, fill: u8) -> Position {
        Position { series: SeriesId([1; 32]), epoch: 1, seq, hash: Digest([fill; 32]) }
    }

    #[test]
    fn unknown_series_is_sent_from_its_first_entry() {
        assert_eq!(stand(&position(3, 1), None, None), Standing::Behind { from: 1 });
    }

    #[test]
    fn only_what_the_township_lacks_is_sent() {
        let theirs = position(2, 5);
        assert_eq!(
            stand(&position(3, 1), Some(&theirs), Some(Digest([5; 32]))),
            Standing::Behind { from: 3 }
        );
        let level = stand(&position(2, 5), Some(&theirs), Some(Digest([5; 32])));
        assert_eq!(level, Standing::Level);
    }

    #[test]
    fn a_restored_home_and_a_fork_are_told_apart_and_never_overwritten() {
        let theirs = position(9, 5);
        let ahead = stand(&position(3, 1), Some(&theirs), None);
        assert_eq!(ahead, Standing::Ahead { theirs });
        let theirs = position(2, 5);
        let forked = stand(&position(3, 1), Some(&theirs), Some(Digest([6; 32])));
        assert_eq!(forked, Standing::Forked { theirs, ours: Digest([6; 32]) });
    }

    fn lane(series: u8, epoch: u32, bytes: u64, long: bool) -> Lane {
        Lane { series: SeriesId([series; 32]), epoch, next: 1, bytes, long }
    }

    #[test]
    fn on_a_thin_line_notes_pass_drafts_but_epochs_keep_their_order() {
        let lanes = [lane(1, 1, 90_000, true), lane(2, 1, 4_000, false), lane(3, 1, 9_000, false)];
        assert_eq!(next_lane(&lanes, true), Some(1));
        assert_eq!(next_lane(&lanes, false), Some(0));
        let epochs = [lane(1, 2, 10, false), lane(1, 1, 90_000, true)];
        assert_eq!(next_lane(&epochs, true), Some(1));
        assert_eq!(next_lane(&[], true), None);
    }

    #[test]
    fn a_batch_ends_before_the_first_long_body_on_a_thin_line() {
        let short = Weight { bytes: 900, long: false };
        let long = Weight { bytes: 50_000, long: true };
        let waiting = [short, short, long, short];
        assert_eq!(cut_batch(&waiting, BatchLimit::of(true), true), 2);
        assert_eq!(cut_batch(&waiting, BatchLimit::of(false), false), 4);
        assert_eq!(cut_batch(&[long], BatchLimit { entries: 5, bytes: 10 }, true), 1);
        let limit = BatchLimit { entries: 2, bytes: 1 << 20 };
        assert_eq!(cut_batch(&[short; 5], limit, false), 2);
    }
}
