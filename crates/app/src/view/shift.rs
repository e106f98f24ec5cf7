//! The shift (当班), the camera ledger, and the desk's first page (工作台).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{FindingView, JobView, MatterLine, OfficerName, WaitingView};

/// The shift of the officer who unlocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ShiftView {
    /// Officer.
    pub officer: OfficerName,
    /// When it began: the first entry after the last end of shift.
    pub from: Option<String>,
    /// When it ended; null while it runs.
    pub to: Option<String>,
    /// Entries made.
    pub entries: u32,
    /// Files imported.
    pub files: u32,
    /// Matters still open.
    pub open_matters: u32,
    /// Hash of the signed statement, once ended.
    pub statement: Option<String>,
}

/// A camera check or a missing recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CameraLine {
    /// Hash of the entry.
    pub entry: String,
    /// Device number; null for a missing recording without one.
    pub number: Option<String>,
    /// Who carried it.
    pub carried_by: Option<OfficerName>,
    /// Battery was fine.
    pub battery: Option<bool>,
    /// Card was fine.
    pub card: Option<bool>,
    /// Clock was right.
    pub clock: Option<bool>,
    /// Reason for a missing or interrupted recording.
    pub reason: Option<String>,
    /// Matter whose recording is missing.
    pub matter: Option<String>,
    /// When recorded.
    pub recorded_at: String,
}

/// The camera ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CamerasView {
    /// Newest first.
    pub lines: Vec<CameraLine>,
}

/// The desk's first page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TodayView {
    /// Open matters in which the officer is lead or second, newest first.
    pub open: Vec<MatterLine>,
    /// Matters that wait for this officer's confirmation as second officer.
    pub to_confirm: Vec<MatterLine>,
    /// Matters with a re-check due.
    pub rechecks: Vec<MatterLine>,
    /// Unanswered findings.
    pub findings: Vec<FindingView>,
    /// Files linked to no matter.
    pub unlinked_media: u32,
    /// What waits for the township.
    pub waiting: WaitingView,
    /// The running shift.
    pub shift: ShiftView,
    /// Long work that runs or just ended.
    pub jobs: Vec<JobView>,
}
