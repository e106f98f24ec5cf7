//! The command line of `liuhen-township`: arguments in, JSON out, one clear sentence on failure.
//!
//! With `--json` the answer is one JSON object (lists: one object per line) on stdout and a fault is `{code, message, detail}` there
//! too; without it the same is laid out for people. The exit code is 0 only on success.

mod args;
mod show;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser as _;
use liuhen_store::Moment;
use serde_json::Value;

use crate::control::{self, Command};
use crate::limits::Limits;
use crate::township::{Founding, KeyPlace, Restoring, Township};
use crate::words::{self, Fault};
use crate::{Error, Result, serve};
use args::{Args, Verb};

/// Environment variable that names the key file of the home.
const KEY_FILE: &str = "LIUHEN_TOWNSHIP_KEY";

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are answers, everything else is a fault of the command line.
            let asked = !error.use_stderr();
            drop(error.print());
            return if asked { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    log_to_stderr();
    let json = args.json;
    match run(args) {
        Ok(Some(value)) => finish(show::answer(&value, json), ExitCode::SUCCESS),
        Ok(None) => ExitCode::SUCCESS,
        Err(fault) => finish(show::fault(&fault, json), ExitCode::FAILURE),
    }
}

fn finish(text: String, code: ExitCode) -> ExitCode {
    let written = std::io::stdout().write_all(text.as_bytes()).and_then(|()| std::io::stdout().flush());
    if written.is_ok() { code } else { ExitCode::FAILURE }
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("LIUHEN_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,liuhen_server=info"));
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // A second subscriber in the same process (tests) keeps its place.
    drop(subscriber.try_init());
}

/// The key file of a home: `LIUHEN_TOWNSHIP_KEY`, or beside the home, never in it.
fn key_file(home: &Path) -> PathBuf {
    if let Some(path) = std::env::var_os(KEY_FILE).filter(|path| !path.is_empty()) {
        return PathBuf::from(path);
    }
    let mut name = home.file_name().unwrap_or(home.as_os_str()).to_owned();
    name.push(".key");
    home.with_file_name(name)
}

fn run(args: Args) -> std::result::Result<Option<Value>, Fault> {
    let home = std::path::absolute(&args.home).unwrap_or(args.home);
    let key = key_file(&home);
    verb(&home, &key, args.verb)
}

fn verb(home: &Path, key: &Path, verb: Verb) -> std::result::Result<Option<Value>, Fault> {
    let told = |error: Error| words::fault(&error);
    match verb {
        Verb::Init { name, origin, keys_to } => {
            let place = keys_to.map_or(KeyPlace::Shown, KeyPlace::Folder);
            let founding = Founding { name, origin, keys: place };
            let founded = Township::found(home, key, &founding, &Moment::system()).map_err(told)?;
            to_value(founded).map(Some).map_err(told)
        }
        Verb::Serve { listen } => {
            open(home, key).and_then(|township| serve::serve(township, listen, announce)).map_err(told)?;
            Ok(None)
        }
        Verb::Restore { input, recovery_key, root_key, checkpoint } => {
            let restoring = Restoring {
                recovery_key: recovery_key.map(read_key).transpose().map_err(told)?,
                root_key: root_key.map(read_key).transpose().map_err(told)?,
                checkpoint: checkpoint
                    .map(std::fs::read_to_string)
                    .transpose()
                    .map_err(|error| told(error.into()))?,
            };
            let report = Township::restore(home, key, &input, &restoring, &Moment::system()).map_err(told)?;
            to_value(report).map(Some).map_err(told)
        }
        other => {
            let command = other.into_command().map_err(told)?;
            ask_or_run(home, key, command).map(Some)
        }
    }
}

fn read_key(path: PathBuf) -> Result<String> {
    std::fs::read_to_string(&path).map(|text| text.trim().to_owned()).map_err(|_| Error::KeyFile(path))
}

fn open(home: &Path, key: &Path) -> Result<Township> {
    Township::open(home, key, Moment::system(), Limits::default())
}

/// Through the process that serves this home if there is one, else in this process.
fn ask_or_run(home: &Path, key: &Path, command: Command) -> std::result::Result<Value, Fault> {
    let told = |error: Error| words::fault(&error);
    if let Some(answer) = control::ask(home, &command).map_err(told)? {
        return answer;
    }
    match open(home, key) {
        Ok(township) => control::run(&township, command).map_err(told),
        Err(Error::Store(liuhen_store::Error::Busy { .. })) => {
            // It may have begun to serve between the two steps.
            match control::ask(home, &command).map_err(told)? {
                Some(answer) => answer,
                None => Err(told(Error::HomeBusy)),
            }
        }
        Err(error) => Err(told(error)),
    }
}

fn to_value(value: impl serde::Serialize) -> Result<Value> {
    Ok(serde_json::to_value(value)?)
}

/// One line when the door is open: scripts wait for it.
fn announce(ready: &serve::Ready) -> Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, ready)?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}
