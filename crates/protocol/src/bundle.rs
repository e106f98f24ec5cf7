//! Names of the files in an exported bundle (a BagIt 1.0 bag of one matter).
//!
//! Everything that an outsider must find has a name that follows from what it is; the content of
//! each file is another format of this crate.

use std::fmt;

use crate::{Digest, Error, Position, Result, SeriesId, encoding::from_hex32};

/// Which file of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BundlePart {
    /// The logged item, `.entry`.
    Item,
    /// The canonical body, `.body.json`; absent when erased.
    Body,
    /// The body's salt in base64 with a newline, `.salt`.
    Salt,
    /// The receipt, `.tlog-proof`; absent before sync.
    Receipt,
}

impl BundlePart {
    const ALL: [Self; 4] = [Self::Item, Self::Body, Self::Salt, Self::Receipt];

    const fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Item => ("data/entries/", ".entry"),
            Self::Body => ("data/entries/", ".body.json"),
            Self::Salt => ("data/entries/", ".salt"),
            Self::Receipt => ("data/receipts/", ".tlog-proof"),
        }
    }
}

/// The name of a file in the bag, below its top.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum BundleName {
    /// A file of the entry at this place in a series: `<series>-<epoch>-<seq, 8 digits>`.
    Entry {
        /// The author's key, by name.
        series: SeriesId,
        /// The epoch.
        epoch: u32,
        /// The number in the epoch.
        seq: u64,
        /// Which file.
        part: BundlePart,
    },
    /// A media original: `data/media/<sha256>`.
    Media(Digest),
    /// A media manifest: `data/media/<sha256 of the original>.manifest.json`.
    Manifest(Digest),
}

impl BundleName {
    /// The name of a part of the entry at a position.
    pub const fn entry(position: &Position, part: BundlePart) -> Self {
        Self::Entry { series: position.series, epoch: position.epoch, seq: position.seq, part }
    }

    /// Reads a name; `Unknown` for a file that is none of these.
    pub fn parse(path: &str) -> Result<Self> {
        let bad = Error::Unknown("file in the bundle");
        if let Some(name) = path.strip_prefix("data/media/") {
            return match name.strip_suffix(".manifest.json") {
                Some(digest) => Ok(Self::Manifest(Digest(from_hex32(digest, "bundle name")?))),
                None => Ok(Self::Media(Digest(from_hex32(name, "bundle name")?))),
            };
        }
        for part in BundlePart::ALL {
            let (folder, ending) = part.place();
            let Some(name) = path.strip_prefix(folder).and_then(|rest| rest.strip_suffix(ending)) else {
                continue;
            };
            let mut fields = name.splitn(3, '-');
            let (Some(series), Some(epoch), Some(seq)) = (fields.next(), fields.next(), fields.next()) else {
                return Err(bad);
            };
            let found = Self::Entry {
                series: SeriesId::from_hex(series)?,
                epoch: epoch.parse().map_err(|_| bad.clone())?,
                seq: seq.parse().map_err(|_| bad.clone())?,
                part,
            };
            return if found.to_string() == path { Ok(found) } else { Err(bad) };
        }
        Err(bad)
    }
}

impl fmt::Display for BundleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry { series, epoch, seq, part } => {
                let (folder, ending) = part.place();
                write!(f, "{folder}{series}-{epoch}-{seq:08}{ending}")
            }
            Self::Media(digest) => write!(f, "data/media/{}", digest.to_hex()),
            Self::Manifest(digest) => write!(f, "data/media/{}.manifest.json", digest.to_hex()),
        }
    }
}
