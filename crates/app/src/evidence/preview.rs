//! Looking at files before they are imported: what they are, when they were made, how they belong
//! together, and whether they fit on the disk. Nothing is copied.

use std::path::{Path, PathBuf};

use liuhen_core::media::CaptureSource;
use liuhen_store::media::capture::{self, Capture};
use liuhen_store::media::facts::{self, Facts, FactsCommand};
use liuhen_store::media::group::{self, Part};
use liuhen_store::media::listing::{self, Listing};
use liuhen_store::work::Work;

use crate::error::{ApiError, Result};
use crate::input::PreviewImport;
use crate::laptop::Laptop;
use crate::strings::sentence;
use crate::view::{ClockProposal, ImportCandidate, ImportPreview, Size, UnreadablePath, make};

use super::propose::{Before, Offers};
use super::stage::{self, Staged};

/// A file with what it tells about itself.
pub(super) struct Looked {
    pub(super) path: PathBuf,
    pub(super) size: u64,
    pub(super) facts: Facts,
    pub(super) captured: Capture,
    pub(super) group: Option<String>,
    /// Its bytes are in the vault already.
    pub(super) staged: Option<Staged>,
}

impl Looked {
    /// File name without its folder.
    pub(super) fn name(&self) -> String {
        self.staged.as_ref().map_or_else(|| name_of(&self.path), |staged| staged.name.clone())
    }
}

pub(super) fn name_of(path: &Path) -> String {
    listing::shown(path)
}

/// Finds the files behind the paths. Files that systems leave on cards are passed over in silence;
/// staged files have no path and are no part of it.
pub(super) fn list(paths: &[String], work: &Work) -> Result<Listing> {
    let staged = paths.iter().any(|path| stage::is_staged(path));
    let paths: Vec<PathBuf> =
        paths.iter().filter(|path| !stage::is_staged(path)).map(PathBuf::from).collect();
    if paths.is_empty() && staged {
        return Ok(Listing::default());
    }
    let mut listing = listing::list(&paths, work)?;
    listing.skipped.retain(|skipped| !matches!(skipped.why, listing::Why::SystemFile));
    if let (true, Some(skipped)) = (listing.files.is_empty(), listing.skipped.first()) {
        let path = skipped.path.display().to_string();
        let code = if skipped.why.code() == "source_missing" { "file_missing" } else { skipped.why.code() };
        return Err(ApiError::with(code, &[("path", &path)]));
    }
    if listing.files.is_empty() {
        return Err(ApiError::new("no_files"));
    }
    Ok(listing)
}

/// Paths that were passed over, each with its reason.
pub(super) fn unreadable(listing: &Listing) -> Vec<UnreadablePath> {
    let skipped = listing.skipped.iter().map(|skipped| {
        let (path, code) = (skipped.path.display().to_string(), skipped.why.code());
        let message = sentence(&format!("error.{code}"), &[("path", &path)]);
        UnreadablePath { path, code: code.to_owned(), message }
    });
    skipped.collect()
}

/// Reads the facts of each file, in a child process, and groups split recordings.
pub(super) fn look(
    laptop: &Laptop,
    listing: &Listing,
    paths: &[String],
    offset_seconds: i64,
    work: &Work,
) -> Result<Vec<Looked>> {
    let command = match laptop.facts_command() {
        Some(command) => command,
        None => {
            FactsCommand::this_program().map_err(|error| ApiError::new("internal").detail(error.kind()))?
        }
    };
    let now = laptop.moment().now();
    let mut looked = Vec::with_capacity(listing.files.len());
    for found in &listing.files {
        work.check()?;
        let facts = facts::read(&found.path, &command);
        let captured = capture::capture(&facts, offset_seconds, now);
        looked.push(Looked {
            path: found.path.clone(),
            size: found.size,
            facts,
            captured,
            group: None,
            staged: None,
        });
    }
    for path in paths.iter().filter(|path| stage::is_staged(path)) {
        let staged = stage::take_staged(laptop, path)?;
        looked.push(Looked {
            path: PathBuf::from(path),
            size: staged.size,
            captured: capture::capture(&staged.facts, offset_seconds, now),
            facts: staged.facts.clone(),
            group: None,
            staged: Some(staged),
        });
    }
    let parts: Vec<Part> = looked.iter().map(|file| Part::of(&file.facts)).collect();
    for members in group::group(&parts) {
        let name = members.first().map(|first| stem_of(&looked[*first].name()));
        for member in members {
            looked[member].group.clone_from(&name);
        }
    }
    Ok(looked)
}

/// The common name of a split recording: that of its first part, without its ending.
fn stem_of(name: &str) -> String {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}

/// The clock offset as the plain sentence people use.
pub(super) fn offset_sentence(offset_seconds: i64) -> Option<String> {
    let span = span_of(offset_seconds.unsigned_abs());
    match offset_seconds {
        0 => None,
        // True time = device time + offset: a fast camera has a negative one.
        ..0 => Some(sentence("result.clock_fast", &[("span", &span)])),
        _ => Some(sentence("result.clock_slow", &[("span", &span)])),
    }
}

/// Seconds as people say them: 40 秒, 7 分 40 秒, 8 小时 5 分.
fn span_of(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let [h, m, s] = [hours, minutes, rest].map(|part| part.to_string());
    match (hours, minutes) {
        (0, 0) => sentence("result.span_seconds", &[("s", &s)]),
        (0, _) => sentence("result.span_minutes", &[("m", &m), ("s", &s)]),
        _ => sentence("result.span_hours", &[("h", &h), ("m", &m)]),
    }
}

/// Looks at files before importing them.
pub fn import_preview(laptop: &Laptop, input: PreviewImport) -> Result<ImportPreview> {
    laptop.officer()?;
    let offset = i64::from(input.offset_seconds);
    let work = Work::silent();
    let listing = list(&input.paths, &work)?;
    let files = look(laptop, &listing, &input.paths, offset, &work)?;
    let officer = laptop.officer()?;
    let (offers, before) = laptop.read(|store| Ok((Offers::load(store, &officer)?, Before::load(store)?)))?;
    // What is staged is in the vault: it takes no more room.
    let total: u64 = files.iter().filter(|file| file.staged.is_none()).map(|file| file.size).sum();
    let free = laptop.vault()?.room()?;
    Ok(ImportPreview {
        unreadable: unreadable(&listing),
        files: files.iter().map(|file| candidate(file, offset, &offers, &before)).collect(),
        total: Size(total),
        free: Size(free),
        fits: total < free,
        offset_sentence: offset_sentence(offset),
        clocks: before.clocks(files.iter().filter_map(|file| file.facts.device())),
    })
}

fn candidate(file: &Looked, offset: i64, offers: &Offers, before: &Before) -> ImportCandidate {
    let proposal = file.captured.proposal.map(|proposal| {
        let offset = offset + proposal.add_seconds;
        ClockProposal {
            offset_seconds: i32::try_from(offset).unwrap_or_default(),
            sentence: sentence("result.clock_proposal", &[("seconds", &offset.to_string())]),
        }
    });
    ImportCandidate {
        path: file.path.display().to_string(),
        name: file.name(),
        size: Size(file.size),
        kind: make::kind_of(&file.facts.mime),
        mime: file.facts.mime.clone(),
        captured_at: file.captured.at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        capture_source: file.captured.source.into(),
        duration_ms: file.facts.duration_ms.map(|length| u32::try_from(length).unwrap_or(u32::MAX)),
        coordinates: file.facts.coordinates.map(make::coordinates_out),
        group: file.group.clone(),
        device: file.facts.device().map(str::to_owned),
        proposal,
        // Without a time of its own a file may be of any day: none is offered then.
        matter: file
            .captured
            .at
            .filter(|_| {
                !matches!(file.captured.source, CaptureSource::File | CaptureSource::None)
                    || file.facts.name.start.is_some()
            })
            .and_then(|at| offers.of(at, file.facts.duration_ms.unwrap_or_default())),
        known: before.has(&file.name(), file.size),
        transferred: make::is_transferred(&file.facts.mime, file.captured.source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_said_as_people_say_it() {
        assert_eq!(span_of(40), "40 秒");
        assert_eq!(span_of(460), "7 分 40 秒");
        assert_eq!(span_of(29_100), "8 小时 5 分");
    }
}
