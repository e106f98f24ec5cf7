//! Commands of each noun but the matter.

use std::path::PathBuf;

use clap::Subcommand;

/// `passphrase …`.
#[derive(Debug, Subcommand)]
pub enum PassphraseCommand {
    /// Change the passphrase of the officer who unlocks.
    Change,
}

/// `note …`.
#[derive(Debug, Subcommand)]
pub enum NoteCommand {
    /// Add a note.
    Add {
        /// Matter id.
        #[arg(long, value_name = "ID")]
        matter: String,
        /// Text; `-` reads standard input.
        #[arg(long, value_name = "T", allow_hyphen_values = true)]
        text: String,
        /// Hash of the note it corrects.
        #[arg(long, value_name = "HASH")]
        corrects: Option<String>,
    },
    /// List the notes of a matter, oldest first.
    List {
        /// Matter id.
        #[arg(long, value_name = "ID")]
        matter: String,
    },
}

/// `media …`.
#[derive(Debug, Subcommand)]
pub enum MediaCommand {
    /// Import files or folders.
    Import {
        /// Files or folders.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Matter to link them to.
        #[arg(long, value_name = "ID")]
        matter: Option<String>,
        /// Clock offset: true time = device time + offset.
        #[arg(long, value_name = "SECONDS", allow_hyphen_values = true, default_value_t = 0)]
        offset: i32,
        /// Camera number.
        #[arg(long, value_name = "N")]
        device: Option<String>,
        /// Compute SM3 later; as the settings say when absent.
        #[arg(long)]
        sm3_later: bool,
        /// Only look at the files; import nothing.
        #[arg(long)]
        preview: bool,
    },
    /// Compute the SM3 that imports put off.
    Digest,
    /// List media, newest first.
    List {
        /// Only those of this matter.
        #[arg(long, value_name = "ID", conflicts_with = "unlinked")]
        matter: Option<String>,
        /// Only those linked to no matter.
        #[arg(long)]
        unlinked: bool,
    },
    /// Read every byte of a file again.
    Check {
        /// Media id or SHA-256.
        id: String,
    },
    /// Link a file to a matter.
    Link {
        /// Media id.
        id: String,
        /// Matter id.
        #[arg(long, value_name = "ID")]
        matter: String,
    },
    /// Take back a link.
    Unlink {
        /// Media id.
        id: String,
        /// Matter id.
        #[arg(long, value_name = "ID")]
        matter: String,
        /// Reason.
        #[arg(long, value_name = "T")]
        reason: String,
    },
    /// Mark a file, or one moment of it, as important.
    Mark {
        /// Media id.
        id: String,
        /// The moment, in milliseconds from the beginning.
        #[arg(long, value_name = "MS")]
        at: Option<u32>,
        /// What is to be seen there.
        #[arg(long, value_name = "T", requires = "at")]
        text: Option<String>,
    },
    /// List where files may come from: plugged-in volumes and the watched folder.
    Sources,
    /// Keep a folder in view, so that the desk offers its new files.
    Watch {
        /// Folder; none any more when absent.
        path: Option<PathBuf>,
    },
    /// Say what of a camera the township holds, or erase just that from it.
    Clear {
        /// Files or folders of the camera.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Erase; without it nothing is touched.
        #[arg(long)]
        really: bool,
    },
    /// Erase the local copy of a file that is safe elsewhere.
    Erase {
        /// Media id.
        id: String,
        /// Reason.
        #[arg(long, value_name = "T")]
        reason: Option<String>,
        /// A second copy, which is read and compared.
        #[arg(long, value_name = "FILE")]
        copy: Option<PathBuf>,
    },
    /// Write the original of a file.
    Open {
        /// Media id or SHA-256.
        id: String,
        /// File to write; must not exist.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// `draft …`.
#[derive(Debug, Subcommand)]
pub enum DraftCommand {
    /// Begin a draft.
    New {
        /// Matter id.
        #[arg(long, value_name = "ID")]
        matter: String,
        /// Title.
        #[arg(long, value_name = "T")]
        title: String,
    },
    /// Save a field.
    Set {
        /// Draft id.
        id: String,
        /// Field.
        field: String,
        /// Text; `-` reads standard input.
        #[arg(long, value_name = "T", allow_hyphen_values = true)]
        text: String,
        /// Hash of a revision that was looked at; the newest ones when absent.
        #[arg(long = "base", value_name = "HASH")]
        base: Vec<String>,
    },
    /// Show a draft.
    Show {
        /// Draft id.
        id: String,
    },
    /// List drafts, newest first.
    List {
        /// Only those of this matter.
        #[arg(long, value_name = "ID")]
        matter: Option<String>,
    },
    /// Choose between texts of a field.
    Resolve {
        /// Draft id.
        id: String,
        /// Field.
        field: String,
        /// Hash of the revision chosen.
        #[arg(long, value_name = "HASH")]
        chosen: String,
        /// Text, when it differs from the chosen one; `-` reads standard input.
        #[arg(long, value_name = "T", allow_hyphen_values = true)]
        text: Option<String>,
    },
}

/// `camera …`.
#[derive(Debug, Subcommand)]
pub enum CameraCommand {
    /// Record the checks before duty; what is not named is not in order.
    Check {
        /// Device number.
        number: String,
        /// Who carries it: name or id.
        #[arg(long, value_name = "NAME")]
        carried_by: Option<String>,
        /// The battery is charged.
        #[arg(long)]
        battery: bool,
        /// The card has room.
        #[arg(long)]
        card: bool,
        /// The clock is right.
        #[arg(long)]
        clock: bool,
    },
    /// Give the reason for a missing or interrupted recording.
    Missing {
        /// Reason.
        #[arg(long, value_name = "T")]
        reason: String,
        /// Matter without recording.
        #[arg(long, value_name = "ID")]
        matter: Option<String>,
        /// Device number.
        #[arg(long, value_name = "N")]
        number: Option<String>,
    },
    /// Record that a camera was handed back.
    Return {
        /// Device number.
        number: String,
        /// What is not in order; without it camera and card are whole.
        #[arg(long, value_name = "T")]
        note: Option<String>,
    },
    /// List checks, handings back and missing recordings, newest first.
    List,
}

/// `finding …`.
#[derive(Debug, Subcommand)]
pub enum FindingCommand {
    /// Answer a finding on record.
    Answer {
        /// Finding id.
        id: String,
        /// Answer; `-` reads standard input.
        #[arg(long, value_name = "T", allow_hyphen_values = true)]
        text: String,
    },
}

/// `shift …`.
#[derive(Debug, Subcommand)]
pub enum ShiftCommand {
    /// Show the running shift.
    Show,
    /// End the shift with a signed statement.
    End,
}

/// `receipt …`.
#[derive(Debug, Subcommand)]
pub enum ReceiptCommand {
    /// Show the receipts of an entry, a file, a draft or a matter.
    Show {
        /// Entry hash, media id, draft id or matter id.
        id: String,
        /// File to write the receipt of a single entry to, as .tlog-proof.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}
