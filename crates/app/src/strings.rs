//! Sentences for people, read once from `assets/strings/zh-CN.json` at this one boundary.
//!
//! The files are flat: key to sentence, with `{name}` for values. The desk uses the same files
//! for its own texts. A key without a sentence gives the key itself, which a test forbids.

use std::collections::BTreeMap;
use std::sync::OnceLock;

const CHINESE: &str = include_str!("../../../assets/strings/zh-CN.json");

fn table() -> &'static BTreeMap<String, String> {
    static TABLE: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    // An unreadable file shows keys instead of sentences; the test `strings` keeps it readable.
    TABLE.get_or_init(|| serde_json::from_str(CHINESE).unwrap_or_default())
}

/// Whether a sentence exists for this key.
pub fn has_sentence(key: &str) -> bool {
    table().contains_key(key)
}

/// The Chinese sentence of a key with its values filled in.
pub fn sentence(key: &str, values: &[(&str, &str)]) -> String {
    let Some(text) = table().get(key) else {
        return key.to_owned();
    };
    let mut filled = text.clone();
    for (name, value) in values {
        filled = filled.replace(&format!("{{{name}}}"), value);
    }
    filled
}
