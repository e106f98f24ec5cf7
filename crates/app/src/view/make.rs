//! Views made from documents, at reading time. One module per noun; nothing here decides.

mod draft;
mod machine;
mod matter;
mod media;
mod people;
mod shift;
mod timeline;

pub(crate) use draft::{draft_lines, draft_view};
pub(crate) use machine::{is_left_open, machine_view, waiting_kinds};
pub(crate) use matter::{matter_line, matter_lines, matter_view, takes_part};
pub(crate) use media::{blob_of, is_transferred, kind_of, media_lines, media_of_matter, media_view};
pub(crate) use people::{officer_view, officers_view};
pub(crate) use shift::{camera_lines, camera_views, shift_view};

use liuhen_core::matter::Coordinates as Millionths;

use super::{Coordinates, Custody, MatterResult, MatterState, StartKind};
use crate::error::{ApiError, Result};
use crate::waiting::Waiting;

/// Degrees as typed or measured, as millionths for an entry.
pub(crate) fn coordinates_in(coordinates: &Coordinates) -> Result<Millionths> {
    let degrees = |text: &str| text.trim().parse::<f64>().ok().filter(|value| value.is_finite());
    let both = degrees(&coordinates.latitude).zip(degrees(&coordinates.longitude));
    both.and_then(|(latitude, longitude)| Millionths::from_degrees(latitude, longitude))
        .ok_or_else(|| ApiError::new("bad_coordinates"))
}

/// Millionths of an entry, as degrees with six digits.
pub(crate) fn coordinates_out(coordinates: Millionths) -> Coordinates {
    let degrees = |millionths: i64| {
        let sign = if millionths < 0 { "-" } else { "" };
        let whole = millionths.unsigned_abs();
        format!("{sign}{}.{:06}", whole / 1_000_000, whole % 1_000_000)
    };
    Coordinates { latitude: degrees(coordinates.latitude_e6), longitude: degrees(coordinates.longitude_e6) }
}

/// Where an entry stands.
pub(crate) fn custody_of(waiting: &Waiting, entry: &str) -> Custody {
    if waiting.is_pending(entry) {
        Custody::Pending
    } else if waiting.is_waiting(entry) {
        Custody::Waiting
    } else {
        Custody::Held
    }
}

/// Whether everything of a subject is held.
pub(crate) fn custody_of_subject(waiting: &Waiting, kind: &str, id: &str) -> Custody {
    if waiting.has_waiting(kind, id) { Custody::Waiting } else { Custody::Held }
}

macro_rules! same_words {
    ($($view:ty => $core:ty { $($word:ident),+ })+) => { $(
        impl From<$core> for $view {
            fn from(value: $core) -> Self {
                match value { $(<$core>::$word => Self::$word,)+ }
            }
        }
    )+ };
}
same_words! {
    StartKind => liuhen_core::matter::StartKind { Patrol, Inspection, Complaint }
    MatterResult => liuhen_core::matter::MatterResult { NothingFound, Dissuaded, Corrected, Recheck, ToFile }
    MatterState => liuhen_core::matter::Phase { Open, Closed, Voided, Disputed }
    super::Signer => liuhen_core::matter::Signer { Party, Witness }
    super::CaptureSource => liuhen_core::media::CaptureSource { Mp4, Exif, File, None }
    super::Role => liuhen_core::role::Role {
        Officer, Auxiliary, Handler, Reviewer, Head, Archivist, Supervisor, Sysadmin, Secadmin, Auditor
    }
}

impl From<StartKind> for liuhen_core::matter::StartKind {
    fn from(value: StartKind) -> Self {
        match value {
            StartKind::Patrol => Self::Patrol,
            StartKind::Inspection => Self::Inspection,
            StartKind::Complaint => Self::Complaint,
        }
    }
}

impl From<MatterResult> for liuhen_core::matter::MatterResult {
    fn from(value: MatterResult) -> Self {
        match value {
            MatterResult::NothingFound => Self::NothingFound,
            MatterResult::Dissuaded => Self::Dissuaded,
            MatterResult::Corrected => Self::Corrected,
            MatterResult::Recheck => Self::Recheck,
            MatterResult::ToFile => Self::ToFile,
        }
    }
}

impl From<super::Role> for liuhen_core::role::Role {
    fn from(role: super::Role) -> Self {
        use super::Role as R;
        match role {
            R::Officer => Self::Officer,
            R::Auxiliary => Self::Auxiliary,
            R::Handler => Self::Handler,
            R::Reviewer => Self::Reviewer,
            R::Head => Self::Head,
            R::Archivist => Self::Archivist,
            R::Supervisor => Self::Supervisor,
            R::Sysadmin => Self::Sysadmin,
            R::Secadmin => Self::Secadmin,
            R::Auditor => Self::Auditor,
        }
    }
}

/// An identity number with its middle hidden, as screens show it.
pub(crate) fn masked(number: &str) -> String {
    let letters: Vec<char> = number.chars().collect();
    let (first, last) = if letters.len() > 8 { (4, 4) } else { (1.min(letters.len()), 0) };
    letters
        .iter()
        .enumerate()
        .map(|(at, letter)| if at < first || at + last >= letters.len() { *letter } else { '*' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_shows_its_ends_only() {
        assert_eq!(masked("999999199001010016"), "9999**********0016");
        assert_eq!(masked("12345"), "1****");
        assert_eq!(masked(""), "");
    }

    #[test]
    fn degrees_survive_the_way_through_millionths() {
        let typed = Coordinates { latitude: "30.1708".into(), longitude: "-121.2660001".into() };
        let shown = coordinates_out(coordinates_in(&typed).unwrap());
        assert_eq!((shown.latitude.as_str(), shown.longitude.as_str()), ("30.170800", "-121.266000"));
    }

    #[test]
    fn a_place_off_the_globe_is_refused() {
        let typed = Coordinates { latitude: "91".into(), longitude: "0".into() };
        assert!(coordinates_in(&typed).is_err());
        let typed = Coordinates { latitude: "NaN".into(), longitude: "0".into() };
        assert!(coordinates_in(&typed).is_err());
    }
}
