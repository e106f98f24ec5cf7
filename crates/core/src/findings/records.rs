//! Findings about the record itself: what no article is needed to see.
//!
//! Faults of entries, drafts kept in several versions, forks of a series, and
//! entries that wait for a supervisor (待核).

use super::ledger::Ledger;
use super::{Finding, Rule};
use crate::ids::{MatterId, Subject, subjects};
use crate::record::FaultCode;

pub(super) fn find(ledger: &Ledger, found: &mut Vec<Finding>) {
    faults(ledger, found);
    drafts(ledger, found);
    forks(ledger, found);
    pending(ledger, found);
}

fn matter_of(subject: &Subject) -> Option<MatterId> {
    (subject.kind == subjects::MATTER).then(|| MatterId::from(subject.id.as_str()))
}

fn rule_of(code: FaultCode) -> Rule {
    match code {
        FaultCode::UnknownKind => Rule::UnknownKind,
        FaultCode::BodyUnreadable => Rule::BodyUnreadable,
        FaultCode::ClockDisagrees => Rule::ClockDisagrees,
        FaultCode::NoRight => Rule::NoRight,
        FaultCode::Contrary => Rule::Contrary,
    }
}

fn faults(ledger: &Ledger, found: &mut Vec<Finding>) {
    for (subject, fault) in &ledger.faults {
        let matter = matter_of(subject);
        let causes = [fault.mark.entry.as_str()];
        found.push(
            Finding::new(rule_of(fault.code), &subject.kind, &subject.id, &causes)
                .of_matter(matter.as_ref())
                .of_officer(fault.mark.by.as_ref())
                .fact("kind", &fault.kind)
                .fact("at", &fault.mark.at),
        );
    }
}

fn drafts(ledger: &Ledger, found: &mut Vec<Finding>) {
    for (id, draft) in &ledger.drafts {
        for (name, field) in draft.fields.iter().filter(|(_, field)| field.is_disputed()) {
            let versions = field.versions.iter().map(|version| version.mark.entry.as_str());
            let mut causes: Vec<&str> = versions.collect();
            causes.push(name);
            found.push(
                Finding::new(Rule::DraftDisputed, subjects::DRAFT, id, &causes)
                    .of_matter(draft.matter.as_ref())
                    .fact("title", draft.title())
                    .fact("field", name),
            );
        }
    }
}

fn forks(ledger: &Ledger, found: &mut Vec<Finding>) {
    for (id, series) in &ledger.series {
        for fork in &series.forks {
            let causes = [fork.fork.first.as_str(), fork.fork.second.as_str()];
            found.push(
                Finding::new(Rule::SeriesForked, subjects::SERIES, id, &causes).fact("seq", fork.fork.seq),
            );
        }
    }
}

fn pending(ledger: &Ledger, found: &mut Vec<Finding>) {
    for waiting in &ledger.pending {
        let subject = &waiting.subject;
        let matter = matter_of(subject);
        let causes = [waiting.entry.as_str()];
        found.push(
            Finding::new(Rule::EntryPending, &subject.kind, &subject.id, &causes)
                .of_matter(matter.as_ref())
                .of_officer(waiting.officer.as_ref())
                .fact("at", &waiting.at),
        );
    }
}
