//! One large file, resumable: tus as a conversation.
//!
//! The upload's name is kept with the digest, so that a restart continues where the township stands. Every piece goes to
//! the offset that the township states, never to the one we remember: after a cut and after 409 it is asked (HEAD). The next
//! piece is read and decrypted while the one before is on the line.

use std::time::Instant;

use liuhen_protocol::DoorError;
use liuhen_protocol::wire::{BlobKind, BlobSpec, BlobState};

use super::{Acknowledged, open};
use crate::error::{Result, SyncError};
use crate::local::BlobSource;
use crate::patience::Patience;
use crate::plan::{ChunkSize, MediaItem};
use crate::session::Session;

/// How often a whole file may begin anew because its digest did not come out right.
const FRESH_STARTS: u32 = 2;

/// Sends one file; returns when the township holds the whole, re-read and with the right digest.
pub(super) fn send(
    session: &Session<'_>,
    item: &MediaItem,
    kind: BlobKind,
    acknowledged: &Acknowledged<'_>,
) -> Result<()> {
    let spec = BlobSpec { digest: item.digest, size: item.size, kind };
    let mut source = open(session, &item.digest)?;
    let mut counted = 0;
    for _ in 0..FRESH_STARTS {
        let state = resume(session, &spec)?;
        match pieces(session, &spec, state, &mut source, acknowledged, &mut counted)? {
            Outcome::Held => {
                acknowledged.add(item.size.saturating_sub(counted));
                session.local.forget_upload(&item.digest)?;
                return Ok(());
            }
            Outcome::Anew => session.local.forget_upload(&item.digest)?,
        }
    }
    Err(SyncError::UploadRefused { digest: item.digest })
}

enum Outcome {
    /// The township holds the file.
    Held,
    /// The upload expired, or the whole had another digest: from the beginning.
    Anew,
}

/// Continues the upload of an earlier run, or begins one.
fn resume(session: &Session<'_>, spec: &BlobSpec) -> Result<BlobState> {
    if let Some(id) = session.local.upload(&spec.digest)? {
        match session.call(|token| session.door.blob_state(token, &id)) {
            Ok(state) => return Ok(BlobState { id, size: spec.size, ..state }),
            Err(SyncError::Door(DoorError::Gone | DoorError::NotFound | DoorError::Malformed { .. })) => {}
            Err(error) => return Err(error),
        }
    }
    let state = session.call(|token| session.door.blob_begin(token, spec))?;
    if !state.complete {
        session.local.keep_upload(&spec.digest, &state.id)?;
    }
    Ok(state)
}

fn pieces(
    session: &Session<'_>,
    spec: &BlobSpec,
    mut state: BlobState,
    source: &mut BlobSource,
    acknowledged: &Acknowledged<'_>,
    counted: &mut u64,
) -> Result<Outcome> {
    let mut size = ChunkSize::for_speed(session.line.speed());
    let mut patience = session.patience();
    let mut ready: Option<(u64, Vec<u8>)> = None;
    loop {
        session.work.check()?;
        if state.offset > *counted {
            acknowledged.add(state.offset - *counted);
            *counted = state.offset;
        }
        if state.complete {
            return Ok(Outcome::Held);
        }
        if state.offset >= spec.size {
            // All bytes are there, but nobody said that the whole is right: ask once more, by digest.
            let asked = session.call(|token| session.door.blob_begin(token, spec))?;
            let stuck = !asked.complete && asked.offset >= spec.size;
            if stuck {
                return Ok(Outcome::Anew);
            }
            state = asked;
            continue;
        }
        let piece = match ready.take() {
            Some((at, bytes)) if at == state.offset => bytes,
            _ => source.read(state.offset, size.bytes())?,
        };
        let next = state.offset + piece.len() as u64;
        let begun = Instant::now();
        let (answer, ahead) = std::thread::scope(|scope| {
            let ahead = scope.spawn(|| (next < spec.size).then(|| source.read(next, size.bytes())));
            let answer = append(session, &state, &piece);
            (answer, ahead.join())
        });
        match answer {
            Ok(after) => {
                patience.reset();
                size = size.arrived(begun.elapsed());
                ready = ahead.map_err(|_| SyncError::Worker)?.transpose()?.map(|bytes| (next, bytes));
                state = BlobState { id: state.id, ..after };
            }
            Err(error) => match recover(session, &state, spec, error, &mut patience)? {
                Some(after) => {
                    size = size.cut();
                    state = after;
                }
                None => return Ok(Outcome::Anew),
            },
        }
    }
}

/// One piece, without the session's own repetition: after a cut the offset has to be asked first.
fn append(session: &Session<'_>, state: &BlobState, piece: &[u8]) -> Result<BlobState> {
    session.once(|token| session.door.blob_append(token, &state.id, state.offset, piece))
}

/// What to do after a failed piece: where to continue, or `None` for a fresh start.
fn recover(
    session: &Session<'_>,
    state: &BlobState,
    spec: &BlobSpec,
    error: SyncError,
    patience: &mut Patience,
) -> Result<Option<BlobState>> {
    let SyncError::Door(door) = error else { return Err(error) };
    let jitter = session.local.jitter()?;
    let pause = match &door {
        // The township knows where it stands; believing our own count would wedge at the end.
        DoorError::OffsetMismatch { .. } => patience.after_cut(jitter),
        DoorError::Busy { retry_after } => {
            patience.reset();
            patience.after_busy(*retry_after, jitter)
        }
        DoorError::Unreachable { .. } | DoorError::Storage | DoorError::Malformed { .. } => {
            patience.after_cut(jitter)
        }
        DoorError::ChecksumMismatch => {
            // A piece was dropped, or the whole was wrong and its upload is gone: the state tells.
            patience.after_cut(jitter)
        }
        DoorError::Gone | DoorError::NotFound => return Ok(None),
        _ => return Err(door.into()),
    };
    let Some(pause) = pause else { return Err(door.into()) };
    if !matches!(door, DoorError::OffsetMismatch { .. }) {
        session.wait(pause)?;
    }
    match session.call(|token| session.door.blob_state(token, &state.id)) {
        Ok(asked) => Ok(Some(BlobState { id: state.id.clone(), size: spec.size, ..asked })),
        Err(SyncError::Door(DoorError::Gone | DoorError::NotFound)) => Ok(None),
        Err(error) => Err(error),
    }
}
