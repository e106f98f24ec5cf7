//! The log's face: checkpoints signed only after the entries are durable, tiles, entry bundles for auditors.
//!
//! Every checkpoint is cosigned by the clock key, so that it has a time "by the township's clock"; cosignatures of outside
//! witnesses come later and are merged into what is served.

use std::sync::Arc;

use liuhen_core::Role;
use liuhen_protocol::tile::{Tile, WIDTH};
use liuhen_protocol::{Checkpoint, Note, SeriesId, TownshipNote, cosign};
use liuhen_store::{Growing, Moment, ProblemCode, Scope, Work};

use super::keys::Keys;
use super::ledger::Ledger;
use super::{Caller, Published, Township};
use crate::{Error, Result};

/// Refuses a tree that is not the one over the entries: a wrong root must never be signed.
pub(crate) fn fits(ledger: &Ledger, entries: &Growing) -> Result<()> {
    let root = ledger.size().and_then(|size| ledger.root(size));
    if root.as_ref().ok() == Some(&entries.root()) {
        return Ok(());
    }
    // A page that cannot be read is no lie of the tree: it is named as what it is.
    if let Err(Error::Store(damage)) = &root
        && damage.is_damage()
    {
        return root.map(drop);
    }
    let report = ledger.store.verify(Scope::default(), &Work::silent())?;
    let named = report.problems.into_iter().filter(|problem| problem.code == ProblemCode::Tree);
    Err(Error::TreeDamaged { what: named.map(|problem| problem.detail).collect::<Vec<_>>().join("; ") })
}

/// Signs the tree as it stands in the store: what is signed is durable.
pub(crate) fn sign(ledger: &Ledger, keys: &Keys, note: &TownshipNote, moment: &Moment) -> Result<Published> {
    let size = ledger.size()?;
    let checkpoint = Checkpoint { origin: note.origin().to_owned(), size, root: ledger.root(size)? };
    let mut signed = checkpoint.sign(&keys.log)?;
    let now = u64::try_from(moment.now().timestamp()).unwrap_or_default();
    cosign(&mut signed, note.clock.name(), &keys.clock, now)?;
    Ok(Published { size, note: signed.to_string() })
}

impl Township {
    /// The newest checkpoint, for building answers against.
    pub(crate) fn published(&self) -> Arc<Published> {
        Arc::clone(&self.derived().published)
    }

    /// The newest checkpoint as it is served: with the cosignatures that witnesses gave for this very size.
    pub fn checkpoint(&self) -> String {
        self.note_of(&self.published())
    }

    /// A checkpoint's note, with the cosignatures that witnesses gave for this very size.
    pub(crate) fn note_of(&self, published: &Published) -> String {
        match self.with_cosignatures(published) {
            Ok(Some(note)) => note,
            Ok(None) | Err(_) => published.note.clone(),
        }
    }

    /// The checkpoint to answer against when nothing new is logged by the answer: one that witnesses cosigned, if it is not smaller
    /// than `at_least`, so that laptops that demand witnesses get receipts they may keep; else the newest.
    pub(crate) fn best_checkpoint(&self, at_least: u64) -> Result<Arc<Published>> {
        if self.note_in_force().note.witnesses.is_empty() {
            return Ok(self.published());
        }
        match self.ledger().setting::<super::witness::Cosigned>(super::witness::COSIGNED)? {
            Some(kept) if kept.size >= at_least => {
                Ok(Arc::new(Published { size: kept.size, note: kept.note }))
            }
            _ => Ok(self.published()),
        }
    }

    fn with_cosignatures(&self, published: &Published) -> Result<Option<String>> {
        let Some(kept) = self.ledger().setting::<super::witness::Cosigned>(super::witness::COSIGNED)? else {
            return Ok(None);
        };
        if kept.size != published.size {
            return Ok(None);
        }
        let mut note = Note::parse(&published.note)?;
        note.merge(&Note::parse(&kept.note)?)?;
        Ok(Some(note.to_string()))
    }

    /// The bytes of a tile. Hashes are public; entries need an auditor's session.
    pub fn tile(&self, caller: &Caller, tile: Tile) -> Result<Vec<u8>> {
        if !tile.exists(self.published().size) {
            return Err(Error::NotFound { what: "tile" });
        }
        match tile {
            Tile::Hashes { level, index, width } => {
                let hashes = self.ledger().tile(level, index, width)?;
                Ok(hashes.iter().flat_map(|hash| hash.0).collect())
            }
            Tile::Entries { index, width } => {
                self.speaker_with_role(caller, &[Role::Auditor])?;
                let mut bytes = Vec::new();
                for item in self.ledger().items(index * WIDTH, usize::from(width))? {
                    let length = u16::try_from(item.len()).map_err(|_| Error::NotFound { what: "tile" })?;
                    bytes.extend_from_slice(&length.to_be_bytes());
                    bytes.extend_from_slice(&item);
                }
                Ok(bytes)
            }
        }
    }

    /// Whether a series is one of the township's own.
    pub fn is_own(&self, series: &SeriesId) -> bool {
        self.derived().people.is_node(series)
    }
}
