//! Backups: one tar file with a backup of the journal and every blob, encrypted as they lie.
//!
//! The journal's backup holds the keys of the home, sealed to the recovery key: whoever holds that opens everything, nobody else
//! anything. The last member
//! lists SHA-256 and size of all others: a cut or changed backup is noticed before anything is restored from it.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use liuhen_protocol::Digest;
use liuhen_store::durable;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::{Township, refused};
use crate::{Error, Result};

/// First member: what this is, readable without a key.
pub(crate) const ABOUT: &str = "liuhen-township-backup.json";
/// Last member: digests of all others.
pub(crate) const SUMS: &str = "SHA256SUMS.json";
/// The journal's own backup in the archive.
pub(crate) const JOURNAL: &str = "journal.backup";

/// The first member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Format version, 1.
    pub v: u32,
    /// Name of the log.
    pub origin: String,
    /// Entries in it.
    pub size: u64,
    /// Root over them, base64.
    pub root: Digest,
    /// When it was written, RFC 3339.
    pub at: String,
}

/// What was written.
#[derive(Clone, Debug, Serialize)]
pub struct BackedUp {
    /// Where.
    pub out: PathBuf,
    /// Bytes.
    pub bytes: u64,
    /// Blobs in it.
    pub blobs: usize,
    /// What it holds.
    #[serde(flatten)]
    pub about: About,
}

/// Row of the newest backup written.
pub(crate) const LAST: &str = "backup.last";

/// The newest backup, as those who run the township see it; where it lies is the operator's to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastBackup {
    /// When it was written, RFC 3339.
    pub at: String,
    /// Entries in it.
    pub size: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Size and SHA-256 of each member.
pub(crate) type Sums = BTreeMap<String, (u64, Digest)>;

impl Township {
    /// Writes a backup to a file that does not exist yet. Laptops are served meanwhile; blobs are immutable, and those that arrive
    /// later belong to the next backup.
    pub fn backup(&self, out: &Path) -> Result<BackedUp> {
        if out.exists() {
            return Err(refused("backup_exists"));
        }
        let part = part_name(out);
        let written = self.write_backup(&part, out);
        if written.is_err() {
            // Ours alone, and incomplete.
            drop(std::fs::remove_file(&part));
        }
        written
    }

    fn write_backup(&self, part: &Path, out: &Path) -> Result<BackedUp> {
        let copy = self.inner.home.join("journal.backup.tmp");
        drop(std::fs::remove_file(&copy));
        let about = {
            // Under the lock: what the first member says is what the copy holds.
            let ledger = self.ledger();
            let size = ledger.size()?;
            let recovery = self.note_in_force().note.recovery;
            ledger.store.backup(&copy, &self.inner.home_keys, &recovery)?;
            About {
                v: 1,
                origin: self.origin(),
                size,
                root: ledger.root(size)?,
                at: self.inner.moment.wall(),
            }
        };
        let archived = self.archive(part, &copy, &about);
        drop(std::fs::remove_file(&copy));
        let (file, blobs) = archived?;
        let bytes = file.metadata()?.len();
        durable::publish(&file, part, out)?;
        let last = LastBackup { at: about.at.clone(), size: about.size, bytes };
        self.ledger().set_setting(LAST, &last)?;
        Ok(BackedUp { out: out.to_owned(), bytes, blobs, about })
    }

    fn archive(&self, part: &Path, journal: &Path, about: &About) -> Result<(File, usize)> {
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(part)?;
        let mut archive = Archive { tar: tar::Builder::new(file), sums: Sums::new() };
        archive.add_bytes(ABOUT, &serde_json::to_vec(about)?)?;
        archive.add_file(JOURNAL, journal)?;
        let mut blobs = 0;
        let vault = self.inner.home.join("vault");
        for shard in 0..=255_u8 {
            let shard = format!("{shard:02x}");
            let Ok(files) = std::fs::read_dir(vault.join(&shard)) else { continue };
            for file in files {
                let file = file?;
                let name = file.file_name();
                let Some(name) = name.to_str() else { continue };
                archive.add_file(&format!("vault/{shard}/{name}"), &file.path())?;
                blobs += 1;
            }
        }
        let sums = serde_json::to_vec(&archive.sums)?;
        archive.add_bytes(SUMS, &sums)?;
        let mut file = archive.tar.into_inner()?;
        file.flush()?;
        Ok((file, blobs))
    }
}

fn part_name(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

struct Archive {
    tar: tar::Builder<File>,
    sums: Sums,
}

/// Hashes what passes through.
struct Hashing<R> {
    inner: R,
    hash: sha2::Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hash.update(&buffer[..count]);
        Ok(count)
    }
}

impl Archive {
    fn add(&mut self, name: &str, size: u64, reader: impl Read) -> Result<()> {
        let mut header = tar::Header::new_ustar();
        header.set_size(size);
        header.set_mode(0o600);
        header.set_entry_type(tar::EntryType::Regular);
        let mut reader = Hashing { inner: reader, hash: sha2::Sha256::new() };
        self.tar.append_data(&mut header, name, &mut reader)?;
        self.sums.insert(name.to_owned(), (size, Digest(reader.hash.finalize().into())));
        Ok(())
    }

    fn add_bytes(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.add(name, bytes.len() as u64, bytes)
    }

    fn add_file(&mut self, name: &str, path: &Path) -> Result<()> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        self.add(name, size, BufReader::with_capacity(1 << 20, file).take(size))
    }
}

/// Unpacks a backup into `to`, refusing whatever is not a backup of ours, and checks every byte against the sums.
pub(crate) fn unpack(input: &Path, to: &Path) -> Result<About> {
    let damaged = |what| Error::BackupDamaged { what };
    let mut tar = tar::Archive::new(BufReader::with_capacity(1 << 20, File::open(input)?));
    let mut found = Sums::new();
    let mut about: Option<About> = None;
    let mut sums: Option<Sums> = None;
    for member in tar.entries().map_err(|_| damaged("no tar file"))? {
        let mut member = member.map_err(|_| damaged("cut off"))?;
        let name = member.path().map_err(|_| damaged("a member's name"))?.to_string_lossy().into_owned();
        if sums.is_some() {
            return Err(damaged("a member behind the last"));
        }
        if name == ABOUT || name == SUMS {
            let mut bytes = Vec::new();
            (&mut member).take(256 << 20).read_to_end(&mut bytes).map_err(|_| damaged("cut off"))?;
            if name == ABOUT {
                found.insert(name, (bytes.len() as u64, Digest::of(&bytes)));
                about = Some(serde_json::from_slice(&bytes).map_err(|_| damaged("its first member"))?);
            } else {
                sums = Some(serde_json::from_slice(&bytes).map_err(|_| damaged("its sums"))?);
            }
            continue;
        }
        if about.is_none() || !allowed(&name) {
            return Err(damaged("a member that does not belong"));
        }
        let target = to.join(&name);
        if let Some(folder) = target.parent() {
            durable::create_folder(folder)?;
        }
        let mut file = durable::create_private(&target)?;
        let mut reader = Hashing { inner: &mut member, hash: sha2::Sha256::new() };
        let size = std::io::copy(&mut reader, &mut file).map_err(|_| damaged("cut off"))?;
        file.sync_all()?;
        found.insert(name, (size, Digest(reader.hash.finalize().into())));
    }
    if sums.ok_or(damaged("cut off"))? != found {
        return Err(damaged("a member that was changed"));
    }
    about.filter(|about| about.v == 1).ok_or(damaged("another version"))
}

/// Names that a backup may hold: nothing that leads elsewhere.
fn allowed(name: &str) -> bool {
    let hex = |text: &str, length: usize| text.len() == length && text.bytes().all(|c| c.is_ascii_hexdigit());
    match name.split('/').collect::<Vec<_>>().as_slice() {
        [file] => *file == JOURNAL,
        ["vault", shard, file] => hex(shard, 2) && hex(file, 64),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_member_leads_outside() {
        let blob = format!("vault/ab/{}", "0".repeat(64));
        for good in ["journal.backup", blob.as_str()] {
            assert!(allowed(good), "{good}");
        }
        for bad in
            ["../x", "/etc/passwd", "vault/../../x", "keys/slots.json", "vault/ab/x", "journal.backup/x", ""]
        {
            assert!(!allowed(bad), "{bad}");
        }
    }
}
