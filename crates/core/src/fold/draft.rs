//! The three-way merge of a draft.
//!
//! Each field keeps every text ever written to it. A text replaces those whose
//! entries its author was looking at (`base`, and what those were based on); the
//! texts that nobody replaced are the field's versions. One rule more: a plain
//! revision cannot replace two versions at once, only `draft.resolved` can, so a
//! choice is always on record. The result does not depend on the order of delivery.

use super::{Columns, Document, FoldEntry, Noun, Trail, fault_of};
use crate::draft::{DraftEvent, DraftRevised, DraftState, Field, TITLE, Version};
use crate::ids::{EntryHash, Subject};
use crate::record::{FaultCode, Mark, Record};
use std::collections::{BTreeMap, BTreeSet};

/// A draft being folded.
#[derive(Clone, Debug, Default)]
pub(super) struct DraftFold {
    state: DraftState,
    /// What each entry was based on.
    bases: BTreeMap<EntryHash, Vec<EntryHash>>,
    fields: BTreeMap<String, History>,
}

/// Every text ever written to one field, in the canonical order.
#[derive(Clone, Debug, Default)]
struct History {
    writes: Vec<Write>,
}

#[derive(Clone, Debug)]
struct Write {
    version: Version,
    replaced: bool,
}

impl DraftFold {
    /// Everything those entries were based on, themselves included.
    fn basis(&self, from: &[EntryHash]) -> BTreeSet<EntryHash> {
        let mut basis: BTreeSet<EntryHash> = from.iter().cloned().collect();
        let mut open: Vec<EntryHash> = from.to_vec();
        while let Some(entry) = open.pop() {
            for earlier in self.bases.get(&entry).into_iter().flatten() {
                if basis.insert(earlier.clone()) {
                    open.push(earlier.clone());
                }
            }
        }
        basis
    }

    fn write(&mut self, name: &str, text: Option<String>, mark: &Mark, basis: &BTreeSet<EntryHash>) -> bool {
        let history = self.fields.entry(name.to_owned()).or_default();
        let standing = |write: &Write| !write.replaced && basis.contains(&write.version.mark.entry);
        let seen = history.writes.iter().filter(|write| standing(write)).count();
        if seen == 1 {
            for write in &mut history.writes {
                write.replaced |= basis.contains(&write.version.mark.entry);
            }
        }
        history.add(mark, text);
        seen <= 1
    }

    fn revise(&mut self, mark: &Mark, revised: &DraftRevised, trail: &Trail) -> bool {
        // A base that names nothing known here falls back to what the author had seen.
        let known = revised.base.iter().filter(|entry| self.bases.contains_key(*entry));
        let mut base: Vec<EntryHash> = known.cloned().collect();
        if base.is_empty() {
            base = self.seen_by(mark, trail);
        }
        let basis = self.basis(&base);
        self.bases.insert(mark.entry.clone(), base);
        let mut single = true;
        for (name, text) in &revised.set {
            single &= self.write(name, Some(text.clone()), mark, &basis);
        }
        for name in &revised.unset {
            single &= self.write(name, None, mark, &basis);
        }
        single
    }

    fn seen_by(&self, mark: &Mark, trail: &Trail) -> Vec<EntryHash> {
        let position = trail.position(mark.entry.as_str());
        let seen = position.map(|position| trail.seen_by(position)).unwrap_or_default();
        let seen = self
            .bases
            .keys()
            .filter(|entry| trail.position(entry.as_str()).is_some_and(|position| seen.contains(&position)));
        seen.cloned().collect()
    }

    fn resolve(&mut self, mark: &Mark, resolved: &crate::draft::DraftResolved) {
        let mut named = resolved.over.clone();
        named.push(resolved.chosen.clone());
        let basis = self.basis(&named);
        self.bases.insert(mark.entry.clone(), named);
        let history = self.fields.entry(resolved.field.clone()).or_default();
        for write in &mut history.writes {
            write.replaced |= basis.contains(&write.version.mark.entry);
        }
        history.add(mark, Some(resolved.text.clone()));
    }

    fn field(&self, history: &History) -> Field {
        let standing = history.writes.iter().filter(|write| !write.replaced);
        let versions: Vec<Version> = standing.map(|write| write.version.clone()).collect();
        let mut ancestor = None;
        if versions.len() > 1 {
            let bases: Vec<BTreeSet<EntryHash>> = versions
                .iter()
                .map(|version| self.basis(std::slice::from_ref(&version.mark.entry)))
                .collect();
            let common = |write: &&Write| {
                let entry = &write.version.mark.entry;
                write.replaced && bases.iter().all(|basis| basis.contains(entry))
            };
            ancestor = history.writes.iter().rev().find(common).map(|write| write.version.clone());
        }
        Field { versions, ancestor }
    }
}

impl History {
    fn add(&mut self, mark: &Mark, text: Option<String>) {
        self.writes.push(Write { version: Version { mark: mark.clone(), text }, replaced: false });
    }
}

impl Noun for DraftFold {
    fn absorb(&mut self, entry: &FoldEntry<'_>, mark: &Mark, trail: &Trail) -> Option<FaultCode> {
        let fault = match DraftEvent::read(entry.kind, entry.body) {
            Ok(DraftEvent::DraftCreated(created)) => {
                self.bases.insert(mark.entry.clone(), Vec::new());
                if self.state.created.is_some() {
                    return Some(FaultCode::Contrary);
                }
                self.state.created = Some(mark.clone());
                self.state.matter = Some(created.matter);
                self.write(TITLE, Some(created.title), mark, &BTreeSet::new());
                None
            }
            Ok(DraftEvent::DraftRevised(revised)) => {
                let single = self.revise(mark, &revised, trail);
                (!single).then_some(FaultCode::Contrary)
            }
            Ok(DraftEvent::DraftResolved(resolved)) => {
                self.resolve(mark, &resolved);
                None
            }
            Err(unread) => {
                // Even what cannot be read passes on what its author had seen.
                let seen = self.seen_by(mark, trail);
                self.bases.insert(mark.entry.clone(), seen);
                if entry.kind == "draft.created" {
                    self.state.created.get_or_insert_with(|| mark.clone());
                }
                fault_of(unread)
            }
        };
        self.state.heads = trail.heads();
        fault
    }

    fn record(&mut self) -> &mut Record {
        &mut self.state.record
    }

    fn documents(&self, subject: &Subject) -> Vec<Document> {
        let mut state = self.state.clone();
        let fields = self.fields.iter();
        state.fields = fields.map(|(name, history)| (name.clone(), self.field(history))).collect();
        let disputed = state.disputed().next().is_some();
        let columns = Columns {
            matter: state.matter.as_ref().map(ToString::to_string),
            officer: state.created.as_ref().and_then(|mark| mark.by.as_ref()).map(ToString::to_string),
            state: Some(if disputed { "disputed" } else { "open" }.to_owned()),
            at: Some(state.record.last_at.clone()),
            flag: disputed || !state.record.faults.is_empty(),
            number: None,
        };
        let document = Document::new(&subject.kind, &subject.id, &state, columns);
        let versions = state.fields.values().flat_map(|field| &field.versions);
        vec![document.found_by(versions.filter_map(|version| version.text.as_deref()))]
    }
}
