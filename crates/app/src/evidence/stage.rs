//! Files that have no path: dropped on a browser, pasted, drawn from a film.
//!
//! They go into the vault as they come, encrypted; nothing lies in plain text. Until an import names
//! them in an entry they are staged: a row says what they are, a sweep leaves them alone, and a person
//! who does not want them lets them go.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use liuhen_core::media::MediaRecorded;
use liuhen_protocol::{BLOCK, Digest, Manifest};
use liuhen_store::Store;
use liuhen_store::media::facts::{self, Facts, FactsCommand};
use liuhen_store::vault::{Incoming, Vault};
use liuhen_store::work::Work;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::{ApiError, Result};
use crate::input::{DropStaged, StageBytes};
use crate::laptop::Laptop;
use crate::view::{Done, Size, StagedFile};

/// Begins the path of a staged file.
pub(super) const SCHEME: &str = "staged:";
/// Prefix of the settings that hold what is staged.
const PREFIX: &str = "staged/";
/// Characters of a name that are kept.
const LONGEST_NAME: usize = 200;

/// A file in the vault that no entry names yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Staged {
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) sha256: String,
    pub(super) sm3: String,
    pub(super) manifest: String,
    pub(super) facts: Facts,
}

fn key_of(path: &str) -> Option<String> {
    path.strip_prefix(SCHEME).map(|id| format!("{PREFIX}{id}"))
}

/// Whether a path names a staged file.
pub(super) fn is_staged(path: &str) -> bool {
    path.starts_with(SCHEME)
}

/// A staged file by its path.
pub(super) fn take_staged(laptop: &Laptop, path: &str) -> Result<Staged> {
    laptop
        .read(|store| of_path(store, path)?.ok_or_else(|| ApiError::with("file_missing", &[("path", path)])))
}

fn of_path(store: &Store, path: &str) -> Result<Option<Staged>> {
    let Some(key) = key_of(path) else { return Ok(None) };
    Ok(store.setting(&key)?.and_then(|row| serde_json::from_value(row).ok()))
}

/// Forgets that a file is staged: an entry names it now.
pub(super) fn forget(store: &mut Store, path: &str) -> Result<()> {
    key_of(path).map_or(Ok(()), |key| Ok(store.remove_setting(&key)?))
}

/// What an entry says of a staged file before anything is known of its taking.
pub(super) fn recorded(staged: &Staged) -> MediaRecorded {
    MediaRecorded {
        name: staged.name.clone(),
        size: staged.size,
        sha256: staged.sha256.clone(),
        sm3: Some(staged.sm3.clone()),
        manifest: staged.manifest.clone(),
        mime: staged.facts.mime.clone(),
        ..MediaRecorded::default()
    }
}

/// Files of the vault that are staged, and their manifests.
pub(super) fn digests(store: &Store) -> Result<Vec<Digest>> {
    let rows = store.settings_with_prefix(PREFIX)?;
    let staged = rows.into_iter().filter_map(|(_, row)| serde_json::from_value::<Staged>(row).ok());
    Ok(staged
        .flat_map(|staged| [staged.sha256, staged.manifest])
        .filter_map(|hex| Digest::from_hex(&hex).ok())
        .collect())
}

/// The last part of a name that somebody else gave.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect();
    if clean.trim().is_empty() { "file".to_owned() } else { clean }
}

/// A file on its way in. Dropped before its end, nothing of it stays.
pub struct Staging {
    laptop: Laptop,
    vault: Vault,
    incoming: Option<Incoming>,
    whole: Sha256,
    block: Sha256,
    in_block: u64,
    blocks: Vec<Digest>,
    name: String,
    modified: Option<i64>,
    id: String,
}

impl std::fmt::Debug for Staging {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Staging").finish_non_exhaustive()
    }
}

impl Staging {
    /// Begins to take in `size` bytes under a name, last changed at `modified` (Unix seconds).
    ///
    /// # Errors
    /// `locked`; `no_space`.
    pub fn begin(laptop: &Laptop, name: &str, size: u64, modified: Option<i64>) -> Result<Self> {
        laptop.officer()?;
        let vault = laptop.vault()?;
        let id = laptop.moment().uuid()?.to_string();
        let incoming = vault.incoming(&format!("staged-{id}"), size)?;
        Ok(Self {
            laptop: laptop.clone(),
            vault,
            incoming: Some(incoming),
            whole: Sha256::new(),
            block: Sha256::new(),
            in_block: 0,
            blocks: Vec::new(),
            name: plain_name(name),
            modified,
            id,
        })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// More than was announced; the disk.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let Some(incoming) = &mut self.incoming else { return Err(ApiError::new("internal")) };
        incoming.append(incoming.offset(), bytes)?;
        self.whole.update(bytes);
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = usize::try_from(BLOCK - self.in_block).unwrap_or(rest.len());
            let (now, later) = rest.split_at(room.min(rest.len()));
            self.block.update(now);
            self.in_block += now.len() as u64;
            if self.in_block == BLOCK {
                self.end_block();
            }
            rest = later;
        }
        Ok(())
    }

    fn end_block(&mut self) {
        self.blocks.push(Digest(self.block.finalize_reset().into()));
        self.in_block = 0;
    }

    /// Ends the file: it is durable when this returns, and staged.
    ///
    /// # Errors
    /// Bytes are missing, `locked`, or the disk.
    pub fn finish(mut self) -> Result<StagedFile> {
        if self.in_block > 0 {
            self.end_block();
        }
        let Some(incoming) = self.incoming.take() else { return Err(ApiError::new("internal")) };
        let digest = Digest(self.whole.finalize_reset().into());
        let size = incoming.offset();
        if size < incoming.size() {
            incoming.discard();
            return Err(ApiError::new("upload_cut"));
        }
        let held = incoming.finish(&digest)?;
        let sm3 = self.vault.complete_sm3(&digest, &Work::silent())?;
        let manifest = Manifest {
            v: 1,
            size,
            sha256: digest.to_hex(),
            sm3: Some(sm3.to_hex()),
            block: BLOCK,
            blocks: self.blocks.iter().map(Digest::to_hex).collect(),
        };
        let manifest_held = self.vault.store(&manifest.encode()?)?;
        let staged = Staged {
            name: self.name.clone(),
            size,
            sha256: digest.to_hex(),
            sm3: sm3.to_hex(),
            manifest: manifest_held.digest.to_hex(),
            facts: self.facts(&digest)?,
        };
        let row = serde_json::to_value(&staged).map_err(ApiError::invalid)?;
        self.laptop.with_store(|store| -> Result<()> {
            store.keep_all_held(&[held, manifest_held])?;
            Ok(store.set_setting(&format!("{PREFIX}{}", self.id), &row)?)
        })?;
        let path = format!("{SCHEME}{}", self.id);
        Ok(StagedFile { path, name: self.name.clone(), size: Size(size) })
    }

    fn facts(&self, digest: &Digest) -> Result<Facts> {
        let command = match self.laptop.facts_command() {
            Some(command) => command,
            None => FactsCommand::this_program()
                .map_err(|error| ApiError::new("internal").detail(error.kind()))?,
        };
        let mut reader = self.vault.open(digest, None)?;
        Ok(facts::read_kept(&mut reader, &self.name, self.modified, &command))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if let Some(incoming) = self.incoming.take() {
            incoming.discard();
        }
    }
}

/// Takes small bytes that have no path into the vault.
pub fn stage(laptop: &Laptop, input: StageBytes) -> Result<StagedFile> {
    let bytes = STANDARD.decode(&input.bytes).map_err(ApiError::invalid)?;
    let mut staging = Staging::begin(laptop, &input.name, bytes.len() as u64, input.modified.map(i64::from))?;
    staging.write(&bytes)?;
    staging.finish()
}

/// Lets staged files go. What an entry names, or another staged file is, stays.
pub fn unstage(laptop: &Laptop, input: DropStaged) -> Result<Done> {
    laptop.officer()?;
    let vault = laptop.vault()?;
    for path in &input.paths {
        laptop.with_store(|store| -> Result<()> {
            let Some(staged) = of_path(store, path)? else { return Ok(()) };
            forget(store, path)?;
            let wanted = digests(store)?;
            let digest = Digest::from_hex(&staged.sha256)?;
            let named = super::find(store, &staged.sha256).is_ok();
            if named || wanted.contains(&digest) {
                return Ok(());
            }
            for hex in [&staged.sha256, &staged.manifest] {
                let digest = Digest::from_hex(hex)?;
                vault.erase(&digest)?;
                store.drop_held(&digest)?;
            }
            Ok(())
        })?;
    }
    Ok(Done::YES)
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn a_name_keeps_no_folder_and_no_control_character() {
        assert_eq!(plain_name("../../etc/照片 1.jpg"), "照片 1.jpg");
        assert_eq!(plain_name("C:\\DCIM\\a\u{7}.jpg"), "a.jpg");
        assert_eq!(plain_name("  "), "file");
        assert_eq!(plain_name(&"长".repeat(300)).chars().count(), 200);
    }
}
