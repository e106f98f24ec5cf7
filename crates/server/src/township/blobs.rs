//! Uploads: resumable, checked as a whole, and receipted only after every byte was read again from storage.
//!
//! The vault keeps whole 16 KiB chunks of an unfinished upload; the few bytes behind them are kept in the encrypted database, so
//! every byte that was acknowledged survives a kill. An upload belongs to the series that began it; another laptop of the same
//! address may take it over (two officers share a laptop), nobody else can put bytes into it.

use std::collections::HashMap;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use liuhen_core::township::{BlobEvent, BlobReceived};
use liuhen_protocol::wire::{BlobKind, BlobSpec, BlobState, MAX_PACK};
use liuhen_protocol::{Digest, SeriesId, Subject};
use liuhen_store::vault::{self, Incoming};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::ledger::{Ledger, Said};
use super::{Caller, Township, lock};
use crate::sessions::Speaker;
use crate::{Error, Result};

/// Bytes the vault settles at once; what lies behind the last multiple is the tail.
const CHUNK: u64 = vault::cobblestone::CHUNK as u64;
/// Open files of uploads; the one idle longest is closed (and goes on later).
const MOST_OPEN: usize = 256;
/// Failed checksums after which an upload is dropped: each costs a rewrite of what is held.
const MOST_FAILURES: u32 = 8;

/// An upload as it is kept across restarts.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Row {
    digest: Digest,
    size: u64,
    kind: BlobKind,
    series: SeriesId,
    /// Name of the unfinished file in the vault; stays when another series takes over.
    file: String,
    /// Unix milliseconds after which it expires.
    until: i64,
    /// Whole, checked and receipted.
    done: bool,
    /// Acknowledged bytes behind the last whole chunk, and where they begin.
    tail: Option<(u64, String)>,
}

struct Open {
    row: Row,
    incoming: Option<Incoming>,
    tail: Vec<u8>,
    address: Option<IpAddr>,
    failures: u32,
    used: u64,
}

/// All uploads known, open or not.
#[derive(Default)]
pub(crate) struct Uploads {
    open: Mutex<HashMap<String, Arc<Mutex<Open>>>>,
}

fn row_name(id: &str) -> String {
    format!("upload/{id}")
}

impl Uploads {
    /// Reads the rows of earlier runs; files are opened when somebody goes on.
    pub(crate) fn load(ledger: &Ledger) -> Result<Self> {
        let mut open = HashMap::new();
        for (name, row) in ledger.settings::<Row>("upload/")? {
            let id = name.trim_start_matches("upload/").to_owned();
            let upload = Open { row, incoming: None, tail: Vec::new(), address: None, failures: 0, used: 0 };
            open.insert(id, Arc::new(Mutex::new(upload)));
        }
        Ok(Self { open: Mutex::new(open) })
    }

    fn get(&self, id: &str) -> Option<Arc<Mutex<Open>>> {
        lock(&self.open).get(id).cloned()
    }

    /// Unfinished uploads.
    pub(crate) fn count(&self) -> usize {
        lock(&self.open).len()
    }
}

impl Open {
    fn offset(&self) -> u64 {
        self.incoming.as_ref().map_or(0, Incoming::offset)
    }

    fn state(&self, id: &str) -> BlobState {
        let offset = if self.row.done { self.row.size } else { self.offset() };
        BlobState { id: id.to_owned(), offset, size: self.row.size, complete: self.row.done }
    }

    /// Goes on with the file of an earlier run.
    fn ensure(&mut self, vault: &vault::Vault) -> Result<&mut Incoming> {
        if self.incoming.is_none() {
            let mut incoming = vault.incoming(&self.row.file, self.row.size)?;
            self.tail.clear();
            if let Some((at, tail)) = &self.row.tail
                && *at == incoming.offset()
                && let Ok(bytes) = STANDARD.decode(tail)
            {
                incoming.append(*at, &bytes)?;
                self.tail = bytes;
            }
            self.incoming = Some(incoming);
        }
        self.incoming.as_mut().ok_or(Error::NotFound { what: "upload" })
    }

    fn append(&mut self, vault: &vault::Vault, at: u64, bytes: &[u8]) -> Result<u64> {
        let before = self.ensure(vault)?.offset();
        if at != before {
            return Err(Error::OffsetMismatch { offset: before });
        }
        let result = self.ensure(vault)?.append(at, bytes);
        let after = match result {
            Ok(after) => after,
            Err(error) => {
                // The file is not what its state says any more: the next call opens what is settled.
                self.incoming = None;
                return Err(error.into());
            }
        };
        let keep = usize::try_from(after % CHUNK).unwrap_or_default();
        if bytes.len() >= keep {
            self.tail = bytes[bytes.len() - keep..].to_vec();
        } else {
            self.tail.extend_from_slice(bytes);
            let drop = self.tail.len() - keep;
            self.tail.drain(..drop);
        }
        Ok(after)
    }
}

impl Township {
    fn now_ms(&self) -> i64 {
        self.inner.moment.now().timestamp_millis()
    }

    fn until(&self) -> i64 {
        self.now_ms() + i64::from(self.gate().limits().upload_hours) * 3_600_000
    }

    /// Name of an upload: told by who uploads what, so beginning twice finds the first.
    fn upload_id(series: &SeriesId, digest: &Digest) -> String {
        let mut hash = sha2::Sha256::new();
        hash.update(b"liuhen/upload/v1\n");
        hash.update(series.0);
        hash.update(digest.0);
        Digest(hash.finalize().into()).to_hex()[..40].to_owned()
    }

    /// Begins an upload, goes on with one, or says that the blob is held.
    pub fn blob_begin(&self, caller: &Caller, spec: &BlobSpec) -> Result<BlobState> {
        let speaker = self.speaker(caller)?;
        let limit = self.gate().limits().max_blob;
        if spec.size > limit {
            return Err(Error::TooLarge { what: "blob", limit });
        }
        if self.held_for_good(&spec.digest, spec.kind)? {
            return Ok(BlobState { id: String::new(), offset: spec.size, size: spec.size, complete: true });
        }
        self.expire_uploads()?;
        let id = Self::upload_id(&speaker.series, &spec.digest);
        if let Some(upload) =
            self.inner.uploads.get(&id).or_else(|| self.take_over(caller, &speaker, spec, &id))
        {
            let mut upload = lock(&upload);
            if upload.row.size == spec.size && !upload.row.done {
                upload.ensure(&self.inner.vault)?;
                upload.address = Some(caller.address);
                return self.finish_if_whole(&id, &mut upload);
            }
        }
        let mine = {
            let open = lock(&self.inner.uploads.open);
            open.values()
                .filter(|upload| {
                    upload
                        .try_lock()
                        .is_ok_and(|upload| !upload.row.done && upload.row.series == speaker.series)
                })
                .count()
        };
        if mine >= self.gate().limits().uploads_per_series {
            return Err(Error::Busy { retry_after: 30 });
        }
        let row = Row {
            digest: spec.digest,
            size: spec.size,
            kind: spec.kind,
            series: speaker.series,
            file: id.clone(),
            until: self.until(),
            done: false,
            tail: None,
        };
        self.ledger().set_setting(&row_name(&id), &row)?;
        let mut upload = Open {
            row,
            incoming: None,
            tail: Vec::new(),
            address: Some(caller.address),
            failures: 0,
            used: self.inner.moment.mono_ms(),
        };
        upload.ensure(&self.inner.vault)?;
        let state = self.finish_if_whole(&id, &mut upload)?;
        lock(&self.inner.uploads.open).insert(id, Arc::new(Mutex::new(upload)));
        self.close_idle();
        Ok(state)
    }

    /// An unfinished upload of the same file from the same address is continued under the new name.
    fn take_over(
        &self,
        caller: &Caller,
        speaker: &Speaker,
        spec: &BlobSpec,
        id: &str,
    ) -> Option<Arc<Mutex<Open>>> {
        let mut open = lock(&self.inner.uploads.open);
        let old = open.iter().find_map(|(name, upload)| {
            let upload = upload.try_lock().ok()?;
            let same = upload.row.digest == spec.digest && upload.row.size == spec.size && !upload.row.done;
            (same && upload.address.is_none_or(|address| address == caller.address)).then(|| name.clone())
        })?;
        let upload = Arc::clone(open.get(&old)?);
        {
            let mut held = upload.try_lock().ok()?;
            held.row.series = speaker.series;
            let mut ledger = self.ledger();
            ledger.set_setting(&row_name(id), &held.row).ok()?;
            ledger.remove_setting(&row_name(&old)).ok()?;
        }
        open.remove(&old);
        open.insert(id.to_owned(), Arc::clone(&upload));
        Some(upload)
    }

    /// The upload of this name, if it is the caller's.
    fn upload(&self, caller: &Caller, id: &str) -> Result<Arc<Mutex<Open>>> {
        let speaker = self.speaker(caller)?;
        let upload = self.inner.uploads.get(id).ok_or(Error::NotFound { what: "upload" })?;
        let (series, until) = {
            let upload = lock(&upload);
            (upload.row.series, upload.row.until)
        };
        if series != speaker.series {
            return Err(Error::NotFound { what: "upload" });
        }
        if self.now_ms() > until {
            return Err(Error::Gone);
        }
        Ok(upload)
    }

    /// How far an upload is; a digest instead of an id asks about a held blob.
    pub fn blob_state(&self, caller: &Caller, id: &str) -> Result<BlobState> {
        if let Ok(digest) = Digest::from_hex(id) {
            self.speaker(caller)?;
            let size = self.open_blob(&digest)?.size();
            return Ok(BlobState { id: id.to_owned(), offset: size, size, complete: true });
        }
        let upload = self.upload(caller, id)?;
        let mut upload = lock(&upload);
        if !upload.row.done {
            upload.ensure(&self.inner.vault)?;
        }
        Ok(upload.state(id))
    }

    /// Appends and settles: the call of parcels and of small PATCHes.
    pub fn blob_append(&self, caller: &Caller, id: &str, offset: u64, bytes: &[u8]) -> Result<BlobState> {
        self.blob_write(caller, id, offset, bytes)?;
        self.blob_settle(caller, id)
    }

    /// Writes bytes without waiting for the disk; gives the next offset.
    pub fn blob_write(&self, caller: &Caller, id: &str, offset: u64, bytes: &[u8]) -> Result<u64> {
        let upload = self.upload(caller, id)?;
        let mut upload = lock(&upload);
        if upload.row.done {
            return Err(Error::OffsetMismatch { offset: upload.row.size });
        }
        upload.used = self.inner.moment.mono_ms();
        upload.address = Some(caller.address);
        metrics::counter!("liuhen_blob_bytes_total").increment(bytes.len() as u64);
        upload.append(&self.inner.vault, offset, bytes)
    }

    /// Bytes behind the last whole chunk, to be handed back to [`Township::blob_rewind`].
    pub(crate) fn blob_mark(&self, caller: &Caller, id: &str) -> Result<Vec<u8>> {
        let upload = self.upload(caller, id)?;
        let upload = lock(&upload);
        Ok(upload.tail.clone())
    }

    /// Makes durable what was written; at the end of the file reads it all again and receipts it.
    pub fn blob_settle(&self, caller: &Caller, id: &str) -> Result<BlobState> {
        let upload = self.upload(caller, id)?;
        let mut upload = lock(&upload);
        if upload.row.done {
            return Ok(upload.state(id));
        }
        upload.row.until = self.until();
        let whole = upload.ensure(&self.inner.vault)?.offset() == upload.row.size;
        if !whole {
            let settled = upload.ensure(&self.inner.vault)?.sync()?;
            let tail = (!upload.tail.is_empty()).then(|| (settled, STANDARD.encode(&upload.tail)));
            if tail.is_some() || upload.row.tail.is_some() {
                upload.row.tail = tail;
                self.ledger().set_setting(&row_name(id), &upload.row)?;
            }
        }
        self.finish_if_whole(id, &mut upload)
    }

    /// Returns to the start of a PATCH whose checksum failed.
    pub(crate) fn blob_rewind(&self, caller: &Caller, id: &str, to: u64, tail: &[u8]) -> Result<()> {
        let upload = self.upload(caller, id)?;
        let mut upload = lock(&upload);
        upload.failures += 1;
        upload.incoming = None;
        upload.tail.clear();
        if upload.failures > MOST_FAILURES {
            drop(upload);
            return self.drop_upload(id);
        }
        // Opening it as a file of `to` bytes forgets what lies behind; the vault seals what stays under a fresh salt.
        let settled = to - to % CHUNK;
        drop(self.inner.vault.incoming(&upload.row.file, settled)?);
        upload.row.tail = (!tail.is_empty()).then(|| (settled, STANDARD.encode(tail)));
        upload.ensure(&self.inner.vault)?.sync()?;
        let row = upload.row.clone();
        self.ledger().set_setting(&row_name(id), &row)
    }

    /// Gives an upload up.
    pub fn blob_abandon(&self, caller: &Caller, id: &str) -> Result<()> {
        drop(self.upload(caller, id)?);
        self.drop_upload(id)
    }

    fn drop_upload(&self, id: &str) -> Result<()> {
        if let Some(upload) = lock(&self.inner.uploads.open).remove(id) {
            let mut upload = lock(&upload);
            upload.incoming = None;
            if !upload.row.done {
                self.inner.vault.discard_incoming(&upload.row.file)?;
            }
        }
        self.ledger().remove_setting(&row_name(id))
    }

    fn finish_if_whole(&self, id: &str, upload: &mut Open) -> Result<BlobState> {
        if upload.row.done || upload.offset() != upload.row.size {
            return Ok(upload.state(id));
        }
        let Some(incoming) = upload.incoming.take() else { return Ok(upload.state(id)) };
        match incoming.finish(&upload.row.digest) {
            Ok(held) => self.ledger().store.keep_held(&held)?,
            Err(vault::Error::WrongDigest) => {
                metrics::counter!("liuhen_digest_mismatch_total").increment(1);
                tracing::warn!(code = "digest_mismatch", "an upload did not have its digest and was dropped");
                self.ledger().remove_setting(&row_name(id))?;
                lock(&self.inner.uploads.open).remove(id);
                return Err(Error::DigestMismatch);
            }
            Err(error) => return Err(error.into()),
        }
        self.receipt(&[(upload.row.digest, upload.row.size, upload.row.kind)])?;
        upload.row.done = true;
        upload.row.tail = None;
        upload.tail = Vec::new();
        let row = upload.row.clone();
        self.ledger().set_setting(&row_name(id), &row)?;
        Ok(upload.state(id))
    }

    /// Whether a blob is here and, where its kind asks for one, receipted. A file that a kill left without receipt gets it now.
    fn held_for_good(&self, digest: &Digest, kind: BlobKind) -> Result<bool> {
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
    fn receipt(&self, files: &[(Digest, u64, BlobKind)]) -> Result<()> {
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
    fn open_blob(&self, digest: &Digest) -> Result<vault::Reader> {
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

    /// When an unfinished upload expires, as an HTTP date.
    pub(crate) fn upload_expires(&self, id: &str) -> Option<String> {
        let upload = self.inner.uploads.get(id)?;
        let until = upload.try_lock().ok()?.row.until;
        let date = chrono::DateTime::from_timestamp_millis(until)?;
        Some(date.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
    }

    /// Removes uploads whose time is over. Called when another one begins.
    fn expire_uploads(&self) -> Result<()> {
        let now = self.now_ms();
        let over: Vec<String> = lock(&self.inner.uploads.open)
            .iter()
            .filter(|(_, upload)| {
                upload.try_lock().is_ok_and(|upload| upload.row.until < now - 24 * 3_600_000)
            })
            .map(|(id, _)| id.clone())
            .collect();
        over.iter().try_for_each(|id| self.drop_upload(id))
    }

    /// Closes the files that were idle longest; what they hold is settled.
    fn close_idle(&self) {
        let open = lock(&self.inner.uploads.open);
        let mut files: Vec<(u64, &Arc<Mutex<Open>>)> = open
            .values()
            .filter_map(|upload| {
                let held = upload.try_lock().ok()?;
                held.incoming.is_some().then_some((held.used, upload))
            })
            .collect();
        if files.len() <= MOST_OPEN {
            return;
        }
        files.sort_by_key(|(used, _)| *used);
        for (_, upload) in files.iter().take(files.len() - MOST_OPEN) {
            // One whose tail is not yet settled is in use.
            if let Ok(mut held) = upload.try_lock()
                && held.tail.is_empty()
            {
                held.incoming = None;
            }
        }
    }
}
