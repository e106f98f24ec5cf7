//! What can go wrong at the township, as one closed enum.
//!
//! Every variant has a stable `code()`. The code selects the sentence shown to a person (in `assets/strings`) and travels to
//! the laptop; `Display` is English, for logs, and never holds names, texts, tokens, codes or addresses of people.

use std::path::PathBuf;

use liuhen_protocol::DoorError;
use thiserror::Error;

/// Result of everything in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of the township; see [`Error::code`] for the stable name.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The store refused or failed.
    #[error("the store failed: {0}")]
    Store(#[from] liuhen_store::Error),
    /// A note, entry or proof could not be read or did not verify.
    #[error("a protocol rule is broken: {0}")]
    Protocol(#[from] liuhen_protocol::Error),
    /// A file of the vault.
    #[error("the vault failed: {0}")]
    Vault(#[from] liuhen_store::vault::Error),
    /// A folder of parcels.
    #[error("a parcel could not be read or written: {0}")]
    Parcel(#[from] liuhen_store::parcel::Error),
    /// The operating system refused a file or socket operation.
    #[error("a file or socket operation failed: {0}")]
    Io(#[from] std::io::Error),
    /// JSON written by us or by the operator could not be read.
    #[error("JSON could not be read or written: {0}")]
    Json(#[from] serde_json::Error),
    /// The certificate or its key could not be made.
    #[error("the TLS certificate could not be made: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The TLS configuration was refused.
    #[error("the TLS configuration was refused: {0}")]
    Tls(#[from] rustls::Error),
    /// No valid session: no token, an unknown or expired one, or one used from another address.
    #[error("no valid session")]
    Unauthorised,
    /// The session is valid, but its officer may not do this.
    #[error("this officer may not do that")]
    Forbidden,
    /// The enrolment code is not known here.
    #[error("the enrolment code is unknown")]
    CodeUnknown,
    /// The enrolment code is older than 24 hours.
    #[error("the enrolment code has expired")]
    CodeExpired,
    /// The enrolment code was consumed by another key.
    #[error("the enrolment code was already used by another key")]
    CodeUsed,
    /// A signature over a challenge or an enrolment does not verify.
    #[error("the signature does not verify")]
    BadSignature,
    /// The key presented is already enrolled for somebody else.
    #[error("the key belongs to another enrolment")]
    KeyTaken,
    /// The township holds the limit of bytes in flight or of requests; try again.
    #[error("busy, retry after {retry_after} s")]
    Busy {
        /// Seconds after which to try again, with jitter already added.
        retry_after: u64,
    },
    /// A request or one of its parts is larger than allowed.
    #[error("{what} is larger than {limit} bytes")]
    TooLarge {
        /// Which part.
        what: &'static str,
        /// The limit in bytes.
        limit: u64,
    },
    /// A request that cannot be read: JSON, zstd, header, path.
    #[error("{what} is malformed")]
    Malformed {
        /// Which part.
        what: &'static str,
    },
    /// No such upload, blob, tile, officer or series.
    #[error("{what} is not known here")]
    NotFound {
        /// What was looked for.
        what: &'static str,
    },
    /// The upload existed and is over its time.
    #[error("the upload has expired")]
    Gone,
    /// The offset of a PATCH is not the township's offset.
    #[error("the upload stands at {offset}")]
    OffsetMismatch {
        /// Bytes durably held.
        offset: u64,
    },
    /// A complete PATCH did not match its checksum; nothing of it was kept.
    #[error("the checksum of the bytes does not match")]
    ChecksumMismatch,
    /// The whole file does not have the promised SHA-256; the upload was dropped.
    #[error("the uploaded bytes do not have the promised digest")]
    DigestMismatch,
    /// An instruction of the operator that contradicts the state of the township.
    #[error("refused: {code}")]
    Refused {
        /// Stable code of the refusal.
        code: &'static str,
    },
    /// Another process serves this home and its control socket does not answer.
    #[error("the home is in use and its control socket does not answer")]
    HomeBusy,
    /// The file that holds the key of the home is missing.
    #[error("the key file {} cannot be read", .0.display())]
    KeyFile(PathBuf),
    /// A key file given by the operator does not hold what it should.
    #[error("the key file does not hold a {what}")]
    NotAKey {
        /// Which key was expected.
        what: &'static str,
    },
    /// A backup file is damaged or incomplete.
    #[error("the backup is damaged: {what}")]
    BackupDamaged {
        /// What was wrong.
        what: &'static str,
    },
    /// The kept tree of the log is not the tree over its entries; nothing was signed.
    #[error("the tree of the log is damaged: {what}")]
    TreeDamaged {
        /// Which hashes.
        what: String,
    },
    /// A witness could not be asked or answered against the protocol.
    #[error("the witness answered {what}")]
    Witness {
        /// What happened.
        what: String,
    },
    /// A worker thread ended; the township must be restarted.
    #[error("a worker of the township has ended")]
    WorkerGone,
}

impl Error {
    /// Stable code, key of the sentence `error.<code>` in `assets/strings`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => store_code(error),
            Self::Vault(error) => error.code(),
            Self::Parcel(error) => error.code(),
            Self::Protocol(_) => "township_protocol",
            Self::Io(_) => "township_io",
            Self::Json(_) => "township_json",
            Self::Certificate(_) | Self::Tls(_) => "township_tls",
            Self::Unauthorised => "unauthorised",
            Self::Forbidden => "no_right",
            Self::CodeUnknown => "code_unknown",
            Self::CodeExpired => "code_expired",
            Self::CodeUsed => "code_used",
            Self::BadSignature => "bad_signature",
            Self::KeyTaken => "other_key",
            Self::Busy { .. } => "township_busy",
            Self::TooLarge { .. } => "too_large",
            Self::Malformed { .. } => "malformed",
            Self::NotFound { .. } => "not_found",
            Self::Gone => "upload_gone",
            Self::OffsetMismatch { .. } => "offset_mismatch",
            Self::ChecksumMismatch => "checksum_mismatch",
            Self::DigestMismatch => "digest_mismatch",
            Self::Refused { code } => code,
            Self::HomeBusy => "township_home_busy",
            Self::KeyFile(_) => "township_key_file",
            Self::NotAKey { .. } => "township_not_a_key",
            Self::BackupDamaged { .. } => "backup_damaged",
            Self::TreeDamaged { .. } => "tree_damaged",
            Self::Witness { .. } => "witness_failed",
            Self::WorkerGone => "township_worker_gone",
        }
    }

    /// HTTP status this failure answers with.
    pub fn status(&self) -> u16 {
        match self {
            Self::Unauthorised => 401,
            Self::Forbidden | Self::CodeUnknown | Self::BadSignature | Self::CodeUsed | Self::KeyTaken => 403,
            Self::CodeExpired | Self::Gone => 410,
            Self::Busy { .. } => 503,
            Self::TooLarge { .. } => 413,
            Self::Malformed { .. } | Self::Protocol(_) => 400,
            Self::NotFound { .. } => 404,
            Self::OffsetMismatch { .. } | Self::Refused { .. } => 409,
            Self::ChecksumMismatch => 460,
            Self::DigestMismatch => 422,
            _ => 500,
        }
    }
}

/// The store has no codes of its own: its sentences differ between laptop and township.
fn store_code(error: &liuhen_store::Error) -> &'static str {
    use liuhen_store::Error as Store;
    match error {
        Store::Vault(error) => error.code(),
        Store::DiskFull => "disk_full",
        Store::Busy { .. } => "township_home_busy",
        Store::NoHome { .. } => "no_home",
        Store::HomeExists { .. } => "home_exists",
        Store::WrongKey => "wrong_key",
        Store::NotAKey { .. } => "township_not_a_key",
        Store::BadBackup { .. } => "backup_damaged",
        Store::DatabaseDamaged { .. } => "journal_damaged",
        Store::DatabaseMissing { .. } => "journal_missing",
        Store::NewerDatabase { .. } => "home_newer",
        Store::ForeignDatabase => "home_foreign",
        Store::FileDamaged { .. } => "key_file_damaged",
        Store::Randomness => "no_randomness",
        Store::NotWritable { .. } | Store::Protocol { .. } => "bad_format",
        Store::Cancelled => "cancelled",
        _ => "township_storage",
    }
}

impl From<Error> for DoorError {
    fn from(error: Error) -> Self {
        match error {
            Error::Busy { retry_after } => Self::Busy { retry_after },
            Error::Unauthorised => Self::Unauthorised,
            Error::TooLarge { .. } => Self::TooLarge,
            Error::Malformed { what } => Self::Malformed { what: what.to_owned() },
            Error::Protocol(error) => Self::Malformed { what: error.code().to_owned() },
            Error::NotFound { .. } => Self::NotFound,
            Error::Gone => Self::Gone,
            Error::OffsetMismatch { offset } => Self::OffsetMismatch { offset },
            Error::ChecksumMismatch | Error::DigestMismatch => Self::ChecksumMismatch,
            Error::Forbidden
            | Error::CodeUnknown
            | Error::CodeExpired
            | Error::CodeUsed
            | Error::BadSignature
            | Error::KeyTaken
            | Error::Refused { .. } => Self::Refused { code: error.code().to_owned() },
            _ => Self::Storage,
        }
    }
}
