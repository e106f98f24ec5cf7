//! Which files wait to be sent, and their bytes.
//!
//! A file waits when an entry of this home recorded it, its bytes are in the vault, and no logged receipt of the township for its
//! digest was pulled. What was sent but has no receipt yet is asked for again; the township answers at once that it holds it.
//! Manifests get no receipt of their own (the entry that names them has one), so the township's acknowledgement is noted here.

use std::collections::HashSet;

use liuhen_protocol::{Digest, SeriesId};
use liuhen_store::{Query, Reason};
use serde_json::Value;

use super::{BlobSource, Local};
use crate::error::{Result, SyncError};
use crate::plan::{MediaItem, MediaRank};

const SALVAGED: &str = "sync.salvaged.";
const DELIVERED: &str = "sync.delivered.";
/// Documents read at a time.
const PAGE: u32 = 2000;

impl Local<'_> {
    /// Media and manifests that the township has not received.
    pub(crate) fn media_waiting(&self) -> Result<Vec<MediaItem>> {
        let vault = self.laptop().vault()?;
        let received = self.received()?;
        let delivered = self.delivered()?;
        let mut seen = HashSet::new();
        let mut items = Vec::new();
        let mut offset = 0;
        loop {
            let query = Query::kind("media").oldest().limit(PAGE).offset(offset);
            let page = self.laptop().with_store(|store| Ok::<_, SyncError>(store.documents(&query)?))?;
            let count = u32::try_from(page.len()).unwrap_or(u32::MAX);
            for document in &page {
                let facts = &document.json["facts"];
                let Some(media) = digest(&facts["sha256"]) else { continue };
                let at = document.columns.at.clone().unwrap_or_default();
                let urgent = !document.json["marked"].is_null();
                let rank = if urgent { MediaRank::Urgent } else { MediaRank::Ordinary };
                let manifest = digest(&facts["manifest"]).map(|digest| (digest, MediaRank::Manifest));
                for (digest, rank) in std::iter::once((media, rank)).chain(manifest) {
                    let there = match rank {
                        MediaRank::Manifest => delivered.contains(&digest),
                        _ => received.contains(&digest),
                    };
                    if there || !seen.insert(digest) {
                        continue;
                    }
                    // Files of other laptops are not here, and erased ones no longer.
                    if let Ok(held) = vault.held(&digest) {
                        items.push(MediaItem { digest, size: held.size, rank, at: at.clone() });
                    }
                }
            }
            if count < PAGE {
                return Ok(items);
            }
            offset += count;
        }
    }

    /// Digests of all blobs with a logged receipt.
    fn received(&self) -> Result<HashSet<Digest>> {
        let mut all = HashSet::new();
        let mut offset = 0;
        loop {
            let query = Query::kind("blob").state("received").oldest().limit(PAGE).offset(offset);
            let page = self.laptop().with_store(|store| Ok::<_, SyncError>(store.documents(&query)?))?;
            let count = u32::try_from(page.len()).unwrap_or(u32::MAX);
            all.extend(page.iter().filter_map(|document| Digest::from_hex(&document.id).ok()));
            if count < PAGE {
                return Ok(all);
            }
            offset += count;
        }
    }

    /// Blobs that the township acknowledged, whole and checked.
    fn delivered(&self) -> Result<HashSet<Digest>> {
        let rows =
            self.laptop().with_store(|store| Ok::<_, SyncError>(store.settings_with_prefix(DELIVERED)?))?;
        let digests = rows.iter().filter_map(|(key, _)| Digest::from_hex(key.strip_prefix(DELIVERED)?).ok());
        Ok(digests.collect())
    }

    /// Notes what the township acknowledged.
    pub(crate) fn keep_delivered(&self, digests: &[Digest]) -> Result<()> {
        let rows: Vec<(String, Value)> = digests
            .iter()
            .map(|digest| (format!("{DELIVERED}{}", digest.to_hex()), Value::Bool(true)))
            .collect();
        self.laptop().with_store(|store| Ok(store.set_settings(&rows)?))
    }

    /// Forgets what was acknowledged: a township that opened a new log may have lost it.
    pub(crate) fn forget_delivered(&self) -> Result<()> {
        self.laptop().with_store(|store| {
            for (key, _) in store.settings_with_prefix(DELIVERED)? {
                store.remove_setting(&key)?;
            }
            Ok(())
        })
    }

    /// Opens the bytes of a file of the vault.
    pub(crate) fn open_blob(&self, digest: &Digest) -> Result<BlobSource> {
        // The header kept beside the journal shows an exchange of two files.
        let held = self.laptop().with_store(|store| Ok::<_, SyncError>(store.held(digest)?))?;
        let header = held.as_ref().map(|held| &held.header);
        Ok(BlobSource(self.laptop().vault()?.open(digest, header)?))
    }

    /// Whether a broken epoch was dealt with.
    pub(crate) fn is_salvaged(&self, series: SeriesId, epoch: u32) -> Result<bool> {
        Ok(self.recall::<Value>(&salvaged_key(series, epoch))?.is_some())
    }

    /// All epochs that were dealt with so.
    pub(crate) fn salvaged(&self) -> Result<Vec<(SeriesId, u32)>> {
        let rows =
            self.laptop().with_store(|store| Ok::<_, SyncError>(store.settings_with_prefix(SALVAGED)?))?;
        let place = |key: &str| {
            let (series, epoch) = key.strip_prefix(SALVAGED)?.split_once('.')?;
            Some((SeriesId::from_hex(series).ok()?, epoch.parse().ok()?))
        };
        Ok(rows.iter().filter_map(|(key, _)| place(key)).collect())
    }

    /// Puts salvage into the vault.
    pub(crate) fn keep_salvage(&self, bytes: &[u8]) -> Result<Digest> {
        let held = self.laptop().vault()?.store(bytes)?;
        self.laptop().with_store(|store| Ok::<_, SyncError>(store.keep_held(&held)?))?;
        Ok(held.digest)
    }

    /// Notes that an epoch cannot go on; the next entry of the series opens another.
    pub(crate) fn begin_epoch(
        &self,
        series: SeriesId,
        epoch: u32,
        restored: bool,
        salvage: Option<Digest>,
    ) -> Result<()> {
        let reason = if restored { Reason::Restored } else { Reason::Recovered };
        self.laptop()
            .with_store(|store| Ok::<_, SyncError>(store.require_new_epoch(&series, reason, epoch + 1)?))?;
        // The key of the officer at the laptop opens the epoch at once; that of a colleague with the next entry.
        if series == self.series() {
            self.laptop().with_signer(|signer| {
                self.laptop().with_store(|store| {
                    Ok::<_, SyncError>(store.open_new_epoch(signer, reason, epoch + 1).map(|_| ())?)
                })
            })??;
        }
        match salvage {
            Some(digest) => self.remember(&salvaged_key(series, epoch), &digest),
            None => self.remember(&salvaged_key(series, epoch), &"nothing"),
        }
    }

    /// Salvage blobs without a receipt: digest and size.
    pub(crate) fn salvage_waiting(&self) -> Result<Vec<(Digest, u64)>> {
        let rows =
            self.laptop().with_store(|store| Ok::<_, SyncError>(store.settings_with_prefix(SALVAGED)?))?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let vault = self.laptop().vault()?;
        let received = self.received()?;
        Ok(rows
            .into_iter()
            .filter_map(|(_, value)| Digest::from_base64(value.as_str()?).ok())
            .filter(|digest| !received.contains(digest))
            .filter_map(|digest| Some((digest, vault.held(&digest).ok()?.size)))
            .collect())
    }
}

fn digest(value: &Value) -> Option<Digest> {
    Digest::from_hex(value.as_str()?).ok()
}

fn salvaged_key(series: SeriesId, epoch: u32) -> String {
    format!("{SALVAGED}{series}.{epoch}")
}
