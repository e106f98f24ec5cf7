//! Wrapping secrets: Argon2id makes a key of a passphrase, AES-256-GCM wraps with it.

use argon2::{Algorithm, Argon2, Params, Version};
use hkdf::Hkdf;
use liuhen_protocol::Digest;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Access;
use crate::error::{Error, Result};
use crate::moment::Moment;

/// Argon2id: KiB of memory.
const MEMORY_KIB: u32 = 64 * 1024;
/// Argon2id: passes.
const PASSES: u32 = 3;

/// How the key of a slot is made; kept beside what it wraps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kdf", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Derivation {
    /// Of a passphrase.
    Argon2id {
        /// 32 random bytes, base64.
        salt: Digest,
        /// KiB of memory.
        memory_kib: u32,
        /// Passes.
        passes: u32,
    },
    /// Of a key file of 32 random bytes.
    KeyFile {
        /// 32 random bytes, base64.
        salt: Digest,
    },
}

/// A wrapped secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wrapped {
    /// 12 bytes, hex.
    nonce: String,
    /// Ciphertext and tag, hex.
    sealed: String,
}

/// A key that wraps one slot's secrets.
pub(super) struct WrapKey {
    root: Zeroizing<[u8; 32]>,
}

impl Derivation {
    /// A fresh one, for this way of opening.
    pub(super) fn fresh(access: Access<'_>, moment: &Moment) -> Result<Self> {
        let salt = Digest(moment.random()?);
        Ok(match access {
            Access::Passphrase(_) => Self::Argon2id { salt, memory_kib: MEMORY_KIB, passes: PASSES },
            Access::KeyFile(_) => Self::KeyFile { salt },
        })
    }

    /// The wrapping key; `None` when the slot is opened in another way.
    pub(super) fn derive(&self, access: Access<'_>) -> Result<Option<WrapKey>> {
        let mut root = Zeroizing::new([0_u8; 32]);
        match (self, access) {
            (Self::Argon2id { salt, memory_kib, passes }, Access::Passphrase(passphrase)) => {
                let broken = |_| Error::Crypto { doing: "read the slot's derivation" };
                let params = Params::new(*memory_kib, *passes, 1, Some(32)).map_err(broken)?;
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                    .hash_password_into(passphrase.as_bytes(), &salt.0, root.as_mut())
                    .map_err(broken)?;
            }
            (Self::KeyFile { salt }, Access::KeyFile(file)) => {
                expand(&salt.0, file.secret(), b"liuhen/key-file/v1", &mut root)?;
            }
            _ => return Ok(None),
        }
        Ok(Some(WrapKey { root }))
    }
}

impl WrapKey {
    /// Wraps a secret for a purpose. `place` binds it to its home and slot.
    pub(super) fn wrap(&self, purpose: &str, place: &str, secret: &[u8], moment: &Moment) -> Result<Wrapped> {
        let nonce: [u8; NONCE_LEN] = moment.random()?;
        let mut bytes = secret.to_vec();
        self.key(purpose)?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), &mut bytes)
            .map_err(|_| Error::Crypto { doing: "wrap a key" })?;
        Ok(Wrapped { nonce: hex(&nonce), sealed: hex(&bytes) })
    }

    /// Opens a secret; `None` when this key did not wrap it.
    pub(super) fn open(
        &self,
        purpose: &str,
        place: &str,
        wrapped: &Wrapped,
    ) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let damaged = || Error::Crypto { doing: "read a wrapped key" };
        let nonce = unhex(&wrapped.nonce).and_then(|nonce| nonce.try_into().ok()).ok_or_else(damaged)?;
        let mut bytes = Zeroizing::new(unhex(&wrapped.sealed).ok_or_else(damaged)?);
        let key = self.key(purpose)?;
        let nonce = Nonce::assume_unique_for_key(nonce);
        let Ok(length) = key.open_in_place(nonce, Aad::from(place), &mut bytes).map(|plain| plain.len())
        else {
            return Ok(None);
        };
        bytes.truncate(length);
        Ok(Some(bytes))
    }

    fn key(&self, purpose: &str) -> Result<LessSafeKey> {
        let mut key = Zeroizing::new([0_u8; 32]);
        expand(&[], &self.root, purpose.as_bytes(), &mut key)?;
        UnboundKey::new(&AES_256_GCM, key.as_slice())
            .map(LessSafeKey::new)
            .map_err(|_| Error::Crypto { doing: "make a wrapping key" })
    }
}

fn expand(salt: &[u8], input: &[u8; 32], info: &[u8], out: &mut [u8; 32]) -> Result<()> {
    Hkdf::<Sha256>::new(Some(salt), input)
        .expand(info, out)
        .map_err(|_| Error::Crypto { doing: "make a wrapping key" })
}

/// Lowercase hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        use std::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Bytes of lowercase or uppercase hexadecimal.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
