//! What our work is held against: the same effect without signatures in a chain, folds, search, log or receipts, as fast as
//! a good engineer would write it in an afternoon. Each file is at most 60 lines.

mod door;
pub(crate) mod insert;
pub(crate) mod like;
mod put;
mod signed;
mod strict;
mod sync;

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::Value;

use crate::Result;

/// Baselines that are programs of their own.
#[derive(Debug, Subcommand)]
pub(crate) enum Baseline {
    /// An endpoint that writes what is put, and fsyncs. Prints its address and stays.
    Put {
        #[arg(long)]
        folder: PathBuf,
        /// Over TLS.
        #[arg(long)]
        tls: bool,
    },
    /// Notes from one database to another over HTTPS, strictly verified.
    Sync {
        #[arg(long)]
        folder: PathBuf,
        #[arg(long)]
        notes: u32,
        /// Append to a plain file instead of the database at the other end.
        #[arg(long)]
        append: bool,
    },
    /// Strict Ed25519 of so many signatures, on one thread and on two.
    Strict {
        #[arg(long)]
        count: u32,
    },
}

pub(crate) fn run(baseline: Baseline) -> Result<Value> {
    match baseline {
        Baseline::Put { folder, tls } => put::serve(folder, tls),
        Baseline::Sync { folder, notes, append } => sync::run(&folder, notes, append),
        Baseline::Strict { count } => strict::run(count),
    }
}
