//! A door between laptop and township that can be told to fail or to lie.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use liuhen_protocol::wire::{
    BlobSpec, BlobState, Challenge, ChallengeRequest, EnrolAnswer, EnrolRequest, HeadsAnswer, HeadsRequest,
    PullAnswer, PullRequest, PushBatch, ReceiptsAnswer, ReceiptsRequest, Session, SessionRequest,
};
use liuhen_protocol::{Digest, DoorError, Token, Township};

type Tamper<T> = Mutex<Option<Box<dyn Fn(&mut T) + Send>>>;

/// What goes wrong, and what went through.
#[derive(Default)]
pub(crate) struct Faults {
    /// This many of the next pushes are done, but their answers are lost.
    pub(crate) lose_push_answers: AtomicUsize,
    /// This many of the next appends keep half of their bytes and break.
    pub(crate) cut_appends: AtomicUsize,
    /// This many of the next appends arrive damaged.
    pub(crate) damage_appends: AtomicUsize,
    /// Bytes of all appends that were sent.
    pub(crate) appended: AtomicU64,
    /// Packs that were sent.
    pub(crate) packs: AtomicUsize,
    /// Changes answers to pushes.
    pub(crate) push: Tamper<ReceiptsAnswer>,
    /// Changes pages.
    pub(crate) pull: Tamper<PullAnswer>,
}

pub(crate) struct Crooked {
    door: Mutex<Box<dyn Township>>,
    pub(crate) faults: Faults,
}

fn take_one(count: &AtomicUsize) -> bool {
    count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

fn cut<T>() -> Result<T, DoorError> {
    Err(DoorError::Unreachable { reason: "cut".into() })
}

impl Crooked {
    pub(crate) fn new(door: impl Township + 'static) -> Self {
        Self { door: Mutex::new(Box::new(door)), faults: Faults::default() }
    }

    /// Another township answers at this address from now on.
    pub(crate) fn lead_to(&self, door: impl Township + 'static) {
        *self.door.lock().expect("door") = Box::new(door);
    }

    fn through<T>(&self, call: impl FnOnce(&dyn Township) -> T) -> T {
        call(self.door.lock().expect("door").as_ref())
    }
}

fn tamper<T>(with: &Tamper<T>, value: &mut T) {
    if let Some(change) = with.lock().expect("tamper").as_ref() {
        change(value);
    }
}

impl Township for Crooked {
    fn note(&self) -> Result<String, DoorError> {
        self.through(|door| door.note())
    }

    fn enrol(&self, request: &EnrolRequest) -> Result<EnrolAnswer, DoorError> {
        self.through(|door| door.enrol(request))
    }

    fn challenge(&self, request: &ChallengeRequest) -> Result<Challenge, DoorError> {
        self.through(|door| door.challenge(request))
    }

    fn session(&self, request: &SessionRequest) -> Result<Session, DoorError> {
        self.through(|door| door.session(request))
    }

    fn heads(&self, token: &Token, request: &HeadsRequest) -> Result<HeadsAnswer, DoorError> {
        self.through(|door| door.heads(token, request))
    }

    fn push(&self, token: &Token, batch: &PushBatch) -> Result<ReceiptsAnswer, DoorError> {
        let mut answer = self.through(|door| door.push(token, batch))?;
        if take_one(&self.faults.lose_push_answers) {
            return cut();
        }
        tamper(&self.faults.push, &mut answer);
        Ok(answer)
    }

    fn receipts(&self, token: &Token, request: &ReceiptsRequest) -> Result<ReceiptsAnswer, DoorError> {
        self.through(|door| door.receipts(token, request))
    }

    fn pull(&self, token: &Token, request: &PullRequest) -> Result<PullAnswer, DoorError> {
        let mut answer = self.through(|door| door.pull(token, request))?;
        tamper(&self.faults.pull, &mut answer);
        Ok(answer)
    }

    fn blob_begin(&self, token: &Token, spec: &BlobSpec) -> Result<BlobState, DoorError> {
        self.through(|door| door.blob_begin(token, spec))
    }

    fn blob_state(&self, token: &Token, id: &str) -> Result<BlobState, DoorError> {
        self.through(|door| door.blob_state(token, id))
    }

    fn blob_append(
        &self,
        token: &Token,
        id: &str,
        offset: u64,
        bytes: &[u8],
    ) -> Result<BlobState, DoorError> {
        self.faults.appended.fetch_add(bytes.len() as u64, Ordering::SeqCst);
        if take_one(&self.faults.cut_appends) {
            // Bytes of a cut PATCH are kept.
            self.through(|door| door.blob_append(token, id, offset, &bytes[..bytes.len() / 2]))?;
            return cut();
        }
        if take_one(&self.faults.damage_appends) {
            return Err(DoorError::ChecksumMismatch);
        }
        self.through(|door| door.blob_append(token, id, offset, bytes))
    }

    fn pack(&self, token: &Token, files: &[(Digest, Vec<u8>)]) -> Result<Vec<Digest>, DoorError> {
        self.faults.packs.fetch_add(1, Ordering::SeqCst);
        self.through(|door| door.pack(token, files))
    }

    fn blob_read(
        &self,
        token: &Token,
        digest: &Digest,
        from: u64,
        length: u64,
    ) -> Result<Vec<u8>, DoorError> {
        self.through(|door| door.blob_read(token, digest, from, length))
    }
}
