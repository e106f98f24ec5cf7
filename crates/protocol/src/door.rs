//! The township as a laptop sees it: one list of calls for HTTPS, parcels, and tests in one process.
//!
//! Blocking, because a laptop's store is; a township serves many laptops at once all the same.

use thiserror::Error as ThisError;

use crate::{
    Digest,
    wire::{
        BlobSpec, BlobState, Challenge, ChallengeRequest, EnrolAnswer, EnrolRequest, HeadsAnswer,
        HeadsRequest, PullAnswer, PullRequest, PushBatch, ReceiptsAnswer, ReceiptsRequest, Session,
        SessionRequest, SignedInstruction,
    },
};

/// A bearer token; never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(pub String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Why a call did not go through. Nothing local is lost by any of them.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum DoorError {
    /// No connection, or it broke.
    #[error("township not reachable: {reason}")]
    Unreachable {
        /// What the transport said, without addresses of people.
        reason: String,
    },
    /// The township asks to come back later.
    #[error("township is busy for {retry_after} s")]
    Busy {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// No session, or it expired, or it belongs to another address.
    #[error("not signed in")]
    Unauthorised,
    /// The township refuses for a stated reason.
    #[error("refused: {code}")]
    Refused {
        /// `code_used`, `code_expired`, `code_unknown`, `other_key`, `revoked`, `no_right`, `unknown_series`, …
        code: String,
    },
    /// An upload stands at another offset.
    #[error("the upload stands at {offset}")]
    OffsetMismatch {
        /// Bytes the township holds.
        offset: u64,
    },
    /// A piece or a whole does not have the digest it was announced with; the bytes were dropped.
    #[error("checksum does not match")]
    ChecksumMismatch,
    /// The upload expired and must begin anew.
    #[error("upload expired")]
    Gone,
    /// There is no such thing, or it is not for this laptop.
    #[error("not found")]
    NotFound,
    /// More than the protocol allows at once.
    #[error("too large")]
    TooLarge,
    /// The other side sent what the protocol forbids.
    #[error("malformed: {what}")]
    Malformed {
        /// What was malformed.
        what: String,
    },
    /// The door's TLS key is none of the township's.
    #[error("the server is not the township of this laptop")]
    UnpinnedKey,
    /// The township could not store it; nothing was acknowledged.
    #[error("township storage failed")]
    Storage,
}

/// What a township answers.
pub trait Township: Send + Sync {
    /// The signed township note.
    fn note(&self) -> Result<String, DoorError>;
    /// Enrols a key by a code; repeating it with the same key gives the same answer.
    fn enrol(&self, request: &EnrolRequest) -> Result<EnrolAnswer, DoorError>;
    /// Gives a challenge to sign.
    fn challenge(&self, request: &ChallengeRequest) -> Result<Challenge, DoorError>;
    /// Opens a session for a signed challenge.
    fn session(&self, request: &SessionRequest) -> Result<Session, DoorError>;
    /// How far it holds series.
    fn heads(&self, token: &Token, request: &HeadsRequest) -> Result<HeadsAnswer, DoorError>;
    /// Takes entries; what is acknowledged is durable.
    fn push(&self, token: &Token, batch: &PushBatch) -> Result<ReceiptsAnswer, DoorError>;
    /// Gives receipts again.
    fn receipts(&self, token: &Token, request: &ReceiptsRequest) -> Result<ReceiptsAnswer, DoorError>;
    /// Gives what is in the puller's scope.
    fn pull(&self, token: &Token, request: &PullRequest) -> Result<PullAnswer, DoorError>;
    /// Begins an upload, or says how far it is, or that the blob is held.
    fn blob_begin(&self, token: &Token, spec: &BlobSpec) -> Result<BlobState, DoorError>;
    /// How far an upload is.
    fn blob_state(&self, token: &Token, id: &str) -> Result<BlobState, DoorError>;
    /// Adds bytes at an offset. What is acknowledged is durable.
    fn blob_append(&self, token: &Token, id: &str, offset: u64, bytes: &[u8])
    -> Result<BlobState, DoorError>;
    /// Stores small files at once and names those now held.
    fn pack(&self, token: &Token, files: &[(Digest, Vec<u8>)]) -> Result<Vec<Digest>, DoorError>;
    /// Reads a part of a blob that is in the reader's scope.
    fn blob_read(&self, token: &Token, digest: &Digest, from: u64, length: u64)
    -> Result<Vec<u8>, DoorError>;
    /// What those who run the township must see, as JSON. A carrier that has no way to ask says so.
    fn oversight(&self, _token: &Token) -> Result<serde_json::Value, DoorError> {
        Err(DoorError::NotFound)
    }
    /// Does what somebody who runs the township says; repeating it gives the same answer.
    fn instruct(
        &self,
        _token: &Token,
        _instruction: &SignedInstruction,
    ) -> Result<serde_json::Value, DoorError> {
        Err(DoorError::NotFound)
    }
}
