//! Letting a local copy go: only when the bytes are proven to be safe elsewhere.
//!
//! Asked for are the logged receipt of the entry, the township's own statement that it re-hashed the
//! bytes from its storage, the days the house waits, and a second copy that is read and compared now.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use chrono::{DateTime, Utc};
use liuhen_core::media::{MediaCommand, MediaState, Safety};
use liuhen_protocol::Digest;
use liuhen_store::Store;
use sha2::{Digest as _, Sha256};

use super::{decide_and_commit, find, shown};
use crate::calendar;
use crate::error::{ApiError, Result};
use crate::input::EraseMedia;
use crate::laptop::{Actor, Laptop};
use crate::strings::sentence;
use crate::view::{MediaView, make};

/// What is known about a file's bytes elsewhere.
pub(super) fn safety_of(
    store: &Store,
    actor: &Actor,
    state: &MediaState,
    days_required: u32,
    now: DateTime<Utc>,
    second_copy: bool,
) -> Result<Safety> {
    let Some(facts) = &state.facts else { return Ok(Safety::default()) };
    let recorded = state.recorded.as_ref().and_then(|mark| Digest::from_base64(mark.entry.as_str()).ok());
    let receipt = recorded.map(|hash| store.receipt(&hash)).transpose()?.flatten();
    let blob = make::blob_of(store, &facts.sha256)?;
    let same = |size: u64, sha256: &str| size == facts.size && sha256 == facts.sha256;
    let rehashed = blob
        .as_ref()
        .and_then(|blob| blob.receipt.as_ref())
        .is_some_and(|receipt| same(receipt.size, &receipt.sha256));
    // The township's statement is itself an entry of the log; one without an index proves nothing.
    let stated = blob.as_ref().and_then(|blob| blob.received.as_ref());
    let logged = stated
        .and_then(|mark| Digest::from_base64(mark.entry.as_str()).ok())
        .map(|hash| store.entry(&hash))
        .transpose()?
        .flatten()
        .is_some_and(|entry| entry.index.is_some());
    let days = stated
        .and_then(|mark| calendar::parse(&mark.at))
        .map_or(0, |since| u32::try_from((now - since).num_days()).unwrap_or(0));
    Ok(Safety {
        held_here: Digest::from_hex(&facts.sha256).is_ok_and(|digest| actor.vault.holds(&digest)),
        receipt: receipt.is_some(),
        rehashed: rehashed && logged,
        second_copy,
        days_since_receipt: days,
        days_required,
    })
}

/// Codes of what still keeps the local copy.
pub(super) fn kept_because(state: &MediaState, safety: Safety) -> Vec<String> {
    let command = MediaCommand::EraseLocally { reason: "asked".to_owned(), safety };
    match liuhen_core::media::decide(state, command) {
        Err(liuhen_core::Refusal::NotYetSafe(unproven)) => unproven
            .iter()
            .filter_map(|what| serde_json::to_value(what).ok()?.as_str().map(str::to_owned))
            .collect(),
        Err(refusal) => vec![refusal.code().to_owned()],
        Ok(_) => Vec::new(),
    }
}

/// Erases the local copy of a file. The entry comes first: what is gone is on record as gone.
pub fn erase(laptop: &Laptop, input: EraseMedia) -> Result<MediaView> {
    laptop.officer()?;
    let keep_days = laptop.settings()?.keep_days;
    let now = laptop.moment().now();
    let (sha256, size) = laptop.read(|store| {
        let (_, state) = find(store, &input.media)?;
        let facts = state.facts.ok_or_else(|| ApiError::not_found("media"))?;
        Ok((facts.sha256, facts.size))
    })?;
    // Read before the store is held: a copy may be large.
    let second_copy = match &input.second_copy {
        Some(path) => is_copy(Path::new(path), &sha256, size)?,
        None => false,
    };
    let reason = input.reason.clone().unwrap_or_else(|| sentence("result.erase_reason", &[]));
    let id = laptop.act(|store, actor| {
        let (id, state) = find(store, &input.media)?;
        let safety = safety_of(store, actor, &state, keep_days, now, second_copy)?;
        decide_and_commit(store, actor, &id, &state, MediaCommand::EraseLocally { reason, safety })?;
        let digest = Digest::from_hex(&sha256)?;
        actor.vault.erase(&digest)?;
        store.drop_held(&digest)?;
        Ok(id)
    })?;
    shown(laptop, &id)
}

/// Whether a file elsewhere has exactly these bytes.
fn is_copy(path: &Path, sha256: &str, size: u64) -> Result<bool> {
    let failed = |error: std::io::Error| ApiError::file(path, &error);
    let mut file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.len() != size {
        return Ok(false);
    }
    let mut hash = Sha256::new();
    let mut piece = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut piece).map_err(failed)?;
        if read == 0 {
            return Ok(Digest(hash.finalize().into()).to_hex() == sha256);
        }
        hash.update(&piece[..read]);
    }
}
