//! What keeps rows: traits and their two makers, SQLite on disk and maps in memory.
//!
//! An engine stores entries, documents folded from them and rows outside the journal. It knows no
//! law, no signature and no order of folding; it never decides whether a row may be written. One test
//! suite runs over both engines, so that the in-memory one may stand in for the other in stories.
//!
//! Every write happens between [`Engine::begin`] and [`Engine::commit`]; only `journal` calls these.

mod memory;
mod rows;
mod sqlite;

use std::path::Path;

use liuhen_protocol::{Digest, Position, PublicKey, Salt, SeriesId, Subject};

use crate::error::Result;
use crate::query::Query;

pub use liuhen_core::fold::{Columns, Document};
pub use memory::Memory;
pub use rows::{
    DamagedPage, Head, LogLine, NewRow, PlacedRun, Placement, SeriesRow, Shelf, Standing, StoredEntry,
    SubjectRow,
};
pub use sqlite::{SCHEMA, Sqlite};

/// Reads all pages of a database.
pub type PageCheck = Box<dyn Fn() -> Result<Vec<DamagedPage>> + Send>;

/// One engine: all rows, one write transaction at a time. Reads see what was written so far.
pub trait Engine: JournalRows + LogRows + DocumentRows + SideRows + Send {
    /// Opens the one write transaction.
    fn begin(&mut self) -> Result<()>;
    /// Makes everything since `begin` durable, or nothing.
    fn commit(&mut self) -> Result<()>;
    /// Forgets everything since `begin`.
    fn rollback(&mut self);

    /// Checks every page; empty: all good.
    fn damaged_pages(&self) -> Result<Vec<DamagedPage>>;
    /// The same past this engine, which others use meanwhile: a page that is just being written may look
    /// damaged.
    fn page_check(&self) -> PageCheck;
    /// Names of the tables, for [`Engine::damaged_tree`].
    fn tables(&self) -> Result<Vec<String>>;
    /// Checks that the pages of one table and its indexes fit together; empty: all good.
    fn damaged_tree(&self, table: &str) -> Result<Vec<DamagedPage>>;
    /// Writes a consistent, encrypted copy to a path that does not exist yet.
    fn copy_to(&self, path: &Path) -> Result<()>;
    /// Indexes the words of up to `most` documents that wait for it; answers whether more wait.
    fn catch_up(&mut self, most: usize) -> Result<bool>;
    /// Moves the write-ahead log into the file and empties it, when idle.
    fn tidy(&mut self) -> Result<()>;
}

/// Series, entries and subjects: the journal itself.
pub trait JournalRows {
    /// Remembers a series' key; `local` is only ever switched on.
    fn add_series(&mut self, key: &PublicKey, local: bool) -> Result<()>;
    /// All known series.
    fn series(&self) -> Result<Vec<SeriesRow>>;
    /// Key of a series.
    fn series_key(&self, series: &SeriesId) -> Result<Option<PublicKey>>;
    /// Last entry of an epoch.
    fn head(&self, series: &SeriesId, epoch: u32) -> Result<Option<Head>>;
    /// Last entries of all epochs (of one series).
    fn heads(&self, series: Option<&SeriesId>) -> Result<Vec<Head>>;
    /// Remembers that the township holds entries 1..=`held`.
    fn set_held(&mut self, series: &SeriesId, epoch: u32, held: u64) -> Result<()>;

    /// Appends an entry whose series is known; the head of its epoch is the highest number. Answers `ord`.
    fn append(&mut self, row: &NewRow<'_>) -> Result<u64>;
    /// An entry by name.
    fn entry(&self, hash: &Digest) -> Result<Option<StoredEntry>>;
    /// Whether an entry is here, without reading it.
    fn ord(&self, hash: &Digest) -> Result<Option<u64>>;
    /// Where an entry stands, without reading it: its `ord` and its place.
    fn position(&self, hash: &Digest) -> Result<Option<(u64, Position)>>;
    /// The hash at a place of a series.
    fn hash_at(&self, series: &SeriesId, epoch: u32, seq: u64) -> Result<Option<Digest>>;
    /// Entries of an epoch from a number on.
    fn series_entries(
        &self,
        series: &SeriesId,
        epoch: u32,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredEntry>>;
    /// Entries of a subject in order of arrival.
    fn subject_entries(&self, subject: &Subject) -> Result<Vec<StoredEntry>>;
    /// Entries in order of arrival, after `ord`.
    fn entries_after(&self, ord: u64, limit: usize) -> Result<Vec<StoredEntry>>;
    /// How many entries are here.
    fn count(&self) -> Result<u64>;
    /// Fills in a body that was absent.
    fn restore_body(&mut self, ord: u64, salt: &Salt, body: &[u8]) -> Result<()>;
    /// Removes body and salt.
    fn erase_body(&mut self, ord: u64) -> Result<()>;

    /// What is remembered of a subject.
    fn subject(&self, subject: &Subject) -> Result<Option<SubjectRow>>;
    /// Remembers it.
    fn put_subject(&mut self, subject: &Subject, row: &SubjectRow) -> Result<()>;
    /// Subjects after the given one, by kind and id.
    fn subjects(&self, after: Option<&Subject>, limit: usize) -> Result<Vec<Subject>>;
}

/// Where the township's log holds entries, the tree over it, and whether entries count.
pub trait LogRows {
    /// Remembers where the log holds an entry; a newer proof replaces an older one.
    fn place(&mut self, ord: u64, placement: &Placement) -> Result<()>;
    /// Where the log holds an entry.
    fn placement(&self, hash: &Digest) -> Result<Option<Placement>>;
    /// The last number of an epoch up to which, from `held` on, every entry is here and placed in the log.
    fn placed_until(&self, series: &SeriesId, epoch: u32, held: u64) -> Result<u64>;
    /// Where the entries of each series written here lie in the log, from an index on.
    fn placed_runs(&self, from: u64) -> Result<Vec<PlacedRun>>;
    /// Forgets all placements (a new log was opened).
    fn clear_placements(&mut self) -> Result<()>;
    /// Entries by log index.
    fn log_entries(&self, from: u64, limit: usize) -> Result<Vec<StoredEntry>>;
    /// Lines by log index.
    fn log_lines(&self, from: u64, limit: usize) -> Result<Vec<LogLine>>;
    /// One more than the highest log index here.
    fn log_size(&self) -> Result<u64>;
    /// Sets whether an entry counts.
    fn set_standing(&mut self, ord: u64, standing: Standing) -> Result<()>;
    /// Entries that do not count.
    fn withheld(&self) -> Result<Vec<StoredEntry>>;

    /// Hash of a complete subtree, by its place in the order of completion.
    fn tree_hash(&self, place: u64) -> Result<Option<Digest>>;
    /// Such hashes with their places, from a place on.
    fn tree_hashes(&self, from: u64, limit: usize) -> Result<Vec<(u64, Digest)>>;
    /// Appends the next such hash.
    fn put_tree_hash(&mut self, place: u64, hash: &Digest) -> Result<()>;
    /// Forgets the tree.
    fn clear_tree(&mut self) -> Result<()>;
}

/// What was folded from the journal; may be dropped and made again at any time.
pub trait DocumentRows {
    /// Documents of a subject.
    fn subject_documents(&self, subject: &Subject) -> Result<Vec<Document>>;
    /// Writes a document.
    fn put_document(&mut self, subject: &Subject, document: &Document) -> Result<()>;
    /// Removes a document.
    fn remove_document(&mut self, subject: &Subject, kind: &str, id: &str) -> Result<()>;
    /// Removes all documents.
    fn clear_documents(&mut self) -> Result<()>;
    /// A document by name.
    fn document(&self, kind: &str, id: &str) -> Result<Option<Document>>;
    /// Whether documents written from now on can be searched by words; they can, unless told otherwise.
    fn index_words(&mut self, wanted: bool);
    /// Documents by columns.
    fn documents(&self, query: &Query) -> Result<Vec<Document>>;
    /// How many documents a query finds, limit and offset left out.
    fn count_documents(&self, query: &Query) -> Result<u64>;
    /// Documents whose search text holds all terms, newest first.
    fn search(&self, terms: &[String], kinds: &[&str], limit: usize) -> Result<Vec<Document>>;
}

/// Rows outside the journal.
pub trait SideRows {
    /// A row outside the journal.
    fn get(&self, on: Shelf, key: &str) -> Result<Option<Vec<u8>>>;
    /// Writes such a row.
    fn put(&mut self, on: Shelf, key: &str, value: &[u8]) -> Result<()>;
    /// Removes such a row.
    fn remove(&mut self, on: Shelf, key: &str) -> Result<()>;
    /// Rows whose key begins with `prefix`, by key.
    fn list(&self, on: Shelf, prefix: &str) -> Result<Vec<(String, Vec<u8>)>>;
}
