//! What a matter's entries add up to.
//!
//! [`MatterState`] is the header, kept as the `matter` document; each line of the
//! timeline is a [`Happening`], kept as a `note` or `step` document of its own.
//! [`MatterState::apply`] is total: it takes any event in any state.

use super::gates::{self, Contradiction, Effect, Gate};
use super::{
    Coordinates, MatterEvent, MatterResult, NoteAdded, PartySet, Signature, StartKind, Started, kinds,
};
use crate::event::Body;
use crate::ids::{EntryHash, MatterId, OfficerId};
use crate::record::{Mark, Record};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Where a matter stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// 进行中.
    #[default]
    Open,
    /// 已办结.
    Closed,
    /// 已作废.
    Voided,
    /// 存在矛盾: gate events contradict each other, gates stay shut.
    Disputed,
}

impl Phase {
    /// The word used in columns and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Voided => "voided",
            Self::Disputed => "disputed",
        }
    }
}

/// How the matter was closed; fields are `None` when the body is not here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// The entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// The result.
    pub result: Option<MatterResult>,
    /// The date of the re-check.
    pub until: Option<NaiveDate>,
}

/// 当事人, with the entry that last said so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// Name.
    pub name: String,
    /// Document number or credit code.
    pub number: Option<String>,
    /// What sort of party.
    pub kind: Option<String>,
}

/// One naming of a second officer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Second {
    /// The entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// Who was named.
    pub officer: OfficerId,
    /// Why, when there was another before.
    pub reason: Option<String>,
}

/// A text somebody gave, with its entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// The text.
    pub text: String,
}

/// Whether an event of the timeline was known to the one who closed the matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timeliness {
    /// Known when the matter was closed, or the matter is not closed.
    #[default]
    Timely,
    /// Written without knowing of the closing, and not known to it.
    Late,
    /// Written although its author knew that the matter was closed.
    AfterClosing,
}

/// A later entry that bears on an event of the timeline: a confirmation or a correction.
pub type Witnessed = Mark;

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Happening {
    /// The matter.
    pub matter: MatterId,
    /// The place in the canonical order, from 0.
    pub position: usize,
    /// The entry, its author and time.
    #[serde(flatten)]
    pub mark: Mark,
    /// The entry's kind.
    pub kind: String,
    /// The body as written, unknown fields included; `None` when it is not here.
    pub body: Option<Body>,
    /// The earlier note that this one corrects.
    pub corrects: Option<EntryHash>,
    /// Later notes that correct this one; both versions stay.
    pub corrected_by: Vec<Witnessed>,
    /// Confirmations by the second officer.
    pub confirmed_by: Vec<Witnessed>,
    /// Whether the closing knew of it.
    pub timeliness: Timeliness,
}

impl Happening {
    /// The text of a note; `None` for other events and absent bodies.
    pub fn text(&self) -> Option<&str> {
        self.body.as_ref()?.get("text")?.as_str()
    }
}

/// A matter as its entries tell it, without the timeline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MatterState {
    /// The matter.
    pub id: MatterId,
    /// The first `matter.started`, even if its body is not here.
    pub started: Option<Mark>,
    /// Why the officers were there.
    pub start: Option<StartKind>,
    /// What it is about.
    pub title: String,
    /// Where, as typed.
    pub place: String,
    /// Where, as measured.
    pub coordinates: Option<Coordinates>,
    /// The matter that this one re-checks.
    pub follows: Option<MatterId>,
    /// 主办.
    pub lead: Option<OfficerId>,
    /// 协办, the one named last.
    pub second: Option<OfficerId>,
    /// Every naming of a second officer, in order.
    pub seconds: Vec<Second>,
    /// Who carries the matter: the lead until it is handed over.
    pub holder: Option<OfficerId>,
    /// 当事人.
    pub party: Option<Party>,
    /// The first showing of the certificate.
    pub certificate_shown: Option<Mark>,
    /// The first telling of rights.
    pub rights_told: Option<Mark>,
    /// The first arrival.
    pub arrived: Option<Mark>,
    /// The last departure.
    pub left: Option<Mark>,
    /// Signatures and refusals to sign, in order.
    pub signatures: Vec<Signature>,
    /// Why there is no confirmation.
    pub explanation: Option<Said>,
    /// Where the matter stands.
    pub phase: Phase,
    /// The closing that counts.
    pub closing: Option<Closing>,
    /// The voiding that counts, with its reason.
    pub voiding: Option<Said>,
    /// Every gate event.
    pub gates: Vec<Gate>,
    /// Gate events that had not seen each other.
    pub contradictions: Vec<Contradiction>,
    /// Entries that wait for the second officer's confirmation; kept only where one is wanted.
    pub unconfirmed: Vec<EntryHash>,
    /// Number of notes.
    pub notes: u64,
    /// Events unknown to the closing.
    pub late: Vec<EntryHash>,
    /// Events written although the closing was known.
    pub after_closing: Vec<EntryHash>,
    /// People, times and faults.
    pub record: Record,
}

impl MatterState {
    /// Whether two officers are needed.
    pub fn needs_two_officers(&self) -> bool {
        self.start.is_some_and(StartKind::needs_two_officers)
    }

    /// Whether that person was ever named as second officer; the lead never was.
    pub fn was_second(&self, officer: &OfficerId) -> bool {
        self.lead.as_ref() != Some(officer) && self.seconds.iter().any(|second| second.officer == *officer)
    }

    /// The gate events among which a person still has to choose.
    pub fn contested(&self) -> Vec<EntryHash> {
        let open = self.contradictions.iter().filter(|c| c.resolved_by.is_none());
        let mut members: Vec<EntryHash> = open.flat_map(|c| [c.first.clone(), c.second.clone()]).collect();
        members.sort();
        members.dedup();
        members
    }

    /// Takes an event. Contradictions among gates are found by the fold, which knows who saw what.
    pub fn apply(&mut self, mark: &Mark, event: &MatterEvent) {
        match event {
            MatterEvent::Started(started) => self.start(mark, started),
            MatterEvent::CertificateShown(_) => {
                self.certificate_shown.get_or_insert_with(|| mark.clone());
            }
            MatterEvent::RightsTold(_) => {
                self.rights_told.get_or_insert_with(|| mark.clone());
            }
            MatterEvent::PartySet(PartySet { name, number, kind }) => {
                self.party = Some(Party {
                    mark: mark.clone(),
                    name: name.clone(),
                    number: number.clone(),
                    kind: kind.clone(),
                });
            }
            MatterEvent::NoteAdded(NoteAdded { .. }) => self.notes += 1,
            MatterEvent::SecondNamed(named) => {
                self.name_second(mark, &named.officer, named.reason.clone());
            }
            MatterEvent::SecondConfirmed(_) => {}
            MatterEvent::ConfirmationExplained(explained) => {
                self.explanation = Some(Said { mark: mark.clone(), text: explained.reason.clone() });
            }
            MatterEvent::Arrived(_) => self.arrive(mark),
            MatterEvent::Left(_) => self.leave(mark),
            MatterEvent::Signed(signed) => self.sign(mark, signed),
            MatterEvent::SignRefused(refused) => self.refuse_to_sign(mark, refused),
            MatterEvent::Handed(handed) => {
                self.gate(
                    mark,
                    Effect::Handed { to: Some(handed.to.clone()), reason: handed.reason.clone() },
                );
            }
            MatterEvent::Closed(closed) => {
                self.gate(mark, Effect::Closed { result: Some(closed.result), until: closed.until });
            }
            MatterEvent::Voided(voided) => {
                self.gate(mark, Effect::Voided { reason: Some(voided.reason.clone()) });
            }
            MatterEvent::ContradictionResolved(resolved) => self.gate(
                mark,
                Effect::Resolved {
                    chosen: Some(resolved.chosen.clone()),
                    others: resolved.others.clone(),
                    reason: Some(resolved.reason.clone()),
                },
            ),
        }
    }

    /// Takes an event whose body is erased, not here or unreadable: what its kind alone says.
    pub fn apply_without_body(&mut self, mark: &Mark, kind: &str) {
        match kind {
            kinds::STARTED => {
                self.started.get_or_insert_with(|| mark.clone());
            }
            kinds::CERTIFICATE_SHOWN => {
                self.certificate_shown.get_or_insert_with(|| mark.clone());
            }
            kinds::RIGHTS_TOLD => {
                self.rights_told.get_or_insert_with(|| mark.clone());
            }
            kinds::NOTE_ADDED => self.notes += 1,
            kinds::ARRIVED => self.arrive(mark),
            kinds::LEFT => self.leave(mark),
            kinds::HANDED => self.gate(mark, Effect::Handed { to: None, reason: None }),
            kinds::CLOSED => self.gate(mark, Effect::Closed { result: None, until: None }),
            kinds::VOIDED => self.gate(mark, Effect::Voided { reason: None }),
            kinds::CONTRADICTION_RESOLVED => {
                self.gate(mark, Effect::Resolved { chosen: None, others: Vec::new(), reason: None });
            }
            _ => {}
        }
    }

    fn start(&mut self, mark: &Mark, started: &Started) {
        if self.started.is_some() {
            return;
        }
        self.started = Some(mark.clone());
        self.start = Some(started.start);
        self.title.clone_from(&started.title);
        self.place.clone_from(&started.place);
        self.coordinates = started.coordinates;
        self.follows.clone_from(&started.follows);
        self.lead = Some(started.lead.clone());
        self.seconds.retain(|second| second.officer != started.lead);
        self.second = self.seconds.last().map(|second| second.officer.clone());
        if let Some(second) = &started.second {
            self.name_second(mark, second, None);
        }
        self.settle();
    }

    /// One person as both officers contradicts the record and has no effect.
    fn name_second(&mut self, mark: &Mark, officer: &OfficerId, reason: Option<String>) {
        if self.lead.as_ref() == Some(officer) {
            return;
        }
        self.second = Some(officer.clone());
        self.seconds.push(Second { mark: mark.clone(), officer: officer.clone(), reason });
    }

    fn gate(&mut self, mark: &Mark, effect: Effect) {
        self.gates.push(Gate { mark: mark.clone(), effect });
        self.settle();
    }

    /// Works out from all gate events where the matter stands.
    pub(crate) fn settle(&mut self) {
        let aside = gates::set_aside(&self.gates);
        gates::settle(&mut self.contradictions, &self.gates, &aside);
        self.phase = Phase::Open;
        self.holder.clone_from(&self.lead);
        self.closing = None;
        self.voiding = None;
        for gate in self.gates.iter().filter(|gate| !aside.contains(&gate.mark.entry)) {
            if self.phase != Phase::Open {
                break; // What follows a closing contradicts the record and has no effect.
            }
            match &gate.effect {
                Effect::Handed { to, .. } => self.holder = to.clone().or(self.holder.take()),
                Effect::Closed { result, until } => {
                    self.phase = Phase::Closed;
                    self.closing = Some(Closing { mark: gate.mark.clone(), result: *result, until: *until });
                }
                Effect::Voided { reason } => {
                    self.phase = Phase::Voided;
                    self.voiding =
                        Some(Said { mark: gate.mark.clone(), text: reason.clone().unwrap_or_default() });
                }
                Effect::Resolved { .. } => {}
            }
        }
        if self.contradictions.iter().any(|c| c.resolved_by.is_none()) {
            self.phase = Phase::Disputed;
            self.closing = None;
            self.voiding = None;
        }
    }
}
