//! Documents and their words in SQLite.
//!
//! A document's row number is made of the second it is dated by, so that "newest first" over a word
//! index is the index's own order: no ranking, no sorting of a hundred thousand hits.

use chrono::DateTime;
use liuhen_protocol::Subject;
use rusqlite::types::Value as SqlValue;
use rusqlite::{Row, named_params, params, params_from_iter};

use super::Sqlite;
use super::journal::number;
use super::migrate::make_documents;
use crate::engine::{Columns, Document, DocumentRows};
use crate::error::{Error, Result};
use crate::query::{Order, Query};
use crate::search;

const DOCUMENT: &str = "SELECT d.kind, d.id, d.matter, d.officer, d.state, d.at, d.flag, d.number, d.json, d.search FROM documents d";
/// Documents dated within one second before row numbers borrow from the next.
const PER_SECOND: i64 = 4096;

fn from_row(row: &Row<'_>) -> rusqlite::Result<Document> {
    let json: String = row.get("json")?;
    Ok(Document {
        kind: row.get("kind")?,
        id: row.get("id")?,
        json: serde_json::from_str(&json).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(8, rusqlite::types::Type::Text, Box::new(error))
        })?,
        columns: Columns {
            matter: row.get("matter")?,
            officer: row.get("officer")?,
            state: row.get("state")?,
            at: row.get("at")?,
            flag: row.get("flag")?,
            number: row.get("number")?,
        },
        search: row.get("search")?,
    })
}

/// What is here of a document: row number and searched words.
struct Present {
    ord: i64,
    search: String,
}

impl Sqlite {
    fn present(&self, subject: i64, kind: &str, id: &str) -> Result<Option<Present>> {
        self.row(
            "find a document",
            "SELECT ord, search FROM documents WHERE kind = ?1 AND id = ?2 AND subject = ?3",
            params![kind, id, subject],
            |row| Ok(Present { ord: row.get(0)?, search: row.get(1)? }),
        )
    }

    /// A free row number for a document dated `at`.
    fn free_ord(&self, at: Option<&str>) -> Result<i64> {
        let second = at
            .and_then(|at| DateTime::parse_from_rfc3339(at).ok())
            .map_or(0, |at| at.timestamp().clamp(0, i64::from(u32::MAX)));
        let mut base = second * PER_SECOND + 1;
        loop {
            let free: Option<i64> = self
                .row(
                    "number a document",
                    "SELECT max(ord) + 1 FROM documents WHERE ord >= ?1 AND ord < ?1 + 4096",
                    [base],
                    |row| row.get(0),
                )?
                .flatten();
            match free {
                None => return Ok(base),
                Some(free) if free < base + PER_SECOND => return Ok(free),
                Some(_) => base += PER_SECOND,
            }
        }
    }

    fn write_words(&self, ord: i64, old: &str, new: &str) -> Result<()> {
        if old == new || !self.words {
            return Ok(());
        }
        if !old.is_empty() {
            self.run("forget words", "DELETE FROM words WHERE rowid = ?1", [ord])?;
        }
        if !new.is_empty() {
            self.run("index words", "INSERT INTO words (rowid, search) VALUES (?1, ?2)", params![ord, new])?;
        }
        Ok(())
    }
}

impl DocumentRows for Sqlite {
    fn subject_documents(&self, subject: &Subject) -> Result<Vec<Document>> {
        match self.subject_known(subject)? {
            Some(no) => self.rows(
                "read documents",
                &format!("{DOCUMENT} WHERE d.subject = ?1 ORDER BY d.kind, d.id"),
                [no],
                from_row,
            ),
            None => Ok(Vec::new()),
        }
    }

    fn put_document(&mut self, subject: &Subject, document: &Document) -> Result<()> {
        let no = self
            .subject_known(subject)?
            .ok_or_else(|| Error::BadRow { table: "subjects", key: subject.kind.clone() })?;
        let present = self.present(no, &document.kind, &document.id)?;
        let columns = &document.columns;
        let (ord, old) = match present {
            Some(present) => (present.ord, present.search),
            None => (self.free_ord(columns.at.as_deref())?, String::new()),
        };
        self.run(
            "write a document",
            "INSERT INTO documents (ord, subject, kind, id, matter, officer, state, at, flag, number, json, search) \
             VALUES (:ord, :subject, :kind, :id, :matter, :officer, :state, :at, :flag, :number, :json, :search) \
             ON CONFLICT (ord) DO UPDATE SET matter = excluded.matter, officer = excluded.officer, \
             state = excluded.state, at = excluded.at, flag = excluded.flag, number = excluded.number, \
             json = excluded.json, search = excluded.search",
            named_params! {
                ":ord": ord, ":subject": no, ":kind": document.kind, ":id": document.id,
                ":matter": columns.matter, ":officer": columns.officer, ":state": columns.state,
                ":at": columns.at, ":flag": columns.flag, ":number": columns.number,
                ":json": document.json.to_string(), ":search": document.search,
            },
        )?;
        self.write_words(ord, &old, &document.search)
    }

    fn remove_document(&mut self, subject: &Subject, kind: &str, id: &str) -> Result<()> {
        let Some(no) = self.subject_known(subject)? else { return Ok(()) };
        let Some(present) = self.present(no, kind, id)? else { return Ok(()) };
        self.write_words(present.ord, &present.search, "")?;
        self.run("remove a document", "DELETE FROM documents WHERE ord = ?1", [present.ord]).map(drop)
    }

    fn clear_documents(&mut self) -> Result<()> {
        self.connection.flush_prepared_statement_cache();
        make_documents(&self.connection)
    }

    fn document(&self, kind: &str, id: &str) -> Result<Option<Document>> {
        self.row(
            "read a document",
            &format!("{DOCUMENT} WHERE d.kind = ?1 AND d.id = ?2 ORDER BY d.subject LIMIT 1"),
            params![kind, id],
            from_row,
        )
    }

    fn index_words(&mut self, wanted: bool) {
        self.words = wanted;
    }

    fn documents(&self, query: &Query) -> Result<Vec<Document>> {
        let (conditions, mut values) = conditions(query);
        let order = match query.order {
            Order::Newest => "d.at DESC",
            Order::Oldest => "d.at ASC",
            Order::Number => "d.number ASC",
        };
        values.push(query.limit.map_or(SqlValue::Integer(-1), |limit| SqlValue::Integer(limit.into())));
        values.push(SqlValue::Integer(query.offset.into()));
        let sql = format!("{DOCUMENT} WHERE {conditions} ORDER BY {order}, d.kind, d.id LIMIT ? OFFSET ?");
        self.rows("query documents", &sql, params_from_iter(values), from_row)
    }

    fn count_documents(&self, query: &Query) -> Result<u64> {
        let (conditions, values) = conditions(query);
        let sql = format!("SELECT count(*) FROM documents d WHERE {conditions}");
        self.row("count documents", &sql, params_from_iter(values), |row| row.get(0).map(number))
            .map(Option::unwrap_or_default)
    }

    fn search(&self, terms: &[String], kinds: &[&str], limit: usize) -> Result<Vec<Document>> {
        let Some(expression) = search::expression(terms) else { return Ok(Vec::new()) };
        let places = vec!["?"; kinds.len()].join(",");
        let among = if kinds.is_empty() { String::new() } else { format!("AND d.kind IN ({places})") };
        // The cross join keeps the word index outermost: its rows come newest first by themselves.
        let sql = format!(
            "SELECT d.kind, d.id, d.matter, d.officer, d.state, d.at, d.flag, d.number, d.json, d.search \
             FROM words w CROSS JOIN documents d ON d.ord = w.rowid WHERE w.words MATCH ? {among} \
             ORDER BY w.rowid DESC LIMIT ?"
        );
        let mut values = vec![SqlValue::Text(expression)];
        values.extend(kinds.iter().map(|kind| SqlValue::Text((*kind).to_owned())));
        values.push(SqlValue::Integer(super::journal::limit(limit)));
        self.rows("search", &sql, params_from_iter(values), from_row)
    }
}

/// The conditions of a query as SQL and values; only what is asked, so that an index can serve it.
fn conditions(query: &Query) -> (String, Vec<SqlValue>) {
    let asked = [
        ("d.kind = ?", &query.kind),
        ("d.matter = ?", &query.matter),
        ("d.officer = ?", &query.officer),
        ("d.state = ?", &query.state),
        ("d.at >= ?", &query.from),
        ("d.at < ?", &query.until),
    ];
    let mut parts = vec!["1"];
    let mut values = Vec::new();
    for (part, value) in asked {
        if let Some(value) = value {
            parts.push(part);
            values.push(SqlValue::Text(value.clone()));
        }
    }
    match query.flag {
        // Written out, so that the partial index of flagged documents serves it.
        Some(true) => parts.push("d.flag = 1"),
        Some(false) => parts.push("d.flag = 0"),
        None => {}
    }
    (parts.join(" AND "), values)
}
