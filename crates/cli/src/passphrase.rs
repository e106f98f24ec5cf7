//! Passphrases: from the environment, else from a prompt, never from the argument line.

use std::io::IsTerminal as _;

use liuhen_app::ApiError;

/// The passphrase that unlocks.
const OWN: &str = "LIUHEN_PASSPHRASE";
/// The passphrase to be set, where it differs from the one that unlocks.
const NEW: &str = "LIUHEN_NEW_PASSPHRASE";

fn from_environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

fn ask(prompt: &str, missing: &str) -> Result<String, ApiError> {
    if !std::io::stdin().is_terminal() && !std::io::stderr().is_terminal() {
        return Err(ApiError::new(missing));
    }
    let text = rpassword::prompt_password(prompt).map_err(|_| ApiError::new("terminal_missing"))?;
    if text.is_empty() { Err(ApiError::new(missing)) } else { Ok(text) }
}

/// The passphrase of the officer who unlocks.
pub(crate) fn own() -> Result<String, ApiError> {
    match from_environment(OWN) {
        Some(text) => Ok(text),
        None => ask("口令: ", "passphrase_missing"),
    }
}

/// A passphrase to be set, typed twice at a prompt.
pub(crate) fn new() -> Result<String, ApiError> {
    if let Some(text) = from_environment(NEW) {
        return Ok(text);
    }
    let text = ask("新口令: ", "new_passphrase_missing")?;
    if ask("再输一次: ", "new_passphrase_missing")? == text {
        Ok(text)
    } else {
        Err(ApiError::new("passphrases_differ"))
    }
}

/// A passphrase for a key that is made now: the new one where it is given, else the own one.
pub(crate) fn for_new_key() -> Result<String, ApiError> {
    match from_environment(NEW).or_else(|| from_environment(OWN)) {
        Some(text) => Ok(text),
        None => new(),
    }
}
