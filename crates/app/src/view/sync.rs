//! Sync (上传同步): what waits, what is held, what the township last said.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Size, TownshipView};
use crate::ApiError;

/// What is kept on this laptop only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct WaitingView {
    /// Entries not acknowledged.
    pub entries: u32,
    /// Files not received.
    pub media: u32,
    /// Bytes of those files.
    pub bytes: Size,
}

/// A series that stopped at an entry the township cannot accept; others go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StoppedSeries {
    /// Series id, 64 hex.
    pub series: String,
    /// Epoch.
    pub epoch: u32,
    /// Entry it stopped at, as a decimal string.
    pub seq: String,
    /// Code of the fault.
    pub code: String,
    /// The sentence for people.
    pub message: String,
}

/// A checkpoint the laptop has verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CheckpointView {
    /// Tree size, decimal string.
    pub size: String,
    /// Root hash, base64.
    pub root: String,
    /// Time by the township's clock.
    pub signed_at: Option<String>,
    /// Tree size up to which outside witnesses cosigned, decimal string.
    pub witnessed_up_to: Option<String>,
}

/// Something about the township that a person must look at. Local records are never affected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncWarning {
    /// Id to accept it by.
    pub id: String,
    /// Code, the last part of the string key `error.<code>`.
    pub code: String,
    /// The sentence for people.
    pub message: String,
    /// When it was noticed.
    pub at: String,
}

/// Honest state of sync.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncStatus {
    /// The township; null before enrolment.
    pub township: Option<TownshipView>,
    /// What waits.
    pub waiting: WaitingView,
    /// Entries the township holds, own and others'.
    pub held_entries: u32,
    /// Files the township holds.
    pub held_media: u32,
    /// When sync last finished without fault.
    pub last_success_at: Option<String>,
    /// When it was last tried.
    pub last_attempt_at: Option<String>,
    /// Why the last attempt failed.
    pub last_error: Option<ApiError>,
    /// Newest checkpoint held.
    pub checkpoint: Option<CheckpointView>,
    /// Series that stopped.
    pub stopped: Vec<StoppedSeries>,
    /// Things a person must look at.
    pub warnings: Vec<SyncWarning>,
    /// Whether sync is paused.
    pub paused: bool,
    /// Job id of the sync that runs now.
    pub running: Option<String>,
}

/// A finished sync.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct SyncOutcome {
    /// Entries sent and acknowledged.
    pub pushed: u32,
    /// Entries of others taken in.
    pub pulled: u32,
    /// Receipts verified and kept.
    pub receipts: u32,
    /// Files sent whole.
    pub media: u32,
    /// Bytes sent.
    pub sent: Size,
    /// Bytes received.
    pub received: Size,
    /// Series that stopped.
    pub stopped: Vec<StoppedSeries>,
    /// What still waits.
    pub waiting: WaitingView,
}
