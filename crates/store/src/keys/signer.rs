//! A signing key in memory.

use ed25519_dalek::{Signer as _, SigningKey};
use liuhen_protocol::{Domain, PublicKey, SeriesId, Sign, Signature};
use zeroize::Zeroizing;

use crate::error::Result;
use crate::moment::Moment;

/// An Ed25519 signing key. Overwritten when dropped; no function gives its bytes to another crate.
pub struct Signer {
    key: SigningKey,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.series())
    }
}

impl Signer {
    /// A new key.
    ///
    /// # Errors
    /// [`crate::Error::Randomness`].
    pub fn generate(moment: &Moment) -> Result<Self> {
        Ok(Self::from_seed(&Zeroizing::new(moment.random()?)))
    }

    /// The name of the key as an author.
    pub fn series(&self) -> SeriesId {
        SeriesId::of(&self.public_key())
    }

    pub(crate) fn from_seed(seed: &[u8; 32]) -> Self {
        Self { key: SigningKey::from_bytes(seed) }
    }

    pub(crate) fn seed(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }
}

impl Sign for Signer {
    fn public_key(&self) -> PublicKey {
        PublicKey(self.key.verifying_key().to_bytes())
    }

    fn sign(&self, domain: Domain, message: &[u8]) -> Signature {
        Signature(self.key.sign(&domain.message(message)).to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_signs_verifies_under_its_own_purpose_only() {
        let signer = Signer::generate(&Moment::system()).unwrap();
        let signature = signer.sign(Domain::Entry, b"words");
        let key = signer.public_key();
        liuhen_protocol::verify(&key, Domain::Entry, b"words", &signature).unwrap();
        assert!(liuhen_protocol::verify(&key, Domain::Challenge, b"words", &signature).is_err());
    }

    #[test]
    fn it_shows_its_series_and_nothing_else() {
        let signer = Signer::from_seed(&[7; 32]);
        assert_eq!(format!("{signer:?}"), format!("Signer({})", signer.series()));
    }
}
