//! The laptop: one home, at most one officer at it, and everything the use cases share.
//!
//! [`Laptop`] is a handle; clones are the same laptop. Locks are held for moments only: the state
//! lock to copy handles out, the store's lock for one read or one write. Import and sync work
//! without either, so recording never waits for them.

mod acting;
mod enrolment;
mod session;
mod standby;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use liuhen_protocol::Sign;
use liuhen_store::media::facts::FactsCommand;
use liuhen_store::{Home, HomeKeys, Moment, Signer, Store, Vault};
use uuid::Uuid;

use crate::changes::Changes;
use crate::courier::Courier;
use crate::error::{ApiError, Result};
use crate::jobs::Jobs;
use crate::onsite::{Card, IdReader, ReadCard};
use crate::projector::Projector;
use crate::screen::{Glance, Screen};
use crate::view::{ChangesView, JobKind};

pub(crate) use acting::Actor;
use standby::Standby;

/// What a laptop is opened with; shells and tests differ in these.
#[derive(Clone)]
pub struct LaptopOptions {
    /// Clock and randomness.
    pub moment: Moment,
    /// Who carries to the township; without one everything but sync works.
    pub courier: Option<Arc<dyn Courier>>,
    /// The program that reads the facts of foreign files; this very program when absent.
    pub facts: Option<FactsCommand>,
}

impl Default for LaptopOptions {
    fn default() -> Self {
        Self { moment: Moment::system(), courier: None, facts: None }
    }
}

impl fmt::Debug for LaptopOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LaptopOptions").field("courier", &self.courier.is_some()).finish_non_exhaustive()
    }
}

/// A laptop. Cheap to clone.
#[derive(Clone)]
pub struct Laptop {
    inner: Arc<Inner>,
}

impl fmt::Debug for Laptop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Laptop").finish_non_exhaustive()
    }
}

struct Inner {
    path: PathBuf,
    moment: Moment,
    courier: Option<Arc<dyn Courier>>,
    facts: Option<FactsCommand>,
    state: Mutex<State>,
    jobs: Jobs,
    changes: Changes,
    projector: Mutex<Option<Arc<dyn Projector>>>,
    glance: Mutex<Option<Glance>>,
    reader: Mutex<Option<Arc<dyn IdReader>>>,
}

/// What locking and unlocking change.
struct State {
    /// Present once the home exists; holds its lock for as long as the laptop lives.
    home: Option<Home>,
    /// Data and vault keys, inside the open store and vault.
    holdings: Option<Arc<Holdings>>,
    /// The officer at the laptop, with the signing key.
    session: Option<Session>,
    /// The second officer on the spot, by PIN.
    standby: Option<Standby>,
    /// A card that was read and not used yet.
    card: Option<Card>,
    /// Monotonic milliseconds of the last use, for locking by itself.
    used_at: u64,
}

/// What needs the data key and the vault key.
struct Holdings {
    store: Mutex<Store>,
    vault: Vault,
    keys: HomeKeys,
}

/// What needs the officer's passphrase.
#[derive(Clone)]
struct Session {
    officer: String,
    slot: Uuid,
    signer: Arc<Signer>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic of another thread leaves what these guard as it was before or after one step.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Laptop {
    /// Opens a laptop at a folder. A folder without a home is fresh: it waits for an enrolment.
    ///
    /// # Errors
    /// `home_busy` when another process holds the home; what the store says otherwise.
    pub fn open(path: &Path, options: LaptopOptions) -> Result<Self> {
        let home = if Home::exists(path) { Some(Home::open(path, options.moment.clone())?) } else { None };
        let used_at = options.moment.mono_ms();
        Ok(Self {
            inner: Arc::new(Inner {
                path: path.to_path_buf(),
                moment: options.moment,
                courier: options.courier,
                facts: options.facts,
                state: Mutex::new(State {
                    home,
                    holdings: None,
                    session: None,
                    standby: None,
                    card: None,
                    used_at,
                }),
                jobs: Jobs::default(),
                changes: Changes::default(),
                projector: Mutex::default(),
                glance: Mutex::default(),
                reader: Mutex::default(),
            }),
        })
    }

    /// Clock and randomness of this laptop.
    pub fn moment(&self) -> &Moment {
        &self.inner.moment
    }

    /// 32 random bytes as 64 hex digits, for secrets of the loopback door.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn random_token(&self) -> Result<String> {
        Ok(liuhen_protocol::Digest(self.inner.moment.random()?).to_hex())
    }

    /// Reads or writes the open store for a moment.
    ///
    /// # Errors
    /// `locked` when the home is not open, else what `body` answers.
    pub fn with_store<T, E: From<ApiError>>(
        &self,
        body: impl FnOnce(&mut Store) -> Result<T, E>,
    ) -> Result<T, E> {
        let holdings = self.holdings()?;
        let mut store = lock(&holdings.store);
        body(&mut store)
    }

    /// The media vault of the open home.
    ///
    /// # Errors
    /// `locked` when the home is not open.
    pub fn vault(&self) -> Result<Vault> {
        Ok(self.holdings()?.vault.clone())
    }

    /// Lends the signing key of the officer who unlocked.
    ///
    /// # Errors
    /// `locked` when nobody has unlocked.
    pub fn with_signer<T>(&self, body: impl FnOnce(&dyn Sign) -> T) -> Result<T> {
        let session = self.session()?;
        Ok(body(session.signer.as_ref()))
    }

    /// The officer who unlocked, by id.
    ///
    /// # Errors
    /// `locked` when nobody has unlocked.
    pub fn officer(&self) -> Result<String> {
        Ok(self.session()?.officer)
    }

    /// Says that entries were taken in or receipts kept, so that screens fetch again.
    pub fn record_changed(&self) {
        self.inner.changes.record();
    }

    /// What changed so far.
    pub fn changes(&self) -> ChangesView {
        let (revision, record) = self.inner.changes.now();
        ChangesView { revision, record, open: self.is_open() }
    }

    /// Waits until something changed after `seen`, at most `most`. Locks the home when it was long
    /// unused, so that a desk that waits also guards.
    pub fn wait_for_change(&self, seen: u32, most: Duration) -> ChangesView {
        self.lock_if_unused();
        let (revision, record) = self.inner.changes.wait(seen, most);
        ChangesView { revision, record, open: self.is_open() }
    }

    /// Makes a door the place where media are shown.
    pub fn project_with(&self, projector: Arc<dyn Projector>) {
        *lock(&self.inner.projector) = Some(projector);
    }

    /// Hands in what reads identity cards on this machine.
    pub fn read_cards_with(&self, reader: Arc<dyn IdReader>) {
        *lock(&self.inner.reader) = Some(reader);
    }

    pub(crate) fn reader(&self) -> Result<Arc<dyn IdReader>> {
        lock(&self.inner.reader).clone().ok_or_else(|| ApiError::new("no_reader"))
    }

    /// Keeps a card that was read, in memory, for as long as the home is open.
    pub(crate) fn keep_card(&self, card: Card) -> Result<()> {
        let mut state = lock(&self.inner.state);
        if state.session.is_none() {
            return Err(not_open(&state));
        }
        state.card = Some(card);
        Ok(())
    }

    /// The card that was read last, if it is that one.
    pub(crate) fn card(&self, id: &str) -> Result<ReadCard> {
        let state = lock(&self.inner.state);
        let card = state.card.as_ref().filter(|card| card.id == id);
        card.map(|card| card.read.clone()).ok_or_else(|| ApiError::new("card_gone"))
    }

    /// Whether somebody has unlocked.
    pub fn is_open(&self) -> bool {
        lock(&self.inner.state).session.is_some()
    }

    pub(crate) fn projector(&self) -> Option<Arc<dyn Projector>> {
        lock(&self.inner.projector).clone()
    }

    /// Who carries to the township, for a shell that starts it.
    ///
    /// # Errors
    /// `no_courier` when none was handed in.
    pub fn courier_handle(&self) -> Result<Arc<dyn Courier>> {
        self.courier()
    }

    pub(crate) fn courier(&self) -> Result<Arc<dyn Courier>> {
        self.inner.courier.clone().ok_or_else(|| ApiError::new("no_courier"))
    }

    pub(crate) fn jobs(&self) -> &Jobs {
        &self.inner.jobs
    }

    pub(crate) fn changes_handle(&self) -> Changes {
        self.inner.changes.clone()
    }

    fn holdings(&self) -> Result<Arc<Holdings>> {
        let state = lock(&self.inner.state);
        state.holdings.clone().ok_or_else(|| not_open(&state))
    }

    pub(crate) fn facts_command(&self) -> Option<FactsCommand> {
        self.inner.facts.clone()
    }

    fn session(&self) -> Result<Session> {
        let state = lock(&self.inner.state);
        state.session.clone().ok_or_else(|| not_open(&state))
    }

    /// Reads the store for a moment.
    pub(crate) fn read<T>(&self, body: impl FnOnce(&Store) -> Result<T>) -> Result<T> {
        self.with_store(|store| body(store))
    }

    /// What every screen needs; read again when the record changed or a minute has passed.
    pub(crate) fn screen(&self) -> Result<Screen> {
        let actor = self.actor()?;
        let here = self.officers_here();
        let (_, record) = self.inner.changes.now();
        let now = self.inner.moment.now();
        let kept = lock(&self.inner.glance).clone().filter(|kept| kept.is_fresh(record, now));
        let glance = if let Some(kept) = kept {
            kept
        } else {
            let fresh = self.read(|store| Glance::load(store, record, now))?;
            *lock(&self.inner.glance) = Some(fresh.clone());
            fresh
        };
        Ok(Screen::new(actor, here, &glance))
    }

    /// Whether an import runs, and as which job.
    pub(crate) fn running_import(&self) -> Option<String> {
        self.inner.jobs.running(JobKind::Import)
    }

    /// Whether a sync runs, and as which job.
    pub(crate) fn running_sync(&self) -> Option<String> {
        self.inner.jobs.running(JobKind::Sync)
    }
}

fn not_open(state: &State) -> ApiError {
    ApiError::new(if state.home.is_some() { "locked" } else { "not_enrolled" })
}
