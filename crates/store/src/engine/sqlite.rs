//! The engine on disk: one SQLCipher file. The only place with SQL.
//!
//! Pragmas, and why:
//! | pragma | value | why |
//! |---|---|---|
//! | key | raw 32 bytes | the slots derive and wrap it; SQLCipher's own derivation would cost 0.5 s |
//! | journal_mode | WAL | a reader of a large query does not stop a note from being saved |
//! | locking_mode | EXCLUSIVE | one process, one connection: no shared memory file, no WAL-reset race |
//! | synchronous | FULL | an acknowledged entry survives power loss; NORMAL may lose it |
//! | secure_delete | ON | an erased body is overwritten |
//! | temp_store | MEMORY | sorting writes no plain text to disk |
//! | wal_autocheckpoint | 4000 pages | a large sync writes its busy pages once, not at every batch |
//! | journal_size_limit | 64 MiB | the write-ahead log shrinks again after a large sync |
//! | foreign_keys | ON | a row without its series or subject is a bug that must show |

mod documents;
mod journal;
mod log;
mod migrate;
mod side;
mod words;

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use super::{DamagedPage, Engine, PageCheck};
use crate::error::{Error, Result, tells_damage};
use crate::search::tokenizer;

pub use migrate::SCHEMA;

/// SQLite 3.51.3: the first release without the WAL-reset race.
const OLDEST_SQLITE: i32 = 3_051_003;

/// An encrypted database file.
pub struct Sqlite {
    connection: Connection,
    path: PathBuf,
    key: Zeroizing<[u8; 32]>,
    words: bool,
    /// Documents whose words this process noted and has not indexed.
    waiting: Cell<u32>,
    last: RefCell<journal::Last>,
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqlite").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Sqlite {
    /// Makes a new database.
    ///
    /// # Errors
    /// [`Error::Database`], also when the file exists and holds something.
    pub fn create(path: &Path, key: &[u8; 32]) -> Result<Self> {
        drop(crate::durable::create_private(path)?);
        let engine = Self::connect(path, key, OpenFlags::SQLITE_OPEN_CREATE)?;
        engine.prepare()?;
        crate::durable::sync_folder(path.parent().unwrap_or(Path::new(".")))?;
        Ok(engine)
    }

    /// Opens an existing database and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::NewerDatabase`], [`Error::ForeignDatabase`], [`Error::OldSqlite`],
    /// [`Error::DatabaseDamaged`] with the pages, or [`Error::Database`]. The file is never changed by a
    /// failed opening.
    pub fn open(path: &Path, key: &[u8; 32]) -> Result<Self> {
        let opened = Self::connect(path, key, OpenFlags::empty()).and_then(|engine| {
            engine.prepare()?;
            Ok(engine)
        });
        match opened {
            Err(error) if error.is_damage() => {
                let found = pages_of(path, key)?;
                let pages = found.into_iter().filter_map(|damaged| damaged.page).collect();
                Err(Error::DatabaseDamaged { pages, aside: None })
            }
            other => other,
        }
    }

    fn connect(path: &Path, key: &[u8; 32], extra: OpenFlags) -> Result<Self> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(Error::OldSqlite { found: rusqlite::version().to_owned() });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | extra;
        start_sqlite();
        let connection = Connection::open_with_flags(path, flags).map_err(Error::database("open"))?;
        set_key(&connection, "main", key)?;
        leave_alone(&connection, true);
        connection
            .execute_batch(
                "PRAGMA cipher_log_level = NONE;
                 PRAGMA locking_mode = EXCLUSIVE;
                 PRAGMA foreign_keys = ON;
                 PRAGMA secure_delete = ON;
                 PRAGMA temp_store = MEMORY;
                 PRAGMA cache_size = -24576;",
            )
            .map_err(Error::database("open"))?;
        // The first read proves the key and the first page.
        connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
            .map_err(Error::database("read its first page"))?;
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL;
                 PRAGMA synchronous = FULL;
                 PRAGMA wal_autocheckpoint = 4000;
                 PRAGMA journal_size_limit = 67108864;",
            )
            .map_err(Error::database("open its write-ahead log"))?;
        connection.set_prepared_statement_cache_capacity(128);
        // Else SQLite plans a statement anew whenever another value is bound: a fifth of all work of a sync.
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .map_err(Error::database("keep its plans"))?;
        leave_alone(&connection, false);
        Ok(Self {
            connection,
            path: path.to_path_buf(),
            key: Zeroizing::new(*key),
            words: true,
            waiting: Cell::new(0),
            last: RefCell::default(),
        })
    }

    fn prepare(&self) -> Result<()> {
        tokenizer::register(&self.connection)?;
        migrate::migrate(&self.connection)
    }

    /// Names a statement that failed; a damaged file is named by its pages, and not written to any more.
    fn failed(&self, doing: &'static str) -> impl FnOnce(rusqlite::Error) -> Error + '_ {
        move |source| {
            if !tells_damage(&source) {
                return Error::database(doing)(source);
            }
            leave_alone(&self.connection, true);
            match bad_pages(&self.connection) {
                Ok(found) => {
                    let pages = found.into_iter().filter_map(|damaged| damaged.page).collect();
                    Error::DatabaseDamaged { pages, aside: None }
                }
                Err(_) => Error::database(doing)(source),
            }
        }
    }

    /// Runs a statement that answers nothing.
    fn run(&self, doing: &'static str, sql: &str, values: impl rusqlite::Params) -> Result<usize> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(values))
            .map_err(self.failed(doing))
    }

    /// Runs a statement and reads all its rows.
    fn rows<T>(
        &self,
        doing: &'static str,
        sql: &str,
        values: impl rusqlite::Params,
        mut read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(self.failed(doing))?;
        let rows = statement.query_map(values, |row| read(row)).map_err(self.failed(doing))?;
        rows.collect::<rusqlite::Result<_>>().map_err(self.failed(doing))
    }

    /// Runs a statement and reads its first row, if any.
    fn row<T>(
        &self,
        doing: &'static str,
        sql: &str,
        values: impl rusqlite::Params,
        read: impl FnOnce(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        use rusqlite::OptionalExtension as _;
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row(values, read).optional())
            .map_err(self.failed(doing))
    }
}

/// Starts SQLCipher once, before any thread may open a database.
///
/// SQLite calls itself started before SQLCipher's part of the start is over; a second thread that opens its
/// first database in that moment is refused its key ("not initialized").
fn start_sqlite() {
    static STARTED: std::sync::Once = std::sync::Once::new();
    STARTED.call_once(|| drop(Connection::open_in_memory()));
}

/// Gives SQLCipher the raw key. The statement is wiped from our memory; SQLCipher wipes its own copy.
fn set_key(connection: &Connection, schema: &str, key: &[u8; 32]) -> Result<()> {
    let mut sql = Zeroizing::new(format!("PRAGMA {schema}.key = \"x'"));
    for byte in key {
        use std::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(sql, "{byte:02x}");
    }
    sql.push_str("'\"");
    connection.execute_batch(&sql).map_err(Error::database("take its key"))
}

/// Whether closing leaves file and write-ahead log as they lie: a damaged file is evidence, not to be written.
fn leave_alone(connection: &Connection, alone: bool) {
    // Refused by no SQLite that is new enough for us; were it, the pages written are whole ones.
    drop(connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, alone));
}

/// Damaged pages of a file, by a look at it from outside. Under a wrong key these are all.
fn pages_of(path: &Path, key: &[u8; 32]) -> Result<Vec<DamagedPage>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(Error::database("open"))?;
    set_key(&connection, "main", key)?;
    leave_alone(&connection, true);
    bad_pages(&connection)
}

/// Pages whose bytes are not those that were written.
fn bad_pages(connection: &Connection) -> Result<Vec<DamagedPage>> {
    messages(connection, "check its pages", "PRAGMA cipher_integrity_check").map(named)
}

fn messages(connection: &Connection, doing: &'static str, sql: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare(sql).map_err(Error::database(doing))?;
    let rows = statement.query_map([], |row| row.get(0)).map_err(Error::database(doing))?;
    rows.collect::<rusqlite::Result<_>>().map_err(Error::database(doing))
}

fn named(messages: impl IntoIterator<Item = String>) -> Vec<DamagedPage> {
    let page = |message: &str| message.rsplit("page ").next().and_then(|number| number.trim().parse().ok());
    messages.into_iter().map(|message| DamagedPage { page: page(&message), message }).collect()
}

impl Engine for Sqlite {
    fn begin(&mut self) -> Result<()> {
        self.run("begin", "BEGIN IMMEDIATE", []).map(drop)
    }

    fn commit(&mut self) -> Result<()> {
        self.index_many()?;
        self.run("commit", "COMMIT", []).map(drop)
    }

    fn rollback(&mut self) {
        // Rows that were new are gone again, and their numbers with them.
        self.last.take();
        if !self.connection.is_autocommit() {
            // SQLite may have rolled back by itself (full disk); then this says so and no more.
            drop(self.run("roll back", "ROLLBACK", []));
        }
    }

    fn damaged_pages(&self) -> Result<Vec<DamagedPage>> {
        bad_pages(&self.connection)
    }

    fn page_check(&self) -> PageCheck {
        let (path, key) = (self.path.clone(), self.key.clone());
        Box::new(move || pages_of(&path, &key))
    }

    fn tables(&self) -> Result<Vec<String>> {
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
        messages(&self.connection, "list its tables", sql)
    }

    fn damaged_tree(&self, table: &str) -> Result<Vec<DamagedPage>> {
        let sql = format!("PRAGMA integrity_check('{}')", table.replace('\'', "''"));
        let said = messages(&self.connection, "check its trees", &sql)?;
        Ok(named(said.into_iter().filter(|message| message != "ok")))
    }

    fn copy_to(&self, path: &Path) -> Result<()> {
        drop(crate::durable::create_private(path)?);
        let mut copy = Connection::open(path).map_err(Error::database("open a copy"))?;
        set_key(&copy, "main", &self.key)?;
        {
            let backup = rusqlite::backup::Backup::new(&self.connection, &mut copy)
                .map_err(Error::database("begin a copy"))?;
            let mut step = backup.step(-1).map_err(Error::database("copy itself"))?;
            while step == rusqlite::backup::StepResult::More {
                step = backup.step(-1).map_err(Error::database("copy itself"))?;
            }
        }
        // The copy is a plain file without a write-ahead log, so that it can travel as one file.
        copy.execute_batch("PRAGMA journal_mode = DELETE;").map_err(Error::database("finish a copy"))?;
        copy.close().map_err(|(_, source)| Error::Database { doing: "close a copy", source })
    }

    fn catch_up(&mut self, most: usize) -> Result<bool> {
        self.index_waiting(most)
    }

    fn tidy(&mut self) -> Result<()> {
        while self.catch_up(1000)? {}
        self.row("tidy up", "PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map(drop)
    }
}
