//! Blobs that are here whole: their receipts, packs of small files, reading by those in whose scope they are.

use std::io::{Read as _, Seek as _, SeekFrom};

use liuhen_core::township::{BlobEvent, BlobReceived};
use liuhen_protocol::wire::{BlobKind, MAX_PACK};
use liuhen_protocol::{Digest, Subject};
use liuhen_store::vault;
use sha2::Digest as _;

use crate::township::ledger::Said;
use crate::township::{Caller, Township, lock};
use crate::{Error, Result};

impl Township {
    /// Whether a blob is here and, where its kind asks for one, receipted. A file that a kill left without receipt gets it now.
    pub(super) fn held_for_good(&self, digest: &Digest, kind: BlobKind) -> Result<bool> {
        if !self.inner.vault.holds(digest) {
            return Ok(false);
        }
        if kind == BlobKind::Manifest || self.derived().trail.received(digest).is_some() {
            return Ok(true);
        }
        let held = self.inner.vault.held(digest)?;
        self.ledger().store.keep_held(&held)?;
        let size = held.size;
        self.receipt(&[(*digest, size, kind)])?;
        Ok(true)
    }

    /// Reads each file again from storage, then logs that it was received. Manifests need no entry: media entries name them.
    pub(super) fn receipt(&self, files: &[(Digest, u64, BlobKind)]) -> Result<()> {
        let mut said = Vec::new();
        for (digest, size, kind) in files {
            self.reread(digest)?;
            if *kind == BlobKind::Manifest || self.derived().trail.received(digest).is_some() {
                continue;
            }
            let manifest = self.derived().trail.named(digest).first().and_then(|named| named.manifest);
            let received = BlobEvent::from(BlobReceived {
                size: *size,
                sha256: digest.to_hex(),
                manifest: manifest.map(|manifest| manifest.to_hex()),
            });
            said.push(Said::of(Subject::new("blob", digest.to_hex()), &received));
        }
        if !said.is_empty() {
            metrics::counter!("liuhen_blobs_total").increment(said.len() as u64);
            self.inner.committer.say(said)?;
        }
        Ok(())
    }

    /// Opens a blob; its header is compared with the row kept when it came, so that two files cannot be exchanged.
    pub(super) fn open_blob(&self, digest: &Digest) -> Result<vault::Reader> {
        let kept = self.ledger().store.held(digest)?;
        self.inner.vault.open(digest, kept.as_ref().map(|held| &held.header)).map_err(|error| match error {
            vault::Error::Missing => Error::NotFound { what: "blob" },
            other => other.into(),
        })
    }

    /// The whole digest, from the bytes as they lie on the disk.
    pub(crate) fn reread(&self, digest: &Digest) -> Result<()> {
        let mut reader = self.open_blob(digest)?;
        let mut hash = sha2::Sha256::new();
        let mut buffer = vec![0; 1 << 20];
        loop {
            let count = reader.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            hash.update(&buffer[..count]);
        }
        if Digest(hash.finalize().into()) == *digest { Ok(()) } else { Err(Error::DigestMismatch) }
    }

    /// Stores many small files with shared syncs; names those now held. A file that is not what it claims is left out.
    pub fn pack(&self, caller: &Caller, files: &[(Digest, &[u8])]) -> Result<Vec<Digest>> {
        self.speaker(caller)?;
        let size: usize = files.iter().map(|(_, bytes)| bytes.len() + 36).sum();
        if size > MAX_PACK {
            return Err(Error::TooLarge { what: "pack", limit: MAX_PACK as u64 });
        }
        let (sound, odd): (Vec<_>, Vec<_>) =
            files.iter().partition(|(digest, bytes)| Digest::of(bytes) == *digest);
        if !odd.is_empty() {
            metrics::counter!("liuhen_digest_mismatch_total").increment(odd.len() as u64);
            tracing::warn!(
                code = "digest_mismatch",
                count = odd.len(),
                "files of a pack did not have their digests"
            );
        }
        let new: Vec<&[u8]> = sound
            .iter()
            .filter(|(digest, _)| !self.inner.vault.holds(digest))
            .map(|(_, bytes)| *bytes)
            .collect();
        let held = self.inner.vault.store_many(&new)?;
        self.ledger().store.keep_all_held(&held)?;
        let receipts: Vec<_> = sound
            .iter()
            .map(|(digest, bytes)| {
                let manifest = self.derived().trail.media_of(digest).is_some();
                (*digest, bytes.len() as u64, if manifest { BlobKind::Manifest } else { BlobKind::Media })
            })
            .collect();
        self.receipt(&receipts)?;
        Ok(sound.iter().map(|(digest, _)| *digest).collect())
    }

    /// Size of a blob in the caller's scope.
    pub fn blob_size(&self, caller: &Caller, digest: &Digest) -> Result<u64> {
        self.may_read(caller, digest)?;
        Ok(self.open_blob(digest)?.size())
    }

    /// Reads a part of a blob in the caller's scope.
    pub fn blob_read(&self, caller: &Caller, digest: &Digest, from: u64, length: u64) -> Result<Vec<u8>> {
        self.may_read(caller, digest)?;
        if length > MAX_PACK as u64 {
            return Err(Error::TooLarge { what: "range", limit: MAX_PACK as u64 });
        }
        let mut reader = self.open_blob(digest)?;
        reader.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        reader.take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// A blob may be read by whoever sees an entry that names it.
    fn may_read(&self, caller: &Caller, digest: &Digest) -> Result<()> {
        let speaker = self.speaker_in_force(caller)?;
        let feed = self.feed(&speaker.officer);
        let derived = self.derived();
        let mut feed = lock(&feed);
        feed.advance(&derived.index);
        let named = derived.trail.named(digest);
        if named.iter().any(|named| feed.sees(&derived.index, &named.subject)) {
            Ok(())
        } else {
            Err(Error::NotFound { what: "blob" })
        }
    }
}
