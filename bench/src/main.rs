//! `liuhen-bench`: one piece of work per call, measured, answered with one line of JSON on standard output.
//!
//! `bench/run` drives it: it starts the township, makes fresh homes, calls this program and the baselines in turn and
//! makes the table. Our own side is the real use cases; the other side is in `baseline`, each at most 60 lines. Not
//! here: medians, ratios, tables.

mod baseline;
mod crowd;
mod laptop;
mod work;
mod world;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde_json::Value;

/// Anything that goes wrong ends the measurement with its message.
type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;

#[derive(Debug, Parser)]
#[command(name = "liuhen-bench", about)]
struct Arguments {
    #[command(subcommand)]
    work: Work,
}

/// Pieces of work. `--home` is a laptop's home; its passphrase is always the same.
#[derive(Debug, Subcommand)]
enum Work {
    /// Enrol a laptop.
    Enrol(laptop::Enrolling),
    /// Change settings of a home: JSON of `change_settings`.
    Set {
        #[arg(long)]
        home: PathBuf,
        #[arg(long)]
        settings: String,
    },
    /// Let a home grow: matters with notes and media, dated over three years.
    Grow(world::Growing),
    /// Commit 2 KB notes one by one, in turn with bare inserts.
    Commit(work::Commits),
    /// One sync, from the command to the last verified receipt.
    Sync {
        #[arg(long)]
        home: PathBuf,
    },
    /// Import files or folders.
    Import(work::Importing),
    /// Open a home that is locked; what the passphrase costs is measured beside it.
    Open {
        #[arg(long)]
        home: PathBuf,
        #[arg(long, default_value_t = 5)]
        times: usize,
    },
    /// Two characters, the newest 20, against a LIKE scan over the same texts.
    Search {
        #[arg(long)]
        home: PathBuf,
        /// Notes of the home, as it was grown.
        #[arg(long)]
        notes: u32,
    },
    /// Verify everything kept.
    Verify {
        #[arg(long)]
        home: PathBuf,
    },
    /// Make all documents anew.
    Rebuild {
        #[arg(long)]
        home: PathBuf,
    },
    /// 2,000 laptops at once.
    #[command(subcommand)]
    Crowd(crowd::Crowd),
    /// What the work is held against.
    #[command(subcommand)]
    Baseline(baseline::Baseline),
}

fn run(work: Work) -> Result<Value> {
    match work {
        Work::Enrol(enrolling) => laptop::enrol(&enrolling),
        Work::Set { home, settings } => laptop::set(&home, &settings),
        Work::Grow(growing) => world::grow(&growing),
        Work::Commit(commits) => work::commit(&commits),
        Work::Sync { home } => work::sync(&home),
        Work::Import(importing) => work::import(&importing),
        Work::Open { home, times } => work::open(&home, times),
        Work::Search { home, notes } => work::search(&home, notes),
        Work::Verify { home } => work::verify(&home),
        Work::Rebuild { home } => work::rebuild(&home),
        Work::Crowd(crowd) => crowd::run(crowd),
        Work::Baseline(baseline) => baseline::run(baseline),
    }
}

fn main() -> ExitCode {
    // The hidden child that reads the facts of foreign files, as in the real programs.
    if std::env::args_os().nth(1).is_some_and(|first| first == liuhen_app::FACTS_ARGUMENT) {
        return liuhen_app::facts_child();
    }
    let said = run(Arguments::parse().work).map(|value| writeln!(std::io::stdout().lock(), "{value}"));
    match said {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(std::io::stderr().lock(), "liuhen-bench: {error:?}"));
            ExitCode::FAILURE
        }
    }
}
