//! Long work: import, sync, verification, export; each can be watched and cancelled.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    BundleCheck, ClearOutcome, DigestOutcome, ExportOutcome, ImportOutcome, MediaCheck, Size, SyncOutcome,
    VerifyOutcome,
};
use crate::ApiError;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// 导入音像.
    Import,
    /// 上传同步.
    Sync,
    /// Check of the home.
    Verify,
    /// Bundle of a matter.
    Export,
    /// Check of a bundle.
    VerifyBundle,
    /// Check of one file.
    CheckMedia,
    /// 补算 SM3.
    Digest,
    /// 清空记录仪.
    ClearCamera,
}

/// How far one file of a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// Its turn has not come.
    Waiting,
    /// Being read.
    Running,
    /// Durable here.
    Done,
    /// Was here already.
    Already,
    /// Not taken; the original is untouched.
    Failed,
}

/// One file of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JobFile {
    /// Its name.
    pub name: String,
    /// Bytes in all.
    pub size: Size,
    /// Bytes read.
    pub done: Size,
    /// How far it is.
    pub state: FileState,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Works.
    Running,
    /// Asked to stop, not yet stopped.
    Stopping,
    /// Finished; see `result`.
    Done,
    /// Failed; see `error`.
    Failed,
    /// Stopped on request; what was finished is kept.
    Cancelled,
}

/// What a finished job brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum JobResult {
    /// An import.
    Import(ImportOutcome),
    /// A sync.
    Sync(SyncOutcome),
    /// A check of the home.
    Verify(VerifyOutcome),
    /// A bundle.
    Export(ExportOutcome),
    /// A check of a bundle.
    VerifyBundle(BundleCheck),
    /// A check of one file.
    CheckMedia(MediaCheck),
    /// SM3 that imports had put off.
    Digest(DigestOutcome),
    /// A camera that was cleared, or looked at.
    ClearCamera(ClearOutcome),
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JobView {
    /// Job id.
    pub id: String,
    /// What it does.
    pub kind: JobKind,
    /// Where it stands.
    pub state: JobState,
    /// What it does just now: the last part of the string key `ui.job.<step>`.
    pub step: String,
    /// Name of the file in hand, when any.
    pub item: Option<String>,
    /// Units done (bytes or entries).
    pub done: Size,
    /// Units in all; null while not known.
    pub total: Option<Size>,
    /// Files in hand: those being read and failed, then some that wait. Empty for other work.
    pub files: Vec<JobFile>,
    /// Files that are through.
    pub files_done: u32,
    /// Files in all.
    pub files_total: u32,
    /// When it began.
    pub started_at: String,
    /// When it ended.
    pub ended_at: Option<String>,
    /// Result, when done.
    pub result: Option<JobResult>,
    /// Failure, when failed.
    pub error: Option<ApiError>,
}

/// Jobs of this run of the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JobsView {
    /// Newest first.
    pub jobs: Vec<JobView>,
}

/// What changed since a revision, so that a screen fetches again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChangesView {
    /// Counter that grows with each commit, ingest, lock and step of a job.
    pub revision: u32,
    /// Counter that grows with each commit and ingest only.
    pub record: u32,
    /// Whether the home is open.
    pub open: bool,
}
