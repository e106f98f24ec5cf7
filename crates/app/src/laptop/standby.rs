//! The second officer at the lead's laptop: unlocked once by passphrase, then confirming by a short PIN.
//!
//! The key stands by in memory only as long as the home is open, and only for a few wrong PINs. Locking,
//! another person unlocking, or the last try ends it; then the passphrase is asked for again.

use std::sync::Arc;

use liuhen_store::{Pin, Store};

use super::{Actor, Laptop, Session, lock};
use crate::error::{ApiError, Result};

/// Wrong PINs before the passphrase is needed again.
const TRIES: u8 = 3;
/// Digits of a PIN.
const DIGITS: std::ops::RangeInclusive<usize> = 4..=8;

/// A second officer whose key is in memory.
pub(super) struct Standby {
    session: Session,
    pin: Arc<Pin>,
    left: u8,
}

/// Whether somebody looking on would guess it first: one digit repeated, or a run.
fn is_plain(pin: &str) -> bool {
    let digits: Vec<i16> = pin.bytes().map(i16::from).collect();
    let steps: Vec<i16> = digits.windows(2).map(|pair| pair[1] - pair[0]).collect();
    matches!(steps.first(), Some(-1..=1)) && steps.iter().all(|step| Some(step) == steps.first())
}

impl Laptop {
    /// Takes the key of a second officer into memory, by the own passphrase, and a PIN for it.
    pub(crate) fn stand_by(&self, officer: &str, passphrase: &str, pin: &str) -> Result<()> {
        if !DIGITS.contains(&pin.len()) || !pin.bytes().all(|letter| letter.is_ascii_digit()) || is_plain(pin)
        {
            return Err(ApiError::new("weak_pin"));
        }
        if self.officer()? == officer {
            return Err(ApiError::new("same_person"));
        }
        let session = self.borrow_key(officer, passphrase)?;
        let pin = Arc::new(Pin::new(pin, self.moment())?);
        let mut state = lock(&self.inner.state);
        // Locked meanwhile: nothing is kept beyond the open home.
        if state.session.is_none() {
            return Err(ApiError::new("locked"));
        }
        state.standby = Some(Standby { session, pin, left: TRIES });
        Ok(())
    }

    /// Who stands by, and how many wrong PINs are left.
    pub(crate) fn standing_by(&self) -> Option<(String, u8)> {
        let state = lock(&self.inner.state);
        state.standby.as_ref().map(|standby| (standby.session.officer.clone(), standby.left))
    }

    /// Forgets the second officer's key.
    pub(crate) fn stand_down(&self) {
        lock(&self.inner.state).standby = None;
    }

    /// Acts once as the second officer who stands by.
    pub(crate) fn act_by_pin<T>(
        &self,
        officer: &str,
        pin: &str,
        body: impl FnOnce(&mut Store, &Actor) -> Result<T>,
    ) -> Result<T> {
        let session = self.session_by_pin(officer, pin)?;
        let actor = self.actor_of(session)?;
        self.act_with(&actor, body)
    }

    fn session_by_pin(&self, officer: &str, pin: &str) -> Result<Session> {
        let kept = {
            let mut state = lock(&self.inner.state);
            let standby = state.standby.as_mut().filter(|standby| standby.session.officer == officer);
            let standby = standby.ok_or_else(|| ApiError::new("pin_not_ready"))?;
            // Counted before it is looked at, so that tries side by side count, too.
            standby.left = standby.left.saturating_sub(1);
            standby.pin.clone()
        };
        let right = kept.matches(pin)?;
        let mut state = lock(&self.inner.state);
        let standby = state.standby.as_mut().filter(|standby| Arc::ptr_eq(&standby.pin, &kept));
        let standby = standby.ok_or_else(|| ApiError::new("pin_not_ready"))?;
        if right {
            standby.left = TRIES;
            return Ok(standby.session.clone());
        }
        if standby.left == 0 {
            state.standby = None;
            return Err(ApiError::new("pin_spent"));
        }
        Err(ApiError::with("wrong_pin", &[("left", &standby.left.to_string())]))
    }
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn runs_and_repetitions_are_plain() {
        for pin in ["0000", "1234", "9876", "55555"] {
            assert!(is_plain(pin), "{pin}");
        }
        for pin in ["2580", "1235", "1122", "1357"] {
            assert!(!is_plain(pin), "{pin}");
        }
    }
}
