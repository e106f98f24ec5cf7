//! The on-site record (执法记录): its line in a list, and the whole of it with its timeline.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Coordinates, Custody, DraftLine, FindingView, MediaView, OfficerName, SignatureView};

/// How a matter began. The three have different legal conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StartKind {
    /// 开始巡查.
    Patrol,
    /// 开始检查.
    Inspection,
    /// 处置举报.
    Complaint,
}

/// Where a matter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MatterState {
    /// Being recorded.
    Open,
    /// Closed with a result.
    Closed,
    /// Voided with a reason.
    Voided,
    /// Two decisions contradict each other; a person must choose.
    Disputed,
}

/// Result a matter is closed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MatterResult {
    /// 查无违法事实.
    NothingFound,
    /// 劝导.
    Dissuaded,
    /// 现场改正.
    Corrected,
    /// 待复查 (by a date).
    Recheck,
    /// 转立案.
    ToFile,
}

/// An action the record allows now; the desk shows no other button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MatterAction {
    /// 亮证.
    ShowCertificate,
    /// 告知.
    TellRights,
    /// Name the party.
    SetParty,
    /// 记一条.
    AddNote,
    /// Name or change the second officer.
    NameSecond,
    /// 协办确认.
    Confirm,
    /// Explain why the second officer cannot confirm.
    ExplainConfirmation,
    /// 移交.
    HandOver,
    /// Close with a result.
    CloseMatter,
    /// Void with a reason.
    VoidMatter,
    /// Import or link media.
    AddMedia,
    /// Begin a document.
    NewDraft,
    /// Choose between contradicting decisions.
    ResolveContradiction,
    /// 到达.
    Arrive,
    /// 离开.
    Leave,
    /// Have somebody sign, or refuse to.
    Sign,
}

/// The party (当事人).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PartyView {
    /// Name.
    pub name: String,
    /// Identity number with its middle hidden.
    pub number: Option<String>,
    /// Kind, e.g. person or company, as typed.
    pub kind: Option<String>,
}

/// A matter in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MatterLine {
    /// Matter id (UUID).
    pub id: String,
    /// 现场记录号, computed from date and id.
    pub number: String,
    /// How it began.
    pub start: StartKind,
    /// Title.
    pub title: String,
    /// Place.
    pub place: String,
    /// Where it stands.
    pub state: MatterState,
    /// Result, when closed.
    pub result: Option<MatterResult>,
    /// Lead officer (主办).
    pub lead: OfficerName,
    /// Second officer (协办).
    pub second: Option<OfficerName>,
    /// Party's name.
    pub party: Option<String>,
    /// When the start was recorded.
    pub recorded_at: String,
    /// When the last entry was recorded.
    pub changed_at: String,
    /// Number of unanswered findings.
    pub findings: u32,
    /// Number of linked media.
    pub media: u32,
    /// Where its entries stand: `held` only when all are.
    pub custody: Custody,
}

/// What a line of the timeline is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TimelineKind {
    /// The matter began.
    Started,
    /// Certificate shown.
    CertificateShown,
    /// Rights told.
    RightsTold,
    /// Party named.
    PartySet,
    /// Note.
    Note,
    /// Second officer named.
    SecondNamed,
    /// Second officer confirmed.
    Confirmed,
    /// Missing confirmation explained.
    ConfirmationExplained,
    /// Handed to another officer.
    Handed,
    /// Closed.
    Closed,
    /// Voided.
    Voided,
    /// A contradiction was resolved.
    ContradictionResolved,
    /// A file was linked.
    MediaLinked,
    /// A file was unlinked.
    MediaUnlinked,
    /// A draft was begun or revised.
    Draft,
    /// Arrived.
    Arrived,
    /// Left.
    Left,
    /// Somebody drew a signature.
    Signed,
    /// Somebody refused to sign.
    SignRefused,
    /// An entry this version cannot read; kept and shown by kind only.
    Other,
}

/// One entry of a matter, as a line of its timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TimelineItem {
    /// Hash of the entry (base64), its name everywhere.
    pub entry: String,
    /// What it is about.
    pub kind: TimelineKind,
    /// Kind as written in the entry.
    pub entry_kind: String,
    /// When it was recorded, by the author's laptop.
    pub recorded_at: String,
    /// When the township logged it, by its clock; null before.
    pub received_at: Option<String>,
    /// Author.
    pub officer: OfficerName,
    /// Text to show: the note, the reason, the name.
    pub text: Option<String>,
    /// Hash of the note this one corrects (补充更正).
    pub corrects: Option<String>,
    /// Hashes of the notes that correct this one.
    pub corrected_by: Vec<String>,
    /// Id of the file or draft it is about.
    pub about: Option<String>,
    /// Second officers who confirmed this entry.
    pub confirmed_by: Vec<OfficerName>,
    /// Where it stands.
    pub custody: Custody,
}

/// Two decisions of which neither saw the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContradictionView {
    /// Hashes of the contradicting entries.
    pub entries: Vec<String>,
}

/// The whole of a matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MatterView {
    /// Matter id (UUID), the same as in `line`.
    pub id: String,
    /// As in a list.
    pub line: MatterLine,
    /// Position, when known.
    pub coordinates: Option<Coordinates>,
    /// Matter that this one re-checks (复查).
    pub follows: Option<String>,
    /// When the officers arrived.
    pub arrived_at: Option<String>,
    /// When they left, the last time.
    pub left_at: Option<String>,
    /// Signatures and refusals to sign.
    pub signatures: Vec<SignatureView>,
    /// When the certificate was shown.
    pub certificate_shown_at: Option<String>,
    /// When rights were told.
    pub rights_told_at: Option<String>,
    /// Party.
    pub party: Option<PartyView>,
    /// When the second officer last confirmed.
    pub confirmed_at: Option<String>,
    /// Why the second officer could not confirm.
    pub confirmation_explained: Option<String>,
    /// Hashes of the entries the second officer has not confirmed yet.
    pub to_confirm: Vec<String>,
    /// When closed.
    pub closed_at: Option<String>,
    /// Day of the re-check, `YYYY-MM-DD`.
    pub until: Option<String>,
    /// Why it was voided.
    pub void_reason: Option<String>,
    /// Contradictions that keep its gates shut.
    pub contradictions: Vec<ContradictionView>,
    /// All entries, oldest first.
    pub timeline: Vec<TimelineItem>,
    /// Linked media, by capture time.
    pub media: Vec<MediaView>,
    /// Drafts.
    pub drafts: Vec<DraftLine>,
    /// Findings, answered ones last.
    pub findings: Vec<FindingView>,
    /// What may be done now by the officer who unlocked.
    pub actions: Vec<MatterAction>,
}

/// A list of matters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MattersView {
    /// Newest first.
    pub matters: Vec<MatterLine>,
    /// Whether older ones exist beyond the limit.
    pub more: bool,
}
