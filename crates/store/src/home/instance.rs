//! Noticing a copied or restored home.
//!
//! Three marks are kept twice, in `keys/instance.json` and inside the database: the machine (a hash of
//! its id), the folder (its inode), and the *session*, a random number drawn anew at every opening. A
//! copied home lies on another machine or in another folder; a database put back from a backup carries an
//! old session. What leaves no mark (a snapshot of a whole disk) is noticed by the township, which
//! already holds more of the series.

use std::path::Path;

use liuhen_protocol::Digest;
use serde::{Deserialize, Serialize};

use crate::engine::Shelf;
use crate::error::Result;
use crate::journal::{Reason, Store};
use crate::keys::checked::CheckedFile;

const KEY: &str = "instance";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Marks {
    machine: Digest,
    folder: String,
    session: Digest,
    /// The session being opened: set in the file until the database has it, so that a kill between the
    /// two is not mistaken for a restored database.
    next: Option<Digest>,
}

/// Compares the marks, writes those of this opening, and says why the next epoch is due, if it is.
pub(super) fn check(folder: &Path, store: &mut Store) -> Result<Option<Reason>> {
    let file = CheckedFile::new(&folder.join("keys"), KEY);
    let outside = if file.is_missing() { None } else { file.read::<Marks>().ok() };
    let inside: Option<Marks> = store.read_json(Shelf::Meta, KEY)?;
    let (machine, place) = (machine(), place(folder));
    let reason = match (&outside, &inside) {
        // A new home.
        (None, None) => None,
        // The database came without the file (or the other way round).
        (None, Some(_)) | (Some(_), None) => Some(Reason::Restored),
        (Some(outside), Some(inside)) => {
            let outside = &outside.content;
            let known = inside.session == outside.session || Some(inside.session) == outside.next;
            if !known {
                Some(Reason::Restored)
            } else if inside.machine != machine || inside.folder != place {
                Some(Reason::Copied)
            } else {
                None
            }
        }
    };
    // The reason is noted before the marks that show it are overwritten.
    if let Some(reason) = reason {
        store.require_new_epochs(reason)?;
    }
    let marks = Marks { machine, folder: place, session: Digest(store.moment().random()?), next: None };
    let mut generation = outside.map_or(0, |read| read.generation);
    if let Some(inside) = inside {
        generation += 1;
        file.write(&Marks { next: Some(marks.session), ..inside }, generation)?;
    }
    store.write(|store| store.put_json(Shelf::Meta, KEY, &marks))?;
    file.write(&marks, generation + 1)?;
    Ok(reason)
}

/// A hash of the machine's id; the same on every machine that has none.
fn machine() -> Digest {
    let id = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
    Digest::of(format!("liuhen/machine/v1\n{}", id.trim()).as_bytes())
}

/// What a folder keeps when it is renamed and loses when it is copied.
fn place(folder: &Path) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        std::fs::metadata(folder).map_or_else(|_| String::new(), |meta| meta.ino().to_string())
    }
    #[cfg(not(unix))]
    {
        folder.display().to_string()
    }
}
