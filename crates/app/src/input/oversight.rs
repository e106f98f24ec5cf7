//! What those who run the township say from their laptop.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::view::{RevokeReason, Role};

/// A code for one officer. A further key for an officer known already needs only `officer`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct InviteOfficer {
    /// Id of an officer known already.
    #[serde(default)]
    pub officer: Option<String>,
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// Number of the certificate.
    #[serde(default)]
    pub certificate: Option<String>,
    /// Last valid day of the certificate, `YYYY-MM-DD`.
    #[serde(default)]
    pub valid_until: Option<String>,
    /// Role.
    #[serde(default)]
    pub role: Option<Role>,
    /// Agency.
    #[serde(default)]
    pub agency: Option<String>,
}

/// A further role, or new facts of the certificate.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct GrantRole {
    /// Officer id.
    pub officer: String,
    /// Role.
    pub role: Role,
    /// Number of the certificate, if it changed.
    #[serde(default)]
    pub certificate: Option<String>,
    /// Last valid day, if it changed, `YYYY-MM-DD`.
    #[serde(default)]
    pub valid_until: Option<String>,
}

/// Takes a role back.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct WithdrawRole {
    /// Officer id.
    pub officer: String,
    /// Role.
    pub role: Role,
    /// Why.
    pub reason: String,
}

/// Ends the right of all keys of an officer, or of one laptop's key.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct RevokeKeys {
    /// Officer id …
    #[serde(default)]
    pub officer: Option<String>,
    /// … or one key.
    #[serde(default)]
    pub series: Option<String>,
    /// Why.
    pub reason: RevokeReason,
}

/// Admits or declines entries that arrived without a right.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct JudgeLate {
    /// Admit, or decline.
    pub admit: bool,
    /// Which, by hash.
    pub entries: Vec<String>,
    /// Why.
    pub reason: String,
}

/// Registers an outside witness, or changes its address.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct AddWitness {
    /// What people call it.
    pub name: String,
    /// Its verifier key.
    pub key: String,
    /// Where it is asked; none if files are carried.
    #[serde(default)]
    pub url: Option<String>,
}
