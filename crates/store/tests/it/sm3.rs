//! An SM3 that was put off and said later: laptop and township compare it with the bytes.

use liuhen_store::vault::{ImportOptions, Sm3};
use liuhen_store::{ProblemCode, Scope, Store, Vault, Work};
use serde_json::json;

use crate::world::{entry, laptop, signer, township};

fn check(mut store: Store) {
    let key = signer(2);
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::at(folder.path(), &[3; 32]).unwrap();
    let path = folder.path().join("a.bin");
    std::fs::write(&path, vec![5; 3 << 20]).unwrap();
    let file = vault.import(&path, ImportOptions { sm3: Sm3::Later }, &Work::silent()).unwrap();
    assert!(file.sm3.is_none() && file.manifest.sm3.is_none());
    store.keep_all_held(&[file.held, file.manifest_held]).unwrap();
    let sha256 = file.held.digest.to_hex();
    let recorded = json!({
        "name": "a.bin", "size": file.held.size, "sha256": sha256, "manifest": file.manifest_held.digest.to_hex(),
    });
    store.commit(&key, vec![entry("media", "one", "media.recorded", recorded)]).unwrap();
    let sm3 = vault.complete_sm3(&file.held.digest, &Work::silent()).unwrap().to_hex();
    let right = json!({ "sha256": sha256, "sm3": sm3 });
    store.commit(&key, vec![entry("media", "one", "media.digested", right)]).unwrap();
    let deep = Scope { deep: true, vault: Some(&vault), note: None };
    let report = store.verify(deep, &Work::silent()).unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
    let wrong = json!({ "sha256": sha256, "sm3": "0".repeat(64) });
    let lie = store.commit(&key, vec![entry("media", "one", "media.digested", wrong)]).unwrap()[0].hash;
    let problems = store.verify(deep, &Work::silent()).unwrap().problems;
    let named: Vec<_> =
        problems.iter().map(|found| (found.code, found.entry, found.detail.as_str())).collect();
    assert_eq!(named, [(ProblemCode::Media, Some(lie), "sm3")]);
    let quick = store.verify(Scope { deep: false, ..deep }, &Work::silent()).unwrap();
    assert!(quick.is_sound(), "without reading the bytes nobody can say");
}

#[test]
fn a_false_sm3_is_named_by_the_deep_check_of_a_laptop() {
    check(laptop(1));
}

#[test]
fn a_false_sm3_is_named_by_the_deep_check_of_a_township() {
    check(township(1));
}
