//! Where media are shown: the loopback door gives addresses, this crate gives bytes.

use std::io::{Cursor, Read, Seek, SeekFrom};

use liuhen_protocol::Digest;
use liuhen_store::vault::Reader;

use crate::error::Result;
use crate::laptop::Laptop;

/// A file to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Showing {
    /// SHA-256 of the file, 64 hex.
    pub sha256: String,
    /// MIME type as recorded at import.
    pub mime: String,
    /// Show the small picture instead of the file.
    pub thumbnail: bool,
}

/// Gives addresses for media. Implemented by the loopback door.
pub trait Projector: Send + Sync {
    /// An address that shows the file for a short while; nothing when none can be given.
    fn show(&self, showing: &Showing) -> Option<String>;
    /// Makes all addresses void; called when the home is locked.
    fn revoke_all(&self);
}

/// Bytes of a file, decrypted while being read.
pub struct MediaReader(Source);

enum Source {
    Vault(Box<Reader>),
    Memory(Cursor<Vec<u8>>),
}

impl std::fmt::Debug for MediaReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MediaReader").field("size", &self.size()).finish_non_exhaustive()
    }
}

impl MediaReader {
    /// Bytes in all.
    pub fn size(&self) -> u64 {
        match &self.0 {
            Source::Vault(reader) => reader.size(),
            Source::Memory(bytes) => bytes.get_ref().len() as u64,
        }
    }
}

impl Read for MediaReader {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match &mut self.0 {
            Source::Vault(reader) => reader.read(buffer),
            Source::Memory(bytes) => bytes.read(buffer),
        }
    }
}

impl Seek for MediaReader {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        match &mut self.0 {
            Source::Vault(reader) => reader.seek(to),
            Source::Memory(bytes) => bytes.seek(to),
        }
    }
}

impl Laptop {
    /// Opens what an address shows.
    ///
    /// # Errors
    /// `locked` after locking, `media_missing` when the bytes are not here, `media_damaged`,
    /// `no_thumbnail`.
    pub fn read_media(&self, showing: &Showing) -> Result<MediaReader> {
        let vault = self.vault()?;
        // A locked home shows nothing, even while an import keeps the vault open.
        self.officer()?;
        let digest = Digest::from_hex(&showing.sha256)?;
        if showing.thumbnail {
            let bytes = crate::evidence::thumbnail_of(&vault, &digest)?;
            return Ok(MediaReader(Source::Memory(Cursor::new(bytes))));
        }
        let header = self.read(|store| Ok(store.held(&digest)?.map(|held| held.header)))?;
        Ok(MediaReader(Source::Vault(Box::new(vault.open(&digest, header.as_ref())?))))
    }
}
