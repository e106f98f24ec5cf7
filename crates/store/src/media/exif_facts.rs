//! Time, place and camera of a still, from its EXIF.
//!
//! EXIF times are local. Newer cameras write the zone beside them; where none is written the time is
//! Asia/Shanghai (UTC+8 all year), which is where these cameras are used.

use std::io::{BufRead, Seek};

use chrono::{FixedOffset, NaiveDate};
use exif::{Exif, In, Rational, Tag, Value};
use liuhen_core::matter::Coordinates;

/// Seconds that Asia/Shanghai is ahead of UTC.
pub(super) const SHANGHAI: i32 = 8 * 3600;
/// Characters of a maker's or camera's name that are kept.
const NAME: usize = 64;

/// What EXIF says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Still {
    /// Unix seconds.
    pub(super) taken: Option<i64>,
    /// Whether the zone was written, not assumed.
    pub(super) zoned: bool,
    pub(super) coordinates: Option<Coordinates>,
    pub(super) make: Option<String>,
    pub(super) model: Option<String>,
    pub(super) serial: Option<String>,
}

/// Reads what can be read; a file without EXIF, or with a broken one, gives what is left.
pub(super) fn read<R: BufRead + Seek>(file: &mut R) -> Still {
    let mut reader = exif::Reader::new();
    reader.continue_on_error(true);
    let found = reader.read_from_container(file);
    let Ok(exif) = found.or_else(|error| error.distill_partial_result(|_| ())) else {
        return Still::default();
    };
    let (taken, zoned) = taken(&exif).map_or((None, false), |(at, zoned)| (Some(at), zoned));
    Still {
        taken,
        zoned,
        coordinates: place(&exif),
        make: text(&exif, Tag::Make),
        model: text(&exif, Tag::Model),
        serial: text(&exif, Tag::BodySerialNumber),
    }
}

fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(parts) => parts.first().map(Vec::as_slice),
        _ => None,
    }
}

fn text(exif: &Exif, tag: Tag) -> Option<String> {
    let raw = String::from_utf8_lossy(ascii(exif, tag)?);
    let clean: String = raw.chars().filter(|c| !c.is_control()).take(NAME).collect();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

fn taken(exif: &Exif) -> Option<(i64, bool)> {
    let pairs = [
        (Tag::DateTimeOriginal, Tag::OffsetTimeOriginal),
        (Tag::DateTimeDigitized, Tag::OffsetTimeDigitized),
    ];
    pairs.into_iter().find_map(|(time, zone)| {
        let mut at = exif::DateTime::from_ascii(ascii(exif, time)?).ok()?;
        for tag in [zone, Tag::OffsetTime] {
            if at.offset.is_none()
                && let Some(zone) = ascii(exif, tag)
            {
                // A zone that cannot be read is none.
                drop(at.parse_offset(zone));
            }
        }
        let offset = at.offset.map_or(SHANGHAI, |minutes| i32::from(minutes) * 60);
        let local = NaiveDate::from_ymd_opt(at.year.into(), at.month.into(), at.day.into())?.and_hms_opt(
            at.hour.into(),
            at.minute.into(),
            at.second.into(),
        )?;
        let at_utc = local.and_local_timezone(FixedOffset::east_opt(offset)?).single()?;
        Some((at_utc.timestamp(), at.offset.is_some()))
    })
}

fn place(exif: &Exif) -> Option<Coordinates> {
    let latitude = degrees(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, b'S')?;
    let longitude = degrees(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, b'W')?;
    // Zero and zero is what a receiver without a fix writes.
    Coordinates::from_degrees(latitude, longitude)
        .filter(|place| (place.latitude_e6, place.longitude_e6) != (0, 0))
}

fn degrees(exif: &Exif, tag: Tag, side: Tag, negative: u8) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let part = |at: usize| parts.get(at).copied().map_or(Some(0.0), number);
    let value = part(0)? + part(1)? / 60.0 + part(2)? / 3600.0;
    parts.first()?;
    Some(if ascii(exif, side)?.first() == Some(&negative) { -value } else { value })
}

fn number(value: Rational) -> Option<f64> {
    (value.denom != 0).then(|| value.to_f64())
}
