//! 执法记录: what happened on site, before any case exists.
//!
//! The kinds and bodies of a matter's entries. [`MatterState`] is what they add
//! up to, [`MatterCommand`] what a person may ask for, [`decide`] the
//! only place that says yes or no. A patrol has no gate; an inspection and a
//! complaint visit want two officers, which shows as findings while recording and
//! as a refusal only when closing.

mod decide;
mod gates;
mod number;
mod onsite;
mod state;

pub use decide::{Context, MatterCommand, decide, decide_all};
pub use gates::{Contradiction, Effect, Gate};
pub use number::number;
pub use onsite::{Arrived, Left, SignRefused, Signature, Signed, SignedFile, Signer};
pub use state::{Closing, Happening, MatterState, Party, Phase, Said, Second, Timeliness, Witnessed};

use crate::event::events;
use crate::ids::{EntryHash, MatterId, OfficerId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Why the officers are there; the three have different legal conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartKind {
    /// 巡查: unspecified objects, one officer or auxiliary, no gate.
    Patrol,
    /// 行政检查: a named object, two officers with certificates.
    Inspection,
    /// 处置举报: a complaint is followed up, two officers with certificates.
    Complaint,
}

impl StartKind {
    /// Whether two officers are needed (《中华人民共和国行政处罚法》第四十二条).
    pub fn needs_two_officers(self) -> bool {
        matches!(self, Self::Inspection | Self::Complaint)
    }

    /// The word used in bodies and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Patrol => "patrol",
            Self::Inspection => "inspection",
            Self::Complaint => "complaint",
        }
    }

    /// The kind of that word, if there is one.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Patrol, Self::Inspection, Self::Complaint].into_iter().find(|start| start.word() == word)
    }
}

/// How a matter ended. Each is counted on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatterResult {
    /// 未发现违法行为.
    NothingFound,
    /// 劝导.
    Dissuaded,
    /// 现场改正.
    Corrected,
    /// 复查, by a date.
    Recheck,
    /// 拟立案.
    ToFile,
}

impl MatterResult {
    /// Every result.
    pub const ALL: [Self; 5] =
        [Self::NothingFound, Self::Dissuaded, Self::Corrected, Self::Recheck, Self::ToFile];

    /// The word used in bodies and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::NothingFound => "nothing_found",
            Self::Dissuaded => "dissuaded",
            Self::Corrected => "corrected",
            Self::Recheck => "recheck",
            Self::ToFile => "to_file",
        }
    }

    /// The result of that word, if there is one.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|result| result.word() == word)
    }
}

/// A position on the ground, WGS 84, in millionths of a degree (bodies hold no fractions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coordinates {
    /// Latitude in millionths of a degree, north positive.
    pub latitude_e6: i64,
    /// Longitude in millionths of a degree, east positive.
    pub longitude_e6: i64,
}

impl Coordinates {
    /// Rounds decimal degrees; `None` outside the globe or when not a number.
    pub fn from_degrees(latitude: f64, longitude: f64) -> Option<Self> {
        let inside = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        #[expect(clippy::cast_possible_truncation, reason = "at most 180 million, checked above")]
        let millionths = |degrees: f64| (degrees * 1_000_000.0).round() as i64;
        inside.then(|| Self { latitude_e6: millionths(latitude), longitude_e6: millionths(longitude) })
    }
}

/// `matter.started`: 开始巡查, 开始检查 or 处置举报.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Started {
    /// Why the officers are there.
    pub start: StartKind,
    /// What it is about, as an officer would say it.
    pub title: String,
    /// Where, as typed.
    #[serde(default)]
    pub place: String,
    /// Where, as measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<Coordinates>,
    /// 主办.
    pub lead: OfficerId,
    /// 协办.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<OfficerId>,
    /// The earlier matter that this one re-checks (复查).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<MatterId>,
}

/// `matter.certificate_shown`: 亮证.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CertificateShown {}

/// `matter.rights_told`: 权利义务告知.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RightsTold {}

/// `matter.party_set`: 当事人, as far as known on site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartySet {
    /// Name of the person or body.
    pub name: String,
    /// Number of the identity document or unified social credit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// What sort of party, in free words of the trade.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// `matter.note_added`: 现场情况; with `corrects` a following note that corrects an earlier one (补充更正).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoteAdded {
    /// What was seen, said or done.
    pub text: String,
    /// The note it corrects; both versions stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<EntryHash>,
}

/// `matter.second_named`: 协办 is named or changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecondNamed {
    /// The second officer from now on.
    pub officer: OfficerId,
    /// Why, when there was another before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `matter.second_confirmed`: 协办确认, by the second officer's own key, naming what is confirmed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecondConfirmed {
    /// The entries of this matter that the second officer stands by.
    pub entries: Vec<EntryHash>,
}

/// `matter.confirmation_explained`: why there is no confirmation by a second officer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfirmationExplained {
    /// The explanation, in the officer's words.
    pub reason: String,
}

/// `matter.handed`: another officer carries the matter on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handed {
    /// Who carries it from now on.
    pub to: OfficerId,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `matter.closed`: the matter ended with a result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    /// How it ended.
    pub result: MatterResult,
    /// The date of the re-check; only with [`MatterResult::Recheck`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

/// `matter.voided`: 作废, recorded in error; everything stays readable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Voided {
    /// Why.
    pub reason: String,
}

/// `matter.contradiction_resolved`: a person chose between gate events that had not seen each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContradictionResolved {
    /// The gate event that counts.
    pub chosen: EntryHash,
    /// The gate events set aside.
    pub others: Vec<EntryHash>,
    /// Why.
    pub reason: String,
}

events! {
    /// Everything that can be said about a matter.
    MatterEvent {
        /// 开始巡查, 开始检查 or 处置举报.
        Started = "matter.started",
        /// 亮证.
        CertificateShown = "matter.certificate_shown",
        /// 权利义务告知.
        RightsTold = "matter.rights_told",
        /// 当事人.
        PartySet = "matter.party_set",
        /// 记一条, or 补充更正.
        NoteAdded = "matter.note_added",
        /// 协办 named or changed.
        SecondNamed = "matter.second_named",
        /// 协办确认.
        SecondConfirmed = "matter.second_confirmed",
        /// 说明未确认原因.
        ConfirmationExplained = "matter.confirmation_explained",
        /// 移交.
        Handed = "matter.handed",
        /// 办结.
        Closed = "matter.closed",
        /// 作废.
        Voided = "matter.voided",
        /// A choice between contradicting gate events.
        ContradictionResolved = "matter.contradiction_resolved",
        /// 到达.
        Arrived = "matter.arrived",
        /// 离开.
        Left = "matter.left",
        /// 签名.
        Signed = "matter.signed",
        /// 拒签.
        SignRefused = "matter.sign_refused",
    }
}

/// Words of the kinds, for code that matches on an entry's kind without its body.
pub mod kinds {
    /// `matter.started`
    pub const STARTED: &str = "matter.started";
    /// `matter.certificate_shown`
    pub const CERTIFICATE_SHOWN: &str = "matter.certificate_shown";
    /// `matter.rights_told`
    pub const RIGHTS_TOLD: &str = "matter.rights_told";
    /// `matter.party_set`
    pub const PARTY_SET: &str = "matter.party_set";
    /// `matter.note_added`
    pub const NOTE_ADDED: &str = "matter.note_added";
    /// `matter.second_confirmed`
    pub const SECOND_CONFIRMED: &str = "matter.second_confirmed";
    /// `matter.handed`
    pub const HANDED: &str = "matter.handed";
    /// `matter.closed`
    pub const CLOSED: &str = "matter.closed";
    /// `matter.voided`
    pub const VOIDED: &str = "matter.voided";
    /// `matter.arrived`
    pub const ARRIVED: &str = "matter.arrived";
    /// `matter.left`
    pub const LEFT: &str = "matter.left";
    /// `matter.signed`
    pub const SIGNED: &str = "matter.signed";
    /// `matter.sign_refused`
    pub const SIGN_REFUSED: &str = "matter.sign_refused";
    /// `matter.contradiction_resolved`
    pub const CONTRADICTION_RESOLVED: &str = "matter.contradiction_resolved";

    /// Whether entries of this kind close or open a gate, so that two of them
    /// which did not see each other contradict.
    pub fn is_gate(kind: &str) -> bool {
        matches!(kind, HANDED | CLOSED | VOIDED | CONTRADICTION_RESOLVED)
    }

    /// Whether the second officer's confirmation is wanted for entries of this kind. Leaving is
    /// stamped after it: it adds nothing that a second pair of eyes would have to stand by.
    pub fn wants_confirmation(kind: &str) -> bool {
        matches!(
            kind,
            STARTED
                | ARRIVED
                | CERTIFICATE_SHOWN
                | RIGHTS_TOLD
                | PARTY_SET
                | NOTE_ADDED
                | SIGNED
                | SIGN_REFUSED
        )
    }
}
