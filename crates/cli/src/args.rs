//! The argument line, as docs/cli.md states it. Nothing is done here.

mod matter;
mod nouns;

pub use matter::{MatterCommand, MatterStart, Outcome, SignerWord, Start, State};
pub use nouns::{
    CameraCommand, DraftCommand, FindingCommand, MediaCommand, NoteCommand, PassphraseCommand,
    ReceiptCommand, ShiftCommand,
};

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Record on site, sync to the township, prove it.
#[derive(Debug, Parser)]
#[command(name = "liuhen", version, about, disable_help_subcommand = true)]
pub struct Arguments {
    /// Folder of the home; LIUHEN_HOME, else the usual place when absent.
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Officer who unlocks: name or id; the only one when absent.
    #[arg(long, global = true, value_name = "NAME")]
    pub officer: Option<String>,
    /// Progress on standard error as JSON lines, too.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Enrol an officer on this laptop.
    Enrol {
        /// Address of the township.
        #[arg(long, value_name = "URL")]
        township: String,
        /// Enrolment code.
        #[arg(long)]
        code: String,
        /// Name of this laptop.
        #[arg(long, value_name = "NAME")]
        device: Option<String>,
    },
    /// Change the passphrase.
    #[command(subcommand)]
    Passphrase(PassphraseCommand),
    /// Open the data with the township's recovery key, for a new passphrase.
    Recover {
        /// Recovery key file.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Matters (执法记录).
    #[command(subcommand)]
    Matter(MatterCommand),
    /// Notes of a matter.
    #[command(subcommand)]
    Note(NoteCommand),
    /// Media (音像资料).
    #[command(subcommand)]
    Media(MediaCommand),
    /// Drafts (拟稿).
    #[command(subcommand)]
    Draft(DraftCommand),
    /// Body cameras (执法记录仪).
    #[command(subcommand)]
    Camera(CameraCommand),
    /// Search everything kept here.
    Search {
        /// Words to find.
        text: String,
    },
    /// Past parties (当事人), with their matters.
    Parties {
        /// Part of a name or number; the latest ones when absent.
        #[arg(default_value = "")]
        text: String,
    },
    /// Unanswered findings (问题提示).
    Findings {
        /// With the answered ones.
        #[arg(long)]
        all: bool,
    },
    /// Answer a finding.
    #[command(subcommand)]
    Finding(FindingCommand),
    /// The shift (当班).
    #[command(subcommand)]
    Shift(ShiftCommand),
    /// Officers known here.
    Officers,
    /// Sync with the township (上传同步).
    Sync {
        /// Bandwidth limit in kbit/s.
        #[arg(long, value_name = "N")]
        limit_kbit: Option<u32>,
        /// Send no media.
        #[arg(long)]
        text_only: bool,
        /// Write parcels into this folder instead.
        #[arg(long, value_name = "DIR", conflicts_with = "from")]
        to: Option<PathBuf>,
        /// Read parcels from this folder instead.
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
        /// Follow the township's new log after a disaster.
        #[arg(long)]
        follow_new_log: bool,
        /// Note that this warning was looked at.
        #[arg(long, value_name = "ID")]
        accept: Option<String>,
        /// Set aside entries that can never be sent, for this reason.
        #[arg(long, value_name = "REASON", requires = "out")]
        set_aside: Option<String>,
        /// File to write the entries set aside to; must not exist.
        #[arg(long, value_name = "FILE", requires = "set_aside")]
        out: Option<PathBuf>,
    },
    /// Figures of this home.
    Status,
    /// Receipts (存证回执).
    #[command(subcommand)]
    Receipt(ReceiptCommand),
    /// Verify everything kept here.
    Verify {
        /// Read every byte of database and media.
        #[arg(long)]
        deep: bool,
    },
    /// Write the bundle of a matter.
    Export {
        /// Matter id.
        #[arg(long, value_name = "ID")]
        matter: String,
        /// Folder to write; must not exist or be empty.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Check a bundle.
    VerifyBundle {
        /// Folder of the bundle.
        folder: PathBuf,
    },
    /// Make all documents anew from the journal.
    Rebuild,
    /// Put the vault in order after an interrupted import.
    Sweep,
    /// Open the desk in a browser on this machine.
    Desk {
        /// Port on 127.0.0.1; any free one when absent.
        #[arg(long, value_name = "N", default_value_t = 0)]
        port: u16,
        /// Folder of the built user interface; LIUHEN_UI, else beside the program when absent.
        #[arg(long, value_name = "DIR")]
        ui: Option<PathBuf>,
    },
}
