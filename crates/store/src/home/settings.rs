//! `settings.json`: what is needed before unlocking, such as language and theme. No names, no secrets.

use serde_json::{Map, Value};

use super::Home;
use crate::durable;
use crate::error::{Error, Result};

const FILE: &str = "settings.json";

impl Home {
    /// Settings that are readable before unlocking. A missing or damaged file is an empty one: nobody is
    /// locked out by his choice of a theme.
    pub fn settings(&self) -> Map<String, Value> {
        std::fs::read(self.folder.join(FILE))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Writes one of them; durable when it answers.
    pub fn set_setting(&self, key: &str, value: Value) -> Result<()> {
        let mut settings = self.settings();
        settings.insert(key.to_owned(), value);
        let bytes = serde_json::to_vec_pretty(&settings).map_err(Error::json("settings"))?;
        durable::write(&self.folder.join(FILE), &bytes)
    }
}
