//! Databases of released versions open, keep every entry, and get their documents made again.

use std::path::{Path, PathBuf};

use liuhen_protocol::Sign as _;
use liuhen_store::{Mode, Query, Scope, Sqlite, Store, Work};

use crate::world::{documents, moment, note, signer, started};

const KEY: [u8; 32] = [7; 32];

fn open(path: &Path) -> Store {
    let engine = Sqlite::open(path, &KEY).unwrap();
    Store::open(Box::new(engine), moment(3), Mode::Laptop).unwrap()
}

fn fill(path: &Path) -> Store {
    let engine = Sqlite::create(path, &KEY).unwrap();
    let mut store = Store::open(Box::new(engine), moment(1), Mode::Laptop).unwrap();
    store.commit(&signer(2), vec![started("m1", "o1"), note("m1", "占道经营，已劝离")]).unwrap();
    store.set_setting("device", &serde_json::json!("笔记本1")).unwrap();
    store
}

fn behind(path: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\"; {sql}", "07".repeat(32))).unwrap();
}

/// Run with `LIUHEN_FIXTURE=1` once per released schema; the file is never changed afterwards.
#[test]
fn every_released_schema_opens_with_all_its_entries() {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let newest = fixtures.join(format!("schema-{}.db", liuhen_store::engine::SCHEMA));
    if std::env::var_os("LIUHEN_FIXTURE").is_some() && !newest.exists() {
        fill(&newest).tidy().unwrap();
    }
    for schema in 1..=liuhen_store::engine::SCHEMA {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        std::fs::copy(fixtures.join(format!("schema-{schema}.db")), &path).unwrap();
        let mut store = open(&path);
        let report = store.verify(Scope { deep: true, ..Scope::default() }, &Work::silent()).unwrap();
        assert!(
            report.is_sound(),
            "schema {schema} (a changed fold needs a new FOLD_VERSION): {:?}",
            report.problems
        );
        assert_eq!(report.entries, 3);
        assert_eq!(store.search("经营", 9).unwrap().len(), 1);
        assert_eq!(store.setting("device").unwrap(), Some(serde_json::json!("笔记本1")));
        let key = signer(2);
        assert_eq!(store.writing_head(&key.series()).unwrap().unwrap().seq, 3);
        let written = store.commit(&key, vec![note("m1", "续")]).unwrap();
        assert_eq!((written[0].epoch, written[0].seq), (1, 4));
        assert!(store.series_key(&key.series()).unwrap() == Some(key.public_key()));
    }
}

#[test]
fn documents_of_an_older_fold_are_made_again_at_opening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let expected = documents(&fill(&path));
    behind(
        &path,
        "UPDATE documents SET json = '{}'; UPDATE shelves SET value = CAST('0' AS BLOB) WHERE key = 'fold_version';",
    );
    let store = open(&path);
    assert_eq!(documents(&store), expected);
    assert_eq!(store.count_documents(&Query::kind("note")).unwrap(), 1);
}
