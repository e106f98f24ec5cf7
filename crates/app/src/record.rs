//! Between `core`'s words and the store's rows: events become entries, documents become states.

use liuhen_core::event::Event;
use liuhen_protocol::Subject;
use liuhen_store::{Document, NewEntry};
use serde::de::DeserializeOwned;

use crate::error::{ApiError, Result};

/// The folded state in a document.
///
/// # Errors
/// `storage_internal` when the document was written by another version: rebuild it.
pub(crate) fn read_document<T: DeserializeOwned>(document: &Document) -> Result<T> {
    T::deserialize(&document.json)
        .map_err(|error| ApiError::new("storage_internal").detail(format!("{}: {error}", document.kind)))
}

/// Events of one subject as entries to commit, in order.
pub(crate) fn draft_entries<E: Event>(kind: &str, id: &str, events: &[E]) -> Vec<NewEntry> {
    events
        .iter()
        .map(|event| NewEntry {
            subject: Subject::new(kind, id),
            kind: event.kind().to_owned(),
            body: event.body(),
        })
        .collect()
}
