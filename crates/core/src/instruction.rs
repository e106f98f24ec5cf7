//! What those who run a township tell it to do, each signed by the key of who says it.
//!
//! The township judges the person's roles at the log index where the instruction arrives, logs it
//! ([`crate::township::InstructionGiven`]) and then says its own entries. Nobody gives rights to or
//! takes them from himself: a second person must stand behind every right.

use crate::ids::{EntryHash, OfficerId, SeriesId};
use crate::role::Role;
use crate::series::RevokeReason;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One instruction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum Instruction {
    /// A code for one officer, by the hash of its secret: the secret itself stays with who gives it on.
    Invite {
        /// An officer known already, who gets a further key.
        officer: Option<OfficerId>,
        /// Name.
        name: Option<String>,
        /// Number of the certificate.
        certificate: Option<String>,
        /// Last valid day of the certificate.
        valid_until: Option<NaiveDate>,
        /// Role.
        role: Option<Role>,
        /// Agency.
        agency: Option<String>,
        /// Hash of the code's secret, 64 hexadecimal digits.
        secret: String,
    },
    /// A further role, or new facts of the certificate.
    Grant {
        /// Whom.
        officer: OfficerId,
        /// The role.
        role: Role,
        /// Number of the certificate, if it changed.
        certificate: Option<String>,
        /// Agency, if it changed.
        agency: Option<String>,
        /// Last valid day, if it changed.
        valid_until: Option<NaiveDate>,
    },
    /// Takes a role back.
    Withdraw {
        /// From whom.
        officer: OfficerId,
        /// The role.
        role: Role,
        /// Why.
        reason: String,
    },
    /// Ends the right of all keys of an officer, or of one laptop's key.
    Revoke {
        /// All keys of this officer …
        officer: Option<OfficerId>,
        /// … or this key.
        series: Option<SeriesId>,
        /// Why.
        reason: RevokeReason,
    },
    /// Admits or declines entries that arrived without a right.
    Judge {
        /// Admit, or decline.
        admit: bool,
        /// Which.
        entries: Vec<EntryHash>,
        /// Why.
        reason: String,
    },
    /// Registers an outside witness, or changes its address.
    Witness {
        /// What people call it.
        name: String,
        /// Its verifier key.
        key: String,
        /// Where it is asked; none if files are carried.
        url: Option<String>,
    },
}

impl Instruction {
    /// What somebody must be allowed to give it.
    pub fn power(&self) -> Power {
        match self {
            Self::Invite { .. } | Self::Witness { .. } => Power::Enrol,
            Self::Grant { .. } | Self::Withdraw { .. } | Self::Revoke { .. } => Power::Rights,
            Self::Judge { .. } => Power::Judge,
        }
    }

    /// The officer whose rights it touches, by name of the person or of the key.
    pub fn concerns(&self, officer: &OfficerId, own_key: &SeriesId) -> bool {
        match self {
            Self::Grant { officer: whom, .. } | Self::Withdraw { officer: whom, .. } => whom == officer,
            Self::Revoke { officer: whom, series, .. } => {
                whom.as_ref() == Some(officer) || series.as_ref() == Some(own_key)
            }
            Self::Invite { officer: whom, .. } => whom.as_ref() == Some(officer),
            Self::Judge { .. } | Self::Witness { .. } => false,
        }
    }
}

/// What a role lets somebody do to the township.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// See what the township knows of people and laptops.
    See,
    /// Let people and witnesses in.
    Enrol,
    /// Give and take rights and keys.
    Rights,
    /// Decide what becomes of late entries: the supervisor's alone.
    Judge,
}

impl Power {
    /// Whether one of these roles has it.
    pub fn is_with(self, roles: &[Role]) -> bool {
        let allowed: &[Role] = match self {
            Self::See => &[Role::Supervisor, Role::Head, Role::Sysadmin, Role::Secadmin, Role::Auditor],
            Self::Enrol => &[Role::Supervisor, Role::Head, Role::Sysadmin],
            Self::Rights => &[Role::Supervisor, Role::Head, Role::Secadmin],
            Self::Judge => &[Role::Supervisor],
        };
        roles.iter().any(|role| allowed.contains(role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revoke(officer: &str) -> Instruction {
        Instruction::Revoke { officer: Some(officer.into()), series: None, reason: RevokeReason::Left }
    }

    #[test]
    fn three_administrators_are_three_people() {
        let invite = Instruction::Invite {
            officer: None,
            name: None,
            certificate: None,
            valid_until: None,
            role: None,
            agency: None,
            secret: String::new(),
        };
        let judge = Instruction::Judge { admit: true, entries: vec![], reason: String::new() };
        let may = |role| [&invite, &revoke("a"), &judge].map(|what| what.power().is_with(&[role]));
        assert_eq!(may(Role::Sysadmin), [true, false, false]);
        assert_eq!(may(Role::Secadmin), [false, true, false]);
        assert_eq!(may(Role::Auditor), [false, false, false]);
        assert_eq!(may(Role::Head), [true, true, false]);
        assert_eq!(may(Role::Supervisor), [true, true, true]);
        assert_eq!(may(Role::Officer), [false, false, false]);
        assert!(
            Power::See.is_with(&[Role::Auditor]) && !Power::See.is_with(&[Role::Officer, Role::Reviewer])
        );
    }

    #[test]
    fn nobody_judges_his_own_rights() {
        let (me, key) = (OfficerId::from("a"), SeriesId::from("k"));
        assert!(revoke("a").concerns(&me, &key) && !revoke("b").concerns(&me, &key));
        let own =
            Instruction::Revoke { officer: None, series: Some(key.clone()), reason: RevokeReason::Lost };
        assert!(own.concerns(&me, &key));
    }

    #[test]
    fn its_words_are_read_back_and_unknown_ones_refused() {
        let text = serde_json::to_string(&revoke("a")).expect("JSON");
        assert_eq!(serde_json::from_str::<Instruction>(&text).expect("read"), revoke("a"));
        assert!(serde_json::from_str::<Instruction>(r#"{"what":"open_the_door"}"#).is_err());
        assert!(serde_json::from_str::<Instruction>(&text.replace("reason", "because")).is_err());
    }
}
