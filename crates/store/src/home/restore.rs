//! A new home from a backup.

use std::path::Path;

use super::{DATABASE, Home, Unlocked, set_aside};
use crate::durable;
use crate::engine::Sqlite;
use crate::error::{Error, Result};
use crate::journal::{BackupHeader, Mode, Reason, Store, open_backup};
use crate::keys::{Access, RecoveryKey, Slots};
use crate::moment::Moment;

use super::lock::HomeLock;

impl Home {
    /// Makes a home of a backup: database and keys as they were, one new slot, the next epoch due for
    /// every series written there. Media are not in the backup; copy `vault/` beside it.
    ///
    /// # Errors
    /// [`Error::HomeExists`] when the folder holds a home, [`Error::BadBackup`], [`Error::WrongKey`].
    pub fn restore(
        folder: &Path,
        backup: &Path,
        recovery: &RecoveryKey,
        access: Access<'_>,
        mode: Mode,
        moment: Moment,
    ) -> Result<(Self, Unlocked, BackupHeader)> {
        durable::create_folder(folder)?;
        let lock = HomeLock::take(folder)?;
        if Self::exists(folder) {
            return Err(Error::HomeExists { path: folder.to_path_buf() });
        }
        // What a killed restore left; it was never opened by anybody.
        set_aside(folder, &moment)?;
        let keys_folder = folder.join("keys");
        durable::create_folder(&keys_folder)?;
        durable::create_folder(&folder.join("aside"))?;
        let restored = open_backup(backup, recovery, &folder.join(DATABASE))?;
        let engine = Sqlite::open(&folder.join(DATABASE), restored.keys.data())?;
        let mut store = Store::open_home(Box::new(engine), moment.clone(), mode)?;
        store.require_new_epochs(Reason::Restored)?;
        let mut slots = Slots::create(&keys_folder, &restored.keys, &recovery.public(), &moment)?;
        let slot = slots.add(access, &restored.keys, &moment)?;
        let opened = slots.open(slot, access)?.ok_or(Error::WrongKey)?;
        let home = Self { folder: folder.to_path_buf(), lock, slots, healed: false, moment };
        let mut unlocked = home.enter(store, slot, restored.keys, opened.signer)?;
        unlocked.new_epoch = Some(Reason::Restored);
        Ok((home, unlocked, restored.header))
    }
}
