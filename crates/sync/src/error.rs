//! What can go wrong between laptop and township.
//!
//! A closed list. Whatever happens here, nothing local is deleted or changed: an entry is safe on this laptop until a verified
//! receipt says that it is safe elsewhere too. [`SyncError::code`] selects the sentence for people; `Display` holds no names,
//! no addresses and no content.

use liuhen_protocol::{Digest, DoorError, SeriesId};
use thiserror::Error;

/// What every fallible function of this crate answers.
pub type Result<T, E = SyncError> = std::result::Result<T, E>;

/// Why a sync, an enrolment or a parcel did not come to its end.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SyncError {
    /// The typed address is no HTTPS address.
    #[error("the address is not an HTTPS address")]
    Address,
    /// The typed enrolment code is none, or has a slip in it.
    #[error("the enrolment code cannot be read")]
    Code(#[source] liuhen_protocol::Error),
    /// TLS or threads could not be set up on this machine.
    #[error("the network client could not be set up: {0}")]
    Setup(String),
    /// This home is not enrolled anywhere.
    #[error("this home is not enrolled at a township")]
    NotEnrolled,
    /// Nobody is unlocked, so nothing can be signed.
    #[error("the home is locked")]
    Locked,
    /// The door refused or was not reached.
    #[error("the door: {0}")]
    Door(#[from] DoorError),
    /// The township at this address is not the one that gave the enrolment code or that this home belongs to.
    #[error("another township answers at this address")]
    Foreign,
    /// The township contradicts what it said before; the evidence is kept under this id.
    #[error("the township contradicts itself: {}", .0.code())]
    Lie(Box<crate::trust::Lie>),
    /// The township opened a new log after a loss; a person must confirm before it is followed.
    #[error("the township opened a new log after a loss of its old one")]
    NewLog {
        /// Entries the old log had, by the newest checkpoint held here.
        held: u64,
        /// Entries of the old log that the township could rebuild, as its root key states.
        kept: u64,
    },
    /// No checkpoint with enough witnesses yet.
    #[error("the checkpoint has {have} of {need} witnesses")]
    Unwitnessed {
        /// Witnesses that cosigned.
        have: u32,
        /// Witnesses that the policy demands.
        need: u32,
    },
    /// An answer does not fit the protocol: not a lie about the log, but useless.
    #[error("the answer breaks the protocol: {0}")]
    Answer(#[source] liuhen_protocol::Error),
    /// The township holds more of one of our series than this home does, or another history of it.
    #[error("this home is older than what the township holds of series {series}")]
    Restored {
        /// The series.
        series: SeriesId,
        /// Its epoch.
        epoch: u32,
    },
    /// The whole of an uploaded file has another digest at the township, twice in a row.
    #[error("the township could not confirm the file {digest}")]
    UploadRefused {
        /// SHA-256 of the file.
        digest: Digest,
    },
    /// A parcel folder holds nothing that is meant for this home.
    #[error("no parcel for this home in the folder")]
    NoParcel,
    /// Files of a parcel are broken; everything else was taken in.
    #[error("{} parcel files are broken: {}; {taken} entries and receipts of the others were taken in", files.len(), files.join(", "))]
    Broken {
        /// Names of the files, each with what is wrong.
        files: Vec<String>,
        /// Entries and receipts taken in all the same.
        taken: u64,
    },
    /// Two syncs of one home at once.
    #[error("a sync is already running")]
    Running,
    /// A person cancelled.
    #[error("cancelled")]
    Cancelled(#[from] liuhen_store::work::Cancelled),
    /// The home failed.
    #[error("the home: {0}")]
    Store(#[from] liuhen_store::Error),
    /// The vault failed.
    #[error("the vault: {0}")]
    Vault(#[from] liuhen_store::vault::Error),
    /// The use cases refused.
    #[error("{0}")]
    App(#[from] liuhen_app::ApiError),
    /// A file of a parcel could not be read or written.
    #[error("a parcel file could not be read or written")]
    Folder(#[from] liuhen_store::parcel::Error),
    /// A worker thread ended unexpectedly.
    #[error("a worker of the sync ended")]
    Worker,
}

impl SyncError {
    /// Stable code, key of the sentence `error.<code>` in `assets/strings`.
    pub fn code(&self) -> &str {
        match self {
            Self::Address => "sync_address",
            Self::Code(_) => "sync_code",
            Self::Setup(_) => "sync_setup",
            Self::NotEnrolled => "sync_not_enrolled",
            Self::Locked => "locked",
            Self::Door(error) => door_code(error),
            Self::Foreign => "township_foreign",
            Self::Lie(lie) => lie.code(),
            Self::NewLog { .. } => "township_new_log",
            Self::Unwitnessed { .. } => "township_unwitnessed",
            Self::Answer(_) => "township_answer",
            Self::Restored { .. } => "sync_restored",
            Self::UploadRefused { .. } => "sync_upload_refused",
            Self::NoParcel => "parcel_none",
            Self::Broken { .. } => "parcel_broken",
            Self::Running => "sync_running",
            Self::Cancelled(_) => "cancelled",
            Self::Store(_) | Self::Vault(_) => "sync_home",
            Self::App(error) => &error.code,
            Self::Folder(_) => "parcel_folder",
            Self::Worker => "sync_worker",
        }
    }

    /// Whether trying again later may help without anybody doing anything.
    pub const fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Door(DoorError::Unreachable { .. } | DoorError::Busy { .. } | DoorError::Storage)
                | Self::Unwitnessed { .. }
        )
    }
}

/// The code of the sentence for a door that did not let us through.
fn door_code(error: &DoorError) -> &str {
    match error {
        DoorError::Unreachable { .. } => "township_unreachable",
        DoorError::Busy { .. } => "township_busy",
        DoorError::Unauthorised => "unauthorised",
        DoorError::Refused { code } => code,
        DoorError::UnpinnedKey => "township_foreign",
        DoorError::Storage => "township_storage",
        _ => "township_answer",
    }
}

impl From<SyncError> for liuhen_app::ApiError {
    fn from(error: SyncError) -> Self {
        let detail = error.to_string();
        match error {
            SyncError::App(error) => error,
            SyncError::Store(error) => error.into(),
            SyncError::Vault(error) => error.into(),
            SyncError::NewLog { held, kept } => {
                Self::with("township_new_log", &[("held", &held.to_string()), ("kept", &kept.to_string())])
                    .detail(detail)
            }
            SyncError::Unwitnessed { have, need } => Self::with(
                "township_unwitnessed",
                &[("have", &have.to_string()), ("need", &need.to_string())],
            )
            .detail(detail),
            SyncError::Broken { ref files, taken } => {
                Self::with("parcel_broken", &[("files", &files.join("、")), ("taken", &taken.to_string())])
                    .detail(detail)
            }
            other => Self::new(other.code()).detail(detail),
        }
    }
}
