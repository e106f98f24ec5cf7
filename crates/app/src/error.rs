//! The one error the desk and the terminal see.
//!
//! `code` is stable and exported; `message` is the sentence for people, from
//! `assets/strings/zh-CN.json`, and says what happened, what is safe and what to do next;
//! `detail` is technical and holds no personal data.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A failed command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// Stable code, the last part of the string key `error.<code>` or `refusal.<code>`.
    pub code: String,
    /// Sentence for people, Chinese.
    pub message: String,
    /// Technical detail without personal data; for a refusal the article.
    pub detail: Option<String>,
}
