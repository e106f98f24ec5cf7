//! Is a stored file still what was stored? And the hash that was put off.
//!
//! The quick check reads header and end. The deep check reads every byte: the tag of each chunk shows
//! whether the stored bytes are those that were written, SHA-256 whether those were the right ones,
//! and the manifest's block digests name what is lost. Damage is named in 4 MiB blocks, all of it,
//! not only the first.

use std::fs::File;
use std::thread;

use liuhen_protocol::Digest;
use liuhen_protocol::Manifest;

use super::cobblestone::{CHUNK, Context, block_of_chunk};
use super::lanes::{self, Wanted};
use super::{Error, Header, Reader, Result, Vault};
use crate::work::{Meter, Phase, Work, give_way};

/// One thing wrong with a stored file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Damage {
    /// There is no such file.
    Missing,
    /// The first 56 bytes are damaged, or another vault's.
    Header,
    /// A sound file of this vault, but not the one that was stored under this name.
    Exchanged,
    /// Truncated or extended.
    Length,
    /// A 4 MiB block of plaintext, numbered from 0, does not come back as it was stored.
    Block(u64),
    /// All chunks are sound, but they are not the bytes of this digest.
    Digest,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// The file asked for.
    pub digest: Digest,
    /// Bytes of plaintext, where the length could be read.
    pub size: Option<u64>,
    /// Everything found wrong, in order; nothing when the file is sound.
    pub damage: Vec<Damage>,
}

impl CheckReport {
    /// Nothing was found wrong.
    pub const fn is_sound(&self) -> bool {
        self.damage.is_empty()
    }
}

impl Vault {
    /// Checks one file: against the header of its row and its manifest where they are given, and in
    /// every byte if `deep`. Nothing is moved; see [`Vault::set_aside`].
    ///
    /// # Errors
    /// Only what keeps the check from being made: the disk, a cancel.
    pub fn check(
        &self,
        digest: &Digest,
        expected: Option<&Header>,
        manifest: Option<&Manifest>,
        deep: bool,
        work: &Work,
    ) -> Result<CheckReport> {
        let mut report = CheckReport { digest: *digest, size: None, damage: Vec::new() };
        let meter = Meter::new(work, Phase::Checking, manifest.map(|manifest| manifest.size));
        let mut reader = match self.open(digest, expected) {
            Ok(reader) => reader,
            Err(Error::Length) => {
                report.damage = self.damage_of_end(digest, expected, manifest, &meter)?;
                return Ok(report);
            }
            Err(error) => {
                report.damage.push(damage_of(error)?);
                return Ok(report);
            }
        };
        report.size = Some(reader.size());
        if manifest.is_some_and(|manifest| manifest.size != reader.size()) {
            report.damage.push(Damage::Length);
        } else if deep {
            report.damage = deep_damage(&mut reader, digest, manifest, &meter)?;
        }
        Ok(report)
    }

    /// A file whose end is wrong: of the length its manifest says it is damaged there and maybe
    /// elsewhere, of another length it was truncated or extended.
    fn damage_of_end(
        &self,
        digest: &Digest,
        expected: Option<&Header>,
        manifest: Option<&Manifest>,
        meter: &Meter,
    ) -> Result<Vec<Damage>> {
        let file = File::open(self.path_of(digest)?).map_err(Error::disk("opening a file"))?;
        match (Reader::start(file, &self.inner.key, expected, Context::Vault), manifest) {
            (Ok(mut reader), Some(manifest)) if reader.size() == manifest.size => {
                damaged_chunks(&mut reader, meter)
            }
            _ => Ok(vec![Damage::Length]),
        }
    }

    /// Computes the SM3 that [`super::Sm3::Later`] put off, from the stored file, whose SHA-256 is
    /// verified on the way. Runs at low priority.
    ///
    /// # Errors
    /// [`Error::WrongDigest`] or one for which [`Error::is_damage`] holds when the stored file is not what
    /// was imported; [`Error::Cancelled`].
    pub fn complete_sm3(&self, digest: &Digest, work: &Work) -> Result<Digest> {
        let mut reader = self.open(digest, None)?;
        let meter = Meter::new(work, Phase::Hashing, Some(reader.size()));
        let wanted = Wanted { sha256: true, blocks: false, sm3: true };
        let hashes = thread::scope(|scope| {
            let lanes = scope.spawn(|| {
                give_way();
                lanes::run(&mut |buffer| reader.fill(buffer), wanted, None, &meter)
            });
            lanes.join().unwrap_or(Err(Error::Stage))
        })?;
        if hashes.sha256 != Some(*digest) {
            return Err(Error::WrongDigest);
        }
        hashes.sm3.ok_or(Error::Stage)
    }

    /// Moves a file to `aside/` and forgets its name, so that a sound copy can be imported or fetched
    /// again. The bytes stay for whoever may be able to save something from them. Gives the name in
    /// `aside/`, or `None` where there was no file. `reason` becomes part of that name.
    pub fn set_aside(&self, digest: &Digest, reason: &'static str) -> Result<Option<String>> {
        self.move_aside(&self.path_of(digest)?, reason)
    }

    /// The digest of a stored file found by its name, by reading all of it.
    pub(super) fn digest_of(&self, path: &std::path::Path, meter: &Meter) -> Result<(Digest, Reader)> {
        let mut reader = self.open_path(path, None, Context::Vault)?;
        let wanted = Wanted { sha256: true, blocks: false, sm3: false };
        let hashes = lanes::run(&mut |buffer| reader.fill(buffer), wanted, None, meter)?;
        Ok((hashes.sha256.ok_or(Error::Stage)?, reader))
    }
}

/// What an error of opening says about the file; errors that say nothing about it stay errors.
fn damage_of(error: Error) -> Result<Damage> {
    match error {
        Error::Missing => Ok(Damage::Missing),
        Error::Header => Ok(Damage::Header),
        Error::Exchanged => Ok(Damage::Exchanged),
        Error::Length => Ok(Damage::Length),
        Error::Block { block } => Ok(Damage::Block(block)),
        other => Err(other),
    }
}

fn deep_damage(
    reader: &mut Reader,
    digest: &Digest,
    manifest: Option<&Manifest>,
    meter: &Meter,
) -> Result<Vec<Damage>> {
    let wanted = Wanted { sha256: true, blocks: manifest.is_some(), sm3: false };
    let hashes = match lanes::run(&mut |buffer| reader.fill(buffer), wanted, None, meter) {
        Ok(hashes) => hashes,
        // One chunk is damaged: go through all of them singly and name every block.
        Err(Error::Block { .. } | Error::Length) => return damaged_chunks(reader, meter),
        Err(other) => return Err(other),
    };
    if hashes.sha256 == Some(*digest) {
        return Ok(Vec::new());
    }
    let mut damage = vec![Damage::Digest];
    if let Some(manifest) = manifest {
        let pairs = (0..).zip(manifest.blocks.iter().zip(&hashes.blocks));
        damage.extend(
            pairs
                .filter(|(_, (wanted, found))| **wanted != found.to_hex())
                .map(|(number, _)| Damage::Block(number)),
        );
    }
    Ok(damage)
}

fn damaged_chunks(reader: &mut Reader, meter: &Meter) -> Result<Vec<Damage>> {
    let mut damage = Vec::new();
    for chunk in 0..=reader.size() / CHUNK as u64 {
        meter.check()?;
        match reader.probe(chunk) {
            Ok(()) => {}
            Err(error) => {
                let found = match damage_of(error)? {
                    Damage::Length => Damage::Block(block_of_chunk(chunk)),
                    other => other,
                };
                if damage.last() != Some(&found) {
                    damage.push(found);
                }
            }
        }
    }
    Ok(damage)
}
