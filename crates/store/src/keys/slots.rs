//! Slots: who can open a home, and with what.
//!
//! `keys/slots.json` (and its copy `slots.bak`) is a checked file (see `checked`) whose `content` is
//!
//! ```json
//! { "v": 1, "home": "<uuid>", "name_salt": "<base64>",
//!   "recovery": { "suite": "X25519-HKDF-SHA256,HKDF-SHA256,AES-256-GCM", "info": "liuhen/recovery-slot/v1",
//!                 "public_key": "<base64>", "sealed": "<base64 of enc ‖ ciphertext>" },
//!   "slots": [ { "id": "<uuid>", "kind": "officer", "officer": "<uuid or null>", "hint": "王·0312",
//!                "name": "<base64 or null>",
//!                "derivation": { "kdf": "argon2id", "salt": "<base64>", "memory_kib": 65536, "passes": 3 },
//!                "keys": { "nonce": "<hex>", "sealed": "<hex>" },
//!                "signer": { "public_key": "<base64>", "wrapped": { "nonce": "<hex>", "sealed": "<hex>" } },
//!                "retired": ["<base64>"] } ] }
//! ```
//!
//! `keys` is the data key ‖ the vault key (64 bytes), AES-256-GCM under HKDF-SHA-256(derived key, info
//! `liuhen/slot/v1`); `signer` is the 32-byte Ed25519 seed under info `liuhen/signer/v1`; both with
//! `<home>/<slot id>` as associated data. The derived key is Argon2id (one lane, version 0x13, 32 bytes)
//! of the passphrase, or for kind `township` HKDF-SHA-256 of the key file.
//!
//! `recovery.sealed` is HPKE (RFC 9180) base mode, single shot, empty associated data, of the same 64
//! bytes. It holds no signing key.
//!
//! A thief sees no name: `hint` is what the lock screen may show, `name` is a salted hash.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use liuhen_protocol::{Digest, PublicKey, SeriesId, Sign as _};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::CheckedFile;
use super::wrap::{Derivation, WrapKey, Wrapped};
use super::{Access, HomeKeys, RecoveryKey, Signer, seal};
use crate::error::{Error, Result};
use crate::moment::Moment;

/// `info` of the recovery slot.
pub const RECOVERY_INFO: &str = "liuhen/recovery-slot/v1";
const SUITE: &str = "X25519-HKDF-SHA256,HKDF-SHA256,AES-256-GCM";
const PURPOSE_KEYS: &str = "liuhen/slot/v1";
const PURPOSE_SIGNER: &str = "liuhen/signer/v1";
/// Fewest characters of a passphrase.
pub const MIN_PASSPHRASE: usize = 8;

/// Whose slot it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotKind {
    /// An officer's, opened by passphrase, with a signing key.
    Officer,
    /// A township's, opened by its key file; service keys lie in the database.
    Township,
}

/// What can be seen of a slot without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotView {
    /// Id of the slot.
    pub id: Uuid,
    /// Whose slot it is.
    pub kind: SlotKind,
    /// The officer's id, once enrolled.
    pub officer: Option<String>,
    /// What the lock screen may show.
    pub hint: String,
    /// The signing key's public half; `None` when it was retired and no new one made.
    pub public_key: Option<PublicKey>,
}

impl SlotView {
    /// The series that this slot signs, if any.
    pub fn series(&self) -> Option<SeriesId> {
        self.public_key.as_ref().map(SeriesId::of)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    v: u8,
    home: Uuid,
    name_salt: Digest,
    recovery: Recovery,
    slots: Vec<Slot>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recovery {
    suite: String,
    info: String,
    public_key: Digest,
    sealed: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Slot {
    id: Uuid,
    kind: SlotKind,
    officer: Option<String>,
    hint: String,
    name: Option<Digest>,
    derivation: Derivation,
    keys: Wrapped,
    signer: Option<SlotSigner>,
    retired: Vec<PublicKey>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SlotSigner {
    public_key: PublicKey,
    wrapped: Wrapped,
}

/// The slot file of a home.
#[derive(Debug)]
pub(crate) struct Slots {
    file: CheckedFile,
    generation: u64,
    content: Content,
}

/// What a slot gave.
pub(crate) struct Opened {
    pub(crate) keys: HomeKeys,
    pub(crate) signer: Option<Signer>,
}

fn seal_for_recovery(keys: &HomeKeys, public: &[u8; 32]) -> Result<Recovery> {
    let sealed = seal(public, RECOVERY_INFO.as_bytes(), b"", keys.bytes().as_slice())
        .map_err(|_| Error::Crypto { doing: "seal the recovery slot" })?;
    Ok(Recovery {
        suite: SUITE.to_owned(),
        info: RECOVERY_INFO.to_owned(),
        public_key: Digest(*public),
        sealed: STANDARD.encode(sealed),
    })
}

/// Refuses a passphrase that protects nothing.
pub(crate) fn strong_enough(access: Access<'_>) -> Result<()> {
    match access {
        Access::Passphrase(words) if words.chars().count() < MIN_PASSPHRASE => {
            Err(Error::WeakPassphrase { minimum: MIN_PASSPHRASE })
        }
        _ => Ok(()),
    }
}

impl Slots {
    /// A new slot file with a recovery slot and no other.
    pub(crate) fn create(
        folder: &Path,
        keys: &HomeKeys,
        recovery: &[u8; 32],
        moment: &Moment,
    ) -> Result<Self> {
        let content = Content {
            v: 1,
            home: moment.uuid()?,
            name_salt: Digest(moment.random()?),
            recovery: seal_for_recovery(keys, recovery)?,
            slots: Vec::new(),
        };
        Ok(Self { file: CheckedFile::new(folder, "slots"), generation: 0, content })
    }

    /// Reads the slot file; the flag says whether a copy had to be healed.
    pub(crate) fn load(folder: &Path) -> Result<(Self, bool)> {
        let file = CheckedFile::new(folder, "slots");
        if file.is_missing() {
            return Err(Error::NoHome { path: folder.to_path_buf() });
        }
        let read = file.read::<Content>()?;
        Ok((Self { file, generation: read.generation, content: read.content }, read.healed))
    }

    fn save(&mut self) -> Result<()> {
        self.file.write(&self.content, self.generation + 1)?;
        self.generation += 1;
        Ok(())
    }

    /// The home's id.
    pub(crate) const fn home(&self) -> Uuid {
        self.content.home
    }

    pub(crate) fn views(&self) -> Vec<SlotView> {
        let view = |slot: &Slot| SlotView {
            id: slot.id,
            kind: slot.kind,
            officer: slot.officer.clone(),
            hint: slot.hint.clone(),
            public_key: slot.signer.as_ref().map(|signer| signer.public_key),
        };
        self.content.slots.iter().map(view).collect()
    }

    /// The slot of a person, by name, officer id, hint or slot id.
    pub(crate) fn find(&self, name: &str) -> Option<Uuid> {
        let hash = self.name_hash(name);
        let wanted = |slot: &&Slot| {
            slot.name == Some(hash)
                || slot.officer.as_deref() == Some(name)
                || slot.hint == name
                || slot.id.to_string() == name
        };
        self.content.slots.iter().find(wanted).map(|slot| slot.id)
    }

    fn name_hash(&self, name: &str) -> Digest {
        Digest::of(&[self.content.name_salt.0.as_slice(), name.as_bytes()].concat())
    }

    fn place(&self, id: Uuid) -> String {
        format!("{}/{id}", self.content.home)
    }

    fn slot(&self, id: Uuid) -> Result<&Slot> {
        self.content.slots.iter().find(|slot| slot.id == id).ok_or(Error::NoSuchOfficer)
    }

    fn slot_mut(&mut self, id: Uuid) -> Result<&mut Slot> {
        self.content.slots.iter_mut().find(|slot| slot.id == id).ok_or(Error::NoSuchOfficer)
    }

    /// Adds a slot; an officer's gets a new signing key.
    pub(crate) fn add(&mut self, access: Access<'_>, keys: &HomeKeys, moment: &Moment) -> Result<Uuid> {
        strong_enough(access)?;
        let id = moment.uuid()?;
        let (derivation, key) = fresh(access, moment)?;
        let place = self.place(id);
        let kind = match access {
            Access::Passphrase(_) => SlotKind::Officer,
            Access::KeyFile(_) => SlotKind::Township,
        };
        let signer = match kind {
            SlotKind::Officer => Some(wrap_signer(&key, &place, &Signer::generate(moment)?, moment)?),
            SlotKind::Township => None,
        };
        self.content.slots.push(Slot {
            id,
            kind,
            officer: None,
            hint: String::new(),
            name: None,
            derivation,
            keys: key.wrap(PURPOSE_KEYS, &place, keys.bytes().as_slice(), moment)?,
            signer,
            retired: Vec::new(),
        });
        self.save()?;
        Ok(id)
    }

    /// Opens a slot; `None`: not with this passphrase or key.
    pub(crate) fn open(&self, id: Uuid, access: Access<'_>) -> Result<Option<Opened>> {
        let slot = self.slot(id)?;
        let place = self.place(id);
        let Some(key) = slot.derivation.derive(access)? else { return Ok(None) };
        let Some(keys) = key.open(PURPOSE_KEYS, &place, &slot.keys)? else { return Ok(None) };
        let keys = HomeKeys::from_bytes(&keys).ok_or(Error::Crypto { doing: "read a slot" })?;
        let signer = slot.signer.as_ref().map(|signer| open_signer(&key, &place, signer)).transpose()?;
        Ok(Some(Opened { keys, signer }))
    }

    /// Wraps the same secrets under a new passphrase.
    pub(crate) fn change(
        &mut self,
        id: Uuid,
        opened: &Opened,
        new: Access<'_>,
        moment: &Moment,
    ) -> Result<()> {
        strong_enough(new)?;
        let place = self.place(id);
        let (derivation, key) = fresh(new, moment)?;
        let keys = key.wrap(PURPOSE_KEYS, &place, opened.keys.bytes().as_slice(), moment)?;
        let signer =
            opened.signer.as_ref().map(|signer| wrap_signer(&key, &place, signer, moment)).transpose()?;
        let slot = self.slot_mut(id)?;
        (slot.derivation, slot.keys, slot.signer) = (derivation, keys, signer);
        self.save()
    }

    /// Gives a slot to a passphrase whose owner forgot the old one: data and vault keys as before, the
    /// old signing key retired (it cannot be opened any more), a new one made.
    pub(crate) fn recover(
        &mut self,
        id: Uuid,
        keys: &HomeKeys,
        new: Access<'_>,
        moment: &Moment,
    ) -> Result<()> {
        strong_enough(new)?;
        let place = self.place(id);
        let (derivation, key) = fresh(new, moment)?;
        let wrapped = key.wrap(PURPOSE_KEYS, &place, keys.bytes().as_slice(), moment)?;
        let signer = wrap_signer(&key, &place, &Signer::generate(moment)?, moment)?;
        let slot = self.slot_mut(id)?;
        slot.retired.extend(slot.signer.take().map(|old| old.public_key));
        (slot.derivation, slot.keys, slot.signer) = (derivation, wrapped, Some(signer));
        self.save()
    }

    /// Replaces the signing key of a slot (re-enrolment); answers the new one.
    pub(crate) fn renew_signer(&mut self, id: Uuid, access: Access<'_>, moment: &Moment) -> Result<Signer> {
        let place = self.place(id);
        let key = self.slot(id)?.derivation.derive(access)?.ok_or(Error::WrongKey)?;
        let signer = Signer::generate(moment)?;
        let wrapped = wrap_signer(&key, &place, &signer, moment)?;
        let slot = self.slot_mut(id)?;
        slot.retired.extend(slot.signer.replace(wrapped).map(|old| old.public_key));
        self.save()?;
        Ok(signer)
    }

    /// Public halves of the keys that were retired in a slot, oldest first.
    pub(crate) fn retired(&self, id: Uuid) -> Result<Vec<PublicKey>> {
        Ok(self.slot(id)?.retired.clone())
    }

    /// Says whose slot it is, once the township has.
    pub(crate) fn name(&mut self, id: Uuid, officer: &str, name: &str, hint: &str) -> Result<()> {
        let hash = self.name_hash(name);
        let slot = self.slot_mut(id)?;
        slot.officer = Some(officer.to_owned());
        slot.name = Some(hash);
        hint.clone_into(&mut slot.hint);
        self.save()
    }

    /// Removes a slot: its owner can open this home no more. The last one stays.
    pub(crate) fn remove(&mut self, id: Uuid) -> Result<()> {
        self.slot(id)?;
        if self.content.slots.len() > 1 {
            self.content.slots.retain(|slot| slot.id != id);
            self.save()?;
        }
        Ok(())
    }

    /// The recovery public key that the slot is sealed to.
    pub(crate) const fn recovery_public(&self) -> &[u8; 32] {
        &self.content.recovery.public_key.0
    }

    /// Seals the recovery slot to another recovery key (the township's note named a new one).
    pub(crate) fn reseal(&mut self, keys: &HomeKeys, public: &[u8; 32]) -> Result<()> {
        if *self.recovery_public() == *public {
            return Ok(());
        }
        self.content.recovery = seal_for_recovery(keys, public)?;
        self.save()
    }

    /// Opens the recovery slot.
    pub(crate) fn open_recovery(&self, key: &RecoveryKey) -> Result<HomeKeys> {
        let recovery = &self.content.recovery;
        let sealed = STANDARD.decode(&recovery.sealed).map_err(|_| Error::WrongKey)?;
        key.open(recovery.info.as_bytes(), &sealed)
    }
}

fn fresh(access: Access<'_>, moment: &Moment) -> Result<(Derivation, WrapKey)> {
    let derivation = Derivation::fresh(access, moment)?;
    let key = derivation.derive(access)?.ok_or(Error::WrongKey)?;
    Ok((derivation, key))
}

fn wrap_signer(key: &WrapKey, place: &str, signer: &Signer, moment: &Moment) -> Result<SlotSigner> {
    Ok(SlotSigner {
        public_key: signer.public_key(),
        wrapped: key.wrap(PURPOSE_SIGNER, place, signer.seed(), moment)?,
    })
}

fn open_signer(key: &WrapKey, place: &str, kept: &SlotSigner) -> Result<Signer> {
    let damaged = Error::Crypto { doing: "open a signing key" };
    let Some(seed) = key.open(PURPOSE_SIGNER, place, &kept.wrapped)? else { return Err(damaged) };
    let Ok(seed) = zeroize::Zeroizing::new(seed).as_slice().try_into().map(zeroize::Zeroizing::new) else {
        return Err(damaged);
    };
    let signer = Signer::from_seed(&seed);
    if signer.public_key() == kept.public_key { Ok(signer) } else { Err(damaged) }
}
