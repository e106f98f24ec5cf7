//! The shift (当班), the camera ledger, and the desk's first page (工作台).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{FindingView, JobView, MatterLine, OfficerName, Size, WaitingView};

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
    /// Whether it was handed back whole; null for other lines.
    pub returned_sound: Option<bool>,
    /// Reason for a missing or interrupted recording, or the note of a handing back.
    pub reason: Option<String>,
    /// Matter whose recording is missing.
    pub matter: Option<String>,
    /// When recorded.
    pub recorded_at: String,
}

/// One camera as its ledger leaves it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CameraView {
    /// Device number.
    pub number: String,
    /// Whether it is out.
    pub out: bool,
    /// Who carried it last.
    pub carried_by: Option<OfficerName>,
    /// When it was checked out last.
    pub checked_at: Option<String>,
    /// Files here that it made.
    pub files: u32,
    /// The clock offset last stated for it, seconds: true time = device time + offset.
    pub offset_seconds: Option<i32>,
}

/// The camera ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CamerasView {
    /// The cameras, by number.
    pub cameras: Vec<CameraView>,
    /// Newest first.
    pub lines: Vec<CameraLine>,
}

/// A matter to be looked at again (复查).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DueLine {
    /// The matter that was closed so.
    pub matter: MatterLine,
    /// The day of the re-check, `YYYY-MM-DD`.
    pub until: String,
    /// Days until then; negative when overdue.
    pub days: i32,
}

/// Entries of one kind that wait for the township.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WaitingKind {
    /// What they are about: `matter`, `media`, `draft`, `camera`, `shift`, …
    pub kind: String,
    /// How many.
    pub entries: u32,
}

/// What this machine itself needs looking after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MachineView {
    /// This laptop's clock.
    pub now: String,
    /// A later time that the township has signed: the clock of this laptop is slow.
    pub township_was: Option<String>,
    /// Bytes that may still be written for media.
    pub free: Size,
    /// Whether that is little: less than a shift of recording.
    pub low: bool,
}

/// The desk's first page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TodayView {
    /// Open matters in which the officer is lead or second, newest first.
    pub open: Vec<MatterLine>,
    /// Matters that wait for this officer's confirmation as second officer.
    pub to_confirm: Vec<MatterLine>,
    /// Matters with a re-check due, the earliest first.
    pub rechecks: Vec<DueLine>,
    /// Unanswered findings.
    pub findings: Vec<FindingView>,
    /// Files linked to no matter.
    pub unlinked_media: u32,
    /// What waits for the township.
    pub waiting: WaitingView,
    /// The same by kind.
    pub waiting_kinds: Vec<WaitingKind>,
    /// Clock and space.
    pub machine: MachineView,
    /// Whether the shift began on an earlier day and was not ended.
    pub shift_left_open: bool,
    /// The running shift.
    pub shift: ShiftView,
    /// Long work that runs or just ended.
    pub jobs: Vec<JobView>,
}
