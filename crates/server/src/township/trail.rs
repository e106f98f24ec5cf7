//! What is expected and what has come: media named by entries, media received, heads of the laptops. Folded in log order, so that
//! "which recordings were never handed in" is a question with an answer.

use std::collections::HashMap;

use liuhen_protocol::{Digest, SeriesId, Subject};

use super::ledger::LoggedLine;

/// A media file named by an entry.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    /// Subject of the entry, for the scope of readers.
    pub(crate) subject: Subject,
    /// Series that recorded it.
    pub(crate) series: SeriesId,
    /// Bytes.
    pub(crate) size: u64,
    /// Wall time of the entry, RFC 3339.
    pub(crate) recorded_at: String,
    /// Digest of its manifest.
    pub(crate) manifest: Option<Digest>,
}

/// The fold.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    expected: HashMap<Digest, Vec<Expected>>,
    manifests: HashMap<Digest, Digest>,
    received: HashMap<Digest, u64>,
    heard: HashMap<SeriesId, u64>,
}

impl Trail {
    /// Takes in one logged entry.
    pub(crate) fn apply(&mut self, line: &LoggedLine) {
        *self.heard.entry(line.series).or_default() += 1;
        let Some(body) = &line.body else { return };
        let hex = |name: &str| {
            body.get(name).and_then(|value| value.as_str()).and_then(|hex| Digest::from_hex(hex).ok())
        };
        match line.kind.as_str() {
            "media.recorded" => {
                let Some(digest) = hex("sha256") else { return };
                let manifest = hex("manifest");
                if let Some(manifest) = manifest {
                    self.manifests.insert(manifest, digest);
                }
                self.expected.entry(digest).or_default().push(Expected {
                    subject: line.subject.clone(),
                    series: line.series,
                    size: body.get("size").and_then(size).unwrap_or_default(),
                    recorded_at: line.wall.clone(),
                    manifest,
                });
            }
            "blob.received" => {
                if let Ok(digest) = Digest::from_hex(&line.subject.id) {
                    self.received.entry(digest).or_insert(line.index);
                }
            }
            _ => {}
        }
    }

    /// Entries that name this media file, or the file whose manifest this is.
    pub(crate) fn named(&self, digest: &Digest) -> &[Expected] {
        let media = self.manifests.get(digest).unwrap_or(digest);
        self.expected.get(media).map_or(&[], Vec::as_slice)
    }

    /// The media file whose manifest this is.
    pub(crate) fn media_of(&self, manifest: &Digest) -> Option<Digest> {
        self.manifests.get(manifest).copied()
    }

    /// Log index of the receipt of a blob.
    pub(crate) fn received(&self, digest: &Digest) -> Option<u64> {
        self.received.get(digest).copied()
    }

    /// Media named and not yet received.
    pub(crate) fn missing(&self) -> impl Iterator<Item = (&Digest, &Expected)> {
        self.expected
            .iter()
            .filter(|(digest, _)| !self.received.contains_key(*digest))
            .filter_map(|(digest, named)| named.first().map(|first| (digest, first)))
    }

    /// Blobs received so far.
    pub(crate) fn receipts(&self) -> impl Iterator<Item = (&Digest, u64)> {
        self.received.iter().map(|(digest, index)| (digest, *index))
    }

    /// Entries logged of a series.
    pub(crate) fn entries_of(&self, series: &SeriesId) -> u64 {
        self.heard.get(series).copied().unwrap_or_default()
    }
}

/// Sizes may be written as numbers or, above 2^53, as decimal strings.
fn size(value: &serde_json::Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
