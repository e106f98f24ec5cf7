//! The tail of a series that cannot go on: handed in as evidence, and a new epoch begun.
//!
//! Entries that the township can never accept, because it holds another history of the same epoch or because a byte of ours is
//! damaged, are not lost and not forced: their exact bytes go there as a *salvage* blob, for people to look at, and
//! the series continues in its next epoch, whose first entry names where it stood. Capture never waited for any of this.

use liuhen_protocol::wire::Stopped;
use liuhen_protocol::{Digest, SeriesId};
use serde_json::json;

use crate::error::Result;
use crate::local::Local;
use crate::plan::{MediaItem, MediaRank};
use crate::push::Restored;

/// Codes after which the same entries can never be taken.
const FINAL: &[&str] = &[
    "fork",
    "prev_mismatch",
    "bad_signature",
    "not_canonical",
    "too_large",
    "malformed",
    "bad_commitment",
    "number",
];

/// Most bytes of one salvage blob; a longer tail is handed in up to here, the rest stays on the laptop.
const LIMIT: usize = 64 << 20;
const PAGE: usize = 500;

/// Where a series cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Break {
    series: SeriesId,
    epoch: u32,
    /// First entry of ours that cannot be taken.
    from: u64,
    /// A home that went back in time opens its epoch for another reason than one with a damaged entry.
    restored: bool,
}

impl Break {
    /// A series that the township stopped for good; `None` when trying again may help.
    pub(crate) fn of_stopped(stop: &Stopped) -> Option<Self> {
        FINAL.contains(&stop.code.as_str()).then_some(Self {
            series: stop.series,
            epoch: stop.epoch,
            from: stop.seq,
            restored: stop.code == "fork",
        })
    }

    /// A series of which the township knows more than this home.
    pub(crate) fn of_restored(local: &Local<'_>, restored: &Restored) -> Result<Self> {
        let Restored { ours, theirs } = restored;
        // The common past ends where both hold the same entry; only what was written after it is ours alone.
        let mut from = ours.seq.min(theirs.seq);
        while from > 0 {
            let same =
                from == theirs.seq && local.hash_at(ours.series, ours.epoch, from)? == Some(theirs.hash);
            if same || local.has_receipt(ours.series, ours.epoch, from)? {
                break;
            }
            from -= 1;
        }
        Ok(Self { series: ours.series, epoch: ours.epoch, from: from + 1, restored: true })
    }
}

/// Puts the tail aside as a blob that waits to be sent, and notes that the series needs a new epoch. Once per epoch.
pub(crate) fn salvage(local: &Local<'_>, at: Break) -> Result<Option<Digest>> {
    if local.is_salvaged(at.series, at.epoch)? {
        return Ok(None);
    }
    let mut lines = Vec::new();
    let mut next = at.from;
    'tail: loop {
        let page = local.entries(at.series, at.epoch, next, PAGE)?;
        if page.is_empty() {
            break;
        }
        for waiting in page {
            let line = serde_json::to_vec(&json!(waiting.wire)).unwrap_or_default();
            if lines.len() + line.len() + 1 > LIMIT {
                break 'tail;
            }
            lines.extend_from_slice(&line);
            lines.push(b'\n');
            next += 1;
        }
    }
    let digest = if lines.is_empty() { None } else { Some(local.keep_salvage(&lines)?) };
    local.begin_epoch(at.series, at.epoch, at.restored, digest)?;
    Ok(digest)
}

/// Salvage blobs that the township does not hold yet.
pub(crate) fn waiting(local: &Local<'_>) -> Result<Vec<MediaItem>> {
    Ok(local
        .salvage_waiting()?
        .into_iter()
        .map(|(digest, size)| MediaItem { digest, size, rank: MediaRank::Salvage, at: String::new() })
        .collect())
}
