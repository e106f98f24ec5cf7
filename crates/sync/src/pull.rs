//! Fetching what others wrote: every entry verified before it is taken in.
//!
//! For each entry: its canonical form, its author's signature, its body against the commitment, its place in the log. Beyond the
//! entry itself: the checkpoint its author names must be part of the same log, or the township showed somebody another one. The
//! cursor is kept only behind pages of which all such claims are proved, so a contradiction stays until a person has looked.
//! After a disaster, entries of before name checkpoints of the old log: once the root key's statement of a new log was seen
//! here, a claim that is not part of the new log is left open and no longer called a contradiction.
//!
//! One thread fetches the next page while the others verify and take in the one before.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

use liuhen_protocol::wire::{
    EntryReceipt, HeldRun, MAX_PROVE, PullAnswer, PullRequest, Pulled, ScopeStatement,
};
use liuhen_protocol::{Digest, Position, PublicKey, Seen, SeriesId};
use liuhen_store::work::{Phase, Progress};
use liuhen_store::{Incoming, Placement, check};

use crate::error::{Result, SyncError};
use crate::local::Arrival;
use crate::session::Session;
use crate::trust::{Dated, Lie, LieKind, check_inclusion, check_seen};

/// Entries of a page.
const PAGE: u32 = 1000;
/// Entries of a page on a thin line.
const THIN_PAGE: u32 = 100;
/// Entries verified by one thread at least; fewer are not worth a second one.
const SHARE: usize = 64;

/// What was fetched.
#[derive(Debug, Default)]
pub(crate) struct Fetched {
    /// Entries that were not here before.
    pub(crate) entries: u64,
    /// Entries that were kept out, because another history of their series stands here.
    pub(crate) refused: Vec<Position>,
    /// What the township states to be visible, when it said so.
    pub(crate) scope: Option<ScopeStatement>,
}

/// One page with the checkpoint it is against.
pub(crate) struct Page {
    answer: PullAnswer,
    dated: Dated,
    /// The sizes that this page was asked to prove, in the order of its `proofs`.
    proved: Vec<u64>,
}

/// Checkpoints named by entries, waiting for a proof that they are part of this log.
#[derive(Default)]
pub(crate) struct Claims {
    open: BTreeMap<u64, Vec<(Seen, Digest)>>,
    proved: HashSet<(u64, Digest)>,
}

impl Claims {
    /// Notes what an entry names. `accepted` are contradictions that a person has looked at.
    fn add(&mut self, entry: Digest, seen: &Seen, accepted: &HashSet<(u64, Digest)>) {
        let claim = (seen.size, seen.root);
        if self.proved.contains(&claim) || accepted.contains(&claim) {
            return;
        }
        let open = self.open.entry(seen.size).or_default();
        if !open.iter().any(|(other, _)| other.root == seen.root) {
            open.push((*seen, entry));
        }
    }

    /// The sizes to be proved next.
    fn sizes(&self) -> Vec<u64> {
        self.open.keys().copied().take(MAX_PROVE).collect()
    }

    /// Uses the proofs of an answer. `succeeded`: another log went before this one.
    fn settle(
        &mut self,
        dated: &Dated,
        sizes: &[u64],
        proofs: &[Vec<Digest>],
        succeeded: bool,
    ) -> Result<(), Box<Lie>> {
        for (at, size) in sizes.iter().enumerate() {
            let path = proofs.get(at).map_or(&[][..], Vec::as_slice);
            for (seen, entry) in self.open.get(size).into_iter().flatten() {
                match check_seen(dated, *entry, seen, path) {
                    Err(_) if succeeded => continue,
                    checked => checked?,
                }
                self.proved.insert((seen.size, seen.root));
            }
            self.open.remove(size);
        }
        Ok(())
    }
}

/// Fetches everything that is new in this laptop's scope.
pub(crate) fn pull(session: &Session<'_>) -> Result<Fetched> {
    let claims = Mutex::new(Claims::default());
    let accepted = session.local.accepted_claims()?;
    let start = session.local.cursor()?;
    // What this laptop sent itself and has receipts of need not come back.
    let held = session.local.held_runs()?;
    let mut fetched = Fetched::default();
    let mut last = start;
    std::thread::scope(|scope| {
        let (page_in, page_out) = sync_channel::<Result<Page>>(1);
        scope.spawn(|| fetch(session, start, &held, &claims, page_in));
        take_pages(session, &page_out, &claims, &accepted, &mut fetched, &mut last)
    })?;
    prove_rest(session, &claims)?;
    if last != start {
        session.local.set_cursor(last)?;
    }
    session.local.keep_pulled_size(session.known())?;
    Ok(fetched)
}

fn lock(claims: &Mutex<Claims>) -> MutexGuard<'_, Claims> {
    claims.lock().unwrap_or_else(PoisonError::into_inner)
}

fn request(session: &Session<'_>, after: u64, limit: u32, prove: Vec<u64>, held: &[HeldRun]) -> Result<Page> {
    let request = PullRequest { after, limit, known: session.known(), prove, held: held.to_vec() };
    let answer = session.call(|token| session.door.pull(token, &request))?;
    let dated = session.adopt(&answer.checkpoint, &answer.consistency)?;
    Ok(Page { answer, dated, proved: request.prove })
}

/// First stage: one page after the other.
fn fetch(
    session: &Session<'_>,
    start: u64,
    held: &[HeldRun],
    claims: &Mutex<Claims>,
    out: SyncSender<Result<Page>>,
) {
    let mut after = start;
    loop {
        let limit = if session.is_thin() { THIN_PAGE } else { PAGE };
        let prove = lock(claims).sizes();
        let page = request(session, after, limit, prove, held);
        let next = page.as_ref().ok().map(|page| (page.answer.next, page.answer.more));
        let sent = out.send(page).is_ok();
        match next {
            // A township that says "more" without moving on would hold us for ever.
            Some((next, true)) if sent && next != after => after = next,
            _ => return,
        }
    }
}

/// Second stage: verifies and takes in.
fn take_pages(
    session: &Session<'_>,
    pages: &Receiver<Result<Page>>,
    claims: &Mutex<Claims>,
    accepted: &HashSet<(u64, Digest)>,
    fetched: &mut Fetched,
    last: &mut u64,
) -> Result<()> {
    let mut seen_entries = 0;
    for page in pages {
        let Page { answer, dated, proved } = page?;
        lock(claims).settle(&dated, &proved, &answer.proofs, session.local.has_predecessor()?)?;
        seen_entries += answer.entries.len() as u64;
        let arrivals = verify_page(session, &dated, &answer.keys, &answer.entries)?;
        session.local.note_succession(&session.anchor.note.root, &arrivals)?;
        {
            let mut claims = lock(claims);
            for (hash, seen) in arrivals.iter().filter_map(|a| Some((a.hash, a.seen.as_ref()?))) {
                claims.add(hash, seen, accepted);
            }
        }
        let taken = session.local.ingest(&dated, &answer.keys, arrivals)?;
        fetched.entries += taken.stored;
        fetched.refused.extend(taken.refused);
        *last = answer.next;
        if lock(claims).open.is_empty() {
            session.local.set_cursor(answer.next)?;
        }
        if answer.scope.is_some() {
            fetched.scope = answer.scope;
        }
        session.work.report(&Progress {
            phase: Phase::Pulling,
            item: None,
            done: seen_entries,
            total: (!answer.more).then_some(seen_entries),
        });
    }
    Ok(())
}

/// Asks for proofs of claims that came with the last pages.
fn prove_rest(session: &Session<'_>, claims: &Mutex<Claims>) -> Result<()> {
    loop {
        let sizes = lock(claims).sizes();
        if sizes.is_empty() {
            return Ok(());
        }
        let page = request(session, session.local.cursor()?, 0, sizes, &[])?;
        let succeeded = session.local.has_predecessor()?;
        lock(claims).settle(&page.dated, &page.proved, &page.answer.proofs, succeeded)?;
    }
}

/// Keys by the series they belong to.
pub(crate) fn verify_keys(keys: &[PublicKey]) -> HashMap<SeriesId, PublicKey> {
    keys.iter().map(|key| (SeriesId::of(key), *key)).collect()
}

/// Verifies every entry of a page of an online pull.
pub(crate) fn verify_page(
    session: &Session<'_>,
    dated: &Dated,
    keys: &[PublicKey],
    entries: &[Pulled],
) -> Result<Vec<Arrival>> {
    let keys = verify_keys(keys);
    let find = |series: &SeriesId| keys.get(series).copied().or_else(|| session.local.key(*series).ok());
    check_page(&find, dated, entries)
}

/// Verifies every entry of a page, on two threads when it is worth it.
pub(crate) fn check_page(
    find: &(dyn Fn(&SeriesId) -> Option<PublicKey> + Sync),
    dated: &Dated,
    entries: &[Pulled],
) -> Result<Vec<Arrival>> {
    let verify = |part: &[Pulled]| -> Result<Vec<Arrival>> {
        part.iter().map(|pulled| verify_one(find, dated, pulled)).collect()
    };
    if entries.len() < 2 * SHARE {
        return verify(entries);
    }
    let (first, second) = entries.split_at(entries.len() / 2);
    std::thread::scope(|scope| {
        let second = scope.spawn(|| verify(second));
        let mut all = verify(first)?;
        all.extend(second.join().map_err(|_| SyncError::Worker)??);
        Ok(all)
    })
}

fn verify_one(
    find: &(dyn Fn(&SeriesId) -> Option<PublicKey> + Sync),
    dated: &Dated,
    pulled: &Pulled,
) -> Result<Arrival> {
    let size = dated.checkpoint.size;
    let placement = Placement { index: pulled.index, size, path: pulled.path.clone() };
    let incoming = Incoming { placement: Some(placement), ..Incoming::from(pulled.entry.clone()) };
    let checked = check(incoming, &find)
        .map_err(|refused| Lie::new(LieKind::Forged).offered(&dated.note).entry(refused.hash))?;
    let hash = checked.entry().hash();
    check_inclusion(dated, &EntryReceipt { hash, index: pulled.index, path: pulled.path.clone() })?;
    let seen = checked.entry().envelope().seen;
    Ok(Arrival { hash, index: pulled.index, seen, checked })
}
