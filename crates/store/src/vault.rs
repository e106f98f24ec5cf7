//! Where media are kept: encrypted files named after their content.
//!
//! `vault/ab/<hex>` holds one file as C2SP chunked encryption; the name is HMAC-SHA-256 of the
//! vault key over the SHA-256 of the plaintext, so names tell nothing. A file is complete and durable
//! before [`Vault::import`] answers, and only then may an entry name it. What is damaged or belongs
//! to nobody moves to `aside/`; nothing is deleted but what [`Vault::erase`] is told to.
//!
//! The vault needs a key and a folder and knows no journal. Whoever calls keeps a [`Held`] per file
//! and hands its header back when opening, which shows an exchange of two files.

mod batch;
mod check;
pub mod cobblestone;
mod direct;
mod error;
mod import;
mod incoming;
mod lanes;
mod place;
mod reader;
mod source;
mod sweep;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hmac::{Hmac, KeyInit as _, Mac as _};
use liuhen_protocol::Digest;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

pub use check::{CheckReport, Damage};
pub use cobblestone::Header;
pub use error::{Error, Result};
pub use import::{ImportOptions, Imported, Sm3};
pub use incoming::Incoming;
pub use reader::Reader;
pub(crate) use source::open_regular;
pub use sweep::{SetAside, SweepReport, Why};

use cobblestone::{Context, HEADER, MessageKey};

/// Plaintext bytes of a block of the manifest: 4 MiB.
pub const BLOCK: usize = 4 * 1024 * 1024;
const _: () = assert!(BLOCK as u64 == liuhen_protocol::BLOCK, "one size of blocks");

/// One file of the vault: what the row kept beside the journal says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// SHA-256 of the plaintext; names the file.
    #[serde(with = "hex_digest")]
    pub digest: Digest,
    /// Bytes of plaintext.
    pub size: u64,
    /// Salt and commitment of the stored file, to be handed back to [`Vault::open`].
    pub header: Header,
}

mod hex_digest {
    use liuhen_protocol::Digest;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(digest: &Digest, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&digest.to_hex())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Digest, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        Digest::from_hex(&text).map_err(D::Error::custom)
    }
}

/// The media vault of one home. Cheap to clone; all methods may be called from many threads.
///
/// One process at a time: the lock on the home sees to that.
#[derive(Clone)]
pub struct Vault {
    inner: Arc<Inner>,
}

struct Inner {
    key: Zeroizing<[u8; 32]>,
    root: PathBuf,
    aside: PathBuf,
    /// Held while a finished file gets its name, so that a name is never given twice.
    placing: Mutex<()>,
    /// Names of temporary files in use, which a sweep must not touch.
    live: Mutex<HashSet<String>>,
    /// Names placed since opening: their entries may still be on their way.
    fresh: Mutex<HashSet<String>>,
    /// Bytes that running imports still will write.
    promised: AtomicU64,
    /// Names by stored size, read once, to notice a large file that is here already.
    sizes: Mutex<Option<HashMap<u64, Vec<String>>>>,
    /// Whether `syncfs` reports write errors (Linux 5.8 and later).
    syncfs: bool,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("root", &self.inner.root).finish_non_exhaustive()
    }
}

/// A lock that survives a panic of another thread: what these locks guard is always consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Vault {
    /// Opens the vault in a home, making `vault/` and `aside/` where they are missing.
    pub fn at(home: &Path, key: &[u8; 32]) -> Result<Self> {
        let root = home.join("vault");
        let aside = home.join("aside");
        place::make_folders(home, &root, &aside)?;
        Ok(Self {
            inner: Arc::new(Inner {
                key: Zeroizing::new(*key),
                root,
                aside,
                placing: Mutex::new(()),
                live: Mutex::default(),
                fresh: Mutex::default(),
                promised: AtomicU64::new(0),
                sizes: Mutex::default(),
                syncfs: place::syncfs_reports_errors(),
            }),
        })
    }

    /// Whether a file of this digest is here (its bytes are not read).
    pub fn holds(&self, digest: &Digest) -> bool {
        self.path_of(digest).is_ok_and(|path| path.is_file())
    }

    /// The row of a file that is here: its header and end are checked, its middle is not.
    pub fn held(&self, digest: &Digest) -> Result<Held> {
        let reader = self.open(digest, None)?;
        Ok(Held { digest: *digest, size: reader.size(), header: *reader.header() })
    }

    /// Opens a file for reading. Commitment, the expected header where one is given, length and
    /// last chunk are checked now, every other chunk when it is read.
    ///
    /// # Errors
    /// [`Error::Missing`], or one of the errors for which [`Error::is_damage`] holds.
    pub fn open(&self, digest: &Digest, expected: Option<&Header>) -> Result<Reader> {
        self.open_path(&self.path_of(digest)?, expected, Context::Vault)
    }

    /// The stored file (ciphertext) of a digest, for a backup that copies it as it is.
    pub fn stored_path(&self, digest: &Digest) -> Result<PathBuf> {
        let path = self.path_of(digest)?;
        if path.is_file() { Ok(path) } else { Err(Error::Missing) }
    }

    /// Removes a file from this vault, with its thumbnail; `false` where there was none. Whether
    /// this is lawful is for the caller to know.
    pub fn erase(&self, digest: &Digest) -> Result<bool> {
        self.drop_thumbnail(digest)?;
        let path = self.path_of(digest)?;
        match fs::remove_file(&path) {
            Ok(()) => place::sync_parent(&path).map(|()| true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Error::disk("erasing a file")(error)),
        }
    }

    fn open_path(&self, path: &Path, expected: Option<&Header>, use_: Context) -> Result<Reader> {
        let file = File::open(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::Missing,
            _ => Error::disk("opening a file")(error),
        })?;
        Reader::open(file, &self.inner.key, expected, use_)
    }

    /// File name of a digest: hex of HMAC-SHA-256(vault key, digest).
    fn name_of(&self, digest: &Digest) -> Result<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.inner.key[..]).map_err(|_| Error::Header)?;
        mac.update(&digest.0);
        let name: [u8; 32] = mac.finalize().into_bytes().into();
        Ok(Digest(name).to_hex())
    }

    fn path_of(&self, digest: &Digest) -> Result<PathBuf> {
        Ok(self.path_of_name(&self.name_of(digest)?))
    }

    fn path_of_name(&self, name: &str) -> PathBuf {
        self.inner.root.join(&name[..2]).join(name)
    }

    fn thumbnail_path(&self, digest: &Digest) -> Result<PathBuf> {
        Ok(self.inner.root.join("thumbs").join(self.name_of(digest)?))
    }

    /// Keeps a small derived picture of a file, encrypted under its own context. It may be lost and
    /// made again, so it is not synced.
    pub fn keep_thumbnail(&self, digest: &Digest, bytes: &[u8]) -> Result<()> {
        let path = self.thumbnail_path(digest)?;
        let (_, message) = cobblestone::encrypt(&self.inner.key, Context::Thumbnail, bytes)?;
        let mut temp = place::Temp::create(self)?;
        temp.write(&message)?;
        temp.rename_over(&path)
    }

    /// The thumbnail kept for a file, if there is a sound one. A damaged one is dropped.
    pub fn thumbnail(&self, digest: &Digest) -> Result<Option<Vec<u8>>> {
        match fs::read(self.thumbnail_path(digest)?) {
            Ok(message) => {
                if let Ok(bytes) = cobblestone::decrypt(&self.inner.key, Context::Thumbnail, &message) {
                    Ok(Some(bytes))
                } else {
                    self.drop_thumbnail(digest)?;
                    Ok(None)
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::disk("reading a thumbnail")(error)),
        }
    }

    fn drop_thumbnail(&self, digest: &Digest) -> Result<()> {
        match fs::remove_file(self.thumbnail_path(digest)?) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::disk("removing a thumbnail")(error))
            }
            _ => Ok(()),
        }
    }

    fn fresh_key(&self) -> Result<MessageKey> {
        MessageKey::fresh(&self.inner.key, Context::Vault)
    }
}

/// Reads the first 56 bytes of a stored file.
fn read_header(file: &File) -> Result<Header> {
    use std::os::unix::fs::FileExt as _;
    let mut header = [0; HEADER];
    file.read_exact_at(&mut header, 0).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => Error::Length,
        _ => Error::disk("reading a file")(error),
    })?;
    Ok(Header(header))
}
