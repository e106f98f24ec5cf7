//! The files behind the paths a person named: files, folders, a whole card.
//!
//! Symbolic links are reported and never followed, so a card cannot point into the laptop. What
//! cannot be read is reported with its reason and the rest goes on. Names are kept byte for byte;
//! [`shown`] makes text of them, also of those written in GBK by older devices.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::work::{Cancelled, Meter, Phase, Work};

/// Folders inside folders that are looked into; deeper is a loop made by mounts, or as good as one.
const DEPTH: usize = 64;

/// Folders and files that systems put on cards for themselves.
const SYSTEM: [&str; 9] = [
    "System Volume Information",
    "$RECYCLE.BIN",
    ".Trashes",
    ".Spotlight-V100",
    ".fseventsd",
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
    "lost+found",
];

/// A file to be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// Bytes, as far as known now.
    pub size: u64,
}

/// Why something was passed over.
#[derive(Debug)]
#[non_exhaustive]
pub enum Why {
    /// A symbolic link.
    Link,
    /// A device, pipe or socket.
    NotRegular,
    /// Made by a system for itself.
    SystemFile,
    /// Too many folders inside each other.
    TooDeep,
    /// There is nothing of that name.
    Missing,
    /// The system does not let us read it.
    Unreadable(io::Error),
}

impl Why {
    /// Stable code, key of the sentence in `assets/strings` (`error.<code>`).
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Link => "source_is_link",
            Self::NotRegular => "source_not_regular",
            Self::SystemFile => "source_system_file",
            Self::TooDeep => "source_too_deep",
            Self::Missing => "source_missing",
            Self::Unreadable(_) => "source_unreadable",
        }
    }
}

/// Something that was passed over.
#[derive(Debug)]
pub struct Skipped {
    /// Where it is.
    pub path: PathBuf,
    /// Why.
    pub why: Why,
}

/// Everything behind the paths.
#[derive(Debug, Default)]
pub struct Listing {
    /// Files, in the order of the paths and by name inside folders, each once.
    pub files: Vec<Found>,
    /// What was passed over.
    pub skipped: Vec<Skipped>,
}

/// Looks through the paths.
///
/// # Errors
/// Only [`Cancelled`].
pub fn list(paths: &[PathBuf], work: &Work) -> Result<Listing, Cancelled> {
    let meter = Meter::new(work, Phase::Listing, None);
    let mut listing = Listing::default();
    let mut seen = HashSet::new();
    for path in paths {
        let walk = WalkDir::new(path).follow_links(false).follow_root_links(false).max_depth(DEPTH);
        let mut entries = walk.sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            meter.add(1)?;
            match entry {
                Ok(entry) => {
                    let is_root = entry.depth() == 0;
                    if !is_root && is_system(entry.file_name()) {
                        if entry.file_type().is_dir() {
                            entries.skip_current_dir();
                        }
                        listing.skip(entry.into_path(), Why::SystemFile);
                    } else {
                        listing.take(&entry, &mut seen);
                    }
                }
                Err(error) => listing.fail(path, error),
            }
        }
    }
    Ok(listing)
}

impl Listing {
    fn take(&mut self, entry: &walkdir::DirEntry, seen: &mut HashSet<PathBuf>) {
        let path = entry.path();
        let kind = entry.file_type();
        if kind.is_symlink() {
            self.skip(path.to_owned(), Why::Link);
        } else if kind.is_dir() {
            if entry.depth() == DEPTH {
                self.skip(path.to_owned(), Why::TooDeep);
            }
        } else if kind.is_file() {
            // The same file named twice (a folder and a file in it) is one file.
            let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            if seen.insert(whole) {
                // A size that cannot be read now gives its error when the file is opened.
                let size = entry.metadata().map_or(0, |meta| meta.len());
                self.files.push(Found { path: path.to_owned(), size });
            }
        } else {
            self.skip(path.to_owned(), Why::NotRegular);
        }
    }

    fn skip(&mut self, path: PathBuf, why: Why) {
        self.skipped.push(Skipped { path, why });
    }

    fn fail(&mut self, named: &Path, error: walkdir::Error) {
        let path = error.path().unwrap_or(named).to_owned();
        let why = match error.into_io_error() {
            Some(error) if error.kind() == io::ErrorKind::NotFound => Why::Missing,
            Some(error) => Why::Unreadable(error),
            // Only a followed link can loop, and none is followed.
            None => Why::Link,
        };
        self.skip(path, why);
    }
}

fn is_system(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy();
    SYSTEM.iter().any(|known| name.eq_ignore_ascii_case(known))
        || name.starts_with("._")
        || name.starts_with(".Trash-")
}

/// The name of a file as text: UTF-8, else GBK, else with replacement characters.
pub fn shown(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    let name = path.file_name().unwrap_or(path.as_os_str());
    if let Some(text) = name.to_str() {
        return text.to_owned();
    }
    let gbk = encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(name.as_bytes());
    gbk.map_or_else(|| name.to_string_lossy().into_owned(), std::borrow::Cow::into_owned)
}
