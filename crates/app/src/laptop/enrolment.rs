//! Becoming known to a township, and coming back after a lost passphrase.
//!
//! The new key is durable here before the township hears of it, so that a broken line or a kill
//! costs nothing: the same code with the same passphrase goes on where it stopped.

use std::sync::Arc;

use liuhen_core::officer::OfficerEnrolled;
use liuhen_protocol::{SeriesId, Sign, TownshipNote, root_pin};
use liuhen_store::{
    Access, Batch, HeldCheckpoint, Home, Incoming, Mode, Placement, RecoveryKey, Signer, Store, Unlocked,
};
use uuid::Uuid;

use super::{Laptop, Session, lock};
use crate::courier::{Courier, Enrolment, Welcome};
use crate::error::{ApiError, Result};
use crate::input::{Enrol, Recover};
use crate::settings::Membership;

/// A key that is durable here and that the township is to enrol.
struct Candidate {
    slot: Uuid,
    signer: Arc<Signer>,
    /// The home as opened for this; nothing when somebody had unlocked it before.
    opened: Option<Unlocked>,
}

impl Laptop {
    /// Enrols an officer on this laptop. On a fresh folder this makes the home.
    pub(crate) fn enrol_officer(&self, input: &Enrol) -> Result<()> {
        let courier = self.courier()?;
        let introduction = courier.introduce(&input.township, &input.code)?;
        let mut candidate = self.candidate(&input.passphrase, &introduction.recovery)?;
        let seal_public = match &mut candidate.opened {
            Some(opened) => opened.store.seal_key()?.public(),
            None => self.with_store(|store| -> Result<[u8; 32]> { Ok(store.seal_key()?.public()) })?,
        };
        let device = input.device.clone().filter(|name| !name.trim().is_empty());
        let device = device.unwrap_or_else(|| format!("laptop-{}", &self.home_id()[..8]));
        let welcome = redeem(courier.as_ref(), input, &candidate, seal_public, &device)?;
        self.welcome(candidate, &welcome, &device)
    }

    fn home_id(&self) -> String {
        let state = lock(&self.inner.state);
        state.home.as_ref().map_or_else(|| "00000000".to_owned(), |home| home.id().to_string())
    }

    /// Finds or makes the key to be enrolled.
    fn candidate(&self, passphrase: &str, recovery: &[u8; 32]) -> Result<Candidate> {
        let access = Access::Passphrase(passphrase);
        let mut state = lock(&self.inner.state);
        if state.home.is_none() {
            let moment = self.inner.moment.clone();
            let (home, unlocked) = Home::init(&self.inner.path, access, recovery, Mode::Laptop, moment)?;
            state.home = Some(home);
            return opened_candidate(unlocked);
        }
        let session = state.session.clone();
        let holdings = state.holdings.clone();
        let Some(home) = state.home.as_mut() else { return Err(ApiError::new("no_home")) };
        if let (Some(session), Some(holdings)) = (session, holdings) {
            let mut store = lock(&holdings.store);
            return match standing_of(&store, &session)? {
                // Recovered: the key is new and the township has not heard of it.
                Known::No => Ok(Candidate { slot: session.slot, signer: session.signer, opened: None }),
                Known::Revoked => {
                    let signer = Arc::new(home.renew_signer(&mut store, session.slot, access)?);
                    Ok(Candidate { slot: session.slot, signer, opened: None })
                }
                Known::Yes => {
                    let (slot, signer) = unnamed(home, access)?.map_or_else(
                        || home.add_officer(&holdings.keys, access).map_err(ApiError::from),
                        Ok,
                    )?;
                    store.own(&signer.public_key())?;
                    Ok(Candidate { slot, signer: Arc::new(signer), opened: None })
                }
            };
        }
        // Locked: only an enrolment that was broken off can go on, with its own passphrase.
        let Some((slot, _)) = unnamed(home, access)? else { return Err(ApiError::new("locked")) };
        opened_candidate(home.unlock(slot, access)?)
    }

    /// Keeps what the township answered, and lets the officer in.
    fn welcome(&self, candidate: Candidate, welcome: &Welcome, device: &str) -> Result<()> {
        let pin = root_pin(&welcome.root);
        let membership = Membership { url: welcome.url.clone(), note: welcome.note.clone(), pin };
        let township = membership.township()?;
        let (entry, body) = welcome.entry.entry.decode()?;
        let enrolled: OfficerEnrolled = body
            .and_then(|(_, body)| {
                serde_json::from_value(serde_json::Value::Object(body.fields().clone())).ok()
            })
            .ok_or_else(|| ApiError::new("bad_format"))?;
        let officer = entry.envelope().subject.id.clone();
        if officer != welcome.officer {
            return Err(ApiError::new("bad_format"));
        }
        let Candidate { slot, signer, opened } = candidate;
        let first = opened.is_some();
        if let Some(mut opened) = opened {
            opened.signer = None;
            let store = &mut opened.store;
            keep(store, &township, welcome, device)?;
            let unlocked = opened;
            self.enter_with(unlocked, officer.clone(), signer.clone());
        } else {
            self.with_store(|store| keep(store, &township, welcome, device))?;
        }
        self.set_membership(&membership)?;
        // Entries by this key count only once the township's keys are known: ingest after them.
        self.with_store(|store| ingest(store, welcome))?;
        {
            let mut state = lock(&self.inner.state);
            let home = state.home.as_mut().ok_or_else(|| ApiError::new("no_home"))?;
            home.name_officer(slot, &officer, &enrolled.name, &hint(&enrolled.name))?;
            if first || state.session.as_ref().is_some_and(|session| session.slot == slot) {
                state.session = Some(Session { officer, slot, signer });
            }
        }
        self.record_changed();
        Ok(())
    }

    fn enter_with(&self, unlocked: Unlocked, officer: String, signer: Arc<Signer>) {
        let Unlocked { store, vault, slot, keys, .. } = unlocked;
        let mut state = lock(&self.inner.state);
        state.holdings = Some(Arc::new(super::Holdings { store: std::sync::Mutex::new(store), vault, keys }));
        state.session = Some(Session { officer, slot, signer });
        state.used_at = self.inner.moment.mono_ms();
    }

    /// Opens the data with the township's recovery key. The officer's old key is retired: the new one
    /// has to be enrolled before anything can be recorded.
    pub(crate) fn recover_home(&self, input: &Recover) -> Result<()> {
        let path = std::path::Path::new(&input.key);
        let text = std::fs::read_to_string(path).map_err(|error| ApiError::file(path, &error))?;
        let key = RecoveryKey::parse(text.trim())?;
        let (unlocked, officer) = {
            let mut state = lock(&self.inner.state);
            if state.holdings.is_some() {
                return Err(ApiError::new("lock_first"));
            }
            let home = state.home.as_mut().ok_or_else(|| ApiError::new("no_home"))?;
            let slot = Self::slot_of(home, input.officer.as_deref())?;
            let view = home.officers().into_iter().find(|view| view.id == slot);
            let officer =
                view.and_then(|view| view.officer).ok_or_else(|| ApiError::new("officer_unknown"))?;
            (home.recover(&key, slot, Access::Passphrase(&input.passphrase))?, officer)
        };
        self.enter(unlocked, officer)
    }
}

/// What the township says of the session's key.
enum Known {
    Yes,
    No,
    Revoked,
}

fn standing_of(store: &Store, session: &Session) -> Result<Known> {
    let series = SeriesId::of(&session.signer.public_key());
    let document = store.document("series", &series.to_hex())?;
    let revoked = document.is_some_and(|document| document.columns.state.as_deref() == Some("revoked"));
    Ok(match (store.officer_of(&series), revoked) {
        (Some(_), true) => Known::Revoked,
        (Some(_), false) => Known::Yes,
        (None, _) => Known::No,
    })
}

fn opened_candidate(mut unlocked: Unlocked) -> Result<Candidate> {
    let signer = unlocked.signer.take().ok_or_else(|| ApiError::new("key_retired"))?;
    Ok(Candidate { slot: unlocked.slot, signer: Arc::new(signer), opened: Some(unlocked) })
}

/// A slot of an enrolment that was broken off, if this passphrase opens it.
fn unnamed(home: &Home, access: Access<'_>) -> Result<Option<(Uuid, Signer)>> {
    for slot in home.officers().into_iter().filter(|slot| slot.officer.is_none()) {
        match home.signer(slot.id, access) {
            Ok(signer) => return Ok(Some((slot.id, signer))),
            Err(liuhen_store::Error::WrongPassphrase { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

fn redeem(
    courier: &dyn Courier,
    input: &Enrol,
    candidate: &Candidate,
    seal_public: [u8; 32],
    device: &str,
) -> Result<Welcome> {
    courier.enrol(&Enrolment {
        url: &input.township,
        code: &input.code,
        signer: candidate.signer.as_ref(),
        seal_public,
        device,
    })
}

/// Keeps the device name, the recovery key of the note being the one the slots are sealed to, and the
/// first checkpoint.
fn keep(store: &mut Store, township: &TownshipNote, welcome: &Welcome, device: &str) -> Result<()> {
    store.set_setting("device", &serde_json::Value::String(device.to_owned()))?;
    if store.newest_checkpoint()?.is_none() {
        let (checkpoint, _) = liuhen_protocol::Checkpoint::verify(&welcome.checkpoint, &township.log)?;
        store.keep_checkpoint(&HeldCheckpoint::new(&checkpoint, welcome.checkpoint.as_str()), &[])?;
    }
    Ok(())
}

/// Takes in the township's entry that enrols the key.
fn ingest(store: &mut Store, welcome: &Welcome) -> Result<()> {
    let checkpoint = liuhen_protocol::Note::parse(&welcome.checkpoint)?;
    let checkpoint = liuhen_protocol::Checkpoint::parse_text(checkpoint.text())?;
    let mut incoming = Incoming::from(welcome.entry.entry.clone());
    incoming.placement = Some(Placement {
        index: welcome.entry.index,
        size: checkpoint.size,
        path: welcome.entry.path.clone(),
    });
    let batch =
        Batch { keys: welcome.keys.clone(), entries: vec![incoming], against: Some(checkpoint.seen()) };
    let report = store.ingest(batch)?;
    match report.stopped.first() {
        Some(stopped) => Err(ApiError::new("bad_format").detail(stopped.code)),
        None => Ok(()),
    }
}

/// What the lock screen shows of a name: enough to recognise oneself, not enough to learn a name.
fn hint(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next();
    let last = letters.next_back();
    match (first, last) {
        (Some(first), Some(last)) => format!("{first}…{last}"),
        (Some(first), None) => first.to_string(),
        _ => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::hint;

    #[test]
    fn a_hint_is_no_name() {
        assert_eq!(hint("执法员一"), "执…一");
        assert_eq!(hint("甲乙"), "甲…乙");
        assert_eq!(hint("甲"), "甲");
        assert_eq!(hint(""), "…");
    }
}
