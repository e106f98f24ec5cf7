//! The one error the desk and the terminal see.
//!
//! `code` is stable and exported; `message` is the sentence for people, from
//! `assets/strings/zh-CN.json`, and says what happened, what is safe and what to do next;
//! `detail` is technical and holds no personal data (for a refusal: the article).

use std::collections::BTreeMap;
use std::fmt::Display;

use liuhen_core::Refusal;
use liuhen_store::{Error as StoreError, page_numbers, vault};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::strings::sentence;

/// What every use case answers.
pub type Result<T, E = ApiError> = std::result::Result<T, E>;

/// A failed command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{code}")]
pub struct ApiError {
    /// Stable code, the last part of the string key `error.<code>` or `refusal.<code>`.
    pub code: String,
    /// Sentence for people, Chinese.
    pub message: String,
    /// Technical detail without personal data; for a refusal the article.
    pub detail: Option<String>,
    /// Values of the sentence's places, for another language.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

impl ApiError {
    /// A failure whose sentence needs no values.
    pub fn new(code: &str) -> Self {
        Self::with(code, &[])
    }

    /// A failure with values for the `{name}` places of its sentence.
    pub fn with(code: &str, values: &[(&str, &str)]) -> Self {
        Self {
            code: code.to_owned(),
            message: sentence(&format!("error.{code}"), values),
            detail: None,
            values: values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        }
    }

    /// Adds technical detail; never personal data.
    #[must_use]
    pub fn detail(mut self, detail: impl Display) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    /// Whether this is the failure of that code.
    pub fn is(&self, code: &str) -> bool {
        self.code == code
    }

    /// A thing asked for by id that is not here.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::with("not_found", &[("what", &sentence(&format!("result.noun_{what}"), &[]))])
    }

    /// An input that cannot be read.
    pub(crate) fn invalid(what: impl Display) -> Self {
        Self::new("invalid_input").detail(what)
    }

    /// A file of the outside world that could not be read or written.
    pub(crate) fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let code = match error.kind() {
            ErrorKind::NotFound => "file_missing",
            ErrorKind::PermissionDenied => "file_forbidden",
            ErrorKind::AlreadyExists => "file_exists",
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "disk_full",
            _ => "file_unreadable",
        };
        Self::with(code, &[("path", &path.display().to_string())]).detail(error.kind())
    }
}

/// The chain of causes of an error, in one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let detail = causes(&error);
        let seconds = |wait: u64| wait.to_string();
        match error {
            StoreError::DiskFull => Self::new("disk_full"),
            StoreError::DatabaseDamaged { pages, aside } => {
                let code = if aside.is_some() { "journal_damaged" } else { "journal_page_damaged" };
                Self::with(code, &[("pages", &page_numbers(&pages))])
            }
            StoreError::DatabaseMissing { .. } => Self::new("journal_missing"),
            StoreError::NewerDatabase { .. } => Self::new("home_newer"),
            StoreError::ForeignDatabase => Self::new("home_foreign"),
            StoreError::Busy { address: Some(address) } => {
                Self::with("home_busy_at", &[("address", &address)])
            }
            StoreError::Busy { address: None } => Self::new("home_busy"),
            StoreError::NoHome { .. } => Self::new("no_home"),
            StoreError::HomeExists { .. } => Self::new("home_exists"),
            StoreError::FileDamaged { .. } => Self::new("key_file_damaged"),
            StoreError::WrongPassphrase { wait_seconds: 0 } => Self::new("wrong_passphrase"),
            StoreError::WrongPassphrase { wait_seconds } => {
                Self::with("wrong_passphrase_wait", &[("seconds", &seconds(wait_seconds))])
            }
            StoreError::Wait { wait_seconds } => Self::with("wait", &[("seconds", &seconds(wait_seconds))]),
            StoreError::WeakPassphrase { minimum } => {
                Self::with("weak_passphrase", &[("minimum", &minimum.to_string())])
            }
            StoreError::WrongKey => Self::new("wrong_key"),
            StoreError::NotAKey { .. } => Self::new("not_a_key"),
            StoreError::NoSuchOfficer => Self::new("officer_unknown"),
            StoreError::KeyRetired => Self::new("key_retired"),
            StoreError::LogContradiction { .. } => Self::new("township_rolled_back"),
            StoreError::NoSuchEntry { .. } => Self::not_found("entry"),
            StoreError::Cancelled => Self::new("cancelled"),
            StoreError::Io { .. } | StoreError::Database { .. } => Self::new("storage"),
            _ => Self::new("storage_internal"),
        }
        .detail(detail)
    }
}

impl From<vault::Error> for ApiError {
    fn from(error: vault::Error) -> Self {
        let detail = causes(&error);
        match &error {
            vault::Error::NoSpace { needed, available } => Self::with(
                "no_space",
                &[("needed", &megabytes(*needed)), ("available", &megabytes(*available))],
            ),
            other => Self::new(other.code()),
        }
        .detail(detail)
    }
}

/// Bytes as whole megabytes for a sentence, rounded up.
pub(crate) fn megabytes(bytes: u64) -> String {
    bytes.div_ceil(1_000_000).to_string()
}

impl From<liuhen_store::work::Cancelled> for ApiError {
    fn from(_: liuhen_store::work::Cancelled) -> Self {
        Self::new("cancelled")
    }
}

impl From<Refusal> for ApiError {
    /// A lawful "no": its article, where there is one, is the detail.
    fn from(refusal: Refusal) -> Self {
        let error = Self::new(refusal.code());
        match refusal.article() {
            Some(article) => error.detail(article),
            None => error,
        }
    }
}

impl From<liuhen_protocol::Error> for ApiError {
    fn from(error: liuhen_protocol::Error) -> Self {
        Self::new("bad_format").detail(causes(&error))
    }
}
