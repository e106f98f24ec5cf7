//! The township's service keys, as they lie in its encrypted home: log, clock and node key, TLS keys, the key that opens parcels.
//!
//! The root key is not among them: it signs the township note and is brought for that, as text, and forgotten. Signing keys are
//! `store`'s [`Signer`]; their bytes never leave it.

use liuhen_protocol::{Digest, KeyKind, Sign as _, TownshipNote, VerifierKey, root_pin};
use liuhen_store::{Moment, RootKey, SealKey, Signer, Store};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::ledger::Ledger;
use super::{NoteInForce, Township, refused};
use crate::tls::TlsKey;
use crate::{Error, Result};

const LOG: &str = "log";
const CLOCK: &str = "clock";
const NODE: &str = "node";
const TLS_NOW: &str = "tls.current";
const TLS_NEXT: &str = "tls.next";
/// Row of the note in force and the pin of its root.
const NOTE: &str = "note";

/// Keys in use.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) log: Signer,
    pub(crate) clock: Signer,
    pub(crate) node: Signer,
    pub(crate) seal: SealKey,
    pub(crate) tls: TlsKey,
}

/// The note as kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    text: String,
    pin: Digest,
}

/// What a new version of the note changes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct NoteChange {
    /// Registered witnesses to be named, beside those named already.
    pub witnesses: Vec<String>,
    /// How many witnesses laptops shall demand.
    pub quorum: Option<u32>,
    /// The next TLS key becomes the current one, and another next one is made.
    pub rotate_tls: bool,
}

/// A note that was signed.
#[derive(Clone, Debug, Serialize)]
pub struct Renewed {
    /// Its version.
    pub version: u64,
    /// Witnesses named in it.
    pub witnesses: usize,
    /// Witnesses demanded.
    pub quorum: u32,
    /// Whether the township must be served anew for its TLS key.
    pub serve_again: bool,
}

impl Keys {
    /// Makes all keys and keeps them.
    pub(crate) fn make(store: &mut Store, moment: &Moment) -> Result<Self> {
        for name in [LOG, CLOCK, NODE] {
            store.keep_signer(name, &Signer::generate(moment)?)?;
        }
        for name in [TLS_NOW, TLS_NEXT] {
            keep_pem(store, name, &TlsKey::generate()?)?;
        }
        Self::load(store)
    }

    /// Keeps what stays the same when a log is succeeded: all but the log key.
    pub(crate) fn carry_over(old: &mut Store, new: &mut Store, moment: &Moment) -> Result<Self> {
        new.keep_signer(LOG, &Signer::generate(moment)?)?;
        for name in [CLOCK, NODE] {
            let signer = old.signer(name)?.ok_or(Error::NotFound { what: "service key" })?;
            new.keep_signer(name, &signer)?;
        }
        for name in [TLS_NOW, TLS_NEXT] {
            keep_pem(new, name, &pem(old, name)?)?;
        }
        Self::load(new)
    }

    /// Reads the kept keys.
    pub(crate) fn load(store: &mut Store) -> Result<Self> {
        let signer = |name: &str| store.signer(name)?.ok_or(Error::NotFound { what: "service key" });
        let (log, clock, node) = (signer(LOG)?, signer(CLOCK)?, signer(NODE)?);
        let tls = pem(store, TLS_NOW)?;
        Ok(Self { log, clock, node, seal: store.seal_key()?, tls })
    }

    /// The first note over these keys.
    pub(crate) fn note(
        &self,
        store: &Store,
        root: &RootKey,
        name: &str,
        origin: &str,
        recovery: [u8; 32],
    ) -> Result<TownshipNote> {
        Ok(TownshipNote {
            name: name.to_owned(),
            version: 1,
            root: root.public_key(),
            log: VerifierKey::new(origin, KeyKind::Note, self.log.public_key())?,
            clock: VerifierKey::new(format!("{origin}/clock"), KeyKind::Cosigner, self.clock.public_key())?,
            nodes: vec![self.node.public_key()],
            tls: vec![self.tls.pin(), pem(store, TLS_NEXT)?.pin()],
            recovery,
            seal: self.seal.public(),
            witnesses: Vec::new(),
            quorum: 0,
        })
    }
}

fn keep_pem(store: &mut Store, name: &str, key: &TlsKey) -> Result<()> {
    let pem = key.to_pem();
    Ok(store.set_setting(name, &serde_json::Value::String(pem.to_string()))?)
}

fn pem(store: &Store, name: &str) -> Result<TlsKey> {
    let kept = store.setting(name)?.ok_or(Error::NotFound { what: "TLS key" })?;
    let text = Zeroizing::new(kept.as_str().unwrap_or_default().to_owned());
    TlsKey::from_pem(&text)
}

/// Keeps a signed note and the pin of its root.
pub(crate) fn keep_note(ledger: &mut Ledger, text: &str, root: &liuhen_protocol::PublicKey) -> Result<()> {
    ledger.set_setting(NOTE, &Kept { text: text.to_owned(), pin: root_pin(root) })
}

/// The note in force, verified by its pin.
pub(crate) fn note_in_force(ledger: &Ledger) -> Result<NoteInForce> {
    let kept: Kept = ledger.setting(NOTE)?.ok_or(Error::NotFound { what: "township note" })?;
    let note = TownshipNote::verify(&kept.text, &kept.pin)?;
    Ok(NoteInForce { text: kept.text.into(), note: note.into(), pin: kept.pin })
}

impl Township {
    /// Signs a newer version of the note with the root key and takes it into use.
    pub fn renew_note(&self, root: &RootKey, change: &NoteChange) -> Result<Renewed> {
        let old = self.note_in_force();
        if root.public_key() != old.note.root {
            return Err(refused("root_key_other"));
        }
        let mut note = (*old.note).clone();
        note.version += 1;
        for name in &change.witnesses {
            let witnesses = self.witnesses()?;
            let witness =
                witnesses.iter().find(|witness| witness.name == *name).ok_or(refused("witness_unknown"))?;
            let key = VerifierKey::parse(&witness.key)?;
            if !note.witnesses.contains(&key) {
                note.witnesses.push(key);
            }
        }
        note.quorum = change.quorum.unwrap_or(note.quorum);
        if usize::try_from(note.quorum).unwrap_or(usize::MAX) > note.witnesses.len() {
            return Err(refused("quorum_too_large"));
        }
        let mut ledger = self.ledger();
        if change.rotate_tls {
            let (next, fresh) = (pem(&ledger.store, TLS_NEXT)?, TlsKey::generate()?);
            // The key still served stays listed until the next change, so no laptop is shut out before the door changes.
            note.tls = vec![next.pin(), fresh.pin(), self.tls_pin()];
            keep_pem(&mut ledger.store, TLS_NOW, &next)?;
            keep_pem(&mut ledger.store, TLS_NEXT, &fresh)?;
        }
        let text = note.sign(root)?;
        keep_note(&mut ledger, &text, &note.root)?;
        drop(ledger);
        let renewed = Renewed {
            version: note.version,
            witnesses: note.witnesses.len(),
            quorum: note.quorum,
            serve_again: change.rotate_tls,
        };
        let note = std::sync::Arc::new(note);
        self.inner.committer.renew(std::sync::Arc::clone(&note))?;
        let in_force = NoteInForce { text: text.into(), note, pin: old.pin };
        *self.inner.note.write().unwrap_or_else(std::sync::PoisonError::into_inner) = in_force;
        Ok(renewed)
    }
}
