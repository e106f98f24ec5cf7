//! Unlocking and locking, and what is known of a home before anybody unlocks it.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use liuhen_store::{Access, Home, SlotView, Store, Unlocked};
use uuid::Uuid;

use super::{Holdings, Laptop, Session, lock};
use crate::error::{ApiError, Result};
use crate::evidence;
use crate::settings::{Looks, Settings};
use crate::view::{HomeState, JobKind, KeyHolder};

/// How often a waiting desk looks whether the home was left alone for too long.
const WATCH: Duration = Duration::from_secs(5);
/// Documents whose words are indexed while the store is held once: some 20 ms.
const WORDS_AT_ONCE: usize = 100;

impl Laptop {
    /// Officers who can unlock this home, as far as the lock screen may tell.
    pub(crate) fn key_holders(&self) -> Vec<KeyHolder> {
        self.slots()
            .into_iter()
            .filter(|slot| slot.officer.is_some())
            .map(|slot| KeyHolder {
                id: slot.id.to_string(),
                name: slot.hint,
                wait_seconds: u32::try_from(self.wait_of(slot.id)).unwrap_or(u32::MAX),
            })
            .collect()
    }

    /// Officer ids of those who have a key here.
    pub(crate) fn officers_here(&self) -> Vec<String> {
        self.slots().into_iter().filter_map(|slot| slot.officer).collect()
    }

    fn slots(&self) -> Vec<SlotView> {
        lock(&self.inner.state).home.as_ref().map(Home::officers).unwrap_or_default()
    }

    /// Whether the home can be used.
    pub(crate) fn home_state(&self) -> HomeState {
        let enrolled = !self.key_holders().is_empty();
        match (self.is_open(), enrolled) {
            (true, _) => HomeState::Open,
            (false, true) => HomeState::Locked,
            (false, false) => HomeState::Fresh,
        }
    }

    fn wait_of(&self, slot: Uuid) -> u64 {
        lock(&self.inner.state).home.as_ref().map_or(0, |home| home.wait_seconds(slot))
    }

    /// The longest wait of any key holder, in seconds.
    pub(crate) fn wait_seconds(&self) -> u64 {
        let state = lock(&self.inner.state);
        let Some(home) = &state.home else { return 0 };
        home.officers().iter().map(|slot| home.wait_seconds(slot.id)).max().unwrap_or(0)
    }

    /// Language and colours, needed before unlocking.
    pub(crate) fn looks(&self) -> Looks {
        let state = lock(&self.inner.state);
        let kept = state.home.as_ref().and_then(|home| home.settings().remove("looks"));
        kept.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
    }

    pub(crate) fn set_looks(&self, looks: &Looks) -> Result<()> {
        let value = serde_json::to_value(looks).map_err(ApiError::invalid)?;
        let state = lock(&self.inner.state);
        let home = state.home.as_ref().ok_or_else(|| ApiError::new("not_enrolled"))?;
        Ok(home.set_setting("looks", value)?)
    }

    /// Tells a second process where this home's desk is; nothing when it closed.
    ///
    /// # Errors
    /// When the lock file cannot be written.
    pub fn announce(&self, address: Option<&str>) -> Result<()> {
        let state = lock(&self.inner.state);
        match &state.home {
            Some(home) => Ok(home.set_address(address)?),
            // A fresh home has no lock yet; whoever comes second meets the same empty folder.
            None => Ok(()),
        }
    }

    /// The slot of an officer: the one named, or the only one.
    pub(super) fn slot_of(home: &Home, officer: Option<&str>) -> Result<Uuid> {
        let named: Vec<SlotView> =
            home.officers().into_iter().filter(|slot| slot.officer.is_some()).collect();
        match (officer.map(str::trim).filter(|name| !name.is_empty()), named.as_slice()) {
            (_, []) => Err(ApiError::new("not_enrolled")),
            (Some(name), _) => home
                .find(name)
                .filter(|id| named.iter().any(|slot| slot.id == *id))
                .ok_or_else(|| ApiError::new("officer_unknown")),
            (None, [only]) => Ok(only.id),
            (None, _) => Err(ApiError::new("officer_needed")),
        }
    }

    /// Opens the home with an officer's passphrase. Another officer who was at the laptop is gone then.
    pub(crate) fn unlock_with(&self, officer: Option<&str>, passphrase: &str) -> Result<()> {
        {
            let mut state = lock(&self.inner.state);
            let open = state.holdings.is_some();
            let home = state.home.as_mut().ok_or_else(|| ApiError::new("not_enrolled"))?;
            let slot = Self::slot_of(home, officer)?;
            let id = home.officers().into_iter().find(|view| view.id == slot).and_then(|view| view.officer);
            let officer = id.ok_or_else(|| ApiError::new("not_enrolled"))?;
            if open {
                // An import or upload kept the data open: only the signing key is missing.
                let signer = Arc::new(home.signer(slot, Access::Passphrase(passphrase))?);
                state.session = Some(Session { officer, slot, signer });
            } else {
                let unlocked = home.unlock(slot, Access::Passphrase(passphrase))?;
                let (holdings, session) = parts(unlocked, officer)?;
                state.holdings = Some(Arc::new(holdings));
                state.session = Some(session);
            }
            state.standby = None;
            state.card = None;
            state.used_at = self.inner.moment.mono_ms();
        }
        self.inner.changes.record();
        evidence::commit_left_over(self)
    }

    /// Puts an opened home in place; used by enrolment and recovery.
    pub(super) fn enter(&self, unlocked: Unlocked, officer: String) -> Result<()> {
        let (holdings, session) = parts(unlocked, officer)?;
        let mut state = lock(&self.inner.state);
        state.holdings = Some(Arc::new(holdings));
        state.session = Some(session);
        state.used_at = self.inner.moment.mono_ms();
        drop(state);
        self.inner.changes.record();
        Ok(())
    }

    /// Drops the signing key at once, makes addresses of media void, and drops the data as soon as no
    /// running import or upload needs it.
    pub(crate) fn lock_now(&self) {
        {
            let mut state = lock(&self.inner.state);
            state.session = None;
            state.standby = None;
            state.card = None;
        }
        if let Some(projector) = self.projector() {
            projector.revoke_all();
        }
        *lock(&self.inner.glance) = None;
        // Nobody is there to sign what it finds; it goes on after unlocking.
        self.inner.jobs.stop(JobKind::Digest);
        self.release_when_locked();
        self.inner.changes.bump();
    }

    /// Drops the data of a locked home when nothing that runs needs it.
    pub(crate) fn release_when_locked(&self) {
        if self.is_open() || self.inner.jobs.needs_data() {
            return;
        }
        let released = lock(&self.inner.state).holdings.take();
        // Closing the database may take a moment: not under the lock.
        drop(released);
    }

    /// Somebody uses the laptop: it does not lock itself for a while.
    pub(crate) fn touch(&self) {
        lock(&self.inner.state).used_at = self.inner.moment.mono_ms();
    }

    /// Locks a home that was not used for as long as its settings say.
    pub fn lock_if_unused(&self) {
        let Ok(settings) = self.read(Settings::load) else { return };
        let minutes = u64::from(settings.lock_after_minutes);
        let unused = self.inner.moment.mono_ms().saturating_sub(lock(&self.inner.state).used_at);
        if minutes > 0 && self.is_open() && unused >= minutes * 60_000 {
            self.lock_now();
        }
    }

    /// Indexes the words of what came by sync, a few at a time, so that nobody who types waits for it.
    fn catch_up(&self) {
        let idle = || self.is_open() && self.inner.jobs.running(JobKind::Sync).is_none();
        let some = |store: &mut Store| -> Result<bool> { Ok(store.catch_up(WORDS_AT_ONCE)?) };
        while idle() && self.with_store(some).unwrap_or(false) {}
    }

    /// Looks every few seconds whether the home was left alone, and whether an import left SM3 to be computed,
    /// until `stop` is set. A shell that stays open runs this on a thread of its own.
    pub fn keep_watch(&self, stop: &AtomicBool) {
        let mut tried = HashSet::new();
        while !stop.load(Ordering::Relaxed) {
            std::thread::sleep(WATCH);
            self.lock_if_unused();
            self.catch_up();
            evidence::digest_by_itself(self, &mut tried);
        }
    }

    /// The key of another officer of this home, by that officer's passphrase.
    pub(super) fn borrow_key(&self, officer: &str, passphrase: &str) -> Result<Session> {
        let state = lock(&self.inner.state);
        let home = state.home.as_ref().ok_or_else(|| ApiError::new("not_enrolled"))?;
        let slots = home.officers();
        let slot = slots.iter().find(|slot| slot.officer.as_deref() == Some(officer));
        let slot = slot.ok_or_else(|| ApiError::new("officer_not_here"))?.id;
        let signer = Arc::new(home.signer(slot, Access::Passphrase(passphrase))?);
        Ok(Session { officer: officer.to_owned(), slot, signer })
    }

    /// Changes the passphrase of the officer who unlocked.
    pub(crate) fn change_own_passphrase(&self, old: &str, new: &str) -> Result<()> {
        let slot = self.session()?.slot;
        let mut state = lock(&self.inner.state);
        let home = state.home.as_mut().ok_or_else(|| ApiError::new("not_enrolled"))?;
        Ok(home.change_passphrase(slot, Access::Passphrase(old), Access::Passphrase(new))?)
    }
}

/// An opened home as the laptop holds it. A slot without a signing key is retired.
fn parts(unlocked: Unlocked, officer: String) -> Result<(Holdings, Session)> {
    let Unlocked { store, vault, signer, slot, keys, .. } = unlocked;
    let signer = Arc::new(signer.ok_or_else(|| ApiError::new("key_retired"))?);
    let holdings = Holdings { store: std::sync::Mutex::new(store), vault, keys };
    Ok((holdings, Session { officer, slot, signer }))
}
