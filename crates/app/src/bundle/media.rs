//! Media of a bundle: written from the vault, checked from the folder.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use liuhen_protocol::{BLOCK, Digest, Manifest};
use sha2::{Digest as _, Sha256};
use sm3::Sm3;

use super::export::media_names;
use super::gather::GatheredMedia;
use crate::bag::BagWriter;
use crate::error::{ApiError, Result};
use crate::laptop::Laptop;

/// Largest manifest fetched from the township: that of a file of some 500 GB.
const MOST_MANIFEST: u64 = 16 << 20;

/// Writes manifest and, where it is here and belongs to the matter, the original. Answers whether
/// the original is in.
pub(super) fn write(
    laptop: &Laptop,
    bag: &mut BagWriter,
    file: &GatheredMedia,
    step: &mut dyn FnMut(u64) -> Result<()>,
) -> Result<bool> {
    let (name, manifest_name) = media_names(&file.facts.sha256)?;
    if let Some(bytes) = manifest_bytes(laptop, &file.facts.manifest)? {
        bag.add(&manifest_name, &bytes)?;
    }
    let vault = laptop.vault()?;
    let digest = Digest::from_hex(&file.facts.sha256)?;
    if !file.linked || !vault.holds(&digest) {
        return Ok(false);
    }
    let held = laptop.read(|store| Ok(store.held(&digest)?))?;
    let mut reader = vault.open(&digest, held.map(|held| held.header).as_ref())?;
    let written = bag.add_from(&name, &mut reader, step)?;
    if written != digest {
        return Err(ApiError::new("media_damaged").detail(digest.to_hex()));
    }
    Ok(true)
}

/// The manifest from the vault, or from the township for a file of another laptop.
fn manifest_bytes(laptop: &Laptop, manifest: &str) -> Result<Option<Vec<u8>>> {
    let digest = Digest::from_hex(manifest)?;
    let vault = laptop.vault()?;
    if vault.holds(&digest) {
        let mut bytes = Vec::new();
        vault
            .open(&digest, None)?
            .read_to_end(&mut bytes)
            .map_err(|error| ApiError::new("media_damaged").detail(error))?;
        return Ok(Some(bytes));
    }
    // Without a line the bundle says that the manifest is absent; that is no failure.
    let Ok(courier) = laptop.courier() else { return Ok(None) };
    let fetched = courier.read_remote(laptop, manifest, 0, MOST_MANIFEST);
    Ok(fetched.ok().filter(|bytes| Digest::of(bytes) == digest))
}

/// What is wrong with an original, as codes of faults. `sm3`: as its entries say it.
pub(super) fn faults_of(
    path: &Path,
    manifest: &Manifest,
    sm3: Option<&str>,
    step: &mut dyn FnMut(u64) -> Result<()>,
) -> Result<Vec<&'static str>> {
    let failed = |error: std::io::Error| ApiError::file(path, &error);
    let mut file = File::open(path).map_err(failed)?;
    let mut whole = Sha256::new();
    let mut chinese = sm3.map(|sm3| (sm3, Sm3::new()));
    let mut size = 0;
    let mut faults = Vec::new();
    let mut blocks = manifest.blocks.iter();
    loop {
        let mut block = Vec::new();
        file.by_ref().take(BLOCK).read_to_end(&mut block).map_err(failed)?;
        if block.is_empty() {
            break;
        }
        size += block.len() as u64;
        step(block.len() as u64)?;
        whole.update(&block);
        if let Some((_, hash)) = &mut chinese {
            hash.update(&block);
        }
        let stated = blocks.next();
        if stated.is_none_or(|stated| *stated != Digest::of(&block).to_hex())
            && !faults.contains(&"media_block")
        {
            faults.push("media_block");
        }
    }
    if size != manifest.size || blocks.next().is_some() {
        faults.push("media_size");
    }
    if Digest(whole.finalize().into()).to_hex() != manifest.sha256 {
        faults.push("media_digest");
    }
    if chinese.is_some_and(|(sm3, hash)| Digest(hash.finalize().into()).to_hex() != sm3) {
        faults.push("media_sm3");
    }
    Ok(faults)
}
