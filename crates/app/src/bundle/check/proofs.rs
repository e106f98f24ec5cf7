//! Receipts, checkpoints, and what only the township may say.

use std::collections::{BTreeMap, BTreeSet};

use liuhen_protocol::{
    BundlePart, Checkpoint, Cosignature, Digest, Error, Note, SeriesId, TlogProof, TownshipNote,
};

use super::entries::{Found, name_of};
use super::{Bundle, Named, Place};
use crate::bundle::index::{BundleKey, CHECKPOINTS};
use crate::error::Result;

/// Subjects on which only the township speaks.
const TOWNSHIP_ONLY: &[&str] = &["blob", "officer"];

/// Checks all receipts and what they rest on; answers how many entries have a good one.
pub(super) fn check(
    bundle: &mut Bundle,
    named: &Named,
    found: &mut BTreeMap<Digest, Found>,
    keys: &[BundleKey],
    township: Option<&TownshipNote>,
) -> Result<usize> {
    nodes(bundle, found, keys, township);
    let mut seen = Seen { roots: BTreeMap::new(), taken: BTreeSet::new() };
    checkpoints(bundle, named, found, township, &mut seen)?;
    let hashes: BTreeMap<Place, Digest> = found
        .iter()
        .map(|(hash, found)| {
            let envelope = found.entry.envelope();
            ((envelope.series, envelope.epoch, envelope.seq), *hash)
        })
        .collect();
    let mut good = 0;
    let with_receipt = named.entries.iter().filter(|(_, parts)| parts.contains(&BundlePart::Receipt));
    for (place, _) in with_receipt {
        let name = name_of(place, BundlePart::Receipt);
        let there = hashes.get(place).and_then(|hash| found.get_mut(hash));
        let (Some(township), Some(there)) = (township, there) else {
            bundle.fault("receipt_alone", name);
            continue;
        };
        if let Some(index) = receipt(bundle, &name, there, township, &mut seen)? {
            there.index = Some(index);
            good += 1;
        }
    }
    Ok(good)
}

/// What several proofs must agree on.
struct Seen {
    roots: BTreeMap<u64, Digest>,
    taken: BTreeSet<u64>,
}

/// One receipt; answers the log index when it proves it.
fn receipt(
    bundle: &mut Bundle,
    name: &str,
    there: &Found,
    township: &TownshipNote,
    seen: &mut Seen,
) -> Result<Option<u64>> {
    let Some(bytes) = bundle.read(name)? else { return Ok(None) };
    let Some(proof) = String::from_utf8(bytes).ok().and_then(|text| TlogProof::parse(&text).ok()) else {
        bundle.fault("receipt_malformed", name);
        return Ok(None);
    };
    let Ok(checkpoint) = proof.verify(&there.entry.hash(), &township.log) else {
        bundle.fault("receipt_wrong", name);
        return Ok(None);
    };
    let dated = cosigned(&proof.checkpoint, township);
    let one_tree = *seen.roots.entry(checkpoint.size).or_insert(checkpoint.root) == checkpoint.root;
    // An entry cannot be part of the very checkpoint that its author had already seen.
    let later = there.entry.envelope().seen.as_ref().is_none_or(|named| named.size <= proof.index);
    for (fine, code) in [
        (dated, "receipt_undated"),
        (one_tree, "log_split"),
        (later, "receipt_too_early"),
        (seen.taken.insert(proof.index), "receipt_twice"),
    ] {
        if !fine {
            bundle.fault(code, name);
        }
    }
    Ok(Some(proof.index))
}

/// Whether the clock cosigned, and no cosignature of a known key is wrong. Lines of keys that the note
/// does not name prove nothing and are passed over, as the format asks.
fn cosigned(note: &Note, township: &TownshipNote) -> bool {
    let by_clock = Cosignature::verify(note, &township.clock).is_ok();
    let wrong = |key| matches!(Cosignature::verify(note, key), Err(Error::Signature(_)));
    by_clock && !township.witnesses.iter().any(wrong)
}

/// Checkpoints that entries name: signed by the log, and the very ones named.
fn checkpoints(
    bundle: &mut Bundle,
    named: &Named,
    found: &BTreeMap<Digest, Found>,
    township: Option<&TownshipNote>,
    seen: &mut Seen,
) -> Result<()> {
    let wanted: BTreeMap<u64, Digest> = found
        .values()
        .filter_map(|found| found.entry.envelope().seen.as_ref())
        .map(|named| (named.size, named.root))
        .collect();
    for size in &named.checkpoints {
        let name = format!("{CHECKPOINTS}{size}.checkpoint");
        let Some(bytes) = bundle.read(&name)? else { continue };
        let read = String::from_utf8(bytes).ok().zip(township);
        let checkpoint = read.and_then(|(text, township)| {
            let (checkpoint, note) = Checkpoint::verify(&text, &township.log).ok()?;
            cosigned(&note, township).then_some(checkpoint)
        });
        match checkpoint {
            Some(checkpoint) if checkpoint.size == *size && wanted.get(size) == Some(&checkpoint.root) => {
                seen.roots.insert(*size, checkpoint.root);
            }
            _ => bundle.fault("checkpoint_wrong", name),
        }
    }
    Ok(())
}

/// Nodes are those of the note; the township's subjects are signed by a node; every author is one
/// the township enrolled, by an entry that is here.
fn nodes(
    bundle: &mut Bundle,
    found: &BTreeMap<Digest, Found>,
    keys: &[BundleKey],
    township: Option<&TownshipNote>,
) {
    let noted: BTreeSet<SeriesId> =
        township.map(|township| township.nodes.iter().map(SeriesId::of).collect()).unwrap_or_default();
    for key in keys.iter().filter(|key| key.node != noted.contains(&key.series)) {
        bundle.fault("node_wrong", key.series.to_hex());
    }
    for (hash, there) in found {
        let envelope = there.entry.envelope();
        let township_only = TOWNSHIP_ONLY.contains(&envelope.subject.kind.as_str());
        if township_only && !noted.contains(&envelope.series) {
            bundle.fault("not_the_township", hash.to_string());
        }
    }
    // Enrolments as the township wrote them: series -> (officer, key).
    let enrolled: BTreeMap<&str, (&str, &str)> = found
        .values()
        .filter(|found| found.entry.envelope().kind == "officer.enrolled")
        .filter(|found| noted.contains(&found.entry.envelope().series))
        .filter_map(|found| {
            let body = found.body.as_ref()?;
            let text = |field: &str| body.get(field).and_then(|value| value.as_str());
            Some((text("series")?, (found.entry.envelope().subject.id.as_str(), text("public_key")?)))
        })
        .collect();
    for key in keys.iter().filter(|key| !key.node) {
        let Some(officer) = &key.officer else { continue };
        let said = enrolled.get(key.series.to_hex().as_str()).copied();
        if said != Some((officer.id.as_str(), key.public_key.to_string().as_str())) {
            bundle.fault("author_unproven", key.series.to_hex());
        }
    }
}
