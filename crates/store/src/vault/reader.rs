//! Reading a stored file: from the start, from anywhere, by range.
//!
//! Opening checks what can be checked without reading everything: the commitment (right vault
//! key, undamaged header), the header expected by the caller (not exchanged for another file of this
//! vault), a length at which a message can end, and the tag of the last chunk, which is shorter than
//! the others. A truncated or extended file therefore never opens.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt as _;

use super::cobblestone::{
    CHUNK, Context, HEADER, Header, MessageKey, STORED_CHUNK, block_of_chunk, plain_size,
};
use super::{Error, Result, read_header};

/// Chunks decrypted ahead while reading from start to end: 256 KiB.
const AHEAD: u64 = 16;

/// The plaintext of one stored file. Each chunk is authenticated before a byte of it is given out.
#[derive(Debug)]
pub struct Reader {
    file: File,
    key: MessageKey,
    size: u64,
    position: u64,
    /// Decrypted bytes and the plaintext offset they begin at.
    window: Vec<u8>,
    window_at: u64,
    /// Stored bytes of the window, kept to spare allocations.
    stored: Vec<u8>,
}

impl Reader {
    pub(super) fn open(
        file: File,
        input_key: &[u8; 32],
        expected: Option<&Header>,
        context: Context,
    ) -> Result<Self> {
        let mut reader = Self::start(file, input_key, expected, context)?;
        // A wrong tag here is either damage of the last chunk or a cut inside some other chunk.
        reader.probe(reader.size / CHUNK as u64).map_err(|error| match error {
            Error::Block { .. } => Error::Length,
            other => other,
        })?;
        Ok(reader)
    }

    /// Opens without looking at the last chunk, for a check that knows what length to expect.
    pub(super) fn start(
        file: File,
        input_key: &[u8; 32],
        expected: Option<&Header>,
        context: Context,
    ) -> Result<Self> {
        let header = read_header(&file)?;
        let key = MessageKey::open(input_key, context, &header)?;
        if expected.is_some_and(|expected| *expected != header) {
            return Err(Error::Exchanged);
        }
        let stored = file.metadata().map_err(Error::disk("reading a file"))?.len();
        let size = plain_size(stored).ok_or(Error::Length)?;
        Ok(Self { file, key, size, position: 0, window: Vec::new(), window_at: 0, stored: Vec::new() })
    }

    /// Bytes of plaintext.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Salt and commitment of the file.
    pub const fn header(&self) -> &Header {
        self.key.header()
    }

    /// Up to `len` bytes from `from`: fewer at the end, none behind it.
    pub fn read_range(&mut self, from: u64, len: u64) -> Result<Vec<u8>> {
        let end = from.saturating_add(len).min(self.size);
        if from >= end {
            return Ok(Vec::new());
        }
        let first = from / CHUNK as u64;
        let last = (end - 1) / CHUNK as u64;
        let room = usize::try_from(end - from).map_err(|_| Error::TooLong)?;
        let mut out = Vec::with_capacity(room);
        let mut chunk = first;
        while chunk <= last {
            let count = (last - chunk + 1).min(AHEAD);
            self.load(chunk, count)?;
            let start = from.saturating_sub(self.window_at).min(self.window.len() as u64);
            let stop = (end - self.window_at).min(self.window.len() as u64);
            out.extend_from_slice(&self.window[index(start)?..index(stop)?]);
            chunk += count;
        }
        Ok(out)
    }

    /// Fills `buffer` from the current position; fewer bytes only at the end.
    pub(super) fn fill(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            let got = self.next_bytes(&mut buffer[filled..])?;
            if got == 0 {
                break;
            }
            filled += got;
        }
        Ok(filled)
    }

    /// Authenticates chunk `number` alone.
    pub(super) fn probe(&mut self, number: u64) -> Result<()> {
        self.load(number, 1)
    }

    fn next_bytes(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.position >= self.size || buffer.is_empty() {
            return Ok(0);
        }
        let window_end = self.window_at + self.window.len() as u64;
        if self.position < self.window_at || self.position >= window_end {
            let chunk = self.position / CHUNK as u64;
            // After a jump one chunk is enough; who goes on reading gets more at a time.
            let ahead = if self.position == window_end { AHEAD } else { 1 };
            let last = self.size / CHUNK as u64;
            let count = ahead.min(last - chunk + 1);
            let loaded = self.load(chunk, count);
            if loaded.is_err() && count > 1 {
                // Damage further on must not hide what is sound here.
                self.load(chunk, 1)?;
            } else {
                loaded?;
            }
        }
        let start = index(self.position - self.window_at)?;
        let take = buffer.len().min(self.window.len() - start);
        buffer[..take].copy_from_slice(&self.window[start..start + take]);
        self.position += take as u64;
        Ok(take)
    }

    /// Decrypts `count` chunks from `first` into the window. They must all exist.
    fn load(&mut self, first: u64, count: u64) -> Result<()> {
        let last = self.size / CHUNK as u64;
        let plain_end = if first + count > last { self.size } else { (first + count) * CHUNK as u64 };
        let tags = count * (STORED_CHUNK - CHUNK) as u64;
        let stored_len = index(plain_end - first * CHUNK as u64 + tags)?;
        self.window.clear();
        self.window_at = first * CHUNK as u64;
        self.stored.resize(stored_len, 0);
        let offset = HEADER as u64 + first * STORED_CHUNK as u64;
        self.file.read_exact_at(&mut self.stored, offset).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Error::Length,
            // A bad sector: the disk says where, the block says what is lost.
            _ if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => {
                Error::Block { block: block_of_chunk(first) }
            }
            _ => Error::disk("reading a file")(error),
        })?;
        for (number, chunk) in (first..).zip(self.stored.chunks_mut(STORED_CHUNK)) {
            match self.key.unseal(number, chunk) {
                Ok(plain) => self.window.extend_from_slice(plain),
                Err(error) => {
                    // Nothing of a window with a damaged chunk may be read.
                    self.window.clear();
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}

fn index(value: u64) -> Result<usize> {
    usize::try_from(value).map_err(|_| Error::TooLong)
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.next_bytes(buffer).map_err(io::Error::other)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position =
            position.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "seek before the start"))?;
        Ok(self.position)
    }
}
