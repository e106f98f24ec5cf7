//! Search (查询).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HitKind {
    /// A matter.
    Matter,
    /// A file.
    Media,
    /// A draft.
    Draft,
    /// A camera.
    Camera,
    /// Anything else.
    Other,
}

/// One hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SearchHit {
    /// What it is.
    pub kind: HitKind,
    /// Its id.
    pub id: String,
    /// Matter it belongs to.
    pub matter: Option<String>,
    /// Title.
    pub title: String,
    /// Text around the first match.
    pub excerpt: String,
    /// When recorded.
    pub at: Option<String>,
    /// Hash of the entry whose words were found, when it is a line of a matter.
    pub entry: Option<String>,
}

/// Hits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SearchView {
    /// Newest first.
    pub hits: Vec<SearchHit>,
}
