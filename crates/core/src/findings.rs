//! 问题提示: what is wrong or missing, told at once, with its article.
//!
//! Findings are queries over documents at reading time; only answers to them are
//! entries. A finding's id is the SHA-256 of its rule and its causes, so an answer
//! finds it again after any refolding. Recording is never held up by a finding.

mod devices;
mod ledger;
mod matters;
mod records;
mod rule;

pub use ledger::{Ledger, Pending, Thresholds};
pub use rule::Rule;

use crate::finding::Answer;
use crate::ids::{MatterId, OfficerId, Subject, hex};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Whether somebody has to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 需处理.
    Act,
    /// 仅提醒.
    Notice,
}

/// One thing that is wrong or missing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// SHA-256 over the rule and the sorted causes, 64 lowercase hexadecimal digits.
    pub id: String,
    /// The rule; `finding.<rule>` is its sentence.
    pub rule: Rule,
    /// Whether somebody has to do something.
    pub severity: Severity,
    /// The article as cited; absent where none was read or none is needed.
    pub article: Option<String>,
    /// The rule or its figure is still to be confirmed; shown as 待确认.
    pub unverified: bool,
    /// What it is about.
    pub subject: Subject,
    /// The matter it belongs to.
    pub matter: Option<MatterId>,
    /// The person it concerns.
    pub officer: Option<OfficerId>,
    /// Entries and names that caused it; with the rule they make the id.
    pub causes: Vec<String>,
    /// Values for the placeholders of its sentence.
    pub facts: BTreeMap<String, String>,
    /// The last answer, if there is one.
    pub answered: Option<Answer>,
}

impl Finding {
    /// A finding of the rule's usual severity.
    pub(crate) fn new(rule: Rule, kind: &str, id: &str, causes: &[&str]) -> Self {
        Self {
            id: id_of(rule, causes),
            rule,
            severity: rule.severity(),
            article: rule.article().map(|article| article.to_string()),
            unverified: rule.is_unverified(),
            subject: Subject::new(kind, id),
            matter: None,
            officer: None,
            causes: causes.iter().map(|&cause| cause.to_owned()).collect(),
            facts: BTreeMap::new(),
            answered: None,
        }
    }

    pub(crate) fn of_matter(mut self, matter: Option<&MatterId>) -> Self {
        self.matter = matter.cloned();
        self
    }

    pub(crate) fn of_officer(mut self, officer: Option<&OfficerId>) -> Self {
        self.officer = officer.cloned();
        self
    }

    /// Something to act on only once the matter is closed; a reminder before.
    pub(crate) fn act_if(mut self, act: bool) -> Self {
        self.severity = if act { Severity::Act } else { Severity::Notice };
        self
    }

    pub(crate) fn fact(mut self, name: &str, value: impl ToString) -> Self {
        self.facts.insert(name.to_owned(), value.to_string());
        self
    }
}

/// The stable id of a finding: SHA-256 over the rule's word and the sorted causes, one a line.
pub fn id_of(rule: Rule, causes: &[&str]) -> String {
    let mut sorted = causes.to_vec();
    sorted.sort_unstable();
    let mut hash = Sha256::new();
    hash.update(rule.word());
    for cause in sorted {
        hash.update("\n");
        hash.update(cause);
    }
    hex(&hash.finalize())
}
