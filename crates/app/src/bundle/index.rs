//! The two lists of a bundle: what is in it, and whose keys signed it.

use liuhen_protocol::{PublicKey, SeriesId};
use serde::{Deserialize, Serialize};

/// `data/index.json`.
pub(super) const INDEX: &str = "data/index.json";
/// `data/keys.json`.
pub(super) const KEYS: &str = "data/keys.json";
/// The township note, verbatim.
pub(super) const NOTE: &str = "data/township.note";
/// Folder of checkpoints that entries name.
pub(super) const CHECKPOINTS: &str = "data/checkpoints/";
/// The reading copy.
pub(super) const READING: &str = "data/reading.html";
/// How to check the rest.
pub(super) const README: &str = "data/README.zh.html";

/// Whether something is in the bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Presence {
    Present,
    Absent,
}

impl From<bool> for Presence {
    fn from(present: bool) -> Self {
        if present { Self::Present } else { Self::Absent }
    }
}

/// What an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IndexSubject {
    pub(super) kind: String,
    pub(super) id: String,
}

/// An entry of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IndexEntry {
    pub(super) hash: String,
    pub(super) series: String,
    pub(super) epoch: u32,
    pub(super) seq: u64,
    pub(super) kind: String,
    pub(super) subject: IndexSubject,
    pub(super) recorded_at: String,
    pub(super) index: Option<String>,
    pub(super) body: Presence,
}

/// A file of the matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IndexMedia {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) mime: String,
    pub(super) size: String,
    pub(super) sha256: String,
    pub(super) sm3: Option<String>,
    pub(super) manifest: String,
    pub(super) original: Presence,
    pub(super) received: Option<String>,
}

/// What is in the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Index {
    pub(super) v: u8,
    pub(super) matter: String,
    pub(super) number: String,
    pub(super) exported_at: String,
    pub(super) origin: Option<String>,
    pub(super) entries: Vec<IndexEntry>,
    pub(super) media: Vec<IndexMedia>,
}

/// An officer as the township enrolled him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyOfficer {
    pub(super) id: String,
    pub(super) name: String,
}

/// An author of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BundleKey {
    pub(super) series: SeriesId,
    pub(super) public_key: PublicKey,
    pub(super) officer: Option<KeyOfficer>,
    pub(super) node: bool,
}
