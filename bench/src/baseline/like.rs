//! A LIKE scan over the same texts in SQLCipher, newest first: it stops at the twentieth hit.

use std::path::Path;

use rusqlite::Connection;

use super::{Result, insert};
use crate::world::text;

/// The texts of so many notes, newest last; made once, then opened again.
pub(crate) fn open(path: &Path, notes: u32) -> Result<Connection> {
    let mut connection = insert::open(path)?;
    connection.execute_batch("CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")?;
    let transaction = connection.transaction()?;
    for number in 0..notes {
        transaction.prepare_cached("INSERT INTO texts (text) VALUES (?1)")?.execute([text(number, 0)])?;
    }
    transaction.commit()?;
    Ok(connection)
}

/// How many of the newest 20 hold the term.
pub(crate) fn newest(connection: &Connection, term: &str) -> Result<usize> {
    let sql = "SELECT id, text FROM texts WHERE text LIKE '%' || ?1 || '%' ORDER BY id DESC LIMIT 20";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([term], |row| row.get::<_, String>("text"))?;
    Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?.len())
}
