//! The entries of a bundle: bytes, signature, chain, body.

use std::collections::BTreeMap;

use liuhen_protocol::{Body, BundleName, BundlePart, Digest, Entry, PublicKey, Salt, SeriesId};
use serde_json::{Map, Value};

use super::{Bundle, Named, Place};
use crate::bundle::index::BundleKey;
use crate::error::Result;

/// An entry that decoded.
pub(super) struct Found {
    pub(super) entry: Entry,
    pub(super) body: Option<Map<String, Value>>,
    /// Where its receipt says the log holds it.
    pub(super) index: Option<u64>,
}

/// Checks all entries; those that decode are answered, whatever else is wrong with them.
pub(super) fn check(
    bundle: &mut Bundle,
    named: &Named,
    keys: &[BundleKey],
) -> Result<BTreeMap<Digest, Found>> {
    let keys = keys_of(bundle, keys);
    let mut found = BTreeMap::new();
    let mut places: BTreeMap<Place, Digest> = BTreeMap::new();
    for (place, parts) in &named.entries {
        let name = |part| name_of(place, part);
        if !parts.contains(&BundlePart::Item) {
            bundle.fault("entry_missing", name(BundlePart::Item));
            continue;
        }
        let Some(item) = bundle.read(&name(BundlePart::Item))? else { continue };
        let Ok(entry) = Entry::decode(&item) else {
            bundle.fault("entry_malformed", name(BundlePart::Item));
            continue;
        };
        let envelope = entry.envelope();
        if (envelope.series, envelope.epoch, envelope.seq) != *place {
            bundle.fault("entry_elsewhere", name(BundlePart::Item));
        }
        match keys.get(&envelope.series) {
            Some(key) if entry.verify(key).is_ok() => {}
            Some(_) => bundle.fault("bad_signature", name(BundlePart::Item)),
            None => bundle.fault("key_missing", envelope.series.to_hex()),
        }
        let body = body_of(
            bundle,
            place,
            parts.contains(&BundlePart::Body),
            parts.contains(&BundlePart::Salt),
            &entry,
        )?;
        places.insert(*place, entry.hash());
        found.insert(entry.hash(), Found { entry, body, index: None });
    }
    chains(bundle, &found, &places);
    Ok(found)
}

pub(super) fn name_of(place: &Place, part: BundlePart) -> String {
    let (series, epoch, seq) = *place;
    BundleName::Entry { series, epoch, seq, part }.to_string()
}

fn keys_of(bundle: &mut Bundle, keys: &[BundleKey]) -> BTreeMap<SeriesId, PublicKey> {
    let mut known = BTreeMap::new();
    for key in keys {
        if SeriesId::of(&key.public_key) != key.series || known.insert(key.series, key.public_key).is_some() {
            bundle.fault("key_wrong", key.series.to_hex());
        }
    }
    known
}

/// The body, checked against its commitment. Body and salt are there together or not at all.
fn body_of(
    bundle: &mut Bundle,
    place: &Place,
    has_body: bool,
    has_salt: bool,
    entry: &Entry,
) -> Result<Option<Map<String, Value>>> {
    let name = name_of(place, BundlePart::Body);
    if has_body != has_salt {
        bundle.fault("body_without_salt", name);
        return Ok(None);
    }
    if !has_body {
        return Ok(None);
    }
    let (Some(bytes), Some(salt)) = (bundle.read(&name)?, bundle.read(&name_of(place, BundlePart::Salt))?)
    else {
        return Ok(None);
    };
    let salt =
        std::str::from_utf8(&salt).ok().and_then(|text| text.strip_suffix('\n')).map(Salt::from_base64);
    let checked = match (salt, Body::decode(&bytes)) {
        (Some(Ok(salt)), Ok(body)) => body.check(&salt, &entry.envelope().body).is_ok().then_some(body),
        _ => None,
    };
    if checked.is_none() {
        bundle.fault("body_differs", name);
    }
    Ok(checked.map(|body| body.fields().clone()))
}

/// Neighbours in a series are chained; what an entry of a subject named before it is in the bundle.
fn chains(bundle: &mut Bundle, found: &BTreeMap<Digest, Found>, places: &BTreeMap<Place, Digest>) {
    for (place, hash) in places {
        let (series, epoch, seq) = *place;
        let Some(there) = found.get(hash) else { continue };
        let envelope = there.entry.envelope();
        let before = seq.checked_sub(1).and_then(|before| places.get(&(series, epoch, before)));
        if before.is_some_and(|before| envelope.prev.as_ref() != Some(before)) {
            bundle.fault("chain_broken", hash.to_string());
        }
        // The whole of a matter, file or draft is here, so whatever it builds on must be, too.
        let whole = matches!(envelope.subject.kind.as_str(), "matter" | "media" | "draft");
        for named in envelope.after.iter().filter(|named| whole && !found.contains_key(*named)) {
            bundle.fault("entry_missing", named.to_string());
        }
    }
}
