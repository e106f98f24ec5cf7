//! Gate events of a matter and the contradictions among them.
//!
//! Closing, voiding and handing over shut or move a gate. When two of them did
//! not see each other, neither may silently win: the matter is disputed until a
//! person's entry names both and chooses. A choice is itself a gate event, so two
//! people choosing differently contradict as well.

use super::MatterResult;
use crate::ids::{EntryHash, OfficerId};
use crate::record::Mark;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a gate event does if it counts. Fields are `None` when its body is not here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Somebody else carries the matter.
    Handed {
        /// Who.
        to: Option<OfficerId>,
        /// Why.
        reason: Option<String>,
    },
    /// The matter ended.
    Closed {
        /// How.
        result: Option<MatterResult>,
        /// The date of the re-check.
        until: Option<NaiveDate>,
    },
    /// The matter was recorded in error.
    Voided {
        /// Why.
        reason: Option<String>,
    },
    /// A person chose between contradicting gate events.
    Resolved {
        /// The one that counts.
        chosen: Option<EntryHash>,
        /// Those set aside.
        others: Vec<EntryHash>,
        /// Why.
        reason: Option<String>,
    },
}

/// One gate event, whether it counts or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// The entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// What it does.
    #[serde(flatten)]
    pub effect: Effect,
}

/// Two gate events of which neither author had seen the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contradiction {
    /// The earlier one in the canonical order.
    pub first: EntryHash,
    /// The later one.
    pub second: EntryHash,
    /// The entry in which a person chose.
    pub resolved_by: Option<EntryHash>,
}

/// The gate events that a choice has set aside. Choices are read from the last
/// to the first, because a later choice may set an earlier one aside.
pub(super) fn set_aside(gates: &[Gate]) -> BTreeSet<EntryHash> {
    let mut aside = BTreeSet::new();
    for gate in gates.iter().rev() {
        if let Effect::Resolved { others, .. } = &gate.effect
            && !aside.contains(&gate.mark.entry)
        {
            aside.extend(others.iter().cloned());
        }
    }
    aside
}

/// Says of each contradiction which standing choice names both its members.
pub(super) fn settle(contradictions: &mut [Contradiction], gates: &[Gate], aside: &BTreeSet<EntryHash>) {
    for contradiction in contradictions {
        let names_both = |gate: &&Gate| match &gate.effect {
            Effect::Resolved { chosen, others, .. } => [&contradiction.first, &contradiction.second]
                .into_iter()
                .all(|member| chosen.as_ref() == Some(member) || others.contains(member)),
            _ => false,
        };
        contradiction.resolved_by = gates
            .iter()
            .filter(|gate| !aside.contains(&gate.mark.entry))
            .find(names_both)
            .map(|gate| gate.mark.entry.clone());
    }
}
