//! Tidying after a kill: left-overs of imports, and files that no entry names.
//!
//! An import that died leaves one temporary file. If it is ours and not complete, it is worth nothing
//! and is removed: the source is imported again. If it is complete and an entry names its content,
//! it gets its name. Everything else that has no owner moves to `aside/` and is reported, because
//! only a person can say that it is worth nothing. What running work is using is left alone, and so is
//! what was stored since the vault was opened, whose entry may be on its way.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use liuhen_protocol::Digest;

use super::cobblestone::HEADER;
use super::incoming::{RECEIVED, RESALTED};
use super::place::{PART, sync_folder, sync_parent};
use super::{Error, Result, Vault, lock};
use crate::work::{Meter, Phase, Work};

/// Why a file was set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Why {
    /// A stored file that no entry names.
    Orphan,
    /// A complete file that never got its name, and that no entry names.
    Unnamed,
    /// A temporary file that cannot be read as one of this vault.
    Unreadable,
}

impl Why {
    const fn word(self) -> &'static str {
        match self {
            Self::Orphan => "orphan",
            Self::Unnamed => "unnamed",
            Self::Unreadable => "unreadable",
        }
    }
}

/// A file moved to `aside/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Its name there.
    pub name: String,
    /// Its size as stored.
    pub bytes: u64,
    /// Why.
    pub why: Why,
}

/// What a sweep did and found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Left-overs of dead imports that were removed.
    pub removed: u64,
    /// Bytes those took.
    pub removed_bytes: u64,
    /// Finished files that now have the name their entry wants.
    pub completed: Vec<Digest>,
    /// Names of uploads that can be gone on with, see [`Vault::incoming`].
    pub resumable: Vec<String>,
    /// Files moved to `aside/`.
    pub aside: Vec<SetAside>,
    /// Known files that are not here (not yet fetched, erased, or lost).
    pub missing: Vec<Digest>,
}

/// A file in one of the 256 folders.
pub(super) struct StoredFile {
    pub(super) name: String,
    pub(super) stored: u64,
}

impl Vault {
    /// Tidies up. `known` are all digests that entries name: media and manifests.
    ///
    /// # Errors
    /// [`Error::Disk`], [`Error::Cancelled`]; what was done before stays done.
    pub fn sweep(&self, known: &[Digest], work: &Work) -> Result<SweepReport> {
        let mut names = HashMap::with_capacity(known.len());
        for digest in known {
            names.insert(self.name_of(digest)?, *digest);
        }
        let mut report = SweepReport::default();
        let meter = Meter::new(work, Phase::Sweeping, None);
        self.sweep_temporary(&names, &meter, &mut report)?;
        for file in self.stored_files()? {
            meter.add(1)?;
            if names.contains_key(&file.name) || lock(&self.inner.fresh).contains(&file.name) {
                continue;
            }
            self.aside(&self.path_of_name(&file.name), Why::Orphan, file.stored, &mut report)?;
        }
        self.sweep_thumbnails(&names)?;
        *lock(&self.inner.sizes) = None;
        report.missing = known.iter().filter(|digest| !self.holds(digest)).copied().collect();
        Ok(report)
    }

    fn sweep_temporary(
        &self,
        names: &HashMap<String, Digest>,
        meter: &Meter,
        report: &mut SweepReport,
    ) -> Result<()> {
        let folder = self.inner.root.join("tmp");
        for (name, bytes) in files_in(&folder)? {
            meter.add(1)?;
            if lock(&self.inner.live).contains(&name) {
                continue;
            }
            let path = folder.join(&name);
            if let Some(upload) = name.strip_suffix(RECEIVED) {
                report.resumable.push(upload.to_owned());
            } else if name.ends_with(RESALTED) {
                // The file it was made from is still there.
                remove(&path, bytes, report)?;
            } else if name.ends_with(PART) {
                self.sweep_part(&path, bytes, names, meter, report)?;
            }
        }
        sync_folder(&folder)
    }

    /// One left-over of a dead import.
    fn sweep_part(
        &self,
        path: &Path,
        bytes: u64,
        names: &HashMap<String, Digest>,
        meter: &Meter,
        report: &mut SweepReport,
    ) -> Result<()> {
        if bytes < HEADER as u64 {
            return remove(path, bytes, report);
        }
        let digest = match self.digest_of(path, &meter.quiet()) {
            Ok((digest, _)) => digest,
            Err(Error::Header) => return self.aside(path, Why::Unreadable, bytes, report),
            Err(error) if error.is_damage() => return remove(path, bytes, report),
            Err(error) => return Err(error),
        };
        let name = self.name_of(&digest)?;
        if self.holds(&digest) {
            // A second copy of what is here: worth something only if the first one is damaged.
            let sound = self.check(&digest, None, None, true, &meter.quiet_work())?.is_sound();
            if sound {
                return remove(path, bytes, report);
            }
        } else if names.contains_key(&name) {
            let file = fs::File::open(path).map_err(Error::disk("completing an import"))?;
            file.sync_all().map_err(Error::disk("completing an import"))?;
            let target = self.path_of_name(&name);
            fs::rename(path, &target).map_err(Error::disk("completing an import"))?;
            sync_parent(&target)?;
            report.completed.push(digest);
            return Ok(());
        }
        self.aside(path, Why::Unnamed, bytes, report)
    }

    fn sweep_thumbnails(&self, names: &HashMap<String, Digest>) -> Result<()> {
        let folder = self.inner.root.join("thumbs");
        for (name, _) in files_in(&folder)? {
            let wanted = names.contains_key(&name) || lock(&self.inner.fresh).contains(&name);
            if !wanted {
                fs::remove_file(folder.join(&name)).map_err(Error::disk("removing a thumbnail"))?;
            }
        }
        Ok(())
    }

    fn aside(&self, path: &Path, why: Why, bytes: u64, report: &mut SweepReport) -> Result<()> {
        if let Some(name) = self.move_aside(path, why.word())? {
            report.aside.push(SetAside { name, bytes, why });
        }
        Ok(())
    }

    /// All stored files, in no order. Files that do not look like ours are passed over.
    pub(super) fn stored_files(&self) -> Result<Vec<StoredFile>> {
        let mut files = Vec::new();
        for shard in 0..=255_u8 {
            let shard = format!("{shard:02x}");
            for (name, stored) in files_in(&self.inner.root.join(&shard))? {
                if name.starts_with(&shard) && Digest::from_hex(&name).is_ok() {
                    files.push(StoredFile { name, stored });
                }
            }
        }
        Ok(files)
    }
}

fn remove(path: &Path, bytes: u64, report: &mut SweepReport) -> Result<()> {
    fs::remove_file(path).map_err(Error::disk("removing a left-over"))?;
    report.removed += 1;
    report.removed_bytes += bytes;
    Ok(())
}

/// Names and sizes of the regular files in a folder whose names are text.
fn files_in(folder: &Path) -> Result<Vec<(String, u64)>> {
    let read = |error| Error::disk("listing a folder")(error);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(read)? {
        let entry = entry.map_err(read)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        // Another thread may have finished or removed it since.
        let Ok(meta) = entry.path().symlink_metadata() else { continue };
        if meta.is_file() {
            files.push((name, meta.len()));
        }
    }
    Ok(files)
}
