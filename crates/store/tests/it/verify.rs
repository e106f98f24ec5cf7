//! Whatever is changed behind the store's back is found and named.

use std::path::Path;

use liuhen_protocol::Sign as _;
use liuhen_store::engine::Engine as _;
use liuhen_store::{Error, Memory, Mode, ProblemCode, Scope, Signer, Sqlite, Store, VerifyReport, Work};

use crate::world::{Town, laptop, moment, note, signer, started};

const KEY: [u8; 32] = [7; 32];
const DEEP: Scope<'_> = Scope { deep: true, vault: None, note: None };

fn filled(path: &Path) -> Signer {
    let key = signer(2);
    let engine = Sqlite::create(path, &KEY).unwrap();
    let mut store = Store::open(Box::new(engine), moment(1), Mode::Laptop).unwrap();
    let notes = (0..30).map(|n| note("m1", &format!("第{n}条"))).collect();
    store.commit(&key, vec![started("m1", "o1")]).unwrap();
    store.commit(&key, notes).unwrap();
    key
}

/// Opens the file as somebody would who has the key and bad intentions.
fn behind(path: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(path).unwrap();
    let key = "07".repeat(KEY.len());
    connection.execute_batch(&format!("PRAGMA key = \"x'{key}'\"; {sql}")).unwrap();
}

fn verify(path: &Path) -> VerifyReport {
    let engine = Sqlite::open(path, &KEY).unwrap();
    let store = Store::open(Box::new(engine), moment(1), Mode::Laptop).unwrap();
    store.verify(DEEP, &Work::silent()).unwrap()
}

#[test]
fn a_sound_store_has_no_problems_and_says_what_it_checked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    filled(&path);
    let report = verify(&path);
    assert!(report.is_sound(), "{:?}", report.problems);
    assert_eq!((report.entries, report.bodies, report.absent), (32, 32, 0));
    assert!(report.documents > 30);
}

#[test]
fn changes_by_somebody_with_the_database_key_are_named() {
    for (sql, code) in [
        (
            "UPDATE entries SET body = CAST(replace(CAST(body AS TEXT), '第6', '第8') AS BLOB) WHERE seq = 9",
            ProblemCode::Body,
        ),
        (
            "UPDATE entries SET body = (SELECT body FROM entries WHERE seq = 4), salt = (SELECT salt FROM entries WHERE seq = 4) WHERE seq = 9",
            ProblemCode::Body,
        ),
        ("UPDATE entries SET body = NULL, salt = NULL WHERE seq = 9", ProblemCode::Body),
        (
            "UPDATE entries SET item = CAST(replace(CAST(item AS TEXT), 'matter.note_added', 'matter.note_adder') AS BLOB) WHERE seq = 9",
            ProblemCode::Signature,
        ),
        ("UPDATE entries SET item = x'00' WHERE seq = 9", ProblemCode::Entry),
        ("UPDATE entries SET kind = 'matter.closed' WHERE seq = 9", ProblemCode::Row),
        ("UPDATE entries SET subject = 1 WHERE seq = 9", ProblemCode::Row),
        ("DELETE FROM entries WHERE seq = 9", ProblemCode::Chain),
        ("DELETE FROM entries WHERE seq = 32", ProblemCode::Chain),
        ("UPDATE documents SET json = '{}' WHERE kind = 'matter'", ProblemCode::Document),
        ("DELETE FROM documents WHERE kind = 'note' AND number = 5", ProblemCode::Document),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        filled(&path);
        behind(&path, sql);
        let report = verify(&path);
        assert!(report.problems.iter().any(|problem| problem.code == code), "{sql}: {:?}", report.problems);
    }
}

#[test]
fn a_flipped_byte_of_any_used_page_is_found_and_the_page_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    filled(&path);
    let good = std::fs::read(&path).unwrap();
    for page in 1..good.len() / 4096 {
        let mut bad = good.clone();
        bad[page * 4096 + 1000] ^= 1;
        std::fs::write(&path, &bad).unwrap();
        let engine = match Sqlite::open(&path, &KEY) {
            Ok(engine) => engine,
            // Schema pages are needed at once.
            Err(Error::DatabaseDamaged { pages, aside: None }) => {
                assert_eq!(pages, [page as u64 + 1]);
                continue;
            }
            Err(error) => panic!("{error:?}"),
        };
        let damaged = engine.damaged_pages().unwrap();
        assert_eq!(
            damaged.iter().map(|found| found.page).collect::<Vec<_>>(),
            [Some(page as u64 + 1)],
            "{damaged:?}"
        );
    }
}

#[test]
fn a_township_finds_entries_that_are_not_what_its_tree_says() {
    let (mut town, mut store, key) = (Town::new(), laptop(1), signer(50));
    town.enrol("o1", &key);
    store.commit(&key, vec![started("m1", "o1"), note("m1", "占道")]).unwrap();
    town.take(&store, &key);
    let checkpoint = town.checkpoint();
    town.store.keep_checkpoint(&checkpoint, &[]).unwrap();
    assert!(town.store.verify(DEEP, &Work::silent()).unwrap().is_sound());
    // A checkpoint of the same size, published over another history.
    let mut lying = Town::new();
    lying.enrol("o2", &key);
    lying.say(note("m1", "占道"));
    let mut town = Town::new();
    town.enrol("o1", &key);
    town.say(note("m1", "占道"));
    town.store.keep_checkpoint(&lying.checkpoint(), &[]).unwrap();
    let report = town.store.verify(DEEP, &Work::silent()).unwrap();
    assert!(report.problems.iter().any(|problem| problem.code == ProblemCode::Tree), "{:?}", report.problems);
}

#[test]
fn a_cancelled_verification_stops_and_says_so() {
    let mut store = Store::open(Box::new(Memory::default()), moment(1), Mode::Laptop).unwrap();
    let key = signer(2);
    store.commit(&key, vec![note("m1", "占道")]).unwrap();
    assert!(store.series_key(&key.series()).unwrap() == Some(key.public_key()));
    let work = Work::silent();
    work.cancel();
    assert!(matches!(store.verify(DEEP, &work), Err(liuhen_store::Error::Cancelled)));
}
