//! Folding touched subjects into documents: extended where an entry comes last, else made again.
//!
//! The folds themselves are core's and pure; here is only which entries they get, and which of their
//! documents have to be written. Folds of recently touched subjects are kept, so that a note costs the
//! same in a long matter as in a short one.

use std::collections::{BTreeMap, HashMap};

use liuhen_core::fold::{Document, Fold, FoldEntry};
use liuhen_core::ids::Subject as CoreSubject;
use liuhen_core::order;
use liuhen_protocol::{Envelope, Subject};
use serde_json::{Map, Value};

use crate::engine::{Engine, Standing, StoredEntry};
use crate::error::{Error, Result};

/// Entries whose folds are kept in memory before the least used are dropped.
const MOST_ENTRIES: usize = 20_000;

/// An entry as folds want it, owned.
#[derive(Debug, Clone)]
pub(super) struct Foldable {
    hash: String,
    kind: String,
    series: String,
    epoch: u32,
    seq: u64,
    after: Vec<String>,
    hybrid: String,
    wall: String,
    boot: String,
    mono: String,
    body: Option<Map<String, Value>>,
    author: Author,
}

/// Who wrote an entry, as far as the township said.
#[derive(Debug, Clone, Default)]
pub(super) struct Author {
    /// The officer whose series it is.
    pub(super) officer: Option<String>,
    /// The series is one of the township's own.
    pub(super) township: bool,
}

impl Foldable {
    /// Of a decoded entry.
    pub(super) fn new(
        envelope: &Envelope,
        hash: &liuhen_protocol::Digest,
        body: Option<&Map<String, Value>>,
        author: Author,
    ) -> Self {
        Self {
            hash: hash.to_string(),
            kind: envelope.kind.clone(),
            series: envelope.series.to_hex(),
            epoch: envelope.epoch,
            seq: envelope.seq,
            after: envelope.after.iter().map(ToString::to_string).collect(),
            hybrid: envelope.time.hybrid.clone(),
            wall: envelope.time.wall.clone(),
            boot: envelope.time.boot.to_string(),
            mono: envelope.time.mono.clone(),
            body: body.cloned(),
            author,
        }
    }

    /// Of a kept row. Its bytes were checked when they were written and are checked by `verify`;
    /// here they are only read.
    pub(super) fn stored(row: &StoredEntry, author: Author) -> Result<Self> {
        let line = row.item.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let envelope: Envelope = serde_json::from_slice(line).map_err(Error::json("a stored envelope"))?;
        let body = fields(row)?;
        Ok(Self::new(&envelope, &row.hash, body.as_ref(), author))
    }

    fn borrow(&self) -> FoldEntry<'_> {
        FoldEntry {
            hash: &self.hash,
            kind: &self.kind,
            series: &self.series,
            epoch: self.epoch,
            seq: self.seq,
            after: &self.after,
            hybrid: &self.hybrid,
            wall: &self.wall,
            boot: &self.boot,
            mono: &self.mono,
            body: self.body.as_ref(),
            author: self.author.officer.as_deref(),
            township: self.author.township,
        }
    }
}

/// The fields of a kept body.
pub(super) fn fields(row: &StoredEntry) -> Result<Option<Map<String, Value>>> {
    row.body
        .as_deref()
        .map(|bytes| serde_json::from_slice(bytes).map_err(Error::json("a stored body")))
        .transpose()
}

/// What has to be done to a subject at the end of a write.
#[derive(Debug)]
enum Touch {
    /// These entries are new; everything before is in the documents. `fresh`: there was nothing before.
    Extend { fresh: bool, entries: Vec<Foldable> },
    /// Something else changed.
    Refold,
}

/// Subjects touched by one write.
#[derive(Debug, Default)]
pub(super) struct Touched {
    subjects: BTreeMap<Subject, Touch>,
}

impl Touched {
    /// A new good entry. `before`: how many entries the subject had.
    pub(super) fn extend(&mut self, subject: &Subject, before: u64, entry: Foldable) {
        let touch = self
            .subjects
            .entry(subject.clone())
            .or_insert_with(|| Touch::Extend { fresh: before == 0, entries: Vec::new() });
        if let Touch::Extend { entries, .. } = touch {
            entries.push(entry);
        }
    }

    /// A change that only a fold from the beginning shows.
    pub(super) fn refold(&mut self, subject: &Subject) {
        self.subjects.insert(subject.clone(), Touch::Refold);
    }

    /// The subjects.
    pub(super) fn names(&self) -> Vec<Subject> {
        self.subjects.keys().cloned().collect()
    }
}

struct Kept {
    fold: Fold,
    entries: usize,
    used: u64,
}

/// Folds kept between writes.
#[derive(Default)]
pub(super) struct Folds {
    kept: HashMap<Subject, Kept>,
    entries: usize,
    clock: u64,
}

impl Folds {
    /// Forgets everything kept.
    pub(super) fn clear(&mut self) {
        self.kept.clear();
        self.entries = 0;
    }

    /// Brings the documents of all touched subjects up to date.
    pub(super) fn settle(
        &mut self,
        engine: &mut dyn Engine,
        touched: Touched,
        author: &dyn Fn(&StoredEntry) -> Author,
    ) -> Result<()> {
        for (subject, touch) in touched.subjects {
            let extended = match touch {
                Touch::Extend { fresh, entries } => self.extend(&subject, fresh, &entries),
                Touch::Refold => None,
            };
            match extended {
                Some(documents) => {
                    documents.iter().try_for_each(|document| engine.put_document(&subject, document))?;
                }
                None => self.refold(engine, &subject, author)?,
            }
        }
        self.drop_least_used();
        Ok(())
    }

    /// Pushes new entries onto the kept fold; `None` when they do not all come last, or none is kept.
    fn extend(&mut self, subject: &Subject, fresh: bool, entries: &[Foldable]) -> Option<Vec<Document>> {
        let mut kept = match self.take(subject) {
            Some(kept) => kept,
            None if fresh => Kept { fold: Fold::new(&named(subject)), entries: 0, used: 0 },
            None => return None,
        };
        for index in in_order(entries) {
            let entry = entries[index].borrow();
            if !kept.fold.admits(&entry) {
                return None;
            }
            kept.fold.push(&entry);
        }
        let documents = kept.fold.take_touched();
        kept.entries += entries.len();
        self.keep(subject, kept);
        Some(documents)
    }

    /// Folds a subject from the beginning and writes the documents that differ.
    fn refold(
        &mut self,
        engine: &mut dyn Engine,
        subject: &Subject,
        author: &dyn Fn(&StoredEntry) -> Author,
    ) -> Result<()> {
        drop(self.take(subject));
        let unfolded = Unfolded::read(engine, subject, author)?;
        let (mut fold, entries) = (unfolded.whole_fold(subject), unfolded.0.len());
        write_differences(engine, subject, &documents(&fold, entries))?;
        drop(fold.take_touched());
        self.keep(subject, Kept { fold, entries, used: 0 });
        Ok(())
    }

    fn take(&mut self, subject: &Subject) -> Option<Kept> {
        let kept = self.kept.remove(subject)?;
        self.entries -= kept.entries;
        Some(kept)
    }

    fn keep(&mut self, subject: &Subject, mut kept: Kept) {
        self.clock += 1;
        kept.used = self.clock;
        self.entries += kept.entries;
        self.kept.insert(subject.clone(), kept);
    }

    fn drop_least_used(&mut self) {
        if self.entries <= MOST_ENTRIES {
            return;
        }
        let mut by_use: Vec<_> =
            self.kept.iter().map(|(subject, kept)| (kept.used, subject.clone())).collect();
        by_use.sort_unstable();
        // Down to half, so that this does not happen at every write; the newest always stays.
        for (_, subject) in by_use.iter().take(by_use.len().saturating_sub(1)) {
            if self.entries <= MOST_ENTRIES / 2 {
                break;
            }
            drop(self.take(subject));
        }
    }
}

/// All good entries of a subject, read and not yet folded.
#[derive(Debug)]
pub(super) struct Unfolded(Vec<Foldable>);

impl Unfolded {
    pub(super) fn read(
        engine: &dyn Engine,
        subject: &Subject,
        author: &dyn Fn(&StoredEntry) -> Author,
    ) -> Result<Self> {
        let rows = engine.subject_entries(subject)?;
        let good = rows.iter().filter(|row| row.standing == Standing::Good);
        good.map(|row| Foldable::stored(row, author(row))).collect::<Result<_>>().map(Self)
    }

    /// The documents that they fold to.
    pub(super) fn fold(&self, subject: &Subject) -> Vec<Document> {
        documents(&self.whole_fold(subject), self.0.len())
    }

    fn whole_fold(&self, subject: &Subject) -> Fold {
        let mut fold = Fold::new(&named(subject));
        for index in in_order(&self.0) {
            fold.push(&self.0[index].borrow());
        }
        fold
    }
}

/// An empty fold may still have a document of its own; a subject without good entries has none.
fn documents(fold: &Fold, entries: usize) -> Vec<Document> {
    if entries == 0 { Vec::new() } else { fold.documents() }
}

fn named(subject: &Subject) -> CoreSubject {
    CoreSubject::new(subject.kind.clone(), subject.id.clone())
}

fn in_order(entries: &[Foldable]) -> Vec<usize> {
    let keys: Vec<_> = entries.iter().map(|entry| entry.borrow().order()).collect();
    order::sort(&keys)
}

fn write_differences(engine: &mut dyn Engine, subject: &Subject, documents: &[Document]) -> Result<()> {
    let mut present: HashMap<(String, String), Document> = engine
        .subject_documents(subject)?
        .into_iter()
        .map(|document| ((document.kind.clone(), document.id.clone()), document))
        .collect();
    for document in documents {
        let old = present.remove(&(document.kind.clone(), document.id.clone()));
        if old.as_ref() != Some(document) {
            engine.put_document(subject, document)?;
        }
    }
    present.keys().try_for_each(|(kind, id)| engine.remove_document(subject, kind, id))
}
