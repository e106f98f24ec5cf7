//! What points into a film: a still taken from it, and a moment that was marked.

use crate::record::Mark;
use serde::{Deserialize, Serialize};

/// Where a derived file comes from (复制件): the original stays what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derived {
    /// Id of the original.
    pub media: String,
    /// SHA-256 of the original, 64 lowercase hexadecimal digits.
    pub sha256: String,
    /// The moment of the film it shows, in milliseconds from its beginning.
    pub at_ms: u64,
}

/// One moment of a film that somebody marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// Milliseconds from the beginning.
    pub at_ms: u64,
    /// What is to be seen there.
    #[serde(default)]
    pub text: Option<String>,
}
