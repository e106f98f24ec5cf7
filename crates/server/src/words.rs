//! The one place where a code becomes a sentence for a person. The sentences are in `assets/strings`, in Chinese here because the
//! township's operator and the laptop's officer read them; a laptop in English takes the code and its own table.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Serialize;

use crate::Error;

static ZH: OnceLock<HashMap<String, String>> = OnceLock::new();

/// A fault as it leaves the township: to HTTP, to the terminal, to the control socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Fault {
    /// Stable code.
    pub code: String,
    /// Chinese sentence: what happened, what is safe, what to do next.
    pub message: String,
    /// English detail without personal data.
    pub detail: String,
}

/// The sentence of a code, the township's own where there is one; an unknown code gives the general one.
pub fn sentence(code: &str) -> String {
    let table = ZH.get_or_init(|| {
        serde_json::from_str(include_str!("../../../assets/strings/zh-CN.json")).unwrap_or_default()
    });
    let ours = table.get(&format!("error.township_{code}")).or_else(|| table.get(&format!("error.{code}")));
    ours.or_else(|| table.get("error.township_general")).cloned().unwrap_or_else(|| code.to_owned())
}

/// The fault of an error.
pub fn fault(error: &Error) -> Fault {
    let mut message = sentence(error.code());
    let fills: &[(&str, String)] = &match error {
        Error::Busy { retry_after } => vec![("{seconds}", retry_after.to_string())],
        Error::OffsetMismatch { offset } => vec![("{offset}", offset.to_string())],
        Error::TooLarge { limit, .. } => vec![("{limit}", limit.to_string())],
        Error::Store(liuhen_store::Error::DatabaseDamaged { pages, .. }) => {
            vec![("{pages}", liuhen_store::page_numbers(pages))]
        }
        _ => Vec::new(),
    };
    for (name, value) in fills {
        message = message.replace(name, value);
    }
    Fault { code: error.code().to_owned(), message, detail: detail(error) }
}

/// The error and its sources in one line.
fn detail(error: &Error) -> String {
    use std::error::Error as _;
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !line.contains(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        source = cause.source();
    }
    line
}
