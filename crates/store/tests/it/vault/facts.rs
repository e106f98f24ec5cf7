//! Facts through the child process: the right ones, and none that could stop an import.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use liuhen_store::media::facts::{ARGUMENT, Facts, FactsCommand, Failure, child, read};
use tempfile::TempDir;

/// 2026-11-23 08:10:00 in Shanghai.
const MORNING: i64 = 1_795_392_600;

/// This test binary started again, running only [`the_child`].
fn command() -> FactsCommand {
    let arguments = ["--exact", "--nocapture", "vault::facts::the_child", ARGUMENT];
    FactsCommand::of(std::env::current_exe().unwrap(), arguments)
}

/// Not a test of its own: the other side of the tests below.
#[test]
fn the_child() {
    if std::env::args().any(|argument| argument == ARGUMENT) {
        assert_eq!(child(), ExitCode::SUCCESS);
    }
}

fn facts(name: &str, bytes: &[u8]) -> Facts {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    read(&path, &command())
}

fn wrap(kind: &[u8], body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len() + 8).unwrap().to_be_bytes()[..], kind, body].concat()
}

fn movie(created: u32) -> Vec<u8> {
    let mvhd = [0, created, 0, 1000, 90_500].map(u32::to_be_bytes).concat();
    [wrap(b"ftyp", b"isom\0\0\0\0"), wrap(b"moov", &wrap(b"mvhd", &mvhd))].concat()
}

/// A JPEG of nothing but EXIF: time, zone if given, and a place in the town.
fn photo(zone: Option<&str>) -> Vec<u8> {
    fn field(tag: u16, kind: u16, count: u32, value: u32) -> Vec<u8> {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value.to_be_bytes()].concat()
    }
    fn list(fields: &[Vec<u8>]) -> Vec<u8> {
        [&u16::try_from(fields.len()).unwrap().to_be_bytes()[..], &fields.concat(), &[0; 4]].concat()
    }
    // Values lie at fixed places behind the lists.
    let mut values = vec![0; 200];
    values[..20].copy_from_slice(b"2026:11:23 08:10:00\0");
    let rational = |degrees: [u32; 3]| {
        degrees.iter().flat_map(|part| [*part, 1].map(u32::to_be_bytes)).flatten().collect::<Vec<u8>>()
    };
    values[24..48].copy_from_slice(&rational([30, 16, 27]));
    values[48..72].copy_from_slice(&rational([120, 9, 18]));
    values[72..80].copy_from_slice(b"CAM-7\0\0\0");
    if let Some(zone) = zone {
        values[80..86].copy_from_slice(zone.as_bytes());
    }
    let base = 400;
    let (exif_at, gps_at) = (100, 200);
    let mut exif = vec![field(0x9003, 2, 20, base)];
    if zone.is_some() {
        exif.push(field(0x9011, 2, 7, base + 80));
    }
    exif.push(field(0xa431, 2, 6, base + 72));
    let gps = [
        field(1, 2, 2, u32::from_be_bytes(*b"N\0\0\0")),
        field(2, 5, 3, base + 24),
        field(3, 2, 2, u32::from_be_bytes(*b"E\0\0\0")),
        field(4, 5, 3, base + 48),
    ];
    let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
    tiff.extend(list(&[field(0x8769, 4, 1, exif_at), field(0x8825, 4, 1, gps_at)]));
    for (at, part) in [(exif_at, list(&exif)), (gps_at, list(&gps)), (base, values)] {
        tiff.resize(at as usize, 0);
        tiff.extend(part);
    }
    let app1 = [&b"Exif\0\0"[..], &tiff].concat();
    let size = u16::try_from(app1.len() + 2).unwrap().to_be_bytes();
    [&b"\xff\xd8\xff\xe1"[..], &size, &app1, b"\xff\xd9"].concat()
}

#[test]
fn a_movie_tells_its_time_length_and_name() {
    let found = facts("DEV0001_20261123081000_0001.MP4", &movie(3_878_266_200));
    assert_eq!(found.failure, None);
    assert_eq!(found.mime, "video/mp4");
    assert_eq!(found.movie_time, Some(MORNING + 8 * 3600));
    assert_eq!(found.duration_ms, Some(90_500));
    assert_eq!(
        (found.device(), found.name.start, found.name.part),
        (Some("DEV0001"), Some(MORNING), Some(1))
    );
    assert!(found.modified.is_some());
}

#[test]
fn a_photo_without_zone_is_in_shanghai_and_one_with_zone_where_it_says() {
    let found = facts("a.jpg", &photo(None));
    assert_eq!((found.exif_time, found.exif_zoned), (Some(MORNING), false));
    let place = found.coordinates.unwrap();
    assert_eq!((place.latitude_e6, place.longitude_e6), (30_274_167, 120_155_000));
    assert_eq!(found.serial.as_deref(), Some("CAM-7"));
    let found = facts("a.jpg", &photo(Some("+09:00")));
    assert_eq!((found.exif_time, found.exif_zoned), (Some(MORNING - 3600), true));
}

#[test]
fn files_that_tell_nothing_give_their_kind_and_no_failure() {
    let cases: [(&[u8], &str); 5] = [
        (b"", "application/octet-stream"),
        (b"%PDF-1.7 and so on", "application/pdf"),
        (b"\xff\xd8\xff\xe1\0\x08Exif\0\0", "image/jpeg"),
        (b"\0\0\0\x08ftyp", "video/mp4"),
        (&[0xff; 262], "application/octet-stream"),
    ];
    for (bytes, mime) in cases {
        let found = facts("x", bytes);
        assert_eq!((found.mime.as_str(), found.failure), (mime, None));
    }
    assert_eq!(facts("zero.mp4", &movie(0)).movie_time, None);
}

#[test]
fn a_file_that_cannot_be_opened_still_tells_what_its_name_tells() {
    let found = read(Path::new("/nowhere/DEV0002_20261123081000_0003.MP4"), &command());
    assert_eq!((found.failure, found.name.part), (Some(Failure::Unreadable), Some(3)));
}

#[test]
fn whatever_becomes_of_the_child_there_is_an_answer() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("IMG_20261123_081000.jpg");
    fs::write(&path, photo(None)).unwrap();
    let shell = |script: &str| FactsCommand::of(PathBuf::from("/bin/sh"), ["-c", script]);
    let failure = |command: &FactsCommand| {
        let found = read(&path, command);
        assert_eq!((found.name.start, found.exif_time), (Some(MORNING), None));
        found.failure
    };
    assert_eq!(failure(&FactsCommand::of("/no/such/program".into(), [""; 0])), Some(Failure::NotStarted));
    assert_eq!(failure(&shell("kill -9 $$")), Some(Failure::Died));
    assert_eq!(failure(&shell("exit 3")), Some(Failure::Died));
    assert_eq!(failure(&shell("echo liuhen-facts [1]")), Some(Failure::Answer));
    assert_eq!(failure(&shell("exit 0")), Some(Failure::Answer));
    let slow = FactsCommand { patience: Duration::from_millis(50), ..shell("exec sleep 30") };
    assert_eq!(failure(&slow), Some(Failure::TooSlow));
}

#[test]
fn no_secret_of_ours_goes_along_to_the_child() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x");
    fs::write(&path, b"x").unwrap();
    // It answers facts only if its environment holds no more than what the loader needs.
    let script = r#"for name in $(env | cut -d= -f1); do case $name in
        PATH|LD_LIBRARY_PATH|PWD|OLDPWD|SHLVL|_) ;; *) exit 1 ;; esac; done
        echo 'liuhen-facts {"mime":"alone"}'"#;
    let found = read(&path, &FactsCommand::of(PathBuf::from("/bin/sh"), ["-c", script]));
    assert_eq!(found.mime, "alone");
}
