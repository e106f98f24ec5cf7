//! Movies put together box by box.

use std::io::Cursor;

use liuhen_core::matter::Coordinates;
use proptest::prelude::*;

use super::{Movie, iso6709, moment, read};

/// 2026-11-23T08:10:00Z counted from 1904.
const CREATED: u32 = 3_878_266_200;

fn wrap(kind: &[u8], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len() + 8).unwrap();
    [&size.to_be_bytes(), kind, body].concat()
}

fn mvhd(created: u32, scale: u32, duration: u32) -> Vec<u8> {
    let words = [0, created, created, scale, duration];
    wrap(b"mvhd", &words.map(u32::to_be_bytes).concat())
}

fn trak(handler: &[u8], codec: &[u8], scale: u32) -> Vec<u8> {
    let mut tkhd = [0; 84];
    tkhd[15] = 1;
    tkhd[76..78].copy_from_slice(&1280_u16.to_be_bytes());
    tkhd[80..82].copy_from_slice(&720_u16.to_be_bytes());
    let mdhd = [0, 0, 0, scale, 0].map(u32::to_be_bytes).concat();
    let hdlr = [&[0; 8], handler, &[0; 12]].concat();
    let stsd = wrap(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 16], codec, &[0; 8]].concat());
    let minf = wrap(b"minf", &wrap(b"stbl", &stsd));
    let mdia = [wrap(b"mdhd", &mdhd), wrap(b"hdlr", &hdlr), minf].concat();
    wrap(b"trak", &[wrap(b"tkhd", &tkhd), wrap(b"mdia", &mdia)].concat())
}

fn movie(file: &[u8]) -> Movie {
    read(&mut Cursor::new(file), file.len() as u64)
}

#[test]
fn header_and_tracks_give_time_length_size_and_codecs() {
    let place = [&[0, 26, 0x15, 0xc7], &b"+30.274100+120.155100+012/"[..]].concat();
    let parts = [
        mvhd(CREATED, 1000, 12_500),
        trak(b"vide", b"avc1", 90_000),
        trak(b"soun", b"mp4a", 48_000),
        wrap(b"udta", &wrap(b"\xa9xyz", &place)),
    ];
    let file = [wrap(b"ftyp", b"isom"), wrap(b"mdat", &[0; 500]), wrap(b"moov", &parts.concat())];
    let found = movie(&file.concat());
    assert_eq!(found.created, Some(i64::from(CREATED) - 2_082_844_800));
    assert_eq!(found.duration_ms, Some(12_500));
    assert_eq!((found.width, found.height), (Some(1280), Some(720)));
    assert_eq!((found.video.as_deref(), found.audio.as_deref()), (Some("avc1"), Some("mp4a")));
    let place = Coordinates { latitude_e6: 30_274_100, longitude_e6: 120_155_100 };
    assert_eq!(found.coordinates, Some(place));
}

#[test]
fn a_date_of_zero_is_no_date_and_a_count_from_1970_is_understood() {
    assert_eq!(moment(0), None);
    assert_eq!(moment(1_795_421_400), Some(1_795_421_400));
    assert_eq!(moment(1_795_421_400 + 2_082_844_800), Some(1_795_421_400));
    assert_eq!(moment(u64::MAX), None);
}

#[test]
fn fragments_without_an_index_still_have_a_length() {
    let trex = [0, 1, 1, 3000, 0, 0].map(u32::to_be_bytes).concat();
    let moov = [mvhd(0, 1000, 0), trak(b"vide", b"avc1", 90_000), wrap(b"mvex", &wrap(b"trex", &trex))];
    let fragment = |base: u32, count: u32| {
        let tfhd = wrap(b"tfhd", &[0_u32, 1].map(u32::to_be_bytes).concat());
        let tfdt = wrap(b"tfdt", &[0, base].map(u32::to_be_bytes).concat());
        let trun = wrap(b"trun", &[0, count].map(u32::to_be_bytes).concat());
        wrap(b"moof", &wrap(b"traf", &[tfhd, tfdt, trun].concat()))
    };
    let file = [
        wrap(b"moov", &moov.concat()),
        fragment(0, 30),
        wrap(b"mdat", &[1; 40]),
        fragment(90_000, 15),
        wrap(b"mdat", &[1; 40]),
    ];
    assert_eq!(movie(&file.concat()).duration_ms, Some(1500));
}

#[test]
fn a_recording_cut_off_before_its_index_gives_no_facts() {
    let file = [wrap(b"ftyp", b"isom"), vec![0x10, 0, 0, 0], b"mdat".to_vec(), vec![7; 238]].concat();
    assert_eq!(movie(&file), Movie::default());
    assert_eq!(movie(&[]), Movie::default());
}

#[test]
fn the_location_box_of_phones_is_read_too() {
    // As ffmpeg writes it for +30.2741+120.1551.
    let loci = [
        &[0, 0, 0, 0, 0, 0, 0, 0][..],
        &[0, 0x78, 0x27, 0xb4, 0, 0x1e, 0x46, 0x2b, 0, 0, 0, 0],
        b"earth\0\0",
    ];
    let file = wrap(b"moov", &wrap(b"udta", &wrap(b"loci", &loci.concat())));
    let place = movie(&file).coordinates.unwrap();
    assert_eq!((place.latitude_e6, place.longitude_e6), (30_274_094, 120_155_090));
}

#[test]
fn a_receiver_without_a_fix_gives_no_place() {
    assert_eq!(iso6709(b"+00.0000+000.0000/"), None);
    assert_eq!(iso6709(b"+91.0000+000.0000/"), None);
    assert_eq!(iso6709(b"nonsense"), None);
    assert!(iso6709(b"-33.8-151.2").is_some());
}

proptest! {
    #[test]
    fn no_bytes_stop_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        movie(&bytes);
        movie(&[wrap(b"moov", &bytes), wrap(b"moof", &bytes)].concat());
    }

    #[test]
    fn a_damaged_movie_stops_nobody(at in any::<prop::sample::Index>(), value: u8, cut in any::<prop::sample::Index>()) {
        let parts = [mvhd(CREATED, 1000, 10), trak(b"vide", b"avc1", 90_000), trak(b"soun", b"mp4a", 48_000)];
        let mut file = wrap(b"moov", &parts.concat());
        let at = at.index(file.len());
        file[at] = value;
        movie(&file);
        movie(&file[..cut.index(file.len())]);
    }
}
