//! Findings (问题提示): what is wrong with a record, by rule and article, and who answered it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::OfficerName;

/// How much a finding asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FindingLevel {
    /// 需处理.
    Act,
    /// 仅提醒.
    Remind,
}

/// Answer on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FindingAnswer {
    /// Text.
    pub text: String,
    /// Author.
    pub officer: OfficerName,
    /// When recorded.
    pub recorded_at: String,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FindingView {
    /// Stable id: SHA-256 of rule and causes, 64 hex.
    pub id: String,
    /// Rule, the last part of its string key `finding.<rule>`.
    pub rule: String,
    /// How much it asks for.
    pub level: FindingLevel,
    /// The sentence for people.
    pub sentence: String,
    /// Values of the sentence's places, for another language.
    pub values: BTreeMap<String, String>,
    /// Article it rests on, as cited.
    pub article: Option<String>,
    /// Matter it belongs to.
    pub matter: Option<String>,
    /// Title of that matter.
    pub matter_title: Option<String>,
    /// File it belongs to.
    pub media: Option<String>,
    /// When it arose.
    pub since: Option<String>,
    /// Answer, when given.
    pub answer: Option<FindingAnswer>,
}

/// A list of findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FindingsView {
    /// Unanswered first, then 需处理 before 仅提醒.
    pub findings: Vec<FindingView>,
}
