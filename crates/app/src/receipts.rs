//! Receipts (存证回执): where the township logged an entry, and between which times it was signed.
//!
//! A receipt was verified before it was kept; the file is written here on demand. The bracket says
//! when the bytes were signed, not when the event happened.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use liuhen_protocol::{Cosignature, Digest, Note, Subject, TlogProof, TownshipNote, VerifierKey};
use liuhen_store::{Receipt, Store, StoredEntry};

use crate::calendar;
use crate::error::{ApiError, Result};
use crate::input::ShowReceipt;
use crate::laptop::Laptop;
use crate::settings::Membership;
use crate::strings::sentence;
use crate::view::{ReceiptLine, ReceiptView, TimeBracket};

/// Times of checkpoints by the township's clock, read once each.
pub(crate) struct Clock<'a> {
    store: &'a Store,
    key: Option<VerifierKey>,
    times: HashMap<u64, Option<String>>,
}

impl<'a> Clock<'a> {
    /// The clock of the township this home belongs to; without one no time is known.
    pub(crate) fn new(store: &'a Store) -> Self {
        let township = Membership::load(store).ok().flatten().and_then(|kept| kept.township().ok());
        Self { store, key: township.map(|township| township.clock), times: HashMap::new() }
    }

    /// When the checkpoint of a receipt was dated.
    fn of(&mut self, receipt: &Receipt) -> Option<String> {
        let key = self.key.as_ref()?;
        let (size, note) = (receipt.checkpoint.size, &receipt.checkpoint.note);
        self.times.entry(size).or_insert_with(|| dated(note, key)).clone()
    }

    /// When the township logged an entry, by its clock.
    pub(crate) fn received_at(&mut self, entry: &str) -> Result<Option<String>> {
        let Ok(hash) = Digest::from_base64(entry) else { return Ok(None) };
        Ok(self.store.receipt(&hash)?.and_then(|receipt| self.of(&receipt)))
    }

    /// When the checkpoint of this size was dated, if it is held.
    fn at_size(&self, size: u64) -> Result<Option<String>> {
        let Some(key) = &self.key else { return Ok(None) };
        Ok(self.store.checkpoint_at(size)?.and_then(|held| dated(&held.note, key)))
    }
}

/// The time of a cosignature on a checkpoint's note.
pub(crate) fn dated(note: &str, clock: &VerifierKey) -> Option<String> {
    let note = Note::parse(note).ok()?;
    calendar::of_unix(Cosignature::verify(&note, clock).ok()?.time)
}

/// How many trees' worth of entries outside witnesses have cosigned: the largest held checkpoint
/// with a quorum, or with any witness where the note asks for none.
pub(crate) fn witnessed_up_to(store: &Store, township: &TownshipNote) -> Result<Option<u64>> {
    let quorum = usize::try_from(township.quorum).unwrap_or(usize::MAX).max(1);
    for held in store.checkpoints()?.iter().rev() {
        let Ok(note) = Note::parse(&held.note) else { continue };
        let count = township.witnesses.iter().filter(|key| Cosignature::verify(&note, key).is_ok()).count();
        if count >= quorum {
            return Ok(Some(held.size));
        }
    }
    Ok(None)
}

/// The receipt of an entry as the text of a `.tlog-proof` file.
pub(crate) fn proof_text(receipt: &Receipt) -> Result<String> {
    let checkpoint = Note::parse(&receipt.checkpoint.note)?;
    Ok(TlogProof { extra: None, index: receipt.index, path: receipt.path.clone(), checkpoint }.to_string())
}

/// Entries that an id stands for: an entry by hash, or all of a subject.
fn entries_of(store: &Store, id: &str) -> Result<Vec<StoredEntry>> {
    if let Some(entry) = Digest::from_base64(id).ok().map(|hash| store.entry(&hash)).transpose()?.flatten() {
        return Ok(vec![entry]);
    }
    for kind in ["matter", "media", "draft", "shift", "camera", "finding", "officer", "series", "blob"] {
        let found = store.entries_of(&Subject::new(kind, id))?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Err(ApiError::not_found("entry"))
}

/// Receipts of an entry, a file, a draft or a whole matter.
pub fn receipt(laptop: &Laptop, input: ShowReceipt) -> Result<ReceiptView> {
    laptop.officer()?;
    laptop.read(|store| {
        let membership = Membership::load(store)?;
        let township = membership.as_ref().map(Membership::township).transpose()?;
        let mut clock = Clock::new(store);
        let mut receipts = Vec::new();
        for entry in entries_of(store, &input.id)? {
            receipts.push(line(store, &mut clock, &entry)?);
        }
        receipts.sort_by(|one, other| one.recorded_at.cmp(&other.recorded_at));
        let missing = receipts.iter().filter(|receipt| receipt.index.is_none()).count();
        let held = receipts.len() - missing;
        let name = township.as_ref().map(|township| township.name.clone()).unwrap_or_default();
        Ok(ReceiptView {
            id: input.id.clone(),
            origin: township.map(|township| township.origin().to_owned()),
            receipts,
            missing: u32::try_from(missing).unwrap_or(u32::MAX),
            sentence: custody_sentence(held, missing, &name),
        })
    })
}

/// How many of a set of entries the township holds, as a sentence.
pub(crate) fn custody_sentence(held: usize, missing: usize, township: &str) -> String {
    let (held_text, missing_text) = (held.to_string(), missing.to_string());
    match (held, missing) {
        (_, 0) if held > 0 => sentence("result.held", &[("name", township)]),
        (0, _) => sentence("result.not_held", &[]),
        _ => sentence("result.partly_held", &[("held", &held_text), ("missing", &missing_text)]),
    }
}

fn line(store: &Store, clock: &mut Clock<'_>, row: &StoredEntry) -> Result<ReceiptLine> {
    let entry = row.entry()?;
    let envelope = entry.envelope();
    let receipt = store.receipt(&row.hash)?;
    let bracket = match &receipt {
        Some(receipt) => Some(TimeBracket {
            after: envelope.seen.as_ref().map(|seen| clock.at_size(seen.size)).transpose()?.flatten(),
            before: clock.of(receipt),
        }),
        None => None,
    };
    Ok(ReceiptLine {
        entry: row.hash.to_string(),
        kind: row.kind.clone(),
        recorded_at: envelope.time.wall.clone(),
        index: receipt.as_ref().map(|receipt| receipt.index.to_string()),
        tree_size: receipt.as_ref().map(|receipt| receipt.checkpoint.size.to_string()),
        bracket,
        proof: receipt.as_ref().map(proof_text).transpose()?,
    })
}

/// Writes a receipt to a file that does not exist yet, durably.
///
/// # Errors
/// `file_exists` and other failures of the file.
pub fn save_proof(out: &Path, proof: &str) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(out)?;
        file.write_all(proof.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error| ApiError::file(out, &error))
}
