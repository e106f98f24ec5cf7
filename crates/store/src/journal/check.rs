//! Checking what others sent, without a store: sizes, canonical bytes, body, signature.
//!
//! Needs nothing but the key, so it can run on many threads before the one writer is asked.

use std::collections::HashMap;

use liuhen_protocol::{Body, Digest, Entry, PublicKey, Salt, SeriesId, wire::WireEntry};

use crate::engine::Placement;

/// Fewer entries than this are checked on the caller's thread.
const WORTH_A_THREAD: usize = 32;

/// An entry as it came in, unchecked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// The logged bytes.
    pub item: Vec<u8>,
    /// The body's salt.
    pub salt: Option<Salt>,
    /// The canonical body.
    pub body: Option<Vec<u8>>,
    /// Where the township's log holds it, if that was said.
    pub placement: Option<Placement>,
}

impl From<WireEntry> for Incoming {
    fn from(wire: WireEntry) -> Self {
        Self {
            item: wire.item.into_bytes(),
            salt: wire.salt,
            body: wire.body.map(String::into_bytes),
            placement: None,
        }
    }
}

/// An entry whose bytes, body and signature are good. Its place in its series is not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub(super) entry: Entry,
    pub(super) body: Option<(Salt, Body)>,
    pub(super) placement: Option<Placement>,
}

impl Checked {
    /// The entry.
    pub const fn entry(&self) -> &Entry {
        &self.entry
    }

    /// The fields of its body, if that came with it.
    pub fn body(&self) -> Option<&serde_json::Map<String, serde_json::Value>> {
        self.body.as_ref().map(|(_, body)| body.fields())
    }
}

/// Why an entry was not taken, and of which series it claims to be, as far as its bytes can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Series, epoch and number; `None` when the bytes cannot be read at all.
    pub claims: Option<(SeriesId, u32, u64)>,
    /// Its hash.
    pub hash: Digest,
    /// A code of `liuhen_protocol::Error`, or `unknown_series`.
    pub code: &'static str,
}

/// Checks one entry. `key` finds the key of a series.
///
/// # Errors
/// [`Refused`] with a code; nothing is logged or kept here.
pub fn check(incoming: Incoming, key: &dyn Fn(&SeriesId) -> Option<PublicKey>) -> Result<Checked, Refused> {
    let hash = liuhen_protocol::merkle::leaf_hash(&incoming.item);
    let entry =
        Entry::decode(&incoming.item).map_err(|error| Refused { claims: None, hash, code: error.code() })?;
    let envelope = entry.envelope();
    let claims = Some((envelope.series, envelope.epoch, envelope.seq));
    let refused = |code| Refused { claims, hash, code };
    let key = key(&envelope.series).ok_or_else(|| refused("unknown_series"))?;
    let body = match (incoming.salt, incoming.body) {
        (Some(salt), Some(bytes)) => {
            let body = Body::decode(&bytes).map_err(|error| refused(error.code()))?;
            body.check(&salt, &envelope.body).map_err(|error| refused(error.code()))?;
            Some((salt, body))
        }
        (None, None) => None,
        _ => return Err(refused("malformed")),
    };
    entry.verify(&key).map_err(|error| refused(error.code()))?;
    Ok(Checked { entry, body, placement: incoming.placement })
}

/// Checks many entries, on two threads when there are enough of them; answers in the same order.
pub(super) fn check_all(
    incoming: Vec<Incoming>,
    keys: &HashMap<SeriesId, PublicKey>,
) -> Vec<Result<Checked, Refused>> {
    let find = |series: &SeriesId| keys.get(series).copied();
    let run = |part: Vec<Incoming>| -> Vec<_> { part.into_iter().map(|one| check(one, &find)).collect() };
    if incoming.len() < WORTH_A_THREAD {
        return run(incoming);
    }
    let mut first = incoming;
    let second = first.split_off(first.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| run(second));
        let mut checked = run(first);
        match other.join() {
            Ok(rest) => checked.extend(rest),
            // Checking cannot panic; were it to, the panic belongs to the caller.
            Err(panic) => std::panic::resume_unwind(panic),
        }
        checked
    })
}
