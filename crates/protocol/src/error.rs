//! What can be wrong with bytes from outside.
//!
//! A closed list: each variant names the format that was being read. None carries personal data:
//! values are never quoted, only names of fields and positions.

use thiserror::Error as ThisError;

/// Why bytes were refused.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are longer than the format allows (limit in bytes).
    #[error("{what} is larger than {limit} bytes")]
    TooLarge {
        /// What was being read.
        what: &'static str,
        /// The limit in bytes.
        limit: usize,
    },
    /// The bytes do not have the shape of the format.
    #[error("malformed {what}: {reason}")]
    Malformed {
        /// What was being read.
        what: &'static str,
        /// The rule that was broken.
        reason: &'static str,
    },
    /// The bytes parse, but are not the canonical form (RFC 8785) of what they say.
    #[error("{0} is not canonical JSON")]
    NotCanonical(&'static str),
    /// A number is no integer below 2^53.
    #[error("{0} has a number that is not an integer below 2^53")]
    Number(&'static str),
    /// A signature does not verify under the key.
    #[error("signature of {0} does not verify")]
    Signature(&'static str),
    /// A public key is not a point on the curve, or a weak one.
    #[error("not a usable public key")]
    Key,
    /// A Merkle proof does not lead to the root.
    #[error("{0} proof does not lead to the root")]
    Proof(&'static str),
    /// Two checkpoints of the same log contradict each other.
    #[error("checkpoints of one log contradict each other")]
    Inconsistent,
    /// A body does not match the commitment in its envelope.
    #[error("body does not match its commitment")]
    Commitment,
    /// A name that this note, bundle or list does not know.
    #[error("unknown {0}")]
    Unknown(&'static str),
}

impl Error {
    /// A short stable code, as used in answers and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::Malformed { .. } => "malformed",
            Self::NotCanonical(_) => "not_canonical",
            Self::Number(_) => "number",
            Self::Signature(_) => "bad_signature",
            Self::Key => "bad_key",
            Self::Proof(_) => "bad_proof",
            Self::Inconsistent => "inconsistent",
            Self::Commitment => "bad_commitment",
            Self::Unknown(_) => "unknown",
        }
    }
}
