//! From a temporary file to a name that lasts: write → fsync → rename → fsync of the folder.
//!
//! Also the folders of a vault, the question whether the disk has room, and moving what is damaged
//! into `aside/`. A temporary file removes itself when it is dropped before it got its name; one that
//! a killed process left behind waits for the sweep.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use rustix::fs::{Advice, fadvise, statvfs, syncfs};

use super::cobblestone::Header;
use super::direct::Gather;
use super::{Error, Result, Vault, lock};

/// Ending of temporary files of imports.
pub(super) const PART: &str = ".part";

/// Written bytes after which the system is asked to begin writing them to the disk, so that the
/// fsync at the end finds little left to do.
const PUSH_OUT: u64 = 8 * 1024 * 1024;

/// Room always left for the journal, at most; small disks keep a fiftieth.
const RESERVE: u64 = 64 * 1024 * 1024;

/// Makes the folders of a vault, durably.
pub(super) fn make_folders(home: &Path, root: &Path, aside: &Path) -> Result<()> {
    let mut made = make_folder(root)? | make_folder(aside)?;
    if made {
        sync_folder(home)?;
    }
    made = make_folder(&root.join("tmp"))? | make_folder(&root.join("thumbs"))?;
    for shard in 0..=255_u8 {
        made |= make_folder(&root.join(format!("{shard:02x}")))?;
    }
    if made { sync_folder(root) } else { Ok(()) }
}

/// Makes one folder for its owner alone; `true` if it was not there.
fn make_folder(path: &Path) -> Result<bool> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(Error::disk("making a folder")(error)),
    }
}

/// fsync of a folder: makes the names in it durable.
pub(super) fn sync_folder(path: &Path) -> Result<()> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(Error::disk("syncing a folder"))
}

/// fsync of the folder a file lies in.
pub(super) fn sync_parent(path: &Path) -> Result<()> {
    path.parent().map_or(Ok(()), sync_folder)
}

/// Whether `syncfs` tells about failed writes here: since Linux 5.8.
pub(super) fn syncfs_reports_errors() -> bool {
    let uname = rustix::system::uname();
    let release = uname.release().to_string_lossy();
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= (5, 8),
        _ => false,
    }
}

impl Vault {
    /// Makes everything written so far on the vault's file system durable, in one call.
    pub(super) fn sync_all(&self) -> Result<()> {
        let folder = File::open(&self.inner.root).map_err(Error::disk("syncing the vault"))?;
        syncfs(&folder).map_err(|error| Error::disk("syncing the vault")(error.into()))
    }

    /// Bytes that may still be written here: free for this user, less what is kept for the journal.
    pub fn room(&self) -> Result<u64> {
        let room =
            statvfs(&self.inner.root).map_err(|error| Error::disk("asking for free space")(error.into()))?;
        let reserve = (room.f_blocks.saturating_mul(room.f_frsize) / 50).min(RESERVE);
        Ok(room.f_bavail.saturating_mul(room.f_frsize).saturating_sub(reserve))
    }

    /// Puts figures to a disk that turned out to be full while writing.
    pub(super) fn with_figures(&self, error: Error, needed: u64) -> Error {
        match error {
            Error::NoSpace { needed: 0, .. } => {
                Error::NoSpace { needed, available: self.room().unwrap_or(0) }
            }
            other => other,
        }
    }

    /// Promises room for `bytes` more, or says that there is none.
    pub(super) fn promise(&self, bytes: u64) -> Result<Promise<'_>> {
        let available = self.room()?;
        let promised = self.inner.promised.fetch_add(bytes, Ordering::Relaxed);
        let promise = Promise { vault: self, bytes };
        let needed = promised.saturating_add(bytes);
        if needed > available {
            return Err(Error::NoSpace { needed, available });
        }
        Ok(promise)
    }

    /// Moves a stored file to `aside/`, where a person or a tool may look at it. Nothing is removed.
    /// Gives the new name, or `None` where there was no file.
    pub(super) fn move_aside(&self, path: &Path, reason: &str) -> Result<Option<String>> {
        let stem = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let _placing = lock(&self.inner.placing);
        for number in 0.. {
            let name = format!("{stem}.{reason}.{number}");
            let target = self.inner.aside.join(&name);
            if target.symlink_metadata().is_ok() {
                continue;
            }
            return match fs::rename(path, &target) {
                Ok(()) => {
                    sync_folder(&self.inner.aside)?;
                    sync_parent(path)?;
                    Ok(Some(name))
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(Error::disk("setting a file aside")(error)),
            };
        }
        Ok(None)
    }
}

/// Room kept for a running import; given back when dropped.
#[derive(Debug)]
pub(super) struct Promise<'a> {
    vault: &'a Vault,
    bytes: u64,
}

impl Drop for Promise<'_> {
    fn drop(&mut self) {
        self.vault.inner.promised.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// What became of a finished temporary file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placed {
    /// It has its name now.
    New,
    /// A sound file of the same content was here; the temporary one is gone.
    Already(Header),
}

/// A file in `vault/tmp` that has no name yet.
#[derive(Debug)]
pub(super) struct Temp {
    vault: Vault,
    file: File,
    name: String,
    path: PathBuf,
    written: u64,
    pushed: u64,
    /// It has its name, or is to be gone on with later: not removed when dropped.
    keep: bool,
}

impl Temp {
    /// A new, empty temporary file.
    pub(super) fn create(vault: &Vault) -> Result<Self> {
        let mut random = [0; 16];
        crate::moment::fill_random(&mut random).map_err(|_| Error::Randomness)?;
        let name = format!("{:032x}{PART}", u128::from_be_bytes(random));
        Self::create_named(vault, name)
    }

    /// A new temporary file of a given name; one that is there already is emptied.
    pub(super) fn create_named(vault: &Vault, name: String) -> Result<Self> {
        let path = vault.inner.root.join("tmp").join(&name);
        lock(&vault.inner.live).insert(name.clone());
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(&path);
        match file {
            Ok(file) => {
                Ok(Self { vault: vault.clone(), file, name, path, written: 0, pushed: 0, keep: false })
            }
            Err(error) => {
                lock(&vault.inner.live).remove(&name);
                Err(Error::disk("making a temporary file")(error))
            }
        }
    }

    /// A buffer for writing a large file in one go, past the page cache.
    pub(super) fn gather(&self, most: usize) -> Gather {
        Gather::new(&self.file, most)
    }

    /// Appends what was gathered, except an unaligned rest.
    pub(super) fn write_gathered(&mut self, gather: &mut Gather) -> Result<()> {
        gather.write(&mut self.file).map_err(Error::disk("writing a file"))
    }

    /// Appends the last of what was gathered.
    pub(super) fn end_gathered(&mut self, gather: Gather) -> Result<()> {
        gather.end(&mut self.file).map_err(Error::disk("writing a file"))?;
        self.written = self.file.metadata().map_err(Error::disk("writing a file"))?.len();
        Ok(())
    }

    /// Appends bytes.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(Error::disk("writing a file"))?;
        self.written += bytes.len() as u64;
        if self.written - self.pushed >= PUSH_OUT {
            // On dirty pages this advice begins their writing; what the previous advice had written
            // by now leaves the page cache. It never loses data.
            let from = self.pushed.saturating_sub(PUSH_OUT);
            let len = std::num::NonZeroU64::new(self.written - from);
            let _ = fadvise(&self.file, from, len, Advice::DontNeed);
            self.pushed = self.written;
        }
        Ok(())
    }

    /// fsync of the content.
    pub(super) fn sync(&self) -> Result<()> {
        self.file.sync_all().map_err(Error::disk("syncing a file"))
    }

    /// Gives the file its name in the vault, unless a sound one is there. Content must be durable;
    /// the folder is synced by the caller.
    pub(super) fn place(mut self, name: &str) -> Result<Placed> {
        let target = self.vault.path_of_name(name);
        let _placing = lock(&self.vault.inner.placing);
        if target.symlink_metadata().is_ok() {
            let there = self.vault.open_path(&target, None, super::Context::Vault)?;
            return Ok(Placed::Already(*there.header()));
        }
        fs::rename(&self.path, &target).map_err(Error::disk("naming a file"))?;
        self.keep = true;
        lock(&self.vault.inner.fresh).insert(name.to_owned());
        if let Some(sizes) = lock(&self.vault.inner.sizes).as_mut() {
            sizes.entry(self.written).or_default().push(name.to_owned());
        }
        Ok(Placed::New)
    }

    /// Replaces a rebuildable file. Content is not synced: losing it costs only making it again.
    pub(super) fn rename_over(mut self, target: &Path) -> Result<()> {
        fs::rename(&self.path, target).map_err(Error::disk("naming a file"))?;
        self.keep = true;
        Ok(())
    }

    /// Its name in `vault/tmp`.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Where it is now.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes another temporary name, keeping the file.
    pub(super) fn rename_temp(&mut self, name: String) -> Result<()> {
        let path = self.vault.inner.root.join("tmp").join(&name);
        fs::rename(&self.path, &path).map_err(Error::disk("naming a file"))?;
        let mut live = lock(&self.vault.inner.live);
        live.remove(&self.name);
        live.insert(name.clone());
        drop(live);
        self.name = name;
        self.path = path;
        Ok(())
    }

    /// Whether the file stays where it is when dropped, for a later process to go on with.
    pub(super) const fn keep(&mut self, keep: bool) {
        self.keep = keep;
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        if !self.keep {
            // What cannot be removed now is found by the next sweep.
            drop(fs::remove_file(&self.path));
        }
        lock(&self.vault.inner.live).remove(&self.name);
    }
}
