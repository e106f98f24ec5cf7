//! Who is at the door: enrolment by a code, sign-in by a challenge.

use serde::{Deserialize, Serialize};

use super::Pulled;
use crate::{
    Digest, PublicKey, Result, SeriesId, Signature,
    encoding::{from_base64, to_base64},
};

/// Asks to be enrolled: the code's secret, the new key, and a signature by it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// Base64 of the code's secret.
    pub secret: String,
    /// The person's new signing key.
    pub public_key: PublicKey,
    /// The laptop's X25519 key, to seal answers carried by hand.
    pub seal: Digest,
    /// What the laptop is called.
    pub device: String,
    /// 32 fresh random bytes.
    pub nonce: Digest,
    /// Over [`enrolment_message`] in [`crate::Domain::Enrolment`].
    pub signature: Signature,
}

impl std::fmt::Debug for EnrolRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnrolRequest").field("public_key", &self.public_key).finish_non_exhaustive()
    }
}

/// What an enrolling laptop signs: 32-byte nonce ‖ root pin ‖ SHA-256 of the TLS key it spoke to ‖
/// its public key. So a code cannot be carried to another township or through another door.
pub fn enrolment_message(nonce: &Digest, root_pin: &Digest, tls: &Digest, key: &PublicKey) -> Vec<u8> {
    [nonce.0, root_pin.0, tls.0, key.0].concat()
}

/// The township's answer: who this key now is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolAnswer {
    /// The person's id in the township.
    pub holder: String,
    /// The township's logged entry.
    pub entry: Pulled,
    /// Keys of the township's series.
    pub keys: Vec<PublicKey>,
    /// The checkpoint note that the entry is against.
    pub checkpoint: String,
}

/// A sign-in challenge, good once and briefly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// 32 random bytes.
    pub nonce: Digest,
    /// Unix seconds.
    pub expires: u64,
}

/// What a laptop signs to sign in: 32-byte nonce ‖ root pin, in [`crate::Domain::Challenge`].
pub fn challenge_message(nonce: &Digest, root_pin: &Digest) -> Vec<u8> {
    [nonce.0, root_pin.0].concat()
}

/// Asks for a challenge for a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChallengeRequest {
    /// The key that will sign, by name.
    pub series: SeriesId,
}

/// Answers a challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionRequest {
    /// The key that signs, by name.
    pub series: SeriesId,
    /// The challenge's nonce.
    pub nonce: Digest,
    /// Over [`challenge_message`].
    pub signature: Signature,
}

/// A session of one laptop at one address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// The bearer token.
    pub token: String,
    /// Unix seconds.
    pub expires: u64,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// The secret of an enrolment code as it travels.
pub fn secret_text(secret: &[u8; 20]) -> String {
    to_base64(secret)
}

/// Reads the secret of an enrolment code.
pub fn secret_bytes(text: &str) -> Result<Vec<u8>> {
    from_base64(text, "enrolment code")
}
