//! Documents and their words in SQLite.
//!
//! A document's row number is made of the second it is dated by, so that "newest first" over a word
//! index is the index's own order: no ranking, no sorting of a hundred thousand hits.

use chrono::DateTime;
use liuhen_protocol::Subject;
use rusqlite::types::Value as SqlValue;
use rusqlite::{Row, named_params, params, params_from_iter};
use serde_json::Value;

use super::Sqlite;
use super::journal::number;
use super::migrate::make_documents;
use crate::engine::{Columns, Document, DocumentRows};
use crate::error::{Error, Result};
use crate::query::{Order, Query};

pub(super) const DOCUMENT: &str = "SELECT d.ord, d.kind, d.id, d.matter, d.officer, d.state, d.at, d.flag, d.number, \
     d.json, d.search, d.stands FROM documents d";
/// Documents dated within one second before row numbers borrow from the next.
const PER_SECOND: i64 = 4096;
/// From this many bytes on a searched text is not kept beside the JSON in which it stands.
const LONG: usize = 64;

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Document> {
    let json = json_of(row)?;
    Ok(Document {
        kind: row.get("kind")?,
        id: row.get("id")?,
        search: search_of(row, &json)?,
        json,
        columns: Columns {
            matter: row.get("matter")?,
            officer: row.get("officer")?,
            state: row.get("state")?,
            at: row.get("at")?,
            flag: row.get("flag")?,
            number: row.get("number")?,
        },
    })
}

fn json_of(row: &Row<'_>) -> rusqlite::Result<Value> {
    serde_json::from_str(row.get_ref("json")?.as_str()?).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(9, rusqlite::types::Type::Text, Box::new(error))
    })
}

/// The searched text: kept by itself, or where it stands in the JSON.
fn search_of(row: &Row<'_>, json: &Value) -> rusqlite::Result<String> {
    let Some(place) = row.get_ref("stands")?.as_str_or_null()? else { return row.get("search") };
    Ok(json.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// Where a text stands in a JSON, as a pointer (RFC 6901).
fn place_of(text: &str, json: &Value) -> Option<String> {
    match json {
        Value::String(found) => (found == text).then(String::new),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let rest = place_of(text, value)?;
            Some(format!("/{}{rest}", name.replace('~', "~0").replace('/', "~1")))
        }),
        _ => None,
    }
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
            "SELECT ord, search, stands, CASE WHEN stands IS NULL THEN 'null' ELSE json END AS json \
             FROM documents WHERE kind = ?1 AND id = ?2 AND subject = ?3",
            params![kind, id, subject],
            |row| Ok(Present { ord: row.get("ord")?, search: search_of(row, &json_of(row)?)? }),
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
        let stands = Some(&document.search).filter(|text| text.len() >= LONG);
        let stands = stands.and_then(|text| place_of(text, &document.json));
        let kept = if stands.is_some() { "" } else { document.search.as_str() };
        let (ord, old) = match present {
            Some(present) => (present.ord, present.search),
            None => (self.free_ord(columns.at.as_deref())?, String::new()),
        };
        self.run(
            "write a document",
            "INSERT INTO documents (ord, subject, kind, id, matter, officer, state, at, flag, number, json, search, \
             stands) VALUES (:ord, :subject, :kind, :id, :matter, :officer, :state, :at, :flag, :number, :json, \
             :search, :stands) \
             ON CONFLICT (ord) DO UPDATE SET matter = excluded.matter, officer = excluded.officer, \
             state = excluded.state, at = excluded.at, flag = excluded.flag, number = excluded.number, \
             json = excluded.json, search = excluded.search, stands = excluded.stands",
            named_params! {
                ":ord": ord, ":subject": no, ":kind": document.kind, ":id": document.id,
                ":matter": columns.matter, ":officer": columns.officer, ":state": columns.state,
                ":at": columns.at, ":flag": columns.flag, ":number": columns.number,
                ":json": document.json.to_string(), ":search": kept, ":stands": stands,
            },
        )?;
        if old == document.search { Ok(()) } else { self.words_changed(ord) }
    }

    fn remove_document(&mut self, subject: &Subject, kind: &str, id: &str) -> Result<()> {
        let Some(no) = self.subject_known(subject)? else { return Ok(()) };
        let Some(present) = self.present(no, kind, id)? else { return Ok(()) };
        self.run("remove a document", "DELETE FROM documents WHERE ord = ?1", [present.ord])?;
        if present.search.is_empty() { Ok(()) } else { self.words_changed(present.ord) }
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
        self.find_words(terms, kinds, limit)
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
