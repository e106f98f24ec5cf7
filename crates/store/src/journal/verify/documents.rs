//! Documents against what their entries fold to.

use liuhen_protocol::Subject;

use super::{Lend, Problem, ProblemCode, Verification};
use crate::engine::Document;
use crate::error::{Error, Result};
use crate::journal::Store;
use crate::journal::folding::Unfolded;
use crate::work::{Meter, Phase};

/// Subjects read while the store is lent once.
const SUBJECTS: usize = 50;

/// A subject with its documents, and its entries where they can be read.
struct Kept {
    subject: Subject,
    documents: Vec<Document>,
    entries: Option<Unfolded>,
}

impl Store {
    fn kept(&self, subject: Subject) -> Result<Kept> {
        let entries = match self.unfolded(&subject) {
            Ok(entries) => Some(entries),
            // An unreadable entry was named already; its documents cannot be compared.
            Err(Error::Json { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(Kept { documents: self.engine.subject_documents(&subject)?, subject, entries })
    }
}

impl<L: Lend> Verification<'_, L> {
    pub(super) fn documents(&mut self) -> Result<()> {
        if !self.lender.lend(|store| Ok(store.folding))? {
            // A township's home has none.
            return Ok(());
        }
        let meter = Meter::new(self.work, Phase::Rebuilding, None);
        let mut last: Option<Subject> = None;
        loop {
            let page = self.lender.lend(|store| {
                let subjects = store.engine.subjects(last.as_ref(), SUBJECTS)?;
                subjects.into_iter().map(|subject| store.kept(subject)).collect::<Result<Vec<_>>>()
            })?;
            let Some(end) = page.last() else { return Ok(()) };
            last = Some(end.subject.clone());
            for Kept { subject, documents, entries } in page {
                self.report.documents += documents.len() as u64;
                let folded = entries.map(|entries| entries.fold(&subject));
                let same = folded.is_some_and(|folded| {
                    folded.len() == documents.len() && folded.iter().all(|one| documents.contains(one))
                });
                if !same {
                    let detail = format!("documents of {} {}", subject.kind, subject.id);
                    self.wrong(Problem::new(ProblemCode::Document, detail));
                }
                meter.add(1)?;
            }
        }
    }
}
