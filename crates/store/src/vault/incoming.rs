//! A file that arrives in pieces: an upload to the township, a download from it.
//!
//! Pieces are encrypted as they come; nothing lies in plain text. What is settled in whole 16 KiB
//! chunks survives a restart of the process; the few bytes behind them are asked for again. A resumed
//! file is encrypted anew under another salt, because a chunk that a crash left half-written may not
//! be sealed a second time under the same number. The digest of the whole, read again from the disk,
//! decides at the end.

use std::fs::File;
use std::io::{self, Read as _};

use super::cobblestone::{CHUNK, Context, HEADER, Header, MessageKey, STORED_CHUNK, Sealer, stored_size};
use super::place::{Temp, sync_parent};
use super::{Error, Held, Result, Vault, lock};
use crate::work::{Meter, Phase, Work};
use liuhen_protocol::Digest;

/// Ending of files that are being received and may be gone on with.
pub(super) const RECEIVED: &str = ".recv";
/// Ending while such a file is encrypted anew.
pub(super) const RESALTED: &str = ".resalt";

/// Chunks read at a time when a file is gone on with.
const CHUNKS_AT_ONCE: usize = 32;

/// A file being received. Dropping it keeps what is settled; [`Incoming::discard`] removes it.
#[derive(Debug)]
pub struct Incoming {
    vault: Vault,
    temp: Temp,
    sealer: Sealer,
    offset: u64,
    size: u64,
    out: Vec<u8>,
    ended: bool,
}

impl Vault {
    /// Begins to receive a file of `size` bytes, or goes on with one of the same `name` (1 to 64 of
    /// `a-z 0-9 -`) that an earlier process left behind: see [`Incoming::offset`].
    ///
    /// # Errors
    /// [`Error::NoSpace`], [`Error::Name`], [`Error::InUse`], [`Error::Disk`].
    pub fn incoming(&self, name: &str, size: u64) -> Result<Incoming> {
        let allowed = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(allowed) {
            return Err(Error::Name);
        }
        let kept = format!("{name}{RECEIVED}");
        if lock(&self.inner.live).contains(&kept) {
            return Err(Error::InUse);
        }
        // Room is checked once: who announces more uploads than fit gets the answer later.
        drop(self.promise(stored_size(size))?);
        let path = self.inner.root.join("tmp").join(&kept);
        let mut old = match File::open(&path) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::disk("going on with an upload")(error)),
        };
        let name = if old.is_some() { format!("{name}{RESALTED}") } else { kept.clone() };
        let mut temp = Temp::create_named(self, name)?;
        let sealer = Sealer::new(self.fresh_key()?);
        temp.write(&sealer.header().0)?;
        let mut incoming =
            Incoming { vault: self.clone(), temp, sealer, offset: 0, size, out: Vec::new(), ended: false };
        if let Some(old) = &mut old {
            incoming.take_over(old, size)?;
        }
        // Offsets will be acknowledged: the name that holds them must survive a power cut from here on.
        incoming.temp.sync()?;
        if old.is_some() {
            incoming.temp.rename_temp(kept)?;
        }
        sync_parent(&path)?;
        incoming.temp.keep(true);
        Ok(incoming)
    }

    /// Removes what was received under a name and is not in use; harmless if there is nothing.
    pub fn discard_incoming(&self, name: &str) -> Result<()> {
        match self.incoming(name, 0) {
            Ok(incoming) => {
                incoming.discard();
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

impl Incoming {
    /// The next byte wanted.
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Bytes announced.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends bytes that begin at `offset`; gives the next byte wanted.
    ///
    /// # Errors
    /// [`Error::Offset`] with the byte wanted, if it is another; [`Error::TooLong`] for more than was
    /// announced; [`Error::NoSpace`] or [`Error::Disk`]. After an error of the disk this file cannot
    /// be gone on with in this process: drop it and begin again with [`Vault::incoming`].
    pub fn append(&mut self, offset: u64, bytes: &[u8]) -> Result<u64> {
        if offset != self.offset || self.ended {
            return Err(Error::Offset { offset: self.offset });
        }
        if bytes.len() as u64 > self.size - self.offset {
            return Err(Error::TooLong);
        }
        self.take(bytes)?;
        Ok(self.offset)
    }

    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        // In pieces, so that the buffer for ciphertext stays small however much is handed in.
        for piece in bytes.chunks(super::lanes::BUFFER) {
            self.out.clear();
            // Until the piece is written, the state is not that of the file any more.
            self.ended = true;
            self.sealer.update(piece, &mut self.out)?;
            self.temp.write(&self.out)?;
            self.ended = false;
            self.offset += piece.len() as u64;
        }
        Ok(())
    }

    /// Makes what is settled durable; gives the byte from which a restarted process would go on.
    pub fn sync(&self) -> Result<u64> {
        self.temp.sync()?;
        Ok(self.sealer.settled())
    }

    /// Forgets what follows byte `to`: a piece that failed its checksum is sent again. Gives the next
    /// byte wanted, which is `to`.
    ///
    /// # Errors
    /// [`Error::Offset`] if not so much was received; [`Error::Disk`].
    pub fn rewind(&mut self, to: u64) -> Result<u64> {
        if to > self.offset {
            return Err(Error::Offset { offset: self.offset });
        }
        let settled = self.sealer.settled();
        if to >= settled && !self.ended {
            self.sealer.forget_after(to - settled)?;
            self.offset = to;
            return Ok(to);
        }
        // Chunks that are sealed already are sealed anew under another salt.
        let tail = self.sealer.tail().to_vec();
        let mut old = File::open(self.temp.path()).map_err(Error::disk("going back in an upload"))?;
        let kept = self.temp.name().to_owned();
        let resalted = kept.replace(RECEIVED, RESALTED);
        let mut temp = Temp::create_named(&self.vault, resalted)?;
        let sealer = Sealer::new(self.vault.fresh_key()?);
        temp.write(&sealer.header().0)?;
        drop(std::mem::replace(&mut self.temp, temp));
        self.sealer = sealer;
        (self.offset, self.ended) = (0, false);
        self.take_over(&mut old, to)?;
        if self.offset == settled && to > settled {
            let more = usize::try_from(to - settled).map_err(|_| Error::TooLong)?;
            self.take(tail.get(..more.min(tail.len())).unwrap_or_default())?;
        }
        self.temp.sync()?;
        self.temp.rename_temp(kept)?;
        self.temp.keep(true);
        Ok(self.offset)
    }

    /// Ends the file: all bytes must be here, and what the disk holds must have the digest expected.
    /// Returns when it is durable under its name. With [`Error::Offset`] bytes are missing and what was
    /// settled is kept; with [`Error::WrongDigest`] what was received is gone.
    ///
    /// # Errors
    /// Those, [`Error::NoSpace`] and [`Error::Disk`].
    pub fn finish(self, expected: &Digest) -> Result<Held> {
        let Self { vault, mut temp, sealer, offset, size, mut out, ended } = self;
        if offset != size || ended {
            return Err(Error::Offset { offset });
        }
        let header = *sealer.header();
        out.clear();
        sealer.finish(&mut out)?;
        temp.write(&out)?;
        temp.sync()?;
        let meter = Meter::new(&Work::silent(), Phase::Checking, Some(size));
        let right = match vault.digest_of(temp.path(), &meter) {
            Ok((digest, reader)) => digest == *expected && reader.size() == size,
            Err(error) if error.is_damage() => false,
            Err(error) => return Err(error),
        };
        temp.keep(false);
        if !right {
            return Err(Error::WrongDigest);
        }
        let mut paths = Vec::new();
        let (header, _) = vault.give_name(temp, header, expected, &mut paths)?;
        paths.iter().try_for_each(|path| sync_parent(path))?;
        Ok(Held { digest: *expected, size, header })
    }

    /// Removes what was received.
    pub fn discard(mut self) {
        self.temp.keep(false);
    }

    /// Takes over the whole sound chunks that were written before, up to byte `limit`.
    fn take_over(&mut self, old: &mut File, limit: u64) -> Result<()> {
        let mut header = [0; HEADER];
        if read_full(old, &mut header)? < HEADER {
            return Ok(());
        }
        let Ok(key) = MessageKey::open(&self.vault.inner.key, Context::Vault, &Header(header)) else {
            return Ok(());
        };
        let mut stored = vec![0; STORED_CHUNK * CHUNKS_AT_ONCE];
        let mut plain = Vec::with_capacity(CHUNK * CHUNKS_AT_ONCE);
        let mut number = 0;
        loop {
            let got = read_full(old, &mut stored)?;
            plain.clear();
            for chunk in stored[..got].chunks_exact_mut(STORED_CHUNK) {
                let Ok(bytes) = key.unseal(number, chunk) else { break };
                plain.extend_from_slice(bytes);
                number += 1;
            }
            // More than is announced cannot be a part of it.
            let room = usize::try_from(limit - self.offset).unwrap_or(usize::MAX);
            let taken = plain.len().min(room);
            self.take(&plain[..taken])?;
            if taken < stored.len() / STORED_CHUNK * CHUNK {
                return Ok(());
            }
        }
    }
}

/// Fills `buffer`; fewer bytes only at the end.
fn read_full(file: &mut File, buffer: &mut [u8]) -> Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(got) => filled += got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::disk("going on with an upload")(error)),
        }
    }
    Ok(filled)
}
