//! Our side: the use cases as a person starts them, with a clock around each.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use liuhen_app::input::{AddNote, ImportMedia, Nothing, Search, SyncNow, VerifyHome};
use liuhen_app::{
    ApiError, Laptop, capture, evidence, home, search as searching, shift, sync as syncing,
    verify as verifying,
};
use liuhen_core::ids::OfficerId;
use liuhen_core::matter::StartKind;
use liuhen_store::{Access, Home, Moment, Work};
use serde_json::{Value, json};

use crate::baseline::{insert, like};
use crate::world::{self, RARE, SELDOM};
use crate::{Result, laptop};

/// Characters of a note of 2 KB in UTF-8.
const TWO_KB: usize = 675;
/// Commits in turn before the other side has its turn.
const TURN: usize = 25;
/// Notes of one matter.
const NOTES: usize = 10;

/// How many notes to commit.
#[derive(Debug, clap::Args)]
pub(crate) struct Commits {
    #[arg(long)]
    pub(crate) home: PathBuf,
    #[arg(long, default_value_t = 1000)]
    pub(crate) notes: usize,
    /// The database of the bare inserts.
    #[arg(long)]
    pub(crate) bare: PathBuf,
}

/// What to import, and how often.
#[derive(Debug, clap::Args)]
pub(crate) struct Importing {
    #[arg(long)]
    pub(crate) home: PathBuf,
    pub(crate) paths: Vec<String>,
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The median and the 99th of a hundred, in milliseconds.
fn spread(mut taken: Vec<Duration>) -> Value {
    taken.sort();
    let at = |share: usize| taken.get((taken.len() * share / 100).min(taken.len().saturating_sub(1)));
    json!({ "p50_ms": at(50).copied().map(millis), "p99_ms": at(99).copied().map(millis) })
}

fn timed<T>(taken: &mut Vec<Duration>, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let begun = Instant::now();
    let done = work()?;
    taken.push(begun.elapsed());
    Ok(done)
}

/// Commits of one note each, signed, folded and durable; the same as the command of the screen, which decides and answers
/// with the matter; and a bare insert of the same bytes.
pub(crate) fn commit(commits: &Commits) -> Result<Value> {
    let laptop = laptop::open(&commits.home, Moment::system())?;
    let officer = OfficerId::from(laptop.officer()?);
    let mut bare = insert::open(&commits.bare)?;
    let (mut ours, mut commands, mut inserts) = (Vec::new(), Vec::new(), Vec::new());
    let mut matter = String::new();
    for number in 0..commits.notes {
        if number % NOTES == 0 {
            matter = patrol(&laptop, &officer)?;
        }
        let text = world::text(u32::try_from(number)?, TWO_KB);
        let entry = world::note(&matter, text.clone());
        let bytes = timed(&mut ours, || commit_one(&laptop, entry))?;
        if number % TURN == TURN - 1 {
            for _ in 0..TURN {
                timed(&mut inserts, || insert::one(&mut bare, &bytes))?;
            }
            let other = patrol(&laptop, &officer)?;
            for _ in 0..NOTES {
                let input = AddNote { matter: other.clone(), text: text.clone(), corrects: None };
                timed(&mut commands, || Ok(capture::add_note(&laptop, input)?))?;
            }
        }
    }
    Ok(json!({ "ours": spread(ours), "command": spread(commands), "bare": spread(inserts) }))
}

fn patrol(laptop: &Laptop, officer: &OfficerId) -> Result<String> {
    let id = laptop.moment().uuid()?.to_string();
    commit_one(laptop, world::started(&id, 1, StartKind::Patrol, officer))?;
    Ok(id)
}

/// Commits one entry; answers as many bytes as it has.
fn commit_one(laptop: &Laptop, entry: liuhen_store::NewEntry) -> Result<Vec<u8>> {
    let text = entry.body.get("text").and_then(Value::as_str).unwrap_or_default().len();
    laptop.with_signer(|signer| {
        laptop.with_store(|store| Ok::<_, ApiError>(store.commit(signer, vec![entry]).map(drop)?))
    })??;
    // The envelope with its signature has about 640 bytes.
    Ok(vec![7; text + 640])
}

/// One sync in an open laptop.
pub(crate) fn sync(home: &Path) -> Result<Value> {
    let laptop = laptop::open(home, Moment::system())?;
    let before = laptop::peak_kib();
    let begun = Instant::now();
    let outcome = syncing::sync_now(&laptop, &SyncNow::default(), &Work::silent())?;
    let seconds = begun.elapsed().as_secs_f64();
    let waiting = laptop.with_store(|store| Ok::<_, ApiError>(store.waiting()?.entries))?;
    if waiting > 0 || !outcome.stopped.is_empty() {
        return Err(format!("{waiting} entries still wait, stopped: {:?}", outcome.stopped).into());
    }
    Ok(json!({
        "seconds": seconds, "pushed": outcome.pushed, "pulled": outcome.pulled, "receipts": outcome.receipts,
        "media": outcome.media, "sent": outcome.sent, "received": outcome.received,
        "peak_kib": laptop::peak_kib(), "peak_before_kib": before,
    }))
}

/// One import in an open laptop.
pub(crate) fn import(importing: &Importing) -> Result<Value> {
    let laptop = laptop::open(&importing.home, Moment::system())?;
    let input = ImportMedia { paths: importing.paths.clone(), ..ImportMedia::default() };
    let begun = Instant::now();
    let outcome = evidence::import_files(&laptop, &input, &Work::silent())?;
    let seconds = begun.elapsed().as_secs_f64();
    if let Some(failed) = outcome.failed.first() {
        return Err(
            format!("{} of {} files failed: {failed:?}", outcome.failed.len(), outcome.files.len()).into()
        );
    }
    Ok(json!({ "seconds": seconds, "files": outcome.files.len(), "peak_kib": laptop::peak_kib() }))
}

/// Opens a locked home: all of it, and its passphrase alone; the difference is what opening costs.
pub(crate) fn open(home: &Path, times: usize) -> Result<Value> {
    let (mut whole, mut key, mut first_page) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..times {
        let mut closed = Home::open(home, Moment::system())?;
        let slot = closed.officers().first().map(|slot| slot.id).ok_or("no officer")?;
        let access = || Access::Passphrase(laptop::PASSPHRASE);
        timed(&mut key, || Ok(closed.signer(slot, access())?))?;
        drop(timed(&mut whole, || Ok(closed.unlock(slot, access())?))?);
        drop(closed);
        let laptop = laptop::open(home, Moment::system())?;
        timed(&mut first_page, || Ok(shift::today(&laptop, Nothing {})?))?;
    }
    let laptop = laptop::open(home, Moment::system())?;
    let median = |mut taken: Vec<Duration>| {
        taken.sort();
        taken.get(taken.len() / 2).copied().map_or(0.0, |taken| taken.as_secs_f64())
    };
    let (whole, key) = (median(whole), median(key));
    Ok(json!({
        "seconds": whole - key, "with_passphrase": whole, "today_seconds": median(first_page),
        "size": laptop::size(&laptop)?, "peak_kib": laptop::peak_kib(),
    }))
}

/// Searches of the newest 20: words in most notes, in few, in one, and in none.
pub(crate) fn search(home: &Path, notes: u32) -> Result<Value> {
    let laptop = laptop::open(home, Moment::system())?;
    let bare = like::open(&home.with_extension("like"), notes)?;
    let mut terms = Vec::new();
    for term in ["占道", "油污", SELDOM, RARE, "鲸鱼"] {
        let (mut ours, mut scans) = (Vec::new(), Vec::new());
        let mut hits = 0;
        for _ in 0..15 {
            let input = Search { text: term.into(), limit: Some(20), ..Search::default() };
            hits = timed(&mut ours, || Ok(searching::search(&laptop, input)?.hits.len()))?;
        }
        let times = if notes > 300_000 { 3 } else { 5 };
        let mut scanned = 0;
        for _ in 0..times {
            scanned = timed(&mut scans, || like::newest(&bare, term))?;
        }
        if hits != scanned {
            return Err(format!("{term}: {hits} found, {scanned} by scanning").into());
        }
        terms.push(json!({ "term": term, "hits": hits, "ours": spread(ours), "scan": spread(scans) }));
    }
    Ok(json!({ "terms": terms, "size": laptop::size(&laptop)?, "peak_kib": laptop::peak_kib() }))
}

/// Verifies all entries, bodies, receipts and checkpoints.
pub(crate) fn verify(home: &Path) -> Result<Value> {
    let laptop = laptop::open(home, Moment::system())?;
    let begun = Instant::now();
    let outcome = verifying::verify_home(&laptop, &VerifyHome { deep: false }, &Work::silent())?;
    let seconds = begun.elapsed().as_secs_f64();
    if !outcome.sound {
        return Err(format!("not sound: {:?}", outcome.faults.first()).into());
    }
    Ok(json!({
        "seconds": seconds, "entries": outcome.entries, "receipts": outcome.receipts, "media": outcome.media,
        "peak_kib": laptop::peak_kib(),
    }))
}

/// Makes all documents anew.
pub(crate) fn rebuild(folder: &Path) -> Result<Value> {
    let laptop = laptop::open(folder, Moment::system())?;
    let begun = Instant::now();
    let outcome = home::rebuild(&laptop, Nothing {})?;
    let seconds = begun.elapsed().as_secs_f64();
    Ok(json!({ "seconds": seconds, "documents": outcome.documents, "peak_kib": laptop::peak_kib() }))
}
