//! The word index: written in bulk, searched whole.
//!
//! The words of a single note cost as much as the rest of its commit, because every write makes a small part of
//! the index that is merged with others later. So a commit only notes that a document waits, and many are indexed
//! at once: when idle, before a search, or when very many wait. A search looks at what still waits by itself, so it
//! finds everything at all times, also on a full disk.

use rusqlite::types::Value as SqlValue;
use rusqlite::{params, params_from_iter};

use super::Sqlite;
use super::documents::{DOCUMENT, from_row};
use super::journal::limit;
use crate::engine::Document;
use crate::error::Result;
use crate::search;

/// Documents that wait before a write indexes them all the same.
const MOST_WAITING: u32 = 20_000;
/// Documents that a search looks at singly; more are indexed first.
const FEW: i64 = 16;
/// Documents indexed between two looks at the list.
const PAGE: usize = 500;

impl Sqlite {
    /// Notes that the searched text of a row is new or gone. Inside a write.
    pub(super) fn words_changed(&self, ord: i64) -> Result<()> {
        if !self.words {
            return Ok(());
        }
        self.waiting.set(self.waiting.get().saturating_add(1));
        self.run("note words", "INSERT OR IGNORE INTO unindexed (ord) VALUES (?1)", [ord]).map(drop)
    }

    /// Indexes when very many wait. Inside a write.
    pub(super) fn index_many(&self) -> Result<()> {
        if self.waiting.get() >= MOST_WAITING {
            while self.index(PAGE)? {}
        }
        Ok(())
    }

    /// Indexes up to `most` of what waits, in a write of its own; answers whether more waits.
    pub(super) fn index_waiting(&self, most: usize) -> Result<bool> {
        if self.row("look for words", "SELECT 1 FROM unindexed LIMIT 1", [], |_| Ok(()))?.is_none() {
            return Ok(false);
        }
        self.run("begin", "BEGIN IMMEDIATE", [])?;
        let done = self.index(most).and_then(|more| self.run("commit", "COMMIT", []).map(|_| more));
        if done.is_err() && !self.connection.is_autocommit() {
            drop(self.run("roll back", "ROLLBACK", []));
        }
        done
    }

    fn index(&self, most: usize) -> Result<bool> {
        let waiting = "SELECT ord FROM unindexed ORDER BY ord LIMIT ?1";
        let page = self.rows("look for words", waiting, [limit(most)], |row| row.get::<_, i64>(0))?;
        for ord in &page {
            // Whatever the row was found by before; a row number may also have a new owner.
            self.run("forget words", "DELETE FROM words WHERE rowid = ?1", [ord])?;
            let text = self.row("read words", &format!("{DOCUMENT} WHERE d.ord = ?1"), [ord], from_row)?;
            if let Some(text) = text.map(|document| document.search).filter(|text| !text.is_empty()) {
                let add = "INSERT INTO words (rowid, search) VALUES (?1, ?2)";
                self.run("index words", add, params![ord, text])?;
            }
        }
        if let Some(last) = page.last() {
            self.run("note words", "DELETE FROM unindexed WHERE ord <= ?1", [last])?;
        }
        let more = page.len() == most;
        if !more {
            self.waiting.set(0);
        }
        Ok(more)
    }

    /// Documents whose text holds all terms, newest first.
    pub(super) fn find_words(&self, terms: &[String], kinds: &[&str], most: usize) -> Result<Vec<Document>> {
        let Some(expression) = search::expression(terms) else { return Ok(Vec::new()) };
        let wait = "SELECT count(*) FROM (SELECT 1 FROM unindexed LIMIT ?1)";
        let waiting = self.row("look for words", wait, [FEW + 1], |row| row.get::<_, i64>(0))?;
        if waiting.unwrap_or(0) > FEW && self.connection.is_autocommit() {
            // Where there is no room to write, the search is slower and finds the same.
            while self.index_waiting(PAGE).unwrap_or(false) {}
        }
        let places = vec!["?"; kinds.len()].join(",");
        let among = if kinds.is_empty() { String::new() } else { format!("AND d.kind IN ({places})") };
        let of_kinds = || kinds.iter().map(|kind| SqlValue::Text((*kind).to_owned()));
        let mut found: Vec<(i64, Document)> = self.rows(
            "search",
            &format!("{DOCUMENT} JOIN unindexed u ON u.ord = d.ord WHERE 1 {among}"),
            params_from_iter(of_kinds()),
            |row| Ok((row.get("ord")?, from_row(row)?)),
        )?;
        found.retain(|(_, document)| search::finds(&document.search, terms));
        // The cross join keeps the word index outermost: its rows come newest first by themselves.
        let sql =
            DOCUMENT.replace("FROM documents d", "FROM words w CROSS JOIN documents d ON d.ord = w.rowid");
        let sql = format!(
            "{sql} WHERE w.words MATCH ? {among} AND w.rowid NOT IN (SELECT ord FROM unindexed) \
             ORDER BY w.rowid DESC LIMIT ?"
        );
        let mut values = vec![SqlValue::Text(expression)];
        values.extend(of_kinds());
        values.push(SqlValue::Integer(limit(most)));
        found.extend(
            self.rows("search", &sql, params_from_iter(values), |row| Ok((row.get("ord")?, from_row(row)?)))?,
        );
        found.sort_by_key(|(ord, _)| std::cmp::Reverse(*ord));
        Ok(found.into_iter().take(most).map(|(_, document)| document).collect())
    }
}
