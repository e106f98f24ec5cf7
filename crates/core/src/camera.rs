//! 执法记录仪: the ledger of one body camera.
//!
//! Who carried it, what was checked before duty, and why a recording is missing
//! or was interrupted. A camera without entries is nothing; nobody has to
//! register one first.

use crate::event::events;
use crate::ids::{MatterId, OfficerId, hex};
use crate::record::{Mark, Record};
use crate::refusal::{Refusal, required};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// `camera.checked`: 领用检查 before duty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CameraChecked {
    /// The device number on its case.
    pub number: String,
    /// Who carries it.
    pub carried_by: OfficerId,
    /// The battery is charged.
    #[serde(default)]
    pub battery: bool,
    /// The card has room.
    #[serde(default)]
    pub card: bool,
    /// The clock is right.
    #[serde(default)]
    pub clock: bool,
}

/// What happened to the recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// There is none.
    #[default]
    Missing,
    /// It was interrupted.
    Interrupted,
}

/// `camera.missing`: why a recording is missing or was interrupted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CameraMissing {
    /// The matter that has no whole recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matter: Option<MatterId>,
    /// Why.
    pub reason: String,
    /// Missing or interrupted.
    #[serde(default)]
    pub gap: Gap,
}

/// `camera.returned`: 交还 after duty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CameraReturned {
    /// The device number on its case.
    pub number: String,
    /// Camera and card are whole.
    #[serde(default)]
    pub sound: bool,
    /// What is not in order, or where the card is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

events! {
    /// Everything that can be said about a camera.
    CameraEvent {
        /// 领用检查.
        CameraChecked = "camera.checked",
        /// 未录或中断原因.
        CameraMissing = "camera.missing",
        /// 交还.
        CameraReturned = "camera.returned",
    }
}

/// One check before duty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// What was checked; `None` when the body is not here.
    pub check: Option<CameraChecked>,
}

/// One missing or interrupted recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Missing {
    /// The entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// What is missing and why; `None` when the body is not here.
    pub missing: Option<CameraMissing>,
}

/// One handing back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Return {
    /// The entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// How it came back; `None` when the body is not here.
    pub returned: Option<CameraReturned>,
}

/// A camera's ledger as its entries tell it; the `camera` document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CameraState {
    /// The device number.
    pub number: Option<String>,
    /// Checks before duty, in order.
    pub checks: Vec<Check>,
    /// Missing or interrupted recordings, in order.
    pub missing: Vec<Missing>,
    /// Handings back, in order.
    pub returns: Vec<Return>,
    /// People, times and faults.
    pub record: Record,
}

/// What a person may ask of a camera's ledger.
#[derive(Clone, Debug, PartialEq)]
pub enum CameraCommand {
    /// Write down the checks before duty.
    Check(CameraChecked),
    /// Write down why a recording is missing or was interrupted.
    Miss(CameraMissing),
    /// Write down that it came back.
    Return(CameraReturned),
}

/// The subject id of a camera's ledger: its number where that can be an id, else a digest of it.
pub fn subject_id(number: &str) -> String {
    let number = number.trim();
    let plain = number.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '-'));
    if plain && (1..=128).contains(&number.len()) {
        number.to_owned()
    } else {
        hex(&Sha256::digest(number.as_bytes()))
    }
}

/// Answers a command with the events to write, or with a refusal.
///
/// # Errors
/// The lawful "no", see [`Refusal`].
pub fn decide(state: &CameraState, command: CameraCommand) -> Result<Vec<CameraEvent>, Refusal> {
    let event = match command {
        CameraCommand::Check(mut check) => {
            check.number = required(&check.number, "number")?;
            if let Some(number) = state.number.as_ref().filter(|number| **number != check.number) {
                return Err(Refusal::OtherCamera(number.clone()));
            }
            check.into()
        }
        CameraCommand::Return(mut returned) => {
            returned.number = required(&returned.number, "number")?;
            if let Some(number) = state.number.as_ref().filter(|number| **number != returned.number) {
                return Err(Refusal::OtherCamera(number.clone()));
            }
            if !returned.sound {
                // What is not whole is said in words.
                returned.note = Some(required(returned.note.as_deref().unwrap_or_default(), "note")?);
            }
            returned.into()
        }
        CameraCommand::Miss(mut missing) => {
            missing.reason = required(&missing.reason, "reason")?;
            missing.into()
        }
    };
    Ok(vec![event])
}

impl CameraState {
    /// Whether it is out: checked out and not handed back since.
    pub fn is_out(&self) -> bool {
        let last = |at: Option<&Mark>| at.map(|mark| mark.at.clone());
        let out = last(self.checks.last().map(|check| &check.mark));
        out.is_some() && out > last(self.returns.last().map(|back| &back.mark))
    }

    /// Takes an event in any state.
    pub fn apply(&mut self, mark: &Mark, event: &CameraEvent) {
        match event {
            CameraEvent::CameraChecked(check) => {
                self.number.get_or_insert_with(|| check.number.clone());
                self.checks.push(Check { mark: mark.clone(), check: Some(check.clone()) });
            }
            CameraEvent::CameraMissing(missing) => {
                self.missing.push(Missing { mark: mark.clone(), missing: Some(missing.clone()) });
            }
            CameraEvent::CameraReturned(returned) => {
                self.number.get_or_insert_with(|| returned.number.clone());
                self.returns.push(Return { mark: mark.clone(), returned: Some(returned.clone()) });
            }
        }
    }
}
