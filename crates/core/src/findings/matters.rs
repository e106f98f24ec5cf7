//! Findings about matters: people, certificates, telling, recording, closing.
//!
//! Each is told as soon as the matter is started. What can still be put right on
//! site is a reminder until the matter is closed.

use super::ledger::{Asked, Ledger};
use super::{Finding, Rule};
use crate::day;
use crate::ids::{EntryHash, MatterId, OfficerId, subjects};
use crate::matter::{MatterResult, MatterState, Phase};
use crate::officer::OfficerState;
use crate::record::Mark;
use chrono::NaiveDate;
use std::collections::BTreeSet;

pub(super) fn find(ledger: &Ledger, asked: Asked, found: &mut Vec<Finding>) {
    let recorded = matters_with_recording(ledger);
    let rechecked: BTreeSet<&MatterId> =
        ledger.matters.values().filter_map(|matter| matter.follows.as_ref()).collect();
    for (id, matter) in &ledger.matters {
        if matter.phase == Phase::Voided {
            continue;
        }
        let case = Case { id, matter };
        if matter.needs_two_officers() {
            case.people(ledger, found);
            case.telling(found);
            case.recording(&recorded, found);
        }
        case.confirmation(found);
        case.closing(asked.today, &rechecked, found);
    }
    certificates(ledger, asked, found);
}

/// Matters with a linked file, or with a reason why there is no recording. The picture of a
/// signature records nothing of what happened.
fn matters_with_recording(ledger: &Ledger) -> BTreeSet<&MatterId> {
    let signed: BTreeSet<&str> = ledger.matters.values().flat_map(MatterState::signature_files).collect();
    let films = ledger.media.iter().filter(|(id, _)| !signed.contains(id.as_str()));
    let linked = films.flat_map(|(_, media)| media.matters());
    let explained = ledger.cameras.values().flat_map(|camera| &camera.missing);
    let explained = explained.filter_map(|missing| missing.missing.as_ref()?.matter.as_ref());
    linked.chain(explained).collect()
}

/// A matter together with its name.
struct Case<'a> {
    id: &'a MatterId,
    matter: &'a MatterState,
}

impl Case<'_> {
    fn finding(&self, rule: Rule, causes: &[&str]) -> Finding {
        Finding::new(rule, subjects::MATTER, self.id.as_str(), causes)
            .of_matter(Some(self.id))
            .of_officer(self.matter.holder.as_ref())
            .fact("title", &self.matter.title)
    }

    fn start(&self) -> &str {
        self.matter.started.as_ref().map_or(self.id.as_str(), |mark| mark.entry.as_str())
    }

    fn is_closed(&self) -> bool {
        self.matter.phase == Phase::Closed
    }

    fn day(&self) -> Option<NaiveDate> {
        self.matter.started.as_ref().and_then(|mark| day::moment(&mark.at)).map(day::local)
    }

    /// Two officers, each with an officer's role and a certificate valid on the day.
    fn people(&self, ledger: &Ledger, found: &mut Vec<Finding>) {
        if self.matter.second.is_none() {
            found.push(self.finding(Rule::SecondMissing, &[self.start()]));
        }
        let acting = self.matter.lead.iter().chain(&self.matter.second);
        for officer in acting {
            if let Some(state) = ledger.officers.get(officer) {
                self.officer(officer, state, found);
            }
        }
    }

    fn officer(&self, officer: &OfficerId, state: &OfficerState, found: &mut Vec<Finding>) {
        let causes = [self.start(), officer.as_str()];
        let mut tell = |rule| {
            let finding = self.finding(rule, &causes).fact("officer", &state.name);
            found.push(finding.of_officer(Some(officer)));
        };
        if !state.enforces() {
            tell(Rule::NotAnOfficer);
        }
        if state.certificate.is_none() {
            tell(Rule::CertificateMissing);
        } else if self.day().is_some_and(|day| !state.certified_on(day)) {
            tell(Rule::CertificateExpired);
        }
    }

    fn telling(&self, found: &mut Vec<Finding>) {
        let untold = [
            (self.matter.certificate_shown.is_none(), Rule::CertificateNotShown),
            (self.matter.rights_told.is_none(), Rule::RightsNotTold),
        ];
        for (_, rule) in untold.into_iter().filter(|(untold, _)| *untold) {
            found.push(self.finding(rule, &[self.start()]).act_if(self.is_closed()));
        }
    }

    fn recording(&self, recorded: &BTreeSet<&MatterId>, found: &mut Vec<Finding>) {
        if !recorded.contains(self.id) {
            let finding = self.finding(Rule::MediaMissing, &[self.start()]);
            found.push(finding.act_if(self.is_closed()));
        }
    }

    /// The cause is the naming of the second officer, so that a further note does not make a new finding.
    fn confirmation(&self, found: &mut Vec<Finding>) {
        let Some(named) = self.matter.seconds.last() else {
            return;
        };
        if self.matter.unconfirmed.is_empty() || self.matter.explanation.is_some() {
            return;
        }
        let finding = self.finding(Rule::SecondNotConfirmed, &[named.mark.entry.as_str()]);
        let finding = finding.of_officer(Some(&named.officer));
        found.push(
            finding.fact("count", self.matter.unconfirmed.len()).act_if(self.matter.needs_two_officers()),
        );
    }

    fn closing(&self, today: NaiveDate, rechecked: &BTreeSet<&MatterId>, found: &mut Vec<Finding>) {
        if self.matter.phase == Phase::Disputed {
            let contested = self.matter.contested();
            let causes: Vec<&str> = contested.iter().map(EntryHash::as_str).collect();
            found.push(self.finding(Rule::Disputed, &causes));
        }
        let Some(closing) = &self.matter.closing else {
            return;
        };
        for (rule, entries) in
            [(Rule::LateArrival, &self.matter.late), (Rule::AfterClosing, &self.matter.after_closing)]
        {
            let causes = |entry| [closing_entry(&closing.mark), entry];
            found.extend(entries.iter().map(|entry| self.finding(rule, &causes(entry.as_str()))));
        }
        let overdue = closing.result == Some(MatterResult::Recheck)
            && closing.until.is_some_and(|until| until < today)
            && !rechecked.contains(self.id);
        if let Some(until) = closing.until.filter(|_| overdue && self.is_closed()) {
            let finding = self.finding(Rule::RecheckOverdue, &[closing_entry(&closing.mark)]);
            let days = today.signed_duration_since(until).num_days();
            found.push(finding.fact("until", until).fact("days", days));
        }
    }
}

fn closing_entry(mark: &Mark) -> &str {
    mark.entry.as_str()
}

/// Certificates that expire soon. Once one has expired, every matter of that day tells it.
fn certificates(ledger: &Ledger, asked: Asked, found: &mut Vec<Finding>) {
    for (id, officer) in &ledger.officers {
        let (Some(until), true) = (officer.valid_until, officer.certificate.is_some()) else {
            continue;
        };
        let days = until.signed_duration_since(asked.today).num_days();
        if officer.roles.is_empty() || days > i64::from(asked.thresholds.certificate_days) {
            continue;
        }
        let certified = officer.certified_by.as_ref().map_or(id.as_str(), |mark| mark.entry.as_str());
        let rule = if days < 0 { Rule::CertificateExpired } else { Rule::CertificateExpiring };
        let finding = Finding::new(rule, subjects::OFFICER, id.as_str(), &[certified, id.as_str()]);
        found.push(
            finding
                .of_officer(Some(id))
                .fact("officer", &officer.name)
                .fact("until", until)
                .fact("days", days.abs()),
        );
    }
}
