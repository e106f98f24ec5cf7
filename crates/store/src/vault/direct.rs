//! Writing large files past the page cache.
//!
//! Nobody reads a video right after its import, and copying it through the page cache costs as much
//! as a tenth of its SM3. So ciphertext is gathered in one aligned buffer and handed to the disk from
//! there (`O_DIRECT`); the unaligned end is written the ordinary way. A file system that does not take
//! direct writes gets ordinary ones.

use std::fs::File;
use std::io::{self, Write as _};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;

/// What memory, offsets and lengths of direct writes are multiples of: no disk asks for more.
const ALIGN: usize = 4096;

/// Ciphertext on its way to the end of one file.
#[derive(Debug)]
pub(super) struct Gather {
    /// To be appended to. What lies before `first` only pushes the rest to an aligned address.
    pub(super) bytes: Vec<u8>,
    first: usize,
    /// Whether the file takes direct writes.
    on: bool,
}

impl Gather {
    /// For a newly made, empty file, and up to `most` bytes between two writes. (With more the memory
    /// moves, the disk refuses it, and ordinary writes do the rest.)
    pub(super) fn new(file: &File, most: usize) -> Self {
        let mut bytes: Vec<u8> = Vec::with_capacity(most + 2 * ALIGN);
        let first = bytes.as_ptr().align_offset(ALIGN);
        let on = first < ALIGN && set_direct(file, true).is_ok();
        let first = if on { first } else { 0 };
        bytes.resize(first, 0);
        Self { bytes, first, on }
    }

    /// Writes what is there, as far as it is aligned; the rest stays for the next time.
    pub(super) fn write(&mut self, file: &mut File) -> io::Result<()> {
        let gathered = self.bytes.len() - self.first;
        let ready = if self.on { gathered / ALIGN * ALIGN } else { gathered };
        let mut rest = &self.bytes[self.first..self.first + ready];
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
        self.bytes.copy_within(self.first + ready.., self.first);
        self.bytes.truncate(self.first + gathered - ready);
        Ok(())
    }

    /// Writes everything that is left; nothing may be appended after it.
    pub(super) fn end(mut self, file: &mut File) -> io::Result<()> {
        self.write(file)?;
        if self.on {
            set_direct(file, false)?;
            self.on = false;
        }
        self.write(file)
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

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::Gather;

    #[test]
    fn pieces_of_any_size_arrive_in_order_also_when_the_memory_had_to_move() {
        let folder = tempfile::TempDir::new().unwrap();
        for pieces in [&[56, 16_400, 1, 4096, 500_000, 4095][..], &[4096], &[1], &[]] {
            let path = folder.path().join("file");
            let mut file = File::create(&path).unwrap();
            let mut gather = Gather::new(&file, 70_000);
            let mut all = Vec::new();
            for (value, size) in (1..).zip(pieces) {
                let piece = vec![value; *size];
                all.extend_from_slice(&piece);
                gather.bytes.extend_from_slice(&piece);
                gather.write(&mut file).unwrap();
            }
            gather.end(&mut file).unwrap();
            assert!(std::fs::read(&path).unwrap() == all, "{pieces:?}");
        }
    }
}
