//! Placements in the township's log, the tree over it and standings, in SQLite.

use liuhen_protocol::{Digest, Position, SeriesId, Subject};
use rusqlite::params;

use super::Sqlite;
use super::journal::{ENTRY, from_row, join, limit, number, signed, split};
use crate::engine::{LogLine, LogRows, PlacedRun, Placement, Standing, StoredEntry};
use crate::error::Result;

impl LogRows for Sqlite {
    fn place(&mut self, ord: u64, placement: &Placement) -> Result<()> {
        self.run(
            "keep a receipt",
            "INSERT INTO placed (ord, idx, size, path) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (ord) DO UPDATE \
             SET idx = excluded.idx, size = excluded.size, path = excluded.path",
            params![signed(ord), signed(placement.index), signed(placement.size), join(&placement.path)],
        )
        .map(drop)
    }

    fn placement(&self, hash: &Digest) -> Result<Option<Placement>> {
        self.row(
            "read a receipt",
            "SELECT p.idx, p.size, p.path FROM placed p JOIN entries e ON e.ord = p.ord WHERE e.hash = ?1",
            [hash.0],
            |row| {
                Ok(Placement {
                    index: number(row.get("idx")?),
                    size: number(row.get("size")?),
                    path: split(row.get_ref("path")?.as_blob()?),
                })
            },
        )
    }

    fn placed_until(&self, series: &SeriesId, epoch: u32, held: u64) -> Result<u64> {
        // In the order of numbers, so that the reading ends at the first that is missing.
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT e.seq, p.ord IS NOT NULL FROM entries e LEFT JOIN placed p ON p.ord = e.ord \
                 WHERE e.series = (SELECT no FROM series WHERE id = ?1) AND e.epoch = ?2 AND e.seq > ?3 \
                 ORDER BY e.seq",
            )
            .map_err(self.failed("follow receipts"))?;
        let mut rows = statement
            .query(params![series.0, epoch, signed(held)])
            .map_err(self.failed("follow receipts"))?;
        let mut until = held;
        while let Some(row) = rows.next().map_err(self.failed("follow receipts"))? {
            let read = row.get(0).and_then(|seq| Ok((number(seq), row.get::<_, bool>(1)?)));
            let (seq, placed) = read.map_err(self.failed("follow receipts"))?;
            if seq != until + 1 || !placed {
                break;
            }
            until = seq;
        }
        Ok(until)
    }

    fn placed_runs(&self, from: u64) -> Result<Vec<PlacedRun>> {
        self.rows(
            "look for receipts",
            "SELECT s.id, min(p.idx), max(p.idx), count(*) FROM placed p JOIN entries e ON e.ord = p.ord \
             JOIN series s ON s.no = e.series WHERE p.idx >= ?1 AND s.local = 1 GROUP BY s.no",
            [signed(from)],
            |row| {
                Ok(PlacedRun {
                    series: SeriesId(row.get(0)?),
                    from: number(row.get(1)?),
                    to: number(row.get(2)?),
                    count: number(row.get(3)?),
                })
            },
        )
    }

    fn clear_placements(&mut self) -> Result<()> {
        self.run("forget receipts", "DELETE FROM placed", [])?;
        self.run("forget receipts", "UPDATE heads SET held = 0", []).map(drop)
    }

    fn log_entries(&self, from: u64, most: usize) -> Result<Vec<StoredEntry>> {
        let sql = format!("{ENTRY} WHERE p.idx >= ?1 ORDER BY p.idx LIMIT ?2");
        self.rows("read the log", &sql, params![signed(from), limit(most)], from_row)
    }

    fn log_lines(&self, from: u64, most: usize) -> Result<Vec<LogLine>> {
        self.rows(
            "read the log's lines",
            "SELECT p.idx, e.hash, s.id AS series, e.epoch, e.seq, j.kind AS subject_kind, j.id AS subject_id, e.kind \
             FROM placed p JOIN entries e ON e.ord = p.ord JOIN series s ON s.no = e.series \
             JOIN subjects j ON j.no = e.subject WHERE p.idx >= ?1 ORDER BY p.idx LIMIT ?2",
            params![signed(from), limit(most)],
            |row| {
                Ok(LogLine {
                    index: number(row.get("idx")?),
                    position: Position {
                        series: SeriesId(row.get("series")?),
                        epoch: row.get("epoch")?,
                        seq: number(row.get("seq")?),
                        hash: Digest(row.get("hash")?),
                    },
                    subject: Subject { kind: row.get("subject_kind")?, id: row.get("subject_id")? },
                    kind: row.get("kind")?,
                })
            },
        )
    }

    fn log_size(&self) -> Result<u64> {
        self.row("read the log's size", "SELECT coalesce(max(idx) + 1, 0) FROM placed", [], |row| {
            row.get(0).map(number)
        })
        .map(Option::unwrap_or_default)
    }

    fn set_standing(&mut self, ord: u64, standing: Standing) -> Result<()> {
        let word = match standing {
            Standing::Good => {
                return self
                    .run("judge an entry", "DELETE FROM withheld WHERE ord = ?1", [signed(ord)])
                    .map(drop);
            }
            Standing::Pending => 1,
            Standing::Declined => 2,
        };
        self.run(
            "judge an entry",
            "INSERT INTO withheld (ord, standing) VALUES (?1, ?2) \
             ON CONFLICT (ord) DO UPDATE SET standing = excluded.standing",
            params![signed(ord), word],
        )
        .map(drop)
    }

    fn withheld(&self) -> Result<Vec<StoredEntry>> {
        // By their few numbers: asked by standing, SQLite would read the whole journal.
        let sql = format!("{ENTRY} WHERE e.ord IN (SELECT ord FROM withheld) ORDER BY e.ord");
        self.rows("read pending entries", &sql, [], from_row)
    }

    fn tree_hash(&self, place: u64) -> Result<Option<Digest>> {
        self.row("read the tree", "SELECT hash FROM tree WHERE place = ?1", [signed(place)], |row| {
            row.get(0).map(Digest)
        })
    }

    fn tree_hashes(&self, from: u64, most: usize) -> Result<Vec<(u64, Digest)>> {
        self.rows(
            "read the tree",
            "SELECT place, hash FROM tree WHERE place >= ?1 ORDER BY place LIMIT ?2",
            params![signed(from), limit(most)],
            |row| Ok((number(row.get(0)?), Digest(row.get(1)?))),
        )
    }

    fn put_tree_hash(&mut self, place: u64, hash: &Digest) -> Result<()> {
        self.run(
            "extend the tree",
            "INSERT INTO tree (place, hash) VALUES (?1, ?2)",
            params![signed(place), hash.0],
        )
        .map(drop)
    }

    fn clear_tree(&mut self) -> Result<()> {
        self.run("forget the tree", "DELETE FROM tree", []).map(drop)
    }
}
