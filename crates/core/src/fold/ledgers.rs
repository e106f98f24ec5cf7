//! The folds of nouns whose entries stand side by side.
//!
//! Shift, camera, officer, series, township, blob, finding, and subjects whose
//! kind this version does not know: those are kept as they are and told.

use super::{Columns, Document, FoldEntry, Noun, Trail, fault_of};
use crate::camera::{CameraEvent, CameraState, Check, Missing, Return};
use crate::event::Unread;
use crate::finding::{Answer, FindingEvent, FindingState};
use crate::ids::{EntryHash, OfficerId, Subject};
use crate::officer::{OfficerEvent, OfficerState};
use crate::record::{FaultCode, Mark, Record};
use crate::series::{
    Epoch, Fork, Revocation, SeriesEvent, SeriesOpened, SeriesRevoked, SeriesState, TailSetAside,
};
use crate::shift::{ShiftEvent, ShiftState};
use crate::township::{BlobEvent, BlobState, Judgement, Succession, TownshipEvent, TownshipState, Unclaimed};
use serde::{Deserialize, Serialize};
use serde_json::Value;

fn officer(mark: Option<&Mark>) -> Option<String> {
    mark.and_then(|mark| mark.by.as_ref()).map(ToString::to_string)
}

impl Noun for ShiftState {
    fn absorb(&mut self, entry: &FoldEntry<'_>, mark: &Mark, _trail: &Trail) -> Option<FaultCode> {
        let ended_before = self.ended.is_some();
        match ShiftEvent::read(entry.kind, entry.body) {
            Ok(event) => self.apply(mark, &event),
            Err(Unread::UnknownKind) => return Some(FaultCode::UnknownKind),
            Err(unread) => {
                self.ended.get_or_insert_with(|| mark.clone());
                return fault_of(unread);
            }
        }
        ended_before.then_some(FaultCode::Contrary)
    }

    fn record(&mut self) -> &mut Record {
        &mut self.record
    }

    fn documents(&self, subject: &Subject) -> Vec<Document> {
        let columns = Columns {
            officer: officer(self.ended.as_ref()),
            state: self.ended.as_ref().map(|_| "ended".to_owned()),
            at: self.ended.as_ref().map(|mark| mark.at.clone()),
            flag: !self.record.faults.is_empty(),
            ..Columns::default()
        };
        vec![Document::new(&subject.kind, &subject.id, self, columns)]
    }
}

impl Noun for CameraState {
    fn absorb(&mut self, entry: &FoldEntry<'_>, mark: &Mark, _trail: &Trail) -> Option<FaultCode> {
        match CameraEvent::read(entry.kind, entry.body) {
            Ok(event) => self.apply(mark, &event),
            Err(unread) => {
                match entry.kind {
                    "camera.checked" => self.checks.push(Check { mark: mark.clone(), check: None }),
                    "camera.missing" => {
                        self.missing.push(Missing { mark: mark.clone(), missing: None });
                    }
                    "camera.returned" => {
                        self.returns.push(Return { mark: mark.clone(), returned: None });
                    }
                    _ => {}
                }
                return fault_of(unread);
            }
        }
        None
    }

    fn record(&mut self) -> &mut Record {
        &mut self.record
    }

    fn documents(&self, subject: &Subject) -> Vec<Document> {
        let last = self.checks.last();
        let carried_by = last.and_then(|last| last.check.as_ref()).map(|check| check.carried_by.to_string());
        let columns = Columns {
            officer: carried_by,
            at: last.map(|last| last.mark.at.clone()),
            flag: !self.record.faults.is_empty(),
            ..Columns::default()
        };
        let number = self.number.as_deref().unwrap_or_default();
        vec![Document::new(&subject.kind, &subject.id, self, columns).found_by([number])]
    }
}

impl Noun for OfficerState {
    fn absorb(&mut self, entry: &FoldEntry<'_>, mark: &Mark, _trail: &Trail) -> Option<FaultCode> {
        match OfficerEvent::read(entry.kind, entry.body) {
            Ok(event) => {
                self.apply(mark, &event);
                None
            }
            Err(unread) => fault_of(unread),
        }
    }

    fn record(&mut self) -> &mut Record {
        &mut self.record
    }

    fn documents(&self, subject: &Subject) -> Vec<Document> {
        let columns = Columns {
            officer: Some(subject.id.clone()),
            state: Some(if self.roles.is_empty() { "without_role" } else { "enrolled" }.to_owned()),
            at: Some(self.record.first_at.clone()),
            flag: !self.record.faults.is_empty(),
            ..Columns::default()
        };
        let certificate = self.certificate.as_deref().unwrap_or_default();
        let document = Document::new(&subject.kind, &subject.id, self, columns);
        vec![document.found_by([self.name.as_str(), certificate])]
    }
}

impl Noun for SeriesState {
    fn absorb(&mut self, entry: &FoldEntry<'_>, mark: &Mark, _trail: &Trail) -> Option<FaultCode> {
        match SeriesEvent::read(entry.kind, entry.body) {
            Ok(SeriesEvent::SeriesOpened(opened)) => self.open(mark, entry.epoch, Some(opened)),
            Ok(SeriesEvent::SeriesRevoked(revoked)) => self.revoke(mark, Some(revoked)),
            Ok(SeriesEvent::SeriesForked(fork)) => self.forks.push(Fork { mark: mark.clone(), fork }),
            Ok(SeriesEvent::SeriesTailSetAside(tail)) => {
                self.tails.push(TailSetAside { mark: mark.clone(), tail });
            }
            Err(unread) => {
                match entry.kind {
                    "series.opened" => self.open(mark, entry.epoch, None),
                    "series.revoked" => self.revoke(mark, None),
                    _ => {}
                }
                return fault_of(unread);
            }
        }
        None
    }

    fn record(&mut self) -> &mut Record {
        &mut self.record
    }

    fn documents(&self, subject: &Subject) -> Vec<Document> {
        let revoked = self.revocations.iter().find_map(|end| end.revoked.as_ref());
        let columns = Columns {
            officer: revoked
                .map(|revoked| revoked.officer.to_string())
                .or_else(|| officer(self.epochs.first().map(|epoch| &epoch.mark))),
            state: Some(if self.revocations.is_empty() { "open" } else { "revoked" }.to_owned()),
            at: Some(self.record.first_at.clone()),
            flag: !self.forks.is_empty() || !self.record.faults.is_empty(),
            ..Columns::default()
        };
        let series = Document::new(&subject.kind, &subject.id, self, columns);
        let forks = self.forks.iter().map(|fork| {
            let columns = Columns { at: Some(fork.mark.at.clone()), flag: true, ..Columns::default() };
            Document::new("fork", fork.mark.entry.as_str(), fork, columns)
        });
        std::iter::once(series).chain(forks).collect()
    }
}

impl SeriesState {
    fn open(&mut self, mark: &Mark, epoch: u32, opened: Option<SeriesOpened>) {
        self.epochs.push(Epoch { mark: mark.clone(), epoch, opened });
    }

    fn revoke(&mut self, mark: &Mark, revoked: Option<SeriesRevoked>) {
        self.revocations.push(Revocation { mark: mark.clone(), revoked });
    }
}

impl Noun for TownshipState {
    fn absorb(&mut self, entry: &FoldEntry<'_>, mark: &Mark, _trail: &Trail) -> Option<FaultCode> {
        match TownshipEvent::read(entry.kind, entry.body) {
            Ok(TownshipEvent::PendingAdmitted(said)) => {
                for late in said.entries {
                    self.judge(mark, late, true, &said.reason, said.by.as_ref());
                }
            }
            Ok(TownshipEvent::PendingDeclined(said)) => {
                for late in said.entries {
                    self.judge(mark, late, false, &said.reason, said.by.as_ref());
                }
            }
            Ok(TownshipEvent::ScopeStated(stated)) => {
                self.scopes.insert(stated.officer.clone().unwrap_or_default(), stated);
            }
            Ok(TownshipEvent::LogSucceeded(succeeded)) => {
                self.successions.push(Succession { mark: mark.clone(), succeeded });
            }
            // What followed from it are entries of their own; this one is read where it lies.
            Ok(TownshipEvent::InstructionGiven(_)) => {}
            Err(unread) => return fault_of(unread),
        }
        None
    }

    fn record(&mut self) -> &mut Record {
        &mut self.record
    }

    fn documents(&self, subject: &Subject) -> Vec<Document> {
        let columns = Columns {
            at: Some(self.record.last_at.clone()),
            flag: !self.record.faults.is_empty(),
            ..Columns::default()
        };
        vec![Document::new(&subject.kind, &subject.id, self, columns)]
    }
}

impl TownshipState {
    fn judge(
        &mut self,
        mark: &Mark,
        late: EntryHash,
        admitted: bool,
        reason: &str,
        supervisor: Option<&OfficerId>,
    ) {
        let judgement = Judgement {
            mark: mark.clone(),
            admitted,
            reason: reason.to_owned(),
            supervisor: supervisor.cloned(),
        };
        self.judgements.insert(late, judgement);
    }
}

impl Noun for BlobState {
    fn absorb(&mut self, entry: &FoldEntry<'_>, mark: &Mark, _trail: &Trail) -> Option<FaultCode> {
        let read = BlobEvent::read(entry.kind, entry.body);
        if matches!(read, Err(Unread::UnknownKind)) {
            return Some(FaultCode::UnknownKind);
        }
        self.received.get_or_insert_with(|| mark.clone());
        match read {
            Ok(BlobEvent::BlobReceived(receipt)) => {
                self.receipt.get_or_insert(receipt);
                None
            }
            Err(unread) => fault_of(unread),
        }
    }

    fn record(&mut self) -> &mut Record {
        &mut self.record
    }

    fn documents(&self, subject: &Subject) -> Vec<Document> {
        let columns = Columns {
            state: self.received.as_ref().map(|_| "received".to_owned()),
            at: self.received.as_ref().map(|mark| mark.at.clone()),
            flag: !self.record.faults.is_empty(),
            number: self.receipt.as_ref().and_then(|receipt| i64::try_from(receipt.size).ok()),
            ..Columns::default()
        };
        vec![Document::new(&subject.kind, &subject.id, self, columns)]
    }
}

impl Noun for FindingState {
    fn absorb(&mut self, entry: &FoldEntry<'_>, mark: &Mark, _trail: &Trail) -> Option<FaultCode> {
        let (answer, fault) = match FindingEvent::read(entry.kind, entry.body) {
            Ok(FindingEvent::FindingAnswered(said)) => {
                self.rule.get_or_insert(said.rule);
                self.matter = self.matter.take().or(said.matter);
                (Some(said.answer), None)
            }
            Err(Unread::UnknownKind) => return Some(FaultCode::UnknownKind),
            Err(unread) => (None, fault_of(unread)),
        };
        self.answers.push(Answer { mark: mark.clone(), answer });
        fault
    }

    fn record(&mut self) -> &mut Record {
        &mut self.record
    }

    fn documents(&self, subject: &Subject) -> Vec<Document> {
        let last = self.answers.last().map(|answer| &answer.mark);
        let columns = Columns {
            matter: self.matter.as_ref().map(ToString::to_string),
            officer: officer(last),
            state: last.map(|_| "answered".to_owned()),
            at: last.map(|mark| mark.at.clone()),
            flag: !self.record.faults.is_empty(),
            ..Columns::default()
        };
        vec![Document::new(&subject.kind, &subject.id, self, columns)]
    }
}

/// A subject whose kind this version does not know: its entries are kept as they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct UnknownSubject {
    entries: Vec<Unclaimed>,
    record: Record,
}

impl Noun for UnknownSubject {
    fn absorb(&mut self, entry: &FoldEntry<'_>, mark: &Mark, _trail: &Trail) -> Option<FaultCode> {
        self.entries.push(Unclaimed {
            mark: mark.clone(),
            kind: entry.kind.to_owned(),
            body: entry.body.map_or(Value::Null, |body| Value::Object(body.clone())),
        });
        Some(FaultCode::UnknownKind)
    }

    fn record(&mut self) -> &mut Record {
        &mut self.record
    }

    fn documents(&self, subject: &Subject) -> Vec<Document> {
        let columns = Columns { at: Some(self.record.last_at.clone()), flag: true, ..Columns::default() };
        vec![Document::new(&subject.kind, &subject.id, self, columns)]
    }
}
