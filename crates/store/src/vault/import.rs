//! Bringing files in: read once, hash, encrypt, make durable, and only then answer.
//!
//! Content decides the name, so a file that is here already is noticed and nothing is copied. For a
//! large file that is noticed before anything is written: a stored file of the same length whose
//! first bytes agree makes the import hash the source first. A file found here that turns out to be
//! damaged is set aside and replaced by the sound source.

use std::path::{Path, PathBuf};

use liuhen_protocol::Digest;
use liuhen_protocol::Manifest;

use super::cobblestone::{Sealer, seal_whole, stored_size};
use super::lanes::{self, Hashes, Wanted};
use super::place::{Placed, Temp, sync_parent};
use super::source::Source;
use super::{BLOCK, Error, Header, Held, Result, Vault, lock};
use crate::work::{Meter, Phase, Work};

/// Files up to this size are read into memory whole, without threads.
pub(super) const SMALL: u64 = 1024 * 1024;

/// Bytes compared before a file is taken for one that may be here already.
const LOOK: usize = 1024 * 1024;

/// When SM3 is computed. It is four times slower than the rest of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sm3 {
    /// With the import.
    #[default]
    Now,
    /// In the background, by [`Vault::complete_sm3`].
    Later,
}

/// How to import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportOptions {
    /// When SM3 is computed.
    pub sm3: Sm3,
}

/// A file that is in the vault now, durably.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The row to keep for it.
    pub held: Held,
    /// SM3 of the file, unless put off.
    pub sm3: Option<Digest>,
    /// Size, digests and the digests of all 4 MiB blocks.
    pub manifest: Manifest,
    /// The row of the manifest's bytes, which are in the vault too; its digest goes into the entry.
    pub manifest_held: Held,
    /// The vault had this content before; nothing was copied. Whether an entry names it is for the
    /// caller to ask the journal: after a kill there may be none.
    pub already: bool,
    /// The vault had this content, but damaged; that copy is in `aside/` under this name now.
    pub replaced: Option<String>,
}

/// A file read and encrypted, waiting for its name.
pub(super) struct Ready {
    hashes: Hashes,
    digest: Digest,
    /// `None` where the content is here already.
    temp: Option<(Temp, Header)>,
    manifest: Manifest,
    manifest_digest: Digest,
    manifest_temp: Option<(Temp, Header, u64)>,
    manifest_size: u64,
    replaced: Option<String>,
}

impl Vault {
    /// Imports one file; returns when it is durable.
    ///
    /// # Errors
    /// One of the errors about the source, [`Error::NoSpace`], [`Error::Disk`] or
    /// [`Error::Cancelled`]. Nothing of the file stays in the vault then.
    pub fn import(&self, path: &Path, options: ImportOptions, work: &Work) -> Result<Imported> {
        work.check()?;
        let source = Source::open(path)?;
        let meter = Meter::new(work, Phase::Importing, Some(source.size())).with_item(&display(path));
        self.import_open(source, options, &meter)
    }

    pub(super) fn import_open(
        &self,
        source: Source,
        options: ImportOptions,
        meter: &Meter,
    ) -> Result<Imported> {
        let ready = if source.size() <= SMALL {
            self.read_small(source, options, meter)?
        } else {
            self.read_large(source, options, meter)?
        };
        for temp in ready.temps() {
            temp.sync()?;
        }
        let (imported, paths) = self.finish(ready)?;
        for path in &paths {
            sync_parent(path)?;
        }
        Ok(imported)
    }

    /// Keeps bytes that are in memory already (a small file, a signature, a page).
    pub fn store(&self, bytes: &[u8]) -> Result<Held> {
        self.store_many(&[bytes])?.pop().ok_or(Error::Stage)
    }

    pub(super) fn read_small(
        &self,
        mut source: Source,
        options: ImportOptions,
        meter: &Meter,
    ) -> Result<Ready> {
        let size = usize::try_from(source.size()).map_err(|_| Error::TooLong)?;
        // One byte more than expected, so that a file that grew shows.
        let mut bytes = vec![0; size + 1];
        let got = source.fill(&mut bytes)?;
        source.unchanged()?;
        bytes.truncate(got);
        meter.add(got as u64)?;
        self.prepare(lanes::hash_whole(&bytes, options.sm3 == Sm3::Now), meter, |vault| {
            let _promise = vault.promise(stored_size(size as u64))?;
            vault.write_whole(&bytes)
        })
    }

    fn read_large(&self, mut source: Source, options: ImportOptions, meter: &Meter) -> Result<Ready> {
        let wanted = Wanted { sha256: true, blocks: true, sm3: options.sm3 == Sm3::Now };
        if self.may_be_here(&source)? {
            let hashes = lanes::run(&mut |buffer| source.fill(buffer), wanted, None, meter)?;
            source.unchanged()?;
            source.rewind()?;
            let digest = hashes.sha256.ok_or(Error::Stage)?;
            let quiet = meter.quiet();
            return self.prepare(hashes, meter, |vault| {
                let (again, temp, header) = vault.copy(&mut source, wanted, &quiet)?;
                if again.sha256 == Some(digest) { Ok((temp, header)) } else { Err(Error::ChangedWhileRead) }
            });
        }
        let (hashes, temp, header) = self.copy(&mut source, wanted, meter)?;
        self.prepare(hashes, meter, |_| Ok((temp, header)))
    }

    /// One reading of the source into a temporary file, encrypted; not synced.
    fn copy(&self, source: &mut Source, wanted: Wanted, meter: &Meter) -> Result<(Hashes, Temp, Header)> {
        let _promise = self.promise(stored_size(source.size()))?;
        let mut temp = Temp::create(self)?;
        let key = self.fresh_key()?;
        let header = *key.header();
        let sink = Some((&mut temp, Sealer::new(key)));
        let hashes = lanes::run(&mut |buffer| source.fill(buffer), wanted, sink, meter)
            .map_err(|error| self.with_figures(error, stored_size(source.size())))?;
        source.unchanged()?;
        Ok((hashes, temp, header))
    }

    /// Everything but the syncs and names. `write` is called only if the content is not here.
    fn prepare(
        &self,
        hashes: Hashes,
        meter: &Meter,
        write: impl FnOnce(&Self) -> Result<(Temp, Header)>,
    ) -> Result<Ready> {
        let digest = hashes.sha256.ok_or(Error::Stage)?;
        let manifest = manifest_of(&hashes, &digest);
        let bytes = manifest.encode().map_err(Error::Manifest)?;
        let manifest_digest = Digest::of(&bytes);
        let mut replaced = None;
        let mut here = self.holds(&digest);
        if here && !self.check(&digest, None, None, true, &meter.quiet_work())?.is_sound() {
            replaced = self.set_aside(&digest, "damaged")?;
            here = false;
        }
        let temp = if here { None } else { Some(write(self)?) };
        let manifest_temp = if self.held(&manifest_digest).is_ok() {
            None
        } else {
            let (temp, header) = self.write_whole(&bytes)?;
            Some((temp, header, bytes.len() as u64))
        };
        Ok(Ready {
            hashes,
            digest,
            temp,
            manifest,
            manifest_digest,
            manifest_temp,
            manifest_size: bytes.len() as u64,
            replaced,
        })
    }

    /// Writes bytes into a temporary file, encrypted; not synced.
    pub(super) fn write_whole(&self, bytes: &[u8]) -> Result<(Temp, Header)> {
        let (header, message) = seal_whole(self.fresh_key()?, bytes)?;
        let mut temp = Temp::create(self)?;
        temp.write(&message).map_err(|error| self.with_figures(error, message.len() as u64))?;
        Ok((temp, header))
    }

    /// Names what is durable under a temporary name. Gives the files whose folders still have to be
    /// synced. The manifest gets its name first: where a file is, its manifest is.
    pub(super) fn finish(&self, ready: Ready) -> Result<(Imported, Vec<PathBuf>)> {
        let mut paths = Vec::new();
        let manifest_header = match ready.manifest_temp {
            Some((temp, header, _)) => self.give_name(temp, header, &ready.manifest_digest, &mut paths)?.0,
            None => self.held(&ready.manifest_digest)?.header,
        };
        let (header, already) = match ready.temp {
            Some((temp, header)) => self.give_name(temp, header, &ready.digest, &mut paths)?,
            None => (self.held(&ready.digest)?.header, true),
        };
        let imported = Imported {
            held: Held { digest: ready.digest, size: ready.hashes.size, header },
            sm3: ready.hashes.sm3,
            manifest: ready.manifest,
            manifest_held: Held {
                digest: ready.manifest_digest,
                size: ready.manifest_size,
                header: manifest_header,
            },
            already,
            replaced: ready.replaced,
        };
        Ok((imported, paths))
    }

    /// Names one temporary file; gives the header of what is under the name now, and whether it was
    /// there before.
    pub(super) fn give_name(
        &self,
        temp: Temp,
        header: Header,
        digest: &Digest,
        paths: &mut Vec<PathBuf>,
    ) -> Result<(Header, bool)> {
        let name = self.name_of(digest)?;
        if self.held(digest).is_err_and(|error| error.is_damage()) {
            self.set_aside(digest, "damaged")?;
        }
        // Synced in both cases: the other import that placed it may not have come so far yet.
        paths.push(self.path_of_name(&name));
        Ok(match temp.place(&name)? {
            Placed::New => (header, false),
            Placed::Already(header) => (header, true),
        })
    }

    /// Whether a stored file has the length and the first bytes of the source.
    fn may_be_here(&self, source: &Source) -> Result<bool> {
        let names = self.names_of_size(stored_size(source.size()))?;
        if names.is_empty() {
            return Ok(false);
        }
        let first = source.peek(LOOK)?;
        Ok(names.iter().any(|name| {
            self.open_path(&self.path_of_name(name), None, super::Context::Vault)
                .and_then(|mut reader| reader.read_range(0, LOOK as u64))
                .is_ok_and(|stored| stored == first)
        }))
    }

    fn names_of_size(&self, stored: u64) -> Result<Vec<String>> {
        let mut sizes = lock(&self.inner.sizes);
        if sizes.is_none() {
            let mut found = std::collections::HashMap::<u64, Vec<String>>::new();
            for file in self.stored_files()? {
                found.entry(file.stored).or_default().push(file.name);
            }
            *sizes = Some(found);
        }
        Ok(sizes.as_ref().and_then(|sizes| sizes.get(&stored)).cloned().unwrap_or_default())
    }
}

impl Ready {
    pub(super) fn temps(&self) -> impl Iterator<Item = &Temp> {
        let file = self.temp.iter().map(|(temp, _)| temp);
        file.chain(self.manifest_temp.iter().map(|(temp, ..)| temp))
    }
}

fn manifest_of(hashes: &Hashes, digest: &Digest) -> Manifest {
    Manifest {
        v: 1,
        size: hashes.size,
        sha256: digest.to_hex(),
        sm3: hashes.sm3.map(|sm3| sm3.to_hex()),
        block: BLOCK as u64,
        blocks: hashes.blocks.iter().map(Digest::to_hex).collect(),
    }
}

/// The last part of a path, for the person in front of the screen.
pub(super) fn display(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
