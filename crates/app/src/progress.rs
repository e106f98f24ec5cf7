//! How far each file of a long work is, beside how far all of it is.
//!
//! The vault reads two files side by side and tells of each step the file and the sum; the step's own
//! bytes are what the sum grew by. A file that is through is put to its whole size, so that what two
//! readers told in another order never adds up wrongly.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use liuhen_store::work::{Progress, Work};

use crate::view::{FileState, JobFile, JobView, Size};

/// Files told at a time; nobody reads more lines than these while they move.
const SHOWN: usize = 60;

#[derive(Default)]
struct Listed {
    files: Vec<JobFile>,
    by_name: HashMap<String, usize>,
    sum: u64,
}

/// The files of one work. Clones are the same list.
#[derive(Clone, Default)]
pub(crate) struct Files(Arc<Mutex<Listed>>);

impl Files {
    fn lock(&self) -> MutexGuard<'_, Listed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The files there are, by name and size.
    pub(crate) fn begin(&self, files: impl IntoIterator<Item = (String, u64)>) {
        let mut listed = self.lock();
        *listed = Listed::default();
        for (at, (name, size)) in files.into_iter().enumerate() {
            listed.by_name.entry(name.clone()).or_insert(at);
            listed.files.push(JobFile { name, size: Size(size), done: Size(0), state: FileState::Waiting });
        }
    }

    /// The same work, whose steps are counted here too.
    pub(crate) fn watch(&self, work: &Work) -> Work {
        let (files, outer) = (self.clone(), work.clone());
        work.reporting(move |progress| {
            files.step(progress);
            outer.report(progress);
        })
    }

    fn step(&self, progress: &Progress) {
        let mut listed = self.lock();
        let grown = progress.done.saturating_sub(listed.sum);
        listed.sum = listed.sum.max(progress.done);
        let Some(at) = progress.item.as_ref().and_then(|name| listed.by_name.get(name).copied()) else {
            return;
        };
        if let Some(file) = listed.files.get_mut(at) {
            if file.state == FileState::Waiting {
                file.state = FileState::Running;
            }
            file.done = Size((file.done.0 + grown).min(file.size.0));
        }
    }

    /// A file is through.
    pub(crate) fn end(&self, at: usize, state: FileState) {
        let mut listed = self.lock();
        let Some(file) = listed.files.get_mut(at) else { return };
        file.state = state;
        if state != FileState::Failed {
            file.done = file.size;
        }
        let name = file.name.clone();
        // A name may come twice on a card: the next of that name is counted from now on.
        let next = listed.files.iter().position(|file| file.name == name && file.state == FileState::Waiting);
        if let Some(next) = next {
            listed.by_name.insert(name, next);
        }
    }

    /// Puts them into what a screen is shown.
    pub(crate) fn show(&self, view: &mut JobView) {
        let listed = self.lock();
        let through =
            |file: &&JobFile| matches!(file.state, FileState::Done | FileState::Already | FileState::Failed);
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        view.files_total = number(listed.files.len());
        view.files_done = number(listed.files.iter().filter(through).count());
        let order =
            [FileState::Running, FileState::Failed, FileState::Waiting, FileState::Done, FileState::Already];
        let in_order = order.iter().flat_map(|state| listed.files.iter().filter(move |f| f.state == *state));
        view.files = in_order.take(SHOWN).cloned().collect();
    }
}

#[cfg(test)]
mod tests {
    use liuhen_store::work::Phase;

    use super::*;

    fn step(files: &Files, item: &str, done: u64) {
        let item = Some(item.to_owned());
        files.step(&Progress { phase: Phase::Importing, item, done, total: Some(30) });
    }

    fn done(files: &Files) -> Vec<(u64, FileState)> {
        files.lock().files.iter().map(|file| (file.done.0, file.state)).collect()
    }

    #[test]
    fn what_the_sum_grows_by_belongs_to_the_file_that_told() {
        let files = Files::default();
        files.begin([("a".to_owned(), 10), ("b".to_owned(), 20)]);
        step(&files, "a", 4);
        step(&files, "b", 9);
        step(&files, "a", 11);
        assert_eq!(done(&files), [(6, FileState::Running), (5, FileState::Running)]);
        files.end(0, FileState::Done);
        files.end(1, FileState::Failed);
        assert_eq!(done(&files), [(10, FileState::Done), (5, FileState::Failed)]);
    }

    #[test]
    fn a_second_file_of_the_same_name_is_counted_after_the_first() {
        let files = Files::default();
        files.begin([("a".to_owned(), 10), ("a".to_owned(), 10)]);
        step(&files, "a", 10);
        files.end(0, FileState::Done);
        step(&files, "a", 15);
        assert_eq!(done(&files), [(10, FileState::Done), (5, FileState::Running)]);
    }
}
