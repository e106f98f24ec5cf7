//! Backups: sealed to the recovery key, checked before use, never the same epoch again.

use std::fs;

use liuhen_store::{Access, Error, Home, KeyFile, Mode, Moment, Reason, RecoveryKey};

use crate::world::{entry, moment, signer};

#[test]
fn a_township_comes_back_from_its_backup_and_the_recovery_key() {
    let folder = tempfile::tempdir().unwrap();
    let recovery = RecoveryKey::generate(&moment(3)).unwrap();
    let (file, other) = (KeyFile::generate(&moment(4)).unwrap(), KeyFile::generate(&moment(5)).unwrap());
    let (lost, restored, out) =
        (folder.path().join("lost"), folder.path().join("restored"), folder.path().join("backup"));
    let (_home, mut open) =
        Home::init(&lost, Access::KeyFile(&file), &recovery.public(), Mode::Township, moment(1)).unwrap();
    let node = signer(6);
    open.store.keep_signer("node", &node).unwrap();
    let say = |n: u64| entry("township", "t", "x.y", serde_json::json!({"n": n}));
    open.store.commit(&node, (0..50).map(say).collect()).unwrap();
    let root = open.store.log_root(51).unwrap();
    let header = open.store.backup(&out, &open.keys, &recovery.public()).unwrap();
    assert_eq!(header.entries, "51");
    open.store.commit(&node, vec![say(51)]).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside the backup");

    let wrong = RecoveryKey::generate(&Moment::system()).unwrap();
    let attempt = |from: &std::path::Path, key: &RecoveryKey| {
        Home::restore(&restored, from, key, Access::KeyFile(&other), Mode::Township, moment(2))
    };
    assert!(matches!(attempt(&out, &wrong), Err(Error::WrongKey)));
    let good = fs::read(&out).unwrap();
    let cut = folder.path().join("cut");
    for bad in [&good[..good.len() - 1], &good[..200], b"", &[&good[..], b"x"].concat()] {
        fs::write(&cut, bad).unwrap();
        assert!(matches!(attempt(&cut, &recovery), Err(Error::BadBackup { .. })));
    }
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    fs::write(&cut, &flipped).unwrap();
    assert!(matches!(attempt(&cut, &recovery), Err(Error::BadBackup { .. })));

    let (_home, mut open, _) = attempt(&out, &recovery).unwrap();
    assert_eq!(open.new_epoch, Some(Reason::Restored));
    assert_eq!((open.store.log_size().unwrap(), open.store.log_root(51).unwrap()), (51, root));
    let node = open.store.signer("node").unwrap().unwrap();
    assert_eq!(open.store.commit(&node, vec![say(1)]).unwrap()[0].epoch, 2);
    assert!(matches!(attempt(&out, &recovery), Err(Error::Busy { .. })));
}
