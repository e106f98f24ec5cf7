//! Sending entries: each series in its order, receipts verified before they are kept.
//!
//! Three stages run side by side, so that no side waits for the other: one reads and packs the next batch, one speaks with
//! the township and verifies the chain of checkpoints, one verifies the receipts and keeps them. One batch is on the
//! line at a time, because a series admits no other order and each checkpoint must extend the one before.
//!
//! A series that the township cannot accept stops; all others, and media, go on.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

use liuhen_protocol::wire::{EntryReceipt, PushBatch, ReceiptsAnswer, ReceiptsRequest, Stopped, WireEntry};
use liuhen_protocol::{Digest, Position, SeriesId};
use liuhen_store::work::{Phase, Progress};

use crate::error::{Result, SyncError};
use crate::local::Waiting;
use crate::plan::{BatchLimit, Lane, Standing, Weight, cut_batch, next_lane, stand};
use crate::session::Session;
use crate::trust::{Dated, Lie, LieKind, check_inclusion};

/// A body of this many bytes counts as long on a thin line.
const LONG_BODY: usize = 16 << 10;
/// Receipts asked for at once.
const RECEIPTS: usize = 1000;

/// What was sent and acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Pushed {
    /// Entries with a verified receipt now that had none before.
    pub(crate) receipts: u64,
    /// Entries sent.
    pub(crate) entries: u64,
    /// Series that the township could not accept, where they stopped.
    pub(crate) stopped: Vec<Stopped>,
    /// Series whose history at the township is longer than, or other than, ours.
    pub(crate) restored: Vec<Restored>,
}

/// A series of this home that the township knows better.
#[derive(Debug, Clone)]
pub(crate) struct Restored {
    /// Our own head.
    pub(crate) ours: Position,
    /// The township's head.
    pub(crate) theirs: Position,
}

/// A batch ready to be sent, with the hashes of its entries in order.
struct Ready {
    batch: PushBatch,
    hashes: Vec<Digest>,
}

/// An answer with its verified checkpoint, or with the count of witnesses it has and needs.
struct Answered {
    hashes: Vec<Digest>,
    answer: ReceiptsAnswer,
    dated: Result<Dated, (u32, u32)>,
}

/// Sends everything that the township lacks.
pub(crate) fn push(session: &Session<'_>) -> Result<Pushed> {
    let mut pushed = Pushed::default();
    let lanes = compare(session, &mut pushed)?;
    let total: u64 = lanes.iter().map(Ahead::count).sum();
    let stopped = Mutex::new(HashSet::new());
    std::thread::scope(|scope| {
        let (ready_in, ready_out) = sync_channel::<Result<Ready>>(1);
        let (answered_in, answered_out) = sync_channel::<Result<Answered>>(1);
        scope.spawn(|| prepare(session, lanes, &stopped, ready_in));
        scope.spawn(|| send(session, &stopped, ready_out, answered_in));
        keep(session, &answered_out, total, &mut pushed)
    })?;
    Ok(pushed)
}

/// What of one series and epoch is still to be sent.
struct Ahead {
    head: Position,
    next: u64,
}

impl Ahead {
    const fn count(&self) -> u64 {
        (self.head.seq + 1).saturating_sub(self.next)
    }
}

/// Compares heads, repairs lost acknowledgements, and says what is to be sent.
fn compare(session: &Session<'_>, pushed: &mut Pushed) -> Result<Vec<Ahead>> {
    let heads = session.local.heads()?;
    let mut theirs: HashMap<(SeriesId, u32), Position> = HashMap::new();
    for asked in heads.chunks(1000) {
        let series = asked.iter().map(|head| (head.position.series, head.position.epoch)).collect();
        let request = liuhen_protocol::wire::HeadsRequest { series };
        let answer = session.call(|token| session.door.heads(token, &request))?;
        theirs.extend(answer.heads.into_iter().map(|head| ((head.series, head.epoch), head)));
    }
    let mut lanes = Vec::new();
    let mut unreceipted = Vec::new();
    for head in heads {
        let own = head.position;
        // Its tail is a salvage blob now; the series goes on in a later epoch.
        if session.local.is_salvaged(own.series, own.epoch)? {
            continue;
        }
        let their = theirs.get(&(own.series, own.epoch));
        let ours_there = match their {
            Some(their) if their.seq == own.seq => Some(own.hash),
            Some(their) if their.seq < own.seq => session.local.hash_at(own.series, own.epoch, their.seq)?,
            _ => None,
        };
        match stand(&own, their, ours_there) {
            Standing::Level => {}
            Standing::Behind { from } => lanes.push(Ahead { head: own, next: from }),
            Standing::Ahead { theirs } | Standing::Forked { theirs, .. } => {
                pushed.restored.push(Restored { ours: own, theirs });
                continue;
            }
        }
        let acknowledged = their.map_or(0, |their| their.seq);
        if acknowledged > head.held {
            unreceipted.push((own.series, own.epoch, head.held + 1, acknowledged));
        }
    }
    repair(session, &unreceipted, pushed)?;
    Ok(lanes)
}

/// Fetches receipts of entries that the township holds but whose acknowledgement was lost.
fn repair(session: &Session<'_>, ranges: &[(SeriesId, u32, u64, u64)], pushed: &mut Pushed) -> Result<()> {
    for &(series, epoch, from, to) in ranges {
        let mut next = from;
        while next <= to {
            let upto = to.min(next + RECEIPTS as u64 - 1);
            let hashes = session.local.hashes(series, epoch, next, upto)?;
            let request = ReceiptsRequest { hashes: hashes.clone(), known: session.known() };
            let answer = session.call(|token| session.door.receipts(token, &request))?;
            let dated = session.adopt(&answer.checkpoint, &answer.consistency)?;
            pushed.receipts += keep_receipts(session, &dated, &hashes, &answer.receipts)?;
            next = upto + 1;
        }
    }
    Ok(())
}

/// First stage: reads and packs.
fn prepare(
    session: &Session<'_>,
    mut ahead: Vec<Ahead>,
    stopped: &Mutex<HashSet<(SeriesId, u32)>>,
    out: SyncSender<Result<Ready>>,
) {
    loop {
        {
            let stopped = stopped.lock().unwrap_or_else(PoisonError::into_inner);
            // A later epoch names the end of an earlier one, but does not depend on it.
            ahead.retain(|lane| lane.count() > 0 && !stopped.contains(&(lane.head.series, lane.head.epoch)));
        }
        if ahead.is_empty() {
            return;
        }
        let ready = next_batch(session, &mut ahead);
        let failed = ready.is_err();
        // A closed channel means that a later stage failed and says so itself.
        if out.send(ready).is_err() || failed {
            return;
        }
    }
}

fn next_batch(session: &Session<'_>, ahead: &mut [Ahead]) -> Result<Ready> {
    session.work.check()?;
    let thin = session.is_thin();
    let limit = BatchLimit::of(thin);
    let mut waiting: Vec<Vec<(WireEntry, Digest, Weight)>> = Vec::with_capacity(ahead.len());
    // Only a laptop with several series on a thin line has anything to choose.
    let several = ahead.len() > 1;
    let look = if several && thin { limit.entries } else { 0 };
    let mut lanes = Vec::with_capacity(ahead.len());
    for lane in ahead.iter() {
        let entries = if look > 0 { read(session, lane, look)? } else { Vec::new() };
        let weights: Vec<Weight> = entries.iter().map(|(_, _, weight)| *weight).collect();
        let batch = &weights[..cut_batch(&weights, limit, thin)];
        lanes.push(Lane {
            series: lane.head.series,
            epoch: lane.head.epoch,
            next: lane.next,
            bytes: if look > 0 { batch.iter().map(|weight| weight.bytes).sum() } else { lane.count() },
            long: batch.iter().any(|weight| weight.long),
        });
        waiting.push(entries);
    }
    let chosen = next_lane(&lanes, thin).ok_or(SyncError::Worker)?;
    let lane = &mut ahead[chosen];
    let mut entries = std::mem::take(&mut waiting[chosen]);
    if entries.is_empty() {
        entries = read(session, lane, limit.entries)?;
    }
    let weights: Vec<Weight> = entries.iter().map(|(_, _, weight)| *weight).collect();
    entries.truncate(cut_batch(&weights, limit, thin));
    lane.next += entries.len() as u64;
    let hashes = entries.iter().map(|(_, hash, _)| *hash).collect();
    let keys = vec![session.local.key(lane.head.series)?];
    let entries = entries.into_iter().map(|(entry, _, _)| entry).collect();
    Ok(Ready { batch: PushBatch { v: 1, known: 0, keys, entries }, hashes })
}

fn read(session: &Session<'_>, lane: &Ahead, limit: usize) -> Result<Vec<(WireEntry, Digest, Weight)>> {
    let entries = session.local.entries(lane.head.series, lane.head.epoch, lane.next, limit)?;
    if entries.is_empty() {
        return Err(SyncError::Worker);
    }
    entries
        .into_iter()
        .map(|Waiting { hash, wire, draft }| {
            let bytes = wire.size() as u64;
            let long = draft || wire.body.as_ref().is_some_and(|body| body.len() > LONG_BODY);
            Ok((wire, hash, Weight { bytes, long }))
        })
        .collect()
}

/// Second stage: speaks with the township, one batch at a time.
fn send(
    session: &Session<'_>,
    stopped: &Mutex<HashSet<(SeriesId, u32)>>,
    ready: Receiver<Result<Ready>>,
    out: SyncSender<Result<Answered>>,
) {
    for next in ready {
        let answered = next.and_then(|mut next| {
            next.batch.known = session.known();
            let answer = session.call(|token| session.door.push(token, &next.batch))?;
            // Without enough witnesses the entries are there, but no receipt counts yet: the next sync asks for them again.
            let dated = match session.adopt(&answer.checkpoint, &answer.consistency) {
                Ok(dated) => Ok(dated),
                Err(SyncError::Unwitnessed { have, need }) => Err((have, need)),
                Err(error) => return Err(error),
            };
            Ok(Answered { hashes: next.hashes, answer, dated })
        });
        if let Ok(Answered { answer, .. }) = &answered {
            let mut stopped = stopped.lock().unwrap_or_else(PoisonError::into_inner);
            stopped.extend(answer.stopped.iter().map(|stop| (stop.series, stop.epoch)));
        }
        let failed = answered.is_err();
        if out.send(answered).is_err() || failed {
            return;
        }
    }
}

/// Third stage: verifies receipts and keeps them.
fn keep(
    session: &Session<'_>,
    answered: &Receiver<Result<Answered>>,
    total: u64,
    pushed: &mut Pushed,
) -> Result<()> {
    let mut unwitnessed = None;
    let mut stopped: BTreeMap<(SeriesId, u32), Stopped> = BTreeMap::new();
    for next in answered {
        let Answered { hashes, answer, dated } = next?;
        pushed.entries += answer.receipts.len() as u64;
        match dated {
            Ok(dated) => pushed.receipts += keep_receipts(session, &dated, &hashes, &answer.receipts)?,
            Err((have, need)) => unwitnessed = Some(SyncError::Unwitnessed { have, need }),
        }
        for stop in answer.stopped {
            stopped.entry((stop.series, stop.epoch)).or_insert(stop);
        }
        session.work.report(&Progress {
            phase: Phase::Pushing,
            item: None,
            done: pushed.entries,
            total: Some(total.max(pushed.entries)),
        });
    }
    pushed.stopped.extend(stopped.into_values());
    unwitnessed.map_or(Ok(()), Err)
}

/// Verifies and keeps receipts; each must be for an entry that was asked for.
pub(crate) fn keep_receipts(
    session: &Session<'_>,
    dated: &Dated,
    asked: &[Digest],
    receipts: &[EntryReceipt],
) -> Result<u64> {
    let asked: HashSet<Digest> = asked.iter().copied().collect();
    for receipt in receipts {
        if !asked.contains(&receipt.hash) {
            let lie = Lie::new(LieKind::Receipt).offered(&dated.note).entry(receipt.hash);
            return Err(lie.into());
        }
        check_inclusion(dated, receipt)?;
    }
    session.local.keep_receipts(dated, receipts)?;
    Ok(receipts.len() as u64)
}
