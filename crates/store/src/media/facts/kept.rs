//! Facts of a file that is in the vault already: it came in as a stream and has no path.
//!
//! The child reads from a file that lives in memory and never touches a disk. It holds the beginning
//! and the end of the original, where movies and stills keep what they tell; between them is a hole.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use rustix::fs::{MemfdFlags, memfd_create};

use super::{Facts, FactsCommand, Failure, ask, name};
use crate::media::magic;
use crate::vault::Reader;

/// Bytes of the beginning that the child sees.
const BEGINNING: u64 = 16 * 1024 * 1024;
/// Bytes of the end that the child sees: the index of a long film is a few of them.
const END: u64 = 32 * 1024 * 1024;

/// The facts of stored bytes that came under this name, last changed at `modified` (Unix seconds).
/// Never fails: see [`Facts::failure`].
pub fn read_kept(reader: &mut Reader, name: &str, modified: Option<i64>, command: &FactsCommand) -> Facts {
    let name = name::read(Path::new(name));
    let looked = in_memory(reader).map_err(|_| Failure::Unreadable).and_then(|file| ask(file, command));
    match looked {
        Ok(facts) => Facts { name, modified, failure: None, ..facts },
        Err(failure) => {
            // What it is shows in its first bytes; nothing of them is parsed for that.
            let start = reader.read_range(0, magic::LOOK as u64).unwrap_or_default();
            let mime = magic::mime(&start).to_owned();
            Facts { mime, name, modified, failure: Some(failure), ..Facts::default() }
        }
    }
}

fn in_memory(reader: &mut Reader) -> io::Result<File> {
    let file = File::from(memfd_create("facts", MemfdFlags::CLOEXEC)?);
    let size = reader.size();
    file.set_len(size)?;
    let beginning = reader.read_range(0, BEGINNING).map_err(io::Error::other)?;
    file.write_all_at(&beginning, 0)?;
    let from = size.saturating_sub(END).max(beginning.len() as u64);
    if from < size {
        let end = reader.read_range(from, END).map_err(io::Error::other)?;
        file.write_all_at(&end, from)?;
    }
    Ok(file)
}
