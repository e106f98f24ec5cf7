//! Signing and strict verification, each message under the prefix of its purpose.
//!
//! One key signs entries, challenges and enrolments; distinct prefixes keep a signature made for one
//! purpose worthless for another. Notes have no prefix because C2SP fixes their signed bytes.

use ed25519_dalek::VerifyingKey;

use crate::{Error, PublicKey, Result, Signature};

/// What a signature is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// An entry's envelope.
    Entry,
    /// A sign-in challenge.
    Challenge,
    /// An enrolment request.
    Enrolment,
    /// An instruction to the township.
    Instruction,
    /// A parcel carried by hand.
    Parcel,
    /// A C2SP signed note or cosignature: no prefix of ours.
    Note,
}

impl Domain {
    /// The bytes put before the message.
    pub const fn prefix(self) -> &'static [u8] {
        match self {
            Self::Entry => b"liuhen/entry/v1\n",
            Self::Challenge => b"liuhen/challenge/v1\n",
            Self::Enrolment => b"liuhen/enrolment/v1\n",
            Self::Instruction => b"liuhen/instruction/v1\n",
            Self::Parcel => b"liuhen/parcel/v1\n",
            Self::Note => b"",
        }
    }

    /// Prefix and message as one byte string: what is really signed.
    pub fn message(self, message: &[u8]) -> Vec<u8> {
        [self.prefix(), message].concat()
    }

    fn what(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Challenge => "challenge",
            Self::Enrolment => "enrolment",
            Self::Instruction => "instruction",
            Self::Parcel => "parcel",
            Self::Note => "note",
        }
    }
}

/// Something that holds a signing key and never gives it away.
pub trait Sign {
    /// The public half.
    fn public_key(&self) -> PublicKey;
    /// Signs `domain.prefix() ‖ message`.
    fn sign(&self, domain: Domain, message: &[u8]) -> Signature;
}

/// Verifies strictly (RFC 8032 with small-order and non-canonical encodings refused).
///
/// # Errors
/// `Key` when the public key is unusable, `Signature` when it does not verify.
pub fn verify(key: &PublicKey, domain: Domain, message: &[u8], signature: &Signature) -> Result<()> {
    let verifying = VerifyingKey::from_bytes(&key.0).map_err(|_| Error::Key)?;
    let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
    verifying.verify_strict(&domain.message(message), &signature).map_err(|_| Error::Signature(domain.what()))
}
