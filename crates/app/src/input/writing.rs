//! Drafts and unsaved typing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Begin a draft.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewDraft {
    /// Matter id.
    pub matter: String,
    /// Title.
    pub title: String,
}

/// Show one draft.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OpenDraft {
    /// Draft id.
    pub draft: String,
}

/// List drafts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct ListDrafts {
    /// Only those of this matter.
    #[serde(default)]
    pub matter: Option<String>,
}

/// Save changed fields of a draft.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetDraft {
    /// Draft id.
    pub draft: String,
    /// Hashes of the revisions the person saw; the newest ones when empty.
    #[serde(default)]
    #[ts(optional, as = "Option<_>")]
    pub base: Vec<String>,
    /// Changed fields.
    #[serde(default)]
    #[ts(optional, as = "Option<_>")]
    pub set: BTreeMap<String, String>,
    /// Removed fields.
    #[serde(default)]
    #[ts(optional, as = "Option<_>")]
    pub unset: Vec<String>,
}

/// Choose the text of a field two people changed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct ResolveDraft {
    /// Draft id.
    pub draft: String,
    /// Field.
    pub field: String,
    /// Hash of the revision chosen.
    pub chosen: String,
    /// Text, when it differs from the chosen one.
    #[serde(default)]
    pub text: Option<String>,
}

/// Unsaved typing of a place.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OpenWorkingCopy {
    /// Place in the UI.
    pub key: String,
}

/// Keep unsaved typing.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KeepWorkingCopy {
    /// Place in the UI.
    pub key: String,
    /// Field texts; empty to forget it.
    pub fields: BTreeMap<String, String>,
}

/// Search all documents.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct Search {
    /// Text.
    pub text: String,
    /// At most this many; 50 when absent.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Only what is of these kinds; all when empty.
    #[serde(default)]
    #[ts(optional, as = "Option<_>")]
    pub kinds: Vec<SearchKind>,
    /// Only at or after this day here, `YYYY-MM-DD`.
    #[serde(default)]
    pub from: Option<String>,
    /// Only at or before this day here, `YYYY-MM-DD`.
    #[serde(default)]
    pub to: Option<String>,
}

/// What a search may be narrowed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SearchKind {
    /// Matters: title, place, party, numbers.
    Matter,
    /// What was written on site.
    Note,
    /// Files.
    Media,
    /// Drafts.
    Draft,
    /// Cameras.
    Camera,
}
