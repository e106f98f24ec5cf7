//! The vault and the reading of media, through the public interface.

mod damage;
mod facts;
mod golden;
mod imports;
mod kept;
mod listing;

use std::fs;
use std::path::{Path, PathBuf};

use liuhen_store::vault::{ImportOptions, Imported, Vault};
use liuhen_store::work::Work;
use tempfile::TempDir;

/// The vault key of all tests here.
pub const KEY: [u8; 32] = *b"liuhen vault key for tests only!";

/// A fresh home with a vault, and room beside it for sources.
pub struct Home {
    pub folder: TempDir,
    pub vault: Vault,
}

impl Home {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let vault = Vault::at(folder.path(), &KEY).unwrap();
        Self { folder, vault }
    }

    /// The same folder opened by a new process.
    pub fn reopened(self) -> Self {
        let vault = Vault::at(self.folder.path(), &KEY).unwrap();
        Self { folder: self.folder, vault }
    }

    pub fn source(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn import(&self, name: &str, bytes: &[u8]) -> Imported {
        let path = self.source(name, bytes);
        self.vault.import(&path, ImportOptions::default(), &Work::silent()).unwrap()
    }

    /// Names of what lies in one of the home's folders.
    pub fn names_in(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path().join(folder)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// Bytes that look random, are the same each time, and differ by seed.
pub fn bytes(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut out = Vec::with_capacity(len + 8);
    while out.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend_from_slice(&state.to_le_bytes());
    }
    out.truncate(len);
    out
}

/// Flips one bit of a file.
pub fn flip(path: &Path, at: u64) {
    let mut stored = fs::read(path).unwrap();
    let at = usize::try_from(at).unwrap();
    stored[at] ^= 0x10;
    fs::write(path, stored).unwrap();
}
