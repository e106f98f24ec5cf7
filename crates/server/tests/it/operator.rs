//! What the operator does: backup, restore, witnesses, notes, parcels, the control socket.

use liuhen_core::Role;
use liuhen_protocol::parcel::{Message, Part};
use liuhen_protocol::wire::{BlobKind, BlobSpec, PullRequest};
use liuhen_protocol::{Digest, Township as _};
use liuhen_server::control::{self, Command, Control};
use liuhen_server::limits::Limits;
use liuhen_server::township::{NoteChange, Restoring, Township};
use liuhen_store::parcel::{FolderWriter, read_folder};

use crate::fixture::{Town, invitation};

fn filled() -> (Town, crate::fixture::Laptop) {
    let town = Town::new();
    let mut li = town.laptop("执法员一", Role::Officer, 1);
    li.start("m1");
    li.push(&town).unwrap();
    let data = vec![7; 40_000];
    let spec = BlobSpec { digest: Digest::of(&data), size: 40_000, kind: BlobKind::Media };
    let door = town.township.local_door();
    let begun = door.blob_begin(&li.token, &spec).unwrap();
    door.blob_append(&li.token, &begun.id, 0, &data).unwrap();
    (town, li)
}

fn restoring(town: &Town) -> Restoring {
    Restoring {
        recovery_key: town.founded.recovery_key.clone(),
        root_key: town.founded.root_key.clone(),
        checkpoint: None,
    }
}

#[test]
fn a_backup_shown_to_be_complete_continues_the_same_log() {
    let (town, _li) = filled();
    let out = town.folder.path().join("backup.tar");
    let written = town.township.backup(&out).unwrap();
    assert_eq!(written.blobs, 1);
    assert!(town.township.backup(&out).is_err(), "never over an old one");
    let checkpoint = town.township.checkpoint();
    let (home, key) = (town.folder.path().join("new"), town.folder.path().join("new.key"));
    let with = Restoring { root_key: None, checkpoint: Some(checkpoint), ..restoring(&town) };
    let restored = Township::restore(&home, &key, &out, &with, &town.moment).unwrap();
    assert!(!restored.new_log);
    let again = Township::open(&home, &key, town.moment.clone(), Limits::default()).unwrap();
    assert_eq!(again.origin(), town.township.origin());
    assert_eq!(again.size(), town.township.size());
    assert!(again.verify(true).unwrap().sound);
}

#[test]
fn after_a_loss_a_new_log_names_the_old_one_and_keeps_everything() {
    let (town, mut li) = filled();
    let out = town.folder.path().join("backup.tar");
    town.township.backup(&out).unwrap();
    let before = town.township.size();
    li.note("m1", "备份之后写下的。");
    let lost = li.push(&town).unwrap();
    let newest = town.township.checkpoint();
    let (home, key) = (town.folder.path().join("new"), town.folder.path().join("new.key"));
    let rootless = Restoring { root_key: None, checkpoint: Some(newest.clone()), ..restoring(&town) };
    let refused = Township::restore(&home, &key, &out, &rootless, &town.moment).unwrap_err();
    assert_eq!(refused.code(), "restore_needs_root");
    let with = Restoring { checkpoint: Some(newest), ..restoring(&town) };
    let restored = Township::restore(&home, &key, &out, &with, &town.moment).unwrap();
    assert_eq!((restored.new_log, restored.lost), (true, Some(1)));
    let again = Township::open(&home, &key, town.moment.clone(), Limits::default()).unwrap();
    assert_eq!(again.origin(), "liuhen.example/hexi/2");
    assert_eq!(again.size(), before + 2, "log.succeeded, everything, and the node's new epoch");
    assert!(again.verify(true).unwrap().sound);
    let Town { folder, founded, moment, .. } = town;
    let town = Town { folder, founded, township: again, moment };
    li.token = li.sign_in(&town).unwrap();
    li.sent -= 1;
    li.cursor = 0;
    let handed = li.push(&town).unwrap();
    assert_eq!(handed.receipts[0].hash, lost.receipts[0].hash, "what was lost is handed in again");
    assert!(li.pull(&town).unwrap().1.contains(&0), "the first entry reaches every laptop");
    let request = PullRequest { after: 0, limit: 1, known: 0, prove: vec![], held: vec![] };
    let page = town.township.local_door().pull(&li.token, &request).unwrap();
    let first = page.entries[0].entry.decode().unwrap().0;
    assert_eq!(first.envelope().kind, "log.succeeded");
    first.verify(&town.note().root).unwrap();
}

#[test]
fn a_damaged_backup_restores_nothing() {
    let (town, _li) = filled();
    let out = town.folder.path().join("backup.tar");
    town.township.backup(&out).unwrap();
    let sound = std::fs::read(&out).unwrap();
    let (home, key) = (town.folder.path().join("new"), town.folder.path().join("new.key"));
    for (name, bytes) in [
        ("cut", sound[..sound.len() / 2].to_vec()),
        ("changed", {
            let mut bytes = sound.clone();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            bytes
        }),
        ("nothing", b"no backup".to_vec()),
    ] {
        std::fs::write(&out, bytes).unwrap();
        let error = Township::restore(&home, &key, &out, &restoring(&town), &town.moment).unwrap_err();
        assert_eq!(error.code(), "backup_damaged", "{name}");
    }
}

#[test]
fn a_new_note_needs_the_root_key_and_counts_up() {
    let town = Town::new();
    let change = NoteChange { rotate_tls: true, ..NoteChange::default() };
    let stranger = liuhen_store::RootKey::generate(&liuhen_store::Moment::system()).unwrap();
    assert_eq!(town.township.renew_note(&stranger, &change).unwrap_err().code(), "root_key_other");
    let (old, root) = (town.note(), town.root());
    let renewed = town.township.renew_note(&root, &change).unwrap();
    let new = town.note();
    assert_eq!((renewed.version, new.version), (2, 2));
    assert_eq!(new.tls[0], old.tls[1], "the next key is the current one now");
    assert!(new.tls.contains(&old.tls[0]), "and the one still served stays known");
    let too_many = NoteChange { quorum: Some(1), ..NoteChange::default() };
    assert_eq!(town.township.renew_note(&root, &too_many).unwrap_err().code(), "quorum_too_large");
    let town = town.reopen();
    assert_eq!(town.note().version, 2);
    assert_eq!(town.township.tls_pin(), new.tls[0]);
}

#[test]
fn a_parcel_is_taken_like_a_push_and_answered_to_the_enrolled_key() {
    let town = Town::new();
    let mut li = town.laptop("执法员一", Role::Officer, 1);
    li.start("m1");
    let (input, output) = (town.folder.path().join("in"), town.folder.path().join("out"));
    let mut writer = FolderWriter::create(&input, uuid::Uuid::from_u128(5), town.note().seal).unwrap();
    let entries = li.unsent();
    writer.add(&Part::of(Message::Push(li.batch(entries)))).unwrap();
    writer
        .add(&Part::of(Message::Pull(PullRequest {
            after: 0,
            limit: 100,
            known: 0,
            prove: vec![],
            held: vec![],
        })))
        .unwrap();
    writer.close(&li.signer, 0, Some(li.seal.public()), None).unwrap();
    let report = town.township.carry(&input, &output).unwrap();
    assert_eq!((report.parcels.len(), report.parcels[0].taken), (1, 2));
    let found = read_folder(&output, &li.seal).unwrap();
    let messages: Vec<Message> =
        found[0].numbers().iter().map(|n| found[0].open(*n, &li.seal).unwrap().message).collect();
    assert!(matches!(&messages[0], Message::Note(_)));
    assert!(matches!(&messages[1], Message::Receipted(answer) if answer.receipts.len() == 2));
    assert!(matches!(&messages[2], Message::Pulled(page) if page.scope.is_some()));
    assert_eq!(found[0].opening.as_ref().unwrap().answers, Some(uuid::Uuid::from_u128(5)));
}

#[test]
fn commands_reach_a_township_that_is_being_served() {
    let town = Town::new();
    assert!(control::ask(&town.home(), &Command::Status).unwrap().is_none(), "nobody serves");
    let control = Control::listen(&town.township).unwrap();
    let answer = control::ask(&town.home(), &Command::Invite(invitation("执法员一", Role::Officer)))
        .unwrap()
        .unwrap()
        .unwrap();
    assert!(answer["code"].as_str().unwrap().len() > 60);
    let fault = control::ask(&town.home(), &Command::Invite(invitation(" ", Role::Officer)))
        .unwrap()
        .unwrap()
        .unwrap_err();
    assert_eq!(fault.code, "invite_name");
    drop(control);
    assert!(control::ask(&town.home(), &Command::Status).unwrap().is_none());
}

#[test]
fn no_known_word_lies_in_the_home_in_the_open() {
    let (town, mut li) = filled();
    li.note("m1", "当事人身份证号330100199001011234");
    li.push(&town).unwrap();
    let town = town.reopen();
    for file in walk(&town.home()) {
        let bytes = std::fs::read(&file).unwrap();
        for word in ["330100199001011234", "占道经营巡查", "执法员一", "BEGIN PRIVATE KEY"] {
            assert!(
                !bytes.windows(word.len()).any(|window| window == word.as_bytes()),
                "{word} in {}",
                file.display()
            );
        }
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files
}
