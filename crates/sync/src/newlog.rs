//! A new log after a disaster: told, verified, and followed only by a person's word.
//!
//! A township that lost its log and cannot rebuild the old root opens another one. The root key, which no server holds, signs a newer
//! note with the new log's key, and signs the first entry of the new log, which names the old one and the loss. A laptop
//! that sees this stops and says what was lost; once a person confirms, it keeps its old receipts as they are, takes
//! the new log as its township's, and hands everything in again that the new log lacks.

use liuhen_app::Membership;
use liuhen_protocol::wire::{EntryReceipt, PullRequest};
use liuhen_protocol::{SeriesId, TownshipNote};

use crate::error::{Result, SyncError};
use crate::session::Session;
use crate::trust::{Anchor, Lie, LieKind, check_inclusion};

/// How many entries of the feed are looked through for the succession: it is the first of its log.
const LOOK: u32 = 16;

/// A verified succession.
pub(crate) struct Succession {
    /// Entries of the old log that the township could keep.
    pub(crate) kept: u64,
}

/// The refusal to go on by itself; an error of its own when the succession does not verify.
pub(crate) fn announce(session: &Session<'_>, note: &TownshipNote) -> Result<SyncError> {
    let succession = verify(session, note)?;
    Ok(SyncError::NewLog { held: session.known(), kept: succession.kept })
}

/// Verifies that the root key says so itself, inside the new log.
pub(crate) fn verify(session: &Session<'_>, note: &TownshipNote) -> Result<Succession> {
    let anchor = Anchor { note: note.clone(), quorum: 0 };
    let request = PullRequest { after: 0, limit: LOOK, known: 0, prove: Vec::new(), held: Vec::new() };
    let answer = session.call(|token| session.door.pull(token, &request))?;
    let dated = anchor.date(&answer.checkpoint)?;
    let root = SeriesId::of(&note.root);
    let held = session.newest().map(|dated| dated.note);
    let foreign = || Lie::new(LieKind::Foreign).held(held.as_deref()).offered(&dated.note);
    for pulled in answer.entries {
        let (entry, body) = pulled.entry.decode().map_err(|_| foreign())?;
        let envelope = entry.envelope();
        if envelope.series != root || envelope.kind != "log.succeeded" {
            continue;
        }
        entry.verify(&note.root).map_err(|_| foreign().entry(entry.hash()))?;
        let receipt = EntryReceipt { hash: entry.hash(), index: pulled.index, path: pulled.path };
        check_inclusion(&dated, &receipt)?;
        let body = body.as_ref().map(|(_, body)| body.fields());
        let text = |name: &str| body.and_then(|fields| fields.get(name)?.as_str());
        let kept = body.and_then(|fields| fields.get("size")?.as_u64());
        if text("origin") == Some(session.anchor.note.origin()) {
            return Ok(Succession { kept: kept.unwrap_or(0) });
        }
    }
    Err(foreign().into())
}

/// Follows the new log: a person has confirmed.
pub(crate) fn follow(session: &Session<'_>) -> Result<()> {
    let text = session.patiently(|| session.door.note())?;
    let membership = session.local.membership()?;
    let held = membership.township()?;
    let note = TownshipNote::verify(&text, &membership.pin).map_err(|_| SyncError::Foreign)?;
    if !crate::trust::check_note(&membership.note, held.version, &text, &note)? || note.log == held.log {
        // Nothing to follow: the log is the one that this home knows.
        return Ok(());
    }
    verify(session, &note)?;
    let newer = Membership { note: text, ..membership };
    session.local.follow(&newer, &note)
}
