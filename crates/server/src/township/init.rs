//! Founding and opening a township.
//!
//! `found` makes everything once: the key file outside the home, the encrypted home, service keys, the township note signed by the
//! root key. Root and recovery key leave this machine at once, on paper or a stick; the server never keeps them.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use liuhen_protocol::{PublicKey, Sign as _};
use liuhen_store::{
    Access, Home, HomeKeys, KeyFile, Mode, Moment, RecoveryKey, RootKey, Store, Unlocked, Vault, durable,
};
use serde::Serialize;

use super::Township;
use super::keys::{Keys, keep_note};
use super::ledger::Ledger;
use crate::{Error, Result};

/// Longest name of a township.
const MAX_NAME: usize = 100;

/// Where the root and recovery keys go.
#[derive(Clone, Debug)]
pub enum KeyPlace {
    /// Into the answer, to be printed once.
    Shown,
    /// Into files in this folder.
    Folder(PathBuf),
}

/// What to found.
#[derive(Clone, Debug)]
pub struct Founding {
    /// What people call the township.
    pub name: String,
    /// Name of its log, a URL without scheme; made from a random id if absent.
    pub origin: Option<String>,
    /// Where the keys go.
    pub keys: KeyPlace,
}

/// A township that was founded.
#[derive(Clone, Serialize)]
pub struct Founded {
    /// Name of its log.
    pub origin: String,
    /// Pin of its root key, base64.
    pub root_pin: String,
    /// SHA-256 of its TLS public key, base64.
    pub spki: String,
    /// File that opens the home.
    pub key_file: PathBuf,
    /// The root key's text, if it was to be shown.
    pub root_key: Option<String>,
    /// The recovery key's text, if it was to be shown.
    pub recovery_key: Option<String>,
    /// Files with the keys, if they were to be written.
    pub files: Vec<PathBuf>,
}

impl std::fmt::Debug for Founded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Founded").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// A home that was opened for serving.
pub(crate) struct Opened {
    pub(crate) home: Home,
    pub(crate) ledger: Ledger,
    pub(crate) vault: Vault,
    pub(crate) keys: HomeKeys,
}

impl Township {
    /// Makes a township in `home`, with its key in `key_file`.
    ///
    /// # Errors
    /// The store's `home_exists` if there is one; [`Error::Refused`] for a name or origin that no note can hold. A key that could
    /// not be written where it should go stops everything before anything depends on it.
    pub fn found(home: &Path, key_file: &Path, founding: &Founding, moment: &Moment) -> Result<Founded> {
        let name = clean_name(&founding.name)?;
        let origin = match &founding.origin {
            Some(origin) => clean_origin(origin)?,
            None => format!("liuhen.local/{}", moment.uuid()?.simple()),
        };
        let occupied = std::fs::read_dir(home).is_ok_and(|mut files| files.next().is_some());
        if occupied || home.is_file() {
            return Err(liuhen_store::Error::HomeExists { path: home.to_owned() }.into());
        }
        let (root, recovery) = (RootKey::generate(moment)?, RecoveryKey::generate(moment)?);
        // Keys first: a township whose root key nobody holds could never be changed again.
        let (root_key, recovery_key, files) = hand_out(&founding.keys, &root, &recovery)?;
        let key = key_of(key_file, moment)?;
        // Built beside and renamed at the end: a kill leaves no half-founded township, and the next attempt clears its rest.
        let building = building_beside(home);
        clear(&building)?;
        let (held, mut unlocked) =
            Home::init(&building, Access::KeyFile(&key), &recovery.public(), Mode::Township, moment.clone())?;
        let store = &mut unlocked.store;
        let keys = Keys::make(store, moment)?;
        let note = keys.note(store, &root, &name, &origin, recovery.public())?;
        let text = note.sign(&root)?;
        settle(store, &keys, &note.root)?;
        let mut ledger = Ledger::new(unlocked.store);
        keep_note(&mut ledger, &text, &note.root)?;
        drop((ledger, unlocked.vault, held));
        take_place(&building, home)?;
        Ok(Founded {
            origin,
            root_pin: liuhen_protocol::root_pin(&note.root).to_string(),
            spki: keys.tls.pin().to_string(),
            key_file: key_file.to_owned(),
            root_key,
            recovery_key,
            files,
        })
    }
}

fn building_beside(home: &Path) -> PathBuf {
    let mut name = home.as_os_str().to_owned();
    name.push(".founding");
    PathBuf::from(name)
}

/// Removes what a killed founding left: nobody was ever told of it.
fn clear(building: &Path) -> Result<()> {
    match std::fs::remove_dir_all(building) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Gives a finished home its name. A folder of that name must be empty.
fn take_place(building: &Path, home: &Path) -> Result<()> {
    if home.is_dir() {
        std::fs::remove_dir(home)?;
    }
    std::fs::rename(building, home)?;
    match home.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => durable::sync_folder(parent)?,
        None => durable::sync_folder(Path::new("."))?,
    }
    Ok(())
}

/// The node speaks for the township, and so does the root: its first entry opens the node's series.
fn settle(store: &mut Store, keys: &Keys, root: &PublicKey) -> Result<()> {
    store.set_nodes(&[keys.node.public_key(), *root])?;
    store.commit(&keys.node, Vec::new())?;
    Ok(())
}

/// Opens the home with its key file.
pub(crate) fn open(home: &Path, key_file: &Path, moment: &Moment) -> Result<Opened> {
    let mut held = Home::open(home, moment.clone())?;
    let key = read_key_file(key_file)?;
    let slot = held.officers().first().map(|slot| slot.id).ok_or(Error::NotFound { what: "slot" })?;
    let Unlocked { store, vault, keys, .. } = held.unlock(slot, Access::KeyFile(&key))?;
    if store.mode() != Mode::Township {
        return Err(Error::Refused { code: "not_a_township" });
    }
    Ok(Opened { home: held, ledger: Ledger::new(store), vault, keys })
}

/// Reads a key file.
pub(crate) fn read_key_file(path: &Path) -> Result<KeyFile> {
    let text = std::fs::read_to_string(path).map_err(|_| Error::KeyFile(path.to_owned()))?;
    Ok(KeyFile::parse(&text)?)
}

/// The key file if it is there (a systemd credential, say), else a new one.
pub(crate) fn key_of(path: &Path, moment: &Moment) -> Result<KeyFile> {
    if path.exists() {
        return read_key_file(path);
    }
    let key = KeyFile::generate(moment)?;
    durable::write(path, key.text().as_bytes())?;
    Ok(key)
}

fn hand_out(
    place: &KeyPlace,
    root: &RootKey,
    recovery: &RecoveryKey,
) -> Result<(Option<String>, Option<String>, Vec<PathBuf>)> {
    let (root, recovery) = (root.text(), recovery.text());
    match place {
        KeyPlace::Shown => Ok((Some(root.to_string()), Some(recovery.to_string()), Vec::new())),
        KeyPlace::Folder(folder) => {
            durable::create_folder(folder)?;
            let files = [folder.join("root.key"), folder.join("recovery.key")];
            write_new(&files[0], &root)?;
            write_new(&files[1], &recovery)?;
            durable::sync_folder(folder)?;
            Ok((None, None, files.to_vec()))
        }
    }
}

/// A key is never written over another one.
fn write_new(path: &Path, text: &str) -> Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    Ok(file.sync_all()?)
}

fn clean_name(name: &str) -> Result<String> {
    let name = name.trim();
    let fits = !name.is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
    if fits { Ok(name.to_owned()) } else { Err(Error::Refused { code: "township_name" }) }
}

fn clean_origin(origin: &str) -> Result<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-/:".contains(c);
    let fits =
        !origin.is_empty() && origin.len() <= 200 && origin.chars().all(allowed) && !origin.contains("://");
    if fits { Ok(origin.to_owned()) } else { Err(Error::Refused { code: "township_origin" }) }
}
