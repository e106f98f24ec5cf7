//! What waits for the township, and tails that wait in vain.
//!
//! A home that was copied and put back, or a damaged entry, leaves a tail of an epoch that the township can
//! never take: it holds another history there. The series goes on in its next epoch, but the tail would wait for
//! ever. A person may set it aside: the entries stay in the journal and in what they fold to, an entry of the
//! officer names them with the reason, and they wait no longer. Nothing here is done by itself.

use liuhen_core::Event as _;
use liuhen_core::series::{SeriesEvent, SeriesTailSetAside};
use liuhen_protocol::{Digest, SeriesId, Sign, Subject};
use serde::{Deserialize, Serialize};

use super::{Committed, NewEntry, Store};
use crate::engine::Shelf;
use crate::error::{Error, Result};

/// Entries of an epoch that have no receipt, from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail {
    /// The series.
    pub series: SeriesId,
    /// The epoch.
    pub epoch: u32,
    /// First entry.
    pub from: u64,
    /// Last entry.
    pub to: u64,
    /// The last entry's name.
    pub last: Digest,
}

impl Tail {
    /// How many entries.
    pub const fn count(&self) -> u64 {
        self.to + 1 - self.from
    }
}

/// What is remembered of a tail that was set aside.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Aside {
    to: u64,
}

fn key(series: &SeriesId, epoch: u32) -> String {
    format!("aside/{series}/{epoch:010}")
}

impl Store {
    /// What waits: own entries beyond their receipts, by epoch, without tails that were set aside.
    pub fn waiting_tails(&self) -> Result<Vec<Tail>> {
        let mut tails = Vec::new();
        for head in self.own_heads()? {
            let at = head.position;
            let aside: Option<Aside> = self.read_json(Shelf::Meta, &key(&at.series, at.epoch))?;
            if head.held < at.seq && aside.is_none_or(|aside| aside.to < at.seq) {
                let (series, epoch, from) = (at.series, at.epoch, head.held + 1);
                tails.push(Tail { series, epoch, from, to: at.seq, last: at.hash });
            }
        }
        Ok(tails)
    }

    /// Sets a tail aside, because a person decided so: writes an entry that names it, with the reason and the
    /// SHA-256 of the file it was written to, and it waits no longer. The entries themselves stay as they are.
    ///
    /// # Errors
    /// [`Error::NotWritable`] for what is not such a tail: an epoch that this home still writes, one that does not
    /// wait, or a tail that grew or shrank since the person saw it.
    pub fn set_aside_tail(
        &mut self,
        signer: &dyn Sign,
        tail: &Tail,
        export: &Digest,
        reason: &str,
    ) -> Result<Committed> {
        let refused = |reason| Err(Error::NotWritable { reason });
        if self.writing(&tail.series)?.is_none_or(|epoch| epoch <= tail.epoch) {
            return refused("the epoch of the tail is still being written");
        }
        if !self.waiting_tails()?.contains(tail) {
            return refused("the tail does not wait as it was seen");
        }
        let said = SeriesEvent::from(SeriesTailSetAside {
            series: tail.series.to_hex().into(),
            epoch: tail.epoch,
            first_seq: tail.from,
            last_seq: tail.to,
            last_hash: tail.last.to_string().into(),
            export: export.to_hex(),
            reason: reason.to_owned(),
        });
        let subject = Subject::new("series", SeriesId::of(&signer.public_key()).to_hex());
        let entry = NewEntry::new(subject, said.kind(), said.body());
        self.write(|store| {
            store.put_json(Shelf::Meta, &key(&tail.series, tail.epoch), &Aside { to: tail.to })?;
            let mut written = store.write_all(signer, vec![entry])?;
            written.pop().ok_or(Error::NotWritable { reason: "nothing was written" })
        })
    }
}
