//! Officers for screens.

use liuhen_core::instruction::Power;
use liuhen_core::officer::OfficerState;
use liuhen_core::role::Role;
use liuhen_store::{Query, Store};

use crate::error::Result;
use crate::people;
use crate::record::read_document;
use crate::screen::Screen;
use crate::view::{OfficerView, OfficersView};

/// An officer, also one the township has said nothing of yet.
pub(crate) fn officer_view(store: &Store, screen: &Screen, id: &str) -> Result<OfficerView> {
    let state = people::state_of(store, id)?.unwrap_or_default();
    made(store, screen, id, &state)
}

/// All officers by name.
pub(crate) fn officers_view(store: &Store, screen: &Screen) -> Result<OfficersView> {
    let mut officers = Vec::new();
    for document in store.documents(&Query::kind("officer"))? {
        let state: OfficerState = read_document(&document)?;
        officers.push(made(store, screen, &document.id, &state)?);
    }
    officers.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    Ok(OfficersView { officers })
}

fn made(store: &Store, screen: &Screen, id: &str, state: &OfficerState) -> Result<OfficerView> {
    // Enrolled with keys, all of which were withdrawn.
    let mut live = state.enrolments.is_empty();
    for enrolment in &state.enrolments {
        let series = store.document("series", enrolment.series.as_str())?;
        live |= series.is_none_or(|series| series.columns.state.as_deref() != Some("revoked"));
    }
    Ok(OfficerView {
        id: id.to_owned(),
        name: if state.name.is_empty() { id.to_owned() } else { state.name.clone() },
        certificate: state.certificate.clone(),
        agency: state.agency.clone(),
        valid_until: state.valid_until.map(|day| day.to_string()),
        valid: state.certified_on(screen.actor.today),
        role: state.roles.iter().copied().min_by_key(|role| standing(*role)).map(Into::into),
        oversees: Power::See.is_with(&state.roles.iter().copied().collect::<Vec<_>>()),
        here: screen.here.iter().any(|holder| holder == id),
        revoked: !live,
    })
}

/// Which of several roles names a person best: the one that acts outside first.
fn standing(role: Role) -> usize {
    Role::ALL.iter().position(|one| *one == role).unwrap_or(usize::MAX)
}
