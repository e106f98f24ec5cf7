//! One process per home.
//!
//! The lock is the operating system's, on `DIR/lock`, and ends with the process however it ends. The file
//! holds the loopback address of the running desk, so that a second process can say where it is.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use crate::error::{Error, Result};

/// The lock, held while this lives.
#[derive(Debug)]
pub(super) struct HomeLock {
    file: File,
    path: std::path::PathBuf,
}

impl HomeLock {
    /// Takes the lock of a home.
    ///
    /// # Errors
    /// [`Error::Busy`] when another process holds it.
    pub(super) fn take(folder: &Path) -> Result<Self> {
        let path = folder.join("lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let mut file = options.open(&path).map_err(|source| Error::io("open the lock", &path, source))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut address = String::new();
                // Whoever holds it may be writing just now; no address is an answer too.
                drop(file.read_to_string(&mut address));
                let address = address.trim().to_owned();
                return Err(Error::Busy { address: (!address.is_empty()).then_some(address) });
            }
            Err(TryLockError::Error(source)) => return Err(Error::io("lock the home", &path, source)),
        }
        let lock = Self { file, path };
        lock.set_address(None)?;
        Ok(lock)
    }

    /// Writes the address of the running desk. It need not be durable.
    pub(super) fn set_address(&self, address: Option<&str>) -> Result<()> {
        let write = || -> std::io::Result<()> {
            let mut file = &self.file;
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(address.unwrap_or_default().as_bytes())
        };
        write().map_err(|source| Error::io("write the lock", &self.path, source))
    }
}

impl Drop for HomeLock {
    /// Gives the lock back at once. Closing the file alone would not: a child process that another thread just
    /// forked holds the same open file until it runs its own program.
    fn drop(&mut self) {
        drop(self.file.unlock());
    }
}
