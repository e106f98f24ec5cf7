//! Settings of a home, and the township it belongs to.
//!
//! What the desk needs before unlocking (language, colours) is in the home's plain settings file;
//! everything else lies in the encrypted database, outside the journal.

use liuhen_protocol::{Digest, TownshipNote};
use serde::{Deserialize, Serialize};

use crate::error::{ApiError, Result};
use crate::input::{ChangeSettings, Nothing};
use crate::laptop::Laptop;
use crate::view::{SettingsView, TextSize, Theme};
use liuhen_store::Store;

/// Key of [`Membership`] among the settings.
const MEMBERSHIP: &str = "township";
/// Key of [`Settings`].
const SETTINGS: &str = "settings";
/// Least days before a local copy may be erased; a person may only ask for more.
const LEAST_KEEP_DAYS: u32 = 1;

/// The township a home belongs to, as enrolment left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Address the laptop was enrolled at.
    pub url: String,
    /// The newest township note verified, as signed.
    pub note: String,
    /// The pin of the root key, from the enrolment code.
    pub pin: Digest,
}

impl Membership {
    /// The note, verified against the pin.
    ///
    /// # Errors
    /// `bad_format` when the kept note does not verify.
    pub fn township(&self) -> Result<TownshipNote> {
        Ok(TownshipNote::verify(&self.note, &self.pin)?)
    }

    /// Reads it from an open store.
    pub(crate) fn load(store: &Store) -> Result<Option<Self>> {
        let kept = store.setting(MEMBERSHIP)?;
        kept.map(|value| serde_json::from_value(value).map_err(ApiError::invalid)).transpose()
    }
}

/// Settings kept in the encrypted database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "switches that a person sets one by one")]
pub struct Settings {
    /// Minutes without use after which the home locks itself; 0 for never.
    pub lock_after_minutes: u32,
    /// Whether to sync by itself when the township answers.
    pub sync_automatically: bool,
    /// Whether sync is paused.
    pub sync_paused: bool,
    /// Bandwidth limit in kbit/s; 0 for none.
    pub limit_kbit: u32,
    /// Whether only text is sent.
    pub text_only: bool,
    /// Days a file must have been held before its local copy may be erased.
    pub keep_days: u32,
    /// Whether imports compute SHA-256 first and SM3 afterwards, in the background.
    pub sm3_later: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lock_after_minutes: 15,
            sync_automatically: true,
            sync_paused: false,
            limit_kbit: 0,
            text_only: false,
            keep_days: 30,
            sm3_later: false,
        }
    }
}

impl Settings {
    /// Reads them from an open store; what cannot be read is as usual.
    pub(crate) fn load(store: &Store) -> Result<Self> {
        let kept = store.setting(SETTINGS)?;
        Ok(kept.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default())
    }
}

/// Settings of the desk that are needed before unlocking. Nothing secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Looks {
    pub(crate) language: String,
    pub(crate) theme: Theme,
    pub(crate) text_size: TextSize,
}

impl Default for Looks {
    fn default() -> Self {
        Self { language: "zh-CN".to_owned(), theme: Theme::default(), text_size: TextSize::default() }
    }
}

impl Laptop {
    /// The township this home belongs to; nothing before enrolment.
    ///
    /// # Errors
    /// `locked` when the home is not open.
    pub fn membership(&self) -> Result<Option<Membership>> {
        self.read(Membership::load)
    }

    /// Keeps the township, or a newer note of it, and lets its nodes speak for it.
    ///
    /// # Errors
    /// `bad_format` when the note does not verify by the pin.
    pub fn set_membership(&self, membership: &Membership) -> Result<()> {
        let township = membership.township()?;
        let value = serde_json::to_value(membership).map_err(ApiError::invalid)?;
        self.with_store(|store| -> Result<()> {
            store.set_setting(MEMBERSHIP, &value)?;
            store.set_nodes(&township.nodes)?;
            Ok(())
        })?;
        self.record_changed();
        Ok(())
    }

    /// Settings of this home.
    ///
    /// # Errors
    /// `locked` when the home is not open.
    pub fn settings(&self) -> Result<Settings> {
        self.read(Settings::load)
    }
}

/// Settings of this home.
pub fn settings(laptop: &Laptop, _: Nothing) -> Result<SettingsView> {
    let kept = laptop.settings()?;
    let looks = laptop.looks();
    Ok(SettingsView {
        lock_after_minutes: kept.lock_after_minutes,
        sync_automatically: kept.sync_automatically,
        sync_paused: kept.sync_paused,
        limit_kbit: kept.limit_kbit,
        text_only: kept.text_only,
        keep_days: kept.keep_days,
        sm3_later: kept.sm3_later,
        language: looks.language,
        theme: looks.theme,
        text_size: looks.text_size,
    })
}

/// Changes settings; what is absent stays.
pub fn change_settings(laptop: &Laptop, input: ChangeSettings) -> Result<SettingsView> {
    if input.keep_days.is_some_and(|days| days < LEAST_KEEP_DAYS) {
        return Err(ApiError::invalid("keep_days"));
    }
    if input.language.as_deref().is_some_and(|language| !matches!(language, "zh-CN" | "en")) {
        return Err(ApiError::invalid("language"));
    }
    laptop.officer()?;
    let mut looks = laptop.looks();
    looks.language = input.language.unwrap_or(looks.language);
    looks.theme = input.theme.unwrap_or(looks.theme);
    looks.text_size = input.text_size.unwrap_or(looks.text_size);
    laptop.set_looks(&looks)?;
    laptop.with_store(|store| -> Result<()> {
        let mut kept = Settings::load(store)?;
        kept.lock_after_minutes = input.lock_after_minutes.unwrap_or(kept.lock_after_minutes);
        kept.sync_automatically = input.sync_automatically.unwrap_or(kept.sync_automatically);
        kept.sync_paused = input.sync_paused.unwrap_or(kept.sync_paused);
        kept.limit_kbit = input.limit_kbit.unwrap_or(kept.limit_kbit);
        kept.text_only = input.text_only.unwrap_or(kept.text_only);
        kept.keep_days = input.keep_days.unwrap_or(kept.keep_days);
        kept.sm3_later = input.sm3_later.unwrap_or(kept.sm3_later);
        store.set_setting(SETTINGS, &serde_json::to_value(&kept).map_err(ApiError::invalid)?)?;
        Ok(())
    })?;
    laptop.changes_handle().bump();
    settings(laptop, Nothing {})
}
