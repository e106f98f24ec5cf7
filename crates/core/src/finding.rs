//! Answers that people give to findings (问题提示).
//!
//! The finding itself is a query ([`crate::findings`]); only the answer is an
//! entry, on the subject `finding/<id>`, so it survives any refolding.

use crate::event::events;
use crate::ids::MatterId;
use crate::record::{Mark, Record};
use crate::refusal::{Refusal, required};
use serde::{Deserialize, Serialize};

/// `finding.answered`: what was done about it, or why nothing needs to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingAnswered {
    /// The rule, as in [`crate::findings::Rule::word`].
    pub rule: String,
    /// The answer.
    pub answer: String,
    /// The matter it concerns, so that the matter's people see the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matter: Option<MatterId>,
}

events! {
    /// Everything that can be said about a finding.
    FindingEvent {
        /// An answer.
        FindingAnswered = "finding.answered",
    }
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// The text; `None` when the body is not here.
    pub answer: Option<String>,
}

/// The answers to one finding; the `finding` document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FindingState {
    /// The rule.
    pub rule: Option<String>,
    /// The matter it concerns.
    pub matter: Option<MatterId>,
    /// All answers, in order.
    pub answers: Vec<Answer>,
    /// People, times and faults.
    pub record: Record,
}

/// Prepares an answer; a further answer is allowed, the earlier ones stay.
///
/// # Errors
/// An empty answer is refused.
pub fn answer(rule: &str, answer: &str, matter: Option<MatterId>) -> Result<FindingEvent, Refusal> {
    Ok(FindingAnswered { rule: rule.to_owned(), answer: required(answer, "answer")?, matter }.into())
}
