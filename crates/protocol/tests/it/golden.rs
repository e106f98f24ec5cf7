//! What was written once is written the same for ever.

use std::{collections::BTreeMap, fs, path::Path};

use liuhen_protocol::Sign as _;
use liuhen_protocol::{
    Body, Checkpoint, Cosignature, EnrolmentCode, Entry, FieldProof, Manifest, Salt, TlogProof, TownshipNote,
    root_pin,
};

use crate::vectors;

fn golden() -> BTreeMap<String, Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect()
}

fn text(name: &str) -> String {
    String::from_utf8(golden().remove(name).unwrap()).unwrap()
}

#[test]
fn the_golden_files_are_what_the_code_writes_today() {
    let golden = golden();
    let made: BTreeMap<_, _> = vectors::all().into_iter().collect();
    assert_eq!(made.keys().collect::<Vec<_>>(), golden.keys().collect::<Vec<_>>());
    for (name, bytes) in &made {
        assert_eq!(bytes, &golden[name], "{name} differs from its golden file");
    }
}

#[test]
fn golden_entries_are_read_and_verified() {
    let key = vectors::Key::of(vectors::OFFICER).public_key();
    for seq in 1..=3 {
        let entry = Entry::decode(text(&format!("entry-{seq}.entry")).as_bytes()).unwrap();
        entry.verify(&key).unwrap();
        assert_eq!(entry.hash().to_string(), text(&format!("entry-{seq}.hash")).trim_end());
        let body = Body::decode(text(&format!("entry-{seq}.body.json")).as_bytes()).unwrap();
        let salt = Salt::from_base64(text(&format!("entry-{seq}.salt")).trim_end()).unwrap();
        body.check(&salt, &entry.envelope().body).unwrap();
    }
}

#[test]
fn the_golden_receipt_checkpoint_and_field_verify() {
    let entry = Entry::decode(text("entry-2.entry").as_bytes()).unwrap();
    let receipt = TlogProof::parse(&text("receipt.tlog-proof")).unwrap();
    let checkpoint = receipt.verify(&entry.hash(), &vectors::log_key()).unwrap();
    assert_eq!(checkpoint.size, 3);
    let (_, note) = Checkpoint::verify(&text("checkpoint.note"), &vectors::log_key()).unwrap();
    assert_eq!(Cosignature::verify(&note, &vectors::clock_key()).unwrap().time, 1_795_392_700);
    let field: FieldProof = serde_json::from_str(&text("field.json")).unwrap();
    field.verify(&entry.envelope().body.commitment).unwrap();
}

#[test]
fn the_golden_township_note_code_and_manifest_are_read() {
    let root = vectors::Key::of(vectors::ROOT).public_key();
    let township = TownshipNote::verify(&text("township.note"), &root_pin(&root)).unwrap();
    assert_eq!(township.name, "观海卫镇");
    let code = EnrolmentCode::parse(text("code.txt").trim_end()).unwrap();
    assert!(code.is_for(&root));
    assert_eq!(Manifest::decode(text("manifest.json").as_bytes()).unwrap(), vectors::manifest());
}
