//! Drafts for screens.

use liuhen_core::draft::{DraftState, Field, TITLE, Version};
use liuhen_store::{Query, Store};

use super::custody_of_subject;
use crate::error::Result;
use crate::record::read_document;
use crate::screen::Screen;
use crate::view::{DraftField, DraftLine, DraftView, FieldConflict, FieldVersion};

/// Drafts, newest first; of one matter or of all.
pub(crate) fn draft_lines(store: &Store, screen: &Screen, matter: Option<&str>) -> Result<Vec<DraftLine>> {
    let mut query = Query::kind("draft");
    query.matter = matter.map(str::to_owned);
    let documents = store.documents(&query)?;
    documents.iter().map(|document| Ok(draft_line(screen, &document.id, &read_document(document)?))).collect()
}

/// A draft as a line.
pub(crate) fn draft_line(screen: &Screen, id: &str, state: &DraftState) -> DraftLine {
    DraftLine {
        id: id.to_owned(),
        matter: state.matter.as_ref().map(ToString::to_string).unwrap_or_default(),
        title: state.title().to_owned(),
        officer: screen.names.author(state.created.as_ref().and_then(|mark| mark.by.as_ref())),
        changed_at: state.record.last_at.clone(),
        conflicts: u32::try_from(state.disputed().count()).unwrap_or(u32::MAX),
        custody: custody_of_subject(&screen.waiting, "draft", id),
    }
}

/// The whole of a draft. The title is a field only where people disagree about it.
pub(crate) fn draft_view(screen: &Screen, id: &str, state: &DraftState) -> DraftView {
    let fields = state
        .fields
        .iter()
        .filter(|(name, field)| name.as_str() != TITLE || field.is_disputed())
        .filter(|(_, field)| field.is_disputed() || field.text().is_some())
        .map(|(name, field)| draft_field(screen, name, field))
        .collect();
    DraftView {
        id: id.to_owned(),
        line: draft_line(screen, id, state),
        fields,
        heads: state.heads.iter().map(ToString::to_string).collect(),
        revisions: u32::try_from(state.record.entries).unwrap_or(u32::MAX),
    }
}

fn draft_field(screen: &Screen, name: &str, field: &Field) -> DraftField {
    let first = field.versions.first().and_then(|version| version.text.clone());
    DraftField {
        name: name.to_owned(),
        text: field.text().map(str::to_owned).or(first).unwrap_or_default(),
        conflict: field.is_disputed().then(|| FieldConflict {
            ancestor: field.ancestor.as_ref().and_then(|version| version.text.clone()),
            versions: field.versions.iter().map(|version| version_of(screen, version)).collect(),
        }),
    }
}

fn version_of(screen: &Screen, version: &Version) -> FieldVersion {
    FieldVersion {
        entry: version.mark.entry.to_string(),
        text: version.text.clone(),
        officer: screen.names.author(version.mark.by.as_ref()),
        recorded_at: version.mark.at.clone(),
    }
}
