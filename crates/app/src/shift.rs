//! The shift (当班), the camera ledger, and the desk's first page.

use std::collections::HashSet;

use liuhen_core::camera::{self, CameraCommand, CameraMissing as Gap, CameraState};
use liuhen_core::ids::{EntryHash, MatterId, OfficerId, SeriesId};
use liuhen_core::matter::MatterState;
use liuhen_core::shift::{self, Head, ShiftCommand, ShiftEnded, ShiftState};
use liuhen_protocol::Sign;
use liuhen_store::{Query, Store};

use crate::capture;
use crate::error::{ApiError, Result};
use crate::findings;
use crate::input::{CameraCheck, CameraMissing, CameraReturn, Nothing};
use crate::laptop::{Actor, Laptop};
use crate::people;
use crate::record::{draft_entries, read_document};
use crate::sync;
use crate::view::{CamerasView, DueLine, ShiftView, TodayView, make};

/// Entries of the own series read at a time, backwards.
const PAGE: u64 = 200;

/// What the officer made since the last end of shift.
#[derive(Debug, Default)]
pub(crate) struct Running {
    /// Time of the first entry.
    pub(crate) from: Option<String>,
    /// Entries.
    pub(crate) entries: u64,
    /// Of these, files imported.
    pub(crate) files: u64,
    /// The last entry.
    pub(crate) head: Option<Head>,
}

/// Counts the own series back to the last statement, in this epoch.
fn running(store: &Store, actor: &Actor) -> Result<Running> {
    let series = liuhen_protocol::SeriesId::of(&actor.signer.public_key());
    let mut running = Running::default();
    let Some(head) = store.writing_head(&series)? else { return Ok(running) };
    running.head = Some(Head {
        series: SeriesId(series.to_hex()),
        epoch: head.epoch,
        seq: head.seq,
        hash: EntryHash::from(head.hash.to_string()),
    });
    let mut end = head.seq;
    while end > 0 {
        let begin = end.saturating_sub(PAGE);
        let page = store.entries_from(
            &series,
            head.epoch,
            begin + 1,
            usize::try_from(end - begin).unwrap_or(1),
            usize::MAX,
        )?;
        for entry in page.iter().rev() {
            match entry.kind.as_str() {
                "shift.ended" => return Ok(running),
                // Written by the machine, not by the officer on duty.
                "series.opened" => continue,
                "media.recorded" => running.files += 1,
                _ => {}
            }
            running.entries += 1;
            running.from = Some(entry.entry()?.envelope().time.wall.clone());
        }
        end = begin;
    }
    Ok(running)
}

/// The running shift of the officer who unlocked.
pub fn shift(laptop: &Laptop, _: Nothing) -> Result<ShiftView> {
    let screen = laptop.screen()?;
    laptop.read(|store| make::shift_view(store, &screen, &running(store, &screen.actor)?, None))
}

/// Ends the shift with a signed statement of what was made (交班确认).
pub fn end_shift(laptop: &Laptop, _: Nothing) -> Result<ShiftView> {
    let id = laptop.moment().uuid()?.to_string();
    let now = laptop.moment().wall();
    laptop.act(|store, actor| {
        let made = running(store, actor)?;
        let Some(from) = made.from else { return Err(ApiError::new("shift_empty")) };
        let statement =
            ShiftEnded { entries: made.entries, files: made.files, head: made.head, from, to: now };
        let events = shift::decide(&ShiftState::default(), ShiftCommand::End(statement))?;
        store.commit(actor.signer.as_ref(), draft_entries("shift", &id, &events))?;
        Ok(())
    })?;
    let screen = laptop.screen()?;
    laptop.read(|store| {
        let document = store.document("shift", &id)?.ok_or_else(|| ApiError::not_found("entry"))?;
        let state: ShiftState = read_document(&document)?;
        make::shift_view(store, &screen, &Running::default(), Some(&state))
    })
}

/// Records the checks of a body camera before duty.
pub fn camera_check(laptop: &Laptop, input: CameraCheck) -> Result<CamerasView> {
    laptop.act(|store, actor| {
        let carried_by = people::find_optional(store, input.carried_by.as_deref())?;
        let check = camera::CameraChecked {
            number: input.number.clone(),
            carried_by: OfficerId::from(carried_by.unwrap_or_else(|| actor.officer.clone())),
            battery: input.battery,
            card: input.card,
            clock: input.clock,
        };
        write_camera(store, actor, &input.number, CameraCommand::Check(check))
    })?;
    cameras(laptop, Nothing {})
}

/// Records that a camera was handed back after duty (交还).
pub fn camera_return(laptop: &Laptop, input: CameraReturn) -> Result<CamerasView> {
    laptop.act(|store, actor| {
        let CameraReturn { number, sound, note } = input;
        let returned = camera::CameraReturned { number: number.clone(), sound, note };
        write_camera(store, actor, &number, CameraCommand::Return(returned))
    })?;
    cameras(laptop, Nothing {})
}

/// Gives the reason for a missing or interrupted recording.
pub fn camera_missing(laptop: &Laptop, input: CameraMissing) -> Result<CamerasView> {
    laptop.act(|store, actor| {
        if let Some(matter) = &input.matter {
            capture::state_of(store, matter)?;
        }
        // Without a number the reason stands in a ledger of its own, of the camera nobody had.
        let number = input.number.as_deref().filter(|number| !number.trim().is_empty()).unwrap_or("none");
        let gap = Gap {
            matter: input.matter.clone().map(MatterId::from),
            reason: input.reason.clone(),
            gap: camera::Gap::default(),
        };
        write_camera(store, actor, number, CameraCommand::Miss(gap))
    })?;
    cameras(laptop, Nothing {})
}

fn write_camera(store: &mut Store, actor: &Actor, number: &str, command: CameraCommand) -> Result<()> {
    if number.trim().is_empty() {
        return Err(liuhen_core::Refusal::Empty("number").into());
    }
    let id = camera::subject_id(number);
    let document = store.document("camera", &id)?;
    let state: CameraState =
        document.map(|document| read_document(&document)).transpose()?.unwrap_or_default();
    let events = camera::decide(&state, command)?;
    store.commit(actor.signer.as_ref(), draft_entries("camera", &id, &events))?;
    Ok(())
}

/// The camera ledger.
pub fn cameras(laptop: &Laptop, _: Nothing) -> Result<CamerasView> {
    let screen = laptop.screen()?;
    laptop.read(|store| {
        Ok(CamerasView {
            cameras: make::camera_views(store, &screen)?,
            lines: make::camera_lines(store, &screen)?,
        })
    })
}

/// The desk's first page (工作台).
pub fn today(laptop: &Laptop, _: Nothing) -> Result<TodayView> {
    let screen = laptop.screen()?;
    let jobs = laptop.jobs().views();
    laptop.read(|store| {
        let officer = screen.actor.officer.as_str();
        let (mut open, mut to_confirm, mut rechecks) = (Vec::new(), Vec::new(), Vec::new());
        let documents = store.documents(&Query::kind("matter"))?;
        let followed: HashSet<&str> =
            documents.iter().filter_map(|document| document.json.get("follows")?.as_str()).collect();
        for document in &documents {
            let state: MatterState = read_document(document)?;
            if !make::takes_part(&state, officer) {
                continue;
            }
            let voided = state.phase == liuhen_core::matter::Phase::Voided;
            let line = || make::matter_line(store, &screen, &document.id, &state);
            if matches!(state.phase, liuhen_core::matter::Phase::Open | liuhen_core::matter::Phase::Disputed)
            {
                open.push(line()?);
            }
            let second = state.second.as_ref().is_some_and(|second| second.as_str() == officer);
            if second && !voided && !state.unconfirmed.is_empty() {
                to_confirm.push(line()?);
            }
            let until = state.closing.as_ref().and_then(|closing| closing.until);
            if let Some(until) = until.filter(|_| !followed.contains(document.id.as_str())) {
                let days = until.signed_duration_since(screen.actor.today).num_days();
                rechecks.push(DueLine {
                    matter: line()?,
                    until: until.to_string(),
                    days: i32::try_from(days).unwrap_or(i32::MAX),
                });
            }
        }
        rechecks.sort_by(|one: &DueLine, other| one.until.cmp(&other.until));
        let shift = make::shift_view(store, &screen, &running(store, &screen.actor)?, None)?;
        let unlinked = store.count_documents(&Query::kind("media").state("unlinked"))?;
        let unanswered = screen.findings.iter().filter(|finding| finding.answered.is_none());
        let findings =
            unanswered.map(|finding| findings::view(store, &screen, finding)).collect::<Result<_>>()?;
        Ok(TodayView {
            open,
            to_confirm,
            rechecks,
            findings,
            unlinked_media: u32::try_from(unlinked).unwrap_or(u32::MAX),
            waiting: sync::waiting_view(store, &screen)?,
            waiting_kinds: make::waiting_kinds(&screen),
            machine: make::machine_view(store, &screen, laptop.moment().now())?,
            shift_left_open: make::is_left_open(&screen, &shift),
            shift,
            jobs,
        })
    })
}
