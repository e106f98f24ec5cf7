//! Reading: documents by their columns, by words, and what the journal holds.
//!
//! All reads of documents go through [`Query`]; there is no SQL outside the engine and no filter that
//! an engine would have to guess.

use liuhen_core::fold::Document;
use liuhen_protocol::{Digest, SeriesId, Subject};

use crate::engine::{Head, LogLine, PlacedRun, StoredEntry};
use crate::error::Result;
use crate::journal::{Store, Tail};
use crate::search::terms;

/// The number of an entry within its epoch, from 1.
pub type Seq = u64;

/// Which documents, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Only this kind.
    pub kind: Option<String>,
    /// Only documents of this matter.
    pub matter: Option<String>,
    /// Only documents of this officer.
    pub officer: Option<String>,
    /// Only this state.
    pub state: Option<String>,
    /// Only those that want attention, or only those that do not.
    pub flag: Option<bool>,
    /// Only documents at or after this RFC 3339 UTC time.
    pub from: Option<String>,
    /// Only documents before this RFC 3339 UTC time.
    pub until: Option<String>,
    /// Which come first.
    pub order: Order,
    /// How many at most; `None`: all.
    pub limit: Option<u32>,
    /// How many to leave out before the first.
    pub offset: u32,
}

/// Order of documents; ties by kind and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Newest `at` first; documents without a time last.
    #[default]
    Newest,
    /// Oldest `at` first; documents without a time first.
    Oldest,
    /// By their number, smallest first.
    Number,
}

impl Query {
    /// All documents of a kind, newest first.
    pub fn kind(kind: &str) -> Self {
        Self { kind: Some(kind.to_owned()), ..Self::default() }
    }

    /// Only those of a matter.
    #[must_use]
    pub fn matter(mut self, matter: &str) -> Self {
        self.matter = Some(matter.to_owned());
        self
    }

    /// Only those of an officer.
    #[must_use]
    pub fn officer(mut self, officer: &str) -> Self {
        self.officer = Some(officer.to_owned());
        self
    }

    /// Only those in a state.
    #[must_use]
    pub fn state(mut self, state: &str) -> Self {
        self.state = Some(state.to_owned());
        self
    }

    /// Only those that want attention, or only those that do not.
    #[must_use]
    pub const fn flag(mut self, flag: bool) -> Self {
        self.flag = Some(flag);
        self
    }

    /// By number, smallest first.
    #[must_use]
    pub const fn by_number(mut self) -> Self {
        self.order = Order::Number;
        self
    }

    /// Oldest first.
    #[must_use]
    pub const fn oldest(mut self) -> Self {
        self.order = Order::Oldest;
        self
    }

    /// At most so many.
    #[must_use]
    pub const fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Leaving out so many.
    #[must_use]
    pub const fn offset(mut self, offset: u32) -> Self {
        self.offset = offset;
        self
    }
}

/// What waits in this home for the township.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// Entries of ours without a receipt.
    pub entries: u64,
}

impl Store {
    /// A document by name.
    pub fn document(&self, kind: &str, id: &str) -> Result<Option<Document>> {
        self.engine().document(kind, id)
    }

    /// Documents by columns.
    pub fn documents(&self, query: &Query) -> Result<Vec<Document>> {
        self.engine().documents(query)
    }

    /// How many documents a query finds; limit and offset do not count.
    pub fn count_documents(&self, query: &Query) -> Result<u64> {
        self.engine().count_documents(query)
    }

    /// All documents of one subject.
    pub fn documents_of(&self, subject: &Subject) -> Result<Vec<Document>> {
        self.engine().subject_documents(subject)
    }

    /// Documents that hold every word of a person's input, newest first.
    /// Always empty in a township's store, which indexes no words.
    pub fn search(&self, input: &str, limit: usize) -> Result<Vec<Document>> {
        self.engine().search(&terms(input), &[], limit)
    }

    /// The same among documents of these kinds.
    pub fn search_kinds(&self, input: &str, kinds: &[&str], limit: usize) -> Result<Vec<Document>> {
        self.engine().search(&terms(input), kinds, limit)
    }

    /// An entry by name.
    pub fn entry(&self, hash: &Digest) -> Result<Option<StoredEntry>> {
        self.engine().entry(hash)
    }

    /// Entries of a subject, in order of arrival.
    pub fn entries_of(&self, subject: &Subject) -> Result<Vec<StoredEntry>> {
        self.engine().subject_entries(subject)
    }

    /// Subjects after the given one, by kind and id.
    pub fn subjects(&self, after: Option<&Subject>, limit: usize) -> Result<Vec<Subject>> {
        self.engine().subjects(after, limit)
    }

    /// How many entries are here.
    pub fn count(&self) -> Result<u64> {
        self.engine().count()
    }

    /// The last entry of an epoch.
    pub fn head(&self, series: &SeriesId, epoch: u32) -> Result<Option<Head>> {
        self.engine().head(series, epoch)
    }

    /// The last entries of all epochs known here.
    pub fn heads(&self) -> Result<Vec<Head>> {
        self.engine().heads(None)
    }

    /// The last entries of every epoch of the series written in this home, with what is held of each.
    pub fn own_heads(&self) -> Result<Vec<Head>> {
        let own: Vec<_> = self.series()?.into_iter().filter(|row| row.local).collect();
        let mut heads = Vec::new();
        for row in own {
            heads.extend(self.engine().heads(Some(&row.series))?);
        }
        Ok(heads)
    }

    /// What waits for the township.
    pub fn waiting(&self) -> Result<Waiting> {
        let entries = self.waiting_tails()?.iter().map(Tail::count).sum();
        Ok(Waiting { entries })
    }

    /// Entries of an epoch from a number on, at most so many and, after the first, so many bytes.
    pub fn entries_from(
        &self,
        series: &SeriesId,
        epoch: u32,
        from: Seq,
        most: usize,
        bytes: usize,
    ) -> Result<Vec<StoredEntry>> {
        let mut entries = self.engine().series_entries(series, epoch, from, most)?;
        let mut room = bytes;
        let size = |entry: &StoredEntry| entry.item.len() + entry.body.as_ref().map_or(0, Vec::len);
        let fits = entries.iter().take_while(|entry| {
            let fits = size(entry) <= room;
            room = room.saturating_sub(size(entry));
            fits
        });
        let fitting = fits.count().max(1);
        entries.truncate(fitting);
        Ok(entries)
    }

    /// Entries of an epoch that have no receipt yet.
    pub fn without_receipt(&self, series: &SeriesId, epoch: u32, limit: usize) -> Result<Vec<(Seq, Digest)>> {
        let from = self.head(series, epoch)?.map_or(1, |head| head.held + 1);
        let entries = self.engine().series_entries(series, epoch, from, limit)?;
        Ok(entries
            .iter()
            .filter(|entry| entry.index.is_none())
            .map(|entry| (entry.seq, entry.hash))
            .collect())
    }

    /// Entries by log index, with bodies.
    pub fn log_entries(&self, from: u64, limit: usize) -> Result<Vec<StoredEntry>> {
        self.engine().log_entries(from, limit)
    }

    /// Lines of the log by index, without bytes: cheap enough to scan.
    pub fn log_lines(&self, from: u64, limit: usize) -> Result<Vec<LogLine>> {
        self.engine().log_lines(from, limit)
    }

    /// Where the entries of each series written here lie in the log, from an index on.
    pub fn placed_runs(&self, from: u64) -> Result<Vec<PlacedRun>> {
        self.engine().placed_runs(from)
    }

    /// Indexes the words of up to `most` documents; answers whether more wait. For idle moments: searches find
    /// everything without it, and the first one after much has come does it itself.
    pub fn catch_up(&mut self, most: usize) -> Result<bool> {
        self.engine_mut().catch_up(most)
    }

    /// Moves the write-ahead log into the database file; for idle moments.
    pub fn tidy(&mut self) -> Result<()> {
        self.engine_mut().tidy()
    }
}
