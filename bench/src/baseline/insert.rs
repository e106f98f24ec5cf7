//! One bare insert into SQLCipher with the pragmas of our own engine.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use rusqlite::Connection;

use super::Result;

/// A fresh database with one table.
pub(crate) fn open(path: &Path) -> Result<Connection> {
    drop(std::fs::remove_file(path));
    drop(std::fs::remove_file(path.with_extension("db-wal")));
    let connection = Connection::open(path)?;
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\"", "07".repeat(32)))?;
    connection.execute_batch(
        "PRAGMA cipher_log_level = NONE;
         PRAGMA locking_mode = EXCLUSIVE;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -24576;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA wal_autocheckpoint = 4000;
         PRAGMA journal_size_limit = 67108864;
         CREATE TABLE notes (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);",
    )?;
    Ok(connection)
}

/// One insert in its own transaction: durable when it returns.
pub(crate) fn one(connection: &mut Connection, bytes: &[u8]) -> Result<()> {
    connection.prepare_cached("INSERT INTO notes (bytes) VALUES (?1)")?.execute([bytes])?;
    Ok(())
}

/// Many inserts in one transaction.
pub(crate) fn many(connection: &mut Connection, rows: &[Vec<u8>]) -> Result<()> {
    let transaction = connection.transaction()?;
    for bytes in rows {
        transaction.prepare_cached("INSERT INTO notes (bytes) VALUES (?1)")?.execute([bytes])?;
    }
    Ok(transaction.commit()?)
}

/// The same into a plain file.
pub(crate) fn append(file: &mut File, rows: &[Vec<u8>]) -> Result<()> {
    file.write_all(&rows.concat())?;
    Ok(file.sync_all()?)
}

/// Rows from a number on, in order.
pub(crate) fn read(connection: &Connection, from: u32, limit: u32) -> Result<Vec<Vec<u8>>> {
    let sql = "SELECT bytes FROM notes WHERE id > ?1 ORDER BY id LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([from, limit], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
