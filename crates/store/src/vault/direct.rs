//! Writing large files past the page cache.
//!
//! Nobody reads a video right after its import, and copying it through the page cache costs as much
//! as a tenth of its SM3. So ciphertext is gathered in one aligned buffer and handed to the disk as it
//! is (`O_DIRECT`); the unaligned end is written the ordinary way. A file system that does not take
//! direct writes gets ordinary ones.

use std::fs::File;
use std::io::{self, Write as _};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;

/// What memory, offsets and lengths of direct writes are multiples of: no disk asks for more.
const ALIGN: usize = 4096;
/// Bytes gathered before a write.
const GATHER: usize = 1024 * 1024;

/// Gathers bytes for one file that is only appended to.
#[derive(Debug)]
pub(super) struct Direct {
    memory: Vec<u8>,
    /// Where the aligned part of the memory begins.
    first: usize,
    filled: usize,
    /// Whether the file still takes direct writes.
    on: bool,
}

impl Direct {
    /// Switches a newly made, empty file to direct writes, if it takes them.
    pub(super) fn begin(file: &File) -> Option<Self> {
        set_direct(file, true).ok()?;
        let memory = vec![0; GATHER + ALIGN];
        let first = memory.as_ptr().align_offset(ALIGN);
        (first <= ALIGN).then_some(Self { memory, first, filled: 0, on: true })
    }

    /// Appends bytes, to the buffer first.
    pub(super) fn write(&mut self, file: &mut File, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let take = bytes.len().min(GATHER - self.filled);
            let at = self.first + self.filled;
            self.memory[at..at + take].copy_from_slice(&bytes[..take]);
            self.filled += take;
            bytes = &bytes[take..];
            if self.filled == GATHER {
                self.hand_over(file)?;
            }
        }
        Ok(())
    }

    /// Writes what is left; nothing may be appended after it.
    pub(super) fn end(mut self, file: &mut File) -> io::Result<()> {
        if !self.filled.is_multiple_of(ALIGN) && self.on {
            let aligned = self.filled / ALIGN * ALIGN;
            let rest = self.memory[self.first + aligned..self.first + self.filled].to_vec();
            self.filled = aligned;
            self.hand_over(file)?;
            self.off(file)?;
            return file.write_all(&rest);
        }
        self.hand_over(file)?;
        self.off(file)
    }

    fn hand_over(&mut self, file: &mut File) -> io::Result<()> {
        let mut rest = &self.memory[self.first..self.first + self.filled];
        self.filled = 0;
        while !rest.is_empty() {
            match file.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => rest = &rest[written..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Some file systems take the flag and then not the writes, and none takes the rest of a
                // write that stopped at an odd place.
                Err(error) if self.on && is_invalid(&error) => {
                    set_direct(file, false)?;
                    self.on = false;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn off(&mut self, file: &File) -> io::Result<()> {
        if self.on {
            set_direct(file, false)?;
            self.on = false;
        }
        Ok(())
    }
}

fn set_direct(file: &File, on: bool) -> io::Result<()> {
    let mut flags = fcntl_getfl(file)?;
    flags.set(OFlags::DIRECT, on);
    Ok(fcntl_setfl(file, flags)?)
}

fn is_invalid(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::INVAL.raw_os_error())
}
