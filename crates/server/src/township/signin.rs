//! Sign-in by challenge with an enrolled key.
//!
//! A key whose officer left or whose laptop was replaced may still hand in what it holds (it arrives as 待核); a lost or
//! compromised one may not even sign in. Pulling needs a key that is not revoked.

use liuhen_core::Role;
use liuhen_protocol::wire::{Challenge, ChallengeRequest, Session, SessionRequest, challenge_message};
use liuhen_protocol::{Digest, Domain, verify};

use super::{Caller, Township, refused};
use crate::sessions::Speaker;
use crate::{Error, Result};

impl Township {
    /// Gives a nonce, good once. Unknown series get one too: the answer tells nothing about who is enrolled.
    pub fn challenge(&self, _caller: &Caller, request: &ChallengeRequest) -> Result<Challenge> {
        let moment = &self.inner.moment;
        let nonce: [u8; 32] = moment.random()?;
        let lives = self.inner.sessions.challenge(request.series, nonce, moment.mono_ms());
        Ok(Challenge { nonce: Digest(nonce), expires: self.unix_after(lives) })
    }

    /// Opens a session for a signed nonce, bound to the caller's address.
    pub fn session(&self, caller: &Caller, request: &SessionRequest) -> Result<Session> {
        let moment = &self.inner.moment;
        if !self.inner.sessions.consume(&request.series, &request.nonce.0, moment.mono_ms()) {
            return Err(Error::Unauthorised);
        }
        let key = self.derived().people.key(&request.series).cloned().ok_or(refused("unknown_series"))?;
        let message = challenge_message(&request.nonce, &self.root_pin());
        verify(&key.public_key, Domain::Challenge, &message, &request.signature)
            .map_err(|_| Error::BadSignature)?;
        if key.revoked.as_ref().is_some_and(|end| !end.may_hand_in()) {
            metrics::counter!("liuhen_revoked_signin_total").increment(1);
            tracing::warn!(code = "revoked", "a revoked key tried to sign in");
            return Err(refused("revoked"));
        }
        let token = Digest(moment.random()?).to_hex();
        let lives = u64::from(self.gate().limits().session_minutes) * 60_000;
        let speaker = Speaker { series: request.series, officer: key.officer };
        self.inner.sessions.open(&token, speaker, caller.address, moment.mono_ms(), lives);
        self.heard(&request.series);
        Ok(Session { token, expires: self.unix_after(lives) })
    }

    /// The speaker, if his key is not revoked.
    pub(crate) fn speaker_in_force(&self, caller: &Caller) -> Result<Speaker> {
        let speaker = self.speaker(caller)?;
        let derived = self.derived();
        match derived.people.key(&speaker.series) {
            Some(key) if key.revoked.is_none() => Ok(speaker),
            Some(_) => Err(refused("revoked")),
            None => Err(Error::Unauthorised),
        }
    }

    /// The speaker, if his role is one of these.
    pub(crate) fn speaker_with_role(&self, caller: &Caller, roles: &[Role]) -> Result<Speaker> {
        let speaker = self.speaker_in_force(caller)?;
        let held = self.derived().people.roles(&speaker.officer);
        if roles.iter().any(|role| held.contains(role)) { Ok(speaker) } else { Err(Error::Forbidden) }
    }

    fn unix_after(&self, millis: u64) -> u64 {
        let now = u64::try_from(self.inner.moment.now().timestamp_millis()).unwrap_or_default();
        (now + millis) / 1000
    }
}
