//! What a fold gives: documents.
//!
//! An engine keeps, indexes and searches them without knowing law; a screen or a
//! rule gives the JSON its type back with [`Document::read`].

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The few fields that queries select and sort by; each may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Columns {
    /// The matter it belongs to.
    pub matter: Option<String>,
    /// The officer it belongs to: who carries the matter, who wrote the note, …
    pub officer: Option<String>,
    /// A word for its state, e.g. `open`, `closed`.
    pub state: Option<String>,
    /// RFC 3339 UTC, what lists sort by.
    pub at: Option<String>,
    /// Something wants attention: disputed, marked, in several versions.
    pub flag: bool,
    /// A number to sort by: the place in a timeline, the size of a file.
    pub number: Option<i64>,
}

/// One document: everything a screen or a rule needs to know of one thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// `matter`, `note`, `step`, `media`, `media_link`, `draft`, `shift`, `camera`, …
    pub kind: String,
    /// The id within the kind.
    pub id: String,
    /// The folded state; [`Document::read`] gives it its type back.
    pub json: Value,
    /// What queries select and sort by.
    pub columns: Columns,
    /// The text that search looks through; empty when nothing is to be found.
    pub search: String,
}

impl Document {
    pub(crate) fn new<T: Serialize>(kind: &str, id: &str, state: &T, columns: Columns) -> Self {
        Self {
            kind: kind.to_owned(),
            id: id.to_owned(),
            // Folded states are plain trees with text keys: writing them cannot fail.
            json: serde_json::to_value(state).unwrap_or_default(),
            columns,
            search: String::new(),
        }
    }

    pub(crate) fn found_by<'a>(mut self, texts: impl IntoIterator<Item = &'a str>) -> Self {
        for text in texts.into_iter().filter(|text| !text.is_empty()) {
            if !self.search.is_empty() {
                self.search.push('\n');
            }
            self.search.push_str(text);
        }
        self
    }

    /// The folded state as its type, e.g. `MatterState`; `None` for a document of another kind or version.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(&self.json).ok()
    }
}
