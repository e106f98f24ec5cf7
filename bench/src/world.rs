//! A world that grew over years: matters with notes, some closed, with media, dated over three years.
//!
//! Everything is written by `Store::commit` as the use cases write it, only in larger transactions. Texts are drawn from
//! a fixed vocabulary by matter and note, so that a baseline can be given the very same texts: [`text`].

mod words;

use std::path::PathBuf;
use std::time::Instant;

use chrono::{DateTime, Utc};
use liuhen_app::{ApiError, Laptop};
use liuhen_core::Event;
use liuhen_core::ids::{MatterId, OfficerId};
use liuhen_core::matter::{
    CertificateShown, Closed, MatterEvent, MatterResult, NoteAdded, PartySet, RightsTold, StartKind, Started,
};
use liuhen_core::media::{MediaEvent, MediaLinked, MediaRecorded};
use liuhen_protocol::{BLOCK, Digest, Manifest, Subject};
use liuhen_store::{Moment, NewEntry};
use serde_json::{Value, json};

use crate::Result;
use crate::laptop;
pub(crate) use words::{RARE, SELDOM, text};

/// Where the years begin, and how long they are.
const BEGIN: i64 = 1_700_000_000;
const YEARS_MS: u64 = 3 * 365 * 24 * 3_600_000;
/// Matters of one transaction.
const GROUP: u32 = 100;
/// Bytes of one medium.
const MEDIUM: usize = 8 << 10;

/// How far a home shall grow. It may be grown again to more.
#[derive(Debug, clap::Args)]
pub(crate) struct Growing {
    #[arg(long)]
    pub(crate) home: PathBuf,
    /// Matters that are there already.
    #[arg(long, default_value_t = 0)]
    pub(crate) from: u32,
    /// Matters to reach.
    #[arg(long)]
    pub(crate) matters: u32,
    /// Matters of the whole three years, for the dates.
    #[arg(long)]
    pub(crate) of: Option<u32>,
    /// Notes in each matter.
    #[arg(long, default_value_t = 6)]
    pub(crate) notes: u32,
    /// Every so many matters have a medium; 0 for none.
    #[arg(long, default_value_t = 2)]
    pub(crate) media_every: u32,
    /// Characters of every note, instead of between 20 and 160.
    #[arg(long, default_value_t = 0)]
    pub(crate) characters: usize,
}

/// The clock at a matter: three years are spread evenly over all of them.
fn clock(matter: u32, of: u32) -> DateTime<Utc> {
    let begin = u64::try_from(BEGIN).unwrap_or(0) * 1000;
    let millis = begin + YEARS_MS * u64::from(matter) / u64::from(of.max(1));
    DateTime::from_timestamp_millis(i64::try_from(millis).unwrap_or(0)).unwrap_or_default()
}

/// Writes the matters that are missing.
pub(crate) fn grow(growing: &Growing) -> Result<Value> {
    let of = growing.of.unwrap_or(growing.matters);
    let moment = Moment::fixed(clock(growing.from, of), 7 + u64::from(growing.from));
    let laptop = laptop::open(&growing.home, moment.clone())?;
    let officer = OfficerId::from(laptop.officer()?);
    let begun = Instant::now();
    let mut at = growing.from;
    while at < growing.matters {
        let upto = growing.matters.min(at + GROUP);
        let mut entries = Vec::new();
        let mut media = Vec::new();
        for number in at..upto {
            let id = moment.uuid()?.to_string();
            write_matter(&mut entries, growing, number, &id, &officer);
            if growing.media_every > 0 && number % growing.media_every == 0 {
                media.push((number, id));
            }
        }
        entries.extend(write_media(&laptop, &media)?);
        commit(&laptop, entries)?;
        at = upto;
        moment.set_wall(clock(at, of));
    }
    laptop.with_store(|store| Ok::<_, ApiError>(store.tidy()?))?;
    let mut answer = laptop::size(&laptop)?;
    answer["seconds"] = json!(begun.elapsed().as_secs_f64());
    Ok(answer)
}

fn commit(laptop: &Laptop, entries: Vec<NewEntry>) -> Result<()> {
    laptop.with_signer(|signer| {
        laptop.with_store(|store| Ok::<_, ApiError>(store.commit(signer, entries).map(drop)?))
    })??;
    Ok(())
}

/// An entry of an event.
pub(crate) fn entry(kind: &str, id: &str, event: &impl Event) -> NewEntry {
    NewEntry::new(Subject::new(kind, id), event.kind(), event.body())
}

/// The beginning of a patrol.
pub(crate) fn started(id: &str, number: u32, start: StartKind, officer: &OfficerId) -> NewEntry {
    let event = MatterEvent::from(Started {
        start,
        title: format!("{} {number}", words::title(number)),
        place: words::place(number),
        coordinates: None,
        lead: officer.clone(),
        second: None,
        follows: None,
    });
    entry("matter", id, &event)
}

/// A note.
pub(crate) fn note(id: &str, text: String) -> NewEntry {
    entry("matter", id, &MatterEvent::from(NoteAdded { text, corrects: None }))
}

fn write_matter(out: &mut Vec<NewEntry>, growing: &Growing, number: u32, id: &str, officer: &OfficerId) {
    let inspection = number % 3 == 2;
    let start = if inspection { StartKind::Inspection } else { StartKind::Patrol };
    out.push(started(id, number, start, officer));
    if inspection {
        out.push(entry("matter", id, &MatterEvent::from(CertificateShown {})));
        out.push(entry("matter", id, &MatterEvent::from(RightsTold {})));
        let party = PartySet { name: words::party(number), number: None, kind: None };
        out.push(entry("matter", id, &MatterEvent::from(party)));
    }
    for at in 0..growing.notes {
        out.push(note(id, text(number * growing.notes + at, growing.characters)));
    }
    let result = if number.is_multiple_of(2) { MatterResult::Dissuaded } else { MatterResult::Corrected };
    out.push(entry("matter", id, &MatterEvent::from(Closed { result, until: None })));
}

/// Keeps a medium in the vault for each matter, with its manifest, and names it.
fn write_media(laptop: &Laptop, matters: &[(u32, String)]) -> Result<Vec<NewEntry>> {
    let files: Vec<Vec<u8>> = matters.iter().map(|(number, _)| bytes(*number)).collect();
    let manifests: Vec<Manifest> = files.iter().map(|bytes| manifest(bytes)).collect();
    let encoded = manifests.iter().map(Manifest::encode).collect::<Result<Vec<_>, _>>()?;
    let all: Vec<&[u8]> = files.iter().chain(&encoded).map(Vec::as_slice).collect();
    let held = laptop.vault()?.store_many(&all)?;
    laptop.with_store(|store| Ok::<_, ApiError>(store.keep_all_held(&held)?))?;
    let mut entries = Vec::with_capacity(2 * matters.len());
    for (((number, matter), manifest), encoded) in matters.iter().zip(manifests).zip(encoded) {
        let id = laptop.moment().uuid()?.to_string();
        let facts = MediaRecorded {
            name: format!("IMG_{number:06}.JPG"),
            size: manifest.size,
            sha256: manifest.sha256,
            sm3: manifest.sm3,
            manifest: Digest::of(&encoded).to_hex(),
            mime: "image/jpeg".into(),
            captured_at: Some(laptop.moment().wall()),
            ..MediaRecorded::default()
        };
        entries.push(entry("media", &id, &MediaEvent::from(facts)));
        let link = MediaLinked { matter: MatterId::from(matter.as_str()) };
        entries.push(entry("media", &id, &MediaEvent::from(link)));
    }
    Ok(entries)
}

/// The bytes of a medium: a repeatable stream that nothing compresses.
fn bytes(number: u32) -> Vec<u8> {
    let seed = u64::from(number);
    (0..MEDIUM / 32).flat_map(|at| Digest::of(&[seed, at as u64].map(u64::to_be_bytes).concat()).0).collect()
}

fn manifest(bytes: &[u8]) -> Manifest {
    Manifest {
        v: 1,
        size: bytes.len() as u64,
        sha256: Digest::of(bytes).to_hex(),
        sm3: Some(sm3_of(bytes)),
        block: BLOCK,
        // A medium is smaller than a block.
        blocks: vec![Digest::of(bytes).to_hex()],
    }
}

fn sm3_of(bytes: &[u8]) -> String {
    use sm3::Digest as _;
    Digest(sm3::Sm3::digest(bytes).into()).to_hex()
}
