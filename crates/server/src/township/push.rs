//! What laptops hand in: heads, push, receipts.
//!
//! Everything that needs no store is checked before the writer's queue: shape, canonical bytes, body against commitment, signature
//! (strict). A series stops at its first bad entry; the rest of the batch goes on. Authority lies in the signatures: whoever is
//! signed in may hand in any enrolled series.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use liuhen_protocol::wire::{
    EntryReceipt, HeadsAnswer, HeadsRequest, MAX_BATCH, MAX_ENTRIES, PushBatch, ReceiptsAnswer,
    ReceiptsRequest, Stopped, WireEntry,
};
use liuhen_protocol::{Digest, Position, PublicKey, SeriesId};
use liuhen_store::{Checked, check};
use serde::Deserialize;

use super::ledger::Taken;
use super::{Caller, Published, Township};
use crate::{Error, Result};

/// From this many entries on, two threads verify.
const SPLIT: usize = 64;

/// Where an entry claims to stand, for the answer about one that could not be read.
type Place = (SeriesId, u32, u64);

enum Read {
    Good(Box<Checked>),
    Bad(Place, &'static str),
    Unreadable,
}

impl Township {
    /// How far series are held.
    pub fn heads(&self, caller: &Caller, request: &HeadsRequest) -> Result<HeadsAnswer> {
        self.speaker(caller)?;
        if request.series.len() > MAX_ENTRIES {
            return Err(Error::TooLarge { what: "list of series", limit: MAX_ENTRIES as u64 });
        }
        let ledger = self.ledger();
        let mut heads = Vec::new();
        for (series, epoch) in &request.series {
            heads.extend(ledger.head(series, *epoch)?);
        }
        Ok(HeadsAnswer { heads })
    }

    /// Takes a batch; what the answer names is durable and under the checkpoint of the answer.
    pub fn push(&self, caller: &Caller, batch: &PushBatch) -> Result<ReceiptsAnswer> {
        let speaker = self.speaker(caller)?;
        if batch.v != 1 {
            return Err(Error::Malformed { what: "batch version" });
        }
        if batch.entries.len() > MAX_ENTRIES {
            return Err(Error::TooLarge { what: "batch", limit: MAX_ENTRIES as u64 });
        }
        let size: usize = batch.entries.iter().map(WireEntry::size).sum();
        if size > MAX_BATCH + MAX_ENTRIES * 96 {
            return Err(Error::TooLarge { what: "batch", limit: MAX_BATCH as u64 });
        }
        let keys = self.known_keys(&batch.entries);
        let mut stopped: Vec<Stopped> = Vec::new();
        let mut halted: HashSet<(SeriesId, u32)> = HashSet::new();
        let mut good = Vec::with_capacity(batch.entries.len());
        for read in read_all(&batch.entries, &keys) {
            match read {
                Read::Good(entry) => {
                    let envelope = entry.entry().envelope();
                    if !halted.contains(&(envelope.series, envelope.epoch)) {
                        good.push(*entry);
                    }
                }
                Read::Bad((series, epoch, seq), code) => {
                    stop(&mut stopped, &mut halted, (series, epoch, seq), code);
                }
                Read::Unreadable => return Err(Error::Malformed { what: "entry" }),
            }
        }
        let pushed = if good.is_empty() { None } else { Some(self.inner.committer.push(good)?) };
        self.heard(&speaker.series);
        let mut logged = Vec::new();
        let published = match pushed {
            None => self.published(),
            Some(pushed) => {
                for taken in pushed.taken {
                    match taken {
                        Taken::Logged { hash, index } => logged.push((hash, index)),
                        Taken::Forked { position, .. } => {
                            stop(&mut stopped, &mut halted, place(&position), "fork");
                        }
                        Taken::Stopped { position, code } => {
                            stop(&mut stopped, &mut halted, place(&position), code);
                        }
                    }
                }
                pushed.published
            }
        };
        for stop in &stopped {
            metrics::counter!("liuhen_stopped_series_total", "code" => stop.code.clone()).increment(1);
            tracing::warn!(code = %stop.code, seq = stop.seq, "a series stopped");
        }
        self.receipts_for(&published, logged, batch.known, stopped)
    }

    /// Gives receipts again.
    pub fn receipts(&self, caller: &Caller, request: &ReceiptsRequest) -> Result<ReceiptsAnswer> {
        self.speaker(caller)?;
        if request.hashes.len() > MAX_ENTRIES {
            return Err(Error::TooLarge { what: "list of entries", limit: MAX_ENTRIES as u64 });
        }
        let mut logged = Vec::new();
        {
            let ledger = self.ledger();
            for hash in &request.hashes {
                logged.extend(ledger.index_of(hash)?.map(|index| (*hash, index)));
            }
        }
        let above = logged.iter().map(|(_, index)| index + 1).max().unwrap_or(0);
        let published = self.best_checkpoint(request.known.max(above))?;
        logged.retain(|(_, index)| *index < published.size);
        self.receipts_for(&published, logged, request.known, Vec::new())
    }

    fn receipts_for(
        &self,
        published: &Published,
        logged: Vec<(Digest, u64)>,
        known: u64,
        stopped: Vec<Stopped>,
    ) -> Result<ReceiptsAnswer> {
        let ledger = self.ledger();
        let indexes: Vec<u64> = logged.iter().map(|(_, index)| *index).collect();
        let paths = ledger.inclusions(&indexes, published.size)?;
        let receipts =
            logged.into_iter().zip(paths).map(|((hash, index), path)| EntryReceipt { hash, index, path });
        let receipts = receipts.collect();
        let consistency = ledger.consistency(known, published.size)?;
        Ok(ReceiptsAnswer { checkpoint: published.note.clone(), consistency, receipts, stopped })
    }

    fn known_keys(&self, entries: &[WireEntry]) -> HashMap<SeriesId, PublicKey> {
        let derived = self.derived();
        let mut keys = HashMap::new();
        for entry in entries {
            if let Some((series, _, _)) = claimed(entry)
                && let Some(key) = derived.people.key(&series)
            {
                keys.insert(series, key.public_key);
            }
        }
        keys
    }
}

fn place(position: &Position) -> Place {
    (position.series, position.epoch, position.seq)
}

/// Names a series that stopped, once.
fn stop(stopped: &mut Vec<Stopped>, halted: &mut HashSet<(SeriesId, u32)>, place: Place, code: &str) {
    let (series, epoch, seq) = place;
    if halted.insert((series, epoch)) {
        stopped.push(Stopped { series, epoch, seq, code: code.to_owned() });
    }
}

/// Decodes and verifies, in two threads where that pays.
fn read_all(entries: &[WireEntry], keys: &HashMap<SeriesId, PublicKey>) -> Vec<Read> {
    let run = |part: &[WireEntry]| part.iter().map(|entry| read_one(entry, keys)).collect::<Vec<_>>();
    if entries.len() < SPLIT {
        return run(entries);
    }
    let (left, right) = entries.split_at(entries.len() / 2);
    std::thread::scope(|scope| {
        let second = scope.spawn(move || run(right));
        let mut read = run(left);
        match second.join() {
            Ok(mut rest) => read.append(&mut rest),
            Err(_) => read.push(Read::Unreadable),
        }
        read
    })
}

fn read_one(wire: &WireEntry, keys: &HashMap<SeriesId, PublicKey>) -> Read {
    match check(wire.clone().into(), &|series| keys.get(series).copied()) {
        Ok(checked) => Read::Good(Box::new(checked)),
        Err(refused) => match refused.claims.or_else(|| claimed(wire)) {
            Some(place) => Read::Bad(place, refused.code),
            None => Read::Unreadable,
        },
    }
}

/// The few fields of an envelope that say where it stands; all others are passed over.
#[derive(Deserialize)]
struct Claim<'a> {
    #[serde(borrow)]
    series: Cow<'a, str>,
    epoch: u32,
    seq: u64,
}

/// The place an item claims, read without believing anything else in it.
fn claimed(wire: &WireEntry) -> Option<Place> {
    let claim: Claim<'_> = serde_json::from_str(wire.item.lines().next()?).ok()?;
    Some((SeriesId::from_hex(&claim.series).ok()?, claim.epoch, claim.seq))
}
