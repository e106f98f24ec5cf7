//! What can go wrong with files, and how it is called at the outer boundary.
//!
//! No path and no file name stands in a message: names on a memory card may be personal data, and
//! messages reach logs. Whoever asked for an item knows which one it was.

use std::io;

use rustix::io::Errno;

use crate::work::Cancelled;

/// An error of the media vault.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The disk under the vault cannot hold the file. Nothing was kept of it.
    #[error("not enough space for the vault: {needed} bytes needed, {available} available")]
    NoSpace {
        /// Bytes that this and all running imports would take.
        needed: u64,
        /// Bytes free now for this user, less what is kept for the journal.
        available: u64,
    },
    /// The source is a symbolic link; the vault imports only files named themselves.
    #[error("the source is a symbolic link")]
    SymbolicLink,
    /// The source is a folder, device, pipe or socket.
    #[error("the source is not a regular file")]
    NotRegular,
    /// The source does not exist.
    #[error("the source does not exist")]
    NoSource,
    /// The source changed, grew, shrank or was replaced while it was read.
    #[error("the source changed while it was read")]
    ChangedWhileRead,
    /// The source could not be read (card pulled, bad sector, no permission).
    #[error("the source could not be read")]
    Source(#[source] io::Error),
    /// The vault's own folder could not be read or written.
    #[error("the vault could not be read or written while {doing}")]
    Disk {
        /// What was being done.
        doing: &'static str,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
    /// The vault holds no file of this digest.
    #[error("the vault holds no file of this digest")]
    Missing,
    /// The first 56 bytes are not what this vault key makes: damaged or another vault's.
    #[error("the header of a vault file is damaged or belongs to another vault")]
    Header,
    /// The header is sound, but not the one kept for this file: files were exchanged.
    #[error("a vault file is not the one that was stored under its name")]
    Exchanged,
    /// The file ends where no file may end: truncated or extended.
    #[error("a vault file was truncated or extended")]
    Length,
    /// A chunk does not carry the right tag.
    #[error("a vault file is damaged in 4 MiB block {block}")]
    Block {
        /// Number of the damaged block of plaintext, from 0.
        block: u64,
    },
    /// Bytes were received that do not have the digest they should have.
    #[error("the bytes received do not have the digest announced")]
    WrongDigest,
    /// An append does not start where the last one ended.
    #[error("the next byte wanted is {offset}")]
    Offset {
        /// The next byte wanted.
        offset: u64,
    },
    /// More bytes were handed in than announced, or a length out of range.
    #[error("more bytes than announced")]
    TooLong,
    /// A name that is not 1 to 64 of `a-z 0-9 -`.
    #[error("not a usable name for an upload")]
    Name,
    /// Another part of this process is receiving under the same name.
    #[error("this upload is in use")]
    InUse,
    /// A block list that cannot be written as a manifest.
    #[error("the manifest could not be built")]
    Manifest(#[source] liuhen_protocol::Error),
    /// The still could not be decoded, or is larger than the limits.
    #[error("no thumbnail can be made of this file")]
    NoThumbnail,
    /// The system's randomness failed.
    #[error("the system gave no randomness")]
    Randomness,
    /// A thread of the pipeline ended without a result.
    #[error("an internal stage of the import ended early")]
    Stage,
    /// A person cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Result of vault operations.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Stable code, key of the sentence in `assets/strings` (`error.<code>`).
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSpace { .. } => "no_space",
            Self::SymbolicLink => "source_is_link",
            Self::NotRegular => "source_not_regular",
            Self::NoSource => "source_missing",
            Self::ChangedWhileRead => "source_changed",
            Self::Source(_) => "source_unreadable",
            Self::Disk { .. } => "vault_disk",
            Self::Missing => "media_missing",
            Self::Header | Self::Exchanged | Self::Length | Self::Block { .. } => "media_damaged",
            Self::WrongDigest => "wrong_digest",
            Self::Offset { .. } => "offset_mismatch",
            Self::TooLong => "too_long",
            Self::Name => "bad_name",
            Self::InUse => "upload_in_use",
            Self::Manifest(_) => "bad_manifest",
            Self::NoThumbnail => "no_thumbnail",
            Self::Randomness => "no_randomness",
            Self::Stage => "import_stage",
            Self::Cancelled(_) => "cancelled",
        }
    }

    /// Whether the stored bytes themselves are at fault, so that the file belongs in `aside/`.
    pub const fn is_damage(&self) -> bool {
        matches!(self, Self::Header | Self::Exchanged | Self::Length | Self::Block { .. })
    }

    /// Maps a system error met while writing the vault; a full disk gets its own name.
    pub(crate) fn disk(doing: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::NoSpace { needed: 0, available: 0 }
            }
            _ => Self::Disk { doing, source },
        }
    }

    /// Maps a system error met while reading a source.
    pub(crate) fn source(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NoSource,
            // Opening with O_NOFOLLOW answers ELOOP for a symbolic link.
            _ if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => Self::SymbolicLink,
            _ => Self::Source(error),
        }
    }
}
