//! Officers as the township's entries tell them: found by id or by name, and named on screens.

use std::collections::BTreeMap;

use liuhen_core::officer::OfficerState;
use liuhen_core::role::Role;
use liuhen_store::{Query, Store};

use crate::error::{ApiError, Result};
use crate::record::read_document;
use crate::view::OfficerName;

/// Names of all officers known here, for one screen.
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    /// Reads them.
    pub(crate) fn load(store: &Store) -> Result<Self> {
        let documents = store.documents(&Query::kind("officer"))?;
        let names = documents.iter().filter_map(|document| {
            let state: OfficerState = read_document(document).ok()?;
            (!state.name.is_empty()).then(|| (document.id.clone(), state.name))
        });
        Ok(Self(names.collect()))
    }

    /// An officer as named on screen; the id where the name is not known.
    pub(crate) fn of(&self, id: &str) -> OfficerName {
        OfficerName { id: id.to_owned(), name: self.0.get(id).cloned().unwrap_or_else(|| id.to_owned()) }
    }

    /// The author of a mark; an empty id when the series is not known.
    pub(crate) fn author(&self, by: Option<&liuhen_core::ids::OfficerId>) -> OfficerName {
        by.map_or_else(OfficerName::default, |by| self.of(by.as_str()))
    }
}

/// The id of an officer given by id or by a name that only one has.
pub(crate) fn find(store: &Store, wanted: &str) -> Result<String> {
    let wanted = wanted.trim();
    if store.document("officer", wanted)?.is_some() {
        return Ok(wanted.to_owned());
    }
    let mut found = Names::load(store)?.0.into_iter().filter(|(_, name)| name == wanted).map(|(id, _)| id);
    match (found.next(), found.next()) {
        (Some(id), None) => Ok(id),
        (Some(_), Some(_)) => Err(ApiError::new("officer_ambiguous")),
        (None, _) => Err(ApiError::new("officer_unknown")),
    }
}

/// The same for an optional officer; blank counts as absent.
pub(crate) fn find_optional(store: &Store, wanted: Option<&str>) -> Result<Option<String>> {
    wanted.filter(|text| !text.trim().is_empty()).map(|text| find(store, text)).transpose()
}

/// What the township says of an officer; nothing when it has not been heard here.
pub(crate) fn state_of(store: &Store, id: &str) -> Result<Option<OfficerState>> {
    store.document("officer", id)?.map(|document| read_document(&document)).transpose()
}

/// Roles of an officer as known here; none while unknown.
pub(crate) fn roles_of(store: &Store, id: &str) -> Result<Vec<Role>> {
    Ok(state_of(store, id)?.map(|state| state.roles.into_iter().collect()).unwrap_or_default())
}
