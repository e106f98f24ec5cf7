//! Schema versions: numbered scripts, all in one transaction, never backwards.
//!
//! A script, once released, is never changed; a change is a new script. They touch the journal and the
//! shelves only. Tables of documents carry a version of their own and are made again when it differs.

use rusqlite::Connection;

use crate::error::{Error, Result};

/// Scripts by number: the first brings an empty file to schema 1.
const SCRIPTS: &[&str] = &[include_str!("0001.sql")];
/// Tables of documents; made again whenever this text or a fold changes.
const DOCUMENTS: &str = include_str!("documents.sql");
/// The newest schema this program knows.
#[expect(clippy::cast_possible_truncation, reason = "a handful of scripts")]
pub const SCHEMA: u32 = SCRIPTS.len() as u32;
/// `LiuH`: marks the file as ours.
const APPLICATION_ID: i32 = 0x4c69_7548;

/// Brings the schema up to date.
pub(super) fn migrate(connection: &Connection) -> Result<()> {
    let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i32>(0));
    let application = pragma("application_id").map_err(Error::database("read its mark"))?;
    let version = pragma("user_version").map_err(Error::database("read its schema"))?;
    let version = u32::try_from(version).unwrap_or(0);
    if application != APPLICATION_ID && (application != 0 || version != 0) {
        return Err(Error::ForeignDatabase);
    }
    if version > SCHEMA {
        return Err(Error::NewerDatabase { found: version, known: SCHEMA });
    }
    if version == SCHEMA {
        return Ok(());
    }
    connection.execute_batch("BEGIN IMMEDIATE").map_err(Error::database("begin"))?;
    let done = apply(connection, version as usize);
    if done.is_err() {
        drop(connection.execute_batch("ROLLBACK"));
    }
    done
}

fn apply(connection: &Connection, from: usize) -> Result<()> {
    for script in &SCRIPTS[from..] {
        connection.execute_batch(script).map_err(Error::database("bring its schema up to date"))?;
    }
    connection
        .execute_batch(&format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA};"))
        .map_err(Error::database("write its schema number"))?;
    make_documents(connection)?;
    connection.execute_batch("COMMIT").map_err(Error::database("commit"))
}

/// Drops and makes the tables of documents, inside the caller's transaction.
pub(super) fn make_documents(connection: &Connection) -> Result<()> {
    connection
        .execute_batch(
            "DROP TABLE IF EXISTS words; DROP TABLE IF EXISTS unindexed; DROP TABLE IF EXISTS documents;",
        )
        .and_then(|()| connection.execute_batch(DOCUMENTS))
        .map_err(Error::database("make its tables of documents"))
}
