//! The home itself: enrolment, unlocking, passphrases, settings, recovery.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::view::{TextSize, Theme};

/// Enrol an officer on this laptop by a code of the township.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct Enrol {
    /// Address of the township, e.g. `https://192.0.2.1:8443`.
    pub township: String,
    /// Enrolment code.
    pub code: String,
    /// Passphrase to protect the new key.
    pub passphrase: String,
    /// Name of this laptop; made up when absent.
    #[serde(default)]
    pub device: Option<String>,
}

/// Unlock the home.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct Unlock {
    /// Officer: id or name; the only key holder when absent.
    #[serde(default)]
    pub officer: Option<String>,
    /// Passphrase.
    pub passphrase: String,
}

/// Change the passphrase of the officer who unlocked.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ChangePassphrase {
    /// Passphrase until now.
    pub old: String,
    /// Passphrase from now on.
    pub new: String,
}

/// Open the data of this home with the township's recovery key, for a new passphrase holder.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct Recover {
    /// Path of the recovery key file.
    pub key: String,
    /// Officer whose passphrase was lost: id or name.
    #[serde(default)]
    pub officer: Option<String>,
    /// New passphrase.
    pub passphrase: String,
}

/// Change settings; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct ChangeSettings {
    /// Minutes without use after which the home locks itself; 0 for never.
    #[serde(default)]
    pub lock_after_minutes: Option<u32>,
    /// Whether to sync by itself.
    #[serde(default)]
    pub sync_automatically: Option<bool>,
    /// Whether sync is paused.
    #[serde(default)]
    pub sync_paused: Option<bool>,
    /// Bandwidth limit in kbit/s; 0 for none.
    #[serde(default)]
    pub limit_kbit: Option<u32>,
    /// Whether only text is sent.
    #[serde(default)]
    pub text_only: Option<bool>,
    /// Days before a local copy may be erased.
    #[serde(default)]
    pub keep_days: Option<u32>,
    /// Whether imports compute SHA-256 first and SM3 afterwards, in the background.
    #[serde(default)]
    pub sm3_later: Option<bool>,
    /// `zh-CN` or `en`.
    #[serde(default)]
    pub language: Option<String>,
    /// Colours.
    #[serde(default)]
    pub theme: Option<Theme>,
    /// Size of text.
    #[serde(default)]
    pub text_size: Option<TextSize>,
}

/// List a folder of this machine.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct ListFolder {
    /// Path; the home folder of the user when absent.
    #[serde(default)]
    pub path: Option<String>,
}
