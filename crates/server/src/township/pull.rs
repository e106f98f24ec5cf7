//! What laptops get: pages of their feed, and on the last page the township's signed word on what is visible to them.
//!
//! The word is a logged entry that commits to one line per visible subject. It is made again only when the lines changed, so
//! laptops that ask every minute do not fill the log.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use liuhen_core::township::{ScopeStated, TownshipEvent};
use liuhen_protocol::wire::{
    MAX_ENTRIES, MAX_PROVE, PullAnswer, PullRequest, Pulled, ScopeLine, ScopeStatement,
};
use liuhen_protocol::{Digest, Subject};
use serde::{Deserialize, Serialize};

use super::feed::{Feed, SCOPE_PREFIX};
use super::ledger::Said;
use super::{Caller, Published, Township, lock};
use crate::{Error, Result};

/// Bytes of entries in one page: 2 MiB, so that hundreds of laptops can be answered within the bytes in flight.
pub const PAGE_BYTES: usize = 2 << 20;

/// The newest statement to an officer, as kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Stated {
    root: Digest,
    index: u64,
}

impl Township {
    pub(crate) fn feed(&self, officer: &str) -> Arc<Mutex<Feed>> {
        let mut feeds = lock(&self.inner.feeds);
        let feed = feeds.entry(officer.to_owned()).or_insert_with(|| Arc::new(Mutex::new(Feed::of(officer))));
        Arc::clone(feed)
    }

    /// A page of the caller's feed.
    pub fn pull(&self, caller: &Caller, request: &PullRequest) -> Result<PullAnswer> {
        let speaker = self.speaker_in_force(caller)?;
        if request.prove.len().max(request.held.len()) > MAX_PROVE {
            return Err(Error::TooLarge { what: "list of sizes", limit: MAX_PROVE as u64 });
        }
        self.heard(&speaker.series);
        let limit = usize::try_from(request.limit).unwrap_or(MAX_ENTRIES).min(MAX_ENTRIES);
        let feed = self.feed(&speaker.officer);
        let (wanted, end, length, lines, stated_at) = {
            let derived = self.derived();
            let mut feed = lock(&feed);
            feed.advance(&derived.index);
            let (wanted, end) = feed.wanted(&derived.index, request.after, limit, &request.held);
            let last = end >= feed.length() && limit > 0;
            let lines = last.then(|| feed.lines(&derived.index));
            (wanted, end, feed.length(), lines, derived.published.size)
        };
        let indexes: Vec<u32> = wanted.iter().map(|(_, index)| *index).collect();
        let mut entries = self.read_page(&indexes)?;
        // A page that was cut by its bytes goes on with the first entry that did not fit.
        let cut = wanted.get(entries.len()).map(|(place, _)| *place);
        let (next, complete) = (cut.unwrap_or(end), cut.is_none());
        let statement = match lines {
            Some(lines) if complete => Some(self.state_scope(&speaker.officer, lines, stated_at)?),
            _ => None,
        };
        let published = self.published();
        let checkpoint = self.note_of(&published);
        let keys = self.keys_of(&entries);
        let ledger = self.ledger();
        let at: Vec<u64> = entries.iter().map(|pulled| pulled.index).collect();
        for (pulled, path) in entries.iter_mut().zip(ledger.inclusions(&at, published.size)?) {
            pulled.path = path;
        }
        let scope = match statement {
            None => None,
            Some((index, subjects)) => {
                let entry = ledger.wire_entry(index)?.ok_or(Error::NotFound { what: "scope statement" })?;
                let path = ledger.inclusion(index, published.size)?;
                Some(ScopeStatement { entry: Pulled { index, entry, path }, subjects })
            }
        };
        let mut proofs = Vec::with_capacity(request.prove.len());
        for size in &request.prove {
            proofs.push(ledger.consistency(*size, published.size)?);
        }
        Ok(PullAnswer {
            checkpoint,
            consistency: ledger.consistency(request.known, published.size)?,
            proofs,
            keys,
            entries,
            next,
            more: next < length,
            scope,
        })
    }

    /// Entries at these log indexes, as many as fit a page (at least one).
    fn read_page(&self, indexes: &[u32]) -> Result<Vec<Pulled>> {
        let entries = self.ledger().wire_entries(indexes, PAGE_BYTES)?;
        Ok(entries.into_iter().map(|(index, entry)| Pulled { index, entry, path: Vec::new() }).collect())
    }

    /// Keys of the authors of these entries, the township's own always among them.
    fn keys_of(&self, entries: &[Pulled]) -> Vec<liuhen_protocol::PublicKey> {
        let derived = self.derived();
        let mut keys: BTreeSet<_> = self.node_keys().into_iter().collect();
        for pulled in entries {
            if let Some(series) = super::ledger::series_of(&pulled.entry)
                && let Some(key) = derived.people.public_key(&series)
            {
                keys.insert(key);
            }
        }
        keys.into_iter().collect()
    }

    /// The statement for these lines: the kept one if nothing changed, else a new entry. Gives its log index.
    fn state_scope(
        &self,
        officer: &str,
        lines: Vec<super::feed::Line>,
        size: u64,
    ) -> Result<(u64, Vec<ScopeLine>)> {
        let subjects: Vec<ScopeLine> = lines
            .into_iter()
            .map(|line| ScopeLine {
                kind: line.subject.kind,
                id: line.subject.id,
                count: line.count,
                hash: line.root,
            })
            .collect();
        let root = ScopeStatement::root_of(&subjects)?;
        let row = format!("scope/{officer}");
        if let Some(stated) = self.ledger().setting::<Stated>(&row)?
            && stated.root == root
        {
            return Ok((stated.index, subjects));
        }
        let event = TownshipEvent::from(ScopeStated {
            officer: Some(officer.into()),
            size,
            count: subjects.len() as u64,
            root: root.to_string(),
        });
        let subject = Subject::new("township", format!("{SCOPE_PREFIX}{officer}"));
        let spoken = self.inner.committer.say(vec![Said::of(subject, &event)])?;
        let index = spoken.first().map(|(_, index)| *index).ok_or(Error::WorkerGone)?;
        self.ledger().set_setting(&row, &Stated { root, index })?;
        Ok((index, subjects))
    }

    /// A proof for a checkpoint of this size, or nothing where the log never had it.
    pub(crate) fn published_at_least(&self, size: u64) -> Option<Arc<Published>> {
        let published = self.published();
        (published.size >= size).then_some(published)
    }
}
