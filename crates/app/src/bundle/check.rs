//! Checking a bundle from the folder alone, as any outsider could: docs/protocol.md §14.
//!
//! Every fault is told, not only the first. What cannot be known from the folder (whether the
//! township's root key is the real one) is shown for a person to compare.

mod entries;
mod proofs;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use liuhen_protocol::{
    BundleName, BundlePart, Digest, Manifest, PublicKey, SeriesId, TownshipNote, parse_canonical, root_pin,
};
use liuhen_store::work::{Phase, Progress, Work};
use serde::de::DeserializeOwned;

use super::index::{BundleKey, CHECKPOINTS, INDEX, Index, KEYS, NOTE, Presence, READING, README};
use super::media;
use crate::bag::{self, CheckedBag};
use crate::error::{ApiError, Result};
use crate::input::VerifyBundle;
use crate::jobs;
use crate::laptop::Laptop;
use crate::strings::sentence;
use crate::view::{BundleCheck, Fault, JobKind, JobResult, JobView};

use entries::Found;

/// A small file of a bundle is at most this long; only originals are larger.
const SMALL: u64 = 32 << 20;

/// A bundle being checked.
struct Bundle {
    folder: PathBuf,
    files: BTreeMap<String, u64>,
    faults: Vec<Fault>,
    done: u64,
    total: u64,
}

/// A file name of the entry part at a place of a series.
type Place = (SeriesId, u32, u64);

impl Bundle {
    fn fault(&mut self, code: &str, subject: impl Into<String>) {
        let subject = subject.into();
        let message = sentence(&format!("result.fault_{code}"), &[("subject", &subject)]);
        let entry = Digest::from_base64(&subject).is_ok().then(|| subject.clone());
        let media = Digest::from_hex(&subject).is_ok() && code.starts_with('m');
        let media = media.then(|| subject.clone());
        self.faults.push(Fault {
            code: code.to_owned(),
            subject,
            entry,
            media,
            block: None,
            page: None,
            message,
        });
    }

    /// A small payload file; a fault and nothing when it is not there.
    fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>> {
        match self.files.get(name) {
            Some(size) if *size <= SMALL => {
                let path = self.folder.join(name);
                fs::read(&path).map(Some).map_err(|error| ApiError::file(&path, &error))
            }
            Some(_) => {
                self.fault("too_large", name);
                Ok(None)
            }
            None => {
                self.fault("file_missing", name);
                Ok(None)
            }
        }
    }

    fn json<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<Option<T>> {
        let Some(bytes) = self.read(name)? else { return Ok(None) };
        let read = parse_canonical(&bytes, name).ok().and_then(|value| serde_json::from_value(value).ok());
        if read.is_none() {
            self.fault("malformed", name);
        }
        Ok(read)
    }

    fn step(&mut self, work: &Work, bytes: u64) -> Result<()> {
        work.check()?;
        self.done += bytes;
        let total = Some(self.total.max(self.done));
        work.report(&Progress { phase: Phase::Verifying, item: None, done: self.done, total });
        Ok(())
    }
}

/// Checks a bundle; returns when every file was read.
pub fn check_bundle(input: &VerifyBundle, work: &Work) -> Result<BundleCheck> {
    let folder = PathBuf::from(&input.folder);
    let mut read = 0;
    let CheckedBag { files, faults } = bag::check(&folder, &mut |bytes| {
        work.check()?;
        read += bytes;
        work.report(&Progress { phase: Phase::Verifying, item: None, done: read, total: None });
        Ok(())
    })?;
    let total = read + files.values().sum::<u64>();
    let mut bundle = Bundle { folder, files, faults: Vec::new(), done: read, total };
    for fault in faults {
        bundle.fault(fault.code, fault.name);
    }
    let index: Option<Index> = bundle.json(INDEX)?;
    let keys: Vec<BundleKey> = bundle.json(KEYS)?.unwrap_or_default();
    let named = sort(&mut bundle);
    let mut found = entries::check(&mut bundle, &named, &keys)?;
    let township = township(&mut bundle)?;
    let receipts = proofs::check(&mut bundle, &named, &mut found, &keys, township.as_ref())?;
    let media = match &index {
        Some(index) => {
            listed(&mut bundle, index, &found, &named);
            media_of(&mut bundle, index, &found, work)?
        }
        None => 0,
    };
    let missing = found.len() - receipts;
    Ok(told(input, bundle, index, township, &Counts { entries: found.len(), receipts, media, missing }))
}

struct Counts {
    entries: usize,
    receipts: usize,
    media: usize,
    missing: usize,
}

fn told(
    input: &VerifyBundle,
    bundle: Bundle,
    index: Option<Index>,
    township: Option<TownshipNote>,
    counts: &Counts,
) -> BundleCheck {
    let sound = bundle.faults.is_empty();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let said = if !sound {
        sentence("result.bundle_faulty", &[("count", &bundle.faults.len().to_string())])
    } else if counts.missing == 0 {
        sentence("result.bundle_sound", &[])
    } else {
        sentence("result.bundle_sound_unwitnessed", &[("missing", &counts.missing.to_string())])
    };
    BundleCheck {
        folder: input.folder.clone(),
        sound,
        witnessed: counts.missing == 0 && counts.entries > 0,
        matter: index.map(|index| index.matter),
        root_pin: township.as_ref().map(|township| root_pin(&township.root).to_string()),
        township: township.map(|township| township.name),
        entries: number(counts.entries),
        receipts: number(counts.receipts),
        media: number(counts.media),
        files: number(bundle.files.len()),
        faults: bundle.faults,
        sentence: said,
    }
}

/// Parts of entries by place, and names of media; every other file must be a known one.
#[derive(Default)]
struct Named {
    entries: BTreeMap<Place, BTreeSet<BundlePart>>,
    media: BTreeSet<String>,
    manifests: BTreeSet<String>,
    checkpoints: BTreeSet<u64>,
}

fn sort(bundle: &mut Bundle) -> Named {
    let mut named = Named::default();
    let paths: Vec<String> = bundle.files.keys().cloned().collect();
    for name in paths {
        match BundleName::parse(&name) {
            Ok(BundleName::Entry { series, epoch, seq, part }) => {
                named.entries.entry((series, epoch, seq)).or_default().insert(part);
            }
            Ok(BundleName::Media(digest)) => drop(named.media.insert(digest.to_hex())),
            Ok(BundleName::Manifest(digest)) => drop(named.manifests.insert(digest.to_hex())),
            Err(_) if [INDEX, KEYS, NOTE, README, READING].contains(&name.as_str()) => {}
            Err(_) => match checkpoint_size(&name) {
                Some(size) => drop(named.checkpoints.insert(size)),
                None => bundle.fault("unknown_file", name),
            },
        }
    }
    named
}

fn checkpoint_size(name: &str) -> Option<u64> {
    let size = name.strip_prefix(CHECKPOINTS)?.strip_suffix(".checkpoint")?;
    let number: u64 = size.parse().ok()?;
    (number.to_string() == size).then_some(number)
}

/// The township note, verified by the root key it names itself.
fn township(bundle: &mut Bundle) -> Result<Option<TownshipNote>> {
    if !bundle.files.contains_key(NOTE) {
        return Ok(None);
    }
    let Some(bytes) = bundle.read(NOTE)? else { return Ok(None) };
    let note = String::from_utf8(bytes).ok().and_then(|text| by_own_root(&text));
    if note.is_none() {
        bundle.fault("township_note", NOTE);
    }
    Ok(note)
}

/// A note verified by the root key that it states.
fn by_own_root(text: &str) -> Option<TownshipNote> {
    let stated = text.lines().find_map(|line| line.strip_prefix("root "))?;
    let root = PublicKey::from_base64(stated).ok()?;
    TownshipNote::verify(text, &root_pin(&root)).ok()
}

/// The index names exactly what is there.
fn listed(bundle: &mut Bundle, index: &Index, found: &BTreeMap<Digest, Found>, in_bag: &Named) {
    let mut named_once = BTreeSet::new();
    for entry in &index.entries {
        let hash = Digest::from_base64(&entry.hash).ok();
        let Some(there) = hash.and_then(|hash| found.get(&hash)) else {
            bundle.fault("entry_missing", entry.hash.clone());
            continue;
        };
        let envelope = there.entry.envelope();
        let same = entry.series == envelope.series.to_hex()
            && (entry.epoch, entry.seq) == (envelope.epoch, envelope.seq)
            && entry.kind == envelope.kind
            && (entry.subject.kind.as_str(), entry.subject.id.as_str())
                == (envelope.subject.kind.as_str(), envelope.subject.id.as_str())
            && entry.recorded_at == envelope.time.wall
            && entry.index == there.index.map(|index| index.to_string())
            && (entry.body == Presence::Present) == there.body.is_some();
        if !same || !named_once.insert(hash) {
            bundle.fault("index_differs", entry.hash.clone());
        }
    }
    for hash in found.keys() {
        if !named_once.contains(&Some(*hash)) {
            bundle.fault("entry_added", hash.to_string());
        }
    }
    let stated: BTreeSet<&String> = index.media.iter().map(|media| &media.sha256).collect();
    for sha256 in in_bag.media.union(&in_bag.manifests) {
        if !stated.contains(sha256) {
            bundle.fault("media_added", sha256.clone());
        }
    }
}

/// Originals and manifests against their entries. Answers how many originals are sound.
fn media_of(
    bundle: &mut Bundle,
    index: &Index,
    found: &BTreeMap<Digest, Found>,
    work: &Work,
) -> Result<usize> {
    let recorded: BTreeMap<&str, &Found> = found
        .values()
        .filter(|found| found.entry.envelope().kind == "media.recorded")
        .map(|found| (found.entry.envelope().subject.id.as_str(), found))
        .collect();
    let mut sound = 0;
    for file in &index.media {
        let (name, manifest_name) = super::export::media_names(&file.sha256).unwrap_or_default();
        let body = recorded.get(file.id.as_str()).and_then(|found| found.body.as_ref());
        let said = |field: &str| body.and_then(|body| body.get(field)?.as_str());
        let agrees = said("sha256") == Some(file.sha256.as_str())
            && said("manifest") == Some(file.manifest.as_str())
            && body.and_then(|body| body.get("size")?.as_u64()).map(|size| size.to_string()).as_ref()
                == Some(&file.size)
            && sm3_of(found, &file.id, &file.sha256).as_deref() == file.sm3.as_deref();
        if !agrees {
            bundle.fault("media_entry", file.id.clone());
            continue;
        }
        let there = bundle.files.contains_key(&name);
        if there != (file.original == Presence::Present) {
            bundle.fault("media_missing", file.sha256.clone());
        }
        let Some(manifest) = manifest(bundle, &manifest_name, file)? else { continue };
        if !there {
            continue;
        }
        let path = bundle.folder.join(&name);
        let faults =
            media::faults_of(&path, &manifest, file.sm3.as_deref(), &mut |bytes| bundle.step(work, bytes))?;
        if faults.is_empty() {
            sound += 1;
        }
        for code in faults {
            bundle.fault(code, file.sha256.clone());
        }
    }
    Ok(sound)
}

/// SM3 of a file as the entries of the bundle say it: with the import, or later of the same bytes.
fn sm3_of(found: &BTreeMap<Digest, Found>, media: &str, sha256: &str) -> Option<String> {
    let said = |kind: &str, field: &str| {
        let bodies = found.values().filter(|found| {
            let envelope = found.entry.envelope();
            envelope.kind == kind && envelope.subject.id == media
        });
        bodies.filter_map(|found| found.body.as_ref()).find_map(|body| {
            let text = |name: &str| body.get(name).and_then(serde_json::Value::as_str);
            text(field).filter(|_| text("sha256") == Some(sha256)).map(str::to_owned)
        })
    };
    said("media.recorded", "sm3").or_else(|| said("media.digested", "sm3"))
}

/// The manifest, if it is the one the entry names and describes the file the entry names.
fn manifest(bundle: &mut Bundle, name: &str, file: &super::index::IndexMedia) -> Result<Option<Manifest>> {
    if !bundle.files.contains_key(name) {
        bundle.fault("manifest_missing", file.sha256.clone());
        return Ok(None);
    }
    let Some(bytes) = bundle.read(name)? else { return Ok(None) };
    let manifest = Manifest::decode(&bytes).ok().filter(|manifest| {
        Digest::of(&bytes).to_hex() == file.manifest
            && manifest.sha256 == file.sha256
            && manifest.size.to_string() == file.size
    });
    if manifest.is_none() {
        bundle.fault("manifest", file.sha256.clone());
    }
    Ok(manifest)
}

/// Starts checking a bundle. Works without unlocking: a bundle needs no key of ours.
pub fn verify_bundle(laptop: &Laptop, input: VerifyBundle) -> Result<JobView> {
    if !Path::new(&input.folder).is_dir() {
        return Err(ApiError::with("not_a_bundle", &[("path", &input.folder)]));
    }
    jobs::start(laptop, JobKind::VerifyBundle, move |_, work| {
        check_bundle(&input, work).map(JobResult::VerifyBundle)
    })
}
