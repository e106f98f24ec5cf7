//! Who carries entries and files between laptop and township. `sync` implements it, the shells
//! hand it in, so that this crate cannot link an HTTP client.
//!
//! Every method may take long and is called without any lock held; an implementation takes the
//! store by [`Laptop::with_store`] for short moments only.

use std::path::Path;

use liuhen_protocol::{Digest, PublicKey, SeriesId, Sign, wire::Pulled};
use liuhen_store::work::Work;

use crate::error::{ApiError, Result};
use crate::laptop::Laptop;
use crate::view::{StoppedSeries, SyncOutcome, SyncWarning};

/// A township met for the first time, verified by an enrolment code.
#[derive(Debug, Clone)]
pub struct Introduction {
    /// Its note, signed.
    pub note: String,
    /// The X25519 key that the new home's recovery slot is sealed to.
    pub recovery: [u8; 32],
}

/// What a laptop says to be enrolled. Its key is durable before this is sent.
pub struct Enrolment<'a> {
    /// Address of the township as typed.
    pub url: &'a str,
    /// Enrolment code as typed.
    pub code: &'a str,
    /// The new signing key.
    pub signer: &'a dyn Sign,
    /// X25519 public key that seals parcels to this laptop.
    pub seal_public: [u8; 32],
    /// Name of the laptop.
    pub device: &'a str,
}

/// What the township answers; verified against the pin in the code.
#[derive(Debug, Clone)]
pub struct Welcome {
    /// The officer's id.
    pub officer: String,
    /// The township note, signed.
    pub note: String,
    /// Address that answered.
    pub url: String,
    /// The township's root key.
    pub root: PublicKey,
    /// The township's entry that enrols this key.
    pub entry: Pulled,
    /// Checkpoint that includes it.
    pub checkpoint: String,
    /// Keys of the township's series.
    pub keys: Vec<PublicKey>,
}

/// How to sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SyncOptions {
    /// Bandwidth limit in kbit/s.
    pub limit_kbit: Option<u32>,
    /// Send no media.
    pub text_only: bool,
}

/// What the courier knows of its last attempts.
#[derive(Debug, Clone, Default)]
pub struct CourierStatus {
    /// When sync last finished without fault, RFC 3339.
    pub last_success_at: Option<String>,
    /// When it was last tried.
    pub last_attempt_at: Option<String>,
    /// Why the last attempt failed.
    pub last_error: Option<ApiError>,
    /// Series that stopped.
    pub stopped: Vec<StoppedSeries>,
    /// Things a person must look at: the township was rolled back, is split, opened a new log.
    pub warnings: Vec<SyncWarning>,
}

/// Carries entries and files to the township and back.
pub trait Courier: Send + Sync {
    /// Meets a township: its note, verified by the code. Nothing is said that the code does not need.
    fn introduce(&self, url: &str, code: &str) -> Result<Introduction>;
    /// Redeems an enrolment code. Repeating it with the same key gives the same answer.
    fn enrol(&self, enrolment: &Enrolment<'_>) -> Result<Welcome>;
    /// Sends what waits and fetches what is new.
    fn sync(&self, laptop: &Laptop, options: SyncOptions, work: &Work) -> Result<SyncOutcome>;
    /// Writes what waits as sealed parcels into a folder.
    fn parcel_out(&self, laptop: &Laptop, folder: &Path, work: &Work) -> Result<SyncOutcome>;
    /// Takes in parcels of the township from a folder.
    fn parcel_in(&self, laptop: &Laptop, folder: &Path, work: &Work) -> Result<SyncOutcome>;
    /// Bytes of a file of another laptop, by range.
    fn read_remote(&self, laptop: &Laptop, sha256: &str, from: u64, len: u64) -> Result<Vec<u8>>;
    /// What the township tells those who run it.
    fn oversight(&self, _laptop: &Laptop) -> Result<serde_json::Value> {
        Err(ApiError::new("no_courier"))
    }
    /// Gives the township an instruction, signed by the officer's key. The nonce makes it once.
    fn instruct(&self, _laptop: &Laptop, _instruction: &str, _nonce: Digest) -> Result<serde_json::Value> {
        Err(ApiError::new("no_courier"))
    }
    /// Follows a new log after a disaster, once a person has confirmed.
    fn follow_new_log(&self, laptop: &Laptop) -> Result<()>;
    /// Series and epochs that can never be sent to their end, and go on in later epochs.
    fn given_up(&self, _laptop: &Laptop) -> Result<Vec<(SeriesId, u32)>> {
        Ok(Vec::new())
    }
    /// Notes that a person has looked at a warning.
    fn accept_evidence(&self, laptop: &Laptop, id: &str) -> Result<()>;
    /// What it knows of its last attempts.
    fn status(&self, laptop: &Laptop) -> CourierStatus;
    /// Begins to sync by itself when the township answers.
    fn start(&self, laptop: &Laptop);
    /// Ends that.
    fn stop(&self);
}
