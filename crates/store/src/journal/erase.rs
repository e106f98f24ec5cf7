//! Erasing a body, by an approved entry: chain, signatures and tree stay as they are.

use liuhen_protocol::Digest;
use serde_json::Value;

use super::Store;
use super::folding::{Touched, fields};
use crate::engine::{Shelf, Standing};
use crate::error::{Error, Result};

fn erased_key(hash: &Digest) -> String {
    format!("erased/{}", hash.to_hex())
}

impl Store {
    /// Removes body and salt of an entry, from the journal, the documents and the word index. The
    /// pages that held them are overwritten.
    ///
    /// `approval` names an entry that counts and lists the erased one under `entries`; whether its
    /// author may approve was decided before it was written.
    ///
    /// # Errors
    /// [`Error::NotApproved`], [`Error::NoSuchEntry`].
    pub fn erase_body(&mut self, hash: &Digest, approval: &Digest) -> Result<()> {
        let row = self.engine.entry(hash)?.ok_or(Error::NoSuchEntry { hash: *hash })?;
        let refused = || Error::NotApproved { approval: *approval };
        let approving = self.engine.entry(approval)?.ok_or_else(refused)?;
        let listed = fields(&approving)?.is_some_and(|fields| {
            let entries = fields.get("entries").and_then(Value::as_array);
            entries
                .is_some_and(|entries| entries.iter().any(|entry| entry.as_str() == Some(&hash.to_string())))
        });
        if approving.standing != Standing::Good || !listed {
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

    /// Whether a body was erased here on purpose.
    pub fn was_erased(&self, hash: &Digest) -> Result<bool> {
        Ok(self.engine.get(Shelf::Meta, &erased_key(hash))?.is_some())
    }
}
