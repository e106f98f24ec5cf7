//! Everything that can go wrong while keeping things, one closed enum.
//!
//! Variants carry what was being done and the evidence (hashes, series, page numbers), never
//! personal data: `Display` shows ids, digests and file roles, and paths only in `Debug`, because
//! a path may hold a person's name. The sentence an officer reads is chosen by `app` from the
//! variant.

use std::path::{Path, PathBuf};

use liuhen_protocol::{Digest, SeriesId};

/// What every fallible function of this crate answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused a file operation.
    #[error("could not {doing}")]
    Io {
        /// The step, as a verb phrase.
        doing: &'static str,
        /// The file or folder concerned.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The database refused a statement.
    #[error("the database could not {doing}")]
    Database {
        /// The step, as a verb phrase.
        doing: &'static str,
        /// SQLite's reason.
        #[source]
        source: rusqlite::Error,
    },
    /// The disk is full; nothing of the attempted write was kept.
    #[error("the disk is full; nothing was written")]
    DiskFull,
    /// Pages of the database cannot be read. The file is kept unchanged.
    #[error("the database is damaged ({})", pages_named(.pages))]
    DatabaseDamaged {
        /// Damaged pages, from 1; none when pages are whole but do not fit together.
        pages: Vec<u64>,
        /// Where the file was set aside; `None` while it lies where it was.
        aside: Option<PathBuf>,
    },
    /// The home has no database: it was set aside or removed. What the township holds can be pulled again.
    #[error("the home has no database")]
    DatabaseMissing {
        /// Where a damaged one may lie.
        aside: PathBuf,
    },
    /// The database was written by a newer version of Liuhen.
    #[error("the database has schema {found}, this program knows up to {known}")]
    NewerDatabase {
        /// Schema number in the file.
        found: u32,
        /// Newest schema number this program knows.
        known: u32,
    },
    /// The file is a database of something else.
    #[error("the file is not a Liuhen database")]
    ForeignDatabase,
    /// The linked SQLite is older than the one with the WAL-reset repair.
    #[error("the linked SQLite {found} is older than 3.51.3")]
    OldSqlite {
        /// Version found.
        found: String,
    },
    /// Another process holds this home.
    #[error("this home is in use by another process")]
    Busy {
        /// Loopback address of the running desk, when it serves one.
        address: Option<String>,
    },
    /// The folder holds no Liuhen home.
    #[error("there is no home here")]
    NoHome {
        /// The folder looked at.
        path: PathBuf,
    },
    /// A home already exists where one was to be made.
    #[error("there is already a home here")]
    HomeExists {
        /// The folder looked at.
        path: PathBuf,
    },
    /// A settings or key file and its second copy are both unreadable. Never a wrong passphrase.
    #[error("the file for {role} and its second copy are both damaged")]
    FileDamaged {
        /// What the file holds: `slots`, `settings`, `attempts`, `instance`.
        role: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// The passphrase does not open this officer's slot.
    #[error("wrong passphrase")]
    WrongPassphrase {
        /// Seconds to wait before the next attempt will be tried.
        wait_seconds: u64,
    },
    /// Too many wrong passphrases; the attempt was not tried.
    #[error("wait {wait_seconds} s before the next attempt")]
    Wait {
        /// Seconds left.
        wait_seconds: u64,
    },
    /// The passphrase is too short to protect anything.
    #[error("a passphrase needs at least {minimum} characters")]
    WeakPassphrase {
        /// Fewest characters accepted.
        minimum: usize,
    },
    /// The recovery key or key file does not open this home.
    #[error("this key does not open this home")]
    WrongKey,
    /// A key text could not be read.
    #[error("this is not a {expected}")]
    NotAKey {
        /// What was expected: `recovery key`, `root key`, `key file`.
        expected: &'static str,
    },
    /// No slot of that id or name.
    #[error("no such officer in this home")]
    NoSuchOfficer,
    /// The slot's signing key was retired (recovered passphrase, re-enrolment).
    #[error("this signing key is retired; enrol again")]
    KeyRetired,
    /// The slot holds no key of that name.
    #[error("this slot holds no key named {name}")]
    NoSuchKey {
        /// The key's role, such as `sign` or `log`.
        name: String,
    },
    /// The operating system gave no random bytes.
    #[error("no randomness from the operating system")]
    Randomness,
    /// A cryptographic step failed that only fails on damaged or foreign bytes.
    #[error("could not {doing}: the bytes are damaged or belong to another key")]
    Crypto {
        /// The step, as a verb phrase.
        doing: &'static str,
    },
    /// A value broke the written format.
    #[error("the format of {what} was not kept")]
    Protocol {
        /// What was being read or made.
        what: &'static str,
        /// Why.
        #[source]
        source: liuhen_protocol::Error,
    },
    /// A stored value could not be read back; the row is named.
    #[error("a stored {table} row cannot be read ({key})")]
    BadRow {
        /// Table.
        table: &'static str,
        /// Its key: an id or hash, never content.
        key: String,
    },
    /// JSON kept beside the journal could not be read.
    #[error("stored JSON of {what} cannot be read")]
    Json {
        /// What it was.
        what: &'static str,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A new entry would not be accepted by the rules every reader applies.
    #[error("the entry is not writable: {reason}")]
    NotWritable {
        /// The rule.
        reason: &'static str,
    },
    /// The township's answer contradicts a checkpoint already held: it was rolled back or split.
    #[error("the log of the township contradicts a checkpoint held (held size {held}, offered {offered})")]
    LogContradiction {
        /// Size of the newest checkpoint held.
        held: u64,
        /// Size offered.
        offered: u64,
    },
    /// A receipt does not prove what it claims.
    #[error("a receipt does not fit its entry {hash}")]
    BadReceipt {
        /// The entry's hash.
        hash: Digest,
    },
    /// An entry named is not in this store.
    #[error("no entry {hash}")]
    NoSuchEntry {
        /// The hash asked for.
        hash: Digest,
    },
    /// This operation belongs to a township's store.
    #[error("this store keeps no log")]
    NoLog,
    /// The body of a series' entry cannot be erased without its approving entry.
    #[error("erasing needs an approving entry, {approval} is none")]
    NotApproved {
        /// The entry offered as approval.
        approval: Digest,
    },
    /// The series has no head to continue.
    #[error("series {series} is unknown here")]
    UnknownSeries {
        /// The series.
        series: SeriesId,
    },
    /// A backup could not be read.
    #[error("the backup is not readable: {reason}")]
    BadBackup {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The person cancelled; everything finished before stays.
    #[error("cancelled")]
    Cancelled,
    /// A file of the vault.
    #[error(transparent)]
    Vault(#[from] crate::vault::Error),
}

impl From<crate::work::Cancelled> for Error {
    fn from(_: crate::work::Cancelled) -> Self {
        Self::Cancelled
    }
}

impl Error {
    /// Whether the database file itself is damaged (and not the disk full, the key wrong, …).
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::DatabaseDamaged { .. })
            || matches!(self, Self::Database { source, .. } if tells_damage(source))
    }

    /// Names a file operation that failed; a full disk gets its own variant.
    pub(crate) fn io(doing: &'static str, path: &Path, source: std::io::Error) -> Self {
        if matches!(source.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded) {
            return Self::DiskFull;
        }
        Self::Io { doing, path: path.to_path_buf(), source }
    }

    /// Names a statement that failed; a full disk gets its own variant.
    pub(crate) fn database(doing: &'static str) -> impl FnOnce(rusqlite::Error) -> Self {
        move |source| {
            if source.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull) {
                return Self::DiskFull;
            }
            Self::Database { doing, source }
        }
    }

    /// Names the written format that was broken.
    pub(crate) fn protocol(what: &'static str) -> impl FnOnce(liuhen_protocol::Error) -> Self {
        move |source| Self::Protocol { what, source }
    }

    /// Names stored JSON that could not be read.
    pub(crate) fn json(what: &'static str) -> impl FnOnce(serde_json::Error) -> Self {
        move |source| Self::Json { what, source }
    }
}

/// Whether SQLite says that the file itself is at fault.
pub(crate) fn tells_damage(source: &rusqlite::Error) -> bool {
    matches!(
        source.sqlite_error_code(),
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt)
    )
}

fn pages_named(pages: &[u64]) -> String {
    match pages {
        [] => "its pages do not fit together".to_owned(),
        [page] => format!("page {page}"),
        pages => format!("pages {}", page_numbers(pages)),
    }
}

/// Page numbers for a sentence: all of a few, else the first and how many.
pub fn page_numbers(pages: &[u64]) -> String {
    const SHOWN: usize = 8;
    let mut text: Vec<String> = pages.iter().take(SHOWN).map(ToString::to_string).collect();
    if pages.len() > SHOWN {
        text.push(format!("… ({})", pages.len()));
    }
    text.join(", ")
}
