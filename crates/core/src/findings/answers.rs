//! Answers put back onto the findings they belong to.

use super::Finding;
use crate::finding::FindingState;
use crate::record::Mark;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The last answer to a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The entry, its author and time.
    #[serde(flatten)]
    pub mark: Mark,
    /// The text; `None` when its body is not here.
    pub answer: Option<String>,
}

/// Puts the last answer onto each finding.
pub(super) fn put(findings: &mut [Finding], answers: &BTreeMap<String, FindingState>) {
    for finding in findings {
        let last = answers.get(&finding.id).and_then(|state| state.answers.last());
        finding.answered = last.map(|last| Answered { mark: last.mark.clone(), answer: last.answer.clone() });
    }
}
