//! 清空记录仪: emptying a camera or card of what the township holds, and of nothing else.
//!
//! Every file is read again and its digest compared with the record. It goes only when an entry names
//! these bytes, that entry has its receipt, and the township has stated, in its own log, that it
//! re-hashed them from its storage. Everything else stays, each file with its reason.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use liuhen_core::media::MediaState;
use liuhen_protocol::Digest;
use liuhen_store::Query;
use liuhen_store::work::{Phase, Progress, Work};
use sha2::{Digest as _, Sha256};

use super::{MEDIA, erase, preview};
use crate::departures;
use crate::error::{ApiError, Result};
use crate::input::ClearCamera;
use crate::jobs;
use crate::laptop::Laptop;
use crate::record::read_document;
use crate::view::{ClearOutcome, JobKind, JobResult, JobView, Size, UnreadablePath};

/// Bytes read at a time.
const PIECE: usize = 1024 * 1024;

/// The files of the record by size: a source whose size nobody knows need not be read.
type Known = HashMap<u64, Vec<(String, String)>>;

fn known(laptop: &Laptop) -> Result<Known> {
    laptop.read(|store| {
        let mut known = Known::new();
        for document in store.documents(&Query::kind(MEDIA))? {
            let state: MediaState = read_document(&document)?;
            if let Some(facts) = state.facts {
                known.entry(facts.size).or_default().push((facts.sha256, document.id.clone()));
            }
        }
        Ok(known)
    })
}

/// Looks at every file of a camera, and erases what is held when asked to; returns when it is done.
pub fn clear_files(laptop: &Laptop, input: &ClearCamera, work: &Work) -> Result<ClearOutcome> {
    laptop.officer()?;
    let listing = preview::list(&input.paths, work)?;
    let known = known(laptop)?;
    let total: u64 = listing.files.iter().map(|file| file.size).sum();
    let mut outcome =
        ClearOutcome { really: input.really, cleared: Vec::new(), size: Size(0), kept: Vec::new() };
    let mut read = 0;
    for file in &listing.files {
        work.check()?;
        let name = preview::name_of(&file.path);
        let mut step = |bytes: u64| {
            read += bytes;
            let item = Some(name.clone());
            work.report(&Progress { phase: Phase::Checking, item, done: read, total: Some(total) });
        };
        match one(laptop, &known, &file.path, input.really, work, &mut step) {
            Ok(size) => {
                outcome.cleared.push(name);
                outcome.size.0 += size;
            }
            Err(error) if error.is("cancelled") => return Err(error),
            Err(error) => {
                outcome.kept.push(UnreadablePath { path: name, code: error.code, message: error.message });
            }
        }
    }
    for skipped in preview::unreadable(&listing) {
        outcome.kept.push(skipped);
    }
    Ok(outcome)
}

fn one(
    laptop: &Laptop,
    known: &Known,
    path: &Path,
    really: bool,
    work: &Work,
    step: &mut dyn FnMut(u64),
) -> Result<u64> {
    let failed = |error: std::io::Error| ApiError::file(path, &error);
    let mut file = File::open(path).map_err(failed)?;
    let before = file.metadata().map_err(failed)?;
    let Some(candidates) = known.get(&before.len()) else {
        step(before.len());
        return Err(ApiError::new("stays_not_imported"));
    };
    let sha256 = digest_of(&mut file, path, work, step)?;
    let Some((_, id)) = candidates.iter().find(|(known, _)| *known == sha256) else {
        return Err(ApiError::new("stays_not_imported"));
    };
    let screen = laptop.screen()?;
    let safety = laptop.read(|store| {
        let (_, state) = super::find(store, id)?;
        erase::safety_of(store, &screen.actor, &state, 0, screen.now, true)
    })?;
    if !(safety.receipt && safety.rehashed) {
        return Err(ApiError::new("stays_not_held"));
    }
    if really {
        let now = std::fs::symlink_metadata(path).map_err(failed)?;
        let same = now.is_file()
            && (now.dev(), now.ino(), now.len(), now.mtime(), now.mtime_nsec())
                == (before.dev(), before.ino(), before.len(), before.mtime(), before.mtime_nsec());
        if !same {
            return Err(ApiError::new("stays_changed"));
        }
        departures::note(laptop, "cleared", id)?;
        std::fs::remove_file(path).map_err(|error| ApiError::new("stays_not_erased").detail(error.kind()))?;
    }
    Ok(before.len())
}

fn digest_of(file: &mut File, path: &Path, work: &Work, step: &mut dyn FnMut(u64)) -> Result<String> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    loop {
        work.check()?;
        let read = file.read(&mut piece).map_err(|error| ApiError::file(path, &error))?;
        if read == 0 {
            return Ok(Digest(hash.finalize().into()).to_hex());
        }
        hash.update(&piece[..read]);
        step(read as u64);
    }
}

/// Starts clearing a camera, or looking at what could be cleared.
pub fn clear_camera(laptop: &Laptop, input: ClearCamera) -> Result<JobView> {
    laptop.officer()?;
    if input.paths.is_empty() {
        return Err(ApiError::new("no_files"));
    }
    jobs::start(laptop, JobKind::ClearCamera, move |laptop, work| {
        clear_files(laptop, &input, work).map(JobResult::ClearCamera)
    })
}
