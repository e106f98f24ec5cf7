//! Media: import, links, marks, erasing a local copy.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Look at files before importing them.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PreviewImport {
    /// Files or folders.
    pub paths: Vec<String>,
    /// Clock offset: true time = device time + offset.
    #[serde(default)]
    #[ts(optional, as = "Option<_>")]
    pub offset_seconds: i32,
}

/// Import files. Answers with a job.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct ImportMedia {
    /// Files or folders.
    pub paths: Vec<String>,
    /// Matter to link them to.
    #[serde(default)]
    pub matter: Option<String>,
    /// Clock offset: true time = device time + offset.
    #[serde(default)]
    #[ts(optional, as = "Option<_>")]
    pub offset_seconds: i32,
    /// Camera number.
    #[serde(default)]
    pub device: Option<String>,
}

/// List media.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct ListMedia {
    /// Only those linked to this matter.
    #[serde(default)]
    pub matter: Option<String>,
    /// Only those linked to no matter.
    #[serde(default)]
    #[ts(optional, as = "Option<_>")]
    pub unlinked: bool,
    /// At most this many; 200 when absent.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Show one file.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OpenMedia {
    /// Media id or SHA-256.
    pub media: String,
}

/// Addresses of small pictures.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ListThumbnails {
    /// Media ids.
    pub media: Vec<String>,
}

/// Link a file to a matter.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LinkMedia {
    /// Media id.
    pub media: String,
    /// Matter id.
    pub matter: String,
}

/// Take back a link.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnlinkMedia {
    /// Media id.
    pub media: String,
    /// Matter id.
    pub matter: String,
    /// Reason.
    pub reason: String,
}

/// Mark a file as important.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MarkMedia {
    /// Media id.
    pub media: String,
}

/// Erase the local copy of a file that the township holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct EraseMedia {
    /// Media id.
    pub media: String,
    /// Reason.
    #[serde(default)]
    pub reason: Option<String>,
    /// Path of a second copy (a card, a disk), which is read and compared.
    #[serde(default)]
    pub second_copy: Option<String>,
}

/// Read a file's bytes again. Answers with a job.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CheckMedia {
    /// Media id.
    pub media: String,
}

/// Write the original of a file to a path.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SaveMedia {
    /// Media id.
    pub media: String,
    /// Path to write to; must not exist.
    pub out: String,
}
