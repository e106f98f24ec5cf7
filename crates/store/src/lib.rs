//! Where things are kept: one encrypted home on a laptop or a township server.
//!
//! What is here: the journal of signed entries and its two writes ([`Store::commit`] and
//! [`Store::ingest`]), documents folded from it, search, keys and their slots, the media vault, the
//! clock. What is not: deciding (that is `core`), the network, anything asynchronous.
//!
//! Invariants: only `engine/sqlite` holds SQL; only `moment` reads clock, boot id and randomness;
//! only `search/tokenizer` is unsafe; only `durable` makes files outside the database durable; the
//! bytes of a signing key never leave `keys`; nothing is written to disk in plain text except
//! settings needed before unlocking.

pub mod durable;
pub mod engine;
mod error;
pub mod home;
pub mod journal;
pub mod keys;
pub mod media;
pub mod moment;
pub mod parcel;
pub mod query;
mod search;
mod tree;
pub mod vault;
pub mod work;
mod working;

pub use engine::{Columns, Document, Head, LogLine, Memory, Placement, Sqlite, Standing, StoredEntry};
pub use error::{Error, Result, page_numbers};
pub use home::{Home, Unlocked};
pub use journal::{
    BackupHeader, Batch, Checked, Committed, Fork, HeldCheckpoint, Incoming, IngestReport, KeptReceipt, Lend,
    Mode, NewEntry, Outcome, Problem, ProblemCode, Reason, Receipt, Refused, Scope, StoppedAt, Store, Tail,
    VerifyReport, check, open_backup, verify,
};
pub use keys::{
    Access, HomeKeys, KeyFile, Pin, RecoveryKey, RootKey, SealKey, Signer, SlotKind, SlotView, seal,
};
pub use moment::Moment;
pub use query::{Order, Query, Waiting};
pub use tree::Growing;
pub use vault::Vault;
pub use work::Work;
pub use working::WorkingCopy;
