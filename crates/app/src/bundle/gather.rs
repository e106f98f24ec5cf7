//! What belongs into the bundle of a matter, read under one hold of the store.
//!
//! All entries of the matter, of every file ever linked to it, of its drafts and of the answers to
//! its findings; and of the township: what it says of those files and of the authors.

use std::collections::{BTreeMap, BTreeSet};

use liuhen_core::matter::MatterState;
use liuhen_core::media::{MediaRecorded, MediaState};
use liuhen_core::order::{self, OrderEntry};
use liuhen_protocol::{Digest, SeriesId, Subject};
use liuhen_store::{HeldCheckpoint, Query, Receipt, Store, StoredEntry};

use super::index::{BundleKey, KeyOfficer};
use crate::capture;
use crate::error::{ApiError, Result};
use crate::evidence::MEDIA;
use crate::record::read_document;
use crate::screen::Screen;
use crate::settings::Membership;
use crate::view::make;

/// An entry with its receipt.
pub(super) struct GatheredEntry {
    pub(super) row: StoredEntry,
    pub(super) recorded_at: String,
    pub(super) receipt: Option<Receipt>,
}

/// A file of the matter.
pub(super) struct GatheredMedia {
    pub(super) id: String,
    pub(super) facts: MediaRecorded,
    /// SM3 by its import or said later; none while it is put off.
    pub(super) sm3: Option<String>,
    /// Whether it belongs to the matter now; if not, only its entries are in the bundle.
    pub(super) linked: bool,
    pub(super) received: Option<String>,
}

/// Everything but the bytes of media.
pub(super) struct Gathered {
    pub(super) number: String,
    pub(super) membership: Option<Membership>,
    pub(super) entries: Vec<GatheredEntry>,
    pub(super) media: Vec<GatheredMedia>,
    pub(super) keys: Vec<BundleKey>,
    pub(super) checkpoints: BTreeMap<u64, HeldCheckpoint>,
}

/// Reads it.
pub(super) fn gather(store: &Store, screen: &Screen, matter: &str) -> Result<Gathered> {
    let state: MatterState = capture::state_of(store, matter)?;
    let started = state.started.as_ref().map_or(&state.record.first_at, |mark| &mark.at);
    let membership = Membership::load(store)?;
    let media = media_of(store, matter)?;
    let mut rows = Rows { store, rows: BTreeMap::new() };
    rows.add("matter", matter)?;
    for file in &media {
        rows.add(MEDIA, &file.id)?;
        rows.add("blob", &file.facts.sha256)?;
    }
    for kind in ["draft", "finding"] {
        for document in store.documents(&Query::kind(kind).matter(matter))? {
            rows.add(kind, &document.id)?;
        }
    }
    for series in rows.authors() {
        rows.add("series", &series.to_hex())?;
        if let Some(officer) = store.officer_of(&series) {
            rows.add("officer", &officer)?;
        }
    }
    let keys = keys_of(store, screen, &rows.authors())?;
    let (entries, checkpoints) = ordered(store, rows.rows.into_values().collect())?;
    let number = liuhen_core::matter::number(matter, started);
    Ok(Gathered { number, membership, entries, media, keys, checkpoints })
}

struct Rows<'a> {
    store: &'a Store,
    rows: BTreeMap<Digest, StoredEntry>,
}

impl Rows<'_> {
    fn add(&mut self, kind: &str, id: &str) -> Result<()> {
        for row in self.store.entries_of(&Subject::new(kind, id))? {
            self.rows.insert(row.hash, row);
        }
        Ok(())
    }

    fn authors(&self) -> BTreeSet<SeriesId> {
        self.rows.values().map(|row| row.series).collect()
    }
}

fn media_of(store: &Store, matter: &str) -> Result<Vec<GatheredMedia>> {
    let mut media = Vec::new();
    for link in store.documents(&Query::kind("media_link").matter(matter))? {
        let id = link.id.split('/').next().unwrap_or_default();
        let Some(document) = store.document(MEDIA, id)? else { continue };
        let state: MediaState = read_document(&document)?;
        let Some(facts) = state.facts.clone() else { continue };
        let blob = make::blob_of(store, &facts.sha256)?;
        media.push(GatheredMedia {
            id: id.to_owned(),
            linked: link.columns.state.as_deref() == Some("linked"),
            sm3: state.sm3().map(str::to_owned),
            received: blob.and_then(|blob| blob.received).map(|mark| mark.entry.to_string()),
            facts,
        });
    }
    media.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(media)
}

fn keys_of(store: &Store, screen: &Screen, authors: &BTreeSet<SeriesId>) -> Result<Vec<BundleKey>> {
    let mut keys = Vec::new();
    for series in authors {
        let key = store.series_key(series)?.ok_or_else(|| ApiError::not_found("entry"))?;
        let officer = store.officer_of(series).map(|id| {
            let named = screen.names.of(&id);
            KeyOfficer { id: named.id, name: named.name }
        });
        keys.push(BundleKey {
            series: *series,
            public_key: key,
            officer,
            node: store.nodes().contains(series),
        });
    }
    Ok(keys)
}

/// Entries in canonical order with their receipts, and the checkpoints they name.
fn ordered(
    store: &Store,
    rows: Vec<StoredEntry>,
) -> Result<(Vec<GatheredEntry>, BTreeMap<u64, HeldCheckpoint>)> {
    struct Row {
        kept: StoredEntry,
        hash: String,
        series: String,
        hybrid: String,
        wall: String,
        after: Vec<String>,
    }
    let mut checkpoints = BTreeMap::new();
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let entry = row.entry()?;
        let envelope = entry.envelope();
        if let Some(seen) = &envelope.seen
            && let Some(held) = store.checkpoint_at(seen.size)?.filter(|held| held.root == seen.root)
        {
            checkpoints.insert(seen.size, held);
        }
        all.push(Row {
            hash: row.hash.to_string(),
            series: row.series.to_hex(),
            hybrid: envelope.time.hybrid.clone(),
            wall: envelope.time.wall.clone(),
            after: envelope.after.iter().map(ToString::to_string).collect(),
            kept: row,
        });
    }
    let order: Vec<OrderEntry<'_>> = all
        .iter()
        .map(|entry| OrderEntry {
            hash: &entry.hash,
            series: &entry.series,
            epoch: entry.kept.epoch,
            seq: entry.kept.seq,
            hybrid: &entry.hybrid,
            after: &entry.after,
        })
        .collect();
    let places = order::sort(&order);
    let mut all: Vec<Option<Row>> = all.into_iter().map(Some).collect();
    let mut entries = Vec::with_capacity(all.len());
    for place in places {
        if let Some(Row { kept: row, wall, .. }) = all.get_mut(place).and_then(Option::take) {
            let receipt = store.receipt(&row.hash)?;
            entries.push(GatheredEntry { row, recorded_at: wall, receipt });
        }
    }
    Ok((entries, checkpoints))
}
