//! Keys: made, wrapped, opened and forgotten here; the bytes of a signing key never leave.
//!
//! Three secrets, wrapped apart. The *data key* (database) and the *vault key* (media) lie in one slot
//! per officer, under the key that Argon2id makes of his passphrase, and once more in a recovery slot,
//! sealed to the township's recovery key. The *signing key* of an officer lies under his passphrase
//! alone: whoever recovers the data cannot sign for him.
//!
//! | file | holds |
//! |---|---|
//! | `keys/slots.json`, `keys/slots.bak` | slots; checksum; healed from each other |
//! | `keys/attempts.json`, `.bak` | wrong passphrases so far: a growing delay, never erasure |
//! | `keys/instance.json`, `.bak` | marks by which a copied or restored home is noticed |
//!
//! The formats are described at [`slots`](mod@self::slots).

mod attempts;
pub(crate) mod checked;
mod paper;
mod pin;
pub mod seal;
mod signer;
pub mod slots;
mod wrap;

pub use paper::{KeyFile, RecoveryKey, RootKey};
pub use pin::Pin;
pub use seal::{SealError, SealKey, seal};
pub use signer::Signer;
pub use slots::{SlotKind, SlotView};

pub(crate) use attempts::Attempts;
pub(crate) use slots::Slots;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// How a slot is opened.
#[derive(Clone, Copy)]
pub enum Access<'a> {
    /// An officer's passphrase.
    Passphrase(&'a str),
    /// A township's key file, outside its home.
    KeyFile(&'a KeyFile),
}

impl std::fmt::Debug for Access<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Passphrase(_) => "Access::Passphrase",
            Self::KeyFile(_) => "Access::KeyFile",
        })
    }
}

/// Data key and vault key of an open home; overwritten when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct HomeKeys {
    data: [u8; 32],
    vault: [u8; 32],
}

impl std::fmt::Debug for HomeKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HomeKeys(…)")
    }
}

impl HomeKeys {
    pub(crate) fn new(data: [u8; 32], vault: [u8; 32]) -> Self {
        Self { data, vault }
    }

    /// Data key ‖ vault key: the plaintext of every slot.
    pub(crate) fn bytes(&self) -> zeroize::Zeroizing<[u8; 64]> {
        let mut bytes = zeroize::Zeroizing::new([0; 64]);
        bytes[..32].copy_from_slice(&self.data);
        bytes[32..].copy_from_slice(&self.vault);
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (data, vault) = bytes.split_at_checked(32)?;
        Some(Self { data: data.try_into().ok()?, vault: vault.try_into().ok()? })
    }

    pub(crate) const fn data(&self) -> &[u8; 32] {
        &self.data
    }

    pub(crate) const fn vault(&self) -> &[u8; 32] {
        &self.vault
    }
}
