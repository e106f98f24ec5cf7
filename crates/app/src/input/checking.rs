//! Sync, receipts, verification, bundles, jobs.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Sync with the township. Answers with a job.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct SyncNow {
    /// Bandwidth limit in kbit/s.
    #[serde(default)]
    pub limit_kbit: Option<u32>,
    /// Send no media.
    #[serde(default)]
    #[ts(optional, as = "Option<_>")]
    pub text_only: bool,
    /// Write parcels into this folder instead.
    #[serde(default)]
    pub to: Option<String>,
    /// Read parcels from this folder instead.
    #[serde(default)]
    pub from: Option<String>,
}

/// Receipts of an entry, a file or a matter.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ShowReceipt {
    /// Entry hash, media id, draft id or matter id.
    pub id: String,
}

/// Verify everything kept here. Answers with a job.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VerifyHome {
    /// Read every byte of database and media.
    #[serde(default)]
    #[ts(optional, as = "Option<_>")]
    pub deep: bool,
}

/// Write the bundle of a matter. Answers with a job.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportMatter {
    /// Matter id.
    pub matter: String,
    /// Folder to write; must not exist or be empty.
    pub out: String,
}

/// Write the reading copy of a matter.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SaveSummary {
    /// Matter id.
    pub matter: String,
    /// File to write; must not exist.
    pub out: String,
}

/// Check a bundle. Answers with a job.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VerifyBundle {
    /// Folder.
    pub folder: String,
}

/// Show one job.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OpenJob {
    /// Job id.
    pub job: String,
}

/// Ask a job to stop.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CancelJob {
    /// Job id.
    pub job: String,
}

/// Set aside entries that can never be sent: they are written to a file, and wait no longer.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetAsideTail {
    /// Why; kept on record.
    pub reason: String,
    /// File to write the entries to; must not exist.
    pub out: String,
}

/// Note that a person has looked at a warning about the township.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AcceptWarning {
    /// Warning id.
    pub warning: String,
}
