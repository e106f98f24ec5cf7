//! Entries, their chains and receipts.

use std::collections::HashMap;

use liuhen_protocol::{Body, Digest, Entry, Fault, Position, PublicKey, SeriesId, check_next, merkle};

use super::{Bound, Lend, PAGE, Problem, ProblemCode, Verification};
use crate::engine::{Placement, StoredEntry};
use crate::error::Result;
use crate::journal::{HeldCheckpoint, Store};
use crate::work::{Meter, Phase};

/// A media entry to be compared with the vault.
#[derive(Debug, Clone)]
pub(super) struct NamedMedia {
    pub(super) entry: Digest,
    pub(super) place: (SeriesId, u32, u64),
    pub(super) fields: serde_json::Map<String, serde_json::Value>,
}

/// What one entry by itself shows.
struct Looked {
    entry: Option<Entry>,
    body: Option<bool>,
    media: Option<NamedMedia>,
    problems: Vec<Problem>,
}

/// What the store says around one entry.
struct Around {
    /// Its body may be absent.
    absence: bool,
    /// Where the log holds it, and a checkpoint that was not held when the verification began.
    placed: Option<(Placement, Option<HeldCheckpoint>)>,
}

fn place(row: &StoredEntry) -> (SeriesId, u32, u64) {
    (row.series, row.epoch, row.seq)
}

/// Checks an entry by itself: bytes, row, signature, body.
fn look(row: &StoredEntry, keys: &HashMap<SeriesId, PublicKey>) -> Looked {
    let mut looked = Looked { entry: None, body: None, media: None, problems: Vec::new() };
    let mut wrong =
        |code, detail: &str| looked.problems.push(Problem::new(code, detail).entry(row.hash, place(row)));
    let entry = match Entry::decode(&row.item) {
        Ok(entry) => entry,
        Err(error) => {
            wrong(ProblemCode::Entry, error.code());
            return looked;
        }
    };
    let envelope = entry.envelope();
    if entry.hash() != row.hash {
        wrong(ProblemCode::Entry, "name");
    }
    let said = (envelope.series, envelope.epoch, envelope.seq);
    if said != place(row) || envelope.subject != row.subject || envelope.kind != row.kind {
        wrong(ProblemCode::Row, "columns");
    }
    match keys.get(&envelope.series) {
        Some(key) if entry.verify(key).is_ok() => {}
        _ => wrong(ProblemCode::Signature, "signature"),
    }
    let body = match (&row.salt, &row.body) {
        (Some(salt), Some(bytes)) => {
            let matches = Body::decode(bytes).and_then(|body| body.check(salt, &envelope.body));
            if let Err(error) = matches {
                wrong(ProblemCode::Body, error.code());
            }
            Some(true)
        }
        (None, None) => Some(false),
        _ => {
            wrong(ProblemCode::Body, "salt");
            None
        }
    };
    looked.body = body;
    looked.entry = Some(entry);
    if matches!(row.kind.as_str(), "media.recorded" | "media.digested")
        && let Ok(Some(fields)) = crate::journal::folding::fields(row)
    {
        looked.media = Some(NamedMedia { entry: row.hash, place: place(row), fields });
    }
    looked
}

/// Looks at many entries on two threads.
fn look_at_all(rows: &[StoredEntry], keys: &HashMap<SeriesId, PublicKey>) -> Vec<Looked> {
    let (first, second) = rows.split_at(rows.len() / 2);
    let run = |part: &[StoredEntry]| -> Vec<Looked> { part.iter().map(|row| look(row, keys)).collect() };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| run(second));
        let mut looked = run(first);
        match other.join() {
            Ok(rest) => looked.extend(rest),
            // Looking cannot panic; were it to, the panic belongs to the caller.
            Err(panic) => std::panic::resume_unwind(panic),
        }
        looked
    })
}

impl Store {
    fn around(&self, row: &StoredEntry, bound: &Bound, roots: &HashMap<u64, Digest>) -> Result<Around> {
        // A body of ours may be absent only when it was erased; others may never have been given to us.
        let absence = row.body.is_some() || !bound.writes(row) || self.was_erased(&row.hash)?;
        let placed = match row.index {
            Some(_) => self.engine.placement(&row.hash)?.filter(|placed| placed.size > 0),
            None => None,
        };
        let placed = match placed {
            Some(placed) if !roots.contains_key(&placed.size) => {
                let checkpoint = self.checkpoint_at(placed.size)?;
                Some((placed, checkpoint))
            }
            other => other.map(|placed| (placed, None)),
        };
        Ok(Around { absence, placed })
    }
}

impl<L: Lend> Verification<'_, L> {
    /// Every entry, in order of arrival. Answers the media that entries name.
    pub(super) fn entries(&mut self, bound: &Bound) -> Result<Vec<NamedMedia>> {
        let keys: HashMap<_, _> = self.lender.lend(|store| {
            Ok(store.engine.series()?.into_iter().map(|row| (row.series, row.key)).collect())
        })?;
        let meter = Meter::new(self.work, Phase::Verifying, Some(bound.ord));
        let mut heads: HashMap<(SeriesId, u32), Position> = HashMap::new();
        let mut media = Vec::new();
        let mut last = 0;
        while last < bound.ord {
            let rows = self.lender.lend(|store| {
                let rows = store.engine.entries_after(last, PAGE)?;
                let here = rows.into_iter().filter(|row| row.ord <= bound.ord);
                here.map(|row| Ok((store.around(&row, bound, &self.roots)?, row))).collect::<Result<Vec<_>>>()
            })?;
            let Some((_, end)) = rows.last() else { break };
            last = end.ord;
            let (around, rows): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
            for ((row, around), looked) in rows.iter().zip(around).zip(look_at_all(&rows, &keys)) {
                self.report.entries += 1;
                self.report.problems.extend(looked.problems);
                match looked.body {
                    Some(true) => self.report.bodies += 1,
                    Some(false) => {
                        self.report.absent += 1;
                        if !around.absence {
                            self.of(row, ProblemCode::Body, "absent");
                        }
                    }
                    None => {}
                }
                if let Some(entry) = &looked.entry {
                    self.chain(row, entry, bound, &mut heads)?;
                }
                self.receipt(row, around.placed);
                media.extend(looked.media);
            }
            meter.add(rows.len() as u64)?;
        }
        for head in &bound.heads {
            let found = heads.get(&(head.position.series, head.position.epoch));
            if found != Some(&head.position) || head.held > head.position.seq {
                let Position { series, epoch, seq, hash } = head.position;
                self.wrong(Problem::new(ProblemCode::Chain, "head").entry(hash, (series, epoch, seq)));
            }
        }
        Ok(media)
    }

    fn of(&mut self, row: &StoredEntry, code: ProblemCode, detail: &str) {
        self.wrong(Problem::new(code, detail).entry(row.hash, place(row)));
    }

    fn chain(
        &mut self,
        row: &StoredEntry,
        entry: &Entry,
        bound: &Bound,
        heads: &mut HashMap<(SeriesId, u32), Position>,
    ) -> Result<()> {
        let head = heads.get(&(row.series, row.epoch));
        let wrong = match check_next(head, None, entry) {
            Ok(()) => None,
            // Outside our scope there may be holes; what is here must fit all the same.
            Err(Fault::Gap { .. }) if row.index.is_some() && bound.may_have_holes(row) => {
                let (series, epoch, seq) = (row.series, row.epoch, row.seq.saturating_sub(1));
                let before = self.lender.lend(|store| store.engine.hash_at(&series, epoch, seq))?;
                let fits = before.is_none() || before == entry.envelope().prev;
                (!fits).then_some("prev_mismatch")
            }
            Err(fault) => Some(fault.code()),
        };
        if head.is_none_or(|head| head.seq < row.seq) {
            heads.insert((row.series, row.epoch), row.position());
        }
        if let Some(code) = wrong {
            self.of(row, ProblemCode::Chain, code);
        }
        Ok(())
    }

    fn receipt(&mut self, row: &StoredEntry, placed: Option<(Placement, Option<HeldCheckpoint>)>) {
        let Some((placed, newer)) = placed else { return };
        if let Some(held) = newer.filter(|held| !self.roots.contains_key(&held.size)) {
            self.checkpoint(&held);
        }
        self.report.receipts += 1;
        let proved = self.roots.get(&placed.size).is_some_and(|root| {
            merkle::verify_inclusion(&row.hash, placed.index, placed.size, &placed.path, root).is_ok()
        });
        if !proved {
            self.of(row, ProblemCode::Receipt, "inclusion");
        }
    }
}
