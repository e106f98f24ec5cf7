//! 补算 SM3: what an import put off is computed from the vault at low priority, and said by an entry of its own.
//!
//! What is pending is asked of the documents, so a kill, a lock or a cancel loses nothing: the next run goes on.

use std::collections::HashSet;

use liuhen_core::media::{MediaCommand, MediaDigested};
use liuhen_protocol::Digest;
use liuhen_store::vault;
use liuhen_store::work::Work;
use liuhen_store::{Query, Store};

use super::{decide_and_commit, find};
use crate::error::{ApiError, Result};
use crate::input::Nothing;
use crate::jobs;
use crate::laptop::Laptop;
use crate::view::{DigestOutcome, JobKind, JobResult, JobView};

fn pending() -> Query {
    Query::kind("media_sm3").state("pending").oldest()
}

/// How many files wait for their SM3.
pub(crate) fn count_pending(store: &Store) -> Result<u32> {
    Ok(u32::try_from(store.count_documents(&pending())?).unwrap_or(u32::MAX))
}

/// Files that wait for their SM3 and whose bytes are on this laptop, oldest first.
fn pending_here(laptop: &Laptop) -> Result<Vec<(String, Digest)>> {
    let vault = laptop.vault()?;
    laptop.read(|store| {
        let mut files = Vec::new();
        for line in store.documents(&pending())? {
            let (id, state) = find(store, &line.id)?;
            let Some(facts) = state.facts else { continue };
            let digest = Digest::from_hex(&facts.sha256)?;
            if vault.holds(&digest) {
                files.push((id, digest));
            }
        }
        Ok(files)
    })
}

/// Computes and records every SM3 that was put off; returns when it is done. A damaged file leaves the others
/// alone: it stays pending, and a check of the home names it.
pub fn digest_files(laptop: &Laptop, work: &Work) -> Result<DigestOutcome> {
    laptop.officer()?;
    let mut done = 0;
    for (id, sha256) in pending_here(laptop)? {
        laptop.officer()?;
        let sm3 = match laptop.vault()?.complete_sm3(&sha256, work) {
            Ok(sm3) => sm3,
            Err(vault::Error::Missing | vault::Error::WrongDigest) => continue,
            Err(error) if error.is_damage() => continue,
            Err(error) => return Err(error.into()),
        };
        let digested = MediaDigested { sha256: sha256.to_hex(), sm3: sm3.to_hex() };
        laptop.act(|store, actor| {
            // Another run, or an entry that came by sync, may have said it meanwhile: then nothing is written.
            let (_, state) = find(store, &id)?;
            decide_and_commit(store, actor, &id, &state, MediaCommand::Digest(digested))
        })?;
        done += 1;
    }
    Ok(DigestOutcome { done, pending: laptop.read(count_pending)? })
}

/// Starts computing the SM3 that imports put off.
pub fn digest_media(laptop: &Laptop, _: Nothing) -> Result<JobView> {
    laptop.officer()?;
    if laptop.jobs().running(JobKind::Digest).is_some() {
        return Err(ApiError::new("job_running"));
    }
    jobs::start(laptop, JobKind::Digest, |laptop, work| digest_files(laptop, work).map(JobResult::Digest))
}

/// Starts it by itself where something waits that was not tried since unlocking. A shell that stays open
/// asks every few seconds.
pub(crate) fn digest_by_itself(laptop: &Laptop, tried: &mut HashSet<String>) {
    if !laptop.is_open() {
        tried.clear();
        return;
    }
    let busy =
        [JobKind::Import, JobKind::Digest].into_iter().any(|kind| laptop.jobs().running(kind).is_some());
    if busy || !laptop.read(count_pending).is_ok_and(|count| count > 0) {
        return;
    }
    let Ok(files) = pending_here(laptop) else { return };
    // What was cancelled or is damaged is not begun again and again.
    let fresh = files.into_iter().map(|(id, _)| id).filter(|id| tried.insert(id.clone())).count();
    if fresh > 0 {
        drop(digest_media(laptop, Nothing {}));
    }
}
