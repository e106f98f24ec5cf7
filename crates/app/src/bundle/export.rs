//! Writing a bundle: everything gathered, then the bytes of media, then the tag files.

use std::path::Path;

use liuhen_protocol::{BundleName, BundlePart, Digest, canonical};
use liuhen_store::work::{Phase, Progress, Work};
use serde::Serialize;

use super::gather::{Gathered, GatheredMedia, gather};
use super::index::{
    CHECKPOINTS, INDEX, Index, IndexEntry, IndexMedia, IndexSubject, KEYS, NOTE, Presence, READING, README,
};
use super::{media, reading};
use crate::bag::BagWriter;
use crate::calendar;
use crate::departures;
use crate::error::Result;
use crate::input::ExportMatter;
use crate::jobs;
use crate::laptop::Laptop;
use crate::receipts::{custody_sentence, proof_text};
use crate::view::{ExportOutcome, JobKind, JobResult, JobView, Size, make};

/// How to check a bundle with common tools, for people who have never heard of us.
const HOW_TO_CHECK: &str = include_str!("../../../../assets/bundle/README.zh.html");

/// Writes the bundle of a matter into an empty folder; returns when it is durable.
pub fn export_matter(laptop: &Laptop, input: &ExportMatter, work: &Work) -> Result<ExportOutcome> {
    let screen = laptop.screen()?;
    let gathered = laptop.read(|store| gather(store, &screen, &input.matter))?;
    let view = laptop.read(|store| make::matter_view(store, &screen, &input.matter))?;
    let mut bag = BagWriter::create(Path::new(&input.out))?;
    departures::note(laptop, "bundle", &input.matter)?;
    let township = gathered.membership.as_ref().map(crate::settings::Membership::township).transpose()?;
    for entry in &gathered.entries {
        work.check()?;
        let position = entry.row.position();
        let name = |part| BundleName::entry(&position, part).to_string();
        bag.add(&name(BundlePart::Item), &entry.row.item)?;
        if let (Some(salt), Some(body)) = (&entry.row.salt, &entry.row.body) {
            bag.add(&name(BundlePart::Body), body)?;
            bag.add(&name(BundlePart::Salt), format!("{salt}\n").as_bytes())?;
        }
        if let Some(receipt) = &entry.receipt {
            bag.add(&name(BundlePart::Receipt), proof_text(receipt)?.as_bytes())?;
        }
    }
    let mut meter = Steps::new(work, &gathered.media);
    let mut present = Vec::with_capacity(gathered.media.len());
    for file in &gathered.media {
        present.push(media::write(laptop, &mut bag, file, &mut |bytes| meter.add(&file.facts.name, bytes))?);
    }
    add_json(&mut bag, KEYS, &gathered.keys)?;
    if let Some(membership) = &gathered.membership {
        bag.add(NOTE, membership.note.as_bytes())?;
    }
    for (size, held) in &gathered.checkpoints {
        bag.add(&format!("{CHECKPOINTS}{size}.checkpoint"), held.note.as_bytes())?;
    }
    let receipts = gathered.entries.iter().filter(|entry| entry.receipt.is_some()).count();
    let missing = gathered.entries.len() - receipts;
    let name = township.as_ref().map(|township| township.name.as_str()).unwrap_or_default();
    let sentence = custody_sentence(receipts, missing, name);
    let now = laptop.moment().now();
    let exported_at = laptop.moment().wall();
    bag.add(READING, reading::page(&view, &gathered.number, &sentence, &exported_at).as_bytes())?;
    bag.add(README, HOW_TO_CHECK.as_bytes())?;
    let origin = township.as_ref().map(|township| township.origin().to_owned());
    add_json(&mut bag, INDEX, &index_of(&gathered, &input.matter, exported_at, origin, &present))?;
    let size = bag.size();
    bag.finish(&[
        ("Bag-Software-Agent", format!("liuhen {}", env!("CARGO_PKG_VERSION"))),
        ("Bagging-Date", calendar::day_of(now).to_string()),
        ("External-Identifier", input.matter.clone()),
        ("External-Description", format!("{} {sentence}", gathered.number)),
    ])?;
    let originals = present.iter().filter(|present| **present).count();
    let linked = gathered.media.iter().filter(|file| file.linked).count();
    Ok(ExportOutcome {
        matter: input.matter.clone(),
        folder: input.out.clone(),
        entries: number(gathered.entries.len()),
        receipts: number(receipts),
        media: number(originals),
        missing_media: number(linked - originals),
        size: Size(size),
        sentence,
    })
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn add_json(bag: &mut BagWriter, name: &'static str, value: &impl Serialize) -> Result<()> {
    bag.add(name, &canonical(value, name)?)
}

fn index_of(
    gathered: &Gathered,
    matter: &str,
    exported_at: String,
    origin: Option<String>,
    present: &[bool],
) -> Index {
    let entries = gathered.entries.iter().map(|entry| IndexEntry {
        hash: entry.row.hash.to_string(),
        series: entry.row.series.to_hex(),
        epoch: entry.row.epoch,
        seq: entry.row.seq,
        kind: entry.row.kind.clone(),
        subject: IndexSubject { kind: entry.row.subject.kind.clone(), id: entry.row.subject.id.clone() },
        recorded_at: entry.recorded_at.clone(),
        index: entry.receipt.as_ref().map(|receipt| receipt.index.to_string()),
        body: Presence::from(entry.row.body.is_some()),
    });
    let media = gathered.media.iter().zip(present).map(|(file, present)| IndexMedia {
        id: file.id.clone(),
        name: file.facts.name.clone(),
        mime: file.facts.mime.clone(),
        size: file.facts.size.to_string(),
        sha256: file.facts.sha256.clone(),
        sm3: file.sm3.clone(),
        manifest: file.facts.manifest.clone(),
        original: Presence::from(*present),
        received: file.received.clone(),
    });
    Index {
        v: 1,
        matter: matter.to_owned(),
        number: gathered.number.clone(),
        exported_at,
        origin,
        entries: entries.collect(),
        media: media.collect(),
    }
}

/// Progress over the bytes of all originals.
struct Steps<'a> {
    work: &'a Work,
    done: u64,
    total: u64,
}

impl<'a> Steps<'a> {
    fn new(work: &'a Work, media: &[GatheredMedia]) -> Self {
        let total = media.iter().filter(|file| file.linked).map(|file| file.facts.size).sum();
        Self { work, done: 0, total }
    }

    fn add(&mut self, item: &str, bytes: u64) -> Result<()> {
        self.work.check()?;
        self.done += bytes;
        let progress = Progress {
            phase: Phase::Exporting,
            item: Some(item.into()),
            done: self.done,
            total: Some(self.total),
        };
        self.work.report(&progress);
        Ok(())
    }
}

/// Starts writing a bundle.
pub fn export(laptop: &Laptop, input: ExportMatter) -> Result<JobView> {
    laptop.officer()?;
    jobs::start(laptop, JobKind::Export, move |laptop, work| {
        export_matter(laptop, &input, work).map(JobResult::Export)
    })
}

/// SHA-256 names of a file and its manifest in a bundle.
pub(super) fn media_names(sha256: &str) -> Result<(String, String)> {
    let digest = Digest::from_hex(sha256)?;
    Ok((BundleName::Media(digest).to_string(), BundleName::Manifest(digest).to_string()))
}
