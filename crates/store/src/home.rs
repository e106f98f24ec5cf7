//! A home: the folder in which one laptop or one township keeps everything.
//!
//! ```text
//! DIR/lock            exclusive lock; holds the address of the running desk
//! DIR/settings.json   what is needed before unlocking: language, theme
//! DIR/keys/           slots, attempts, marks of this home
//! DIR/journal.db      the database (SQLCipher)
//! DIR/vault/          media
//! DIR/aside/          damaged files, set aside unchanged
//! ```
//!
//! [`Home::open`] locks the folder for this process; [`Home::unlock`] opens a slot and with it database
//! and vault. Locking is dropping what [`Home::unlock`] gave.

mod instance;
mod lock;
mod restore;
mod settings;

use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::durable;
use crate::engine::Sqlite;
use crate::error::{Error, Result};
use crate::journal::{Mode, Reason, Store};
use crate::keys::slots::strong_enough;
use crate::keys::{Access, Attempts, HomeKeys, RecoveryKey, Signer, SlotView, Slots};
use crate::moment::Moment;
use crate::vault::Vault;

use lock::HomeLock;

/// Name of the database in a home.
const DATABASE: &str = "journal.db";

/// A home held by this process, locked until a slot is opened.
#[derive(Debug)]
pub struct Home {
    folder: PathBuf,
    lock: HomeLock,
    slots: Slots,
    healed: bool,
    moment: Moment,
}

/// An open home. Dropping it locks the home again.
#[derive(Debug)]
pub struct Unlocked {
    /// The journal.
    pub store: Store,
    /// The media.
    pub vault: Vault,
    /// The officer's signing key; none in a township's home, whose service keys lie in the store.
    pub signer: Option<Signer>,
    /// The slot that was opened.
    pub slot: Uuid,
    /// Why the next commit of every series here opens a new epoch, if it does.
    pub new_epoch: Option<Reason>,
    /// Data key and vault key, for adding officers.
    pub keys: HomeKeys,
}

impl Home {
    /// Makes a new home with its first slot and a recovery slot, and opens it. `recovery` is the
    /// township's X25519 recovery key.
    ///
    /// # Errors
    /// [`Error::HomeExists`], [`Error::Busy`], [`Error::WeakPassphrase`].
    pub fn init(
        folder: &Path,
        access: Access<'_>,
        recovery: &[u8; 32],
        mode: Mode,
        moment: Moment,
    ) -> Result<(Self, Unlocked)> {
        strong_enough(access)?;
        let (mut home, keys) = Self::found(folder, recovery, moment)?;
        // The slot file comes last: a kill before it leaves no home, and the next attempt starts over.
        let engine = Sqlite::create(&home.database(), keys.data())?;
        let slot = home.slots.add(access, &keys, &home.moment)?;
        let opened = home.slots.open(slot, access)?.ok_or(Error::WrongKey)?;
        let store = Store::open_home(Box::new(engine), home.moment.clone(), mode)?;
        let unlocked = home.enter(store, slot, keys, opened.signer)?;
        Ok((home, unlocked))
    }

    /// Folder, lock, fresh keys and slots that are not yet written.
    fn found(folder: &Path, recovery: &[u8; 32], moment: Moment) -> Result<(Self, HomeKeys)> {
        no_core_dumps();
        durable::create_folder(folder)?;
        let lock = HomeLock::take(folder)?;
        let keys_folder = folder.join("keys");
        if Self::exists(folder) {
            return Err(Error::HomeExists { path: folder.to_path_buf() });
        }
        durable::create_folder(&keys_folder)?;
        durable::create_folder(&folder.join("aside"))?;
        // A database without slots can never have been acknowledged to anybody; keep it all the same.
        set_aside(folder, &moment)?;
        let keys = HomeKeys::new(moment.random()?, moment.random()?);
        let slots = Slots::create(&keys_folder, &keys, recovery, &moment)?;
        Ok((Self { folder: folder.to_path_buf(), lock, slots, healed: false, moment }, keys))
    }

    /// Takes an existing home for this process.
    ///
    /// # Errors
    /// [`Error::NoHome`], [`Error::Busy`] with the address of the running desk,
    /// [`Error::FileDamaged`] when both copies of the slot file are damaged.
    pub fn open(folder: &Path, moment: Moment) -> Result<Self> {
        no_core_dumps();
        let keys_folder = folder.join("keys");
        if !keys_folder.is_dir() {
            return Err(Error::NoHome { path: folder.to_path_buf() });
        }
        let lock = HomeLock::take(folder)?;
        let (slots, healed) = Slots::load(&keys_folder)?;
        Ok(Self { folder: folder.to_path_buf(), lock, slots, healed, moment })
    }

    /// Whether there is a home in a folder, without locking it.
    pub fn exists(folder: &Path) -> bool {
        let keys = folder.join("keys");
        keys.join("slots.json").exists() || keys.join("slots.bak").exists()
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The home's own random id.
    pub fn id(&self) -> Uuid {
        self.slots.home()
    }

    /// Whether a damaged copy of the slot file was healed from the other at opening.
    pub const fn was_healed(&self) -> bool {
        self.healed
    }

    /// Tells a second process where the running desk is.
    pub fn set_address(&self, address: Option<&str>) -> Result<()> {
        self.lock.set_address(address)
    }

    /// The officers who can open this home, without their names.
    pub fn officers(&self) -> Vec<SlotView> {
        self.slots.views()
    }

    /// The slot of a person, by name, officer id, hint or slot id.
    pub fn find(&self, name: &str) -> Option<Uuid> {
        self.slots.find(name)
    }

    /// Seconds to wait before the next passphrase for a slot will be tried.
    pub fn wait_seconds(&self, slot: Uuid) -> u64 {
        self.attempts().wait(slot, &self.moment)
    }

    /// Opens the home with a slot.
    ///
    /// # Errors
    /// [`Error::WrongPassphrase`], [`Error::Wait`], [`Error::WrongKey`], and those of opening the
    /// database: [`Error::DatabaseDamaged`], [`Error::DatabaseMissing`].
    pub fn unlock(&mut self, slot: Uuid, access: Access<'_>) -> Result<Unlocked> {
        let opened = self.try_slot(slot, access)?;
        let entered = self
            .open_store(&opened.keys)
            .and_then(|store| self.enter(store, slot, opened.keys, opened.signer));
        entered.map_err(|error| self.put_damaged_aside(error))
    }

    /// Opens only the signing key of a slot: a second officer signs while the home is already open.
    ///
    /// # Errors
    /// As [`Home::unlock`], and [`Error::KeyRetired`].
    pub fn signer(&self, slot: Uuid, access: Access<'_>) -> Result<Signer> {
        self.try_slot(slot, access)?.signer.ok_or(Error::KeyRetired)
    }

    /// Adds an officer to an open home: a slot under his own passphrase, and a new signing key.
    pub fn add_officer(&mut self, keys: &HomeKeys, access: Access<'_>) -> Result<(Uuid, Signer)> {
        let slot = self.slots.add(access, keys, &self.moment)?;
        let opened = self.slots.open(slot, access)?.ok_or(Error::WrongKey)?;
        Ok((slot, opened.signer.ok_or(Error::KeyRetired)?))
    }

    /// Says whose slot it is, once the township has. `hint` is what the lock screen may show to a thief.
    pub fn name_officer(&mut self, slot: Uuid, officer: &str, name: &str, hint: &str) -> Result<()> {
        self.slots.name(slot, officer, name, hint)
    }

    /// Removes a slot (an officer who left). The last slot stays.
    pub fn remove_officer(&mut self, slot: Uuid) -> Result<()> {
        self.slots.remove(slot)
    }

    /// Changes the passphrase of a slot; data, vault and signing keys stay as they are.
    pub fn change_passphrase(&mut self, slot: Uuid, old: Access<'_>, new: Access<'_>) -> Result<()> {
        let opened = self.try_slot(slot, old)?;
        self.slots.change(slot, &opened, new, &self.moment)
    }

    /// Replaces the signing key of a slot (re-enrolment). The old one is retired; the new series
    /// names it as its predecessor in its first entry.
    pub fn renew_signer(&mut self, store: &mut Store, slot: Uuid, access: Access<'_>) -> Result<Signer> {
        self.try_slot(slot, access)?;
        let signer = self.slots.renew_signer(slot, access, &self.moment)?;
        if let Some(old) = self.slots.retired(slot)?.last() {
            store.succeed_series(&liuhen_protocol::SeriesId::of(old), &signer.series(), Reason::First)?;
        }
        Ok(signer)
    }

    /// Opens a home whose passphrase was forgotten: the slot gets a new passphrase and a new signing
    /// key, which has to be enrolled; the old signing key is retired.
    ///
    /// # Errors
    /// [`Error::WrongKey`] when the recovery key is not this home's.
    pub fn recover(&mut self, recovery: &RecoveryKey, slot: Uuid, new: Access<'_>) -> Result<Unlocked> {
        let keys = self.slots.open_recovery(recovery)?;
        // The database first: a slot that opens nothing helps nobody.
        let mut store = self.open_store(&keys).map_err(|error| self.put_damaged_aside(error))?;
        self.slots.recover(slot, &keys, new, &self.moment)?;
        self.attempts().succeed(slot)?;
        let opened = self.slots.open(slot, new)?.ok_or(Error::WrongKey)?;
        if let (Some(old), Some(signer)) = (self.slots.retired(slot)?.last(), &opened.signer) {
            store.succeed_series(&liuhen_protocol::SeriesId::of(old), &signer.series(), Reason::Recovered)?;
        }
        self.enter(store, slot, keys, opened.signer)
    }

    /// Seals the recovery slot to the recovery key that the township's note names now.
    pub fn set_recovery(&mut self, keys: &HomeKeys, public: &[u8; 32]) -> Result<()> {
        self.slots.reseal(keys, public)
    }

    fn attempts(&self) -> Attempts {
        Attempts::at(&self.folder.join("keys"))
    }

    fn try_slot(&self, slot: Uuid, access: Access<'_>) -> Result<crate::keys::slots::Opened> {
        if let Access::KeyFile(_) = access {
            // 256 random bits cannot be guessed: no delay.
            return self.slots.open(slot, access)?.ok_or(Error::WrongKey);
        }
        let attempts = self.attempts();
        attempts.begin(slot, &self.moment)?;
        match self.slots.open(slot, access)? {
            Some(opened) => {
                attempts.succeed(slot)?;
                Ok(opened)
            }
            None => Err(Error::WrongPassphrase { wait_seconds: attempts.wait(slot, &self.moment) }),
        }
    }

    fn database(&self) -> PathBuf {
        self.folder.join(DATABASE)
    }

    fn open_store(&self, keys: &HomeKeys) -> Result<Store> {
        let path = self.database();
        if !path.exists() {
            return Err(Error::DatabaseMissing { aside: self.folder.join("aside") });
        }
        let engine = Sqlite::open(&path, keys.data())?;
        Store::open_home(Box::new(engine), self.moment.clone(), Mode::Laptop)
    }

    /// A database whose pages cannot be read at opening is set aside as it lies; by now it is closed.
    fn put_damaged_aside(&self, error: Error) -> Error {
        match error {
            Error::DatabaseDamaged { pages, .. } => match set_aside(&self.folder, &self.moment) {
                Ok(aside) => Error::DatabaseDamaged { pages, aside },
                Err(refused) => refused,
            },
            other => other,
        }
    }

    /// Notices a copied or restored home, and hands everything out.
    fn enter(
        &self,
        mut store: Store,
        slot: Uuid,
        keys: HomeKeys,
        signer: Option<Signer>,
    ) -> Result<Unlocked> {
        for public in self.slots.views().iter().filter_map(|view| view.public_key) {
            store.own(&public)?;
        }
        let new_epoch = instance::check(&self.folder, &mut store)?;
        if let Some(reason) = new_epoch {
            store.require_new_epochs(reason)?;
        }
        let vault = Vault::at(&self.folder, keys.vault())?;
        Ok(Unlocked { store, vault, signer, slot, new_epoch, keys })
    }

    /// Begins a new database in a home whose own was lost or damaged: what the township holds can be
    /// pulled again (or, in a township's home, ingested from a backup). Damaged files stay in `aside/`.
    ///
    /// # Errors
    /// [`Error::HomeExists`] when there is a database.
    pub fn begin_anew(&mut self, slot: Uuid, access: Access<'_>, mode: Mode) -> Result<Unlocked> {
        let opened = self.try_slot(slot, access)?;
        if self.database().exists() {
            return Err(Error::HomeExists { path: self.database() });
        }
        let engine = Sqlite::create(&self.database(), opened.keys.data())?;
        let store = Store::open_home(Box::new(engine), self.moment.clone(), mode)?;
        let mut unlocked = self.enter(store, slot, opened.keys, opened.signer)?;
        unlocked.store.require_new_epochs(Reason::Restored)?;
        unlocked.new_epoch = Some(Reason::Restored);
        Ok(unlocked)
    }
}

/// Moves database files to `aside/`, unchanged. Answers where the database went.
fn set_aside(folder: &Path, moment: &Moment) -> Result<Option<PathBuf>> {
    let aside = folder.join("aside");
    durable::create_folder(&aside)?;
    let stamp = moment.now().format("%Y%m%dT%H%M%S%3f");
    let mut moved = None;
    for name in [DATABASE.to_owned(), format!("{DATABASE}-wal"), format!("{DATABASE}-shm")] {
        let from = folder.join(&name);
        if from.exists() {
            let to = aside.join(format!("{stamp}-{name}"));
            std::fs::rename(&from, &to)
                .map_err(|source| Error::io("set a damaged file aside", &from, source))?;
            moved.get_or_insert(to);
        }
    }
    if moved.is_some() {
        durable::sync_folder(&aside)?;
        durable::sync_folder(folder)?;
    }
    Ok(moved)
}

/// Keys in memory must not reach the disk through a crash.
fn no_core_dumps() {
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    // Where the system refuses, the threat model's named limit holds; opening must not fail for it.
    let _refused = rustix::process::setrlimit(rustix::process::Resource::Core, none);
}
