//! This laptop as sync sees it: short looks into store and vault, never held while the network is waited for.
//!
//! What sync itself has to remember lies in the encrypted settings under `sync.`: the verified township note, the cursor, uploads
//! under way, claims to be proved, evidence. All of it can be lost without losing a record: the journal and its
//! receipts say what is safe.

use std::collections::{BTreeMap, HashSet};

use liuhen_app::Laptop;
use liuhen_protocol::wire::{EntryReceipt, HeldRun, MAX_BATCH, MAX_PROVE, ScopeLine, WireEntry};
use liuhen_protocol::{Digest, Domain, Position, PublicKey, Seen, SeriesId, Signature, Subject};
use liuhen_store::vault::Reader;
use liuhen_store::{Checked, Head, HeldCheckpoint, KeptReceipt, Outcome, SealKey};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::error::{Result, SyncError};
use crate::trust::Dated;

mod media;
mod memory;

pub(crate) use memory::Evidence;

/// An entry of ours on its way.
pub(crate) struct Waiting {
    /// Its name.
    pub(crate) hash: Digest,
    /// As it travels.
    pub(crate) wire: WireEntry,
    /// Part of a draft: may wait behind notes on a thin line.
    pub(crate) draft: bool,
}

/// An entry of others, verified, on its way in.
pub(crate) struct Arrival {
    /// Its name.
    pub(crate) hash: Digest,
    /// Its number in the log.
    pub(crate) index: u64,
    /// The checkpoint its author had seen.
    pub(crate) seen: Option<Seen>,
    /// Signature, body and bytes were checked.
    pub(crate) checked: Checked,
}

/// What became of arrivals.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// Entries that were not here before.
    pub(crate) stored: u64,
    /// Entries kept out, because another history of their series stands here.
    pub(crate) refused: Vec<Position>,
}

/// The bytes of a blob.
pub(crate) struct BlobSource(Reader);

impl BlobSource {
    /// Up to `length` bytes from `from`.
    pub(crate) fn read(&mut self, from: u64, length: u64) -> Result<Vec<u8>> {
        Ok(self.0.read_range(from, length)?)
    }
}

/// A laptop with somebody unlocked.
pub(crate) struct Local<'a> {
    laptop: &'a Laptop,
    key: PublicKey,
}

impl<'a> Local<'a> {
    /// Looks at a laptop.
    ///
    /// # Errors
    /// `locked` when nobody has unlocked.
    pub(crate) fn new(laptop: &'a Laptop) -> Result<Self> {
        let key = laptop.with_signer(|signer| signer.public_key())?;
        Ok(Self { laptop, key })
    }

    /// The laptop.
    pub(crate) fn laptop(&self) -> &'a Laptop {
        self.laptop
    }

    /// The series that signs in.
    pub(crate) fn series(&self) -> SeriesId {
        SeriesId::of(&self.key)
    }

    /// Signs with the key of the officer who unlocked; empty once locked, which every door refuses.
    pub(crate) fn sign(&self, domain: Domain, message: &[u8]) -> Signature {
        self.laptop.with_signer(|signer| signer.sign(domain, message)).unwrap_or(Signature([0; 64]))
    }

    /// A random number for spreading pauses.
    pub(crate) fn jitter(&self) -> Result<u16> {
        Ok(u16::from_be_bytes(self.laptop.moment().random()?))
    }

    /// Heads of all series and epochs written in this home.
    pub(crate) fn heads(&self) -> Result<Vec<Head>> {
        self.laptop.with_store(|store| Ok(store.own_heads()?))
    }

    /// The hash at a place of a series, if one stands there.
    pub(crate) fn hash_at(&self, series: SeriesId, epoch: u32, seq: u64) -> Result<Option<Digest>> {
        let row = self.laptop.with_store(|store| {
            Ok::<_, SyncError>(store.entries_from(&series, epoch, seq, 1, usize::MAX)?)
        })?;
        Ok(row.into_iter().find(|row| row.seq == seq).map(|row| row.hash))
    }

    /// Hashes of a run of entries of ours.
    pub(crate) fn hashes(&self, series: SeriesId, epoch: u32, from: u64, to: u64) -> Result<Vec<Digest>> {
        let limit = usize::try_from((to + 1).saturating_sub(from)).unwrap_or(usize::MAX);
        self.laptop.with_store(|store| {
            let rows = store.entries_from(&series, epoch, from, limit, usize::MAX)?;
            Ok(rows.into_iter().filter(|row| row.seq <= to).map(|row| row.hash).collect())
        })
    }

    /// Whether the township's receipt of an entry of ours is held.
    pub(crate) fn has_receipt(&self, series: SeriesId, epoch: u32, seq: u64) -> Result<bool> {
        let heads = self.heads()?;
        let head = heads.iter().find(|head| (head.position.series, head.position.epoch) == (series, epoch));
        Ok(head.is_some_and(|head| seq <= head.held))
    }

    /// Up to `limit` entries of an epoch from `from` on, as they travel; no more than fit a batch.
    pub(crate) fn entries(
        &self,
        series: SeriesId,
        epoch: u32,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Waiting>> {
        let rows: Vec<_> = self.laptop.with_store(|store| {
            Ok::<_, SyncError>(store.entries_from(&series, epoch, from, limit, MAX_BATCH)?)
        })?;
        rows.into_iter()
            .map(|row| {
                let body = row.salt.as_ref().zip(row.body.as_deref());
                let wire = WireEntry::new(&row.item, body).map_err(SyncError::Answer)?;
                Ok(Waiting { hash: row.hash, wire, draft: row.kind.starts_with("draft.") })
            })
            .collect()
    }

    /// Key of a series known here.
    pub(crate) fn key(&self, series: SeriesId) -> Result<PublicKey> {
        self.laptop.with_store(|store| {
            let key = store.series_key(&series)?;
            key.ok_or(SyncError::Store(liuhen_store::Error::UnknownSeries { series }))
        })
    }

    /// Keeps verified receipts against a checkpoint that is kept already, in one transaction.
    pub(crate) fn keep_receipts(&self, dated: &Dated, receipts: &[EntryReceipt]) -> Result<()> {
        let kept: Vec<KeptReceipt> = receipts
            .iter()
            .map(|receipt| KeptReceipt {
                hash: receipt.hash,
                index: receipt.index,
                path: receipt.path.clone(),
            })
            .collect();
        let against = HeldCheckpoint::new(&dated.checkpoint, dated.note.as_str());
        self.laptop.with_store(|store| Ok::<_, SyncError>(store.keep_receipts(&against, &kept)?))?;
        self.laptop.record_changed();
        Ok(())
    }

    /// Keeps a verified checkpoint as the newest; `path` leads from the newest one before.
    pub(crate) fn keep_checkpoint(&self, dated: &Dated, path: &[Digest]) -> Result<()> {
        let held = HeldCheckpoint::new(&dated.checkpoint, dated.note.as_str());
        self.laptop.with_store(|store| Ok(store.keep_checkpoint(&held, path)?))
    }

    /// The newest verified checkpoint's note.
    pub(crate) fn newest_note(&self) -> Result<Option<String>> {
        self.laptop.with_store(|store| Ok(store.newest_checkpoint()?.map(|held| held.note)))
    }

    /// Takes in verified entries.
    pub(crate) fn ingest(&self, dated: &Dated, keys: &[PublicKey], arrivals: Vec<Arrival>) -> Result<Taken> {
        if arrivals.is_empty() {
            return Ok(Taken::default());
        }
        let places: Vec<(Subject, u64, Position)> = arrivals
            .iter()
            .map(|arrival| {
                let entry = arrival.checked.entry();
                (entry.envelope().subject.clone(), arrival.index, Position::of(entry))
            })
            .collect();
        let entries = arrivals.into_iter().map(|arrival| Ok(arrival.checked)).collect();
        let report = self.laptop.with_store(|store| {
            Ok::<_, SyncError>(store.ingest_checked(keys, entries, Some(dated.checkpoint.seen()))?)
        })?;
        let mut taken = Taken::default();
        let mut rows = Vec::new();
        for (outcome, (subject, index, position)) in report.outcomes.iter().zip(places) {
            match outcome {
                Outcome::Stored { .. } => taken.stored += 1,
                Outcome::Already { .. } => {}
                // Delivered, and kept out because another history of the same key stands here.
                Outcome::Forked { .. } | Outcome::Stopped { .. } => {
                    rows.push((format!("{}{index:020}", refused_key(&subject)), json!(position.hash)));
                    taken.refused.push(position);
                }
            }
        }
        if !rows.is_empty() {
            self.laptop.with_store(|store| Ok::<_, SyncError>(store.set_settings(&rows)?))?;
        }
        self.laptop.record_changed();
        Ok(taken)
    }

    /// Entries of a subject that the township delivered: index and name, also of those that were kept out here.
    pub(crate) fn delivered_of(&self, subject: &Subject) -> Result<Vec<(u64, Digest)>> {
        let prefix = refused_key(subject);
        self.laptop.with_store(|store| {
            let entries = store.entries_of(subject)?;
            let mut all: Vec<_> =
                entries.into_iter().filter_map(|entry| Some((entry.index?, entry.hash))).collect();
            for (key, value) in store.settings_with_prefix(&prefix)? {
                let index = key.strip_prefix(&prefix).and_then(|index| index.parse().ok());
                let hash = value.as_str().and_then(|hash| Digest::from_base64(hash).ok());
                all.extend(index.zip(hash));
            }
            all.sort_unstable();
            all.dedup();
            Ok(all)
        })
    }

    /// The lines of the newest scope statement that agreed with what is here.
    pub(crate) fn scope_lines(&self) -> Result<BTreeMap<(String, String), (u64, Digest)>> {
        let lines: Vec<ScopeLine> = self.recall("sync.scope.lines")?.unwrap_or_default();
        Ok(lines.into_iter().map(|line| ((line.kind, line.id), (line.count, line.hash))).collect())
    }

    /// Keeps a statement that agreed: its entry and its lines.
    pub(crate) fn keep_scope(&self, entry: Digest, lines: &[ScopeLine]) -> Result<()> {
        self.remember("sync.scope.entry", &entry)?;
        self.remember("sync.scope.lines", &lines)
    }

    /// Where the last pull ended.
    pub(crate) fn cursor(&self) -> Result<u64> {
        Ok(self.recall("sync.cursor")?.unwrap_or(0))
    }

    /// Notes where a pull ended.
    pub(crate) fn set_cursor(&self, cursor: u64) -> Result<()> {
        self.remember("sync.cursor", &cursor)
    }

    /// Where in the log the receipted entries lie that were written here since the last pull. Older ones were left
    /// behind by the cursor.
    pub(crate) fn held_runs(&self) -> Result<Vec<HeldRun>> {
        let from = self.recall("sync.pulled")?.unwrap_or(0);
        let runs = self.laptop.with_store(|store| Ok::<_, SyncError>(store.placed_runs(from)?))?;
        let held = runs.into_iter().map(|run| HeldRun {
            series: run.series,
            from: run.from,
            to: run.to,
            count: run.count,
        });
        Ok(held.take(MAX_PROVE).collect())
    }

    /// Notes the size of the log at the end of a pull.
    pub(crate) fn keep_pulled_size(&self, size: u64) -> Result<()> {
        self.remember("sync.pulled", &size)
    }

    /// Contradicting claims that a person has looked at.
    pub(crate) fn accepted_claims(&self) -> Result<HashSet<(u64, Digest)>> {
        let accepted: Vec<(u64, Digest)> = self.recall("sync.accepted")?.unwrap_or_default();
        Ok(accepted.into_iter().collect())
    }

    /// The upload of a file that was begun earlier.
    pub(crate) fn upload(&self, digest: &Digest) -> Result<Option<String>> {
        let state = self.laptop.with_store(|store| Ok::<_, SyncError>(store.transfer(digest)?))?;
        Ok(state.and_then(|state| Some(state.get("upload")?.as_str()?.to_owned())))
    }

    /// Notes the name of an upload with the file's digest.
    pub(crate) fn keep_upload(&self, digest: &Digest, id: &str) -> Result<()> {
        let state = json!({ "upload": id });
        self.laptop.with_store(|store| Ok(store.keep_transfer(digest, &state)?))
    }

    /// Forgets an upload that is done or gone.
    pub(crate) fn forget_upload(&self, digest: &Digest) -> Result<()> {
        self.laptop.with_store(|store| Ok(store.drop_transfer(digest)?))
    }

    /// The key to which the township seals its answers.
    pub(crate) fn seal_key(&self) -> Result<SealKey> {
        self.laptop.with_store(|store| Ok(store.seal_key()?))
    }

    pub(crate) fn recall<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let value: Option<Value> = self.laptop.with_store(|store| Ok::<_, SyncError>(store.setting(key)?))?;
        // A setting that cannot be read is as good as none: everything here can be asked again.
        Ok(value.and_then(|value| serde_json::from_value(value).ok()))
    }

    pub(crate) fn remember<T: Serialize>(&self, key: &str, value: &T) -> Result<()> {
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        self.laptop.with_store(|store| Ok(store.set_setting(key, &value)?))
    }

    pub(crate) fn forget(&self, key: &str) -> Result<()> {
        self.laptop.with_store(|store| Ok(store.remove_setting(key)?))
    }
}

/// Where arrivals of a subject are noted that were kept out.
fn refused_key(subject: &Subject) -> String {
    format!("sync.refused.{}/{}/", subject.kind, subject.id)
}
