//! Uploads: resumable, checked as a whole, and receipted only after every byte was read again from storage.
//!
//! The vault keeps whole 16 KiB chunks of an unfinished upload; the few bytes behind them are kept in the encrypted database, so
//! every byte that was acknowledged survives a kill. An upload belongs to the series that began it; another laptop of the same
//! address may take it over (two officers share a laptop), nobody else can put bytes into it.

mod held;
mod keeping;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use liuhen_protocol::wire::{BlobKind, BlobSpec, BlobState};
use liuhen_protocol::{Digest, SeriesId};
use liuhen_store::vault::{self, Incoming};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::ledger::Ledger;
use super::{Caller, Township, lock};
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
        // Taken out first: whoever finishes an upload locks it before the table.
        let taken = lock(&self.inner.uploads.open).remove(id);
        if let Some(upload) = taken {
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
}
