//! Time, length, size, codecs and place of an MP4, MOV, 3GP or M4A file, from its boxes.
//!
//! A small reader of our own, because body cameras write odd files: no `moov` after a power cut,
//! fragments instead of one index, dates of zero, counters of the wrong epoch. Whatever is missing
//! or broken is left out; nothing is trusted to be as long as it says. ISO/IEC 14496-12 and
//! Apple's QuickTime format describe the boxes.

use std::io::{Read, Seek, SeekFrom};

use liuhen_core::matter::Coordinates;

mod fragments;

/// Seconds from 1904, where the format counts from, to 1970.
const EPOCH_1904: i64 = 2_082_844_800;
/// 2000-01-01 and 2100-01-01: what a date has to lie between to be one.
const PLAUSIBLE: std::ops::Range<i64> = 946_684_800..4_102_444_800;
/// Boxes at the top of a file; one with more is not read to its end.
const TOP_BOXES: usize = 100_000;
/// Bytes of `moov` that are read.
const MOOV: u64 = 64 * 1024 * 1024;
/// Bytes of one `moof` that are read.
const MOOF: u64 = 1024 * 1024;

/// What the boxes say.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Movie {
    /// Creation time of the header, Unix seconds, taken as UTC as the format says.
    pub(super) created: Option<i64>,
    pub(super) duration_ms: Option<u64>,
    pub(super) width: Option<u32>,
    pub(super) height: Option<u32>,
    /// Four characters of the sample entry, such as `avc1`, `hvc1`.
    pub(super) video: Option<String>,
    /// Four characters of the sample entry, such as `mp4a`.
    pub(super) audio: Option<String>,
    pub(super) coordinates: Option<Coordinates>,
}

/// Track id, units per second and the default duration of its fragment samples.
#[derive(Debug, Clone, Copy, Default)]
struct Track {
    id: u32,
    timescale: u32,
    sample: u32,
}

/// Reads what can be read.
pub(super) fn read<R: Read + Seek>(file: &mut R, len: u64) -> Movie {
    let mut movie = Movie::default();
    let mut tracks = Vec::new();
    let mut ends = fragments::Ends::default();
    let mut at = 0;
    for _ in 0..TOP_BOXES {
        let Some((kind, head, size)) = top_box(file, at, len) else { break };
        match &kind {
            b"moov" => {
                let body = body_of(file, at + head, (size - head).min(MOOV));
                moov(&body, &mut movie, &mut tracks);
            }
            b"moof" => {
                let body = body_of(file, at + head, (size - head).min(MOOF));
                ends.fragment(&body, &tracks);
            }
            _ => {}
        }
        at += size;
    }
    movie.duration_ms = movie.duration_ms.or_else(|| ends.longest_ms(&tracks));
    movie
}

/// Kind, header bytes and whole size of the box at an offset; the size never leaves the file.
fn top_box<R: Read + Seek>(file: &mut R, at: u64, len: u64) -> Option<([u8; 4], u64, u64)> {
    let left = len.checked_sub(at).filter(|left| *left >= 8)?;
    file.seek(SeekFrom::Start(at)).ok()?;
    let mut head = [0; 16];
    file.read_exact(&mut head[..8]).ok()?;
    let kind = [head[4], head[5], head[6], head[7]];
    let (head_size, size) = match u32::from_be_bytes([head[0], head[1], head[2], head[3]]) {
        0 => (8, left),
        1 => {
            file.read_exact(&mut head[8..]).ok()?;
            (16, be64(&head[8..])?)
        }
        size => (8, u64::from(size)),
    };
    // A box that claims to be smaller than its header would be read for ever.
    (size >= head_size).then_some((kind, head_size, size.min(left))).filter(|found| found.2 >= found.1)
}

fn body_of<R: Read + Seek>(file: &mut R, at: u64, size: u64) -> Vec<u8> {
    let mut body = Vec::new();
    if file.seek(SeekFrom::Start(at)).is_ok() {
        // A file that ends early gives what there is.
        drop(file.take(size).read_to_end(&mut body));
    }
    body
}

/// The boxes inside a body, in order; a broken size ends the list with what is left.
fn boxes(mut body: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let kind = [*body.get(4)?, *body.get(5)?, *body.get(6)?, *body.get(7)?];
        let (head, size) = match be32(body)? {
            0 => (8, body.len()),
            1 => (16, usize::try_from(be64(body.get(8..)?)?).ok()?),
            size => (8, usize::try_from(size).ok()?),
        };
        let size = size.min(body.len());
        let inside = body.get(head..size)?;
        body = &body[size..];
        Some((kind, inside))
    })
}

fn find<'a>(body: &'a [u8], kind: &[u8]) -> Option<&'a [u8]> {
    boxes(body).find(|(found, _)| found[..] == *kind).map(|(_, inside)| inside)
}

fn be16(bytes: &[u8]) -> Option<u16> {
    bytes.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}

fn be32(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

fn be64(bytes: &[u8]) -> Option<u64> {
    bytes.first_chunk().map(|bytes| u64::from_be_bytes(*bytes))
}

fn moov(body: &[u8], movie: &mut Movie, tracks: &mut Vec<Track>) {
    if let Some((created, duration)) = find(body, b"mvhd").and_then(header_times) {
        movie.created = created;
        movie.duration_ms = duration;
    }
    for (_, trak) in boxes(body).filter(|(kind, _)| kind == b"trak") {
        if let Some(track) = track(trak, movie) {
            tracks.push(track);
        }
    }
    if let Some(mvex) = find(body, b"mvex") {
        if let Some(whole) = find(mvex, b"mehd").and_then(|mehd| long_or_short(mehd, 4))
            && let Some(scale) = find(body, b"mvhd").and_then(header_scale)
        {
            movie.duration_ms = movie.duration_ms.or(in_ms(whole, scale));
        }
        for (_, trex) in boxes(mvex).filter(|(kind, _)| kind == b"trex") {
            if let (Some(id), Some(sample)) = (trex.get(4..).and_then(be32), trex.get(12..).and_then(be32))
                && let Some(track) = tracks.iter_mut().find(|track| track.id == id)
            {
                track.sample = sample;
            }
        }
    }
    movie.coordinates = find(body, b"udta")
        .and_then(|udta| find(udta, b"\xa9xyz"))
        .and_then(|place| {
            let size = usize::from(be16(place)?);
            iso6709(place.get(4..4 + size).or_else(|| place.get(4..))?)
        })
        .or_else(|| find(body, b"meta").and_then(apple_place))
        .or_else(|| find(find(body, b"udta")?, b"loci").and_then(loci_place));
}

/// Creation time and duration of `mvhd` or `mdhd`, which begin alike.
fn header_times(header: &[u8]) -> Option<(Option<i64>, Option<u64>)> {
    let long = *header.first()? == 1;
    let (created, duration) = if long {
        (be64(header.get(4..)?)?, be64(header.get(24..)?)?)
    } else {
        let duration = be32(header.get(16..)?)?;
        (u64::from(be32(header.get(4..)?)?), if duration == u32::MAX { 0 } else { duration.into() })
    };
    Some((moment(created), in_ms(duration, header_scale(header)?)))
}

fn header_scale(header: &[u8]) -> Option<u32> {
    be32(header.get(if *header.first()? == 1 { 20 } else { 12 }..)?)
}

/// Milliseconds; none for an empty or impossible length.
fn in_ms(units: u64, scale: u32) -> Option<u64> {
    let ms = u128::from(units) * 1000 / u128::from(Some(scale).filter(|scale| *scale > 0)?);
    // A year is longer than any recording.
    u64::try_from(ms).ok().filter(|ms| *ms > 0 && *ms < 366 * 86_400_000)
}

/// Unix seconds of a creation time. Zero means that the camera had no date. Some cameras count from
/// 1970 instead of 1904: read as 1904 that gives a year in the past century, which cannot be meant.
fn moment(created: u64) -> Option<i64> {
    let created = i64::try_from(created).ok()?;
    [created - EPOCH_1904, created].into_iter().find(|at| PLAUSIBLE.contains(at))
}

/// A 64-bit value in version 1 of a full box, a 32-bit one in version 0.
fn long_or_short(full_box: &[u8], at: usize) -> Option<u64> {
    let value = full_box.get(at..)?;
    if *full_box.first()? == 1 { be64(value) } else { be32(value).map(u64::from) }
}

fn track(trak: &[u8], movie: &mut Movie) -> Option<Track> {
    let mdia = find(trak, b"mdia")?;
    let header = find(mdia, b"mdhd");
    let handler = find(mdia, b"hdlr").and_then(|hdlr| hdlr.get(8..12));
    let codec = find(mdia, b"minf")
        .and_then(|minf| find(minf, b"stbl"))
        .and_then(|stbl| find(stbl, b"stsd"))
        .and_then(|stsd| stsd.get(12..16))
        .and_then(four_characters);
    let tkhd = find(trak, b"tkhd");
    match handler {
        Some(b"vide") => {
            movie.video = movie.video.take().or(codec);
            // The last eight bytes are width and height, 16.16 fixed point.
            let size = tkhd.and_then(|tkhd| tkhd.last_chunk::<8>());
            if let Some(size) = size.filter(|_| movie.width.is_none()) {
                let whole = |at: usize| be16(&size[at..]).map(u32::from).filter(|px| *px > 0);
                (movie.width, movie.height) = (whole(0), whole(4));
            }
        }
        Some(b"soun") => movie.audio = movie.audio.take().or(codec),
        _ => {}
    }
    let duration = header.and_then(header_times).and_then(|(_, duration)| duration);
    movie.duration_ms = movie.duration_ms.max(duration.filter(|_| movie.duration_ms.is_none()));
    let id = tkhd.and_then(|tkhd| be32(tkhd.get(if *tkhd.first()? == 1 { 20 } else { 12 }..)?))?;
    Some(Track { id, timescale: header.and_then(header_scale)?, sample: 0 })
}

fn four_characters(code: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(code).ok()?.trim();
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-. ".contains(c));
    (plain && !text.is_empty()).then(|| text.to_owned())
}

/// `com.apple.quicktime.location.ISO6709` in the list of keys and values.
fn apple_place(meta: &[u8]) -> Option<Coordinates> {
    // In MP4 `meta` is a full box, in QuickTime it is a plain one.
    let meta = if meta.get(4..8) == Some(b"hdlr") { meta } else { meta.get(4..)? };
    let keys = find(meta, b"keys")?;
    let key = boxes(keys.get(8..)?).position(|(_, name)| name == b"com.apple.quicktime.location.ISO6709")?;
    let wanted = u32::try_from(key + 1).ok()?.to_be_bytes();
    let value = find(find(meta, b"ilst")?, &wanted)?;
    iso6709(find(value, b"data")?.get(8..)?)
}

/// The location box of 3GPP (TS 26.244): longitude before latitude, 16.16 fixed point.
fn loci_place(loci: &[u8]) -> Option<Coordinates> {
    // Version, flags and language, a name that ends in zero, the role.
    let name = loci.get(6..)?;
    let after = &name[name.iter().position(|byte| *byte == 0)? + 1..];
    let fixed = |at: usize| {
        let value = after.get(at..).and_then(be32)?.cast_signed();
        Some(f64::from(value) / 65536.0)
    };
    known(fixed(5)?, fixed(1)?)
}

/// Zero and zero is what a receiver without a fix writes.
fn known(latitude: f64, longitude: f64) -> Option<Coordinates> {
    Coordinates::from_degrees(latitude, longitude)
        .filter(|place| (place.latitude_e6, place.longitude_e6) != (0, 0))
}

/// Decimal degrees as in `+30.2741+120.1551+012.3/`.
fn iso6709(text: &[u8]) -> Option<Coordinates> {
    let text = std::str::from_utf8(text.get(..text.len().min(64))?).ok()?;
    let longitude = text.char_indices().skip(1).find(|(_, c)| "+-".contains(*c))?.0;
    let rest = &text[longitude..];
    let end = rest.char_indices().skip(1).find(|(_, c)| !c.is_ascii_digit() && *c != '.');
    let (latitude, longitude) = (&text[..longitude], &rest[..end.map_or(rest.len(), |end| end.0)]);
    let (latitude, longitude) = (latitude.parse::<f64>().ok()?, longitude.parse::<f64>().ok()?);
    known(latitude, longitude)
}

#[cfg(test)]
mod tests;
