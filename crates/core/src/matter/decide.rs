//! What a person may ask of a matter, and when the answer is no.
//!
//! Recording is never refused because of people, certificates or clocks. Refused
//! are: anything added to the record of a closed or voided matter, one person as
//! both officers, closing an inspection or a complaint visit without the second
//! officer's confirmation or an explanation, and what contradicts the record.

use super::{
    Arrived, CertificateShown, Closed, ConfirmationExplained, ContradictionResolved, Coordinates, Handed,
    Left, MatterEvent, MatterResult, MatterState, NoteAdded, PartySet, Phase, RightsTold, SecondConfirmed,
    SecondNamed, SignRefused, Signed, StartKind, Started, Voided,
};
use crate::ids::{EntryHash, MatterId, OfficerId};
use crate::record::Mark;
use crate::refusal::{Refusal, required};
use crate::role::Role;
use chrono::NaiveDate;

/// Who asks, with which roles, on which day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The officer whose key will sign.
    pub actor: OfficerId,
    /// The officer's roles as known here; empty while unknown.
    pub roles: Vec<Role>,
    /// The day at the place (Asia/Shanghai).
    pub today: NaiveDate,
}

impl Context {
    /// Whether this person is auxiliary staff and nothing more.
    fn only_auxiliary(&self) -> bool {
        self.roles.contains(&Role::Auxiliary) && !self.roles.iter().any(|role| role.enforces())
    }
}

/// What a person may ask of a matter.
#[derive(Clone, Debug, PartialEq)]
pub enum MatterCommand {
    /// 开始巡查, 开始检查 or 处置举报; the person asking is the lead.
    Start {
        /// Why the officers are there.
        start: StartKind,
        /// What it is about.
        title: String,
        /// Where, as typed; may be empty.
        place: String,
        /// Where, as measured.
        coordinates: Option<Coordinates>,
        /// 协办; may be named later.
        second: Option<OfficerId>,
        /// The earlier matter that this one re-checks.
        follows: Option<MatterId>,
    },
    /// 亮证.
    ShowCertificate,
    /// 权利义务告知.
    TellRights,
    /// 当事人.
    SetParty {
        /// Name.
        name: String,
        /// Document number or credit code.
        number: Option<String>,
        /// What sort of party.
        kind: Option<String>,
    },
    /// 记一条.
    AddNote {
        /// The note.
        text: String,
    },
    /// 补充更正: a following note; the earlier one stays.
    CorrectNote {
        /// The note to correct.
        note: EntryHash,
        /// The matter that note belongs to.
        of: MatterId,
        /// The text that is right.
        text: String,
    },
    /// 到达.
    Arrive,
    /// 离开.
    Leave,
    /// Somebody drew a signature under what was shown.
    Sign(Box<Signed>),
    /// 拒签.
    RefuseToSign(Box<SignRefused>),
    /// 协办 is named or changed.
    NameSecond {
        /// The second officer from now on.
        officer: OfficerId,
        /// Why; needed when there was another before.
        reason: Option<String>,
    },
    /// 协办确认, by the second officer.
    Confirm {
        /// What is confirmed; see [`MatterState::unconfirmed`].
        entries: Vec<EntryHash>,
    },
    /// Why there is no confirmation by a second officer.
    ExplainConfirmation {
        /// The explanation.
        reason: String,
    },
    /// 移交给另一名执法人员.
    HandOver {
        /// Who carries the matter from now on.
        to: OfficerId,
        /// Why.
        reason: Option<String>,
    },
    /// 办结.
    Close {
        /// The result.
        result: MatterResult,
        /// The date of the re-check; needed for [`MatterResult::Recheck`] and for no other.
        until: Option<NaiveDate>,
    },
    /// 作废.
    Void {
        /// Why.
        reason: String,
    },
    /// Choose between contradicting gate events; names every one of [`MatterState::contested`].
    Resolve {
        /// The one that counts.
        chosen: EntryHash,
        /// Those set aside.
        others: Vec<EntryHash>,
        /// Why.
        reason: String,
    },
}

/// Answers a command with the events to write, or with a refusal.
///
/// # Errors
/// The lawful "no", see [`Refusal`].
pub fn decide(
    state: &MatterState,
    command: MatterCommand,
    context: &Context,
) -> Result<Vec<MatterEvent>, Refusal> {
    if let MatterCommand::Start { .. } = command {
        return start(state, command, context);
    }
    if state.started.is_none() {
        return Err(Refusal::NotStarted);
    }
    let event: MatterEvent = match command {
        MatterCommand::Start { .. } => return Err(Refusal::AlreadyStarted),
        MatterCommand::ShowCertificate => on_record(state, CertificateShown {})?,
        MatterCommand::TellRights => on_record(state, RightsTold {})?,
        MatterCommand::SetParty { name, number, kind } => {
            let name = required(&name, "name")?;
            on_record(state, PartySet { name, number: filled(number), kind: filled(kind) })?
        }
        MatterCommand::AddNote { text } => {
            let text = required(&text, "text")?;
            on_record(state, NoteAdded { text, corrects: None })?
        }
        MatterCommand::CorrectNote { note, of, text } => {
            if of != state.id {
                return Err(Refusal::NoteElsewhere(of));
            }
            let text = required(&text, "text")?;
            on_record(state, NoteAdded { text, corrects: Some(note) })?
        }
        MatterCommand::Arrive => on_record(state, Arrived {})?,
        MatterCommand::Leave => on_record(state, Left {})?,
        MatterCommand::Sign(signed) => on_record(state, signed.checked()?)?,
        MatterCommand::RefuseToSign(refused) => on_record(state, refused.checked()?)?,
        MatterCommand::NameSecond { officer, reason } => name_second(state, officer, reason)?,
        MatterCommand::Confirm { entries } => confirm(state, entries, context)?,
        MatterCommand::ExplainConfirmation { reason } => {
            let reason = required(&reason, "reason")?;
            on_record(state, ConfirmationExplained { reason })?
        }
        MatterCommand::HandOver { to, reason } => {
            gates_open(state)?;
            if state.holder.as_ref() == Some(&to) {
                return Err(Refusal::AlreadyHolder(to));
            }
            Handed { to, reason: filled(reason) }.into()
        }
        MatterCommand::Close { result, until } => close(state, result, until, context)?,
        MatterCommand::Void { reason } => {
            gates_open(state)?;
            Voided { reason: required(&reason, "reason")? }.into()
        }
        MatterCommand::Resolve { chosen, others, reason } => resolve(state, chosen, others, &reason)?,
    };
    Ok(vec![event])
}

/// Decides commands that are written together, each seeing what the ones before it did. A
/// confirmation among them sees only entries that have a name already.
///
/// # Errors
/// The first refusal; nothing is written then.
pub fn decide_all(
    state: &MatterState,
    commands: Vec<MatterCommand>,
    context: &Context,
) -> Result<Vec<MatterEvent>, Refusal> {
    let mut state = state.clone();
    let mut all = Vec::new();
    for command in commands {
        for event in decide(&state, command, context)? {
            state.apply(&Mark { by: Some(context.actor.clone()), ..Mark::default() }, &event);
            all.push(event);
        }
    }
    Ok(all)
}

fn start(
    state: &MatterState,
    command: MatterCommand,
    context: &Context,
) -> Result<Vec<MatterEvent>, Refusal> {
    let MatterCommand::Start { start, title, place, coordinates, second, follows } = command else {
        return Err(Refusal::NotStarted);
    };
    if state.started.is_some() || state.record.entries > 0 {
        return Err(Refusal::AlreadyStarted);
    }
    if second.as_ref() == Some(&context.actor) {
        return Err(Refusal::SamePerson(context.actor.clone()));
    }
    let started = Started {
        start,
        title: required(&title, "title")?,
        place: place.trim().to_owned(),
        coordinates,
        lead: context.actor.clone(),
        second,
        follows,
    };
    Ok(vec![started.into()])
}

/// Adds to the record, unless the record is finished. A disputed matter still takes
/// notes: what is seen on site comes before the question which closing counts.
fn on_record(state: &MatterState, event: impl Into<MatterEvent>) -> Result<MatterEvent, Refusal> {
    match state.phase {
        Phase::Closed => Err(Refusal::MatterClosed),
        Phase::Voided => Err(Refusal::MatterVoided),
        Phase::Open | Phase::Disputed => Ok(event.into()),
    }
}

fn gates_open(state: &MatterState) -> Result<(), Refusal> {
    match state.phase {
        Phase::Open => Ok(()),
        Phase::Closed => Err(Refusal::MatterClosed),
        Phase::Voided => Err(Refusal::MatterVoided),
        Phase::Disputed => Err(Refusal::Disputed(state.contested())),
    }
}

fn name_second(
    state: &MatterState,
    officer: OfficerId,
    reason: Option<String>,
) -> Result<MatterEvent, Refusal> {
    if state.lead.as_ref() == Some(&officer) {
        return Err(Refusal::SamePerson(officer));
    }
    if state.second.as_ref() == Some(&officer) {
        return Err(Refusal::AlreadySecond(officer));
    }
    let reason = filled(reason);
    if state.second.is_some() && reason.is_none() {
        return Err(Refusal::Empty("reason"));
    }
    on_record(state, SecondNamed { officer, reason })
}

/// A confirmation may follow the closing: it adds nothing to the record but a witness.
fn confirm(
    state: &MatterState,
    mut entries: Vec<EntryHash>,
    context: &Context,
) -> Result<MatterEvent, Refusal> {
    if state.phase == Phase::Voided {
        return Err(Refusal::MatterVoided);
    }
    if state.second.as_ref() != Some(&context.actor) {
        return Err(Refusal::NotTheSecond);
    }
    entries.sort();
    entries.dedup();
    if entries.is_empty() {
        return Err(Refusal::NothingConfirmed);
    }
    if let Some(stranger) = entries.iter().find(|entry| !state.unconfirmed.contains(entry)) {
        return Err(Refusal::NotAwaitingConfirmation(stranger.clone()));
    }
    Ok(SecondConfirmed { entries }.into())
}

fn close(
    state: &MatterState,
    result: MatterResult,
    until: Option<NaiveDate>,
    context: &Context,
) -> Result<MatterEvent, Refusal> {
    gates_open(state)?;
    match (result, until) {
        (MatterResult::Recheck, None) => return Err(Refusal::RecheckDateMissing),
        (MatterResult::Recheck, Some(date)) if date < context.today => {
            return Err(Refusal::RecheckDatePassed(date));
        }
        (MatterResult::Recheck, Some(_)) | (_, None) => {}
        (_, Some(_)) => return Err(Refusal::DateNotWanted),
    }
    if state.needs_two_officers() {
        if context.only_auxiliary() {
            return Err(Refusal::AuxiliaryDecides);
        }
        let confirmed = state.second.is_some() && state.unconfirmed.is_empty();
        if !confirmed && state.explanation.is_none() {
            return Err(Refusal::SecondNotConfirmed(state.unconfirmed.clone()));
        }
    }
    Ok(Closed { result, until }.into())
}

fn resolve(
    state: &MatterState,
    chosen: EntryHash,
    mut others: Vec<EntryHash>,
    reason: &str,
) -> Result<MatterEvent, Refusal> {
    let reason = required(reason, "reason")?;
    others.sort();
    others.dedup();
    let mut named = others.clone();
    named.push(chosen.clone());
    named.sort();
    let contested = state.contested();
    if contested.is_empty() || named != contested {
        return Err(Refusal::NothingDisputed);
    }
    Ok(ContradictionResolved { chosen, others, reason }.into())
}

/// An optional text: blank counts as absent.
pub(super) fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}
