//! The operator's commands as values, and the local socket over which they reach a township that is being served.
//!
//! The home has one owner at a time. While `serve` holds it, `liuhen-township invite …` connects to `control.sock` in the home
//! (readable by the owner only) and the serving process runs the command; otherwise the command opens the home itself. Both ways
//! call [`run`], so an answer never depends on which.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use chrono::NaiveDate;
use liuhen_core::Role;
use liuhen_core::officer::OfficerGranted;
use liuhen_protocol::Digest;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::township::{Invitation, NoteChange, RevokeOrder, RootKey, Township, WitnessOrder};
use crate::words::{self, Fault};
use crate::{Error, Result};

/// Name of the socket in the home.
const SOCKET: &str = "control.sock";
/// Longest command line: 4 MiB, for a carried witness answer or many entries.
const MAX_LINE: u64 = 4 << 20;

/// What an operator can ask for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Whether somebody serves this home; also its size.
    Status,
    /// A code for one officer.
    Invite(Invitation),
    /// Officers and their keys.
    Officers,
    /// A further role, or a renewed certificate.
    Grant {
        /// Id or name.
        officer: String,
        /// The role.
        role: Role,
        /// Number of the certificate, if it changed.
        certificate: Option<String>,
        /// Agency, if it changed.
        agency: Option<String>,
        /// Last valid day, if it changed.
        valid_until: Option<NaiveDate>,
    },
    /// Takes a role back.
    Withdraw {
        /// Id or name.
        officer: String,
        /// The role.
        role: Role,
        /// Why.
        reason: Option<String>,
    },
    /// Ends the right of keys.
    Revoke(RevokeOrder),
    /// Entries that wait for a supervisor.
    PendingList,
    /// Admits or declines them.
    PendingJudge {
        /// Admit, or decline.
        admit: bool,
        /// Hashes; empty: all that wait.
        entries: Vec<Digest>,
        /// Why.
        reason: String,
        /// The supervisor, id or name.
        by: String,
    },
    /// Registers a witness.
    WitnessAdd(WitnessOrder),
    /// All witnesses and how far they followed.
    WitnessList,
    /// Writes the request for a witness to a file that is carried.
    WitnessRequest {
        /// Which.
        name: String,
        /// Where to.
        out: PathBuf,
    },
    /// Takes the answer of a witness from a carried file.
    WitnessResponse {
        /// Which.
        name: String,
        /// The request that was carried.
        request: PathBuf,
        /// The answer.
        response: PathBuf,
    },
    /// Signs a new version of the township note with the root key.
    Note {
        /// The root key's text.
        root_key: String,
        /// What changes.
        change: NoteChange,
    },
    /// Laptops silent and media overdue.
    Laptops {
        /// Days after which a laptop is called silent.
        silent_days: i64,
        /// Days after which media are called overdue.
        overdue_days: i64,
    },
    /// Checks everything that is kept.
    Verify {
        /// Every byte too.
        deep: bool,
    },
    /// Writes a backup.
    Backup {
        /// Where to.
        out: PathBuf,
    },
    /// Takes parcels in and writes the answers.
    Carry {
        /// Folder with parcels.
        input: PathBuf,
        /// Folder for answers.
        output: PathBuf,
    },
}

/// Runs a command.
pub fn run(township: &Township, command: Command) -> Result<Value> {
    match command {
        Command::Status => Ok(
            json!({ "size": township.size(), "root_pin": township.root_pin(), "spki": township.tls_pin() }),
        ),
        Command::Invite(invitation) => value(township.invite(&invitation)?),
        Command::Officers => value(township.officers()),
        Command::Grant { officer, role, certificate, agency, valid_until } => {
            township.grant(&officer, OfficerGranted { role, certificate, agency, valid_until })?;
            value(township.person(&officer)?)
        }
        Command::Withdraw { officer, role, reason } => {
            township.withdraw(&officer, role, reason)?;
            value(township.person(&officer)?)
        }
        Command::Revoke(order) => {
            let revoked = township.revoke(&order)?;
            let lines = revoked.into_iter().map(|(series, last)| json!({ "series": series, "last": last }));
            Ok(Value::Array(lines.collect()))
        }
        Command::PendingList => value(township.pending()?),
        Command::PendingJudge { admit, mut entries, reason, by } => {
            if entries.is_empty() {
                entries = township.pending()?.into_iter().map(|late| late.hash).collect();
            }
            Ok(json!({ "judged": township.judge(&entries, admit, &reason, &by)?, "admitted": admit }))
        }
        Command::WitnessAdd(order) => value(township.add_witness(&order)?),
        Command::WitnessList => value(township.witnesses()?),
        Command::WitnessRequest { name, out } => {
            let request = township.witness_request(&name)?;
            std::fs::write(&out, &request.body)?;
            Ok(json!({ "out": out, "size": request.size }))
        }
        Command::WitnessResponse { name, request, response } => {
            let (request, response) = (std::fs::read_to_string(request)?, std::fs::read_to_string(response)?);
            value(township.witness_response(&name, &request, &response)?)
        }
        Command::Note { root_key, change } => {
            value(township.renew_note(&RootKey::parse(&root_key)?, &change)?)
        }
        Command::Laptops { silent_days, overdue_days } => {
            value(township.overview(silent_days, overdue_days)?)
        }
        Command::Verify { deep } => value(township.verify(deep)?),
        Command::Backup { out } => value(township.backup(&out)?),
        Command::Carry { input, output } => value(township.carry(&input, &output)?),
    }
}

fn value(answer: impl Serialize) -> Result<Value> {
    Ok(serde_json::to_value(answer)?)
}

/// What travels back: the answer, or the fault.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    Answer(Value),
    Fault(Fault),
}

/// The path by which the socket is reached. A Unix address has room for 108 bytes, a home may be deeper: then the folder is opened
/// and named through `/proc/self/fd`, which is short.
struct Place {
    path: PathBuf,
    _folder: Option<std::fs::File>,
}

fn place(home: &Path) -> Result<Place> {
    use std::os::fd::AsRawFd as _;
    let path = home.join(SOCKET);
    if path.as_os_str().len() < 100 {
        return Ok(Place { path, _folder: None });
    }
    let folder = std::fs::File::open(home)?;
    let path = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd())).join(SOCKET);
    Ok(Place { path, _folder: Some(folder) })
}

/// The listening end; stops and removes its socket when dropped.
pub struct Control {
    home: PathBuf,
    listener: UnixListener,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").finish_non_exhaustive()
    }
}

impl Control {
    /// Listens in the home of this township. The home's lock is held by the caller, so an old socket is nobody's.
    pub fn listen(township: &Township) -> Result<Self> {
        let home = township.home().to_owned();
        let place = place(&home)?;
        match std::fs::remove_file(&place.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let listener = UnixListener::bind(&place.path)?;
        std::fs::set_permissions(&place.path, std::fs::Permissions::from_mode(0o600))?;
        let stop = Arc::new(AtomicBool::new(false));
        let (flag, township, own) = (Arc::clone(&stop), township.clone(), listener.try_clone()?);
        let thread = std::thread::Builder::new().name("control".into()).spawn(move || {
            for stream in own.incoming() {
                if flag.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                // One command at a time: an operator's commands are few, and their order should be theirs.
                if let Err(error) = answer(&township, &stream) {
                    tracing::warn!(code = error.code(), "a command over the control socket failed");
                }
            }
        })?;
        Ok(Self { home, listener, stop, thread: Some(thread) })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread, which then sees the flag; needs no path, for the home may be gone already.
        let _ = rustix::net::shutdown(&self.listener, rustix::net::Shutdown::Both);
        if let Ok(place) = place(&self.home) {
            drop(std::fs::remove_file(&place.path));
        }
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn answer(township: &Township, stream: &UnixStream) -> Result<()> {
    let mut line = String::new();
    BufReader::new(stream).take(MAX_LINE).read_line(&mut line)?;
    if line.is_empty() {
        return Ok(());
    }
    let reply = match serde_json::from_str::<Command>(&line) {
        Err(_) => Reply::Fault(words::fault(&Error::Malformed { what: "command" })),
        Ok(command) => match run(township, command) {
            Ok(value) => Reply::Answer(value),
            Err(error) => Reply::Fault(words::fault(&error)),
        },
    };
    let mut out = stream;
    out.write_all(&serde_json::to_vec(&reply)?)?;
    out.write_all(b"\n")?;
    Ok(())
}

/// Asks the process that serves this home; `None` if nobody does.
pub fn ask(home: &Path, command: &Command) -> Result<Option<std::result::Result<Value, Fault>>> {
    let place = place(home)?;
    let stream = match UnixStream::connect(&place.path) {
        Ok(stream) => stream,
        Err(error)
            if matches!(
                error.kind(),
                std::io::ErrorKind::NotFound | std::io::ErrorKind::ConnectionRefused
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let mut out = &stream;
    out.write_all(&serde_json::to_vec(command)?)?;
    out.write_all(b"\n")?;
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line)?;
    if line.is_empty() {
        return Err(Error::HomeBusy);
    }
    Ok(Some(match serde_json::from_str(&line)? {
        Reply::Answer(value) => Ok(value),
        Reply::Fault(fault) => Err(fault),
    }))
}
