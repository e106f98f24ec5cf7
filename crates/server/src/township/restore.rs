//! Making a township from a backup.
//!
//! If the newest checkpoint that anybody holds is shown and equals the backup's, nothing was lost and the log goes on. Otherwise it
//! must not go on: it would sign a second history. Then a *new* log is begun; its first entry, signed by the root key, names the old
//! log as far as it is known and the loss, and every entry of the backup follows in its old order. Laptops hand in what is missing.

use std::collections::HashMap;
use std::path::Path;

use liuhen_core::Event as _;
use liuhen_core::township::{LogSucceeded, TownshipEvent};
use liuhen_protocol::{
    Body, Checkpoint, Entry, Envelope, PublicKey, SUITE, Salt, SeriesId, Sign as _, Subject, TownshipNote,
    VERSION,
};
use liuhen_store::{
    Access, Checked, Home, Incoming, KeyFile, Mode, Moment, Outcome, Reason, RecoveryKey, RootKey, Store,
    StoredEntry, check, durable,
};
use serde::Serialize;

use super::backup::{self, About, JOURNAL};
use super::init::key_of;
use super::keys::{Keys, keep_note, note_in_force};
use super::ledger::Ledger;
use super::witness::Witness;
use super::{Township, refused};
use crate::{Error, Result};

/// Entries taken into the new log at once.
const PAGE: usize = 1000;
/// Rows that a new log takes over from the old database.
const CARRIED: [&str; 4] = ["invite/", "seal/", "heard", "alarm/"];

/// What the operator brings.
#[derive(Clone, Debug, Default)]
pub struct Restoring {
    /// The recovery key's text: it opens the backup.
    pub recovery_key: Option<String>,
    /// The root key's text; needed for a new log.
    pub root_key: Option<String>,
    /// The newest checkpoint known of the old log, as a signed note.
    pub checkpoint: Option<String>,
}

/// What was restored.
#[derive(Clone, Debug, Serialize)]
pub struct Restored {
    /// Name of the log that goes on or begins.
    pub origin: String,
    /// Entries in it.
    pub size: u64,
    /// Whether a new log was begun.
    pub new_log: bool,
    /// Entries that the old log had and the backup has not, as far as known.
    pub lost: Option<u64>,
    /// What the backup held.
    pub backup: About,
}

impl Township {
    /// Restores a backup into `home`, which must hold no township.
    pub fn restore(
        home: &Path,
        key_file: &Path,
        input: &Path,
        with: &Restoring,
        moment: &Moment,
    ) -> Result<Restored> {
        if Home::exists(home) {
            return Err(liuhen_store::Error::HomeExists { path: home.to_owned() }.into());
        }
        let (root, recovery) = (
            with.root_key.as_deref().map(RootKey::parse).transpose()?,
            with.recovery_key.as_deref().map(RecoveryKey::parse).transpose()?,
        );
        let recovery = recovery.ok_or(refused("restore_needs_recovery"))?;
        durable::create_folder(home)?;
        let about = backup::unpack(input, home)?;
        let journal = home.join(JOURNAL);
        let key = key_of(key_file, moment)?;
        let access = Access::KeyFile(&key);
        let (held, unlocked, _) =
            Home::restore(home, &journal, &recovery, access, Mode::Township, moment.clone())?;
        let slot = unlocked.slot;
        let ledger = Ledger::new(unlocked.store);
        if ledger.size()? != about.size || ledger.root(about.size)? != about.root {
            return Err(Error::BackupDamaged { what: "its log is not what it says" });
        }
        let old = note_in_force(&ledger)?;
        let newest =
            with.checkpoint.as_deref().map(|note| Checkpoint::verify(note, &old.note.log)).transpose()?;
        let newest = newest.map(|(checkpoint, _)| checkpoint);
        let whole =
            newest.as_ref().is_some_and(|newest| newest.size == about.size && newest.root == about.root);
        if whole {
            // The node's series opens a new epoch all the same: the store has noted that the home was restored.
            drop((ledger, held));
            std::fs::remove_file(&journal)?;
            let origin = about.origin.clone();
            return Ok(Restored { origin, size: about.size, new_log: false, lost: Some(0), backup: about });
        }
        drop((ledger, held));
        let restored = match root {
            None => Err(refused("restore_needs_root")),
            Some(root) if root.public_key() != old.note.root => Err(refused("root_key_other")),
            Some(root) => {
                let past = Past {
                    home,
                    journal: &journal,
                    recovery: &recovery,
                    key: &key,
                    about: &about,
                    note: &old.note,
                };
                past.succeed(slot, &root, newest.as_ref(), moment)
            }
        };
        if restored.is_err() {
            // Nothing was there before, and the backup is untouched: the next attempt begins where this one did.
            withdraw(home)?;
        }
        restored
    }
}

/// Removes what an unfinished restore unpacked into a folder that held no township before.
fn withdraw(home: &Path) -> Result<()> {
    for name in ["keys", "vault", "aside"] {
        match std::fs::remove_dir_all(home.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    for name in [JOURNAL, "journal.db", "journal.db-wal", "journal.db-shm"] {
        match std::fs::remove_file(home.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// The old log, as the backup holds it.
struct Past<'a> {
    home: &'a Path,
    journal: &'a Path,
    recovery: &'a RecoveryKey,
    key: &'a KeyFile,
    about: &'a About,
    note: &'a TownshipNote,
}

impl Past<'_> {
    /// Begins the new log in the same home: same keys, same vault, a new database.
    fn succeed(
        &self,
        slot: uuid::Uuid,
        root: &RootKey,
        newest: Option<&Checkpoint>,
        moment: &Moment,
    ) -> Result<Restored> {
        let access = Access::KeyFile(self.key);
        // The old database gets a home of its own beside and is only read from.
        let aside = self.home.join("aside").join(format!("log-{}", self.about.size));
        let (_old_home, old, _) =
            Home::restore(&aside, self.journal, self.recovery, access, Mode::Township, moment.clone())?;
        let mut old = old.store;
        for name in ["journal.db", "journal.db-wal", "journal.db-shm"] {
            match std::fs::remove_file(self.home.join(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        let mut new_home = Home::open(self.home, moment.clone())?;
        let mut new = new_home.begin_anew(slot, access, Mode::Township)?.store;
        let keys = Keys::carry_over(&mut old, &mut new, moment)?;
        let lost = newest.map(|newest| newest.size.saturating_sub(self.about.size));
        let origin = next_origin(&self.about.origin);
        new.set_nodes(&[keys.node.public_key(), root.public_key()])?;
        begin(&mut new, root, self.about, newest, moment)?;
        replay(&old, &mut new)?;
        new.require_new_epoch(&keys.node.series(), Reason::Restored, 0)?;
        new.commit(&keys.node, Vec::new())?;
        let mut note = keys.note(&new, root, &self.note.name, &origin, self.note.recovery)?;
        note.version = self.note.version + 1;
        note.witnesses.clone_from(&self.note.witnesses);
        note.quorum = self.note.quorum;
        let text = note.sign(root)?;
        carry_rows(&old, &mut new)?;
        let mut ledger = Ledger::new(new);
        keep_note(&mut ledger, &text, &note.root)?;
        std::fs::remove_file(self.journal)?;
        Ok(Restored { origin, size: ledger.size()?, new_log: true, lost, backup: self.about.clone() })
    }
}

/// `…/log` is followed by `…/log/2`, that by `…/log/3`.
fn next_origin(old: &str) -> String {
    match old.rsplit_once('/').and_then(|(stem, number)| Some((stem, number.parse::<u32>().ok()?))) {
        Some((stem, number)) if number >= 2 => format!("{stem}/{}", number + 1),
        _ => format!("{old}/2"),
    }
}

/// The first entry of the new log.
fn begin(
    new: &mut Store,
    root: &RootKey,
    about: &About,
    newest: Option<&Checkpoint>,
    moment: &Moment,
) -> Result<()> {
    let (size, known) = newest.map_or((about.size, about.root), |newest| (newest.size, newest.root));
    let reason = match newest {
        Some(newest) => format!("restored from a backup of {} of {} entries", about.size, newest.size),
        None => format!("restored from a backup of {} entries; later ones may be lost", about.size),
    };
    let event = TownshipEvent::from(LogSucceeded {
        origin: about.origin.clone(),
        size,
        root: known.to_string(),
        reason,
    });
    let body = Body::new(event.body())?;
    let salt = Salt(moment.random()?);
    let envelope = Envelope {
        v: VERSION,
        suite: SUITE.to_owned(),
        series: SeriesId::of(&root.public_key()),
        // A township may be restored more than once; its root never writes otherwise, so the size makes the epoch its own.
        epoch: u32::try_from(about.size).unwrap_or(u32::MAX).max(1),
        seq: 1,
        prev: None,
        after: Vec::new(),
        id: moment.uuid()?,
        subject: Subject::new("township", "log"),
        time: moment.stamp(),
        seen: None,
        kind: event.kind().to_owned(),
        body: body.reference(&salt)?,
    };
    let entry = Entry::sign(envelope, root)?;
    let incoming = Incoming {
        item: entry.item().to_vec(),
        salt: Some(salt),
        body: Some(body.bytes().to_vec()),
        placement: None,
    };
    let root_key = root.public_key();
    take(new, vec![incoming], &HashMap::from([(SeriesId::of(&root_key), root_key)]))
}

/// Takes every entry of the old log into the new one, in its old order, signatures checked again.
fn replay(old: &Store, new: &mut Store) -> Result<()> {
    let keys: HashMap<SeriesId, PublicKey> =
        old.series()?.into_iter().map(|row| (row.series, row.key)).collect();
    let mut next = 0;
    let mut batch: Vec<Incoming> = Vec::new();
    loop {
        let page = old.log_entries(next, PAGE)?;
        let Some(last) = page.last().and_then(|entry| entry.index) else { break };
        next = last + 1;
        for entry in page {
            // A key counts from the entry that enrols it; what follows must find it known.
            let enrols = entry.kind == "officer.enrolled";
            batch.push(incoming(entry));
            if enrols || batch.len() >= PAGE {
                take(new, std::mem::take(&mut batch), &keys)?;
            }
        }
    }
    take(new, batch, &keys)
}

fn incoming(entry: StoredEntry) -> Incoming {
    Incoming { item: entry.item, salt: entry.salt, body: entry.body, placement: None }
}

fn take(new: &mut Store, batch: Vec<Incoming>, keys: &HashMap<SeriesId, PublicKey>) -> Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let checked: Vec<Result<Checked, _>> =
        batch.into_iter().map(|entry| check(entry, &|series| keys.get(series).copied())).collect();
    let offered: Vec<PublicKey> = keys.values().copied().collect();
    let report = new.ingest_checked(&offered, checked, None)?;
    let taken = |outcome: &Outcome| matches!(outcome, Outcome::Stored { .. } | Outcome::Already { .. });
    if report.outcomes.iter().all(taken) {
        Ok(())
    } else {
        Err(Error::BackupDamaged { what: "an entry that does not verify" })
    }
}

/// What lies beside the journal and is still true in the new log.
fn carry_rows(old: &Store, new: &mut Store) -> Result<()> {
    for prefix in CARRIED {
        for (name, row) in old.settings_with_prefix(prefix)? {
            new.set_setting(&name, &row)?;
        }
    }
    for (name, row) in old.settings_with_prefix("witness/")? {
        let mut witness: Witness = serde_json::from_value(row)?;
        witness.size = 0;
        witness.time = None;
        new.set_setting(&name, &serde_json::to_value(witness)?)?;
    }
    new.keep_all_held(&old.all_held()?)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_of_new_logs_count_up() {
        assert_eq!(next_origin("liuhen.example/hexi"), "liuhen.example/hexi/2");
        assert_eq!(next_origin("liuhen.example/hexi/2"), "liuhen.example/hexi/3");
        assert_eq!(next_origin("host/1"), "host/1/2");
    }
}
