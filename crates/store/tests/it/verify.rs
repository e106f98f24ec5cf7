//! Whatever is changed behind the store's back is found and named.

use std::cell::{Cell, RefCell};
use std::path::Path;

use liuhen_protocol::Sign as _;
use liuhen_store::engine::Engine as _;
use liuhen_store::verify as verify_in_steps;
use liuhen_store::{
    Error, Lend, Memory, Mode, ProblemCode, Scope, Signer, Sqlite, Store, VerifyReport, Work,
};

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
fn every_changed_lost_or_added_hash_of_the_tree_is_found_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let open = || {
        let engine = Sqlite::open(&path, &KEY).unwrap();
        Store::open(Box::new(engine), moment(1), Mode::Township).unwrap()
    };
    drop(Sqlite::create(&path, &KEY).unwrap());
    let mut town = Town { store: open(), node: signer(901) };
    town.store.set_nodes(&[town.node.public_key()]).unwrap();
    for number in 0..20 {
        town.say(note("m1", &format!("第{number}条")));
    }
    drop(town);
    let whole = std::fs::read(&path).unwrap();
    assert!(open().verify(DEEP, &Work::silent()).unwrap().is_sound());
    // 21 leaves, the first being that of the node's own series, and 18 pairs of them and of pairs.
    for place in 0..39 {
        for sql in ["UPDATE tree SET hash = zeroblob(32) WHERE place =", "DELETE FROM tree WHERE place ="] {
            behind(&path, &format!("{sql} {place}"));
            let problems = open().verify(Scope::default(), &Work::silent()).unwrap().problems;
            assert_eq!(problems.len(), 1, "{sql} {place}: {problems:?}");
            assert_eq!(problems[0].code, ProblemCode::Tree);
            assert!(problems[0].detail.contains("tile 0 0"), "{problems:?}");
            std::fs::write(&path, &whole).unwrap();
        }
    }
    behind(&path, "INSERT INTO tree (place, hash) VALUES (39, zeroblob(32))");
    let problems = open().verify(Scope::default(), &Work::silent()).unwrap().problems;
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [ProblemCode::Tree]);
}

/// A store that somebody writes to whenever the verification gives it back.
struct Busy {
    store: RefCell<Store>,
    key: Signer,
    lent: Cell<u32>,
}

impl Lend for Busy {
    fn lend<T>(&self, body: impl FnOnce(&Store) -> liuhen_store::Result<T>) -> liuhen_store::Result<T> {
        let done = body(&self.store.borrow());
        self.lent.set(self.lent.get() + 1);
        let words = format!("between-{}", self.lent.get());
        self.store.borrow_mut().commit(&self.key, vec![started(&words, "o1"), note("m1", &words)]).unwrap();
        done
    }
}

#[test]
fn notes_are_taken_between_the_steps_of_a_verification_which_still_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let key = filled(&path);
    let engine = Sqlite::open(&path, &KEY).unwrap();
    let mut store = Store::open(Box::new(engine), moment(1), Mode::Laptop).unwrap();
    for matter in 0..70 {
        let matter = format!("x{matter}");
        store.commit(&key, (0..20).map(|number| note(&matter, &format!("第{number}条"))).collect()).unwrap();
    }
    let before = store.count().unwrap();
    let busy = Busy { store: RefCell::new(store), key, lent: Cell::new(0) };
    let report = verify_in_steps(&busy, DEEP, &Work::silent()).unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
    let after = busy.store.borrow().count().unwrap();
    assert!(busy.lent.get() > 10, "{}", busy.lent.get());
    assert!(before <= report.entries && report.entries < after, "{before} {} {after}", report.entries);
    assert!(busy.store.borrow().verify(DEEP, &Work::silent()).unwrap().is_sound());
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
