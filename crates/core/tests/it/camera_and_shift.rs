//! The ledger of body cameras and the end of a shift.
//!
//! Who carried which device, what was checked, and the statement that closes a
//! day of duty.

use liuhen_core::camera::{self, CameraChecked, CameraCommand, CameraMissing, CameraState, Gap, subject_id};
use liuhen_core::ids::{MatterId, OfficerId};
use liuhen_core::shift::{self, ShiftCommand, ShiftEnded, ShiftState};

fn check(number: &str) -> CameraCommand {
    CameraCommand::Check(CameraChecked {
        number: number.to_owned(),
        carried_by: OfficerId::from("officer-1"),
        battery: true,
        card: true,
        clock: true,
    })
}

#[test]
fn a_ledger_belongs_to_one_camera() {
    let mut ledger = CameraState::default();
    for event in camera::decide(&ledger, check(" DEV0001 ")).unwrap() {
        ledger.apply(&liuhen_core::Mark::default(), &event);
    }
    assert_eq!(ledger.number.as_deref(), Some("DEV0001"));
    assert_eq!(camera::decide(&ledger, check("DEV0002")).unwrap_err().code(), "other_camera");
    assert_eq!(camera::decide(&ledger, check(" ")).unwrap_err().code(), "empty_text");
}

#[test]
fn a_missing_recording_needs_its_reason() {
    let missing = |reason: &str| {
        CameraCommand::Miss(CameraMissing {
            matter: Some(MatterId::from("matter-1")),
            reason: reason.to_owned(),
            gap: Gap::Interrupted,
        })
    };
    let ledger = CameraState::default();
    assert_eq!(camera::decide(&ledger, missing("")).unwrap_err().code(), "empty_text");
    camera::decide(&ledger, missing("电池耗尽")).unwrap();
}

#[test]
fn every_device_number_gives_a_lawful_subject_id() {
    assert_eq!(subject_id(" DEV0001 "), "DEV0001");
    for odd in ["记录仪 1 号", "", "a/b", &"9".repeat(200)] {
        let id = subject_id(odd);
        assert_eq!(id.len(), 64);
        assert!(id.chars().all(|c| c.is_ascii_hexdigit()));
    }
    assert_ne!(subject_id("记录仪 1 号"), subject_id("记录仪 2 号"));
}

#[test]
fn a_shift_ends_once_and_not_before_it_began() {
    let end = |from: &str, to: &str| {
        ShiftCommand::End(ShiftEnded {
            entries: 3,
            files: 1,
            head: None,
            from: from.to_owned(),
            to: to.to_owned(),
        })
    };
    let mut state = ShiftState::default();
    let backwards = end("2026-11-23T08:00:00.000Z", "2026-11-23T00:00:00.000Z");
    assert_eq!(shift::decide(&state, backwards).unwrap_err().code(), "shift_backwards");
    let day = end("2026-11-23T00:00:00.000Z", "2026-11-23T08:00:00.000Z");
    for event in shift::decide(&state, day.clone()).unwrap() {
        state.apply(&liuhen_core::Mark::default(), &event);
    }
    assert_eq!(state.statement.as_ref().map(|statement| statement.entries), Some(3));
    assert_eq!(shift::decide(&state, day).unwrap_err().code(), "shift_ended");
}
