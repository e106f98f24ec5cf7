//! From the argument line to the answer.

mod nouns;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use liuhen_app::input::{
    AcceptWarning, Enrol, ExportMatter, FindParties, ListFindings, Nothing, Recover, Search, SetAsideTail,
    SyncNow, Unlock, VerifyBundle, VerifyHome,
};
use liuhen_app::view::HomeState;
use liuhen_app::{ApiError, Laptop, LaptopOptions, bundle, findings, home, onsite, search, sync, verify};
use liuhen_sync::{LoopbackReader, TownshipCourier};

use crate::args::{Arguments, Command};
use crate::{desk, output, passphrase, progress};

/// Reads the argument line, does what it says, prints, and answers the exit code: 0 only on success,
/// 2 for an argument line that cannot be read, 1 for everything else.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => {
            output::failure(&ApiError::new("usage").detail(error.render()));
            return ExitCode::from(2);
        }
        Err(help) => {
            drop(output::line(help.render().to_string().trim_end()));
            return ExitCode::SUCCESS;
        }
    };
    match done(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::failure(&error);
            ExitCode::FAILURE
        }
    }
}

/// A path as text; a path that is not UTF-8 is refused rather than changed.
pub(crate) fn text_of(path: &Path) -> Result<String, ApiError> {
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| ApiError::with("file_missing", &[("path", &path.display().to_string())]))
}

/// Text of an option; `-` reads standard input.
pub(crate) fn text_or_stdin(text: String) -> Result<String, ApiError> {
    if text != "-" {
        return Ok(text);
    }
    std::io::read_to_string(std::io::stdin()).map_err(|error| ApiError::new("storage").detail(error.kind()))
}

fn home_folder(given: Option<PathBuf>) -> Result<PathBuf, ApiError> {
    let of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    given
        .or_else(|| of("LIUHEN_HOME"))
        .or_else(|| of("XDG_DATA_HOME").map(|folder| folder.join("liuhen")))
        .or_else(|| of("HOME").map(|folder| folder.join(".local/share/liuhen")))
        .ok_or_else(|| ApiError::new("no_home"))
}

/// The terminal of one laptop.
pub(crate) struct Terminal {
    pub(crate) laptop: Laptop,
    officer: Option<String>,
    json: bool,
}

impl Terminal {
    /// Unlocks, with the passphrase from the environment or a prompt.
    pub(crate) fn unlock(&self) -> Result<(), ApiError> {
        if home::home_state(&self.laptop, Nothing {})?.state == HomeState::Fresh {
            return Err(ApiError::new("not_enrolled"));
        }
        let passphrase = passphrase::own()?;
        home::unlock(&self.laptop, Unlock { officer: self.officer.clone(), passphrase })?;
        Ok(())
    }

    pub(crate) fn work(&self) -> liuhen_app::Work {
        progress::shown(self.json)
    }
}

fn done(arguments: Arguments) -> Result<(), ApiError> {
    let Arguments { home, officer, json, command } = arguments;
    // A bundle is checked by anybody, without a home.
    if let Command::VerifyBundle { folder } = &command {
        let input = VerifyBundle { folder: text_of(folder)? };
        let checked = bundle::check_bundle(&input, &progress::shown(json))?;
        output::object(&checked)?;
        return if checked.sound { Ok(()) } else { Err(unsound("bundle_faulty", checked.faults.len())) };
    }
    let folder = home_folder(home)?;
    let options =
        LaptopOptions { courier: Some(Arc::new(TownshipCourier::https())), ..LaptopOptions::default() };
    let laptop = Laptop::open(&folder, options)?;
    laptop.read_cards_with(Arc::new(LoopbackReader));
    let terminal = Terminal { laptop, officer, json };
    match command {
        Command::Enrol { township, code, device } => enrol(&terminal, township, code, device),
        Command::Recover { key } => recover(&terminal, &key),
        Command::Desk { port, ui } => desk::open(&terminal.laptop, port, ui),
        command => {
            terminal.unlock()?;
            unlocked(&terminal, command)
        }
    }
}

/// A check that found something is a failure, after its findings were printed.
fn unsound(code: &str, count: usize) -> ApiError {
    ApiError::with(code, &[("count", &count.to_string())])
}

fn enrol(
    terminal: &Terminal,
    township: String,
    code: String,
    device: Option<String>,
) -> Result<(), ApiError> {
    let state = home::home_state(&terminal.laptop, Nothing {})?.state;
    // Another officer of a laptop lets a new one in; an enrolment that was broken off goes on alone.
    if state == HomeState::Locked {
        terminal.unlock()?;
    }
    let passphrase = passphrase::for_new_key()?;
    output::object(&home::enrol(&terminal.laptop, Enrol { township, code, passphrase, device })?)
}

fn recover(terminal: &Terminal, key: &Path) -> Result<(), ApiError> {
    if home::home_state(&terminal.laptop, Nothing {})?.state == HomeState::Fresh {
        return Err(ApiError::new("no_home"));
    }
    let passphrase = passphrase::for_new_key()?;
    let input = Recover { key: text_of(key)?, officer: terminal.officer.clone(), passphrase };
    output::object(&home::recover(&terminal.laptop, input)?)
}

fn unlocked(terminal: &Terminal, command: Command) -> Result<(), ApiError> {
    let laptop = &terminal.laptop;
    match command {
        Command::Passphrase(command) => nouns::passphrase(terminal, command),
        Command::Matter(command) => nouns::matter(terminal, command),
        Command::Note(command) => nouns::note(terminal, command),
        Command::Media(command) => nouns::media(terminal, command),
        Command::Draft(command) => nouns::draft(terminal, command),
        Command::Camera(command) => nouns::camera(terminal, command),
        Command::Finding(command) => nouns::finding(terminal, command),
        Command::Shift(command) => nouns::shift(terminal, command),
        Command::Receipt(command) => nouns::receipt(terminal, command),
        Command::Search { text } => {
            output::lines(&search::search(laptop, Search { text, ..Search::default() })?.hits)
        }
        Command::Parties { text } => {
            output::lines(&onsite::parties(laptop, FindParties { text, ..FindParties::default() })?.parties)
        }
        Command::Findings { all } => {
            let input = ListFindings { matter: None, answered: all };
            output::lines(&findings::findings(laptop, input)?.findings)
        }
        Command::Officers => output::lines(&home::officers(laptop, Nothing {})?.officers),
        Command::Status => output::object(&home::status(laptop, Nothing {})?),
        Command::Rebuild => output::object(&home::rebuild(laptop, Nothing {})?),
        Command::Sweep => output::object(&home::sweep(laptop, Nothing {})?),
        Command::Verify { deep } => {
            let checked = verify::verify_home(laptop, &VerifyHome { deep }, &terminal.work())?;
            output::object(&checked)?;
            if checked.sound { Ok(()) } else { Err(unsound("home_faulty", checked.faults.len())) }
        }
        Command::Export { matter, out } => {
            let input = ExportMatter { matter, out: text_of(&out)? };
            output::object(&bundle::export_matter(laptop, &input, &terminal.work())?)
        }
        Command::Sync { follow_new_log: true, .. } => {
            output::object(&sync::follow_new_log(laptop, Nothing {})?)
        }
        Command::Sync { accept: Some(warning), .. } => {
            output::object(&sync::accept_warning(laptop, AcceptWarning { warning })?)
        }
        Command::Sync { set_aside: Some(reason), out: Some(out), .. } => {
            output::object(&sync::set_aside_tail(laptop, SetAsideTail { reason, out: text_of(&out)? })?)
        }
        Command::Sync { limit_kbit, text_only, to, from, .. } => {
            let to = to.as_deref().map(text_of).transpose()?;
            let from = from.as_deref().map(text_of).transpose()?;
            let input = SyncNow { limit_kbit, text_only, to, from };
            output::object(&sync::sync_now(laptop, &input, &terminal.work())?)
        }
        // Done before unlocking.
        Command::Enrol { .. }
        | Command::Recover { .. }
        | Command::Desk { .. }
        | Command::VerifyBundle { .. } => Ok(()),
    }
}
