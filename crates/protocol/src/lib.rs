//! What is written: the bytes that outlive the program.
//!
//! Entries and their bodies, series, the RFC 6962 log with its checkpoints, proofs and cosignatures,
//! the township note, media manifests, enrolment codes, bundle names and the wire messages. The
//! normative text is `docs/protocol.md`; every format here has vectors there.
//!
//! Pure: no I/O, no clock, no randomness, no word of the trade. Keys and times come in as values.

mod body;
mod bundle;
mod checkpoint;
mod code;
mod cosign;
mod door;
mod encoding;
mod entry;
mod error;
mod jcs;
mod manifest;
pub mod merkle;
mod note;
pub mod parcel;
mod proof;
mod series;
mod sign;
pub mod tile;
mod township;
pub mod wire;

pub use body::{Body, FieldProof, MAX_BODY, Salt};
pub use bundle::{BundleName, BundlePart};
pub use checkpoint::Checkpoint;
pub use code::EnrolmentCode;
pub use cosign::{Cosignature, cosign};
pub use door::{DoorError, Token, Township};
pub use encoding::{Digest, PublicKey, SeriesId, Signature};
pub use entry::{BodyRef, Entry, Envelope, MAX_AFTER, MAX_ITEM, SUITE, Seen, Stamp, Subject, VERSION};
pub use error::Error;
pub use jcs::{canonical, parse_canonical};
pub use manifest::{BLOCK, Manifest};
pub use note::{KeyKind, Note, VerifierKey};
pub use proof::TlogProof;
pub use series::{Fault, Position, check_next};
pub use sign::{Domain, Sign, verify};
pub use township::{TownshipNote, root_pin};

/// The result of anything in this crate that reads bytes from outside.
pub type Result<T, E = Error> = std::result::Result<T, E>;
