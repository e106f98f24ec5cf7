//! Recording on site: every act on a matter, as one short write without network.
//!
//! Each function reads the matter, lets `core` decide, and commits what it decided under one
//! hold of the store, so that nothing comes between deciding and writing.

use chrono::NaiveDate;
use liuhen_core::ids::{EntryHash, MatterId, OfficerId};
use liuhen_core::matter::{self, MatterCommand, MatterEvent, MatterState};

use crate::error::{ApiError, Result};
use crate::input::{
    AddNote, CloseMatter, Confirm, ExplainConfirmation, HandOver, ListMatters, ListNotes, NameSecond,
    OpenMatter, ResolveContradiction, SetParty, ShowCertificate, StartMatter, TellRights, VoidMatter,
};
use crate::laptop::{Actor, Laptop};
use crate::onsite;
use crate::people;
use crate::record::{draft_entries, read_document};
use crate::view::make;
use crate::view::{MatterView, MattersView, TimelineItem, TimelineKind};
use liuhen_store::Store;

/// Lists shown at once unless asked otherwise.
const USUAL_LIMIT: u32 = 200;
/// Subject kind of a matter.
pub(crate) const MATTER: &str = "matter";

/// The state of a matter, or `not_found`.
pub(crate) fn state_of(store: &Store, id: &str) -> Result<MatterState> {
    let document = store.document(MATTER, id)?.ok_or_else(|| ApiError::not_found("matter"))?;
    read_document(&document)
}

/// Decides a command on a matter and writes what was decided, signed by `actor`.
fn decide_and_commit(store: &mut Store, actor: &Actor, id: &str, command: MatterCommand) -> Result<()> {
    let state = state_of(store, id)?;
    let events = matter::decide(&state, command, &actor.context())?;
    commit(store, actor, id, &events)
}

/// Writes what was decided on a matter.
pub(crate) fn commit(store: &mut Store, actor: &Actor, id: &str, events: &[MatterEvent]) -> Result<()> {
    store.commit(actor.signer.as_ref(), draft_entries(MATTER, id, events))?;
    Ok(())
}

/// One act of the officer who unlocked, answered with the matter as it is then.
pub(crate) fn act(
    laptop: &Laptop,
    id: &str,
    command: impl FnOnce(&Store) -> Result<MatterCommand>,
) -> Result<MatterView> {
    laptop.act(|store, actor| {
        let command = command(store)?;
        decide_and_commit(store, actor, id, command)
    })?;
    shown(laptop, id)
}

/// A matter as it is now.
pub(crate) fn shown(laptop: &Laptop, id: &str) -> Result<MatterView> {
    let screen = laptop.screen()?;
    laptop.read(|store| make::matter_view(store, &screen, id))
}

/// Begins a patrol, an inspection or a complaint visit.
pub fn start_matter(laptop: &Laptop, input: StartMatter) -> Result<MatterView> {
    let id = laptop.moment().uuid()?.to_string();
    let coordinates = input.coordinates.as_ref().map(make::coordinates_in).transpose()?;
    laptop.act(|store, actor| {
        let second = people::find_optional(store, input.second.as_deref())?;
        if let Some(follows) = &input.follows {
            state_of(store, follows)?;
        }
        let command = MatterCommand::Start {
            start: input.start.into(),
            title: input.title.clone(),
            place: input.place.clone(),
            coordinates,
            second: second.map(OfficerId::from),
            follows: input.follows.clone().map(MatterId::from),
        };
        let state = MatterState { id: MatterId::from(id.as_str()), ..MatterState::default() };
        let events = matter::decide(&state, command, &actor.context())?;
        commit(store, actor, &id, &events)
    })?;
    // Written under a withdrawn right: kept and sent, but in no fold until a supervisor decides.
    shown(laptop, &id)
        .map_err(|error| if error.is("not_found") { ApiError::new("recorded_pending") } else { error })
}

/// One matter.
pub fn matter(laptop: &Laptop, input: OpenMatter) -> Result<MatterView> {
    shown(laptop, &input.matter)
}

/// Matters, newest first.
pub fn matters(laptop: &Laptop, input: ListMatters) -> Result<MattersView> {
    let screen = laptop.screen()?;
    let limit = input.limit.unwrap_or(USUAL_LIMIT);
    laptop.read(|store| make::matter_lines(store, &screen, &input, limit))
}

/// The notes of a matter, oldest first.
pub fn notes(laptop: &Laptop, input: ListNotes) -> Result<Vec<TimelineItem>> {
    let view = shown(laptop, &input.matter)?;
    Ok(view.timeline.into_iter().filter(|item| item.kind == TimelineKind::Note).collect())
}

/// Records that the certificate was shown.
pub fn show_certificate(laptop: &Laptop, input: ShowCertificate) -> Result<MatterView> {
    act(laptop, &input.matter, |_| Ok(MatterCommand::ShowCertificate))
}

/// Records that rights and duties were told.
pub fn tell_rights(laptop: &Laptop, input: TellRights) -> Result<MatterView> {
    act(laptop, &input.matter, |_| Ok(MatterCommand::TellRights))
}

/// Names the party: as typed, as in an earlier matter, or as a card that was read says. What is typed
/// goes before what is known.
pub fn set_party(laptop: &Laptop, input: SetParty) -> Result<MatterView> {
    let SetParty { matter, name, number, kind, like, card } = input;
    let typed = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let card = card.map(|id| laptop.card(&id)).transpose()?;
    act(laptop, &matter, |store| {
        let known = like.map(|like| onsite::party_of(store, &like)).transpose()?;
        let (known_name, known_number, known_kind) = match (known, card) {
            (Some(party), _) => (Some(party.name), party.number, party.kind),
            (None, Some(card)) => (Some(card.name), Some(card.number), None),
            (None, None) => (None, None, None),
        };
        let name = typed(Some(name)).or(known_name).unwrap_or_default();
        let number = typed(number).or(known_number);
        Ok(MatterCommand::SetParty { name, number, kind: typed(kind).or(known_kind) })
    })
}

/// Adds a note, or a note that corrects an earlier one of the same matter.
pub fn add_note(laptop: &Laptop, input: AddNote) -> Result<MatterView> {
    let AddNote { matter, text, corrects } = input;
    act(laptop, &matter, |store| {
        let Some(note) = corrects else { return Ok(MatterCommand::AddNote { text }) };
        let document = store.document("note", &note)?.ok_or_else(|| ApiError::new("note_not_here"))?;
        let of = document.columns.matter.clone().unwrap_or_default();
        Ok(MatterCommand::CorrectNote { note: EntryHash::from(note), of: MatterId::from(of), text })
    })
}

/// Names or changes the second officer.
pub fn name_second(laptop: &Laptop, input: NameSecond) -> Result<MatterView> {
    let NameSecond { matter, officer, reason } = input;
    act(laptop, &matter, |store| {
        let officer = OfficerId::from(people::find(store, &officer)?);
        Ok(MatterCommand::NameSecond { officer, reason })
    })
}

/// The second officer confirms, by the own key: either as the one who unlocked, or, on the lead's
/// laptop, with the own passphrase for this one act (it is forgotten at once), or with the PIN set for
/// this session.
pub fn confirm(laptop: &Laptop, input: Confirm) -> Result<MatterView> {
    let Confirm { matter, entries, officer, passphrase, pin } = input;
    let confirming = |store: &mut Store, actor: &Actor| {
        let state = state_of(store, &matter)?;
        let named = if entries.is_empty() {
            state.unconfirmed.clone()
        } else {
            entries.iter().map(|entry| EntryHash::from(entry.as_str())).collect()
        };
        let events = matter::decide(&state, MatterCommand::Confirm { entries: named }, &actor.context())?;
        commit(store, actor, &matter, &events)
    };
    let id = officer.map(|officer| laptop.read(|store| people::find(store, &officer))).transpose()?;
    match id {
        None => laptop.act(confirming)?,
        Some(id) if laptop.actor()?.officer == id => laptop.act(confirming)?,
        Some(id) => match (pin, passphrase) {
            (Some(pin), _) => laptop.act_by_pin(&id, &pin, confirming)?,
            (None, Some(passphrase)) => laptop.act_as(&id, &passphrase, confirming)?,
            (None, None) => return Err(ApiError::new("passphrase_missing")),
        },
    }
    shown(laptop, &matter)
}

/// Explains why the second officer cannot confirm.
pub fn explain_confirmation(laptop: &Laptop, input: ExplainConfirmation) -> Result<MatterView> {
    act(laptop, &input.matter, |_| Ok(MatterCommand::ExplainConfirmation { reason: input.reason.clone() }))
}

/// Hands a matter to another officer.
pub fn hand_over(laptop: &Laptop, input: HandOver) -> Result<MatterView> {
    let HandOver { matter, to, reason } = input;
    act(laptop, &matter, |store| {
        let to = OfficerId::from(people::find(store, &to)?);
        Ok(MatterCommand::HandOver { to, reason })
    })
}

/// Closes a matter with a result.
pub fn close_matter(laptop: &Laptop, input: CloseMatter) -> Result<MatterView> {
    let until = input.until.as_deref().map(day).transpose()?;
    act(laptop, &input.matter, |_| Ok(MatterCommand::Close { result: input.result.into(), until }))
}

/// Voids a matter with a reason; everything stays readable.
pub fn void_matter(laptop: &Laptop, input: VoidMatter) -> Result<MatterView> {
    act(laptop, &input.matter, |_| Ok(MatterCommand::Void { reason: input.reason.clone() }))
}

/// Chooses between decisions that contradict each other.
pub fn resolve_contradiction(laptop: &Laptop, input: ResolveContradiction) -> Result<MatterView> {
    let ResolveContradiction { matter, chosen, others, reason } = input;
    act(laptop, &matter, |_| {
        Ok(MatterCommand::Resolve {
            chosen: EntryHash::from(chosen),
            others: others.into_iter().map(EntryHash::from).collect(),
            reason,
        })
    })
}

/// A day as `YYYY-MM-DD`.
fn day(text: &str) -> Result<NaiveDate> {
    text.parse().map_err(|_| ApiError::new("bad_day"))
}
