//! Media (音像资料): importing files, showing them, linking them to matters, letting local copies go.
//!
//! A file is durable in the vault before an entry names it. When the home is locked while an import
//! runs, what was imported waits, encrypted, for its officer to unlock; then the entries follow.

mod clear;
mod digest;
mod erase;
mod import;
mod outside;
mod preview;
mod propose;
mod signature;
mod sources;
mod stage;
mod still;

use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::path::Path;

use liuhen_core::ids::MatterId;
use liuhen_core::media::{self, MediaCommand, MediaMarked, MediaState};
use liuhen_protocol::{Digest, Manifest};
use liuhen_store::media::thumbnail;
use liuhen_store::vault::Vault;
use liuhen_store::work::Work;
use liuhen_store::{Query, Store};

use crate::capture;
use crate::departures;
use crate::error::{ApiError, Result};
use crate::input::{
    CheckMedia, LinkMedia, ListMedia, ListThumbnails, MarkMedia, OpenMedia, SaveMedia, UnlinkMedia,
};
use crate::jobs;
use crate::laptop::{Actor, Laptop};
use crate::projector::Showing;
use crate::record::{draft_entries, read_document};
use crate::screen::Screen;
use crate::view::{
    JobKind, JobResult, JobView, MatterLine, MediaCheck, MediaDetail, MediaKind, MediaList, MediaView,
    SavedFile, Size, Thumbnails, make,
};

pub use clear::{clear_camera, clear_files};
pub(crate) use digest::{count_pending, digest_by_itself};
pub use digest::{digest_files, digest_media};
pub use erase::erase;
pub(crate) use import::commit_left_over;
pub(crate) use import::left_over_digests;
pub use import::{import, import_files};
pub use outside::play_outside;
pub use preview::import_preview;
pub use signature::{refuse_to_sign, sign};
pub use sources::{forget_import, media_sources, watch_folder};
pub use stage::{Staging, stage, unstage};
pub use still::save_still;

/// Subject kind of a file.
pub(crate) const MEDIA: &str = "media";
/// Lists shown at once unless asked otherwise.
const USUAL_LIMIT: u32 = 200;

/// A file by its id, or by its SHA-256.
pub(crate) fn find(store: &Store, wanted: &str) -> Result<(String, MediaState)> {
    if let Some(document) = store.document(MEDIA, wanted)? {
        return Ok((document.id.clone(), read_document(&document)?));
    }
    if wanted.len() == 64 {
        for document in store.documents(&Query::kind(MEDIA))? {
            let state: MediaState = read_document(&document)?;
            if state.facts.as_ref().is_some_and(|facts| facts.sha256 == wanted) {
                return Ok((document.id.clone(), state));
            }
        }
    }
    Err(ApiError::not_found(MEDIA))
}

/// Decides a command on a file and writes what was decided.
fn decide_and_commit(
    store: &mut Store,
    actor: &Actor,
    id: &str,
    state: &MediaState,
    command: MediaCommand,
) -> Result<()> {
    let events = media::decide(state, command)?;
    store.commit(actor.signer.as_ref(), draft_entries(MEDIA, id, &events))?;
    Ok(())
}

fn act(
    laptop: &Laptop,
    wanted: &str,
    command: impl FnOnce(&Store) -> Result<MediaCommand>,
) -> Result<MediaView> {
    let id = laptop.act(|store, actor| {
        let (id, state) = find(store, wanted)?;
        let command = command(store)?;
        decide_and_commit(store, actor, &id, &state, command)?;
        Ok(id)
    })?;
    shown(laptop, &id)
}

fn shown(laptop: &Laptop, id: &str) -> Result<MediaView> {
    let screen = laptop.screen()?;
    laptop.read(|store| {
        let (id, state) = find(store, id)?;
        make::media_view(store, &screen, &id, &state)
    })
}

/// Files, newest import first.
pub fn media_list(laptop: &Laptop, input: ListMedia) -> Result<MediaList> {
    let screen = laptop.screen()?;
    laptop.read(|store| make::media_lines(store, &screen, &input, input.limit.unwrap_or(USUAL_LIMIT)))
}

/// One file, with an address that plays it where a door is open.
pub fn media(laptop: &Laptop, input: OpenMedia) -> Result<MediaDetail> {
    let screen = laptop.screen()?;
    let keep_days = laptop.settings()?.keep_days;
    let (media, matters, kept_because) = laptop.read(|store| {
        let (id, state) = find(store, &input.media)?;
        let view = make::media_view(store, &screen, &id, &state)?;
        let safety = erase::safety_of(store, &screen.actor, &state, keep_days, screen.now, false)?;
        Ok((view, matters_of(store, &screen, &state)?, erase::kept_because(&state, safety)))
    })?;
    let url = if media.here { address(laptop, &media, false) } else { None };
    Ok(MediaDetail {
        erasable: kept_because.iter().all(|code| code == "second_copy"),
        kept_because,
        media,
        matters,
        url,
    })
}

fn matters_of(store: &Store, screen: &Screen, state: &MediaState) -> Result<Vec<MatterLine>> {
    let mut lines = Vec::new();
    for matter in state.matters() {
        // The file may be linked to a matter that is not in this officer's scope.
        if let Ok(found) = capture::state_of(store, matter.as_str()) {
            lines.push(make::matter_line(store, screen, matter.as_str(), &found)?);
        }
    }
    Ok(lines)
}

fn address(laptop: &Laptop, media: &MediaView, thumbnail: bool) -> Option<String> {
    let showing = Showing { sha256: media.sha256.clone(), mime: media.mime.clone(), thumbnail };
    laptop.projector()?.show(&showing)
}

/// Addresses of small pictures; nothing for what is no still or not here.
pub fn thumbnails(laptop: &Laptop, input: ListThumbnails) -> Result<Thumbnails> {
    let screen = laptop.screen()?;
    let mut urls = Vec::with_capacity(input.media.len());
    for id in &input.media {
        let view = laptop.read(|store| {
            let (id, state) = find(store, id)?;
            make::media_view(store, &screen, &id, &state)
        })?;
        let still = view.here && view.kind == MediaKind::Image;
        urls.push(if still { address(laptop, &view, true) } else { None });
    }
    Ok(Thumbnails { urls })
}

/// The small picture of a still, made when first asked for.
pub(crate) fn thumbnail_of(vault: &Vault, digest: &Digest) -> Result<Vec<u8>> {
    Ok(thumbnail::of(vault, digest, None)?)
}

/// Links a file to a matter (关联).
pub fn link(laptop: &Laptop, input: LinkMedia) -> Result<MediaView> {
    let LinkMedia { media, matter } = input;
    act(laptop, &media, |store| {
        capture::state_of(store, &matter)?;
        Ok(MediaCommand::Link { matter: MatterId::from(matter) })
    })
}

/// Takes back a link, with a reason (取消关联).
pub fn unlink(laptop: &Laptop, input: UnlinkMedia) -> Result<MediaView> {
    let UnlinkMedia { media, matter, reason } = input;
    act(laptop, &media, |_| Ok(MediaCommand::Unlink { matter: MatterId::from(matter), reason }))
}

/// Marks a file, or one moment of it, as important (标为重点): it is sent first.
pub fn mark(laptop: &Laptop, input: MarkMedia) -> Result<MediaView> {
    let MarkMedia { media, at_ms, text } = input;
    act(laptop, &media, |_| Ok(MediaCommand::Mark(MediaMarked { at_ms: at_ms.map(u64::from), text })))
}

/// The manifest of a file, from the vault.
pub(crate) fn manifest_of(vault: &Vault, digest: &str) -> Result<Option<Manifest>> {
    let digest = Digest::from_hex(digest)?;
    if !vault.holds(&digest) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let mut reader = vault.open(&digest, None)?;
    reader.read_to_end(&mut bytes).map_err(|error| ApiError::new("media_damaged").detail(error))?;
    Ok(Some(Manifest::decode(&bytes)?))
}

/// Reads every byte of a file again; returns when it is done.
pub fn check_file(laptop: &Laptop, input: &CheckMedia, work: &Work) -> Result<MediaCheck> {
    laptop.officer()?;
    let vault = laptop.vault()?;
    let (id, facts, held) = laptop.read(|store| {
        let (id, state) = find(store, &input.media)?;
        let facts = state.facts.ok_or_else(|| ApiError::not_found(MEDIA))?;
        let held = store.held(&Digest::from_hex(&facts.sha256)?)?;
        Ok((id, facts, held))
    })?;
    let digest = Digest::from_hex(&facts.sha256)?;
    if !vault.holds(&digest) {
        return Err(ApiError::new("media_missing"));
    }
    let manifest = manifest_of(&vault, &facts.manifest)?;
    let header = held.map(|held| held.header);
    let report = vault.check(&digest, header.as_ref(), manifest.as_ref(), true, work)?;
    let size = report.size.unwrap_or_default();
    Ok(MediaCheck {
        id,
        sound: report.is_sound() && size == facts.size,
        size: Size(size),
        sha256: facts.sha256,
    })
}

/// Starts reading a file's bytes again.
pub fn check_media(laptop: &Laptop, input: CheckMedia) -> Result<JobView> {
    laptop.officer()?;
    jobs::start(laptop, JobKind::CheckMedia, move |laptop, work| {
        check_file(laptop, &input, work).map(JobResult::CheckMedia)
    })
}

/// Writes the original of a file to a path that does not exist yet. This is asked for by a person,
/// and noted: it is the one way in which plain bytes reach a disk.
pub fn save_media(laptop: &Laptop, input: SaveMedia) -> Result<SavedFile> {
    laptop.officer()?;
    let vault = laptop.vault()?;
    let (id, sha256, held) = laptop.read(|store| {
        let (id, state) = find(store, &input.media)?;
        let facts = state.facts.ok_or_else(|| ApiError::not_found(MEDIA))?;
        let held = store.held(&Digest::from_hex(&facts.sha256)?)?;
        Ok((id, facts.sha256, held))
    })?;
    let mut reader = vault.open(&Digest::from_hex(&sha256)?, held.map(|held| held.header).as_ref())?;
    let out = Path::new(&input.out);
    let failed = |error: std::io::Error| ApiError::file(out, &error);
    departures::note(laptop, "media", &id)?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(out).map_err(failed)?;
    let written =
        copy(&mut reader, &mut file).and_then(|size| file.sync_all().map_err(failed).map(|()| size));
    if written.is_err() {
        // Half an original must not be taken for one.
        drop(std::fs::remove_file(out));
    }
    Ok(SavedFile { id, path: input.out.clone(), size: Size(written?) })
}

fn copy(reader: &mut liuhen_store::vault::Reader, file: &mut std::fs::File) -> Result<u64> {
    let mut piece = vec![0; 256 * 1024];
    let mut size = 0;
    loop {
        let read = reader.read(&mut piece).map_err(|error| ApiError::new("media_damaged").detail(error))?;
        if read == 0 {
            return Ok(size);
        }
        file.write_all(&piece[..read]).map_err(|error| {
            if error.kind() == std::io::ErrorKind::StorageFull {
                ApiError::new("disk_full")
            } else {
                ApiError::new("storage").detail(error.kind())
            }
        })?;
        size += read as u64;
    }
}
