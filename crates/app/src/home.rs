//! The home as people meet it: enrolling, unlocking, locking, passphrases, figures, folders.

use std::path::{Path, PathBuf};

use liuhen_store::{Query, work::Work};

use crate::error::{ApiError, Result};
use crate::evidence;
use crate::input::{ChangePassphrase, Enrol, ListFolder, Nothing, Recover, Unlock};
use crate::laptop::Laptop;
use crate::settings::Settings;
use crate::sync;
use crate::view::{
    ChangesView, Done, FolderItem, FolderView, HomeView, OfficersView, RebuildOutcome, Size, StatusView,
    SweepOutcome, make,
};
use liuhen_core::media::MediaState;
use liuhen_protocol::Digest;

use crate::record::read_document;

/// Whether the home can be used, and by whom. Works locked.
pub fn home_state(laptop: &Laptop, _: Nothing) -> Result<HomeView> {
    let looks = laptop.looks();
    let (officer, township, minutes) = if laptop.is_open() {
        let screen = laptop.screen()?;
        laptop.read(|store| {
            let officer = make::officer_view(store, &screen, &screen.actor.officer)?;
            let membership = crate::settings::Membership::load(store)?;
            let township = membership.as_ref().map(sync::township_view).transpose()?;
            Ok((Some(officer), township, Settings::load(store)?.lock_after_minutes))
        })?
    } else {
        (None, None, Settings::default().lock_after_minutes)
    };
    Ok(HomeView {
        state: laptop.home_state(),
        key_holders: laptop.key_holders(),
        officer,
        township,
        wait_seconds: u32::try_from(laptop.wait_seconds()).unwrap_or(u32::MAX),
        lock_after_minutes: minutes,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        language: looks.language,
        theme: looks.theme,
        text_size: looks.text_size,
    })
}

/// Unlocks the home.
pub fn unlock(laptop: &Laptop, input: Unlock) -> Result<HomeView> {
    laptop.unlock_with(input.officer.as_deref(), &input.passphrase)?;
    home_state(laptop, Nothing {})
}

/// Locks the home.
pub fn lock(laptop: &Laptop, _: Nothing) -> Result<HomeView> {
    laptop.lock_now();
    home_state(laptop, Nothing {})
}

/// Enrols an officer on this laptop by a code of the township.
pub fn enrol(laptop: &Laptop, input: Enrol) -> Result<HomeView> {
    laptop.enrol_officer(&input)?;
    home_state(laptop, Nothing {})
}

/// Opens the data with the township's recovery key, for a new passphrase.
pub fn recover(laptop: &Laptop, input: Recover) -> Result<HomeView> {
    laptop.recover_home(&input)?;
    home_state(laptop, Nothing {})
}

/// Changes the passphrase of the officer who unlocked.
pub fn change_passphrase(laptop: &Laptop, input: ChangePassphrase) -> Result<Done> {
    laptop.change_own_passphrase(&input.old, &input.new)?;
    Ok(Done::YES)
}

/// Officers known here.
pub fn officers(laptop: &Laptop, _: Nothing) -> Result<OfficersView> {
    let screen = laptop.screen()?;
    laptop.read(|store| make::officers_view(store, &screen))
}

/// What changed.
pub fn changes(laptop: &Laptop, _: Nothing) -> Result<ChangesView> {
    Ok(laptop.changes())
}

/// Figures of this home.
pub fn status(laptop: &Laptop, _: Nothing) -> Result<StatusView> {
    let home = home_state(laptop, Nothing {})?;
    let sync = sync::sync_status(laptop, Nothing {})?;
    laptop.read(|store| {
        let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(StatusView {
            home,
            matters: count(store.count_documents(&Query::kind("matter"))?),
            entries: count(store.count()?),
            media: count(store.count_documents(&Query::kind("media"))?),
            sync,
        })
    })
}

/// Makes all documents anew from the journal.
pub fn rebuild(laptop: &Laptop, _: Nothing) -> Result<RebuildOutcome> {
    laptop.officer()?;
    let documents = laptop.with_store(|store| -> Result<u64> {
        store.rebuild()?;
        Ok(store.count_documents(&Query::default())?)
    })?;
    laptop.record_changed();
    Ok(RebuildOutcome { documents: u32::try_from(documents).unwrap_or(u32::MAX) })
}

/// Puts the vault in order after an interrupted import. Nothing is deleted but half-written copies.
pub fn sweep(laptop: &Laptop, _: Nothing) -> Result<SweepOutcome> {
    laptop.officer()?;
    let vault = laptop.vault()?;
    let known = laptop.read(|store| {
        let mut known = evidence::left_over_digests(store)?;
        for document in store.documents(&Query::kind("media"))? {
            let state: MediaState = read_document(&document)?;
            if let Some(facts) = state.facts {
                known.extend(Digest::from_hex(&facts.sha256));
                known.extend(Digest::from_hex(&facts.manifest));
            }
        }
        // Rows of files that no entry names yet: received for others, or on their way into an entry.
        known.extend(store.all_held()?.iter().map(|held| held.digest));
        Ok(known)
    })?;
    let report = vault.sweep(&known, &Work::silent())?;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(SweepOutcome {
        removed: u32::try_from(report.removed).unwrap_or(u32::MAX),
        completed: count(report.completed.len()),
        set_aside: count(report.aside.len()),
        missing: count(report.missing.len()),
    })
}

/// A folder of this machine, for choosing files in a browser, which has no dialog that tells paths.
pub fn folder(laptop: &Laptop, input: ListFolder) -> Result<FolderView> {
    laptop.officer()?;
    let path = match input.path.filter(|path| !path.is_empty()) {
        Some(path) => PathBuf::from(path),
        None => std::env::var_os("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from),
    };
    let failed = |error: std::io::Error| ApiError::file(&path, &error);
    let path = std::fs::canonicalize(&path).map_err(failed)?;
    let mut items = Vec::new();
    for item in std::fs::read_dir(&path).map_err(|error| ApiError::file(&path, &error))? {
        // An item that vanished meanwhile, or that may not be looked at, is left out.
        if let Some(item) = item.ok().and_then(|item| item_of(&item)) {
            items.push(item);
        }
    }
    items.sort_by(|one, other| (!one.folder, &one.name).cmp(&(!other.folder, &other.name)));
    Ok(FolderView {
        parent: path.parent().map(|parent| parent.display().to_string()),
        path: path.display().to_string(),
        items,
    })
}

fn item_of(item: &std::fs::DirEntry) -> Option<FolderItem> {
    let name = item.file_name().into_string().ok().filter(|name| !name.starts_with('.'))?;
    let path: &Path = &item.path();
    let about = std::fs::metadata(path).ok()?;
    if !about.is_dir() && !about.is_file() {
        return None;
    }
    let changed: Option<chrono::DateTime<chrono::Utc>> = about
        .modified()
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
        .and_then(|since| chrono::DateTime::from_timestamp(i64::try_from(since.as_secs()).ok()?, 0));
    Some(FolderItem {
        name,
        path: path.display().to_string(),
        folder: about.is_dir(),
        size: Size(if about.is_dir() { 0 } else { about.len() }),
        changed_at: changed.map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
    })
}
