//! Homes: locks, slots, passphrases, recovery, damage.

use std::fs;
use std::path::Path;

use liuhen_protocol::{Domain, Sign as _};
use liuhen_store::{
    Access, Error, Home, KeyFile, Mode, Moment, Reason, RecoveryKey, Scope, SlotKind, Unlocked, Work,
};
use serde_json::json;

use crate::world::{entry, moment, note, signer, started};

const WORDS: Access<'_> = Access::Passphrase("占道经营不罚款先劝离");
const DEEP: Scope<'_> = Scope { deep: true, vault: None, note: None };
const OTHER: Access<'_> = Access::Passphrase("correct horse battery");

fn recovery() -> RecoveryKey {
    RecoveryKey::generate(&moment(77)).unwrap()
}

fn home(folder: &Path) -> (Home, Unlocked) {
    Home::init(folder, WORDS, &recovery().public(), Mode::Laptop, moment(1)).unwrap()
}

#[test]
fn what_was_written_is_there_after_reopening_and_the_second_init_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (locked, mut open) = home(folder.path());
    open.store.commit(open.signer.as_ref().unwrap(), vec![started("m1", "o1"), note("m1", "占道")]).unwrap();
    open.store.save_working("note/m1", json!({"text": "还没写完"})).unwrap();
    drop((locked, open));
    let mut home = Home::open(folder.path(), moment(2)).unwrap();
    let open = home.unlock(home.officers()[0].id, WORDS).unwrap();
    assert_eq!(open.store.search("占道", 9).unwrap().len(), 1);
    assert_eq!(open.store.working("note/m1").unwrap().unwrap().json["text"], "还没写完");
    drop((home, open));
    let again = Home::init(folder.path(), WORDS, &[1; 32], Mode::Laptop, moment(3));
    assert!(matches!(again, Err(Error::HomeExists { .. })));
}

#[test]
fn a_second_process_hears_where_the_running_desk_is() {
    let folder = tempfile::tempdir().unwrap();
    let (held, _open) = home(folder.path());
    held.set_address(Some("http://127.0.0.1:4711")).unwrap();
    match Home::open(folder.path(), moment(2)) {
        Err(Error::Busy { address }) => assert_eq!(address.as_deref(), Some("http://127.0.0.1:4711")),
        other => panic!("{other:?}"),
    }
    drop(held);
    Home::open(folder.path(), moment(2)).unwrap();
}

#[test]
fn a_closed_home_opens_again_at_once_while_children_are_being_started() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let folder = tempfile::tempdir().unwrap();
    drop(home(folder.path()));
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    // Between its start and its own program a child holds our open files.
                    std::process::Command::new("true").current_dir("/").status().unwrap();
                }
            });
        }
        let opened = (0..300).filter(|_| Home::open(folder.path(), moment(2)).is_ok()).count();
        over.store(true, Ordering::Relaxed);
        assert_eq!(opened, 300);
    });
}

#[test]
fn a_folder_without_a_home_says_so() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Home::open(folder.path(), moment(1)), Err(Error::NoHome { .. })));
    assert!(!Home::exists(folder.path()));
}

#[test]
fn wrong_passphrases_cost_time_and_never_data() {
    let folder = tempfile::tempdir().unwrap();
    let clock = moment(1);
    let (locked, open) =
        Home::init(folder.path(), WORDS, &recovery().public(), Mode::Laptop, clock.clone()).unwrap();
    drop((locked, open));
    let mut home = Home::open(folder.path(), clock.clone()).unwrap();
    let slot = home.officers()[0].id;
    for wait in [0, 0, 1] {
        match home.unlock(slot, OTHER) {
            Err(Error::WrongPassphrase { wait_seconds }) => assert_eq!(wait_seconds, wait),
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(home.unlock(slot, WORDS), Err(Error::Wait { wait_seconds: 1 })));
    // A restart of the program does not shorten it.
    drop(home);
    let mut home = Home::open(folder.path(), clock.clone()).unwrap();
    assert_eq!(home.wait_seconds(slot), 1);
    clock.advance(1000);
    home.unlock(slot, WORDS).unwrap();
    assert_eq!(home.wait_seconds(slot), 0);
}

#[test]
fn a_new_passphrase_opens_the_same_keys_and_the_old_one_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut home, open) = home(folder.path());
    let (slot, key) = (open.slot, open.signer.as_ref().unwrap().public_key());
    drop(open);
    assert!(matches!(home.change_passphrase(slot, OTHER, WORDS), Err(Error::WrongPassphrase { .. })));
    let short = Access::Passphrase("短");
    assert!(matches!(home.change_passphrase(slot, WORDS, short), Err(Error::WeakPassphrase { .. })));
    home.change_passphrase(slot, WORDS, OTHER).unwrap();
    assert!(matches!(home.unlock(slot, WORDS), Err(Error::WrongPassphrase { .. })));
    assert_eq!(home.unlock(slot, OTHER).unwrap().signer.unwrap().public_key(), key);
}

#[test]
fn two_officers_of_one_home_open_the_same_data_and_neither_signs_as_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let (mut home, open) = home(folder.path());
    let (second, signer) = home.add_officer(&open.keys, OTHER).unwrap();
    home.name_officer(second, "o2", "执法员二", "李·0312").unwrap();
    assert_ne!(signer.public_key(), open.signer.as_ref().unwrap().public_key());
    assert_eq!(home.find("执法员二"), Some(second));
    assert_eq!(home.find("o2"), Some(second));
    assert_eq!(home.find("执法员三"), None);
    assert!(matches!(home.signer(second, WORDS), Err(Error::WrongPassphrase { .. })));
    assert!(matches!(home.signer(open.slot, OTHER), Err(Error::WrongPassphrase { .. })));
    drop(open);
    let open = home.unlock(second, OTHER).unwrap();
    assert_eq!(open.signer.as_ref().unwrap().public_key(), signer.public_key());
    let files = fs::read_to_string(folder.path().join("keys/slots.json")).unwrap();
    assert!(!files.contains("执法员二"), "no name lies in the clear");
}

#[test]
fn exchanged_slots_of_two_officers_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut home, open) = home(folder.path());
    let (second, _) = home.add_officer(&open.keys, OTHER).unwrap();
    let first = open.slot;
    drop((home, open));
    // Officer 2 puts officer 1's public key and wrapped seed into his own slot, with a right checksum.
    let path = folder.path().join("keys/slots.json");
    let mut file: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let slots = file["content"]["slots"].as_array_mut().unwrap();
    assert_eq!(slots[0]["id"], json!(first));
    slots[1]["signer"] = slots[0]["signer"].clone();
    let signed = json!({"content": file["content"], "generation": file["generation"]});
    let sum = liuhen_protocol::Digest::of(&liuhen_protocol::canonical(&signed, "test").unwrap()).to_hex();
    file["sha256"] = json!(sum);
    for copy in ["slots.json", "slots.bak"] {
        fs::write(folder.path().join("keys").join(copy), serde_json::to_vec(&file).unwrap()).unwrap();
    }
    let mut home = Home::open(folder.path(), moment(2)).unwrap();
    assert!(matches!(home.unlock(second, OTHER), Err(Error::Crypto { .. })));
}

#[test]
fn the_recovery_key_opens_the_data_and_retires_the_signing_key() {
    let folder = tempfile::tempdir().unwrap();
    let (mut home, mut open) = home(folder.path());
    let (slot, old) = (open.slot, open.signer.as_ref().unwrap().series());
    let signer = open.signer.take().unwrap();
    open.store.commit(&signer, vec![started("m1", "o1"), note("m1", "占道")]).unwrap();
    drop((open, signer));
    let wrong = RecoveryKey::generate(&Moment::system()).unwrap();
    assert!(matches!(home.recover(&wrong, slot, OTHER), Err(Error::WrongKey)));
    let text = recovery().text();
    let mut open = home.recover(&RecoveryKey::parse(&text).unwrap(), slot, OTHER).unwrap();
    assert_eq!(open.store.search("占道", 9).unwrap().len(), 1);
    let signer = open.signer.take().unwrap();
    assert_ne!(signer.series(), old);
    let written = open.store.commit(&signer, vec![note("m1", "恢复以后")]).unwrap();
    assert_eq!((written[0].epoch, written[0].seq), (1, 2));
    let opened = open.store.entries_from(&signer.series(), 1, 1, 1, 9999).unwrap().remove(0);
    let body: serde_json::Value = serde_json::from_slice(opened.body.as_ref().unwrap()).unwrap();
    assert_eq!(body["reason"], "recovered");
    assert_eq!(body["predecessor"]["series"], json!(old));
    assert_eq!(body["predecessor"]["seq"], 3);
    drop(open);
    assert!(home.unlock(slot, OTHER).is_ok());
}

#[test]
fn re_enrolment_gives_a_new_key_that_names_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let (mut home, mut open) = home(folder.path());
    let old = open.signer.take().unwrap();
    open.store.commit(&old, vec![note("m1", "占道")]).unwrap();
    let new = home.renew_signer(&mut open.store, open.slot, WORDS).unwrap();
    assert_ne!(new.series(), old.series());
    assert_eq!(home.officers()[0].public_key, Some(new.public_key()));
    open.store.commit(&new, vec![note("m1", "换钥")]).unwrap();
    let opened = open.store.entries_from(&new.series(), 1, 1, 1, 9999).unwrap().remove(0);
    let body: serde_json::Value = serde_json::from_slice(opened.body.as_ref().unwrap()).unwrap();
    assert_eq!(body["predecessor"]["series"], json!(old.series()));
}

#[test]
fn damage_of_one_slot_copy_heals_and_of_both_is_never_a_wrong_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    drop(home(folder.path()));
    let (first, second) = (folder.path().join("keys/slots.json"), folder.path().join("keys/slots.bak"));
    let good = fs::read(&first).unwrap();
    for path in [&first, &second] {
        fs::write(path, &good[..good.len() / 2]).unwrap();
        let mut home = Home::open(folder.path(), moment(2)).unwrap();
        assert!(home.was_healed());
        assert_eq!(fs::read(path).unwrap(), good);
        home.unlock(home.officers()[0].id, WORDS).unwrap();
        fs::remove_file(path).unwrap();
        assert!(Home::open(folder.path(), moment(2)).is_err(), "held by this process");
        drop(home);
        assert!(Home::open(folder.path(), moment(2)).unwrap().was_healed());
    }
    fs::write(&first, b"x").unwrap();
    fs::write(&second, b"x").unwrap();
    assert!(matches!(Home::open(folder.path(), moment(2)), Err(Error::FileDamaged { role: "slots", .. })));
}

#[test]
fn a_damaged_database_is_set_aside_and_a_new_one_begun_only_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let (locked, mut open) = home(folder.path());
    let signer = open.signer.take().unwrap();
    open.store.commit(&signer, vec![note("m1", "占道")]).unwrap();
    let slot = open.slot;
    drop((locked, open));
    let database = folder.path().join("journal.db");
    let mut bytes = fs::read(&database).unwrap();
    bytes[100..200].fill(0);
    fs::write(&database, &bytes).unwrap();
    let mut home = Home::open(folder.path(), moment(2)).unwrap();
    let aside = match home.unlock(slot, WORDS) {
        Err(Error::DatabaseDamaged { pages, aside: Some(aside) }) if pages == [1] => aside,
        other => panic!("{other:?}"),
    };
    assert_eq!(fs::read(aside).unwrap(), bytes);
    assert!(matches!(home.unlock(slot, WORDS), Err(Error::DatabaseMissing { .. })));
    let mut open = home.begin_anew(slot, WORDS, Mode::Laptop).unwrap();
    assert_eq!(open.new_epoch, Some(Reason::Restored));
    let signer = open.signer.take().unwrap();
    let written = open.store.commit(&signer, vec![note("m1", "从头")]).unwrap();
    let opened = open.store.entries_from(&signer.series(), written[0].epoch, 1, 1, 9999).unwrap().remove(0);
    let body: serde_json::Value = serde_json::from_slice(opened.body.as_ref().unwrap()).unwrap();
    assert_eq!(body["reason"], "restored");
}

#[test]
fn a_damaged_page_that_is_read_at_unlocking_is_named_and_the_file_kept_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    // A key file opens without the work of a passphrase: this test opens often.
    let file = KeyFile::generate(&moment(5)).unwrap();
    let access = Access::KeyFile(&file);
    let (locked, mut open) =
        Home::init(folder.path(), access, &recovery().public(), Mode::Township, moment(1)).unwrap();
    let key = signer(2);
    for number in 0..40 {
        open.store.commit(&key, vec![note("m1", &format!("第{number}条"))]).unwrap();
    }
    let slot = open.slot;
    drop((open, locked));
    let database = folder.path().join("journal.db");
    let whole = fs::read(&database).unwrap();
    let (mut shut, mut open) = (0, 0);
    for page in 1..=whole.len() / 4096 {
        let mut bad = whole.clone();
        bad[page * 4096 - 1000] ^= 1;
        fs::write(&database, &bad).unwrap();
        let mut home = Home::open(folder.path(), moment(2)).unwrap();
        match home.unlock(slot, access) {
            Err(Error::DatabaseDamaged { pages, aside: Some(aside) }) => {
                assert_eq!(pages, [page as u64]);
                assert_eq!(fs::read(&aside).unwrap(), bad, "page {page}");
                fs::remove_dir_all(folder.path().join("aside")).unwrap();
                shut += 1;
            }
            // Not needed for opening: `verify` names it.
            Ok(unlocked) => {
                let report = unlocked.store.verify(DEEP, &Work::silent()).unwrap();
                assert!(
                    report.problems.iter().any(|problem| problem.page == Some(page as u64)),
                    "{report:?}"
                );
                open += 1;
            }
            Err(error) => panic!("page {page}: {error:?}"),
        }
    }
    assert!(shut > 3 && open > 3, "{shut} {open}");
}

#[test]
fn a_newer_database_and_a_foreign_one_are_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let set = |sql: &str| {
        let connection = rusqlite::Connection::open(&path).unwrap();
        let key = "07".repeat(32);
        connection.execute_batch(&format!("PRAGMA key = \"x'{key}'\"; {sql}")).unwrap();
    };
    drop(liuhen_store::Sqlite::create(&path, &[7; 32]).unwrap());
    set("PRAGMA user_version = 99");
    let opened = liuhen_store::Sqlite::open(&path, &[7; 32]);
    assert!(matches!(opened, Err(Error::NewerDatabase { found: 99, known: 1 })));
    set("PRAGMA application_id = 5");
    assert!(matches!(liuhen_store::Sqlite::open(&path, &[7; 32]), Err(Error::ForeignDatabase)));
    assert!(liuhen_store::Sqlite::open(&path, &[8; 32]).unwrap_err().is_damage());
}

#[test]
fn a_township_home_opens_with_its_key_file_and_keeps_its_service_keys_inside() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::generate(&moment(5)).unwrap();
    let access = Access::KeyFile(&file);
    let (locked, mut open) =
        Home::init(folder.path(), access, &recovery().public(), Mode::Township, moment(1)).unwrap();
    assert!(open.signer.is_none());
    let log = liuhen_store::Signer::generate(&moment(6)).unwrap();
    open.store.keep_signer("log", &log).unwrap();
    let seal = open.store.seal_key().unwrap().public();
    assert_eq!(
        open.store.commit(&log, vec![entry("township", "t", "x.y", json!({}))]).unwrap()[0].index,
        Some(1)
    );
    drop((locked, open));
    let text = file.text();
    let file = KeyFile::parse(&text).unwrap();
    let mut home = Home::open(folder.path(), moment(2)).unwrap();
    assert_eq!(home.officers()[0].kind, SlotKind::Township);
    let slot = home.officers()[0].id;
    assert!(matches!(home.unlock(slot, WORDS), Err(Error::WrongPassphrase { .. })));
    let mut open = home.unlock(slot, Access::KeyFile(&file)).unwrap();
    assert_eq!(open.store.mode(), Mode::Township);
    assert_eq!(open.store.signer("log").unwrap().unwrap().public_key(), log.public_key());
    assert_eq!(open.store.seal_key().unwrap().public(), seal);
    assert!(open.store.signer("clock").unwrap().is_none());
    let signature = log.sign(Domain::Note, b"a");
    liuhen_protocol::verify(&log.public_key(), Domain::Note, b"a", &signature).unwrap();
}

#[test]
fn no_word_of_the_work_lies_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let (home, mut open) = home(folder.path());
    let signer = open.signer.take().unwrap();
    open.store.commit(&signer, vec![note("m1", "KNOWN-WORDS-OF-A-NOTE 占道经营甲")]).unwrap();
    open.store.save_working("k", json!({"text": "KNOWN-WORDS-TYPED"})).unwrap();
    open.store.search("占道经营甲", 9).unwrap();
    let mut checked = 0;
    let mut folders = vec![folder.path().to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            for known in ["KNOWN-WORDS", "占道经营甲"] {
                assert!(!bytes.windows(known.len()).any(|window| window == known.as_bytes()), "{path:?}");
            }
            checked += 1;
        }
    }
    assert!(checked >= 5, "database, write-ahead log, slots, marks");
    drop(home);
}
