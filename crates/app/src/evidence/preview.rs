//! Looking at files before they are imported: what they are, when they were made, how they belong
//! together, and whether they fit on the disk. Nothing is copied.

use std::path::{Path, PathBuf};

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

/// A file with what it tells about itself.
pub(super) struct Looked {
    pub(super) path: PathBuf,
    pub(super) size: u64,
    pub(super) facts: Facts,
    pub(super) captured: Capture,
    pub(super) group: Option<String>,
}

impl Looked {
    /// File name without its folder.
    pub(super) fn name(&self) -> String {
        name_of(&self.path)
    }
}

pub(super) fn name_of(path: &Path) -> String {
    listing::shown(path)
}

/// Finds the files behind the paths. Files that systems leave on cards are passed over in silence.
pub(super) fn list(paths: &[String], work: &Work) -> Result<Listing> {
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
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
        looked.push(Looked { path: found.path.clone(), size: found.size, facts, captured, group: None });
    }
    let parts: Vec<Part> = looked.iter().map(|file| Part::of(&file.facts)).collect();
    for members in group::group(&parts) {
        let name = members.first().map(|first| stem_of(&looked[*first].path));
        for member in members {
            looked[member].group.clone_from(&name);
        }
    }
    Ok(looked)
}

/// The common name of a split recording: that of its first part, without its ending.
fn stem_of(path: &Path) -> String {
    let name = listing::shown(path);
    name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned()
}

/// The clock offset as the plain sentence people use.
pub(super) fn offset_sentence(offset_seconds: i64) -> Option<String> {
    let seconds = offset_seconds.unsigned_abs().to_string();
    match offset_seconds {
        0 => None,
        // True time = device time + offset: a fast camera has a negative one.
        ..0 => Some(sentence("result.clock_fast", &[("seconds", &seconds)])),
        _ => Some(sentence("result.clock_slow", &[("seconds", &seconds)])),
    }
}

/// Looks at files before importing them.
pub fn import_preview(laptop: &Laptop, input: PreviewImport) -> Result<ImportPreview> {
    laptop.officer()?;
    let offset = i64::from(input.offset_seconds);
    let work = Work::silent();
    let listing = list(&input.paths, &work)?;
    let files = look(laptop, &listing, offset, &work)?;
    let total: u64 = files.iter().map(|file| file.size).sum();
    let free = laptop.vault()?.room()?;
    Ok(ImportPreview {
        unreadable: unreadable(&listing),
        files: files.iter().map(|file| candidate(file, offset)).collect(),
        total: Size(total),
        free: Size(free),
        fits: total < free,
        offset_sentence: offset_sentence(offset),
    })
}

fn candidate(file: &Looked, offset: i64) -> ImportCandidate {
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
        proposal,
    }
}
