//! Rows outside the journal: settings, unsaved typing, transfers, media headers, secrets.
//!
//! All encrypted with the rest of the database. Losing them loses no record: folds never read them.

use liuhen_protocol::{Digest, PublicKey, SeriesId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::engine::Shelf;
use crate::error::{Error, Result};
use crate::journal::Store;
use crate::keys::{SealKey, Signer};
use crate::vault::Held;

/// Unsaved typing: kept within a second, until the note is written or thrown away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkingCopy {
    /// Which form, e.g. `note/<matter>`.
    pub key: String,
    /// What was typed.
    pub json: Value,
    /// When it was kept, RFC 3339 UTC.
    pub at: String,
}

impl Store {
    /// Keeps unsaved typing; durable when it answers.
    pub fn save_working(&mut self, key: &str, json: Value) -> Result<()> {
        let copy = WorkingCopy { key: key.to_owned(), json, at: self.moment().wall() };
        self.write(|store| store.put_json(Shelf::Working, key, &copy))
    }

    /// Unsaved typing of a form.
    pub fn working(&self, key: &str) -> Result<Option<WorkingCopy>> {
        self.read_json(Shelf::Working, key)
    }

    /// All unsaved typing.
    pub fn working_copies(&self) -> Result<Vec<WorkingCopy>> {
        let rows = self.engine().list(Shelf::Working, "")?;
        rows.iter().map(|(_, row)| serde_json::from_slice(row).map_err(Error::json("working"))).collect()
    }

    /// Forgets unsaved typing.
    pub fn drop_working(&mut self, key: &str) -> Result<()> {
        self.write(|store| store.engine_mut().remove(Shelf::Working, key))
    }

    /// A setting.
    pub fn setting(&self, key: &str) -> Result<Option<Value>> {
        self.read_json(Shelf::Settings, key)
    }

    /// Writes a setting.
    pub fn set_setting(&mut self, key: &str, value: &Value) -> Result<()> {
        self.write(|store| store.put_json(Shelf::Settings, key, value))
    }

    /// Writes several settings, all or none.
    pub fn set_settings(&mut self, rows: &[(String, Value)]) -> Result<()> {
        self.write(|store| {
            rows.iter().try_for_each(|(key, value)| store.put_json(Shelf::Settings, key, value))
        })
    }

    /// Removes a setting.
    pub fn remove_setting(&mut self, key: &str) -> Result<()> {
        self.write(|store| store.engine_mut().remove(Shelf::Settings, key))
    }

    /// Settings whose key begins with `prefix`, by key.
    pub fn settings_with_prefix(&self, prefix: &str) -> Result<Vec<(String, Value)>> {
        let rows = self.engine().list(Shelf::Settings, prefix)?;
        rows.into_iter()
            .map(|(key, row)| Ok((key, serde_json::from_slice(&row).map_err(Error::json("settings"))?)))
            .collect()
    }

    /// Keeps the state of a transfer (upload or download), by digest.
    pub fn keep_transfer(&mut self, digest: &Digest, state: &Value) -> Result<()> {
        self.write(|store| store.put_json(Shelf::Transfers, &digest.to_hex(), state))
    }

    /// The state of a transfer.
    pub fn transfer(&self, digest: &Digest) -> Result<Option<Value>> {
        self.read_json(Shelf::Transfers, &digest.to_hex())
    }

    /// All transfers, by digest.
    pub fn transfers(&self) -> Result<Vec<(Digest, Value)>> {
        self.by_digest(Shelf::Transfers)
    }

    /// Forgets a transfer.
    pub fn drop_transfer(&mut self, digest: &Digest) -> Result<()> {
        self.write(|store| store.engine_mut().remove(Shelf::Transfers, &digest.to_hex()))
    }

    /// Keeps the vault's row of a file: its header is compared when the file is opened.
    pub fn keep_held(&mut self, held: &Held) -> Result<()> {
        self.write(|store| store.put_json(Shelf::Vault, &held.digest.to_hex(), held))
    }

    /// Keeps several rows, all or none.
    pub fn keep_all_held(&mut self, held: &[Held]) -> Result<()> {
        self.write(|store| {
            held.iter().try_for_each(|row| store.put_json(Shelf::Vault, &row.digest.to_hex(), row))
        })
    }

    /// The vault's row of a file.
    pub fn held(&self, digest: &Digest) -> Result<Option<Held>> {
        self.read_json(Shelf::Vault, &digest.to_hex())
    }

    /// All rows of the vault.
    pub fn all_held(&self) -> Result<Vec<Held>> {
        Ok(self.by_digest(Shelf::Vault)?.into_iter().map(|(_, held)| held).collect())
    }

    /// Forgets the row of a file that was erased.
    pub fn drop_held(&mut self, digest: &Digest) -> Result<()> {
        self.write(|store| store.engine_mut().remove(Shelf::Vault, &digest.to_hex()))
    }

    /// Keeps what the township stated to be visible to `puller`, the newest statement only.
    pub fn keep_scope(&mut self, puller: &SeriesId, statement: &Value) -> Result<()> {
        self.write(|store| store.put_json(Shelf::Scopes, &puller.to_hex(), statement))
    }

    /// What the township last stated to be visible to `puller`.
    pub fn scope(&self, puller: &SeriesId) -> Result<Option<Value>> {
        self.read_json(Shelf::Scopes, &puller.to_hex())
    }

    /// Second branches of forked series, kept as evidence: `{first, item, salt, body}` each.
    pub fn forks(&self) -> Result<Vec<Value>> {
        let rows = self.engine().list(Shelf::Forks, "")?;
        rows.iter().map(|(_, row)| serde_json::from_slice(row).map_err(Error::json("forks"))).collect()
    }

    /// Keeps a service key of a township (its log, clock or node key) inside the encrypted database.
    /// An officer's key never comes here: it lies in its slot, under his passphrase alone.
    pub fn keep_signer(&mut self, name: &str, signer: &Signer) -> Result<()> {
        self.put_secret(&format!("signer/{name}"), signer.seed())
    }

    /// A service key kept by [`Store::keep_signer`].
    pub fn signer(&self, name: &str) -> Result<Option<Signer>> {
        Ok(self.secret(&format!("signer/{name}"))?.map(|seed| Signer::from_seed(&seed)))
    }

    /// The X25519 key of this home, to which parcels are sealed; made at the first call.
    pub fn seal_key(&mut self) -> Result<SealKey> {
        let bytes = if let Some(kept) = self.secret("seal")? {
            kept
        } else {
            let fresh = Zeroizing::new(self.moment().random()?);
            self.put_secret("seal", &fresh)?;
            fresh
        };
        SealKey::from_bytes(bytes).map_err(|_| Error::Crypto { doing: "read the seal key" })
    }

    /// Knows a series as written in this home, before its first entry.
    pub fn own(&mut self, key: &PublicKey) -> Result<()> {
        let series = SeriesId::of(key);
        if self.series()?.iter().any(|row| row.series == series && row.local) {
            return Ok(());
        }
        self.write(|store| store.engine_mut().add_series(key, true))
    }

    fn put_secret(&mut self, key: &str, secret: &[u8; 32]) -> Result<()> {
        self.write(|store| store.engine_mut().put(Shelf::Secrets, key, secret))
    }

    fn secret(&self, key: &str) -> Result<Option<Zeroizing<[u8; 32]>>> {
        let Some(bytes) = self.engine().get(Shelf::Secrets, key)?.map(Zeroizing::new) else {
            return Ok(None);
        };
        let bad = || Error::BadRow { table: "secrets", key: key.to_owned() };
        <[u8; 32]>::try_from(bytes.as_slice()).map(|secret| Some(Zeroizing::new(secret))).map_err(|_| bad())
    }

    fn by_digest<T: serde::de::DeserializeOwned>(&self, on: Shelf) -> Result<Vec<(Digest, T)>> {
        let rows = self.engine().list(on, "")?;
        rows.into_iter()
            .map(|(key, row)| {
                let digest = Digest::from_hex(&key).map_err(|_| Error::BadRow { table: on.word(), key })?;
                Ok((digest, serde_json::from_slice(&row).map_err(Error::json(on.word()))?))
            })
            .collect()
    }
}
