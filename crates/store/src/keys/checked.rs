//! Small files that must not be lost: JSON with a checksum, written twice.
//!
//! `{"content": {…}, "generation": "n", "sha256": "hex"}`, where `sha256` is over the canonical bytes
//! (RFC 8785) of `{"content", "generation"}`. The second copy is written after the first is durable. A
//! reader takes the good one, the newer when both are good, and heals the other. Both bad is an error
//! of its own: never a wrong passphrase, never an empty file.

use std::path::{Path, PathBuf};

use liuhen_protocol::{Digest, canonical};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::durable;
use crate::error::{Error, Result};

/// A file of this kind, by its first copy.
#[derive(Debug, Clone)]
pub(crate) struct CheckedFile {
    role: &'static str,
    first: PathBuf,
    second: PathBuf,
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Read<T> {
    /// The content.
    pub(crate) content: T,
    /// How often it was written.
    pub(crate) generation: u64,
    /// A copy was damaged, missing or old, and was written anew.
    pub(crate) healed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outer {
    content: Value,
    generation: String,
    sha256: String,
}

impl CheckedFile {
    /// The file `NAME.json` and its copy `NAME.bak` in a folder.
    pub(crate) fn new(folder: &Path, name: &'static str) -> Self {
        Self {
            role: name,
            first: folder.join(format!("{name}.json")),
            second: folder.join(format!("{name}.bak")),
        }
    }

    /// Whether neither copy is there.
    pub(crate) fn is_missing(&self) -> bool {
        !self.first.exists() && !self.second.exists()
    }

    /// Writes both copies.
    pub(crate) fn write<T: Serialize>(&self, content: &T, generation: u64) -> Result<()> {
        let bytes = self.bytes(content, generation)?;
        durable::write(&self.first, &bytes)?;
        durable::write(&self.second, &bytes)
    }

    /// Reads the content.
    ///
    /// # Errors
    /// [`Error::FileDamaged`] when no copy is good.
    pub(crate) fn read<T: Serialize + DeserializeOwned>(&self) -> Result<Read<T>> {
        let (first, second) = (Self::good(&self.first), Self::good(&self.second));
        let healed = match (&first, &second) {
            (Some(a), Some(b)) => a.1 != b.1,
            _ => true,
        };
        let (content, generation) = match (first, second) {
            (Some(a), Some(b)) => {
                if b.1 > a.1 {
                    b
                } else {
                    a
                }
            }
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return Err(self.damaged()),
        };
        let content: T = serde_json::from_value(content).map_err(|_| self.damaged())?;
        if healed {
            // A read-only or full disk must not lock anybody out; the next reading heals.
            drop(self.write(&content, generation));
        }
        Ok(Read { content, generation, healed })
    }

    fn damaged(&self) -> Error {
        Error::FileDamaged { role: self.role, path: self.first.clone() }
    }

    fn bytes<T: Serialize>(&self, content: &T, generation: u64) -> Result<Vec<u8>> {
        let content = serde_json::to_value(content).map_err(Error::json(self.role))?;
        let sha256 = checksum(&content, &generation.to_string()).map_err(Error::protocol(self.role))?;
        let outer = json!({"content": content, "generation": generation.to_string(), "sha256": sha256});
        serde_json::to_vec_pretty(&outer).map_err(Error::json(self.role))
    }

    /// Content and generation of a copy whose checksum fits.
    fn good(path: &Path) -> Option<(Value, u64)> {
        let outer: Outer = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
        let sha256 = checksum(&outer.content, &outer.generation).ok()?;
        (sha256 == outer.sha256).then_some(())?;
        Some((outer.content, outer.generation.parse().ok()?))
    }
}

fn checksum(content: &Value, generation: &str) -> liuhen_protocol::Result<String> {
    let bytes = canonical(&json!({"content": content, "generation": generation}), "checked file")?;
    Ok(Digest::of(&bytes).to_hex())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn file(folder: &Path) -> CheckedFile {
        let file = CheckedFile::new(folder, "slots");
        file.write(&json!({"a": 1}), 1).unwrap();
        file
    }

    #[test]
    fn any_flipped_byte_of_one_copy_is_healed_from_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(folder.path());
        let good = fs::read(&file.first).unwrap();
        for path in [&file.first, &file.second] {
            for at in 0..good.len() {
                let mut bad = good.clone();
                bad[at] ^= 0x04;
                fs::write(path, &bad).unwrap();
                let read: Read<Value> = file.read().unwrap();
                assert_eq!(read.content, json!({"a": 1}));
                // A changed space is still the same content: nothing to heal, nothing lost.
                assert_eq!(fs::read(path).unwrap() == good, read.healed, "byte {at}");
                fs::write(path, &good).unwrap();
            }
        }
    }

    #[test]
    fn the_newer_of_two_good_copies_counts_when_a_kill_fell_between_them() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(folder.path());
        fs::write(&file.first, file.bytes(&json!({"a": 2}), 2).unwrap()).unwrap();
        let read: Read<Value> = file.read().unwrap();
        assert_eq!((read.content, read.generation, read.healed), (json!({"a": 2}), 2, true));
        assert!(!file.read::<Value>().unwrap().healed);
    }

    #[test]
    fn two_damaged_copies_are_an_error_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(folder.path());
        for path in [&file.first, &file.second] {
            fs::write(path, b"{}").unwrap();
        }
        assert!(matches!(file.read::<Value>(), Err(Error::FileDamaged { role: "slots", .. })));
    }
}
