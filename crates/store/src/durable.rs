//! The one place where files outside the database become durable.
//!
//! Order, always: write a temporary file in the same folder → fsync it → rename it over the
//! final name → fsync the folder. Only then may the caller acknowledge anything. A kill at any
//! step leaves either the old file or the new one, and at most an orphan `*.tmp` beside it.
//! Files are created 0600 and folders 0700: nobody else on the machine reads them.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Permission bits of every file Liuhen creates.
const FILE_MODE: u32 = 0o600;
/// Permission bits of every folder Liuhen creates.
const FOLDER_MODE: u32 = 0o700;

/// Writes `bytes` to `path` so that after a kill the file is either the old or the new one.
///
/// # Errors
/// [`Error::Io`] naming the step; the old file is then untouched.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let temporary = temporary_beside(path);
    let mut file = create_private(&temporary)?;
    let written = file
        .write_all(bytes)
        .map_err(|source| Error::io("write a file", &temporary, source))
        .and_then(|()| publish(&file, &temporary, path));
    if written.is_err() {
        // The temporary file is ours alone; leaving it would only confuse the next attempt.
        drop(fs::remove_file(&temporary));
    }
    written
}

/// Makes a finished temporary file durable under its final name: fsync, rename, fsync of the folder.
///
/// Both paths must be on one file system. The vault uses this for media, [`write()`] for small files.
///
/// # Errors
/// [`Error::Io`] naming the step.
pub fn publish(file: &File, temporary: &Path, path: &Path) -> Result<()> {
    file.sync_all().map_err(|source| Error::io("make a file durable", temporary, source))?;
    fs::rename(temporary, path).map_err(|source| Error::io("rename a file", path, source))?;
    sync_parent(path)
}

/// Creates a new, empty file that only its owner may read; an old one of that name is replaced.
///
/// # Errors
/// [`Error::Io`] when it cannot be created.
pub fn create_private(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true);
    private(&mut options);
    options.open(path).map_err(|source| Error::io("create a file", path, source))
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(FILE_MODE);
}

#[cfg(not(unix))]
fn private(_options: &mut OpenOptions) {}

/// Creates a folder (and its parents) that only its owner may enter, and makes its name durable.
/// An existing folder is left as it is.
///
/// # Errors
/// [`Error::Io`] when it cannot be created.
pub fn create_folder(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(FOLDER_MODE);
    }
    builder.create(path).map_err(|source| Error::io("create a folder", path, source))?;
    sync_parent(path)
}

/// Makes creations, renames and removals inside `folder` durable.
///
/// # Errors
/// [`Error::Io`] when the folder cannot be opened or synced.
pub fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|source| Error::io("make a folder durable", folder, source))
}

fn sync_parent(path: &Path) -> Result<()> {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => sync_folder(Path::new(".")),
        Some(parent) => sync_folder(parent),
        None => Ok(()),
    }
}

/// The name used while a small file is being written: `NAME.tmp`, in the same folder.
fn temporary_beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_file_replaces_the_old_one_and_leaves_no_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, b"old").unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn files_and_folders_belong_to_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("x/y");
        create_folder(&inner).unwrap();
        write(&inner.join("a"), b"1").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&inner), FOLDER_MODE);
        assert_eq!(mode(&inner.join("a")), FILE_MODE);
    }

    #[test]
    fn a_failed_write_says_where_and_keeps_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(&folder.path().join("missing/a"), b"x").unwrap_err();
        assert!(matches!(error, Error::Io { .. }));
    }
}
