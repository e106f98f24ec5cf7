//! The facts of a file: kind, times, length, size, codecs, place, device.
//!
//! What parses the bytes runs in a child process of the same program, started with a hidden argument:
//! 512 MB of memory beyond the program itself, 10 s of processor time, 15 s in all, and after its
//! start no right to open a file or a socket. It reads the file from its standard input and answers
//! one line of JSON. Whatever happens to it, the import goes on: [`read`] never fails, it gives fewer
//! facts and says why.

mod child;
mod kept;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use liuhen_core::matter::Coordinates;
use serde::{Deserialize, Serialize};

use super::name::{self, NameFacts};
use crate::vault;

pub use child::child;
pub use kept::read_kept;

/// Hidden argument with which a program of ours becomes the reading child.
pub const ARGUMENT: &str = "__facts";
/// Begins the line with the answer.
const ANSWER: &str = "liuhen-facts ";
/// Wall time a child gets.
const PATIENCE: Duration = Duration::from_secs(15);
/// Bytes of answer that are read.
const LONGEST: u64 = 64 * 1024;

/// What a file tells about itself. None of it is trusted; all of it may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Media type by the first bytes; empty where the file could not be looked at.
    pub mime: String,
    /// Creation time in the header of a movie, taken as UTC; Unix seconds.
    #[serde(default)]
    pub movie_time: Option<i64>,
    /// Time a still was taken; Unix seconds.
    #[serde(default)]
    pub exif_time: Option<i64>,
    /// Whether EXIF named a zone; if not, Asia/Shanghai was assumed.
    #[serde(default)]
    pub exif_zoned: bool,
    /// Length in milliseconds.
    #[serde(default)]
    pub duration_ms: Option<u64>,
    /// Pixels across.
    #[serde(default)]
    pub width: Option<u32>,
    /// Pixels down.
    #[serde(default)]
    pub height: Option<u32>,
    /// Four characters naming the video codec.
    #[serde(default)]
    pub video: Option<String>,
    /// Four characters naming the audio codec.
    #[serde(default)]
    pub audio: Option<String>,
    /// Where the device was.
    #[serde(default)]
    pub coordinates: Option<Coordinates>,
    /// Maker of the camera.
    #[serde(default)]
    pub make: Option<String>,
    /// Model of the camera.
    #[serde(default)]
    pub model: Option<String>,
    /// Serial number of the camera.
    #[serde(default)]
    pub serial: Option<String>,
    /// What the name tells.
    #[serde(default)]
    pub name: NameFacts,
    /// Modification time; Unix seconds.
    #[serde(default)]
    pub modified: Option<i64>,
    /// Why the content told nothing, if it could not be read.
    #[serde(default)]
    pub failure: Option<Failure>,
}

impl Facts {
    /// Number of the device: from the name, else the serial number in the file.
    pub fn device(&self) -> Option<&str> {
        self.name.device.as_deref().or(self.serial.as_deref())
    }
}

/// Why a child gave no facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The file could not be opened.
    Unreadable,
    /// The child could not be started.
    NotStarted,
    /// It took too long and was stopped.
    TooSlow,
    /// It died: memory, processor time, or a fault of the parser.
    Died,
    /// Its answer was no answer.
    Answer,
}

/// The program that reads facts.
#[derive(Debug, Clone)]
pub struct FactsCommand {
    /// Program to start.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Wall time it gets.
    pub patience: Duration,
}

impl FactsCommand {
    /// This very program with [`ARGUMENT`]; its `main` has to call [`child`] then.
    pub fn this_program() -> io::Result<Self> {
        Ok(Self::of(std::env::current_exe()?, [ARGUMENT]))
    }

    /// Another program.
    pub fn of(program: PathBuf, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self { program, arguments, patience: PATIENCE }
    }
}

/// The facts of a file. Never fails: see [`Facts::failure`].
pub fn read(path: &Path, command: &FactsCommand) -> Facts {
    let name = name::read(path);
    let Ok((file, meta)) = vault::open_regular(path) else {
        return Facts { name, failure: Some(Failure::Unreadable), ..Facts::default() };
    };
    // A date before 1980 is what a card without a clock gives.
    let modified = Some(meta.mtime()).filter(|at| *at > 315_532_800);
    match ask(file, command) {
        Ok(facts) => Facts { name, modified, failure: None, ..facts },
        Err(failure) => Facts { name, modified, failure: Some(failure), ..Facts::default() },
    }
}

fn ask(file: File, command: &FactsCommand) -> Result<Facts, Failure> {
    let mut start = Command::new(&command.program);
    start.args(&command.arguments).stdin(file).stdout(Stdio::piped()).stderr(Stdio::null());
    // Nothing of ours goes along, above all no passphrase; the loader needs its own.
    start.env_clear();
    for name in ["PATH", "LD_LIBRARY_PATH"] {
        if let Some(value) = std::env::var_os(name) {
            start.env(name, value);
        }
    }
    let mut child = start.spawn().map_err(|_| Failure::NotStarted)?;
    let output = child.stdout.take().ok_or(Failure::NotStarted)?;
    let (answer, heard) = channel();
    thread::spawn(move || {
        let mut text = Vec::new();
        let read = output.take(LONGEST).read_to_end(&mut text);
        // If nobody waits any more, the answer came too late.
        drop(answer.send(read.map(|_| text)));
    });
    let heard = heard.recv_timeout(command.patience);
    if heard.is_err() {
        // It may have ended just now.
        drop(child.kill());
    }
    let ended = child.wait().map_err(|_| Failure::Died)?;
    let text = match heard {
        Ok(Ok(text)) => text,
        Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return Err(Failure::Answer),
        Err(RecvTimeoutError::Timeout) => return Err(Failure::TooSlow),
    };
    if !ended.success() {
        return Err(Failure::Died);
    }
    let text = String::from_utf8(text).map_err(|_| Failure::Answer)?;
    let line = text.lines().find_map(|line| line.strip_prefix(ANSWER)).ok_or(Failure::Answer)?;
    serde_json::from_str(line).map_err(|_| Failure::Answer)
}
