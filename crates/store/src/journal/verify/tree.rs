//! The tree of a township's log, made again from its entries: every kept hash is compared, since any of
//! them may go out in a proof or a tile.

use super::{Bound, Lend, PAGE, Problem, ProblemCode, Verification};
use crate::engine::LogLine;
use crate::error::Result;
use crate::tree::{self, Growing};

impl<L: Lend> Verification<'_, L> {
    pub(super) fn tree(&mut self, bound: &Bound) -> Result<()> {
        let (mut tree, mut next, mut place) = (Growing::default(), 0, 0);
        while next < bound.log {
            self.work.check()?;
            let (lines, hashes) = self.lender.lend(|store| {
                let lines = store.engine.log_lines(next, PAGE)?;
                // Never more than two hashes a leaf, and one for each level at the end.
                let hashes = store.engine.tree_hashes(place, 2 * PAGE + 64)?;
                Ok((lines, hashes))
            })?;
            let mut hashes = hashes.into_iter().peekable();
            let lines: Vec<LogLine> = lines.into_iter().filter(|line| line.index < bound.log).collect();
            if lines.is_empty() {
                self.wrong(Problem::new(ProblemCode::Tree, format!("no entry at index {next}")));
                return Ok(());
            }
            for line in lines {
                if line.index != next {
                    let detail = format!("index {} where {next} was due", line.index);
                    self.wrong(of(&line, detail));
                    // Behind a hole nothing else can be compared.
                    return Ok(());
                }
                next += 1;
                for made in tree.push(line.position.hash) {
                    let kept = hashes.next_if(|(at, _)| *at == place).map(|(_, hash)| hash);
                    if kept != Some(made.hash) {
                        let lost = if kept.is_none() { "missing: " } else { "" };
                        self.wrong(of(&line, format!("{lost}{}", made.name())));
                    }
                    place += 1;
                }
                if self.roots.get(&next).is_some_and(|root| *root != tree.root()) {
                    self.wrong(of(&line, format!("checkpoint of size {next}")));
                }
            }
        }
        self.end_of_tree()
    }

    /// Nothing may lie behind the last hash.
    fn end_of_tree(&mut self) -> Result<()> {
        let behind = self.lender.lend(|store| {
            let size = store.engine.log_size()?;
            store.engine.tree_hashes(tree::place(0, size), 1)
        })?;
        if let Some((place, _)) = behind.first() {
            self.wrong(Problem::new(ProblemCode::Tree, format!("hash {place} behind the last entry")));
        }
        Ok(())
    }
}

fn of(line: &LogLine, detail: String) -> Problem {
    let at = line.position;
    Problem::new(ProblemCode::Tree, detail).entry(at.hash, (at.series, at.epoch, at.seq))
}
