//! The fold of a matter: header, timeline, confirmations, corrections, contradictions.
//!
//! [`MatterState`] takes what an event says by itself; here is added what needs
//! the other entries: who had seen whom, and which line a later entry bears on.

use super::{Columns, Document, FoldEntry, Noun, Trail, fault_of};
use crate::event::Unread;
use crate::ids::{EntryHash, MatterId, Subject};
use crate::matter::{Contradiction, Happening, MatterEvent, MatterState, Phase, Timeliness, kinds};
use crate::record::{FaultCode, Mark, Record};
use std::collections::{BTreeMap, BTreeSet};

/// A matter being folded: its state and its timeline, numbered like the trail.
#[derive(Clone, Debug, Default)]
pub(super) struct MatterFold {
    state: MatterState,
    timeline: Vec<Happening>,
    touched: BTreeSet<usize>,
    /// Confirmations and corrections of entries that come later in the order
    /// (their authors had seen more than the sixteen heads an entry can name).
    early: BTreeMap<EntryHash, Vec<Bearing>>,
    /// Positions that wait for a second officer's confirmation.
    unconfirmed: BTreeSet<usize>,
}

/// What a later entry does to an event of the timeline.
#[derive(Clone, Debug)]
enum Bearing {
    Confirms(Mark),
    Corrects(Mark),
}

impl MatterFold {
    pub(super) fn new(id: &str) -> Self {
        let state = MatterState { id: MatterId::from(id), ..MatterState::default() };
        Self { state, ..Self::default() }
    }

    fn happening(&mut self, entry: &FoldEntry<'_>, mark: &Mark) {
        self.touched.insert(self.timeline.len());
        self.timeline.push(Happening {
            matter: self.state.id.clone(),
            position: self.timeline.len(),
            mark: mark.clone(),
            kind: entry.kind.to_owned(),
            body: entry.body.cloned(),
            corrects: None,
            corrected_by: Vec::new(),
            confirmed_by: Vec::new(),
            timeliness: Timeliness::Timely,
        });
    }

    fn absorb_event(&mut self, mark: &Mark, event: &MatterEvent, trail: &Trail) -> Option<FaultCode> {
        let restarted = matches!(event, MatterEvent::Started(_)) && self.state.started.is_some();
        self.state.apply(mark, event);
        match event {
            MatterEvent::NoteAdded(note) => {
                if let (Some(corrected), Some(line)) = (&note.corrects, self.timeline.last_mut()) {
                    line.corrects = Some(corrected.clone());
                    self.bear(corrected, Bearing::Corrects(mark.clone()), trail);
                }
            }
            MatterEvent::SecondConfirmed(confirmed) => {
                let second = mark.by.as_ref().is_some_and(|by| self.state.was_second(by));
                if !second {
                    return Some(FaultCode::Contrary);
                }
                for entry in &confirmed.entries {
                    self.bear(entry, Bearing::Confirms(mark.clone()), trail);
                }
            }
            MatterEvent::SecondNamed(named) => {
                self.release_own_of_second();
                if self.state.lead.as_ref() == Some(&named.officer) {
                    return Some(FaultCode::Contrary);
                }
            }
            MatterEvent::Started(started) => {
                self.release_own_of_second();
                if restarted || started.second.as_ref() == Some(&started.lead) {
                    return Some(FaultCode::Contrary);
                }
            }
            _ => {}
        }
        None
    }

    fn bear(&mut self, on: &EntryHash, bearing: Bearing, trail: &Trail) {
        let line = trail.position(on.as_str()).and_then(|position| self.timeline.get_mut(position));
        let Some(line) = line else {
            self.early.entry(on.clone()).or_default().push(bearing);
            return;
        };
        self.touched.insert(line.position);
        match bearing {
            Bearing::Confirms(mark) => {
                self.unconfirmed.remove(&line.position);
                line.confirmed_by.push(mark);
            }
            Bearing::Corrects(mark) => line.corrected_by.push(mark),
        }
    }

    /// What the second officer wrote in person needs no confirmation by the second officer.
    fn release_own_of_second(&mut self) {
        let (state, timeline) = (&self.state, &self.timeline);
        self.unconfirmed.retain(|&position| {
            let by = timeline.get(position).and_then(|line| line.mark.by.as_ref());
            by.is_none_or(|by| !state.was_second(by))
        });
    }

    fn contradict(&mut self, position: usize, mark: &Mark, trail: &Trail) {
        let seen = trail.seen_by(position);
        for gate in &self.state.gates {
            let other = &gate.mark.entry;
            let unseen = trail.position(other.as_str()).is_some_and(|at| !seen.contains(&at));
            if unseen && *other != mark.entry {
                self.state.contradictions.push(Contradiction {
                    first: other.clone(),
                    second: mark.entry.clone(),
                    resolved_by: None,
                });
            }
        }
        self.state.settle();
    }

    /// Compares every line with the closing that counts now.
    fn judge_timeline(&mut self, trail: &Trail) {
        let closing = self.closing_position(trail);
        let seen = closing.map(|at| trail.seen_by(at)).unwrap_or_default();
        let readers = closing.map(|at| trail.readers_of(at)).unwrap_or_default();
        for line in &mut self.timeline {
            let timeliness = if closing.is_none() || exempt(&line.kind) || Some(line.position) == closing {
                Timeliness::Timely
            } else {
                timeliness(&line.kind, seen.contains(&line.position), readers.contains(&line.position))
            };
            if line.timeliness != timeliness {
                line.timeliness = timeliness;
                self.touched.insert(line.position);
            }
        }
        let of = |wanted: Timeliness| {
            let lines = self.timeline.iter().filter(move |line| line.timeliness == wanted);
            lines.map(|line| line.mark.entry.clone()).collect()
        };
        self.state.late = of(Timeliness::Late);
        self.state.after_closing = of(Timeliness::AfterClosing);
    }

    fn closing_position(&self, trail: &Trail) -> Option<usize> {
        let mark = match self.state.phase {
            Phase::Closed => self.state.closing.as_ref().map(|closing| &closing.mark),
            Phase::Voided => self.state.voiding.as_ref().map(|voiding| &voiding.mark),
            Phase::Open | Phase::Disputed => None,
        };
        mark.and_then(|mark| trail.position(mark.entry.as_str()))
    }

    fn header(&self, subject: &Subject) -> Document {
        let mut state = self.state.clone();
        if state.needs_two_officers() || state.second.is_some() {
            let lines = self.unconfirmed.iter().filter_map(|&at| self.timeline.get(at));
            state.unconfirmed = lines.map(|line| line.mark.entry.clone()).collect();
        }
        let columns = Columns {
            matter: Some(subject.id.clone()),
            officer: state.holder.as_ref().map(ToString::to_string),
            state: Some(state.phase.word().to_owned()),
            at: Some(state.started.as_ref().map_or(&state.record.first_at, |mark| &mark.at).clone()),
            flag: state.phase == Phase::Disputed || !state.record.faults.is_empty(),
            number: None,
        };
        let (party, number) = state
            .party
            .as_ref()
            .map_or(("", ""), |party| (party.name.as_str(), party.number.as_deref().unwrap_or_default()));
        let called =
            columns.at.as_deref().map(|at| crate::matter::number(&subject.id, at)).unwrap_or_default();
        Document::new(&subject.kind, &subject.id, &state, columns).found_by([
            &state.title,
            &state.place,
            party,
            number,
            &called,
        ])
    }

    fn line(&self, position: usize) -> Option<Document> {
        let line = self.timeline.get(position)?;
        let note = line.kind == kinds::NOTE_ADDED;
        let columns = Columns {
            matter: Some(self.state.id.to_string()),
            officer: line.mark.by.as_ref().map(ToString::to_string),
            state: Some(line.kind.clone()),
            at: Some(line.mark.at.clone()),
            flag: line.timeliness != Timeliness::Timely,
            number: i64::try_from(position).ok(),
        };
        let kind = if note { "note" } else { "step" };
        let document = Document::new(kind, line.mark.entry.as_str(), line, columns);
        Some(document.found_by(line.text().filter(|_| note)))
    }
}

/// Witnesses and choices about the closing are not part of what it closed.
fn exempt(kind: &str) -> bool {
    matches!(kind, kinds::SECOND_CONFIRMED | kinds::CONTRADICTION_RESOLVED)
}

/// A gate event that did not know the closing is a contradiction, told as such, not a late arrival.
fn timeliness(kind: &str, known_to_closing: bool, knew_closing: bool) -> Timeliness {
    if knew_closing {
        Timeliness::AfterClosing
    } else if known_to_closing || kinds::is_gate(kind) {
        Timeliness::Timely
    } else {
        Timeliness::Late
    }
}

impl Noun for MatterFold {
    fn absorb(&mut self, entry: &FoldEntry<'_>, mark: &Mark, trail: &Trail) -> Option<FaultCode> {
        let position = self.timeline.len();
        self.happening(entry, mark);
        if kinds::wants_confirmation(entry.kind)
            && !mark.by.as_ref().is_some_and(|by| self.state.was_second(by))
        {
            self.unconfirmed.insert(position);
        }
        let fault = match MatterEvent::read(entry.kind, entry.body) {
            Ok(event) => self.absorb_event(mark, &event, trail),
            Err(unread) => {
                if unread != Unread::UnknownKind {
                    self.state.apply_without_body(mark, entry.kind);
                }
                fault_of(unread)
            }
        };
        for bearing in self.early.remove(&mark.entry).unwrap_or_default() {
            self.bear(&mark.entry, bearing, trail);
        }
        if kinds::is_gate(entry.kind) {
            self.contradict(position, mark, trail);
        }
        if kinds::is_gate(entry.kind) || self.state.phase != Phase::Open {
            self.judge_timeline(trail);
        }
        fault
    }

    fn record(&mut self) -> &mut Record {
        &mut self.state.record
    }

    fn documents(&self, subject: &Subject) -> Vec<Document> {
        let lines = (0..self.timeline.len()).filter_map(|position| self.line(position));
        std::iter::once(self.header(subject)).chain(lines).collect()
    }

    fn take_touched(&mut self, subject: &Subject) -> Vec<Document> {
        let touched = std::mem::take(&mut self.touched);
        let lines = touched.into_iter().filter_map(|position| self.line(position));
        std::iter::once(self.header(subject)).chain(lines).collect()
    }
}
