//! The stages of one reading, side by side: read → (SHA-256 | block hashes | SM3 | encrypt and write).
//!
//! SM3 is four times slower than everything else, so no stage may wait for another one longer than
//! a few buffers. The caller's thread reads into a fixed set of buffers; each lane is a thread that
//! sees every buffer in order; a buffer is free again when the last lane let go of it. Memory is
//! `BUFFERS × BUFFER` whatever the size of the file.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Scope, ScopedJoinHandle};

use liuhen_protocol::Digest;
use sha2::{Digest as _, Sha256};
use sm3::Sm3;

use super::cobblestone::Sealer;
use super::place::Temp;
use super::{BLOCK, Error, Result};
use crate::work::Meter;

/// Bytes of one buffer; divides a block, so that blocks end where buffers end.
pub(super) const BUFFER: usize = 512 * 1024;
/// Buffers of one reading.
const BUFFERS: usize = 12;

const _: () = assert!(BLOCK.is_multiple_of(BUFFER), "a block is a whole number of buffers");

/// Which hashes a reading makes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) sha256: bool,
    pub(super) blocks: bool,
    pub(super) sm3: bool,
}

/// What a reading gave.
#[derive(Debug, Default)]
pub(super) struct Hashes {
    pub(super) size: u64,
    pub(super) sha256: Option<Digest>,
    pub(super) blocks: Vec<Digest>,
    pub(super) sm3: Option<Digest>,
}

/// A buffer that goes back to the pool when the last lane drops it.
struct Slab {
    bytes: Vec<u8>,
    pool: SyncSender<Vec<u8>>,
}

impl Deref for Slab {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Slab {
    fn drop(&mut self) {
        // The pool has room for every buffer there is; after the reading nobody wants it back.
        drop(self.pool.try_send(std::mem::take(&mut self.bytes)));
    }
}

type Feed = SyncSender<Arc<Slab>>;

/// Reads everything `fill` gives (fewer bytes than asked only at the end) through the wanted
/// hashes, and into `sink` encrypted.
pub(super) fn run(
    fill: &mut dyn FnMut(&mut [u8]) -> Result<usize>,
    wanted: Wanted,
    sink: Option<(&mut Temp, Sealer)>,
    meter: &Meter,
) -> Result<Hashes> {
    thread::scope(|scope| {
        let mut feeds = Vec::new();
        let sha256 = wanted.sha256.then(|| lane(scope, &mut feeds, whole_sha256));
        let blocks = wanted.blocks.then(|| lane(scope, &mut feeds, block_sha256));
        let sm3 = wanted.sm3.then(|| lane(scope, &mut feeds, whole_sm3));
        let sink =
            sink.map(|(temp, sealer)| lane(scope, &mut feeds, move |slabs| encrypt(&slabs, sealer, temp)));
        let read = feed(fill, &feeds, meter);
        // Closing the feeds ends the lanes.
        drop(feeds);
        let sha256 = sha256.map(ScopedJoinHandle::join).transpose().map_err(|_| Error::Stage)?;
        let blocks = blocks.map(ScopedJoinHandle::join).transpose().map_err(|_| Error::Stage)?;
        let sm3 = sm3.map(ScopedJoinHandle::join).transpose().map_err(|_| Error::Stage)?;
        let sink = sink.map(ScopedJoinHandle::join).transpose().map_err(|_| Error::Stage)?;
        // A full disk ends the writing lane first and the reading in consequence: report the cause.
        sink.transpose()?;
        Ok(Hashes { size: read?, sha256, blocks: blocks.unwrap_or_default(), sm3 })
    })
}

fn lane<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    feeds: &mut Vec<Feed>,
    work: impl FnOnce(Receiver<Arc<Slab>>) -> T + Send + 'scope,
) -> ScopedJoinHandle<'scope, T> {
    let (feed, slabs) = sync_channel(BUFFERS);
    feeds.push(feed);
    scope.spawn(move || work(slabs))
}

fn feed(fill: &mut dyn FnMut(&mut [u8]) -> Result<usize>, feeds: &[Feed], meter: &Meter) -> Result<u64> {
    let (pool, free) = sync_channel(BUFFERS);
    for _ in 0..BUFFERS {
        pool.try_send(vec![0; BUFFER]).map_err(|_| Error::Stage)?;
    }
    let mut size = 0;
    loop {
        let mut bytes = free.recv().map_err(|_| Error::Stage)?;
        bytes.resize(BUFFER, 0);
        let got = fill(&mut bytes)?;
        if got == 0 {
            return Ok(size);
        }
        bytes.truncate(got);
        size += got as u64;
        let slab = Arc::new(Slab { bytes, pool: pool.clone() });
        for feed in feeds {
            feed.send(Arc::clone(&slab)).map_err(|_| Error::Stage)?;
        }
        meter.add(got as u64)?;
        if got < BUFFER {
            return Ok(size);
        }
    }
}

fn whole_sha256(slabs: Receiver<Arc<Slab>>) -> Digest {
    let mut hash = Sha256::new();
    for slab in slabs {
        hash.update(&**slab);
    }
    Digest(hash.finalize().into())
}

fn whole_sm3(slabs: Receiver<Arc<Slab>>) -> Digest {
    let mut hash = Sm3::new();
    for slab in slabs {
        hash.update(&**slab);
    }
    Digest(hash.finalize().into())
}

fn block_sha256(slabs: Receiver<Arc<Slab>>) -> Vec<Digest> {
    let mut blocks = Vec::new();
    let mut hash = Sha256::new();
    let mut filled = 0;
    for slab in slabs {
        hash.update(&**slab);
        filled += slab.len();
        if filled == BLOCK {
            blocks.push(Digest(hash.finalize_reset().into()));
            filled = 0;
        }
    }
    if filled > 0 {
        blocks.push(Digest(hash.finalize().into()));
    }
    blocks
}

fn encrypt(slabs: &Receiver<Arc<Slab>>, mut sealer: Sealer, temp: &mut Temp) -> Result<()> {
    // A buffer of plaintext with its tags, a tail from before and an unaligned rest.
    let mut out = temp.gather(BUFFER + 64 * 1024);
    out.bytes.extend_from_slice(&sealer.header().0);
    for slab in slabs {
        sealer.update(&slab, &mut out.bytes)?;
        drop(slab);
        temp.write_gathered(&mut out)?;
    }
    sealer.finish(&mut out.bytes)?;
    temp.end_gathered(out)
}

/// The same hashes of bytes that are in memory already.
pub(super) fn hash_whole(bytes: &[u8], sm3: bool) -> Hashes {
    let sha256 = Digest::of(bytes);
    // A file of one block has the digest of that block.
    let blocks = match bytes.len() {
        0 => Vec::new(),
        1..=BLOCK => vec![sha256],
        _ => bytes.chunks(BLOCK).map(Digest::of).collect(),
    };
    Hashes {
        size: bytes.len() as u64,
        sha256: Some(sha256),
        blocks,
        sm3: sm3.then(|| Digest(Sm3::digest(bytes).into())),
    }
}
