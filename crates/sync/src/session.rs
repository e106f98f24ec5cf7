//! One conversation with a township: signed in, believing nothing.
//!
//! A session signs in by challenge when it must, waits when the township is busy, tries again when the line breaks, and holds
//! the newest verified checkpoint: every later answer has to extend it. All calls it repeats are harmless when
//! repeated; that is a property of the protocol, not of luck.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use liuhen_protocol::wire::{ChallengeRequest, SessionRequest, challenge_message};
use liuhen_protocol::{Digest, Domain, DoorError, Token, Township, root_pin};
use liuhen_store::work::Work;

use crate::error::{Result, SyncError};
use crate::http::LineMeter;
use crate::local::Local;
use crate::patience::Patience;
use crate::trust::{Anchor, Dated};

/// How long and how often to try again; tests make the pauses short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pauses {
    /// First pause after a broken line; it doubles.
    pub base: Duration,
    /// Tries of one request in all.
    pub tries: u32,
}

impl Default for Pauses {
    fn default() -> Self {
        Self { base: Duration::from_secs(1), tries: 5 }
    }
}

/// A conversation. Shared by the lanes of an upload.
pub(crate) struct Session<'a> {
    /// The township's door.
    pub(crate) door: &'a dyn Township,
    /// This laptop.
    pub(crate) local: &'a Local<'a>,
    /// What is demanded of the township.
    pub(crate) anchor: Anchor,
    /// Progress and cancel.
    pub(crate) work: &'a Work,
    /// What the line carried.
    pub(crate) line: &'a LineMeter,
    pauses: Pauses,
    token: Mutex<Option<Token>>,
    newest: Mutex<Option<Dated>>,
}

impl<'a> Session<'a> {
    /// A conversation that has not begun; `newest` is the newest checkpoint verified earlier.
    pub(crate) fn new(
        door: &'a dyn Township,
        local: &'a Local<'a>,
        anchor: Anchor,
        newest: Option<Dated>,
        work: &'a Work,
        line: &'a LineMeter,
        pauses: Pauses,
    ) -> Self {
        let (token, newest) = (Mutex::default(), Mutex::new(newest));
        Self { door, local, anchor, work, line, pauses, token, newest }
    }

    /// Whether the line is known to be thin.
    pub(crate) fn is_thin(&self) -> bool {
        self.line.speed().is_some_and(|speed| speed < crate::plan::THIN)
    }

    /// Tree size of the newest checkpoint verified, 0 before the first.
    pub(crate) fn known(&self) -> u64 {
        lock(&self.newest).as_ref().map_or(0, |dated| dated.checkpoint.size)
    }

    /// The newest checkpoint verified.
    pub(crate) fn newest(&self) -> Option<Dated> {
        lock(&self.newest).clone()
    }

    /// Verifies the checkpoint of an answer to a request that named [`Self::known`] and keeps it: from now on it is the newest.
    ///
    /// # Errors
    /// [`SyncError::Lie`] when it does not extend what is held; [`SyncError::Unwitnessed`] when it does, but too few
    /// witnesses cosigned it: then the one before stays the newest.
    pub(crate) fn adopt(&self, text: &str, path: &[Digest]) -> Result<Dated> {
        let mut newest = lock(&self.newest);
        // Most answers of a pull are against one checkpoint; its signatures need no second look.
        if let Some(held) = newest.as_ref().filter(|held| held.note == text) {
            return Ok(held.clone());
        }
        let dated = self.anchor.extend(newest.as_ref(), text, path)?;
        let (have, need) = (dated.witnesses, self.anchor.witnesses_needed());
        if have < need {
            return Err(SyncError::Unwitnessed { have, need });
        }
        self.local.keep_checkpoint(&dated, path)?;
        *newest = Some(dated.clone());
        Ok(dated)
    }

    /// Pauses between tries, for whoever repeats by himself.
    pub(crate) const fn patience(&self) -> Patience {
        Patience::new(self.pauses.tries, self.pauses.base)
    }

    /// One call: signs in when it must, waits when told to, tries again when the line breaks.
    pub(crate) fn call<T>(&self, call: impl Fn(&Token) -> Result<T, DoorError>) -> Result<T> {
        self.patiently(|| self.signed_in(&call))
    }

    /// One call that is not repeated when the line breaks.
    pub(crate) fn once<T>(&self, call: impl Fn(&Token) -> Result<T, DoorError>) -> Result<T> {
        Ok(self.signed_in(&call)?)
    }

    fn signed_in<T>(&self, call: &impl Fn(&Token) -> Result<T, DoorError>) -> Result<T, DoorError> {
        let token = self.token()?;
        match call(&token) {
            Err(DoorError::Unauthorised) => {
                // Expired, or the township was restarted; a second refusal is final.
                lock(&self.token).take();
                let token = self.token()?;
                call(&token)
            }
            other => other,
        }
    }

    /// One call without a session.
    pub(crate) fn patiently<T>(&self, call: impl Fn() -> Result<T, DoorError>) -> Result<T> {
        let mut patience = self.patience();
        loop {
            self.work.check()?;
            let jitter = self.local.jitter()?;
            let pause = match call() {
                Ok(answer) => return Ok(answer),
                Err(error @ (DoorError::Unreachable { .. } | DoorError::Storage)) => {
                    patience.after_cut(jitter).ok_or(error)?
                }
                Err(DoorError::Busy { retry_after }) if self.pauses.base.is_zero() => {
                    patience.after_cut(jitter).ok_or(DoorError::Busy { retry_after })?
                }
                Err(DoorError::Busy { retry_after }) => {
                    // 2,000 laptops at once are served in turn: waiting is normal, giving up is not.
                    patience.reset();
                    patience.after_busy(retry_after, jitter).ok_or(DoorError::Busy { retry_after })?
                }
                Err(error) => return Err(error.into()),
            };
            self.wait(pause)?;
        }
    }

    /// Waits, but not longer than until somebody cancels.
    pub(crate) fn wait(&self, pause: Duration) -> Result<()> {
        let until = Instant::now() + pause;
        loop {
            self.work.check()?;
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(Duration::from_millis(100)));
        }
    }

    fn token(&self) -> Result<Token, DoorError> {
        // Held during sign-in, so that the lanes of an upload sign in once.
        let mut token = lock(&self.token);
        if let Some(token) = token.as_ref() {
            return Ok(token.clone());
        }
        let fresh = self.sign_in()?;
        *token = Some(fresh.clone());
        Ok(fresh)
    }

    fn sign_in(&self) -> Result<Token, DoorError> {
        let series = self.local.series();
        let challenge = self.door.challenge(&ChallengeRequest { series })?;
        let message = challenge_message(&challenge.nonce, &root_pin(&self.anchor.note.root));
        let signature = self.local.sign(Domain::Challenge, &message);
        let session = self.door.session(&SessionRequest { series, nonce: challenge.nonce, signature })?;
        Ok(Token(session.token))
    }
}

/// A poisoned lock only means that another lane stopped; what it guards is replaced whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
