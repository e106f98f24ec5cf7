//! When was it captured? From what the file says and the clock offset a person stated.
//!
//! True time = device time + offset. EXIF without a zone is Asia/Shanghai, the header of an MP4 is
//! UTC. Many cameras write their local time there instead: a header that lies 8 h ahead of the
//! file's name, of its modification time or of the import itself gives a [`Proposal`], and a person
//! decides. Nothing here is the time an entry was made; that one is never mixed with this.

use chrono::{DateTime, Utc};
use liuhen_core::media::CaptureSource;
use serde::{Deserialize, Serialize};

use super::facts::Facts;

/// How far Asia/Shanghai is ahead of UTC, in seconds.
const EIGHT_HOURS: i64 = 8 * 3600;
/// How exact that difference has to be, in seconds.
const TEN_MINUTES: i64 = 600;

/// What a header time was compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compared {
    /// The time in the file's name.
    Name,
    /// The file's modification time.
    Modified,
    /// The moment of the import.
    Import,
}

/// "The camera wrote local time": to be decided by a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What to add to the stated offset if it is accepted: −28,800 s.
    pub add_seconds: i64,
    /// The difference found, in seconds.
    pub difference_seconds: i64,
    /// Between the header and this.
    pub compared_with: Compared,
}

/// When a file was captured, as far as it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// Device time with the offset added.
    pub at: Option<DateTime<Utc>>,
    /// Where the device time was read.
    pub source: CaptureSource,
    /// A doubt for a person to decide.
    pub proposal: Option<Proposal>,
}

/// The time of capture of a file whose device was `offset_seconds` slow (true time − device time).
///
/// EXIF comes before the header of a movie, that before the time in the name, and the modification
/// time is the last resort; the last two both count as the file's own date.
pub fn capture(facts: &Facts, offset_seconds: i64, imported: DateTime<Utc>) -> Capture {
    let found = [
        (facts.exif_time, CaptureSource::Exif),
        (facts.movie_time, CaptureSource::Mp4),
        (facts.name.start, CaptureSource::File),
        (facts.modified, CaptureSource::File),
    ];
    let Some((device, source)) = found.into_iter().find_map(|(at, source)| at.map(|at| (at, source))) else {
        return Capture { at: None, source: CaptureSource::None, proposal: None };
    };
    let at = device.checked_add(offset_seconds).and_then(|at| DateTime::from_timestamp(at, 0));
    let proposal = if source == CaptureSource::Mp4 { local_time(facts, device, imported) } else { None };
    Capture { at, source, proposal }
}

/// The first thing that lies eight hours behind the header. A camera writes the header's time at the
/// start or at the end, the name at the start and the file at the end, so the length is allowed for.
fn local_time(facts: &Facts, header: i64, imported: DateTime<Utc>) -> Option<Proposal> {
    let length = i64::try_from(facts.duration_ms.unwrap_or(0) / 1000).unwrap_or(0);
    let others = [
        (facts.name.start, Compared::Name, length),
        (facts.modified, Compared::Modified, -length),
        (Some(imported.timestamp()), Compared::Import, 0),
    ];
    others.into_iter().find_map(|(other, compared_with, allowed)| {
        let difference = header - other?;
        let near = |wanted: i64| (difference - wanted).abs() <= TEN_MINUTES;
        (near(EIGHT_HOURS) || near(EIGHT_HOURS + allowed)).then_some(Proposal {
            add_seconds: -EIGHT_HOURS,
            difference_seconds: difference,
            compared_with,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::name;

    /// 2026-11-23 08:10:00 in Shanghai.
    const START: i64 = 1_795_392_600;

    fn later(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(START + seconds, 0).unwrap()
    }

    fn camera(header: i64) -> Facts {
        Facts {
            movie_time: Some(header),
            duration_ms: Some(300_000),
            name: name::read("DEV0001_20261123081000_0001.MP4".as_ref()),
            ..Facts::default()
        }
    }

    #[test]
    fn a_fast_clock_is_put_right_by_the_stated_offset() {
        let found = capture(&camera(START), -460, later(7200));
        assert_eq!((found.at, found.source), (Some(later(-460)), CaptureSource::Mp4));
        assert_eq!(found.proposal, None);
    }

    #[test]
    fn a_header_in_local_time_is_proposed_and_not_changed() {
        for written in [0, 300, -590] {
            let found = capture(&camera(START + EIGHT_HOURS + written), 0, later(7200));
            assert_eq!(found.at, Some(later(EIGHT_HOURS + written)));
            let proposal = found.proposal.unwrap();
            assert_eq!((proposal.add_seconds, proposal.compared_with), (-EIGHT_HOURS, Compared::Name));
        }
    }

    #[test]
    fn a_header_in_the_future_of_the_import_is_proposed_too() {
        let facts = Facts { movie_time: Some(START + EIGHT_HOURS), ..Facts::default() };
        let proposal = capture(&facts, 0, later(200)).proposal.unwrap();
        assert_eq!(proposal.compared_with, Compared::Import);
        let facts = Facts { modified: Some(START + 30), ..facts };
        assert_eq!(capture(&facts, 0, later(9000)).proposal.unwrap().compared_with, Compared::Modified);
    }

    #[test]
    fn other_differences_are_not_proposed() {
        for written in [0, 3600, EIGHT_HOURS + 901, -EIGHT_HOURS, 9 * 3600] {
            assert_eq!(capture(&camera(START + written), 0, later(864_000)).proposal, None, "{written}");
        }
    }

    #[test]
    fn without_any_time_inside_the_files_own_date_is_used_and_named_so() {
        let facts = Facts { movie_time: None, modified: Some(START + 9), ..camera(0) };
        assert_eq!(capture(&facts, 0, later(9)).at, Some(later(0)));
        assert_eq!(capture(&facts, 0, later(9)).source, CaptureSource::File);
        assert_eq!(capture(&Facts::default(), 0, later(9)).source, CaptureSource::None);
    }
}
