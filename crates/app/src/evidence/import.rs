//! Importing: the vault first, then the entry, file by file.

use std::collections::HashMap;
use std::path::PathBuf;

use liuhen_core::ids::MatterId;
use liuhen_core::media::{MediaCommand, MediaRecorded, MediaState};
use liuhen_protocol::Digest;
use liuhen_store::vault::{ImportOptions, Imported, Sm3};
use liuhen_store::work::Work;
use liuhen_store::{Query, Store};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::preview::{self, Looked};
use super::sources::{self, matter_of};
use super::stage;
use super::{MEDIA, decide_and_commit};
use crate::capture;
use crate::error::{ApiError, Result};
use crate::input::ImportMedia;
use crate::jobs;
use crate::laptop::{Actor, Laptop};
use crate::progress::Files;
use crate::record::read_document;
use crate::view::{
    FileState, ImportOutcome, ImportedFile, JobKind, JobResult, JobView, Size, UnreadablePath, make,
};

/// Prefix of the settings that hold what was imported while the home was locked.
const LEFT_OVER: &str = "import/";

/// A file in the vault whose entry could not be signed yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct LeftOver {
    officer: String,
    facts: MediaRecorded,
    matter: Option<String>,
}

/// Which media the record knows, by SHA-256. Read once per import.
type Known = HashMap<String, String>;

fn known(store: &Store) -> Result<Known> {
    let mut known = Known::new();
    for document in store.documents(&Query::kind(MEDIA))? {
        let state: MediaState = read_document(&document)?;
        if let Some(facts) = state.facts {
            known.insert(facts.sha256, document.id.clone());
        }
    }
    Ok(known)
}

/// What an entry says of a file's bytes.
fn bytes_of(imported: &Imported) -> MediaRecorded {
    MediaRecorded {
        size: imported.held.size,
        sha256: imported.held.digest.to_hex(),
        sm3: imported.sm3.map(|sm3| sm3.to_hex()),
        manifest: imported.manifest_held.digest.to_hex(),
        ..MediaRecorded::default()
    }
}

/// What an entry says of an imported file.
fn facts_of(file: &Looked, bytes: MediaRecorded, input: &ImportMedia) -> MediaRecorded {
    MediaRecorded {
        name: file.name(),
        mime: file.facts.mime.clone(),
        captured_at: file.captured.at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        capture_source: file.captured.source,
        offset_seconds: i64::from(input.offset_seconds),
        coordinates: file.facts.coordinates,
        duration_ms: file.facts.duration_ms,
        group: file.group.clone(),
        device: input.device.clone().or_else(|| file.facts.device().map(str::to_owned)),
        officer: file.facts.name.officer.clone(),
        ..bytes
    }
}

/// Writes the entries of one file, or the link that is missing. Answers its id, and whether the
/// record knew the bytes before.
fn record(
    laptop: &Laptop,
    store: &mut Store,
    actor: &Actor,
    known: &mut Known,
    facts: MediaRecorded,
    matter: Option<&str>,
) -> Result<(String, bool)> {
    let sha256 = facts.sha256.clone();
    if let Some(id) = known.get(&sha256).cloned() {
        let document = store.document(MEDIA, &id)?.ok_or_else(|| ApiError::not_found(MEDIA))?;
        let state: MediaState = read_document(&document)?;
        if let Some(matter) = matter.map(MatterId::from).filter(|matter| !state.is_linked(matter)) {
            decide_and_commit(store, actor, &id, &state, MediaCommand::Link { matter })?;
        }
        return Ok((id, true));
    }
    let id = laptop.moment().uuid()?.to_string();
    let command = MediaCommand::Record { facts: Box::new(facts), matter: matter.map(MatterId::from) };
    decide_and_commit(store, actor, &id, &MediaState::default(), command)?;
    known.insert(sha256, id.clone());
    Ok((id, false))
}

/// Imports files and records them; returns when it is done. A file that fails leaves the others alone.
pub fn import_files(laptop: &Laptop, input: &ImportMedia, work: &Work) -> Result<ImportOutcome> {
    import_watched(laptop, input, work, &Files::default())
}

fn import_watched(laptop: &Laptop, input: &ImportMedia, work: &Work, shown: &Files) -> Result<ImportOutcome> {
    let actor = laptop.actor()?;
    let mut known = laptop.read(|store| {
        let elsewhere = input.into.iter().filter_map(|into| into.matter.as_ref());
        for matter in input.matter.iter().chain(elsewhere) {
            capture::state_of(store, matter)?;
        }
        known(store)
    })?;
    // Before the files are looked at: who stops then wants to go on, too.
    sources::remember(laptop, &actor.officer, input)?;
    let seen = preview::list(&input.paths, work).and_then(|listing| {
        let files = preview::look(laptop, &listing, &input.paths, i64::from(input.offset_seconds), work)?;
        Ok((listing, files))
    });
    if seen.as_ref().is_err_and(|error| !error.is("cancelled")) {
        sources::forget(laptop)?;
    }
    let (listing, files) = seen?;
    let (ready, files): (Vec<Looked>, Vec<Looked>) =
        files.into_iter().partition(|file| file.staged.is_some());
    shown.begin(files.iter().map(|file| (preview::name_of(&file.path), file.size)));
    let later = input.sm3_later.unwrap_or(laptop.settings()?.sm3_later);
    let options = ImportOptions { sm3: if later { Sm3::Later } else { Sm3::Now } };
    let officer = actor.officer.clone();
    let vault = actor.vault.clone();
    // The key is not kept while files are read: locking the home must drop it.
    drop(actor);
    let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
    let mut done: Vec<(usize, String, bool)> = Vec::new();
    for (at, file) in ready.iter().enumerate() {
        // First in the order told, and no bytes to copy.
        if let Some((id, already)) = keep_staged(laptop, &mut known, file, input)? {
            done.push((at, id, already));
        }
    }
    let first = ready.len();
    let work = shown.watch(work);
    let mut failed = preview::unreadable(&listing);
    let mut cancelled = false;
    let mut copied = 0;
    vault.import_many(&paths, options, &work, &mut |at, result| {
        let kept = result.map_err(ApiError::from).and_then(|imported| {
            if !imported.already {
                copied += imported.held.size;
            }
            keep(laptop, &officer, &mut known, &files[at], &imported, input)
        });
        match kept {
            Ok(Some((id, already))) => {
                shown.end(at, if already { FileState::Already } else { FileState::Done });
                done.push((first + at, id, already));
            }
            Ok(None) => shown.end(at, FileState::Done),
            Err(error) if error.is("cancelled") => cancelled = true,
            Err(error) => {
                shown.end(at, FileState::Failed);
                failed.push(UnreadablePath {
                    path: files[at].path.display().to_string(),
                    code: error.code,
                    message: error.message,
                });
            }
        }
    });
    if !cancelled {
        sources::forget(laptop)?;
    }
    if cancelled && done.is_empty() {
        return Err(ApiError::new("cancelled"));
    }
    if done.is_empty() && failed.len() == 1 && files.len() == 1 {
        // One file asked for, and it failed: that is the answer, with its own code.
        let only = failed.remove(0);
        return Err(ApiError { message: only.message, ..ApiError::new(&only.code) });
    }
    if laptop.officer().is_err() {
        // Nobody is there to be shown anything; what was read is safe and is recorded at unlocking.
        return Err(ApiError::new("import_waits"));
    }
    done.sort_by_key(|(at, ..)| *at);
    outcome(laptop, &done, failed, copied)
}

/// Keeps the vault's rows of a file and records it; or leaves it for its officer when the home was
/// locked meanwhile.
fn keep(
    laptop: &Laptop,
    officer: &str,
    known: &mut Known,
    file: &Looked,
    imported: &Imported,
    input: &ImportMedia,
) -> Result<Option<(String, bool)>> {
    let facts = facts_of(file, bytes_of(imported), input);
    let matter = matter_of(input, &file.path.display().to_string());
    laptop.with_store(|store| -> Result<()> {
        Ok(store.keep_all_held(&[imported.held, imported.manifest_held])?)
    })?;
    if laptop.officer().is_ok_and(|now| now == officer) {
        return laptop.act(|store, actor| record(laptop, store, actor, known, facts, matter).map(Some));
    }
    let left = LeftOver { officer: officer.to_owned(), matter: matter.map(str::to_owned), facts };
    let key = format!("{LEFT_OVER}{}", left.facts.sha256);
    let row = serde_json::to_value(&left).map_err(ApiError::invalid)?;
    laptop.with_store(|store| -> Result<()> { Ok(store.set_setting(&key, &row)?) })?;
    Ok(None)
}

/// Records a file whose bytes came in before, as a stream.
fn keep_staged(
    laptop: &Laptop,
    known: &mut Known,
    file: &Looked,
    input: &ImportMedia,
) -> Result<Option<(String, bool)>> {
    let Some(staged) = &file.staged else { return Ok(None) };
    let facts = facts_of(file, stage::recorded(staged), input);
    let path = file.path.display().to_string();
    laptop.act(|store, actor| {
        let kept = record(laptop, store, actor, known, facts, matter_of(input, &path))?;
        stage::forget(store, &path)?;
        Ok(Some(kept))
    })
}

fn outcome(
    laptop: &Laptop,
    done: &[(usize, String, bool)],
    failed: Vec<UnreadablePath>,
    copied: u64,
) -> Result<ImportOutcome> {
    let screen = laptop.screen()?;
    let files = laptop.read(|store| {
        done.iter()
            .map(|(_, id, already)| {
                let document = store.document(MEDIA, id)?.ok_or_else(|| ApiError::not_found(MEDIA))?;
                let media = make::media_view(store, &screen, id, &read_document(&document)?)?;
                Ok(ImportedFile { media, already: *already })
            })
            .collect::<Result<Vec<_>>>()
    })?;
    Ok(ImportOutcome { files, failed, copied: Size(copied) })
}

/// Starts an import.
pub fn import(laptop: &Laptop, input: ImportMedia) -> Result<JobView> {
    laptop.officer()?;
    if input.paths.is_empty() {
        return Err(ApiError::new("no_files"));
    }
    let files = Files::default();
    jobs::start_with(laptop, JobKind::Import, files.clone(), move |laptop, work| {
        import_watched(laptop, &input, work, &files).map(JobResult::Import)
    })
}

/// Records what was imported while the home was locked, for the officer who unlocked now.
pub(crate) fn commit_left_over(laptop: &Laptop) -> Result<()> {
    let rows = laptop.read(|store| Ok(store.settings_with_prefix(LEFT_OVER)?))?;
    if rows.is_empty() {
        return Ok(());
    }
    let mut known = laptop.read(known)?;
    for (key, row) in rows {
        laptop.act(|store, actor| {
            let Some(left) = read(row).filter(|left| left.officer == actor.officer) else { return Ok(()) };
            record(laptop, store, actor, &mut known, left.facts, left.matter.as_deref())?;
            Ok(store.remove_setting(&key)?)
        })?;
    }
    Ok(())
}

fn read(row: Value) -> Option<LeftOver> {
    serde_json::from_value(row).ok()
}

/// Files of the vault that entries will name once their officer unlocks.
pub(crate) fn left_over_digests(store: &Store) -> Result<Vec<Digest>> {
    let rows = store.settings_with_prefix(LEFT_OVER)?;
    let left = rows.into_iter().filter_map(|(_, row)| read(row));
    let named = left
        .flat_map(|left| [left.facts.sha256, left.facts.manifest])
        .filter_map(|hex| Digest::from_hex(&hex).ok());
    Ok(named.chain(stage::digests(store)?).collect())
}
