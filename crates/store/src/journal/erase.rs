//! Erasing a body, by an approved entry: chain, signatures and tree stay as they are.

use liuhen_core::Role;
use liuhen_core::ids::OfficerId;
use liuhen_protocol::Digest;
use serde_json::{Map, Value};

use super::Store;
use super::folding::{Touched, fields};
use crate::engine::{Shelf, Standing, StoredEntry};
use crate::error::{Error, Result};

fn erased_key(hash: &Digest) -> String {
    format!("erased/{}", hash.to_hex())
}

impl Store {
    /// Removes body and salt of an entry, from the journal, the documents and the word index. The
    /// pages that held them are overwritten.
    ///
    /// `approval` names a logged entry that counts and lists the erased one under `entries`. Its author
    /// held a role that may approve when it was logged; where the township wrote it in somebody's name
    /// (`by`), that person did.
    ///
    /// # Errors
    /// [`Error::NotApproved`], [`Error::NoSuchEntry`].
    pub fn erase_body(&mut self, hash: &Digest, approval: &Digest) -> Result<()> {
        let row = self.engine.entry(hash)?.ok_or(Error::NoSuchEntry { hash: *hash })?;
        let refused = || Error::NotApproved { approval: *approval };
        let approving = self.engine.entry(approval)?.ok_or_else(refused)?;
        let said = fields(&approving)?.ok_or_else(refused)?;
        let listed = said
            .get("entries")
            .and_then(Value::as_array)
            .is_some_and(|entries| entries.iter().any(|entry| entry.as_str() == Some(&hash.to_string())));
        if approving.standing != Standing::Good || !listed || !self.approves(&approving, &said) {
            return Err(refused());
        }
        self.write(|store| {
            store.engine.erase_body(row.ord)?;
            // Remembered, so that a second delivery does not bring it back.
            store.put_json(Shelf::Meta, &erased_key(hash), approval)?;
            let mut touched = Touched::default();
            touched.refold(&row.subject);
            store.settle(touched)
        })?;
        // The write-ahead log still holds the old pages; empty it.
        self.engine.tidy()
    }

    /// Whether who wrote the approval, or in whose name the township did, could approve where it was logged.
    fn approves(&self, approval: &StoredEntry, said: &Map<String, Value>) -> bool {
        let Some(index) = approval.index else { return false };
        let officer = if self.nodes().contains(&approval.series) {
            said.get("by").and_then(Value::as_str).map(str::to_owned)
        } else {
            self.officer_of(&approval.series)
        };
        officer.is_some_and(|officer| {
            let roles = self.rights().roles(&OfficerId::from(officer), Some(index));
            roles.into_iter().any(Role::approves_erasure)
        })
    }

    /// Whether a body was erased here on purpose.
    pub fn was_erased(&self, hash: &Digest) -> Result<bool> {
        Ok(self.engine.get(Shelf::Meta, &erased_key(hash))?.is_some())
    }
}
