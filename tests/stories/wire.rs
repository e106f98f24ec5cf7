//! A bad line between a laptop and the township: requests and answers get lost, come twice, and come
//! again later, out of order. What it carries is the township's own implementation.

use std::sync::{Arc, Mutex, MutexGuard};

use liuhen_protocol::wire::{
    BlobSpec, BlobState, Challenge, ChallengeRequest, EnrolAnswer, EnrolRequest, HeadsAnswer, HeadsRequest,
    PullAnswer, PullRequest, PushBatch, ReceiptsAnswer, ReceiptsRequest, Session, SessionRequest,
};
use liuhen_protocol::{Digest, DoorError, Token, Township};

use crate::chance::Chance;

/// How bad a line is, in percent of calls.
#[derive(Clone, Copy)]
pub(crate) struct Faults {
    /// The request never arrives.
    pub(crate) request_lost: u64,
    /// The request is done, its answer never arrives.
    pub(crate) answer_lost: u64,
    /// The request arrives twice.
    pub(crate) doubled: u64,
    /// A push of earlier arrives again now.
    pub(crate) late: u64,
}

impl Faults {
    pub(crate) const NONE: Self = Self { request_lost: 0, answer_lost: 0, doubled: 0, late: 0 };
    pub(crate) const BAD: Self = Self { request_lost: 12, answer_lost: 12, doubled: 12, late: 15 };
}

struct State {
    chance: Chance,
    faults: Faults,
    offline: bool,
    earlier: Vec<(Token, PushBatch)>,
    lost: usize,
}

/// The line of one laptop.
pub(crate) struct Wire {
    door: Mutex<Option<Arc<dyn Township>>>,
    state: Mutex<State>,
}

impl Wire {
    pub(crate) fn new(door: Arc<dyn Township>, seed: u64) -> Self {
        let chance = Chance::new(seed);
        let state = State { chance, faults: Faults::NONE, offline: false, earlier: Vec::new(), lost: 0 };
        Self { door: Mutex::new(Some(door)), state: Mutex::new(state) }
    }

    /// Lays the line to another township, or nowhere.
    pub(crate) fn lead_to(&self, door: Option<Arc<dyn Township>>) {
        *self.door.lock().expect("no test panics while it holds the line") = door;
        self.state().earlier.clear();
    }

    fn door(&self) -> Result<Arc<dyn Township>, DoorError> {
        let door = self.door.lock().expect("no test panics while it holds the line").clone();
        door.ok_or_else(|| DoorError::Unreachable { reason: "nobody is there".to_owned() })
    }

    pub(crate) fn set(&self, faults: Faults) {
        self.state().faults = faults;
    }

    pub(crate) fn set_offline(&self, offline: bool) {
        self.state().offline = offline;
    }

    /// How many requests and answers were lost so far.
    pub(crate) fn lost(&self) -> usize {
        self.state().lost
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while it holds the line")
    }

    fn cut(&self, percent: impl Fn(&Faults) -> u64) -> Result<(), DoorError> {
        let mut state = self.state();
        let faults = state.faults;
        if state.offline || state.chance.percent(percent(&faults)) {
            state.lost += 1;
            return Err(DoorError::Unreachable { reason: "the line is cut".to_owned() });
        }
        Ok(())
    }

    fn carry<T>(&self, call: impl Fn(&dyn Township) -> Result<T, DoorError>) -> Result<T, DoorError> {
        self.cut(|faults| faults.request_lost)?;
        let twice = {
            let mut state = self.state();
            let percent = state.faults.doubled;
            state.chance.percent(percent)
        };
        if twice {
            // What the first of the two was told is lost; the laptop hears the second answer.
            drop(call(&*self.door()?));
        }
        let answer = call(&*self.door()?);
        self.cut(|faults| faults.answer_lost)?;
        answer
    }

    /// Something that was sent earlier arrives again, when newer things are already there.
    fn late(&self) {
        let again = {
            let mut state = self.state();
            let (percent, count) = (state.faults.late, state.earlier.len());
            if count > 0 && state.chance.percent(percent) {
                let at = state.chance.below(count);
                Some(state.earlier.swap_remove(at))
            } else {
                None
            }
        };
        if let (Some((token, batch)), Ok(door)) = (again, self.door()) {
            drop(door.push(&token, &batch));
        }
    }
}

impl Township for Wire {
    fn note(&self) -> Result<String, DoorError> {
        self.carry(|door| door.note())
    }

    fn enrol(&self, request: &EnrolRequest) -> Result<EnrolAnswer, DoorError> {
        self.carry(|door| door.enrol(request))
    }

    fn challenge(&self, request: &ChallengeRequest) -> Result<Challenge, DoorError> {
        self.carry(|door| door.challenge(request))
    }

    fn session(&self, request: &SessionRequest) -> Result<Session, DoorError> {
        // Not doubled: a challenge is good once, and the laptop must see the answer that counts.
        self.cut(|faults| faults.request_lost)?;
        self.door()?.session(request)
    }

    fn heads(&self, token: &Token, request: &HeadsRequest) -> Result<HeadsAnswer, DoorError> {
        self.carry(|door| door.heads(token, request))
    }

    fn push(&self, token: &Token, batch: &PushBatch) -> Result<ReceiptsAnswer, DoorError> {
        self.late();
        self.state().earlier.push((token.clone(), batch.clone()));
        self.carry(|door| door.push(token, batch))
    }

    fn receipts(&self, token: &Token, request: &ReceiptsRequest) -> Result<ReceiptsAnswer, DoorError> {
        self.carry(|door| door.receipts(token, request))
    }

    fn pull(&self, token: &Token, request: &PullRequest) -> Result<PullAnswer, DoorError> {
        self.late();
        self.carry(|door| door.pull(token, request))
    }

    fn blob_begin(&self, token: &Token, spec: &BlobSpec) -> Result<BlobState, DoorError> {
        self.carry(|door| door.blob_begin(token, spec))
    }

    fn blob_state(&self, token: &Token, id: &str) -> Result<BlobState, DoorError> {
        self.carry(|door| door.blob_state(token, id))
    }

    fn blob_append(
        &self,
        token: &Token,
        id: &str,
        offset: u64,
        bytes: &[u8],
    ) -> Result<BlobState, DoorError> {
        self.cut(|faults| faults.request_lost)?;
        let cut = {
            let mut state = self.state();
            let percent = state.faults.answer_lost;
            state.chance.percent(percent).then(|| state.chance.below(bytes.len()))
        };
        if let Some(cut) = cut {
            // The connection breaks in the middle: the township keeps the bytes that came.
            drop(self.door()?.blob_append(token, id, offset, &bytes[..cut]));
            self.state().lost += 1;
            return Err(DoorError::Unreachable { reason: "cut in the middle".to_owned() });
        }
        self.door()?.blob_append(token, id, offset, bytes)
    }

    fn pack(&self, token: &Token, files: &[(Digest, Vec<u8>)]) -> Result<Vec<Digest>, DoorError> {
        self.carry(|door| door.pack(token, files))
    }

    fn blob_read(
        &self,
        token: &Token,
        digest: &Digest,
        from: u64,
        length: u64,
    ) -> Result<Vec<u8>, DoorError> {
        self.carry(|door| door.blob_read(token, digest, from, length))
    }
}
