//! What every folded subject carries: who took part, when, and what is wrong with its entries.
//!
//! A fold never fails. What it could not use, or what contradicts the record, it
//! notes as a [`Fault`]; the findings tell people.

use crate::ids::{EntryHash, OfficerId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Which entry said something, who signed it and when its author's clock says it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The entry.
    pub entry: EntryHash,
    /// The officer whose series it is; `None` while the series is not known here.
    pub by: Option<OfficerId>,
    /// The entry's wall clock, RFC 3339 UTC: when it was recorded, not when it happened.
    pub at: String,
}

/// What is wrong with one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultCode {
    /// The kind is unknown to this version.
    UnknownKind,
    /// The body does not have the shape of its kind.
    BodyUnreadable,
    /// The author's clocks disagree with each other.
    ClockDisagrees,
    /// Only the township may say this, or only the series itself.
    NoRight,
    /// The entry contradicts what its author had seen, and has no effect.
    Contrary,
}

/// One entry that is kept and shown, with what is wrong about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What is wrong.
    pub code: FaultCode,
    /// The entry's kind.
    pub kind: String,
    /// The entry.
    #[serde(flatten)]
    pub mark: Mark,
}

/// The part that all folded subjects share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Everybody who wrote here or is named as lead, second or carrier.
    pub people: BTreeSet<OfficerId>,
    /// Wall clock of the first entry in the canonical order.
    pub first_at: String,
    /// Wall clock of the last entry in the canonical order.
    pub last_at: String,
    /// Number of entries.
    pub entries: u64,
    /// What is wrong with entries of this subject.
    pub faults: Vec<Fault>,
}

impl Record {
    pub(crate) fn fault(&mut self, code: FaultCode, kind: &str, mark: &Mark) {
        self.faults.push(Fault { code, kind: kind.to_owned(), mark: mark.clone() });
    }
}
