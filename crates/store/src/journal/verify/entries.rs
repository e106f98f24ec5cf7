//! Entries, their chains, receipts and the tree over them.

use std::collections::HashMap;

use liuhen_protocol::{Body, Digest, Entry, Fault, Position, PublicKey, SeriesId, check_next, merkle};

use super::{PAGE, Problem, ProblemCode, VerifyReport};
use crate::engine::StoredEntry;
use crate::error::Result;
use crate::journal::Store;
use crate::work::{Meter, Phase, Work};

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
    problems: Vec<Problem>,
}

fn place(row: &StoredEntry) -> (SeriesId, u32, u64) {
    (row.series, row.epoch, row.seq)
}

/// Checks an entry by itself: bytes, row, signature, body.
fn look(row: &StoredEntry, keys: &HashMap<SeriesId, PublicKey>) -> Looked {
    let mut looked = Looked { entry: None, body: None, problems: Vec::new() };
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
    /// Every entry, in order of arrival. Answers the media that entries name.
    pub(super) fn verify_entries(
        &self,
        checkpoints: &HashMap<u64, Digest>,
        work: &Work,
        report: &mut VerifyReport,
    ) -> Result<Vec<NamedMedia>> {
        let keys: HashMap<_, _> =
            self.engine.series()?.into_iter().map(|row| (row.series, row.key)).collect();
        let meter = Meter::new(work, Phase::Verifying, Some(self.engine.count()?));
        let mut heads: HashMap<(SeriesId, u32), Position> = HashMap::new();
        let mut media = Vec::new();
        let mut last = 0;
        loop {
            let rows = self.engine.entries_after(last, PAGE)?;
            let Some(end) = rows.last() else { break };
            last = end.ord;
            for (row, looked) in rows.iter().zip(look_at_all(&rows, &keys)) {
                report.entries += 1;
                report.problems.extend(looked.problems);
                match looked.body {
                    Some(true) => report.bodies += 1,
                    Some(false) => self.verify_absence(row, report)?,
                    None => {}
                }
                if let Some(entry) = &looked.entry {
                    self.verify_chain(row, entry, &mut heads, report)?;
                }
                self.verify_receipt(row, checkpoints, report)?;
                if row.kind == "media.recorded"
                    && let Ok(Some(fields)) = crate::journal::folding::fields(row)
                {
                    media.push(NamedMedia { entry: row.hash, place: place(row), fields });
                }
            }
            meter.add(rows.len() as u64)?;
        }
        for head in self.engine.heads(None)? {
            let found = heads.get(&(head.position.series, head.position.epoch));
            if found != Some(&head.position) || head.held > head.position.seq {
                let Position { series, epoch, seq, hash } = head.position;
                report
                    .problems
                    .push(Problem::new(ProblemCode::Chain, "head").entry(hash, (series, epoch, seq)));
            }
        }
        Ok(media)
    }

    fn verify_chain(
        &self,
        row: &StoredEntry,
        entry: &Entry,
        heads: &mut HashMap<(SeriesId, u32), Position>,
        report: &mut VerifyReport,
    ) -> Result<()> {
        let head = heads.get(&(row.series, row.epoch));
        let wrong = match check_next(head, None, entry) {
            Ok(()) => None,
            // Outside our scope there may be holes; what is here must fit all the same.
            Err(Fault::Gap { .. })
                if row.index.is_some() && self.may_have_holes(&row.series, row.epoch)? =>
            {
                let before = self.engine.hash_at(&row.series, row.epoch, row.seq.saturating_sub(1))?;
                let fits = before.is_none() || before == entry.envelope().prev;
                (!fits).then_some("prev_mismatch")
            }
            Err(fault) => Some(fault.code()),
        };
        if let Some(code) = wrong {
            report.problems.push(Problem::new(ProblemCode::Chain, code).entry(row.hash, place(row)));
        }
        if head.is_none_or(|head| head.seq < row.seq) {
            heads.insert((row.series, row.epoch), row.position());
        }
        Ok(())
    }

    /// A body of ours may be absent only when it was erased; others may never have been given to us.
    fn verify_absence(&self, row: &StoredEntry, report: &mut VerifyReport) -> Result<()> {
        report.absent += 1;
        let local = self.engine.series()?.iter().any(|series| series.series == row.series && series.local);
        if local && !self.was_erased(&row.hash)? && self.writing(&row.series)? == Some(row.epoch) {
            report.problems.push(Problem::new(ProblemCode::Body, "absent").entry(row.hash, place(row)));
        }
        Ok(())
    }

    fn verify_receipt(
        &self,
        row: &StoredEntry,
        checkpoints: &HashMap<u64, Digest>,
        report: &mut VerifyReport,
    ) -> Result<()> {
        if row.index.is_none() {
            return Ok(());
        }
        let Some(placed) = self.engine.placement(&row.hash)? else { return Ok(()) };
        if placed.size == 0 {
            return Ok(());
        }
        report.receipts += 1;
        let proved = checkpoints.get(&placed.size).is_some_and(|root| {
            merkle::verify_inclusion(&row.hash, placed.index, placed.size, &placed.path, root).is_ok()
        });
        if !proved {
            report.problems.push(Problem::new(ProblemCode::Receipt, "inclusion").entry(row.hash, place(row)));
        }
        Ok(())
    }

    /// The tree made again from the entries, against the one kept and every checkpoint kept.
    pub(super) fn verify_tree(&self, report: &mut VerifyReport) -> Result<()> {
        let roots: HashMap<u64, Digest> =
            self.checkpoints()?.into_iter().map(|held| (held.size, held.root)).collect();
        let mut tree = Compact::default();
        let mut next = 0;
        loop {
            let lines = self.engine.log_lines(next, PAGE)?;
            if lines.is_empty() {
                break;
            }
            for line in lines {
                let at = (line.position.series, line.position.epoch, line.position.seq);
                if line.index != next {
                    let detail = format!("index {} where {next} was due", line.index);
                    report
                        .problems
                        .push(Problem::new(ProblemCode::Tree, detail).entry(line.position.hash, at));
                }
                next = line.index + 1;
                tree.push(line.position.hash);
                if roots.get(&next).is_some_and(|root| *root != tree.root()) {
                    let detail = format!("checkpoint of size {next}");
                    report
                        .problems
                        .push(Problem::new(ProblemCode::Tree, detail).entry(line.position.hash, at));
                }
            }
        }
        if self.log_root(next).is_ok_and(|root| root == tree.root()) {
            return Ok(());
        }
        report.problems.push(Problem::new(ProblemCode::Tree, format!("root of size {next}")));
        Ok(())
    }
}

/// The complete subtrees on the right edge of a growing tree.
#[derive(Default)]
struct Compact {
    edge: Vec<(u32, Digest)>,
}

impl Compact {
    fn push(&mut self, leaf: Digest) {
        let (mut level, mut hash) = (0, leaf);
        while let Some((_, left)) = self.edge.pop_if(|(at, _)| *at == level) {
            hash = merkle::node_hash(&left, &hash);
            level += 1;
        }
        self.edge.push((level, hash));
    }

    fn root(&self) -> Digest {
        let mut parts = self.edge.iter().rev().map(|(_, hash)| *hash);
        let last = parts.next().unwrap_or_else(merkle::empty_root);
        parts.fold(last, |right, left| merkle::node_hash(&left, &right))
    }
}
