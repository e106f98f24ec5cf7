//! Findings about files and cameras.
//!
//! How long a file may belong to nobody and a card stay out are figures of the
//! house: they come in with the thresholds and are shown as 待确认.

use super::ledger::{Asked, Ledger};
use super::{Finding, Rule};
use crate::camera::{CameraChecked, CameraState};
use crate::day;
use crate::ids::subjects;
use crate::record::Mark;
use chrono::{DateTime, Utc};

pub(super) fn find(ledger: &Ledger, asked: Asked, found: &mut Vec<Finding>) {
    unlinked(ledger, asked, found);
    for (id, camera) in &ledger.cameras {
        not_in_order(id, camera, found);
        not_handed_in(ledger, asked, id, camera, found);
    }
}

fn hours_since(mark: &Mark, now: DateTime<Utc>) -> Option<i64> {
    day::moment(&mark.at).map(|at| now.signed_duration_since(at).num_hours())
}

fn unlinked(ledger: &Ledger, asked: Asked, found: &mut Vec<Finding>) {
    for (id, media) in &ledger.media {
        let Some(recorded) = media.recorded.as_ref().filter(|_| media.matters().next().is_none()) else {
            continue;
        };
        let hours = hours_since(recorded, asked.now).unwrap_or_default();
        if hours < i64::from(asked.thresholds.media_hours) {
            continue;
        }
        let name = media.facts.as_ref().map(|facts| facts.name.as_str()).unwrap_or_default();
        found.push(
            Finding::new(Rule::MediaUnlinked, subjects::MEDIA, id, &[recorded.entry.as_str()])
                .of_officer(recorded.by.as_ref())
                .fact("name", name)
                .fact("hours", hours),
        );
    }
}

fn failed(check: &CameraChecked) -> bool {
    !(check.battery && check.card && check.clock)
}

fn not_in_order(id: &str, camera: &CameraState, found: &mut Vec<Finding>) {
    let Some((mark, check)) = last_check(camera).filter(|(_, check)| failed(check)) else {
        return;
    };
    found.push(
        Finding::new(Rule::CameraNotInOrder, subjects::CAMERA, id, &[mark.entry.as_str()])
            .of_officer(Some(&check.carried_by))
            .fact("number", &check.number),
    );
}

/// The card counts as handed in once a file of that device came in after the
/// check, or a reason was written down why there is none.
fn not_handed_in(ledger: &Ledger, asked: Asked, id: &str, camera: &CameraState, found: &mut Vec<Finding>) {
    let Some((mark, check)) = last_check(camera) else {
        return;
    };
    let hours = hours_since(mark, asked.now).unwrap_or_default();
    if hours < i64::from(asked.thresholds.camera_hours) {
        return;
    }
    let later = |other: &Mark| day::moment(&other.at) >= day::moment(&mark.at);
    let file_came = ledger.media.values().any(|media| {
        let device = media.facts.as_ref().and_then(|facts| facts.device.as_deref());
        device == Some(check.number.as_str()) && media.recorded.as_ref().is_some_and(later)
    });
    let explained = camera.missing.iter().any(|missing| later(&missing.mark));
    if !file_came && !explained {
        found.push(
            Finding::new(Rule::CameraNotHandedIn, subjects::CAMERA, id, &[mark.entry.as_str()])
                .of_officer(Some(&check.carried_by))
                .fact("number", &check.number)
                .fact("hours", hours),
        );
    }
}

fn last_check(camera: &CameraState) -> Option<(&Mark, &CameraChecked)> {
    let mut newest_first = camera.checks.iter().rev();
    newest_first.find_map(|check| Some((&check.mark, check.check.as_ref()?)))
}
