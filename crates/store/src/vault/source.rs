//! The file to be imported: opened once, read once, and watched for change.
//!
//! A memory card is written by a camera and pulled by people. The source is opened without following
//! a symbolic link and without waiting (a pipe must not hang the import), must be a regular file, and
//! must have the same inode, size and modification time after reading as before, and give exactly
//! that many bytes.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _, Seek as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::{Advice, OFlags, fadvise};

use super::{Error, Result};

/// Sources from this size on are announced to the page cache as read from start to end.
const LARGE: u64 = 1024 * 1024;

/// What may not change while a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl Shape {
    fn of(meta: &Metadata) -> Self {
        Self {
            device: meta.dev(),
            inode: meta.ino(),
            size: meta.size(),
            modified: (meta.mtime(), meta.mtime_nsec()),
        }
    }
}

/// A regular file opened for one reading.
#[derive(Debug)]
pub(super) struct Source {
    file: File,
    before: Shape,
    read: u64,
}

/// Opens a regular file: no symbolic link in the last place, no waiting for a pipe.
pub(crate) fn open_regular(path: &Path) -> Result<(File, Metadata)> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
        .map_err(Error::source)?;
    let meta = file.metadata().map_err(Error::source)?;
    if meta.is_file() { Ok((file, meta)) } else { Err(Error::NotRegular) }
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let (file, meta) = open_regular(path)?;
        let before = Shape::of(&meta);
        if before.size >= LARGE {
            // Advice only: a file system that does not take it reads as well.
            let _ = fadvise(&file, 0, None, Advice::Sequential);
        }
        Ok(Self { file, before, read: 0 })
    }

    /// Bytes the file had when it was opened.
    pub(super) const fn size(&self) -> u64 {
        self.before.size
    }

    /// Fills `buffer`; fewer bytes only at the end of the file.
    pub(super) fn fill(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.file.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(got) => filled += got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::Source(error)),
            }
        }
        self.read += filled as u64;
        if self.read > self.before.size {
            // A file that grows for ever must not be followed for ever.
            return Err(Error::ChangedWhileRead);
        }
        Ok(filled)
    }

    /// The first bytes, without moving the position.
    pub(super) fn peek(&self, len: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; len];
        let mut filled = 0;
        while filled < len {
            match self.file.read_at(&mut bytes[filled..], filled as u64) {
                Ok(0) => break,
                Ok(got) => filled += got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::Source(error)),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    /// Back to the start, for a second reading.
    pub(super) fn rewind(&mut self) -> Result<()> {
        self.file.rewind().map_err(Error::Source)?;
        self.read = 0;
        Ok(())
    }

    /// After reading: the file is still the one that was opened, and all of it was read.
    pub(super) fn unchanged(&self) -> Result<()> {
        let after = Shape::of(&self.file.metadata().map_err(Error::Source)?);
        if after == self.before && self.read == self.before.size {
            Ok(())
        } else {
            Err(Error::ChangedWhileRead)
        }
    }
}
