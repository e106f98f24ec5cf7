//! Clock, space and what waits, for the desk's first page.

use chrono::{DateTime, SecondsFormat, Utc};
use liuhen_store::Store;

use crate::calendar;
use crate::error::Result;
use crate::receipts;
use crate::screen::Screen;
use crate::settings::Membership;
use crate::view::{MachineView, ShiftView, Size, WaitingKind};

/// Less than this is little: about one officer's shift of recording.
const LITTLE: u64 = 20_000_000_000;
/// Clocks that differ by less are right.
const TOLERANCE: chrono::TimeDelta = chrono::TimeDelta::minutes(2);

/// Entries that wait, by kind, the most first.
pub(crate) fn waiting_kinds(screen: &Screen) -> Vec<WaitingKind> {
    let kinds = screen.waiting.kinds().iter();
    let mut kinds: Vec<WaitingKind> =
        kinds.map(|(kind, entries)| WaitingKind { kind: kind.clone(), entries: *entries }).collect();
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.entries));
    kinds
}

/// The clock against what the township has signed, and the space left.
pub(crate) fn machine_view(store: &Store, screen: &Screen, now: DateTime<Utc>) -> Result<MachineView> {
    let free = screen.actor.vault.room()?;
    let township = Membership::load(store)?.map(|membership| membership.township()).transpose()?;
    let signed = match (township, store.newest_checkpoint()?) {
        (Some(township), Some(held)) => receipts::dated(&held.note, &township.clock),
        _ => None,
    };
    let later = |at: &String| calendar::parse(at).is_some_and(|at| at - now > TOLERANCE);
    Ok(MachineView {
        now: now.to_rfc3339_opts(SecondsFormat::Secs, true),
        township_was: signed.filter(later),
        free: Size(free),
        low: free < LITTLE,
    })
}

/// Whether the shift began on an earlier day than today here.
pub(crate) fn is_left_open(screen: &Screen, shift: &ShiftView) -> bool {
    let begun = shift.from.as_deref().and_then(calendar::parse).map(calendar::day_of);
    shift.entries > 0 && begun.is_some_and(|day| day < screen.actor.today)
}
