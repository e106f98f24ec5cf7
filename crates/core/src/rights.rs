//! Rights, judged by the township's log index and never by a clock.
//!
//! [`Rights`] is folded from the entries of the township's own series in log
//! order. An entry is good if its author had a right at the index where it was
//! logged; an entry not logged yet is judged by the newest index known. What
//! arrives after a revocation is kept but stays out of folds (待核) until a
//! supervisor admits or declines it by an entry of the township.

use crate::event::Body;
use crate::ids::{EntryHash, OfficerId, SeriesId, Subject};
use crate::officer::OfficerEvent;
use crate::role::Role;
use crate::series::{RevokeReason, SeriesEvent, SeriesRevoked};
use crate::township::TownshipEvent;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Whether an entry counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It counts; the author, unless the series is the township's own.
    Good {
        /// Whose series it is.
        officer: Option<OfficerId>,
    },
    /// 待核: its author had no right when it arrived; a supervisor has to say.
    Pending,
    /// A supervisor said that it does not count.
    Declined,
    /// The series is not enrolled as far as known here.
    Unknown,
}

/// From which index to which a role was held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The role.
    pub role: Role,
    /// First index at which it holds.
    pub from: u64,
    /// First index at which it no longer holds.
    pub to: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Key {
    officer: OfficerId,
    enrolled: u64,
    revocations: Vec<(u64, SeriesRevoked)>,
}

/// Where an entry stands in its series and in the log.
#[derive(Clone, Copy, Debug)]
pub struct Position<'a> {
    /// The author's series.
    pub series: &'a str,
    /// The epoch.
    pub epoch: u32,
    /// The place in the epoch.
    pub seq: u64,
    /// The entry.
    pub hash: &'a str,
    /// Its log index; `None` while not logged.
    pub index: Option<u64>,
}

/// Who had which right at which index.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rights {
    nodes: BTreeSet<SeriesId>,
    keys: BTreeMap<SeriesId, Key>,
    windows: BTreeMap<OfficerId, Vec<Window>>,
    judged: BTreeMap<EntryHash, bool>,
}

/// Whether entries of this kind change rights.
pub fn is_rights_kind(kind: &str) -> bool {
    matches!(
        kind,
        "officer.enrolled"
            | "officer.granted"
            | "officer.withdrawn"
            | "series.revoked"
            | "pending.admitted"
            | "pending.declined"
    )
}

impl Rights {
    /// Rights in a township whose own series are these.
    pub fn with_nodes(nodes: impl IntoIterator<Item = SeriesId>) -> Self {
        Self { nodes: nodes.into_iter().collect(), ..Self::default() }
    }

    /// Takes the next entry of a township series, in log order. Kinds that do not
    /// change rights, absent and unreadable bodies change nothing.
    pub fn apply(&mut self, index: u64, kind: &str, subject: &Subject, body: Option<&Body>) {
        if let Ok(event) = OfficerEvent::read(kind, body) {
            self.apply_officer(index, OfficerId::from(subject.id.as_str()), event);
        } else if let Ok(SeriesEvent::SeriesRevoked(revoked)) = SeriesEvent::read(kind, body) {
            if let Some(key) = self.keys.get_mut(subject.id.as_str()) {
                key.revocations.push((index, revoked));
            }
        } else if let Ok(event) = TownshipEvent::read(kind, body) {
            let (entries, admitted) = match event {
                TownshipEvent::PendingAdmitted(said) => (said.entries, true),
                TownshipEvent::PendingDeclined(said) => (said.entries, false),
                TownshipEvent::ScopeStated(_)
                | TownshipEvent::LogSucceeded(_)
                | TownshipEvent::InstructionGiven(_) => return,
            };
            self.judged.extend(entries.into_iter().map(|entry| (entry, admitted)));
        }
    }

    fn apply_officer(&mut self, index: u64, officer: OfficerId, event: OfficerEvent) {
        match event {
            OfficerEvent::OfficerEnrolled(enrolled) => {
                let key = Key { officer: officer.clone(), enrolled: index, revocations: Vec::new() };
                // A key belongs to the person it was first enrolled for.
                self.keys.entry(enrolled.series).or_insert(key);
                self.open(index, officer, enrolled.role);
            }
            OfficerEvent::OfficerGranted(granted) => self.open(index, officer, granted.role),
            OfficerEvent::OfficerWithdrawn(withdrawn) => {
                let windows = self.windows.entry(officer).or_default().iter_mut();
                for window in windows.filter(|w| w.role == withdrawn.role && w.to.is_none()) {
                    window.to = Some(index);
                }
            }
        }
    }

    fn open(&mut self, index: u64, officer: OfficerId, role: Role) {
        let windows = self.windows.entry(officer).or_default();
        if !windows.iter().any(|window| window.role == role && window.to.is_none()) {
            windows.push(Window { role, from: index, to: None });
        }
    }

    /// Whose series it is.
    pub fn officer(&self, series: &str) -> Option<&OfficerId> {
        self.keys.get(series).map(|key| &key.officer)
    }

    /// The series enrolled for that person, revoked ones included.
    pub fn series_of<'a>(&'a self, officer: &'a OfficerId) -> impl Iterator<Item = &'a SeriesId> {
        self.keys.iter().filter(move |(_, key)| key.officer == *officer).map(|(series, _)| series)
    }

    /// Why and where a series ended, if it did: what the township said last.
    pub fn revocation(&self, series: &str) -> Option<&SeriesRevoked> {
        self.keys.get(series)?.revocations.last().map(|(_, revoked)| revoked)
    }

    /// The roles held at that index; `None` asks for now.
    pub fn roles(&self, officer: &OfficerId, index: Option<u64>) -> Vec<Role> {
        let windows = self.windows.get(officer).map(Vec::as_slice).unwrap_or_default();
        let holds = |window: &&Window| match index {
            None => window.to.is_none(),
            Some(at) => window.from <= at && window.to.is_none_or(|to| at < to),
        };
        windows.iter().filter(holds).map(|window| window.role).collect()
    }

    /// Whether the entry counts.
    pub fn judge(&self, at: Position<'_>) -> Standing {
        if self.nodes.contains(at.series) {
            return Standing::Good { officer: None };
        }
        let Some(key) = self.keys.get(at.series) else {
            return Standing::Unknown;
        };
        let right = key.trusts(at) && !self.roles(&key.officer, at.index).is_empty();
        match self.judged.get(at.hash) {
            _ if right => Standing::Good { officer: Some(key.officer.clone()) },
            Some(true) => Standing::Good { officer: Some(key.officer.clone()) },
            Some(false) => Standing::Declined,
            None => Standing::Pending,
        }
    }
}

impl Key {
    fn trusts(&self, at: Position<'_>) -> bool {
        let after_enrolment = at.index.is_none_or(|index| self.enrolled <= index);
        // Each revocation counts: one that was first "left" may turn out "compromised".
        let before_end = self.revocations.iter().all(|(end, revoked)| {
            let in_time = at.index.is_some_and(|index| index < *end);
            // A compromised key is trusted up to a named entry, whatever was logged before.
            (in_time && revoked.reason != RevokeReason::Compromised) || revoked.still_trusts(at)
        });
        after_enrolment && before_end
    }
}

impl SeriesRevoked {
    fn still_trusts(&self, at: Position<'_>) -> bool {
        let last = (self.last_epoch, self.last_seq);
        let here = (at.epoch, at.seq);
        let same = self.last_hash.as_ref().is_none_or(|hash| *hash == at.hash);
        here < last || (here == last && same)
    }
}
