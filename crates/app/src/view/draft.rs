//! Drafts (拟稿): named fields, with a field kept twice where two people changed it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Custody, OfficerName};

/// A draft in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DraftLine {
    /// Draft id (UUID).
    pub id: String,
    /// Matter it belongs to.
    pub matter: String,
    /// Title.
    pub title: String,
    /// Who began it.
    pub officer: OfficerName,
    /// When it was last revised.
    pub changed_at: String,
    /// Number of fields two people changed differently.
    pub conflicts: u32,
    /// Where its entries stand.
    pub custody: Custody,
}

/// One of several texts of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FieldVersion {
    /// Hash of the revision; empty for the common ancestor before any revision.
    pub entry: String,
    /// Text; null when the revision removed the field.
    pub text: Option<String>,
    /// Author.
    pub officer: OfficerName,
    /// When recorded.
    pub recorded_at: String,
}

/// Two texts for one field: a person chooses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FieldConflict {
    /// Text both began from.
    pub ancestor: Option<String>,
    /// The texts to choose from.
    pub versions: Vec<FieldVersion>,
}

/// A named field of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DraftField {
    /// Name.
    pub name: String,
    /// Text shown; with a conflict, that of the first version.
    pub text: String,
    /// Present when two people changed it differently.
    pub conflict: Option<FieldConflict>,
}

/// The whole of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DraftView {
    /// Draft id (UUID), the same as in `line`.
    pub id: String,
    /// As in a list.
    pub line: DraftLine,
    /// Fields by name.
    pub fields: Vec<DraftField>,
    /// Hashes of the newest revisions: give them back as `base` when saving.
    pub heads: Vec<String>,
    /// Number of revisions.
    pub revisions: u32,
}

/// A list of drafts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DraftsView {
    /// Newest first.
    pub drafts: Vec<DraftLine>,
}

/// Unsaved typing, kept encrypted outside the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WorkingCopy {
    /// Place in the UI, e.g. `note:<matter>`.
    pub key: String,
    /// Field texts; empty when nothing is kept.
    pub fields: BTreeMap<String, String>,
    /// When it was kept.
    pub kept_at: Option<String>,
}
