//! One sync from beginning to end.
//!
//! Order: who is there (note, checkpoint), then text in both directions, then files, then the receipts of the files. Each
//! step leaves what it did durable, so that a cut line loses at most the step's last request.

use liuhen_app::view::{Size, StoppedSeries, SyncOutcome};
use liuhen_app::{ApiError, Membership, SyncOptions};
use liuhen_protocol::wire::PullRequest;
use liuhen_protocol::{DoorError, TownshipNote};

use crate::blobs;
use crate::error::{Result, SyncError};
use crate::newlog;
use crate::pull::{Fetched, pull};
use crate::push::{Pushed, push};
use crate::salvage::{self, Break};
use crate::scope;
use crate::session::Session;
use crate::trust::{Dated, Lie, LieKind, check_note};

/// How a township refuses a key that it has revoked.
const REVOKED: &str = "revoked";

/// Sends what waits and fetches what is new.
pub(crate) fn run(session: &Session<'_>, options: SyncOptions) -> Result<SyncOutcome> {
    let refusal = match greet(session) {
        // A key that was revoked because its officer left gets nothing more, but what he recorded is handed in: a
        // supervisor decides about it (待核).
        Err(SyncError::Door(DoorError::Refused { code })) if code == REVOKED => {
            Some(SyncError::Door(DoorError::Refused { code }))
        }
        other => other.map(|()| None)?,
    };
    let mut pushed = push(session)?;
    if settle_breaks(session, &pushed)? {
        let again = push(session)?;
        pushed.entries += again.entries;
        pushed.receipts += again.receipts;
    }
    if let Some(refusal) = refusal {
        blobs::send(session, session.local.media_waiting()?, options.text_only)?;
        return Err(refusal);
    }
    let mut fetched = fetch(session)?;
    let mut waiting = session.local.media_waiting()?;
    waiting.extend(salvage::waiting(session.local)?);
    let mut sent = blobs::Sent::default();
    if !waiting.is_empty() {
        sent = blobs::send(session, waiting, options.text_only)?;
        if sent.files > 0 {
            let after = fetch(session)?;
            fetched.entries += after.entries;
            fetched.refused.extend(after.refused);
        }
    }
    Ok(outcome(session, &pushed, &fetched, &sent))
}

fn outcome(session: &Session<'_>, pushed: &Pushed, fetched: &Fetched, sent: &blobs::Sent) -> SyncOutcome {
    let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let failed = sent.failed.iter().map(|(digest, code)| StoppedSeries {
        series: digest.to_hex(),
        epoch: 0,
        seq: "0".to_owned(),
        message: ApiError::new(code).message,
        code: code.clone(),
    });
    let restored = pushed.restored.iter().map(|restored| restored.ours);
    let restored = restored.chain(fetched.refused.iter().copied()).map(|position| StoppedSeries {
        series: position.series.to_hex(),
        epoch: position.epoch,
        seq: position.seq.to_string(),
        code: "sync_restored".to_owned(),
        message: ApiError::new("sync_restored").message,
    });
    SyncOutcome {
        pushed: count(pushed.entries),
        pulled: count(fetched.entries),
        receipts: count(pushed.receipts),
        media: count(sent.files),
        sent: Size(session.line.sent()),
        received: Size(session.line.received()),
        stopped: pushed.stopped.iter().map(StoppedSeries::of).chain(restored).chain(failed).collect(),
        ..SyncOutcome::default()
    }
}

/// Puts tails aside and begins new epochs; answers whether there is something new to send.
fn settle_breaks(session: &Session<'_>, pushed: &Pushed) -> Result<bool> {
    let mut breaks: Vec<Break> = pushed.stopped.iter().filter_map(Break::of_stopped).collect();
    for restored in &pushed.restored {
        if !session.local.is_salvaged(restored.ours.series, restored.ours.epoch)? {
            breaks.push(Break::of_restored(session.local, restored)?);
        }
    }
    for at in &breaks {
        salvage::salvage(session.local, *at)?;
    }
    Ok(!breaks.is_empty())
}

/// Reads the township's note and its newest checkpoint, and compares both with what is held.
pub(crate) fn greet(session: &Session<'_>) -> Result<()> {
    let text = session.patiently(|| session.door.note())?;
    let membership = session.local.membership()?;
    let held = membership.township()?;
    let note = TownshipNote::verify(&text, &membership.pin).map_err(|_| SyncError::Foreign)?;
    if check_note(&membership.note, held.version, &text, &note)? {
        if note.log != held.log {
            // Not a newer note only but another log: a disaster, or somebody who has the root key.
            return Err(newlog::announce(session, &note)?);
        }
        let newer = Membership { note: text, ..membership };
        session.local.keep_membership(&newer)?;
    }
    match hello(session) {
        // What we wrote is handed in all the same; only receipts have to wait for witnesses.
        Ok(_) | Err(SyncError::Unwitnessed { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Asks for the newest checkpoint only. A township that cannot prove its consistency with ours is asked what it has at all, and
/// judged by that.
fn hello(session: &Session<'_>) -> Result<Dated> {
    let known = session.known();
    let ask = |known| PullRequest { after: 0, limit: 0, known, prove: Vec::new(), held: Vec::new() };
    let answer = match session.call(|token| session.door.pull(token, &ask(known))) {
        Err(SyncError::Door(
            error @ (DoorError::Malformed { .. } | DoorError::Refused { .. } | DoorError::NotFound),
        )) if known > 0 => {
            let answer = session.call(|token| session.door.pull(token, &ask(0)))?;
            let offered = session.anchor.date(&answer.checkpoint)?;
            if offered.checkpoint.size >= known {
                return Err(error.into());
            }
            answer
        }
        other => other?,
    };
    session.adopt(&answer.checkpoint, &answer.consistency)
}

/// Pulls, and holds what came against what the township states to be visible.
fn fetch(session: &Session<'_>) -> Result<Fetched> {
    let mut fetched = pull(session)?;
    for last_try in [false, true] {
        let Some(statement) = fetched.scope.take() else { break };
        let dated = session.newest().ok_or(SyncError::Worker)?;
        let stated = scope::verify(session, &dated, &statement)?;
        if scope::first_omission(session, &stated, &statement)?.is_none() {
            break;
        }
        if last_try {
            let lie = Lie::new(LieKind::Omitted).offered(&dated.note).entry(stated.entry);
            return Err(lie.into());
        }
        // A cursor that ran ahead, for instance after a restored home, is no lie: everything is fetched once more.
        session.local.set_cursor(0)?;
        let again = pull(session)?;
        fetched.refused.extend(again.refused);
        fetched = Fetched { entries: fetched.entries + again.entries, scope: again.scope, ..fetched };
    }
    Ok(fetched)
}
