//! The shift and the camera ledger for screens.

use std::collections::BTreeMap;

use liuhen_core::camera::CameraState;
use liuhen_core::media::MediaState;
use liuhen_core::shift::ShiftState;
use liuhen_store::{Query, Store};

use crate::error::Result;
use crate::record::read_document;
use crate::screen::Screen;
use crate::shift::Running;
use crate::view::{CameraLine, CameraView, ShiftView};

/// The running shift as counted, or the one that just ended.
pub(crate) fn shift_view(
    store: &Store,
    screen: &Screen,
    running: &Running,
    ended: Option<&ShiftState>,
) -> Result<ShiftView> {
    let officer = screen.actor.officer.as_str();
    let open = store.count_documents(&Query::kind("matter").officer(officer).state("open"))?;
    let number = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    let statement = ended.and_then(|state| state.statement.as_ref());
    Ok(ShiftView {
        officer: screen.names.of(officer),
        from: statement.map(|said| said.from.clone()).or_else(|| running.from.clone()),
        to: statement.map(|said| said.to.clone()),
        entries: number(statement.map_or(running.entries, |said| said.entries)),
        files: number(statement.map_or(running.files, |said| said.files)),
        open_matters: number(open),
        statement: ended.and_then(|state| state.ended.as_ref()).map(|mark| mark.entry.to_string()),
    })
}

/// All checks and missing recordings, newest first.
pub(crate) fn camera_lines(store: &Store, screen: &Screen) -> Result<Vec<CameraLine>> {
    let mut lines = Vec::new();
    for document in store.documents(&Query::kind("camera"))? {
        let state: CameraState = read_document(&document)?;
        for checked in &state.checks {
            let check = checked.check.as_ref();
            lines.push(CameraLine {
                entry: checked.mark.entry.to_string(),
                number: state.number.clone(),
                carried_by: check.map(|check| screen.names.of(check.carried_by.as_str())),
                battery: check.map(|check| check.battery),
                card: check.map(|check| check.card),
                clock: check.map(|check| check.clock),
                returned_sound: None,
                reason: None,
                matter: None,
                recorded_at: checked.mark.at.clone(),
            });
        }
        for gap in &state.missing {
            let missing = gap.missing.as_ref();
            lines.push(CameraLine {
                entry: gap.mark.entry.to_string(),
                number: state.number.clone(),
                carried_by: None,
                battery: None,
                card: None,
                clock: None,
                returned_sound: None,
                reason: missing.map(|missing| missing.reason.clone()),
                matter: missing.and_then(|missing| missing.matter.as_ref()).map(ToString::to_string),
                recorded_at: gap.mark.at.clone(),
            });
        }
        for back in &state.returns {
            let returned = back.returned.as_ref();
            lines.push(CameraLine {
                entry: back.mark.entry.to_string(),
                number: state.number.clone(),
                carried_by: None,
                battery: None,
                card: None,
                clock: None,
                returned_sound: Some(returned.is_none_or(|returned| returned.sound)),
                reason: returned.and_then(|returned| returned.note.clone()),
                matter: None,
                recorded_at: back.mark.at.clone(),
            });
        }
    }
    lines.sort_by(|one, other| (&other.recorded_at, &other.entry).cmp(&(&one.recorded_at, &one.entry)));
    Ok(lines)
}

/// Every camera as its ledger and its files leave it now, by number.
pub(crate) fn camera_views(store: &Store, screen: &Screen) -> Result<Vec<CameraView>> {
    let mut cameras = BTreeMap::new();
    for document in store.documents(&Query::kind("camera"))? {
        let state: CameraState = read_document(&document)?;
        let Some(number) = state.number.clone() else { continue };
        let last = state.checks.last();
        let carried_by = last.and_then(|last| last.check.as_ref()).map(|check| &check.carried_by);
        let view = CameraView {
            number: number.clone(),
            out: state.is_out(),
            carried_by: carried_by.map(|officer| screen.names.of(officer.as_str())),
            checked_at: last.map(|last| last.mark.at.clone()),
            files: 0,
            offset_seconds: None,
        };
        cameras.insert(number, view);
    }
    // Newest file first: the first one of a camera tells what was last stated about its clock.
    for document in store.documents(&Query::kind("media"))? {
        let state: MediaState = read_document(&document)?;
        let Some(facts) = state.facts else { continue };
        let Some(device) = facts.device else { continue };
        let view = cameras.entry(device.clone()).or_insert_with(|| CameraView {
            number: device,
            out: false,
            carried_by: None,
            checked_at: None,
            files: 0,
            offset_seconds: None,
        });
        view.files += 1;
        if view.offset_seconds.is_none() {
            view.offset_seconds = i32::try_from(facts.offset_seconds).ok();
        }
    }
    Ok(cameras.into_values().collect())
}
