//! Series, entries and subjects in SQLite.

use liuhen_protocol::{Digest, Position, PublicKey, Salt, SeriesId, Subject};
use rusqlite::{Row, named_params, params};

use super::Sqlite;
use crate::engine::{Head, JournalRows, NewRow, SeriesRow, Standing, StoredEntry, SubjectRow};
use crate::error::{Error, Result};

/// Numbers asked for last: entries of one batch are mostly of one series, and follow each other in a subject.
#[derive(Debug, Default)]
pub(super) struct Last {
    series: Option<(SeriesId, i64)>,
    subject: Option<(Subject, i64)>,
}

/// Columns of an entry with what is known beside it; `from_row` reads them in this order.
pub(super) const ENTRY: &str = "SELECT e.ord, e.hash, s.id, e.epoch, e.seq, j.kind, j.id, e.kind, e.item, e.salt, e.body, p.idx, w.standing FROM entries e \
     JOIN series s ON s.no = e.series JOIN subjects j ON j.no = e.subject \
     LEFT JOIN placed p ON p.ord = e.ord LEFT JOIN withheld w ON w.ord = e.ord";

/// Reads one entry from a row of [`ENTRY`].
pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<StoredEntry> {
    Ok(StoredEntry {
        ord: number(row.get(0)?),
        hash: Digest(row.get(1)?),
        series: SeriesId(row.get(2)?),
        epoch: row.get(3)?,
        seq: number(row.get(4)?),
        subject: Subject { kind: row.get(5)?, id: row.get(6)? },
        kind: row.get(7)?,
        item: row.get(8)?,
        salt: row.get::<_, Option<[u8; 32]>>(9)?.map(Salt),
        body: row.get(10)?,
        index: row.get::<_, Option<i64>>(11)?.map(number),
        standing: standing(row.get(12)?),
    })
}

/// Numbers are kept as SQLite's signed integers; ours stay far below 2^63.
pub(super) fn number(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// The same, on the way in.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A limit for SQL.
pub(super) fn limit(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn standing(word: Option<i64>) -> Standing {
    match word {
        None | Some(0) => Standing::Good,
        Some(1) => Standing::Pending,
        Some(_) => Standing::Declined,
    }
}

/// Hashes as one blob.
pub(super) fn join(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// One blob as hashes.
pub(super) fn split(bytes: &[u8]) -> Vec<Digest> {
    bytes.as_chunks::<32>().0.iter().map(|chunk| Digest(*chunk)).collect()
}

fn head(row: &Row<'_>) -> rusqlite::Result<Head> {
    Ok(Head {
        position: Position {
            series: SeriesId(row.get("id")?),
            epoch: row.get("epoch")?,
            seq: number(row.get("seq")?),
            hash: Digest(row.get("hash")?),
        },
        held: number(row.get("held")?),
    })
}

impl Sqlite {
    fn entries(&self, rest: &str, values: impl rusqlite::Params) -> Result<Vec<StoredEntry>> {
        self.rows("read entries", &format!("{ENTRY} {rest}"), values, from_row)
    }

    /// The row number of a subject, made when missing.
    fn subject_no(&self, subject: &Subject) -> Result<i64> {
        let known = self.subject_known(subject)?;
        if let Some(no) = known {
            return Ok(no);
        }
        self.run(
            "add a subject",
            "INSERT INTO subjects (kind, id, heads, wanted, entries) VALUES (?1, ?2, x'', x'', 0)",
            params![subject.kind, subject.id],
        )?;
        Ok(self.connection.last_insert_rowid())
    }

    pub(super) fn subject_known(&self, subject: &Subject) -> Result<Option<i64>> {
        if let Some((last, no)) = &self.last.borrow().subject
            && last == subject
        {
            return Ok(Some(*no));
        }
        let known = self.row(
            "find a subject",
            "SELECT no FROM subjects WHERE kind = ?1 AND id = ?2",
            params![subject.kind, subject.id],
            |row| row.get(0),
        )?;
        if let Some(no) = known {
            self.last.borrow_mut().subject = Some((subject.clone(), no));
        }
        Ok(known)
    }

    fn series_no(&self, series: &SeriesId) -> Result<i64> {
        if let Some((last, no)) = self.last.borrow().series
            && last == *series
        {
            return Ok(no);
        }
        let no = self
            .row("find a series", "SELECT no FROM series WHERE id = ?1", [series.0], |row| row.get(0))?
            .ok_or(Error::UnknownSeries { series: *series })?;
        self.last.borrow_mut().series = Some((*series, no));
        Ok(no)
    }
}

impl JournalRows for Sqlite {
    fn add_series(&mut self, key: &PublicKey, local: bool) -> Result<()> {
        self.run(
            "add a series",
            "INSERT INTO series (id, key, local) VALUES (?1, ?2, ?3) \
             ON CONFLICT (id) DO UPDATE SET local = max(local, excluded.local) WHERE local < excluded.local",
            params![SeriesId::of(key).0, key.0, local],
        )
        .map(drop)
    }

    fn series(&self) -> Result<Vec<SeriesRow>> {
        self.rows("read series", "SELECT id, key, local FROM series ORDER BY no", [], |row| {
            Ok(SeriesRow {
                series: SeriesId(row.get("id")?),
                key: PublicKey(row.get("key")?),
                local: row.get("local")?,
            })
        })
    }

    fn series_key(&self, series: &SeriesId) -> Result<Option<PublicKey>> {
        self.row("read a key", "SELECT key FROM series WHERE id = ?1", [series.0], |row| {
            row.get(0).map(PublicKey)
        })
    }

    fn head(&self, series: &SeriesId, epoch: u32) -> Result<Option<Head>> {
        self.row(
            "read a head",
            "SELECT s.id, h.epoch, h.seq, h.hash, h.held FROM heads h JOIN series s ON s.no = h.series \
             WHERE s.id = ?1 AND h.epoch = ?2",
            params![series.0, epoch],
            head,
        )
    }

    fn heads(&self, series: Option<&SeriesId>) -> Result<Vec<Head>> {
        self.rows(
            "read heads",
            "SELECT s.id, h.epoch, h.seq, h.hash, h.held FROM heads h JOIN series s ON s.no = h.series \
             WHERE ?1 IS NULL OR s.id = ?1 ORDER BY s.id, h.epoch",
            [series.map(|series| series.0)],
            head,
        )
    }

    fn set_held(&mut self, series: &SeriesId, epoch: u32, held: u64) -> Result<()> {
        self.run(
            "remember what is held",
            "UPDATE heads SET held = ?3 WHERE series = (SELECT no FROM series WHERE id = ?1) AND epoch = ?2",
            params![series.0, epoch, signed(held)],
        )
        .map(drop)
    }

    fn append(&mut self, row: &NewRow<'_>) -> Result<u64> {
        let envelope = row.entry.envelope();
        let series = self.series_no(&envelope.series)?;
        let subject = self.subject_no(&envelope.subject)?;
        let hash = row.entry.hash();
        self.run(
            "add an entry",
            "INSERT INTO entries (hash, series, epoch, seq, subject, kind, item, salt, body) \
             VALUES (:hash, :series, :epoch, :seq, :subject, :kind, :item, :salt, :body)",
            named_params! {
                ":hash": hash.0, ":series": series, ":epoch": envelope.epoch,
                ":seq": signed(envelope.seq), ":subject": subject, ":kind": envelope.kind,
                ":item": row.entry.item(),
                ":salt": row.body.map(|(salt, _)| salt.0), ":body": row.body.map(|(_, body)| body),
            },
        )?;
        let ord = number(self.connection.last_insert_rowid());
        self.run(
            "move a head",
            "INSERT INTO heads (series, epoch, seq, hash) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT DO UPDATE SET seq = excluded.seq, hash = excluded.hash WHERE seq < excluded.seq",
            params![series, envelope.epoch, signed(envelope.seq), hash.0],
        )?;
        Ok(ord)
    }

    fn entry(&self, hash: &Digest) -> Result<Option<StoredEntry>> {
        Ok(self.entries("WHERE e.hash = ?1", [hash.0])?.pop())
    }

    fn ord(&self, hash: &Digest) -> Result<Option<u64>> {
        self.row("find an entry", "SELECT ord FROM entries WHERE hash = ?1", [hash.0], |row| {
            row.get(0).map(number)
        })
    }

    fn position(&self, hash: &Digest) -> Result<Option<(u64, Position)>> {
        self.row(
            "find an entry",
            "SELECT e.ord, s.id, e.epoch, e.seq FROM entries e JOIN series s ON s.no = e.series WHERE e.hash = ?1",
            [hash.0],
            |row| {
                let (series, seq) = (SeriesId(row.get("id")?), number(row.get("seq")?));
                let position = Position { series, epoch: row.get("epoch")?, seq, hash: *hash };
                Ok((number(row.get("ord")?), position))
            },
        )
    }

    fn hash_at(&self, series: &SeriesId, epoch: u32, seq: u64) -> Result<Option<Digest>> {
        self.row(
            "find a place",
            "SELECT e.hash FROM entries e JOIN series s ON s.no = e.series \
             WHERE s.id = ?1 AND e.epoch = ?2 AND e.seq = ?3",
            params![series.0, epoch, signed(seq)],
            |row| row.get(0).map(Digest),
        )
    }

    fn series_entries(
        &self,
        series: &SeriesId,
        epoch: u32,
        from: u64,
        most: usize,
    ) -> Result<Vec<StoredEntry>> {
        self.entries(
            "WHERE s.id = ?1 AND e.epoch = ?2 AND e.seq >= ?3 ORDER BY e.seq LIMIT ?4",
            params![series.0, epoch, signed(from), limit(most)],
        )
    }

    fn subject_entries(&self, subject: &Subject) -> Result<Vec<StoredEntry>> {
        match self.subject_known(subject)? {
            Some(no) => self.entries("WHERE e.subject = ?1 ORDER BY e.ord", [no]),
            None => Ok(Vec::new()),
        }
    }

    fn entries_after(&self, ord: u64, most: usize) -> Result<Vec<StoredEntry>> {
        self.entries("WHERE e.ord > ?1 ORDER BY e.ord LIMIT ?2", params![signed(ord), limit(most)])
    }

    fn count(&self) -> Result<u64> {
        // Rows are never removed, so the last number is the count.
        self.row("count entries", "SELECT coalesce(max(ord), 0) FROM entries", [], |row| {
            row.get(0).map(number)
        })
        .map(Option::unwrap_or_default)
    }

    fn restore_body(&mut self, ord: u64, salt: &Salt, body: &[u8]) -> Result<()> {
        self.run(
            "fill in a body",
            "UPDATE entries SET salt = ?2, body = ?3 WHERE ord = ?1",
            params![signed(ord), salt.0, body],
        )
        .map(drop)
    }

    fn erase_body(&mut self, ord: u64) -> Result<()> {
        self.run("erase a body", "UPDATE entries SET salt = NULL, body = NULL WHERE ord = ?1", [signed(ord)])
            .map(drop)
    }

    fn subject(&self, subject: &Subject) -> Result<Option<SubjectRow>> {
        self.row(
            "read a subject",
            "SELECT heads, wanted, entries FROM subjects WHERE kind = ?1 AND id = ?2",
            params![subject.kind, subject.id],
            |row| {
                Ok(SubjectRow {
                    heads: split(row.get_ref("heads")?.as_blob()?),
                    wanted: split(row.get_ref("wanted")?.as_blob()?),
                    entries: number(row.get("entries")?),
                })
            },
        )
    }

    fn put_subject(&mut self, subject: &Subject, row: &SubjectRow) -> Result<()> {
        let no = self.subject_no(subject)?;
        self.run(
            "write a subject",
            "UPDATE subjects SET heads = ?2, wanted = ?3, entries = ?4 WHERE no = ?1",
            params![no, join(&row.heads), join(&row.wanted), signed(row.entries)],
        )
        .map(drop)
    }

    fn subjects(&self, after: Option<&Subject>, most: usize) -> Result<Vec<Subject>> {
        let (kind, id) = after.map_or(("", ""), |subject| (subject.kind.as_str(), subject.id.as_str()));
        self.rows(
            "list subjects",
            "SELECT kind, id FROM subjects WHERE (kind, id) > (?1, ?2) ORDER BY kind, id LIMIT ?3",
            params![kind, id, limit(most)],
            |row| Ok(Subject { kind: row.get("kind")?, id: row.get("id")? }),
        )
    }
}
