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
    /// Files that belong elsewhere than `matter` says, by their path.
    #[serde(default)]
    #[ts(optional, as = "Option<_>")]
    pub into: Vec<ImportInto>,
    /// SHA-256 with the import and SM3 afterwards; as the settings say when absent.
    #[serde(default)]
    pub sm3_later: Option<bool>,
}

/// Where one file of an import belongs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct ImportInto {
    /// Path as the preview gave it.
    pub path: String,
    /// Matter to link it to; none when absent.
    #[serde(default)]
    pub matter: Option<String>,
}

/// Keep a folder in view, so that new files in it are offered.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct WatchFolder {
    /// Folder; none any more when absent.
    #[serde(default)]
    pub path: Option<String>,
}

/// Take small bytes that have no path (a pasted picture, a still) into the vault.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct StageBytes {
    /// Name to show.
    pub name: String,
    /// The bytes, base64.
    pub bytes: String,
    /// When they were last changed, Unix seconds.
    #[serde(default)]
    pub modified: Option<u32>,
}

/// Let staged files go that nobody wants to import.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DropStaged {
    /// Their paths, `staged:…`.
    pub paths: Vec<String>,
}

/// Keep a still of a film as derived evidence.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SaveStill {
    /// Media id of the film.
    pub media: String,
    /// The moment, in milliseconds from the beginning.
    pub at_ms: u32,
    /// Path of the staged picture.
    pub staged: String,
}

/// Empty a camera or card of what the township holds. Answers with a job.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ClearCamera {
    /// Folders or files of the camera.
    pub paths: Vec<String>,
    /// Erase; without it only say what could be erased.
    #[serde(default)]
    pub really: bool,
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

/// Mark a file, or one moment of it, as important.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct MarkMedia {
    /// Media id.
    pub media: String,
    /// The moment, in milliseconds from the beginning; the whole file when absent.
    #[serde(default)]
    pub at_ms: Option<u32>,
    /// What is to be seen there.
    #[serde(default)]
    pub text: Option<String>,
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
