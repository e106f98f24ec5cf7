//! Matters for screens: a line in a list, and the whole with its timeline.

use liuhen_core::matter::{MatterState as Folded, Phase, number};
use liuhen_core::role::Role;
use liuhen_store::{Document, Query, Store};

use super::{custody_of_subject, draft_lines, masked, media_of_matter, timeline};
use crate::capture::MATTER;
use crate::error::{ApiError, Result};
use crate::findings;
use crate::input::ListMatters;
use crate::laptop::Actor;
use crate::record::read_document;
use crate::screen::Screen;
use crate::view::{
    ContradictionView, MatterAction, MatterLine, MatterView, MattersView, PartyView, SignatureView, StartKind,
};

/// A matter as a line.
pub(crate) fn matter_line(store: &Store, screen: &Screen, id: &str, state: &Folded) -> Result<MatterLine> {
    let names = &screen.names;
    let recorded_at = state.started.as_ref().map_or(&state.record.first_at, |mark| &mark.at).clone();
    let media = store.count_documents(&Query::kind("media_link").matter(id).state("linked"))?;
    Ok(MatterLine {
        id: id.to_owned(),
        number: number(id, &recorded_at),
        start: state.start.map_or(StartKind::Patrol, Into::into),
        title: state.title.clone(),
        place: state.place.clone(),
        state: state.phase.into(),
        result: state.closing.as_ref().and_then(|closing| closing.result).map(Into::into),
        lead: names.author(state.lead.as_ref()),
        second: state.second.as_ref().map(|second| names.of(second.as_str())),
        party: state.party.as_ref().map(|party| party.name.clone()),
        recorded_at,
        changed_at: state.record.last_at.clone(),
        findings: screen.open_findings(id),
        media: u32::try_from(media).unwrap_or(u32::MAX),
        custody: custody_of_subject(&screen.waiting, MATTER, id),
    })
}

/// Matters by the filters asked for, newest first.
pub(crate) fn matter_lines(
    store: &Store,
    screen: &Screen,
    input: &ListMatters,
    limit: u32,
) -> Result<MattersView> {
    let mut query = Query::kind(MATTER);
    query.state = input.state.and_then(|state| word(&state));
    query.until.clone_from(&input.before);
    // One more than shown tells whether there are more; those of others are left out afterwards.
    query.limit = (!input.mine).then(|| limit.saturating_add(1));
    let mut matters = Vec::new();
    let mut more = false;
    for document in store.documents(&query)? {
        let state: Folded = read_document(&document)?;
        if input.mine && !takes_part(&state, &screen.actor.officer) {
            continue;
        }
        if matters.len() >= limit as usize {
            more = true;
            break;
        }
        matters.push(matter_line(store, screen, &document.id, &state)?);
    }
    Ok(MattersView { matters, more })
}

fn word(state: &impl serde::Serialize) -> Option<String> {
    serde_json::to_value(state).ok()?.as_str().map(str::to_owned)
}

/// Whether somebody leads, carries or seconds a matter.
pub(crate) fn takes_part(state: &Folded, officer: &str) -> bool {
    [&state.lead, &state.second, &state.holder].into_iter().flatten().any(|id| id.as_str() == officer)
}

/// The whole of a matter.
pub(crate) fn matter_view(store: &Store, screen: &Screen, id: &str) -> Result<MatterView> {
    let document: Document = store.document(MATTER, id)?.ok_or_else(|| ApiError::not_found("matter"))?;
    let state: Folded = read_document(&document)?;
    let mut line = matter_line(store, screen, id, &state)?;
    let findings = findings::of_matter(store, screen, id)?;
    line.findings = count(findings.iter().filter(|finding| finding.answer.is_none()).count());
    let media = media_of_matter(store, screen, id)?;
    Ok(MatterView {
        id: id.to_owned(),
        coordinates: state.coordinates.map(super::coordinates_out),
        follows: state.follows.as_ref().map(ToString::to_string),
        arrived_at: state.arrived.as_ref().map(|mark| mark.at.clone()),
        left_at: state.left.as_ref().map(|mark| mark.at.clone()),
        signatures: signatures(&state),
        certificate_shown_at: state.certificate_shown.as_ref().map(|mark| mark.at.clone()),
        rights_told_at: state.rights_told.as_ref().map(|mark| mark.at.clone()),
        party: state.party.as_ref().map(|party| PartyView {
            name: party.name.clone(),
            number: party.number.as_deref().map(masked),
            kind: party.kind.clone(),
        }),
        confirmed_at: timeline::confirmed_at(store, id)?,
        confirmation_explained: state.explanation.as_ref().map(|said| said.text.clone()),
        to_confirm: state.unconfirmed.iter().map(ToString::to_string).collect(),
        closed_at: state.closing.as_ref().map(|closing| closing.mark.at.clone()),
        until: state.closing.as_ref().and_then(|closing| closing.until).map(|day| day.to_string()),
        void_reason: state.voiding.as_ref().map(|said| said.text.clone()),
        contradictions: contested(&state),
        timeline: timeline::timeline(store, screen, id)?,
        media,
        drafts: draft_lines(store, screen, Some(id))?,
        findings,
        actions: actions(&state, &screen.actor),
        line,
    })
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn signatures(state: &Folded) -> Vec<SignatureView> {
    let view = |signature: &liuhen_core::matter::Signature| SignatureView {
        entry: signature.mark.entry.to_string(),
        signer: signature.signer.into(),
        name: signature.name.clone(),
        recorded_at: signature.mark.at.clone(),
        picture: signature.picture.as_ref().map(|file| file.media.clone()),
        refused: signature.refused.clone(),
        witness: signature.witness.clone(),
    };
    state.signatures.iter().map(view).collect()
}

/// The open contradiction: all decisions among which a person has to choose.
fn contested(state: &Folded) -> Vec<ContradictionView> {
    let entries: Vec<String> = state.contested().iter().map(ToString::to_string).collect();
    if entries.is_empty() { Vec::new() } else { vec![ContradictionView { entries }] }
}

/// What `core` would accept now. The desk shows these buttons; `core` decides again when pressed.
fn actions(state: &Folded, actor: &Actor) -> Vec<MatterAction> {
    use MatterAction as A;
    let mut actions = vec![A::AddMedia, A::NewDraft];
    if matches!(state.phase, Phase::Open | Phase::Disputed) {
        actions.extend([
            A::ShowCertificate,
            A::TellRights,
            A::SetParty,
            A::AddNote,
            A::NameSecond,
            A::Arrive,
            A::Leave,
        ]);
        if state.notes > 0 {
            actions.push(A::Sign);
        }
        if !state.unconfirmed.is_empty() {
            actions.push(A::ExplainConfirmation);
        }
    }
    if state.phase != Phase::Voided && state.second.is_some() && !state.unconfirmed.is_empty() {
        actions.push(A::Confirm);
    }
    if state.phase == Phase::Open {
        actions.extend([A::HandOver, A::VoidMatter]);
        let auxiliary =
            actor.roles.contains(&Role::Auxiliary) && !actor.roles.iter().any(|role| role.enforces());
        if !(state.needs_two_officers() && auxiliary) {
            actions.push(A::CloseMatter);
        }
    }
    if state.phase == Phase::Disputed {
        actions.push(A::ResolveContradiction);
    }
    actions
}
