//! What this laptop holds that the township has not acknowledged: own entries beyond its receipts.
//!
//! There is no list of unsent things: it is computed from the heads of the own series, and kept
//! until the record changes.

use std::collections::{BTreeMap, HashSet};

use liuhen_store::Store;

use crate::error::Result;

/// Entries read from the journal at a time.
const PAGE: usize = 500;

/// Entries without a receipt, and entries that do not count yet.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    entries: HashSet<String>,
    subjects: HashSet<(String, String)>,
    pending: HashSet<String>,
    kinds: BTreeMap<String, u32>,
}

impl Waiting {
    /// Reads the own series beyond what is held, and what is withheld.
    pub(crate) fn load(store: &Store) -> Result<Self> {
        let mut waiting = Self::default();
        for tail in store.waiting_tails()? {
            let mut from = tail.from;
            while from <= tail.to {
                let page = store.entries_from(&tail.series, tail.epoch, from, PAGE, usize::MAX)?;
                let Some(last) = page.last() else { break };
                from = last.seq + 1;
                for entry in page.iter().filter(|entry| entry.index.is_none()) {
                    waiting.entries.insert(entry.hash.to_string());
                    *waiting.kinds.entry(entry.subject.kind.clone()).or_default() += 1;
                    waiting.subjects.insert((entry.subject.kind.clone(), entry.subject.id.clone()));
                }
            }
        }
        for entry in store.withheld()? {
            waiting.pending.insert(entry.hash.to_string());
        }
        Ok(waiting)
    }

    /// How many entries wait.
    pub(crate) fn count(&self) -> usize {
        self.entries.len()
    }

    /// How many entries wait, by the kind of what they are about.
    pub(crate) fn kinds(&self) -> &BTreeMap<String, u32> {
        &self.kinds
    }

    /// Whether an entry has no receipt yet.
    pub(crate) fn is_waiting(&self, entry: &str) -> bool {
        self.entries.contains(entry)
    }

    /// Whether an entry is kept out of the record until somebody decides.
    pub(crate) fn is_pending(&self, entry: &str) -> bool {
        self.pending.contains(entry)
    }

    /// Whether an entry of this subject waits.
    pub(crate) fn has_waiting(&self, kind: &str, id: &str) -> bool {
        self.subjects.contains(&(kind.to_owned(), id.to_owned()))
    }
}
