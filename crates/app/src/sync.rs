//! Sync (上传同步) as a person sees it: start it, watch it, know what waits. The carrying itself is
//! the courier's.

use std::path::{Path, PathBuf};

use liuhen_core::media::MediaState;
use liuhen_protocol::Digest;
use liuhen_protocol::wire::WireEntry;
use liuhen_store::work::Work;
use liuhen_store::{Query, Store, Tail, durable};

use crate::courier::{CourierStatus, SyncOptions};
use crate::error::{ApiError, Result};
use crate::input::{AcceptWarning, Nothing, SetAsideTail, SyncNow};
use crate::jobs;
use crate::laptop::Laptop;
use crate::receipts;
use crate::record::read_document;
use crate::screen::Screen;
use crate::settings::{Membership, Settings};
use crate::strings::sentence;
use crate::view::{
    CheckpointView, JobKind, JobResult, JobView, Size, StoppedSeries, SyncOutcome, SyncStatus, TownshipView,
    WaitingView, make,
};

/// Entries read from the journal at a time.
const PAGE: usize = 500;

impl StoppedSeries {
    /// A stopped series with its sentence.
    pub fn of(stopped: &liuhen_protocol::wire::Stopped) -> Self {
        let message =
            sentence("error.series_stopped", &[("seq", &stopped.seq.to_string()), ("code", &stopped.code)]);
        Self {
            series: stopped.series.to_hex(),
            epoch: stopped.epoch,
            seq: stopped.seq.to_string(),
            code: stopped.code.clone(),
            message,
        }
    }
}

/// What is kept on this laptop only.
pub(crate) fn waiting_view(store: &Store, screen: &Screen) -> Result<WaitingView> {
    let (mut media, mut bytes) = (0_u32, 0_u64);
    for document in store.documents(&Query::kind("media"))? {
        let state: MediaState = read_document(&document)?;
        let Some(facts) = state.facts else { continue };
        let view_only = make::blob_of(store, &facts.sha256)?.is_some();
        let here = liuhen_protocol::Digest::from_hex(&facts.sha256)
            .is_ok_and(|digest| screen.actor.vault.holds(&digest));
        if here && !view_only {
            media += 1;
            bytes += facts.size;
        }
    }
    Ok(WaitingView {
        entries: u32::try_from(screen.waiting.count()).unwrap_or(u32::MAX),
        media,
        bytes: Size(bytes),
    })
}

/// The township for screens.
pub(crate) fn township_view(membership: &Membership) -> Result<TownshipView> {
    let township = membership.township()?;
    Ok(TownshipView {
        origin: township.origin().to_owned(),
        name: township.name,
        address: membership.url.clone(),
    })
}

/// State of sync.
pub fn sync_status(laptop: &Laptop, _: Nothing) -> Result<SyncStatus> {
    let screen = laptop.screen()?;
    let said = laptop.courier().map(|courier| courier.status(laptop)).unwrap_or_default();
    let running = laptop.running_sync();
    laptop.read(|store| status_of(store, &screen, said, running))
}

fn status_of(
    store: &Store,
    screen: &Screen,
    said: CourierStatus,
    running: Option<String>,
) -> Result<SyncStatus> {
    let membership = Membership::load(store)?;
    let township = membership.as_ref().map(Membership::township).transpose()?;
    let entries = store.count()?;
    let waiting = waiting_view(store, screen)?;
    let checkpoint = match (&township, store.newest_checkpoint()?) {
        (Some(township), Some(held)) => Some(CheckpointView {
            size: held.size.to_string(),
            root: held.root.to_string(),
            signed_at: receipts::dated(&held.note, &township.clock),
            witnessed_up_to: receipts::witnessed_up_to(store, township)?.map(|size| size.to_string()),
        }),
        _ => None,
    };
    Ok(SyncStatus {
        township: membership.as_ref().map(township_view).transpose()?,
        held_entries: u32::try_from(entries).unwrap_or(u32::MAX).saturating_sub(waiting.entries),
        held_media: u32::try_from(store.count_documents(&Query::kind("blob"))?).unwrap_or(u32::MAX),
        waiting,
        last_success_at: said.last_success_at,
        last_attempt_at: said.last_attempt_at,
        last_error: said.last_error,
        checkpoint,
        stopped: said.stopped,
        warnings: said.warnings,
        paused: Settings::load(store)?.sync_paused,
        running,
    })
}

/// Syncs, over the line or by parcels in a folder; returns when it is done.
pub fn sync_now(laptop: &Laptop, input: &SyncNow, work: &Work) -> Result<SyncOutcome> {
    let courier = laptop.courier()?;
    if laptop.membership()?.is_none() {
        return Err(ApiError::new("not_township"));
    }
    let folder = |path: &str| -> Result<PathBuf> { Ok(Path::new(path).to_path_buf()) };
    let outcome = match (&input.to, &input.from) {
        (Some(_), Some(_)) => return Err(ApiError::invalid("to, from")),
        (Some(to), None) => courier.parcel_out(laptop, &folder(to)?, work)?,
        (None, Some(from)) => {
            let from = folder(from)?;
            if !from.is_dir() {
                return Err(ApiError::with("file_missing", &[("path", &from.display().to_string())]));
            }
            courier.parcel_in(laptop, &from, work)?
        }
        (None, None) => {
            let settings = laptop.settings()?;
            let limit = input.limit_kbit.or((settings.limit_kbit > 0).then_some(settings.limit_kbit));
            let options = SyncOptions { limit_kbit: limit, text_only: input.text_only || settings.text_only };
            courier.sync(laptop, options, work)?
        }
    };
    laptop.record_changed();
    Ok(outcome)
}

/// Starts a sync.
pub fn sync(laptop: &Laptop, input: SyncNow) -> Result<JobView> {
    laptop.officer()?;
    laptop.courier()?;
    jobs::start(laptop, JobKind::Sync, move |laptop, work| {
        sync_now(laptop, &input, work).map(JobResult::Sync)
    })
}

/// Notes that a person has looked at a warning.
pub fn accept_warning(laptop: &Laptop, input: AcceptWarning) -> Result<SyncStatus> {
    laptop.officer()?;
    laptop.courier()?.accept_evidence(laptop, &input.warning)?;
    laptop.changes_handle().bump();
    sync_status(laptop, Nothing {})
}

/// Sets aside what can never be sent (抢救件 are with the township): written to a file, named by an entry
/// with the reason, and no longer waiting. The entries stay in the record of this laptop.
///
/// # Errors
/// `no_dead_tail` when nothing of the kind waits; `reason_missing`; `file_exists`.
pub fn set_aside_tail(laptop: &Laptop, input: SetAsideTail) -> Result<SyncStatus> {
    laptop.officer()?;
    let reason = input.reason.trim();
    if reason.is_empty() {
        return Err(ApiError::new("reason_missing"));
    }
    let given_up = laptop.courier()?.given_up(laptop)?;
    let out = Path::new(&input.out);
    laptop.act(|store, actor| {
        let dead: Vec<Tail> = store
            .waiting_tails()?
            .into_iter()
            .filter(|tail| given_up.contains(&(tail.series, tail.epoch)))
            .collect();
        if dead.is_empty() {
            return Err(ApiError::new("no_dead_tail"));
        }
        let mut lines = Vec::new();
        for tail in &dead {
            write_tail(store, tail, &mut lines)?;
        }
        // The file first: what an entry names is there.
        if out.exists() {
            return Err(ApiError::file(out, &std::io::ErrorKind::AlreadyExists.into()));
        }
        durable::write(out, &lines)?;
        for tail in &dead {
            store.set_aside_tail(actor.signer.as_ref(), tail, &Digest::of(&lines), reason)?;
        }
        Ok(())
    })?;
    laptop.record_changed();
    sync_status(laptop, Nothing {})
}

/// One line of JSON an entry, as it would have travelled.
fn write_tail(store: &Store, tail: &Tail, lines: &mut Vec<u8>) -> Result<()> {
    let mut from = tail.from;
    while from <= tail.to {
        let page = store.entries_from(&tail.series, tail.epoch, from, PAGE, usize::MAX)?;
        let Some(last) = page.last() else { break };
        from = last.seq + 1;
        for entry in &page {
            let body = entry.salt.as_ref().zip(entry.body.as_deref());
            let line = match WireEntry::new(&entry.item, body) {
                Ok(wire) => serde_json::to_vec(&wire),
                // A damaged entry does not travel; its bytes are kept all the same.
                Err(_) => serde_json::to_vec(&serde_json::json!({ "hash": entry.hash, "bytes": entry.item })),
            };
            lines.extend(line.map_err(ApiError::invalid)?);
            lines.push(b'\n');
        }
    }
    Ok(())
}

/// Follows the township's new log after a disaster.
pub fn follow_new_log(laptop: &Laptop, _: Nothing) -> Result<SyncStatus> {
    laptop.officer()?;
    laptop.courier()?.follow_new_log(laptop)?;
    laptop.record_changed();
    sync_status(laptop, Nothing {})
}
