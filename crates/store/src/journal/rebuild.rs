//! Making all documents again from the journal.

use liuhen_core::fold::FOLD_VERSION;

use super::folding::Touched;
use super::{Store, meta};
use crate::error::Result;

/// Subjects folded in one transaction.
const PAGE: usize = 500;

impl Store {
    /// Drops all documents and folds every subject from the beginning. Killed half way, it starts again
    /// at the next opening.
    pub fn rebuild(&mut self) -> Result<()> {
        self.rebuild_with(&mut |_| true)
    }

    /// The same; `progress` gets the number of subjects done, and may answer `false` to stop. A stopped
    /// rebuild is taken up at the next opening.
    pub fn rebuild_with(&mut self, progress: &mut dyn FnMut(u64) -> bool) -> Result<()> {
        self.folds.clear();
        if !self.folding {
            return Ok(());
        }
        self.write(|store| {
            store.put_meta(meta::FOLDS, &0)?;
            store.engine.clear_documents()
        })?;
        let mut done = 0;
        let mut last = None;
        loop {
            let page = self.engine.subjects(last.as_ref(), PAGE)?;
            if page.is_empty() {
                break;
            }
            done += page.len() as u64;
            self.write(|store| {
                let mut touched = Touched::default();
                for subject in &page {
                    touched.refold(subject);
                }
                store.settle(touched)
            })?;
            while self.engine.catch_up(PAGE)? {}
            last = page.into_iter().last();
            if !progress(done) {
                return Err(crate::error::Error::Cancelled);
            }
        }
        self.write(|store| store.put_meta(meta::FOLDS, &FOLD_VERSION))
    }
}
