//! Recording on site: starting a matter and everything written into it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::view::{Coordinates, MatterResult, MatterState, StartKind};

/// Begin a patrol, an inspection or a complaint visit.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct StartMatter {
    /// How it begins.
    pub start: StartKind,
    /// Title.
    pub title: String,
    /// Place as typed.
    pub place: String,
    /// Position, when known.
    #[serde(default)]
    pub coordinates: Option<Coordinates>,
    /// Second officer: id or name.
    #[serde(default)]
    pub second: Option<String>,
    /// Matter that this one re-checks (复查).
    #[serde(default)]
    pub follows: Option<String>,
}

/// Show one matter.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OpenMatter {
    /// Matter id.
    pub matter: String,
}

/// List matters.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct ListMatters {
    /// Only those in this state.
    #[serde(default)]
    pub state: Option<MatterState>,
    /// Only those in which the officer is lead or second.
    #[serde(default)]
    #[ts(optional, as = "Option<_>")]
    pub mine: bool,
    /// At most this many; 200 when absent.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Only those recorded before this time.
    #[serde(default)]
    pub before: Option<String>,
}

/// Record that the certificate was shown.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ShowCertificate {
    /// Matter id.
    pub matter: String,
}

/// Record that rights and duties were told.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TellRights {
    /// Matter id.
    pub matter: String,
}

/// Name the party.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct SetParty {
    /// Matter id.
    pub matter: String,
    /// Name; may be empty with `like` or `card`.
    #[serde(default)]
    #[ts(optional, as = "Option<_>")]
    pub name: String,
    /// Identity number.
    #[serde(default)]
    pub number: Option<String>,
    /// Kind, e.g. person or company.
    #[serde(default)]
    pub kind: Option<String>,
    /// Matter whose party this is, too: what is not typed is taken from there.
    #[serde(default)]
    pub like: Option<String>,
    /// A card that was read: what is not typed is taken from there.
    #[serde(default)]
    pub card: Option<String>,
}

/// Add a note; it is corrected only by a following note.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct AddNote {
    /// Matter id.
    pub matter: String,
    /// Text.
    pub text: String,
    /// Hash of the note it corrects.
    #[serde(default)]
    pub corrects: Option<String>,
}

/// List the notes of a matter.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ListNotes {
    /// Matter id.
    pub matter: String,
}

/// Name or change the second officer.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct NameSecond {
    /// Matter id.
    pub matter: String,
    /// Officer: id or name.
    pub officer: String,
    /// Reason for a change.
    #[serde(default)]
    pub reason: Option<String>,
}

/// The second officer confirms entries by the own key.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct Confirm {
    /// Matter id.
    pub matter: String,
    /// Hashes of the entries confirmed; all unconfirmed ones when empty.
    #[serde(default)]
    #[ts(optional, as = "Option<_>")]
    pub entries: Vec<String>,
    /// Second officer, when another person has unlocked the desk: id or name.
    #[serde(default)]
    pub officer: Option<String>,
    /// That officer's passphrase, used for this act only.
    #[serde(default)]
    pub passphrase: Option<String>,
    /// Instead: the PIN that officer set for this session.
    #[serde(default)]
    pub pin: Option<String>,
}

/// Explain why the second officer cannot confirm.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExplainConfirmation {
    /// Matter id.
    pub matter: String,
    /// Reason.
    pub reason: String,
}

/// Hand a matter to another officer.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct HandOver {
    /// Matter id.
    pub matter: String,
    /// Officer: id or name.
    pub to: String,
    /// Reason.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Close a matter with a result.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct CloseMatter {
    /// Matter id.
    pub matter: String,
    /// Result.
    pub result: MatterResult,
    /// Day of the re-check, `YYYY-MM-DD`.
    #[serde(default)]
    pub until: Option<String>,
}

/// Void a matter.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VoidMatter {
    /// Matter id.
    pub matter: String,
    /// Reason.
    pub reason: String,
}

/// Choose between decisions that contradict each other.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ResolveContradiction {
    /// Matter id.
    pub matter: String,
    /// Hash of the entry that holds.
    pub chosen: String,
    /// Hashes of the entries that do not.
    pub others: Vec<String>,
    /// Reason.
    pub reason: String,
}

/// Answer a finding on record.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AnswerFinding {
    /// Finding id.
    pub finding: String,
    /// Answer.
    pub answer: String,
}

/// List findings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct ListFindings {
    /// Only those of this matter.
    #[serde(default)]
    pub matter: Option<String>,
    /// With the answered ones.
    #[serde(default)]
    #[ts(optional, as = "Option<_>")]
    pub answered: bool,
}

/// Record a check of a body camera before duty.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct CameraCheck {
    /// Device number.
    pub number: String,
    /// Who carries it: id or name; the officer who unlocked when absent.
    #[serde(default)]
    pub carried_by: Option<String>,
    /// Battery is fine.
    pub battery: bool,
    /// Card is fine.
    pub card: bool,
    /// Clock is right.
    pub clock: bool,
}

/// Record that a camera was handed back after duty.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct CameraReturn {
    /// Device number.
    pub number: String,
    /// Camera and card are whole.
    #[serde(default)]
    pub sound: bool,
    /// What is not in order; needed when it is not whole.
    #[serde(default)]
    pub note: Option<String>,
}

/// Give the reason for a missing or interrupted recording.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct CameraMissing {
    /// Matter without recording.
    #[serde(default)]
    pub matter: Option<String>,
    /// Device number.
    #[serde(default)]
    pub number: Option<String>,
    /// Reason.
    pub reason: String,
}
