//! Sealing to a public key (HPKE, RFC 9180, base mode).
//!
//! One suite is used everywhere a message must be readable by one key holder only: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
//! AES-256-GCM. Parcels that travel on a USB stick are sealed to the township's or to the laptop's key with it. The sender
//! is not authenticated by the seal: what is inside carries its own signatures, digests and log proofs.
//!
//! Sealed form: `enc (32 bytes) ‖ ciphertext and tag`. `info` names the purpose, `aad` binds the frame around it.

use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable, single_shot_open, single_shot_seal};
use thiserror::Error;
use zeroize::Zeroizing;

/// Bytes that sealing adds to a message: the encapsulated key and the tag.
pub const OVERHEAD: usize = ENC + 16;
const ENC: usize = 32;

/// Why a message could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SealError {
    /// The public key is not a usable X25519 key.
    #[error("the recipient's sealing key is not a usable X25519 key")]
    BadKey,
    /// Sealed for another key, or changed on the way: the two cannot be told apart.
    #[error("the sealed message was changed or is meant for another key")]
    NotForUs,
    /// Too short to be a sealed message.
    #[error("the sealed message is cut off")]
    CutOff,
}

/// An X25519 private key that opens what was sealed to its public half; zeroised on drop.
pub struct SealKey {
    secret: Zeroizing<[u8; 32]>,
    public: [u8; 32],
}

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealKey").finish_non_exhaustive()
    }
}

impl SealKey {
    /// A key from 32 random bytes (`store::moment` is the only source of randomness).
    pub fn from_bytes(secret: Zeroizing<[u8; 32]>) -> Result<Self, SealError> {
        let key = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(secret.as_slice())
            .map_err(|_| SealError::BadKey)?;
        let public: [u8; 32] = X25519HkdfSha256::sk_to_pk(&key).to_bytes().into();
        Ok(Self { secret, public })
    }

    /// The public half, to be given to senders.
    pub fn public(&self) -> [u8; 32] {
        self.public
    }

    /// The private bytes, for keeping inside the encrypted database and nowhere else.
    pub fn secret(&self) -> &Zeroizing<[u8; 32]> {
        &self.secret
    }

    /// Opens `sealed` (as made by [`seal`] with the same `info` and `aad`).
    pub fn open(&self, info: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        if sealed.len() < OVERHEAD {
            return Err(SealError::CutOff);
        }
        let (enc, cipher) = sealed.split_at(ENC);
        let key = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(self.secret.as_slice())
            .map_err(|_| SealError::BadKey)?;
        let enc = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(enc).map_err(|_| SealError::NotForUs)?;
        single_shot_open::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &key,
            &enc,
            info,
            cipher,
            aad,
        )
        .map_err(|_| SealError::NotForUs)
    }
}

/// Seals `plain` to the holder of the private half of `to`.
pub fn seal(to: &[u8; 32], info: &[u8], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let to = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(to).map_err(|_| SealError::BadKey)?;
    let (enc, cipher) =
        single_shot_seal::<AesGcm256, HkdfSha256, X25519HkdfSha256>(&OpModeS::Base, &to, info, plain, aad)
            .map_err(|_| SealError::BadKey)?;
    let mut sealed = Vec::with_capacity(ENC + cipher.len());
    sealed.extend_from_slice(&enc.to_bytes());
    sealed.extend_from_slice(&cipher);
    Ok(sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(fill: u8) -> SealKey {
        SealKey::from_bytes(Zeroizing::new([fill; 32])).expect("a key")
    }

    #[test]
    fn what_is_sealed_opens_only_with_its_key_purpose_and_frame() {
        let ours = key(7);
        let sealed = seal(&ours.public(), b"purpose", b"frame", b"words").expect("sealed");
        assert_eq!(sealed.len(), 5 + OVERHEAD);
        assert_eq!(ours.open(b"purpose", b"frame", &sealed).expect("opened"), b"words");
        assert_eq!(ours.open(b"other", b"frame", &sealed), Err(SealError::NotForUs));
        assert_eq!(ours.open(b"purpose", b"other", &sealed), Err(SealError::NotForUs));
        assert_eq!(key(8).open(b"purpose", b"frame", &sealed), Err(SealError::NotForUs));
    }

    #[test]
    fn any_flipped_byte_is_noticed_and_a_cut_message_is_named() {
        let ours = key(9);
        let sealed = seal(&ours.public(), b"", b"", b"x").expect("sealed");
        for at in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[at] ^= 1;
            assert!(ours.open(b"", b"", &bad).is_err(), "byte {at}");
        }
        assert_eq!(ours.open(b"", b"", &sealed[..47]), Err(SealError::CutOff));
    }
}
