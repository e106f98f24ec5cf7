//! Media for screens.

use liuhen_core::media::{CaptureSource as Source, Derived, MediaRecorded, MediaState, Moment};
use liuhen_core::township::BlobState;
use liuhen_protocol::Digest;
use liuhen_store::{Query, Store};

use crate::error::Result;
use crate::input::ListMedia;
use crate::record::read_document;
use crate::screen::Screen;
use crate::view::{CaptureSource, Custody, MediaKind, MediaList, MediaView, MomentView, OriginView, Size};

/// Kind by MIME type.
pub(crate) fn kind_of(mime: &str) -> MediaKind {
    match mime.split('/').next() {
        Some("video") => MediaKind::Video,
        Some("audio") => MediaKind::Audio,
        Some("image") => MediaKind::Image,
        _ if mime == "application/pdf" => MediaKind::Document,
        _ => MediaKind::Other,
    }
}

/// What the township says of a file's bytes.
pub(crate) fn blob_of(store: &Store, sha256: &str) -> Result<Option<BlobState>> {
    let document = store.document("blob", sha256)?;
    let state: Option<BlobState> = document.map(|document| read_document(&document)).transpose()?;
    Ok(state.filter(|state| state.received.is_some()))
}

/// A file.
pub(crate) fn media_view(store: &Store, screen: &Screen, id: &str, state: &MediaState) -> Result<MediaView> {
    // An erased body leaves a file without facts: it is shown with what is known.
    let none = MediaRecorded::default();
    let facts = state.facts.as_ref().unwrap_or(&none);
    let received = blob_of(store, &facts.sha256)?;
    let here = Digest::from_hex(&facts.sha256).is_ok_and(|digest| screen.actor.vault.holds(&digest));
    Ok(MediaView {
        id: id.to_owned(),
        name: facts.name.clone(),
        mime: facts.mime.clone(),
        kind: kind_of(&facts.mime),
        size: Size(facts.size),
        sha256: facts.sha256.clone(),
        sm3: state.sm3().unwrap_or_default().to_owned(),
        captured_at: facts.captured_at.clone(),
        capture_source: CaptureSource::from(facts.capture_source),
        offset_seconds: i32::try_from(facts.offset_seconds).unwrap_or_default(),
        recorded_at: state.recorded.as_ref().map(|mark| mark.at.clone()).unwrap_or_default(),
        received_at: received.as_ref().and_then(|blob| blob.received.as_ref()).map(|mark| mark.at.clone()),
        duration_ms: facts.duration_ms.map(|length| u32::try_from(length).unwrap_or(u32::MAX)),
        coordinates: facts.coordinates.map(super::coordinates_out),
        officer: screen.names.author(state.recorded.as_ref().and_then(|mark| mark.by.as_ref())),
        device: facts.device.clone(),
        group: facts.group.clone(),
        matters: state.matters().map(ToString::to_string).collect(),
        marked: state.marked.is_some(),
        here,
        custody: if received.is_some() { Custody::Held } else { Custody::Waiting },
        transferred: facts.derived.is_none() && is_transferred(&facts.mime, facts.capture_source),
        moments: state.moments.iter().map(|moment| moment_view(screen, moment)).collect(),
        origin: facts.derived.as_ref().map(|derived| origin_of(store, derived)).transpose()?,
    })
}

/// Whether a picture tells nothing of its taking: it went through a messenger or a screen.
pub(crate) fn is_transferred(mime: &str, source: Source) -> bool {
    mime.starts_with("image/") && source != Source::Exif
}

fn moment_view(screen: &Screen, moment: &Moment) -> MomentView {
    MomentView {
        entry: moment.mark.entry.to_string(),
        at_ms: u32::try_from(moment.at_ms).unwrap_or(u32::MAX),
        text: moment.text.clone(),
        officer: screen.names.author(moment.mark.by.as_ref()),
        recorded_at: moment.mark.at.clone(),
    }
}

fn origin_of(store: &Store, derived: &Derived) -> Result<OriginView> {
    let document = store.document("media", &derived.media)?;
    let state: Option<MediaState> = document.map(|document| read_document(&document)).transpose()?;
    Ok(OriginView {
        media: derived.media.clone(),
        name: state.and_then(|state| state.facts).map(|facts| facts.name).unwrap_or_default(),
        at_ms: u32::try_from(derived.at_ms).unwrap_or(u32::MAX),
    })
}

/// Files linked to a matter, by capture time.
pub(crate) fn media_of_matter(store: &Store, screen: &Screen, matter: &str) -> Result<Vec<MediaView>> {
    let mut found = Vec::new();
    for link in store.documents(&Query::kind("media_link").matter(matter).state("linked"))? {
        let id = link.id.split('/').next().unwrap_or_default();
        let Some(document) = store.document("media", id)? else { continue };
        found.push(media_view(store, screen, id, &read_document(&document)?)?);
    }
    let when = |media: &MediaView| media.captured_at.clone().unwrap_or_else(|| media.recorded_at.clone());
    found.sort_by(|one, other| (when(one), &one.name).cmp(&(when(other), &other.name)));
    Ok(found)
}

/// Files by the filters asked for: what belongs to no matter first, then newest import first.
pub(crate) fn media_lines(
    store: &Store,
    screen: &Screen,
    input: &ListMedia,
    limit: u32,
) -> Result<MediaList> {
    if let Some(matter) = &input.matter {
        let media = media_of_matter(store, screen, matter)?;
        return Ok(MediaList { media, more: false });
    }
    let most = limit.saturating_add(1);
    let of = |state: &str| store.documents(&Query::kind("media").state(state).limit(most));
    let mut documents = of("unlinked")?;
    if !input.unlinked && documents.len() < most as usize {
        documents.extend(of("linked")?);
    }
    let more = documents.len() > limit as usize;
    let media = documents
        .iter()
        .take(limit as usize)
        .map(|document| media_view(store, screen, &document.id, &read_document(document)?))
        .collect::<Result<_>>()?;
    Ok(MediaList { media, more })
}
