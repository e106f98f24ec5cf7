//! Parcels: sync by a carried folder, for a laptop that never sees its township's network.
//!
//! Out: everything without a receipt, as sealed parts: entries, files, and the wish for what is new. In: the township's answer, each
//! part verified exactly as over the network. A broken file is named and all others are used; carrying a parcel twice
//! changes nothing. An answer that is older than what this laptop has learned meanwhile is skipped, not believed
//! and not called a lie: its checkpoint can no longer be linked, and the next parcel brings the same again.

use std::collections::HashSet;
use std::path::Path;

use liuhen_app::Membership;
use liuhen_app::view::{Size, StoppedSeries, SyncOutcome};
use liuhen_protocol::parcel::{BLOB_PIECE, Message, Part};
use liuhen_protocol::wire::{
    BlobKind, BlobSpec, MAX_PROVE, PullAnswer, PullRequest, PushBatch, ReceiptsAnswer, pack,
};
use liuhen_protocol::{Digest, PublicKey, Seen, SeriesId};
use liuhen_store::SealKey;
use liuhen_store::parcel::{BrokenPart, FolderWriter, FoundParcel, read_folder};
use liuhen_store::work::{Phase, Progress, Work};

use crate::error::{Result, SyncError};
use crate::local::Local;
use crate::plan::{
    BatchLimit, MediaItem, MediaRank, PACK_FILE, PACK_LIMIT, Parcelled, Weight, cut_batch, order_media,
    pack as group,
};
use crate::pull::{check_page, verify_keys};
use crate::salvage;
use crate::trust::{Anchor, Dated, check_inclusion, check_seen};

/// Entries asked for in one page of the answer.
const PAGE: u32 = 1000;
/// Checkpoints named by entries that came by parcel and are not proved yet.
const CLAIMS: &str = "sync.claims";

/// Writes what waits into a folder.
pub(crate) fn write(local: &Local<'_>, folder: &Path, work: &Work) -> Result<SyncOutcome> {
    let note = local.membership()?.township()?;
    let anchor = local.anchor(note)?;
    let known = local.newest(&anchor)?.map_or(0, |dated| dated.checkpoint.size);
    let mut writer = FolderWriter::create(folder, local.laptop().moment().uuid()?, anchor.note.seal)?;
    let mut outcome = SyncOutcome::default();
    write_entries(local, &mut writer, known, work, &mut outcome)?;
    write_blobs(local, &mut writer, work, &mut outcome)?;
    let claims = claims(local)?;
    let mut prove: Vec<u64> = claims.iter().map(|(seen, _)| seen.size).collect();
    prove.sort_unstable();
    prove.dedup();
    prove.truncate(MAX_PROVE);
    let wish =
        PullRequest { after: local.cursor()?, limit: PAGE, known, prove: prove.clone(), held: Vec::new() };
    writer.add(&Part::of(Message::Pull(wish)))?;
    let parcel = writer.parcel();
    local.remember(&asked_key(&parcel.to_string()), &prove)?;
    let seal = local.seal_key()?.public();
    local.laptop().with_signer(|signer| writer.close(signer, known, Some(seal), None))??;
    Ok(outcome)
}

fn asked_key(parcel: &str) -> String {
    format!("sync.parcel.{parcel}")
}

fn claims(local: &Local<'_>) -> Result<Vec<(Seen, Digest)>> {
    Ok(local.recall(CLAIMS)?.unwrap_or_default())
}

fn write_entries(
    local: &Local<'_>,
    writer: &mut FolderWriter,
    known: u64,
    work: &Work,
    outcome: &mut SyncOutcome,
) -> Result<()> {
    let limit = BatchLimit::of(false);
    for head in local.heads()? {
        let (series, epoch) = (head.position.series, head.position.epoch);
        if local.is_salvaged(series, epoch)? {
            continue;
        }
        let mut next = head.held + 1;
        while next <= head.position.seq {
            work.check()?;
            let mut waiting = local.entries(series, epoch, next, limit.entries)?;
            let weights: Vec<Weight> =
                waiting.iter().map(|entry| Weight { bytes: entry.wire.size() as u64, long: false }).collect();
            waiting.truncate(cut_batch(&weights, limit, false));
            if waiting.is_empty() {
                break;
            }
            next += waiting.len() as u64;
            outcome.pushed = outcome.pushed.saturating_add(u32::try_from(waiting.len()).unwrap_or(u32::MAX));
            let entries = waiting.into_iter().map(|entry| entry.wire).collect();
            let batch = PushBatch { v: 1, known, keys: vec![local.key(series)?], entries };
            writer.add(&Part::of(Message::Push(batch)))?;
            let done = u64::from(outcome.pushed);
            work.report(&Progress { phase: Phase::Pushing, item: None, done, total: None });
        }
    }
    Ok(())
}

fn write_blobs(
    local: &Local<'_>,
    writer: &mut FolderWriter,
    work: &Work,
    outcome: &mut SyncOutcome,
) -> Result<()> {
    let mut items = local.media_waiting()?;
    items.extend(salvage::waiting(local)?);
    order_media(&mut items);
    let total: u64 = items.iter().map(|item| item.size).sum();
    let mut done = 0;
    for parcelled in group(items, PACK_FILE, PACK_LIMIT) {
        let files = match parcelled {
            Parcelled::Pack(files) => {
                write_pack(local, writer, &files)?;
                files
            }
            Parcelled::Single(file) => {
                write_single(local, writer, &file, work)?;
                vec![file]
            }
        };
        work.check()?;
        done += files.iter().map(|file| file.size).sum::<u64>();
        outcome.media += u32::try_from(files.len()).unwrap_or(0);
        outcome.sent = Size(done);
        work.report(&Progress { phase: Phase::Uploading, item: None, done, total: Some(total) });
    }
    Ok(())
}

fn write_pack(local: &Local<'_>, writer: &mut FolderWriter, files: &[MediaItem]) -> Result<()> {
    let mut contents = Vec::with_capacity(files.len());
    for file in files {
        contents.push((file.digest, local.open_blob(&file.digest)?.read(0, file.size)?));
    }
    let payload = pack(&contents).map_err(SyncError::Answer)?;
    writer.add(&Part { message: Message::Pack, payload })?;
    Ok(())
}

fn write_single(local: &Local<'_>, writer: &mut FolderWriter, file: &MediaItem, work: &Work) -> Result<()> {
    let kind = match file.rank {
        MediaRank::Manifest => BlobKind::Manifest,
        MediaRank::Salvage => BlobKind::Salvage,
        MediaRank::Urgent | MediaRank::Ordinary => BlobKind::Media,
    };
    let spec = BlobSpec { digest: file.digest, size: file.size, kind };
    let mut source = local.open_blob(&file.digest)?;
    let mut offset = 0;
    while offset < file.size {
        work.check()?;
        let payload = source.read(offset, BLOB_PIECE as u64)?;
        let length = payload.len() as u64;
        writer.add(&Part { message: Message::Blob { spec: spec.clone(), offset }, payload })?;
        offset += length.max(1);
    }
    Ok(())
}

/// Takes in the township's answers from a folder.
///
/// # Errors
/// [`SyncError::NoParcel`] when there is none for this home; [`SyncError::Broken`] when files are broken, after all
/// others were taken in.
pub(crate) fn read(local: &Local<'_>, folder: &Path, work: &Work) -> Result<SyncOutcome> {
    let key = local.seal_key()?;
    let parcels = read_folder(folder, &key)?;
    if parcels.is_empty() {
        return Err(SyncError::NoParcel);
    }
    let anchor = local.anchor(local.membership()?.township()?)?;
    let mut desk = Desk {
        local,
        newest: local.newest(&anchor)?,
        anchor,
        work,
        outcome: SyncOutcome::default(),
        broken: Vec::new(),
        stale: 0,
    };
    for parcel in parcels {
        desk.take_parcel(&parcel, &key)?;
    }
    if desk.broken.is_empty() {
        return Ok(desk.outcome);
    }
    let files = desk.broken.into_iter().map(|part| format!("{} ({})", part.file, part.code)).collect();
    Err(SyncError::Broken { files, taken: u64::from(desk.outcome.pulled) + u64::from(desk.outcome.receipts) })
}

/// What reading keeps between parts.
struct Desk<'a> {
    local: &'a Local<'a>,
    anchor: Anchor,
    newest: Option<Dated>,
    work: &'a Work,
    outcome: SyncOutcome,
    broken: Vec<BrokenPart>,
    stale: u32,
}

impl Desk<'_> {
    fn take_parcel(&mut self, parcel: &FoundParcel, key: &SealKey) -> Result<()> {
        self.broken.extend(parcel.broken.iter().cloned());
        let opening = parcel.opening.as_ref();
        // Whoever sealed it, the parts prove themselves; the opening only tells which question is answered.
        let known = opening.map(|opening| opening.known);
        let mut prove: Vec<u64> = match opening.and_then(|opening| opening.answers) {
            Some(asked) => self.local.recall(&asked_key(&asked.to_string()))?.unwrap_or_default(),
            None => Vec::new(),
        };
        for number in parcel.numbers() {
            self.work.check()?;
            let part = match parcel.open(number, key) {
                Ok(part) => part,
                Err(error) => {
                    let file = parcel.file_name(number);
                    if !self.broken.iter().any(|part| part.file == file) {
                        self.broken.push(BrokenPart { file, code: error.code() });
                    }
                    continue;
                }
            };
            self.take_part(part, known, &mut prove)?;
        }
        Ok(())
    }

    fn take_part(&mut self, part: Part, known: Option<u64>, prove: &mut Vec<u64>) -> Result<()> {
        match part.message {
            Message::Receipted(answer) => self.receipted(answer, known),
            Message::Pulled(page) => {
                let proved = std::mem::take(prove);
                self.pulled(*page, known, &proved)
            }
            Message::Held { digests } => {
                self.outcome.media += u32::try_from(digests.len()).unwrap_or(0);
                self.local.keep_delivered(&digests)?;
                digests.iter().try_for_each(|digest| self.local.forget_upload(digest))
            }
            Message::Refused { part, code } => {
                let file = format!("part {part}");
                self.broken.push(BrokenPart { file, code: refusal(&code) });
                Ok(())
            }
            Message::Note(text) => self.note(&text),
            _ => Ok(()),
        }
    }

    /// Verifies the checkpoint of an answer; `None` when it is older than what is known, or cannot be linked to it because this
    /// laptop learned something else meanwhile.
    fn adopt(&mut self, text: &str, path: &[Digest], known: Option<u64>) -> Result<Option<Dated>> {
        if let Some(newest) = self.newest.as_ref().filter(|newest| newest.note == text) {
            return Ok(Some(newest.clone()));
        }
        let offered = self.anchor.date(text)?;
        let (have, need) = (offered.witnesses, self.anchor.witnesses_needed());
        if have < need {
            return Err(SyncError::Unwitnessed { have, need });
        }
        if let Some(newest) = &self.newest {
            let (ours, theirs) = (newest.checkpoint.size, offered.checkpoint.size);
            let older = theirs < ours;
            match self.anchor.extend(Some(newest), text, path) {
                Ok(_) => {}
                // Only an answer to a question that named this very checkpoint has to extend it.
                Err(lie) if !older && known == Some(ours) => return Err(lie.into()),
                Err(_) => {
                    self.stale += 1;
                    return Ok(None);
                }
            }
        }
        self.local.keep_checkpoint(&offered, path)?;
        self.newest = Some(offered.clone());
        Ok(Some(offered))
    }

    fn receipted(&mut self, answer: ReceiptsAnswer, known: Option<u64>) -> Result<()> {
        self.outcome.stopped.extend(answer.stopped.iter().map(StoppedSeries::of));
        let Some(dated) = self.adopt(&answer.checkpoint, &answer.consistency, known)? else { return Ok(()) };
        for receipt in &answer.receipts {
            check_inclusion(&dated, receipt)?;
        }
        self.local.keep_receipts(&dated, &answer.receipts)?;
        self.outcome.receipts += u32::try_from(answer.receipts.len()).unwrap_or(0);
        Ok(())
    }

    fn pulled(&mut self, page: PullAnswer, known: Option<u64>, proved: &[u64]) -> Result<()> {
        let Some(dated) = self.adopt(&page.checkpoint, &page.consistency, known)? else { return Ok(()) };
        self.settle(&dated, proved, &page.proofs)?;
        let keys = verify_keys(&page.keys);
        let find = |series: &SeriesId| -> Option<PublicKey> {
            keys.get(series).copied().or_else(|| self.local.key(*series).ok())
        };
        let arrivals = check_page(&find, &dated, &page.entries)?;
        self.local.note_succession(&self.anchor.note.root, &arrivals)?;
        let accepted = self.local.accepted_claims()?;
        let mut claims = claims(self.local)?;
        let mut known_claims: HashSet<(u64, Digest)> =
            claims.iter().map(|(seen, _)| (seen.size, seen.root)).collect();
        known_claims.extend(accepted);
        for arrival in &arrivals {
            if let Some(seen) = arrival.seen.filter(|seen| known_claims.insert((seen.size, seen.root))) {
                claims.push((seen, arrival.hash));
            }
        }
        self.outcome.pulled +=
            u32::try_from(self.local.ingest(&dated, &page.keys, arrivals)?.stored).unwrap_or(u32::MAX);
        self.local.remember(CLAIMS, &claims)?;
        // An old answer carried again must not turn the cursor back.
        let cursor = self.local.cursor()?.max(page.next);
        self.local.set_cursor(cursor)?;
        let done = u64::from(self.outcome.pulled);
        self.work.report(&Progress { phase: Phase::Pulling, item: None, done, total: None });
        Ok(())
    }

    /// Uses the proofs that were asked for with the parcel.
    fn settle(&self, dated: &Dated, sizes: &[u64], proofs: &[Vec<Digest>]) -> Result<()> {
        if sizes.is_empty() {
            return Ok(());
        }
        let succeeded = self.local.has_predecessor()?;
        let mut claims = claims(self.local)?;
        for (size, path) in sizes.iter().zip(proofs) {
            for (seen, entry) in claims.iter().filter(|(seen, _)| seen.size == *size) {
                match check_seen(dated, *entry, seen, path) {
                    Err(_) if succeeded => {}
                    checked => checked?,
                }
            }
            claims.retain(|(seen, _)| seen.size != *size);
        }
        self.local.remember(CLAIMS, &claims)
    }

    fn note(&self, text: &str) -> Result<()> {
        let membership = self.local.membership()?;
        let held = membership.township()?;
        let note =
            liuhen_protocol::TownshipNote::verify(text, &membership.pin).map_err(|_| SyncError::Foreign)?;
        let newer = crate::trust::check_note(&membership.note, held.version, text, &note);
        match newer {
            // An older note is only an older parcel.
            Err(_) if note.version < held.version => Ok(()),
            Err(lie) => Err(lie.into()),
            Ok(true) if note.log == held.log => {
                let newer = Membership { note: text.to_owned(), ..membership };
                self.local.keep_membership(&newer)
            }
            Ok(_) => Ok(()),
        }
    }
}

/// Known refusals keep their code; what the list of broken files shows is a fixed word.
fn refusal(code: &str) -> &'static str {
    match code {
        "missing_piece" => "missing_piece",
        "checksum" => "checksum",
        "too_large" => "too_large",
        "unauthorised" => "unauthorised",
        "busy" => "busy",
        _ => "refused",
    }
}
