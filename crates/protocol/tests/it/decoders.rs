//! Every decoder under attack: arbitrary bytes, mutated golden files, and a committed corpus.
//!
//! The rule for all: a decoder never panics, and what it accepts is written back byte for byte.

use std::{fs, path::Path};

use liuhen_protocol::Sign as _;
use liuhen_protocol::{
    Body, BundleName, Checkpoint, EnrolmentCode, Entry, Manifest, Note, Salt, TlogProof, TownshipNote,
    VerifierKey, parse_canonical, root_pin, tile, wire,
};
use proptest::prelude::*;

use crate::vectors;

/// A decoder as "bytes in, bytes written back if accepted". Where a format allows several spellings
/// (typed codes, foreign notes' order), what is written back must at least read the same again.
type Decoder = fn(&[u8]) -> Option<Vec<u8>>;

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

const EXACT: &[(&str, Decoder)] = &[
    ("entry", |bytes| Entry::decode(bytes).ok().map(|entry| entry.item().to_vec())),
    ("body", |bytes| Body::decode(bytes).ok().map(|body| body.bytes().to_vec())),
    ("json", |bytes| {
        let value = parse_canonical(bytes, "test").ok()?;
        liuhen_protocol::canonical(&value, "test").ok()
    }),
    ("manifest", |bytes| Manifest::decode(bytes).ok()?.encode().ok()),
    ("note", |bytes| Note::parse(text(bytes)?).ok().map(|note| note.to_string().into_bytes())),
    ("receipt", |bytes| TlogProof::parse(text(bytes)?).ok().map(|proof| proof.to_string().into_bytes())),
    ("key", |bytes| VerifierKey::parse(text(bytes)?).ok().map(|key| key.to_string().into_bytes())),
    ("salt", |bytes| Salt::from_base64(text(bytes)?).ok().map(|salt| salt.to_string().into_bytes())),
    ("bundle", |bytes| BundleName::parse(text(bytes)?).ok().map(|name| name.to_string().into_bytes())),
    ("tile", |bytes| tile::Tile::parse(text(bytes)?).ok().map(|tile| tile.path().into_bytes())),
    ("pack", |bytes| {
        let files = wire::unpack(bytes).ok()?;
        wire::pack(&files.into_iter().map(|(digest, file)| (digest, file.to_vec())).collect::<Vec<_>>()).ok()
    }),
    ("township", |bytes| {
        let pin = root_pin(&vectors::Key::of(vectors::ROOT).public_key());
        let note = text(bytes)?;
        let found = TownshipNote::verify(note, &pin).ok()?;
        // Signing again gives the same text; other people's signature lines may follow ours.
        let again = found.sign(&vectors::Key::of(vectors::ROOT)).ok()?;
        Some(if note.starts_with(again.trim_end()) { bytes.to_vec() } else { again.into_bytes() })
    }),
];

const READ_AGAIN: &[(&str, Decoder)] = &[
    ("code", |bytes| EnrolmentCode::parse(text(bytes)?).ok().map(|code| code.to_string().into_bytes())),
    ("checkpoint", |bytes| {
        Checkpoint::parse_text(text(bytes)?).ok().map(|checkpoint| checkpoint.text().into_bytes())
    }),
    ("push", |bytes| {
        let batch: wire::PushBatch = serde_json::from_slice(bytes).ok()?;
        batch.entries.iter().for_each(|entry| drop(entry.decode()));
        serde_json::to_vec(&batch).ok()
    }),
    ("part", |bytes| liuhen_protocol::parcel::Part::decode(bytes).ok()?.encode().ok()),
    ("pull", |bytes| {
        serde_json::from_slice::<wire::PullAnswer>(bytes).ok().and_then(|a| serde_json::to_vec(&a).ok())
    }),
];

fn check(bytes: &[u8]) {
    for (name, decoder) in EXACT {
        if let Some(written) = decoder(bytes) {
            assert_eq!(written, bytes, "{name} accepted another spelling");
        }
    }
    for (name, decoder) in READ_AGAIN {
        if let Some(written) = decoder(bytes) {
            assert_eq!(decoder(&written).as_ref(), Some(&written), "{name} does not read what it wrote");
        }
    }
}

fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder))
        .unwrap()
        .map(|file| file.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    found.sort();
    found
}

#[test]
fn the_committed_corpus_is_survived() {
    let corpus = files("corpus");
    assert!(corpus.len() >= 20, "the corpus is there");
    corpus.iter().for_each(|(_, bytes)| check(bytes));
}

#[test]
fn corpus_files_named_bad_are_refused_by_the_decoder_in_their_name() {
    let mut seen = 0;
    for (name, bytes) in files("corpus") {
        let Some(kind) = name.strip_prefix("bad-").and_then(|rest| rest.split(['-', '.']).next()) else {
            continue;
        };
        let decoder = EXACT.iter().chain(READ_AGAIN).find(|(found, _)| *found == kind);
        let (_, decoder) = decoder.unwrap_or_else(|| panic!("{name} names no decoder"));
        assert_eq!(decoder(&bytes), None, "{name} was accepted");
        seen += 1;
    }
    assert!(seen >= 20, "{seen} bad files");
}

#[test]
fn every_flipped_bit_of_a_golden_entry_is_refused() {
    let key = vectors::Key::of(vectors::OFFICER).public_key();
    let good = vectors::entries()[1].0.item().to_vec();
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            let taken = Entry::decode(&bad).and_then(|entry| entry.verify(&key));
            assert!(taken.is_err(), "bit {bit} of byte {at}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        check(&bytes);
    }

    #[test]
    fn arbitrary_text_is_survived(text in "[\\PC\n\u{2014} +{}\":,\\[\\]0-9a-f]{0,300}") {
        check(text.as_bytes());
    }

    #[test]
    fn mutated_golden_files_are_survived(pick in any::<prop::sample::Index>(), cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..6)) {
        let golden = vectors::all();
        let mut bytes = golden[pick.index(golden.len())].1.clone();
        for (at, value, how) in cuts {
            if bytes.is_empty() { break; }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = value,
                1 => bytes.insert(at, value),
                2 => drop(bytes.remove(at)),
                _ => bytes.truncate(at),
            }
        }
        check(&bytes);
    }
}
