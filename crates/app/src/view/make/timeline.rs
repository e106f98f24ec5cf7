//! The timeline of a matter: its notes and steps, and when files and drafts joined it.

use liuhen_core::draft::DraftState;
use liuhen_core::matter::Happening;
use liuhen_core::media::{Link, MediaState};
use liuhen_core::record::Mark;
use liuhen_store::{Query, Store};

use super::custody_of;
use crate::error::Result;
use crate::people::Names;
use crate::receipts::Clock;
use crate::record::read_document;
use crate::screen::Screen;
use crate::strings::sentence;
use crate::view::{TimelineItem, TimelineKind};

/// All lines, oldest first by the record's own order; files and drafts by their time.
pub(crate) fn timeline(store: &Store, screen: &Screen, matter: &str) -> Result<Vec<TimelineItem>> {
    let mut clock = Clock::new(store);
    let mut lines = Vec::new();
    for happening in happenings(store, matter)? {
        lines.push(line(&mut clock, screen, &happening)?);
    }
    let mut joined = media_lines(store, &mut clock, screen, matter)?;
    joined.extend(draft_lines(store, &mut clock, screen, matter)?);
    joined.sort_by(|one, other| one.recorded_at.cmp(&other.recorded_at));
    // Merged by time, but the matter's own lines never change places among themselves.
    let mut all = Vec::with_capacity(lines.len() + joined.len());
    let mut joined = joined.into_iter().peekable();
    for line in lines {
        while let Some(earlier) = joined.next_if(|other| other.recorded_at < line.recorded_at) {
            all.push(earlier);
        }
        all.push(line);
    }
    all.extend(joined);
    Ok(all)
}

/// The matter's own events in canonical order.
pub(crate) fn happenings(store: &Store, matter: &str) -> Result<Vec<Happening>> {
    let mut found = Vec::new();
    for kind in ["note", "step"] {
        for document in store.documents(&Query::kind(kind).matter(matter))? {
            found.push(read_document::<Happening>(&document)?);
        }
    }
    found.sort_by_key(|happening| happening.position);
    Ok(found)
}

/// When the second officer last confirmed.
pub(crate) fn confirmed_at(store: &Store, matter: &str) -> Result<Option<String>> {
    let steps = store.documents(&Query::kind("step").matter(matter).state("matter.second_confirmed"))?;
    Ok(steps.into_iter().filter_map(|step| step.columns.at).max())
}

fn line(clock: &mut Clock<'_>, screen: &Screen, happening: &Happening) -> Result<TimelineItem> {
    let mut item = base(clock, screen, &happening.mark, &happening.kind)?;
    item.text = text_of(&screen.names, happening);
    item.about = picture_of(happening);
    item.corrects = happening.corrects.as_ref().map(ToString::to_string);
    item.corrected_by = happening.corrected_by.iter().map(|mark| mark.entry.to_string()).collect();
    for confirmation in &happening.confirmed_by {
        let officer = screen.names.author(confirmation.by.as_ref());
        if !item.confirmed_by.contains(&officer) {
            item.confirmed_by.push(officer);
        }
    }
    Ok(item)
}

fn base(clock: &mut Clock<'_>, screen: &Screen, mark: &Mark, entry_kind: &str) -> Result<TimelineItem> {
    let entry = mark.entry.to_string();
    Ok(TimelineItem {
        kind: kind_of(entry_kind),
        entry_kind: entry_kind.to_owned(),
        recorded_at: mark.at.clone(),
        received_at: clock.received_at(&entry)?,
        officer: screen.names.author(mark.by.as_ref()),
        text: None,
        corrects: None,
        corrected_by: Vec::new(),
        about: None,
        confirmed_by: Vec::new(),
        custody: custody_of(&screen.waiting, &entry),
        entry,
    })
}

fn kind_of(entry_kind: &str) -> TimelineKind {
    use TimelineKind as K;
    match entry_kind {
        "matter.started" => K::Started,
        "matter.certificate_shown" => K::CertificateShown,
        "matter.rights_told" => K::RightsTold,
        "matter.party_set" => K::PartySet,
        "matter.note_added" => K::Note,
        "matter.second_named" => K::SecondNamed,
        "matter.second_confirmed" => K::Confirmed,
        "matter.confirmation_explained" => K::ConfirmationExplained,
        "matter.handed" => K::Handed,
        "matter.closed" => K::Closed,
        "matter.voided" => K::Voided,
        "matter.contradiction_resolved" => K::ContradictionResolved,
        "matter.arrived" => K::Arrived,
        "matter.left" => K::Left,
        "matter.signed" => K::Signed,
        "matter.sign_refused" => K::SignRefused,
        "media.linked" => K::MediaLinked,
        "media.unlinked" => K::MediaUnlinked,
        kind if kind.starts_with("draft.") => K::Draft,
        _ => K::Other,
    }
}

/// What a line says beyond its kind.
fn text_of(names: &Names, happening: &Happening) -> Option<String> {
    let body = happening.body.as_ref()?;
    let field = |name: &str| body.get(name).and_then(|value| value.as_str()).filter(|text| !text.is_empty());
    let person = |name: &str| field(name).map(|id| names.of(id).name);
    let parts = match happening.kind.as_str() {
        "matter.started" => vec![field("title").map(str::to_owned), field("place").map(str::to_owned)],
        "matter.note_added" => vec![field("text").map(str::to_owned)],
        "matter.party_set" => vec![field("name").map(str::to_owned), field("kind").map(str::to_owned)],
        "matter.second_named" => vec![person("officer"), field("reason").map(str::to_owned)],
        "matter.handed" => vec![person("to"), field("reason").map(str::to_owned)],
        "matter.signed" | "matter.sign_refused" => vec![
            field("signer").map(|signer| sentence(&format!("result.signer_{signer}"), &[])),
            field("name").map(str::to_owned),
            field("reason").map(str::to_owned),
            field("witness").map(|name| sentence("result.seen_by", &[("name", name)])),
        ],
        "matter.closed" => vec![
            field("result").map(|result| sentence(&format!("result.{result}"), &[])),
            field("until").map(str::to_owned),
        ],
        _ => vec![field("reason").map(str::to_owned)],
    };
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// The picture of a signature, to be looked at.
fn picture_of(happening: &Happening) -> Option<String> {
    let picture = happening.body.as_ref()?.get("picture")?.get("media")?;
    picture.as_str().filter(|_| happening.kind == "matter.signed").map(str::to_owned)
}

fn media_lines(
    store: &Store,
    clock: &mut Clock<'_>,
    screen: &Screen,
    matter: &str,
) -> Result<Vec<TimelineItem>> {
    let mut lines = Vec::new();
    for document in store.documents(&Query::kind("media_link").matter(matter))? {
        let link: Link = read_document(&document)?;
        let media = document.id.split('/').next().unwrap_or_default();
        let kind = if link.linked { "media.linked" } else { "media.unlinked" };
        let mut item = base(clock, screen, &link.mark, kind)?;
        let state: Option<MediaState> =
            store.document("media", media)?.map(|document| read_document(&document)).transpose()?;
        let name = state.and_then(|state| state.facts).map(|facts| facts.name);
        let parts: Vec<String> = name.into_iter().chain(link.reason).collect();
        item.text = (!parts.is_empty()).then(|| parts.join(" · "));
        item.about = Some(media.to_owned());
        lines.push(item);
    }
    Ok(lines)
}

fn draft_lines(
    store: &Store,
    clock: &mut Clock<'_>,
    screen: &Screen,
    matter: &str,
) -> Result<Vec<TimelineItem>> {
    let mut lines = Vec::new();
    for document in store.documents(&Query::kind("draft").matter(matter))? {
        let state: DraftState = read_document(&document)?;
        let Some(created) = &state.created else { continue };
        let mut item = base(clock, screen, created, "draft.created")?;
        item.text = Some(state.title().to_owned());
        item.about = Some(document.id.clone());
        lines.push(item);
    }
    Ok(lines)
}
