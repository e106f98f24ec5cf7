//! Folding: a subject's entries in, documents out.
//!
//! A fold is a pure function of the set of good entries of one subject; it never
//! fails, whatever the entries say, and accepts an absent body everywhere. It can
//! be resumed: [`Fold::push`] takes the next entry as long as [`Fold::admits`]
//! says that it comes last in the canonical order; otherwise fold again from the
//! beginning. Both ways give equal documents. Documents hold no log indexes and
//! nothing of other subjects, so a receipt never changes them.

mod document;
mod draft;
mod ledgers;
mod matter;
mod media;
mod trail;

pub use document::{Columns, Document};
pub(crate) use trail::Trail;

use crate::event::{Body, Unread};
use crate::ids::{EntryHash, OfficerId, Subject, subjects};
use crate::order::{self, OrderEntry};
use crate::record::{FaultCode, Mark, Record};
use crate::scope;

/// Changes whenever a fold gives other documents for the same entries, so that
/// stored documents are rebuilt.
pub const FOLD_VERSION: u32 = 2;

/// One good entry, as the store hands it to a fold.
#[derive(Clone, Copy, Debug)]
pub struct FoldEntry<'a> {
    /// The entry's name.
    pub hash: &'a str,
    /// The entry's kind.
    pub kind: &'a str,
    /// The author's series.
    pub series: &'a str,
    /// The epoch of the series.
    pub epoch: u32,
    /// The place in the epoch, from 1.
    pub seq: u64,
    /// The heads of this subject that the author had seen.
    pub after: &'a [String],
    /// The hybrid clock, 16 lowercase hexadecimal digits: 48 bits of milliseconds, 16 of counter.
    pub hybrid: &'a str,
    /// The wall clock, RFC 3339 UTC.
    pub wall: &'a str,
    /// The boot that `mono` counts from.
    pub boot: &'a str,
    /// Milliseconds since that boot, decimal.
    pub mono: &'a str,
    /// The body's fields; `None` when erased or not here.
    pub body: Option<&'a Body>,
    /// The officer whose series it is, when known.
    pub author: Option<&'a str>,
    /// Whether the series is one of the township's own: only those speak about
    /// rights, receipts and the log.
    pub township: bool,
}

impl<'a> FoldEntry<'a> {
    /// What ordering needs of this entry.
    pub fn order(&self) -> OrderEntry<'a> {
        OrderEntry {
            hash: self.hash,
            series: self.series,
            epoch: self.epoch,
            seq: self.seq,
            hybrid: self.hybrid,
            after: self.after,
        }
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark {
            entry: EntryHash::from(self.hash),
            by: self.author.map(OfficerId::from),
            at: self.wall.to_owned(),
        }
    }
}

/// Folds a subject's entries, given in any order, into its documents.
pub fn fold(subject: &Subject, entries: &[FoldEntry<'_>]) -> Vec<Document> {
    let order: Vec<OrderEntry<'_>> = entries.iter().map(FoldEntry::order).collect();
    let mut fold = Fold::new(subject);
    for index in order::sort(&order) {
        fold.push(&entries[index]);
    }
    fold.documents()
}

/// A noun that can be folded. `absorb` is total.
trait Noun {
    /// Takes the next entry; says what is wrong with it, if anything.
    fn absorb(&mut self, entry: &FoldEntry<'_>, mark: &Mark, trail: &Trail) -> Option<FaultCode>;
    /// The part shared by all subjects.
    fn record(&mut self) -> &mut Record;
    /// All documents.
    fn documents(&self, subject: &Subject) -> Vec<Document>;
    /// The documents that changed since the last call; by default all of them.
    fn take_touched(&mut self, subject: &Subject) -> Vec<Document> {
        self.documents(subject)
    }
}

#[derive(Clone, Debug)]
enum Folding {
    Matter(Box<matter::MatterFold>),
    Media(Box<crate::media::MediaState>),
    Draft(Box<draft::DraftFold>),
    Shift(Box<crate::shift::ShiftState>),
    Camera(Box<crate::camera::CameraState>),
    Officer(Box<crate::officer::OfficerState>),
    Series(Box<crate::series::SeriesState>),
    Township(Box<crate::township::TownshipState>),
    Blob(Box<crate::township::BlobState>),
    Finding(Box<crate::finding::FindingState>),
    Unknown(Box<ledgers::UnknownSubject>),
}

impl Folding {
    fn of(subject: &Subject) -> Self {
        match subject.kind.as_str() {
            subjects::MATTER => Self::Matter(Box::new(matter::MatterFold::new(&subject.id))),
            subjects::MEDIA => Self::Media(Box::default()),
            subjects::DRAFT => Self::Draft(Box::default()),
            subjects::SHIFT => Self::Shift(Box::default()),
            subjects::CAMERA => Self::Camera(Box::default()),
            subjects::OFFICER => Self::Officer(Box::default()),
            subjects::SERIES => Self::Series(Box::default()),
            subjects::TOWNSHIP => Self::Township(Box::default()),
            subjects::BLOB => Self::Blob(Box::default()),
            subjects::FINDING => Self::Finding(Box::default()),
            _ => Self::Unknown(Box::default()),
        }
    }

    fn noun(&self) -> &dyn Noun {
        match self {
            Self::Matter(noun) => noun.as_ref(),
            Self::Media(noun) => noun.as_ref(),
            Self::Draft(noun) => noun.as_ref(),
            Self::Shift(noun) => noun.as_ref(),
            Self::Camera(noun) => noun.as_ref(),
            Self::Officer(noun) => noun.as_ref(),
            Self::Series(noun) => noun.as_ref(),
            Self::Township(noun) => noun.as_ref(),
            Self::Blob(noun) => noun.as_ref(),
            Self::Finding(noun) => noun.as_ref(),
            Self::Unknown(noun) => noun.as_ref(),
        }
    }

    fn noun_mut(&mut self) -> &mut dyn Noun {
        match self {
            Self::Matter(noun) => noun.as_mut(),
            Self::Media(noun) => noun.as_mut(),
            Self::Draft(noun) => noun.as_mut(),
            Self::Shift(noun) => noun.as_mut(),
            Self::Camera(noun) => noun.as_mut(),
            Self::Officer(noun) => noun.as_mut(),
            Self::Series(noun) => noun.as_mut(),
            Self::Township(noun) => noun.as_mut(),
            Self::Blob(noun) => noun.as_mut(),
            Self::Finding(noun) => noun.as_mut(),
            Self::Unknown(noun) => noun.as_mut(),
        }
    }
}

/// A subject being folded; can be kept and given the next entry later.
#[derive(Clone, Debug)]
pub struct Fold {
    subject: Subject,
    trail: Trail,
    folding: Folding,
}

impl Fold {
    /// An empty fold of that subject.
    pub fn new(subject: &Subject) -> Self {
        Self { subject: subject.clone(), trail: Trail::default(), folding: Folding::of(subject) }
    }

    /// The subject being folded.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Whether the entry comes last in the canonical order of all entries so far,
    /// so that pushing it equals folding everything again.
    pub fn admits(&self, entry: &FoldEntry<'_>) -> bool {
        self.trail.admits(entry)
    }

    /// The heads of the subject: entries that no other entry here has seen, newest last.
    pub fn heads(&self) -> Vec<EntryHash> {
        self.trail.heads()
    }

    /// Takes the next entry in the canonical order; an entry already taken changes nothing.
    pub fn push(&mut self, entry: &FoldEntry<'_>) {
        if self.trail.position(entry.hash).is_some() {
            return;
        }
        let mark = entry.mark();
        let clock_agrees = self.trail.push(entry);
        let noun = self.folding.noun_mut();
        let record = noun.record();
        if record.entries == 0 {
            entry.wall.clone_into(&mut record.first_at);
        }
        entry.wall.clone_into(&mut record.last_at);
        record.entries += 1;
        record.people.extend(mark.by.clone());
        if let Some(body) = entry.body {
            record.people.extend(scope::names(entry.kind, body));
        }
        if !clock_agrees {
            record.fault(FaultCode::ClockDisagrees, entry.kind, &mark);
        }
        let fault = if may_say(&self.subject, entry) {
            noun.absorb(entry, &mark, &self.trail)
        } else {
            Some(FaultCode::NoRight)
        };
        if let Some(code) = fault {
            noun.record().fault(code, entry.kind, &mark);
        }
    }

    /// All documents of the subject; none before the first entry.
    pub fn documents(&self) -> Vec<Document> {
        if self.trail.is_empty() {
            return Vec::new();
        }
        self.folding.noun().documents(&self.subject)
    }

    /// The documents that changed since the last call. Pushing never removes one.
    pub fn take_touched(&mut self) -> Vec<Document> {
        if self.trail.is_empty() {
            return Vec::new();
        }
        self.folding.noun_mut().take_touched(&self.subject)
    }
}

/// Whether this author may speak on this subject at all: people, keys, blobs and
/// the township are the township's to speak about; a series opens and sets aside only itself.
fn may_say(subject: &Subject, entry: &FoldEntry<'_>) -> bool {
    match subject.kind.as_str() {
        subjects::SERIES if matches!(entry.kind, "series.opened" | "series.tail_set_aside") => {
            subject.id == entry.series
        }
        subjects::OFFICER | subjects::SERIES | subjects::TOWNSHIP | subjects::BLOB => entry.township,
        _ => true,
    }
}

/// What an unread body means for the record: an absent one is lawful and no fault.
fn fault_of(unread: Unread) -> Option<FaultCode> {
    match unread {
        Unread::UnknownKind => Some(FaultCode::UnknownKind),
        Unread::BodyUnreadable => Some(FaultCode::BodyUnreadable),
        Unread::BodyAbsent => None,
    }
}
