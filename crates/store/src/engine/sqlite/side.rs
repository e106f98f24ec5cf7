//! Rows outside the journal, in SQLite.

use rusqlite::params;

use super::Sqlite;
use crate::engine::{Shelf, SideRows};
use crate::error::Result;

impl SideRows for Sqlite {
    fn get(&self, on: Shelf, key: &str) -> Result<Option<Vec<u8>>> {
        self.row(
            "read a shelf",
            "SELECT value FROM shelves WHERE shelf = ?1 AND key = ?2",
            params![on.word(), key],
            |row| row.get(0),
        )
    }

    fn put(&mut self, on: Shelf, key: &str, value: &[u8]) -> Result<()> {
        self.run(
            "write a shelf",
            "INSERT INTO shelves (shelf, key, value) VALUES (?1, ?2, ?3) \
             ON CONFLICT DO UPDATE SET value = excluded.value",
            params![on.word(), key, value],
        )
        .map(drop)
    }

    fn remove(&mut self, on: Shelf, key: &str) -> Result<()> {
        self.run(
            "clear a shelf",
            "DELETE FROM shelves WHERE shelf = ?1 AND key = ?2",
            params![on.word(), key],
        )
        .map(drop)
    }

    fn list(&self, on: Shelf, prefix: &str) -> Result<Vec<(String, Vec<u8>)>> {
        // Keys are ASCII; U+10FFFF sorts behind every continuation of the prefix.
        let end = format!("{prefix}\u{10ffff}");
        self.rows(
            "list a shelf",
            "SELECT key, value FROM shelves WHERE shelf = ?1 AND key >= ?2 AND key < ?3 ORDER BY key",
            params![on.word(), prefix, end],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
}
