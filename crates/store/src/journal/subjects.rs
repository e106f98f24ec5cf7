//! The heads of subjects: which entries no other entry of the subject names yet.
//!
//! Kept incrementally, in any order of arrival: an entry named before it arrives is remembered as
//! wanted and never becomes a head.

use std::collections::BTreeMap;

use liuhen_protocol::{Digest, Envelope, MAX_AFTER, Subject};

use crate::engine::{Engine, SubjectRow};
use crate::error::Result;

/// Subjects touched by one write, read once and written once.
#[derive(Debug, Default)]
pub(super) struct Subjects {
    rows: BTreeMap<Subject, SubjectRow>,
}

impl Subjects {
    fn row(&mut self, engine: &dyn Engine, subject: &Subject) -> Result<&mut SubjectRow> {
        if !self.rows.contains_key(subject) {
            let row = engine.subject(subject)?.unwrap_or_default();
            self.rows.insert(subject.clone(), row);
        }
        Ok(self.rows.entry(subject.clone()).or_default())
    }

    /// What a new entry of ours names in `after`: the newest heads, sorted.
    pub(super) fn after(&mut self, engine: &dyn Engine, subject: &Subject) -> Result<Vec<Digest>> {
        let heads = &self.row(engine, subject)?.heads;
        let mut after = heads[heads.len().saturating_sub(MAX_AFTER)..].to_vec();
        after.sort_unstable();
        Ok(after)
    }

    /// Takes in an entry; answers how many entries the subject had before.
    pub(super) fn add(&mut self, engine: &dyn Engine, envelope: &Envelope, hash: Digest) -> Result<u64> {
        let row = self.row(engine, &envelope.subject)?;
        let before = row.entries;
        row.entries += 1;
        for named in &envelope.after {
            if let Some(at) = row.heads.iter().position(|head| head == named) {
                row.heads.remove(at);
            } else if !row.wanted.contains(named) && engine.ord(named)?.is_none() {
                row.wanted.push(*named);
            }
        }
        match row.wanted.iter().position(|wanted| *wanted == hash) {
            Some(at) => drop(row.wanted.swap_remove(at)),
            None => row.heads.push(hash),
        }
        Ok(before)
    }

    /// Writes everything back.
    pub(super) fn save(self, engine: &mut dyn Engine) -> Result<()> {
        self.rows.iter().try_for_each(|(subject, row)| engine.put_subject(subject, row))
    }
}
