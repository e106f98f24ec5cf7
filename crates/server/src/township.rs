//! The township as one object: journal, vault, keys, log. The HTTP door, parcels, the operator's commands and story tests all call
//! the same methods, so nothing works in one place only.
//!
//! Locks are taken in this order and held briefly: `ledger` (the store), `log` (what feeds and receipts see), `feeds`. Writing
//! happens in one thread (`township/committer`), which puts many laptops' batches into one transaction and signs one checkpoint.

mod backup;
mod blobs;
mod carry;
mod committer;
mod directory;
mod enrol;
mod feed;
mod init;
mod instruct;
mod keys;
mod ledger;
mod links;
mod log;
mod operate;
mod overview;
mod pull;
mod push;
mod restore;
mod signin;
mod trail;
mod verify;
mod witness;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use liuhen_protocol::wire::{
    BlobSpec, BlobState, Challenge, ChallengeRequest, EnrolAnswer, EnrolRequest, HeadsAnswer, HeadsRequest,
    PullAnswer, PullRequest, PushBatch, ReceiptsAnswer, ReceiptsRequest, Session, SessionRequest,
    SignedInstruction,
};
use liuhen_protocol::{Digest, DoorError, PublicKey, SeriesId, Token};
use liuhen_store::vault::Vault;
use liuhen_store::{Growing, Home, HomeKeys, Moment};

pub use backup::{About, BackedUp, LastBackup};
pub use carry::{Carried, CarryReport};
pub use directory::{Key, Person, Revocation};
pub use init::{Founded, Founding, KeyPlace};
pub use instruct::{OpenInvite, Oversight};
pub use keys::{NoteChange, Renewed};
pub use liuhen_store::RootKey;
pub use operate::{Invitation, Invited, Late, Listed, RevokeOrder, WitnessOrder};
pub use overview::{Laptop, Overdue, Overview};
pub use pull::PAGE_BYTES;
pub use restore::{Restored, Restoring};
pub use verify::{Found, VerifyReport};
pub use witness::{Witness, WitnessRequest};

use crate::limits::{Gate, Limits};
use crate::sessions::{Sessions, Speaker};
use crate::{Error, Result};
use committer::Committer;
use directory::Directory;
use feed::{Feed, LogIndex};
use keys::Keys;
use ledger::Ledger;
use trail::Trail;

/// Who calls: the remote address, and the bearer token if one was sent.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Address of the connection.
    pub address: IpAddr,
    /// The token; empty where none was sent.
    pub token: Token,
}

/// A checkpoint that is durable and signed.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    /// Tree size.
    pub(crate) size: u64,
    /// Signed by the log key, cosigned by the clock key.
    pub(crate) note: String,
}

/// Everything that is derived from the log and grows with it.
#[derive(Debug)]
pub(crate) struct Derived {
    pub(crate) index: LogIndex,
    pub(crate) people: Directory,
    pub(crate) trail: Trail,
    pub(crate) published: Arc<Published>,
}

/// The township note in force.
#[derive(Clone, Debug)]
pub(crate) struct NoteInForce {
    pub(crate) text: Arc<str>,
    pub(crate) note: Arc<liuhen_protocol::TownshipNote>,
    pub(crate) pin: Digest,
}

pub(crate) struct Inner {
    pub(crate) home: PathBuf,
    pub(crate) ledger: Arc<Mutex<Ledger>>,
    pub(crate) vault: Vault,
    pub(crate) keys: Arc<Keys>,
    pub(crate) note: RwLock<NoteInForce>,
    pub(crate) moment: Moment,
    pub(crate) gate: Gate,
    pub(crate) sessions: Sessions,
    pub(crate) derived: Arc<RwLock<Derived>>,
    pub(crate) feeds: Mutex<HashMap<String, Arc<Mutex<Feed>>>>,
    pub(crate) enrolling: Mutex<()>,
    pub(crate) instructing: Mutex<()>,
    pub(crate) uploads: blobs::Uploads,
    pub(crate) heard: Mutex<Heard>,
    pub(crate) home_keys: HomeKeys,
    pub(crate) committer: Committer,
    /// Keeps other processes out; released last, when everything above is closed.
    pub(crate) _held: Home,
}

/// When laptops were last heard.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// Wall time by series, RFC 3339.
    pub(crate) times: HashMap<SeriesId, String>,
    /// Monotonic milliseconds when they were last written down.
    pub(crate) written: u64,
}

/// A township, open. Cheap to clone; the home is released when the last clone goes.
#[derive(Clone)]
pub struct Township {
    pub(crate) inner: Arc<Inner>,
}

impl std::fmt::Debug for Township {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Township").finish_non_exhaustive()
    }
}

/// A lock is only poisoned by a panic, which the code of this crate does not contain; what it guards is then still whole, since
/// every change below it is one assignment or one transaction.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Township {
    /// Opens the township in `home` with the key file that `init` wrote.
    ///
    /// # Errors
    /// [`Error::KeyFile`] when the key file is missing, the store's own errors otherwise (busy, damaged, wrong key).
    pub fn open(home: &Path, key_file: &Path, moment: Moment, limits: Limits) -> Result<Self> {
        crate::meter::begin();
        let mut opened = init::open(home, key_file, &moment)?;
        let keys = Arc::new(Keys::load(&mut opened.ledger.store)?);
        let note = keys::note_in_force(&opened.ledger)?;
        let mut index = LogIndex::default();
        let mut people = Directory::of_nodes(&note.note);
        let mut trail = Trail::default();
        let mut tree = Growing::default();
        opened.ledger.replay(0, |line| {
            tree.push(line.hash);
            people.apply(line);
            trail.apply(line);
            index.push(links::row(line, &people));
        })?;
        log::fits(&opened.ledger, &tree)?;
        let published = Arc::new(log::sign(&opened.ledger, &keys, &note.note, &moment)?);
        let uploads = blobs::Uploads::load(&opened.ledger)?;
        let heard = Heard { times: overview::read_heard(&opened.ledger)?, written: moment.mono_ms() };
        let ledger = Arc::new(Mutex::new(opened.ledger));
        let derived = Arc::new(RwLock::new(Derived { index, people, trail, published }));
        let committer = Committer::start(
            Arc::clone(&ledger),
            Arc::clone(&derived),
            Arc::clone(&keys),
            moment.clone(),
            Arc::clone(&note.note),
        )?;
        let inner = Inner {
            home: home.to_owned(),
            ledger,
            vault: opened.vault,
            keys,
            note: RwLock::new(note),
            gate: Gate::new(limits, moment.clone()),
            moment,
            sessions: Sessions::default(),
            derived,
            feeds: Mutex::default(),
            enrolling: Mutex::default(),
            instructing: Mutex::default(),
            uploads,
            heard: Mutex::new(heard),
            home_keys: opened.keys,
            committer,
            _held: opened.home,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The signed township note.
    pub fn note(&self) -> String {
        self.note_in_force().text.to_string()
    }

    pub(crate) fn note_in_force(&self) -> NoteInForce {
        self.inner.note.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// SHA-256 pin of the root key, as laptops keep it.
    pub fn root_pin(&self) -> Digest {
        self.note_in_force().pin
    }

    /// Name of the log.
    pub fn origin(&self) -> String {
        self.note_in_force().note.origin().to_owned()
    }

    /// Entries in the log.
    pub fn size(&self) -> u64 {
        self.published().size
    }

    /// TLS configuration of the door.
    pub(crate) fn server_config(&self, names: Vec<String>) -> Result<rustls::ServerConfig> {
        self.inner.keys.tls.server_config(names)
    }

    /// SHA-256 of the SubjectPublicKeyInfo that the door presents.
    pub fn tls_pin(&self) -> Digest {
        self.inner.keys.tls.pin()
    }

    /// The bounds in force and the account of bytes in flight.
    pub fn gate(&self) -> &Gate {
        &self.inner.gate
    }

    /// The folder of this township.
    pub fn home(&self) -> &Path {
        &self.inner.home
    }

    /// The clock of this township.
    pub fn moment(&self) -> &Moment {
        &self.inner.moment
    }

    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        lock(&self.inner.ledger)
    }

    pub(crate) fn derived(&self) -> RwLockReadGuard<'_, Derived> {
        self.inner.derived.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who speaks, or [`Error::Unauthorised`].
    pub fn speaker(&self, caller: &Caller) -> Result<Speaker> {
        self.inner.sessions.speaker(&caller.token.0, caller.address, self.inner.moment.mono_ms())
    }

    /// Keys of the township's own series.
    pub(crate) fn node_keys(&self) -> Vec<PublicKey> {
        self.note_in_force().note.nodes.clone()
    }

    /// The township as a laptop at `address` sees it, without sockets: the same code path as the HTTP door.
    pub fn door(&self, address: IpAddr) -> Door {
        Door { township: self.clone(), address }
    }

    /// [`Township::door`] for a laptop on this machine.
    pub fn local_door(&self) -> Door {
        self.door(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }
}

/// A township called in process, as one laptop at one address.
#[derive(Clone, Debug)]
pub struct Door {
    township: Township,
    address: IpAddr,
}

impl Door {
    fn caller(&self, token: &Token) -> Caller {
        Caller { address: self.address, token: token.clone() }
    }

    fn nobody(&self) -> Caller {
        self.caller(&Token(String::new()))
    }
}

impl liuhen_protocol::Township for Door {
    fn note(&self) -> Result<String, DoorError> {
        Ok(self.township.note())
    }

    fn enrol(&self, request: &EnrolRequest) -> Result<EnrolAnswer, DoorError> {
        Ok(self.township.enrol(&self.nobody(), request)?)
    }

    fn challenge(&self, request: &ChallengeRequest) -> Result<Challenge, DoorError> {
        Ok(self.township.challenge(&self.nobody(), request)?)
    }

    fn session(&self, request: &SessionRequest) -> Result<Session, DoorError> {
        Ok(self.township.session(&self.nobody(), request)?)
    }

    fn heads(&self, token: &Token, request: &HeadsRequest) -> Result<HeadsAnswer, DoorError> {
        Ok(self.township.heads(&self.caller(token), request)?)
    }

    fn push(&self, token: &Token, batch: &PushBatch) -> Result<ReceiptsAnswer, DoorError> {
        Ok(self.township.push(&self.caller(token), batch)?)
    }

    fn receipts(&self, token: &Token, request: &ReceiptsRequest) -> Result<ReceiptsAnswer, DoorError> {
        Ok(self.township.receipts(&self.caller(token), request)?)
    }

    fn pull(&self, token: &Token, request: &PullRequest) -> Result<PullAnswer, DoorError> {
        Ok(self.township.pull(&self.caller(token), request)?)
    }

    fn blob_begin(&self, token: &Token, spec: &BlobSpec) -> Result<BlobState, DoorError> {
        Ok(self.township.blob_begin(&self.caller(token), spec)?)
    }

    fn blob_state(&self, token: &Token, id: &str) -> Result<BlobState, DoorError> {
        Ok(self.township.blob_state(&self.caller(token), id)?)
    }

    fn blob_append(
        &self,
        token: &Token,
        id: &str,
        offset: u64,
        bytes: &[u8],
    ) -> Result<BlobState, DoorError> {
        Ok(self.township.blob_append(&self.caller(token), id, offset, bytes)?)
    }

    fn pack(&self, token: &Token, files: &[(Digest, Vec<u8>)]) -> Result<Vec<Digest>, DoorError> {
        let files: Vec<(Digest, &[u8])> =
            files.iter().map(|(digest, bytes)| (*digest, bytes.as_slice())).collect();
        Ok(self.township.pack(&self.caller(token), &files)?)
    }

    fn blob_read(
        &self,
        token: &Token,
        digest: &Digest,
        from: u64,
        length: u64,
    ) -> Result<Vec<u8>, DoorError> {
        Ok(self.township.blob_read(&self.caller(token), digest, from, length)?)
    }

    fn oversight(&self, token: &Token) -> Result<serde_json::Value, DoorError> {
        let seen = self.township.oversight(&self.caller(token))?;
        serde_json::to_value(seen).map_err(|error| Error::from(error).into())
    }

    fn instruct(
        &self,
        token: &Token,
        instruction: &SignedInstruction,
    ) -> Result<serde_json::Value, DoorError> {
        Ok(self.township.instruct(&self.caller(token), instruction)?)
    }
}

/// Hides which of several inner faults made a caller's request fail, where telling would help only an attacker.
pub(crate) fn refused(code: &'static str) -> Error {
    Error::Refused { code }
}
