//! The database file itself: every page, and the trees that its pages make.

use super::{Lend, Problem, ProblemCode, Verification};
use crate::engine::DamagedPage;
use crate::error::{Error, Result};

impl<L: Lend> Verification<'_, L> {
    /// Reads every page past the store, which others go on using. A page that was being written in that
    /// very moment looks damaged too: then it is read again while nobody writes.
    pub(super) fn pages(&mut self) -> Result<()> {
        let check = self.lender.lend(|store| Ok(store.engine.page_check()))?;
        if !check().is_ok_and(|damaged| damaged.is_empty()) {
            let damaged = self.lender.lend(|store| store.engine.damaged_pages())?;
            if !damaged.is_empty() {
                for page in damaged {
                    self.page(page);
                }
                return Ok(());
            }
        }
        // Pages are authentic; the trees over them must also fit together.
        for table in self.lender.lend(|store| store.engine.tables())? {
            self.work.check()?;
            let damaged = self.lender.lend(|store| store.engine.damaged_tree(&table))?;
            for page in damaged {
                self.page(page);
            }
        }
        Ok(())
    }

    /// A page stopped the reading of rows; it is named unless the check of all pages named it already.
    pub(super) fn unreadable(&mut self, error: &Error) {
        if self.report.problems.iter().any(|problem| problem.code == ProblemCode::Page) {
            return;
        }
        let pages = match error {
            Error::DatabaseDamaged { pages, .. } => pages.as_slice(),
            _ => &[],
        };
        for page in pages {
            self.page(DamagedPage { page: Some(*page), message: format!("page {page} cannot be read") });
        }
        if pages.is_empty() {
            self.page(DamagedPage { page: None, message: error.to_string() });
        }
    }

    fn page(&mut self, damaged: DamagedPage) {
        let mut problem = Problem::new(ProblemCode::Page, damaged.message);
        problem.page = damaged.page;
        self.wrong(problem);
    }
}
