//! Sending files: manifests, then urgent ones, then the oldest; small ones in packs, large ones one lane each.
//!
//! Nothing counts as sent because we sent it: a large file is done when the township has read the whole again from its storage
//! and says so, a packed one when its digest is in the answer, and a person sees 已入库 only when the logged receipt was
//! pulled and verified. A file that fails does not hold up the others; it is named and tried again next time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use liuhen_protocol::wire::BlobKind;
use liuhen_protocol::{Digest, DoorError};
use liuhen_store::work::{Phase, Progress, Work};

use crate::error::{Result, SyncError};
use crate::plan::{MediaItem, MediaRank, PACK_FILE, PACK_LIMIT, Parcelled, order_media, pack};
use crate::session::Session;

mod pack;
mod upload;

use crate::local::BlobSource;

/// What was sent.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Files that the township now holds whole.
    pub(crate) files: u64,
    /// Files that could not be sent, with the code of the reason.
    pub(crate) failed: Vec<(Digest, String)>,
}

/// What became of the files of one request.
struct Delivered {
    /// Those that the township now holds whole.
    held: Vec<Digest>,
    /// Those it does not, with the code of the reason.
    failed: Vec<(Digest, String)>,
}

/// Bytes that the township acknowledged, over all lanes.
pub(crate) struct Acknowledged<'a> {
    work: &'a Work,
    done: AtomicU64,
    total: u64,
}

impl Acknowledged<'_> {
    /// Counts acknowledged bytes and tells the person.
    fn add(&self, bytes: u64) {
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.work.report(&Progress {
            phase: Phase::Uploading,
            item: None,
            done,
            total: Some(self.total.max(done)),
        });
    }
}

/// Sends what waits, in order. `text_only` sends manifests and salvage, which are text of a kind, and no media.
pub(crate) fn send(session: &Session<'_>, mut items: Vec<MediaItem>, text_only: bool) -> Result<Sent> {
    if text_only {
        items.retain(|item| item.rank <= MediaRank::Salvage);
    }
    order_media(&mut items);
    let acknowledged = Acknowledged {
        work: session.work,
        done: AtomicU64::new(0),
        total: items.iter().map(|item| item.size).sum(),
    };
    let queue = pack(items, PACK_FILE, PACK_LIMIT);
    let sent = Mutex::new(Sent::default());
    if session.is_thin() {
        // One after the other: on a thin line two lanes only make both late.
        for parcelled in &queue {
            one(session, parcelled, &acknowledged, &sent)?;
        }
    } else {
        lanes(session, &queue, &acknowledged, &sent)?;
    }
    sent.into_inner().map_err(|_| SyncError::Worker)
}

/// Two lanes: packs in one, large files in the other, each in order. Manifests go before both.
fn lanes(
    session: &Session<'_>,
    queue: &[Parcelled],
    acknowledged: &Acknowledged<'_>,
    sent: &Mutex<Sent>,
) -> Result<()> {
    let run = |parcelled: Vec<&Parcelled>| -> Result<()> {
        parcelled.into_iter().try_for_each(|parcelled| one(session, parcelled, acknowledged, sent))
    };
    let (manifests, rest): (Vec<&Parcelled>, Vec<&Parcelled>) =
        queue.iter().partition(|parcelled| is_manifest(parcelled));
    run(manifests)?;
    let (packs, singles): (Vec<&Parcelled>, Vec<&Parcelled>) =
        rest.into_iter().partition(|parcelled| matches!(parcelled, Parcelled::Pack(_)));
    if packs.is_empty() || singles.is_empty() {
        return run(packs).and_then(|()| run(singles));
    }
    std::thread::scope(|scope| {
        let small = scope.spawn(|| run(packs));
        let large = run(singles);
        let small = small.join().map_err(|_| SyncError::Worker)?;
        large.and(small)
    })
}

/// Whether what travels together is manifests; a pack never mixes ranks.
fn is_manifest(parcelled: &Parcelled) -> bool {
    let rank = match parcelled {
        Parcelled::Pack(files) => files.first().map(|file| file.rank),
        Parcelled::Single(file) => Some(file.rank),
    };
    rank == Some(MediaRank::Manifest)
}

fn one(
    session: &Session<'_>,
    parcelled: &Parcelled,
    acknowledged: &Acknowledged<'_>,
    sent: &Mutex<Sent>,
) -> Result<()> {
    session.work.check()?;
    let (tried, result) = match parcelled {
        Parcelled::Pack(files) => {
            (files.iter().map(|file| file.digest).collect(), pack::send(session, files, acknowledged))
        }
        Parcelled::Single(file) => {
            let kind = match file.rank {
                MediaRank::Manifest => BlobKind::Manifest,
                MediaRank::Salvage => BlobKind::Salvage,
                MediaRank::Urgent | MediaRank::Ordinary => BlobKind::Media,
            };
            let sent = upload::send(session, file, kind, acknowledged);
            (vec![file.digest], sent.map(|()| Delivered { held: vec![file.digest], failed: Vec::new() }))
        }
    };
    let mut sent = sent.lock().map_err(|_| SyncError::Worker)?;
    match result {
        Ok(Delivered { held, failed }) => {
            if is_manifest(parcelled) {
                session.local.keep_delivered(&held)?;
            }
            sent.files += held.len() as u64;
            sent.failed.extend(failed);
        }
        // What stops the line stops the work; what concerns this file alone does not.
        Err(error) if concerns_one_file(&error) => {
            let code = error.code().to_owned();
            sent.failed.extend(tried.into_iter().map(|digest: Digest| (digest, code.clone())));
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

fn concerns_one_file(error: &SyncError) -> bool {
    matches!(
        error,
        SyncError::Vault(_)
            | SyncError::UploadRefused { .. }
            | SyncError::Door(
                DoorError::TooLarge
                    | DoorError::Refused { .. }
                    | DoorError::Malformed { .. }
                    | DoorError::NotFound
                    | DoorError::Gone
                    | DoorError::ChecksumMismatch
                    | DoorError::OffsetMismatch { .. }
            )
    )
}

/// Opens the bytes of a blob that waits.
fn open(session: &Session<'_>, digest: &Digest) -> Result<BlobSource> {
    session.local.open_blob(digest)
}
