//! Backups of the database, sealed to the recovery key.
//!
//! One file: a line of JSON (the header), then the bytes of an encrypted database, consistent at the
//! moment of the call. The header holds data key and vault key sealed as in the recovery slot (HPKE,
//! info `liuhen/backup/v1`), the size and the SHA-256 of what follows. So a backup is opened by the
//! holder of the recovery key and by nobody else, and damage is noticed before anything is replaced.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use liuhen_protocol::Digest;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Store;
use crate::durable;
use crate::error::{Error, Result};
use crate::keys::{HomeKeys, RecoveryKey, seal};

/// `info` of the keys in a backup.
pub(super) const BACKUP_INFO: &str = "liuhen/backup/v1";
/// The longest header accepted.
const MAX_HEADER: u64 = 16 << 10;
/// Bytes copied at once.
const CHUNK: usize = 1 << 20;

/// The first line of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupHeader {
    /// `backup`.
    pub liuhen: String,
    /// 1.
    pub v: u8,
    /// When it was made, RFC 3339 UTC.
    pub at: String,
    /// Entries in it.
    pub entries: String,
    /// Bytes of the database that follow the line.
    pub size: String,
    /// SHA-256 of them, in hex.
    pub sha256: String,
    /// Data key ‖ vault key, sealed to the recovery key: base64 of enc ‖ ciphertext.
    pub keys: String,
}

/// A backup whose bytes are good and whose keys were opened.
#[derive(Debug)]
pub struct Restored {
    /// Its header.
    pub header: BackupHeader,
    pub(crate) keys: HomeKeys,
}

impl Store {
    /// Writes a backup that only the recovery key opens. Reading and writing go on meanwhile only as far
    /// as the caller's lock lets them.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::DiskFull`]: the old file of that name is then untouched.
    pub fn backup(&self, out: &Path, keys: &HomeKeys, recovery: &[u8; 32]) -> Result<BackupHeader> {
        let copy = beside(out, "copy");
        let temporary = beside(out, "tmp");
        let done = self.backup_through(out, &copy, &temporary, keys, recovery);
        for left in [&copy, &temporary] {
            // Gone already when all went well.
            drop(std::fs::remove_file(left));
        }
        done
    }

    fn backup_through(
        &self,
        out: &Path,
        copy: &Path,
        temporary: &Path,
        keys: &HomeKeys,
        recovery: &[u8; 32],
    ) -> Result<BackupHeader> {
        self.engine.copy_to(copy)?;
        let (size, sha256) = measure(&mut open(copy)?, copy)?;
        let sealed = seal(recovery, BACKUP_INFO.as_bytes(), b"", keys.bytes().as_slice())
            .map_err(|_| Error::Crypto { doing: "seal a backup" })?;
        let header = BackupHeader {
            liuhen: "backup".to_owned(),
            v: 1,
            at: self.moment.wall(),
            entries: self.count()?.to_string(),
            size: size.to_string(),
            sha256: sha256.to_hex(),
            keys: STANDARD.encode(sealed),
        };
        let mut file = durable::create_private(temporary)?;
        let write = |source| Error::io("write a backup", temporary, source);
        let line = serde_json::to_vec(&header).map_err(Error::json("a backup's header"))?;
        file.write_all(&line).and_then(|()| file.write_all(b"\n")).map_err(write)?;
        let copied = std::io::copy(&mut open(copy)?, &mut file).map_err(write)?;
        if copied != size {
            return Err(Error::BadBackup { reason: "its copy changed while it was written" });
        }
        durable::publish(&file, temporary, out)?;
        Ok(header)
    }
}

/// Opens a backup with the recovery key and writes its database to `database`, durable.
///
/// # Errors
/// [`Error::BadBackup`] for a cut or changed file, [`Error::WrongKey`] for another township's key.
pub fn open_backup(backup: &Path, recovery: &RecoveryKey, database: &Path) -> Result<Restored> {
    let mut file = BufReader::new(open(backup)?);
    let mut line = Vec::new();
    file.by_ref()
        .take(MAX_HEADER)
        .read_until(b'\n', &mut line)
        .map_err(|source| Error::io("read a backup", backup, source))?;
    let header: BackupHeader =
        serde_json::from_slice(&line).map_err(|_| Error::BadBackup { reason: "it has no header" })?;
    if header.liuhen != "backup" || header.v != 1 {
        return Err(Error::BadBackup { reason: "it is of another version" });
    }
    let sealed =
        STANDARD.decode(&header.keys).map_err(|_| Error::BadBackup { reason: "its header is damaged" })?;
    let keys = recovery.open(BACKUP_INFO.as_bytes(), &sealed)?;
    let temporary = beside(database, "restoring");
    let mut out = durable::create_private(&temporary)?;
    let copied = std::io::copy(&mut file, &mut out);
    copied.map_err(|source| Error::io("write a restored database", &temporary, source))?;
    let (size, sha256) = measure(&mut open(&temporary)?, &temporary)?;
    if size.to_string() != header.size || sha256.to_hex() != header.sha256 {
        drop(std::fs::remove_file(&temporary));
        return Err(Error::BadBackup { reason: "its bytes were cut or changed" });
    }
    durable::publish(&out, &temporary, database)?;
    Ok(Restored { header, keys })
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|source| Error::io("open a file", path, source))
}

fn measure(file: &mut File, path: &Path) -> Result<(u64, Digest)> {
    let mut hash = Sha256::new();
    let mut size = 0;
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = file.read(&mut buffer).map_err(|source| Error::io("read a file", path, source))?;
        if read == 0 {
            return Ok((size, Digest(hash.finalize().into())));
        }
        hash.update(&buffer[..read]);
        size += read as u64;
    }
}

fn beside(path: &Path, ending: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}
