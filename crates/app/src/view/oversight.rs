//! 管理: people, keys, late entries, silent laptops, overdue media, witnesses, backup.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{OfficerName, Role, Size};

/// Why a key's right ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RevokeReason {
    /// The person left.
    Left,
    /// Another key took its place.
    Replaced,
    /// The laptop is lost.
    Lost,
    /// Somebody else may have used the key.
    Compromised,
}

/// The key of one officer on one laptop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeyLine {
    /// The key, by name.
    pub series: String,
    /// What the laptop is called.
    pub device: String,
    /// When it was enrolled.
    pub enrolled_at: String,
    /// When it was last heard; its enrolment if never since.
    pub heard_at: String,
    /// Whole days since then.
    pub silent_days: u32,
    /// Whether that is too long.
    pub silent: bool,
    /// Entries of it in the log.
    pub entries: u32,
    /// Set once its right ended.
    pub revoked: Option<RevokeReason>,
    /// Whether it is the key in use here.
    pub own: bool,
}

/// A person known to the township.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PersonLine {
    /// Officer id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Certificate number.
    pub certificate: Option<String>,
    /// Agency.
    pub agency: Option<String>,
    /// Last valid day, `YYYY-MM-DD`.
    pub valid_until: Option<String>,
    /// Roles held now.
    pub roles: Vec<Role>,
    /// Keys, oldest first.
    pub keys: Vec<KeyLine>,
    /// Whether it is the person at this desk: nobody changes his own rights.
    pub own: bool,
}

/// A code that was given out and not used yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OpenInvite {
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// When it ends.
    pub until: String,
}

/// An entry that arrived without a right and waits for a supervisor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LateLine {
    /// The entry's hash.
    pub entry: String,
    /// Whose key wrote it.
    pub officer: OfficerName,
    /// Its kind.
    pub kind: String,
    /// The matter it belongs to, when it names one.
    pub matter: Option<String>,
    /// Title of the matter, when it is known here.
    pub title: Option<String>,
    /// What it says, when it is known here.
    pub text: Option<String>,
    /// When it was written by its author's clock, when it is known here.
    pub recorded_at: Option<String>,
    /// Place in the log.
    pub index: String,
}

/// A media file that an entry names and nobody handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OverdueLine {
    /// SHA-256, hex.
    pub sha256: String,
    /// Bytes.
    pub size: Size,
    /// Who recorded it.
    pub officer: OfficerName,
    /// What the laptop is called.
    pub device: String,
    /// When its entry was written.
    pub recorded_at: String,
    /// Whole days since then.
    pub days: u32,
}

/// An outside witness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WitnessLine {
    /// What people call it.
    pub name: String,
    /// Where it is asked; none if files are carried.
    pub url: Option<String>,
    /// Entries of the log it last cosigned.
    pub size: String,
    /// When, by its own clock.
    pub at: Option<String>,
}

/// The newest backup written at the township.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BackupLine {
    /// When it was written.
    pub at: String,
    /// Whole days since then.
    pub days: u32,
    /// Entries of the log that it does not hold.
    pub missing: String,
    /// Bytes.
    pub bytes: Size,
}

/// Something that people must look at, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AlarmLine {
    /// Stable code.
    pub code: String,
    /// How often.
    pub count: u32,
}

/// The room 管理.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OversightView {
    /// Whether the officer here may let people in.
    pub may_enrol: bool,
    /// Whether the officer here may give and take rights and keys.
    pub may_change_rights: bool,
    /// Whether the officer here may decide about late entries.
    pub may_judge: bool,
    /// People, by name.
    pub people: Vec<PersonLine>,
    /// Codes not used yet.
    pub invites: Vec<OpenInvite>,
    /// Entries that wait for a supervisor.
    pub late: Vec<LateLine>,
    /// Media overdue, oldest first.
    pub overdue: Vec<OverdueLine>,
    /// Outside witnesses.
    pub witnesses: Vec<WitnessLine>,
    /// The newest backup; none if there never was one.
    pub backup: Option<BackupLine>,
    /// Alarms.
    pub alarms: Vec<AlarmLine>,
    /// Entries in the log.
    pub log_size: String,
}

/// A code for one officer. It is shown once: the township holds its hash only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InvitationView {
    /// Name.
    pub name: String,
    /// Address to type with it.
    pub township: String,
    /// The code.
    pub code: String,
    /// When it ends.
    pub valid_until: String,
}
