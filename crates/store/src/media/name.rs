//! What a file's name tells: device, officer's number, start, part.
//!
//! Body cameras of the trade write `DEV0001_20261123081000_0001.MP4` or, with the officer's number,
//! `DEV0001_330101_20261123081000_0001.MP4`; phones write `IMG_20261123_081000.jpg`. Times in names
//! are the device's local time.

use std::path::Path;

use chrono::{FixedOffset, NaiveDateTime};
use serde::{Deserialize, Serialize};

use super::exif_facts::SHANGHAI;

/// Words before the date that name a kind of file, not a device.
const KINDS: [&str; 14] = [
    "IMG",
    "VID",
    "AUD",
    "REC",
    "DSC",
    "PXL",
    "MVIMG",
    "PANO",
    "MOV",
    "VIDEO",
    "WX",
    "MMEXPORT",
    "SCREENSHOT",
    "PHOTO",
];

/// What was found in a name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameFacts {
    /// Number of the device.
    pub device: Option<String>,
    /// Number of the officer, as entered in the device.
    pub officer: Option<String>,
    /// Start by the device's clock, read as Asia/Shanghai; Unix seconds.
    pub start: Option<i64>,
    /// Number of the part of a split recording.
    pub part: Option<u32>,
}

/// Reads a name; nothing is found in most names.
pub fn read(path: &Path) -> NameFacts {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let words: Vec<&str> =
        stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let Some((at, used, start)) = (0..words.len()).find_map(|at| {
        let (used, start) = date(&words[at..])?;
        Some((at, used, start))
    }) else {
        return NameFacts::default();
    };
    let mut before = words[..at].iter().filter(|word| is_number(word)).map(|word| (*word).to_owned());
    let part = words.get(at + used).filter(|word| word.len() <= 5).and_then(|word| word.parse().ok());
    NameFacts { device: before.next(), officer: before.next(), start: Some(start), part }
}

/// A number of a device or a person has a digit and is not the name of a kind of file.
fn is_number(word: &str) -> bool {
    let kind = word.trim_end_matches(|c: char| c.is_ascii_digit());
    word.chars().any(|c| c.is_ascii_digit()) && !KINDS.iter().any(|known| kind.eq_ignore_ascii_case(known))
}

/// Fourteen digits, or eight and six (phones add milliseconds), and how many words they took.
fn date(words: &[&str]) -> Option<(usize, i64)> {
    let first = *words.first()?;
    if let Some(start) = parse(first).filter(|_| first.len() == 14) {
        return Some((1, start));
    }
    let second = words.get(1).filter(|second| (6..=9).contains(&second.len()))?;
    let digits = |word: &str| word.chars().all(|c| c.is_ascii_digit());
    if first.len() != 8 || !digits(first) || !digits(second) {
        return None;
    }
    parse(&format!("{first}{}", &second[..6])).map(|start| (2, start))
}

fn parse(digits: &str) -> Option<i64> {
    let local = NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M%S").ok()?;
    let at = local.and_local_timezone(FixedOffset::east_opt(SHANGHAI)?).single()?.timestamp();
    // 2000 to 2100: other numbers of fourteen digits are not dates.
    (946_684_800..4_102_444_800).contains(&at).then_some(at)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{NameFacts, read};

    /// 2026-11-23 08:10:00 in Shanghai.
    const START: i64 = 1_795_392_600;

    fn facts(name: &str) -> NameFacts {
        read(Path::new(name))
    }

    #[test]
    fn a_body_camera_names_device_start_and_part() {
        let found = facts("/card/DCIM/DEV0001_20261123081000_0001.MP4");
        assert_eq!(found.device.as_deref(), Some("DEV0001"));
        assert_eq!((found.start, found.part, found.officer), (Some(START), Some(1), None));
    }

    #[test]
    fn an_officers_number_stands_behind_the_device() {
        let found = facts("DEV0001_330101_20261123081000_0012.MP4");
        assert_eq!((found.officer.as_deref(), found.part), (Some("330101"), Some(12)));
    }

    #[test]
    fn a_phone_names_the_time_and_no_device() {
        for name in
            ["IMG_20261123_081000.jpg", "PXL_20261123_081000123.jpg", "VID20261123 20261123-081000.mp4"]
        {
            let found = facts(name);
            assert_eq!((found.start, found.device), (Some(START), None), "{name}");
        }
    }

    #[test]
    fn other_names_tell_nothing() {
        for name in
            ["mmexport1795392600000.jpg", "扫描件.pdf", "20269923081000.mp4", "", "a_b_c", "99999999999999"]
        {
            assert_eq!(facts(name), NameFacts::default(), "{name}");
        }
    }
}
