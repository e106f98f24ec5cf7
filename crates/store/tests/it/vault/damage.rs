//! Every way a stored file can be damaged is noticed and named.

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::LazyLock;

use liuhen_store::vault::{Damage, Error, Vault};
use liuhen_store::work::Work;
use proptest::prelude::*;

use crate::vault::{Home, bytes, flip};

/// Stored bytes of one chunk, and of the header.
const CHUNK: u64 = 16_400;
const HEADER: u64 = 56;

/// One home for the many cases of a property.
fn shared() -> &'static Home {
    static HOME: LazyLock<Home> = LazyLock::new(Home::new);
    &HOME
}

fn deep(home: &Home, found: &liuhen_store::vault::Imported) -> Vec<Damage> {
    let held = &found.held;
    let check =
        home.vault.check(&held.digest, Some(&held.header), Some(&found.manifest), true, &Work::silent());
    check.unwrap().damage
}

#[test]
fn a_flipped_bit_is_named_by_what_it_hit() {
    // Two whole blocks and a bit.
    let len = 2 * 4_194_304 + 1000;
    let block = 256 * CHUNK;
    let cases = [
        ("salt", 0, Damage::Header),
        ("salt, last byte", 23, Damage::Header),
        ("commitment", 24, Damage::Header),
        ("commitment, last byte", 55, Damage::Header),
        ("first byte", HEADER, Damage::Block(0)),
        ("first tag", HEADER + CHUNK - 1, Damage::Block(0)),
        ("end of block 0", HEADER + block - 17, Damage::Block(0)),
        ("start of block 1", HEADER + block, Damage::Block(1)),
        ("last chunk", HEADER + 2 * block + 5, Damage::Block(2)),
        ("last tag", HEADER + 2 * block + 1000 + 15, Damage::Block(2)),
    ];
    for (what, at, wanted) in cases {
        let home = Home::new();
        let found = home.import("video.mp4", &bytes(len, 20));
        flip(&home.vault.stored_path(&found.held.digest).unwrap(), at);
        assert_eq!(deep(&home, &found), [wanted], "{what}");
    }
}

#[test]
fn all_damaged_blocks_are_named_not_only_the_first() {
    let home = Home::new();
    let found = home.import("video.mp4", &bytes(5 * 4_194_304, 21));
    let path = home.vault.stored_path(&found.held.digest).unwrap();
    let block = 256 * CHUNK;
    for at in [HEADER + 3, HEADER + 40_000, HEADER + 2 * block + 7, HEADER + 4 * block + 99] {
        flip(&path, at);
    }
    assert_eq!(deep(&home, &found), [Damage::Block(0), Damage::Block(2), Damage::Block(4)]);
}

#[test]
fn what_is_sound_in_a_damaged_file_can_still_be_read() {
    let home = Home::new();
    let plain = bytes(1_000_000, 22);
    let found = home.import("video.mp4", &plain);
    flip(&home.vault.stored_path(&found.held.digest).unwrap(), HEADER + 20 * CHUNK);
    let mut reader = home.vault.open(&found.held.digest, None).unwrap();
    let mut before = vec![0; 20 * 16_384];
    reader.read_exact(&mut before).unwrap();
    assert_eq!(before, plain[..before.len()]);
    assert!(reader.read(&mut [0; 10]).is_err());
    reader.seek(SeekFrom::Start(21 * 16_384)).unwrap();
    let mut after = Vec::new();
    reader.read_to_end(&mut after).unwrap();
    assert_eq!(after, plain[21 * 16_384..]);
    assert!(matches!(reader.read_range(19 * 16_384, 40_000), Err(Error::Block { block: 0 })));
}

#[test]
fn a_truncated_or_extended_file_never_opens() {
    let home = Home::new();
    let len = 200_000;
    let found = home.import("video.mp4", &bytes(len, 23));
    let path = home.vault.stored_path(&found.held.digest).unwrap();
    let whole = fs::read(&path).unwrap();
    let chunk = usize::try_from(CHUNK).unwrap();
    let cuts = [0, 1, 55, 56, 57, 71, 72, 56 + chunk, 56 + chunk + 1, 56 + 3 * chunk + 16, whole.len() - 1];
    for cut in cuts {
        fs::write(&path, &whole[..cut]).unwrap();
        let opened = home.vault.open(&found.held.digest, Some(&found.held.header));
        assert!(opened.is_err_and(|error| error.is_damage()), "cut to {cut}");
        assert_eq!(deep(&home, &found), [Damage::Length], "cut to {cut}");
    }
    for more in [vec![0], vec![7; 16], vec![7; chunk], whole[56..56 + chunk].to_vec()] {
        fs::write(&path, [&whole[..], &more[..]].concat()).unwrap();
        let opened = home.vault.open(&found.held.digest, Some(&found.held.header));
        assert!(opened.is_err_and(|error| error.is_damage()), "{} more", more.len());
    }
}

#[test]
fn exchanged_chunks_are_noticed() {
    let home = Home::new();
    let found = home.import("video.mp4", &bytes(100_000, 24));
    let path = home.vault.stored_path(&found.held.digest).unwrap();
    let mut stored = fs::read(&path).unwrap();
    let chunk = usize::try_from(CHUNK).unwrap();
    let (first, rest) = stored[56..].split_at_mut(chunk);
    first.swap_with_slice(&mut rest[..chunk]);
    fs::write(&path, stored).unwrap();
    assert_eq!(deep(&home, &found), [Damage::Block(0)]);
}

#[test]
fn two_files_exchanged_are_noticed_with_and_without_the_row() {
    let home = Home::new();
    let one = home.import("one.mp4", &bytes(100_000, 25));
    let two = home.import("two.mp4", &bytes(100_000, 26));
    let paths = [&one, &two].map(|found| home.vault.stored_path(&found.held.digest).unwrap());
    let [first, second] = paths.clone().map(|path| fs::read(path).unwrap());
    fs::write(&paths[0], second).unwrap();
    fs::write(&paths[1], first).unwrap();
    // With the header of the row at once, without it by reading.
    assert!(matches!(home.vault.open(&one.held.digest, Some(&one.held.header)), Err(Error::Exchanged)));
    assert_eq!(deep(&home, &two), [Damage::Exchanged]);
    let check = home.vault.check(&one.held.digest, None, Some(&one.manifest), true, &Work::silent());
    assert_eq!(check.unwrap().damage, [Damage::Digest, Damage::Block(0)]);
}

#[test]
fn another_vaults_key_opens_nothing() {
    let home = Home::new();
    let found = home.import("one.mp4", &bytes(1000, 27));
    let path = home.vault.stored_path(&found.held.digest).unwrap();
    let other = Vault::at(home.folder.path(), &[9; 32]).unwrap();
    assert!(matches!(other.open(&found.held.digest, None), Err(Error::Missing)));
    // Even under the name it would look for.
    let theirs = Home::new();
    let theirs_vault = Vault::at(theirs.folder.path(), &[9; 32]).unwrap();
    theirs_vault.store(&bytes(1000, 27)).unwrap();
    fs::copy(path, theirs_vault.stored_path(&found.held.digest).unwrap()).unwrap();
    assert!(matches!(theirs_vault.open(&found.held.digest, None), Err(Error::Header)));
}

#[test]
fn a_missing_file_is_missing_and_a_damaged_one_set_aside_stays_readable_there() {
    let home = Home::new();
    let found = home.import("one.mp4", &bytes(50_000, 28));
    let stored = fs::read(home.vault.stored_path(&found.held.digest).unwrap()).unwrap();
    let name = home.vault.set_aside(&found.held.digest, "damaged").unwrap().unwrap();
    assert_eq!(fs::read(home.folder.path().join("aside").join(name)).unwrap(), stored);
    assert_eq!(deep(&home, &found), [Damage::Missing]);
    assert_eq!(home.vault.set_aside(&found.held.digest, "damaged").unwrap(), None);
    // A second file of the same name in `aside` does not replace the first.
    home.import("one.mp4", &bytes(50_000, 28));
    home.vault.set_aside(&found.held.digest, "damaged").unwrap();
    assert_eq!(home.names_in("aside").len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_range_is_that_part_of_the_whole(
        len in 0usize..300_000,
        ranges in prop::collection::vec((0u64..320_000, 0u64..320_000), 1..6),
    ) {
        let home = shared();
        let plain = bytes(len, 29);
        let held = home.vault.store(&plain).unwrap();
        let mut reader = home.vault.open(&held.digest, Some(&held.header)).unwrap();
        for (from, count) in ranges {
            let start = usize::try_from(from).unwrap().min(len);
            let end = usize::try_from(from + count).unwrap().min(len);
            prop_assert_eq!(&reader.read_range(from, count).unwrap(), &plain[start..end]);
            reader.seek(SeekFrom::Start(from)).unwrap();
            let mut read = vec![0; usize::try_from(count).unwrap()];
            let mut filled = 0;
            loop {
                let got = reader.read(&mut read[filled..]).unwrap();
                if got == 0 { break }
                filled += got;
            }
            prop_assert_eq!(&read[..filled], &plain[start..end]);
        }
    }

    #[test]
    fn any_flipped_bit_is_noticed(len in 0usize..80_000, at: prop::sample::Index, bit in 0u8..8) {
        let home = shared();
        let held = home.vault.store(&bytes(len, 30)).unwrap();
        let path = home.vault.stored_path(&held.digest).unwrap();
        let mut stored = fs::read(&path).unwrap();
        let at = at.index(stored.len());
        stored[at] ^= 1 << bit;
        fs::write(&path, stored).unwrap();
        let check = home.vault.check(&held.digest, None, None, true, &Work::silent()).unwrap();
        prop_assert!(!check.is_sound());
        home.vault.set_aside(&held.digest, "damaged").unwrap();
    }
}
