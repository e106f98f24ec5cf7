//! Roles a person can hold, as given by the township.
//!
//! A role opens rooms and scopes what is pulled (see [`crate::scope`]). The three
//! administrators are separate on purpose (三员分立) and see no matters.

use serde::{Deserialize, Serialize};

/// What somebody may be in the house. Granted and withdrawn only by entries of the township.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 执法人员: holds a certificate, acts and signs on site.
    Officer,
    /// 执法辅助人员: may patrol, record and dissuade under direction; never decides or signs as an officer.
    Auxiliary,
    /// 办案人员: files the case and carries it.
    Handler,
    /// 法制审核员: reviews before a decision.
    Reviewer,
    /// 负责人: approves and signs.
    Head,
    /// 档案员: accepts and keeps dossiers.
    Archivist,
    /// 监督员: sees findings, admits or declines what arrived late.
    Supervisor,
    /// 系统管理员: enrols and runs.
    Sysadmin,
    /// 安全管理员: rights and keys.
    Secadmin,
    /// 审计员: reads the trail only.
    Auditor,
}

impl Role {
    /// Every role, in the order of the design's table.
    pub const ALL: [Self; 10] = [
        Self::Officer,
        Self::Auxiliary,
        Self::Handler,
        Self::Reviewer,
        Self::Head,
        Self::Archivist,
        Self::Supervisor,
        Self::Sysadmin,
        Self::Secadmin,
        Self::Auditor,
    ];

    /// The word used in bodies and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Auxiliary => "auxiliary",
            Self::Handler => "handler",
            Self::Reviewer => "reviewer",
            Self::Head => "head",
            Self::Archivist => "archivist",
            Self::Supervisor => "supervisor",
            Self::Sysadmin => "sysadmin",
            Self::Secadmin => "secadmin",
            Self::Auditor => "auditor",
        }
    }

    /// The role of that word, if there is one.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// Whether someone with this role counts as one of the two officers that
    /// 《中华人民共和国行政处罚法》第四十二条 asks for.
    pub fn enforces(self) -> bool {
        matches!(self, Self::Officer | Self::Handler | Self::Head)
    }

    /// Whether someone with this role may approve that a body is lawfully erased.
    pub fn approves_erasure(self) -> bool {
        matches!(self, Self::Supervisor | Self::Head)
    }
}
