//! A scene: one subject, several laptops, and who has seen what.
//!
//! Each person writes on a laptop of his own; `meet` brings everything over.
//! Hashes, clocks and heads are made up the way the journal makes them.

use liuhen_core::draft::{self, DraftCommand, DraftState};
use liuhen_core::event::{Body, Event};
use liuhen_core::findings::{Finding, Ledger, Rule, Thresholds};
use liuhen_core::fold::{Document, Fold, FoldEntry, fold};
use liuhen_core::ids::{EntryHash, MatterId, OfficerId, Subject};
use liuhen_core::matter::{self, Context, Happening, MatterCommand, MatterState};
use liuhen_core::refusal::Refusal;
use liuhen_core::role::Role;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const LEAD: &str = "officer-1";
pub(crate) const SECOND: &str = "officer-2";
pub(crate) const THIRD: &str = "officer-3";
pub(crate) const MINUTE: u64 = 60_000;
/// The third laptop's clock is fast, so that what it writes may come later in the order than in time.
const THIRD_AHEAD: u64 = 100_000;
/// 2026-11-23T00:00:00Z
const DAY: u64 = 1_795_392_000_000;

/// One entry as a store would hand it over.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) hash: String,
    pub(crate) kind: String,
    pub(crate) series: String,
    pub(crate) seq: u64,
    pub(crate) after: Vec<String>,
    pub(crate) hybrid: String,
    pub(crate) wall: String,
    pub(crate) mono: String,
    pub(crate) body: Option<Body>,
    pub(crate) author: String,
    pub(crate) township: bool,
}

impl Written {
    pub(crate) fn entry(&self) -> FoldEntry<'_> {
        FoldEntry {
            hash: &self.hash,
            kind: &self.kind,
            series: &self.series,
            epoch: 1,
            seq: self.seq,
            after: &self.after,
            hybrid: &self.hybrid,
            wall: &self.wall,
            boot: "boot",
            mono: &self.mono,
            body: self.body.as_ref(),
            author: Some(&self.author),
            township: self.township,
        }
    }
}

pub(crate) fn wall(ms: u64) -> String {
    let time = chrono::DateTime::from_timestamp_millis(ms.try_into().unwrap()).unwrap();
    time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

pub(crate) fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) subject: Subject,
    pub(crate) written: Vec<Written>,
    seen: BTreeMap<String, BTreeSet<usize>>,
    /// Milliseconds since the day began; every entry takes a minute.
    pub(crate) time: u64,
    pub(crate) township: bool,
}

impl Scene {
    pub(crate) fn new(kind: &str, id: &str) -> Self {
        Self {
            subject: Subject::new(kind, id),
            written: Vec::new(),
            seen: BTreeMap::new(),
            time: 0,
            township: false,
        }
    }

    pub(crate) fn matter() -> Self {
        Self::new("matter", "matter-1")
    }

    pub(crate) fn now(&self) -> u64 {
        DAY + self.time
    }

    /// Writes any kind and body on that person's laptop.
    pub(crate) fn write(&mut self, by: &str, kind: &str, body: Option<Body>) -> EntryHash {
        self.time += MINUTE;
        let position = self.written.len();
        let ahead = if by == THIRD { THIRD_AHEAD } else { 0 };
        let fold = self.fold_of(by);
        let seq = self.written.iter().filter(|entry| entry.author == by).count() as u64 + 1;
        let hash = format!("{by}#{seq}");
        self.written.push(Written {
            hash: hash.clone(),
            kind: kind.to_owned(),
            series: format!("series of {by}"),
            seq,
            after: fold.heads().into_iter().map(|head| head.0).collect(),
            hybrid: format!("{:016x}", (self.now() + ahead) << 16),
            wall: wall(self.now() + ahead),
            mono: self.time.to_string(),
            body,
            author: by.to_owned(),
            township: self.township,
        });
        self.seen.entry(by.to_owned()).or_default().insert(position);
        EntryHash(hash)
    }

    pub(crate) fn say(&mut self, by: &str, event: &impl Event) -> EntryHash {
        self.write(by, event.kind(), Some(event.body()))
    }

    /// Both laptops hold everything that either held.
    pub(crate) fn meet(&mut self, one: &str, other: &str) {
        let mut both = self.seen.remove(one).unwrap_or_default();
        both.extend(self.seen.remove(other).unwrap_or_default());
        self.seen.insert(one.to_owned(), both.clone());
        self.seen.insert(other.to_owned(), both);
    }

    fn held_by(&self, by: &str) -> Vec<FoldEntry<'_>> {
        let held = self.seen.get(by).into_iter().flatten();
        held.map(|&position| self.written[position].entry()).collect()
    }

    fn fold_of(&self, by: &str) -> Fold {
        folded(&self.subject, &self.held_by(by))
    }

    pub(crate) fn documents_of(&self, by: &str) -> Vec<Document> {
        fold(&self.subject, &self.held_by(by))
    }

    /// What everything together adds up to.
    pub(crate) fn documents(&self) -> Vec<Document> {
        let entries: Vec<FoldEntry<'_>> = self.written.iter().map(Written::entry).collect();
        fold(&self.subject, &entries)
    }

    pub(crate) fn state_of(&self, by: &str) -> MatterState {
        let id = MatterId::from(self.subject.id.as_str());
        let header = self.documents_of(by).into_iter().next();
        header.map_or_else(|| MatterState { id, ..MatterState::default() }, |header| header.read().unwrap())
    }

    pub(crate) fn state(&self) -> MatterState {
        self.documents()[0].read().unwrap()
    }

    pub(crate) fn timeline(&self) -> Vec<Happening> {
        self.documents()[1..].iter().map(|line| line.read().unwrap()).collect()
    }

    /// Asks for something on that person's laptop; what is allowed is written there.
    pub(crate) fn ask(&mut self, by: &str, command: MatterCommand) -> Result<EntryHash, Refusal> {
        self.ask_as(by, &[Role::Officer], command)
    }

    pub(crate) fn ask_as(
        &mut self,
        by: &str,
        roles: &[Role],
        command: MatterCommand,
    ) -> Result<EntryHash, Refusal> {
        let context = Context { actor: OfficerId::from(by), roles: roles.to_vec(), today: day("2026-11-23") };
        let mut last = EntryHash::default();
        for event in matter::decide(&self.state_of(by), command, &context)? {
            last = self.say(by, &event);
        }
        Ok(last)
    }

    pub(crate) fn draft(&self) -> DraftState {
        self.documents()[0].read().unwrap()
    }

    pub(crate) fn draft_of(&self, by: &str) -> DraftState {
        self.documents_of(by).first().map(|draft| draft.read().unwrap()).unwrap_or_default()
    }

    pub(crate) fn ask_draft(&mut self, by: &str, command: DraftCommand) -> Result<EntryHash, Refusal> {
        let mut last = EntryHash::default();
        for event in draft::decide(&self.draft_of(by), command)? {
            last = self.say(by, &event);
        }
        Ok(last)
    }

    /// The rules that this subject's documents break at that moment, together with others' documents.
    pub(crate) fn findings_with(&self, others: &[Document]) -> Vec<Finding> {
        let own = self.documents();
        let ledger = Ledger::read(own.iter().chain(others));
        let now = chrono::DateTime::from_timestamp_millis(self.now().try_into().unwrap()).unwrap();
        ledger.findings(Thresholds::default(), now)
    }

    pub(crate) fn broken_rules(&self) -> Vec<Rule> {
        self.findings_with(&[]).iter().map(|finding| finding.rule).collect()
    }
}

/// Folds entries given in any order, step by step in the canonical one.
pub(crate) fn folded(subject: &Subject, entries: &[FoldEntry<'_>]) -> Fold {
    let keys: Vec<_> = entries.iter().map(FoldEntry::order).collect();
    let mut fold = Fold::new(subject);
    for index in liuhen_core::order::sort(&keys) {
        fold.push(&entries[index]);
    }
    fold
}

pub(crate) fn start(start: liuhen_core::matter::StartKind, second: Option<&str>) -> MatterCommand {
    MatterCommand::Start {
        start,
        title: "一号路菜场外人行道设摊".to_owned(),
        place: "一号路".to_owned(),
        coordinates: None,
        second: second.map(OfficerId::from),
        follows: None,
    }
}

pub(crate) fn note(text: &str) -> MatterCommand {
    MatterCommand::AddNote { text: text.to_owned() }
}

pub(crate) fn close(result: liuhen_core::matter::MatterResult) -> MatterCommand {
    MatterCommand::Close { result, until: None }
}

pub(crate) fn void(reason: &str) -> MatterCommand {
    MatterCommand::Void { reason: reason.to_owned() }
}

pub(crate) fn confirm(entries: Vec<EntryHash>) -> MatterCommand {
    MatterCommand::Confirm { entries }
}
