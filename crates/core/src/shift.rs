//! 当班: one person's duty.
//!
//! It ends with a signed statement of the entries and files made in it (交班确认),
//! so that what is missing later can be told from what was never made.

use crate::event::events;
use crate::ids::{EntryHash, SeriesId};
use crate::record::{Mark, Record};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// A place in a series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The series.
    pub series: SeriesId,
    /// The epoch.
    pub epoch: u32,
    /// The place in the epoch, from 1.
    pub seq: u64,
    /// The entry there.
    pub hash: EntryHash,
}

/// `shift.ended`: how much was recorded and where the author's series stood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShiftEnded {
    /// Entries made in the shift.
    pub entries: u64,
    /// Files taken in during the shift.
    pub files: u64,
    /// The author's series before this entry; `None` when this is its first entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// Begin of the shift, RFC 3339 UTC.
    pub from: String,
    /// End of the shift, RFC 3339 UTC.
    pub to: String,
}

events! {
    /// Everything that can be said about a shift.
    ShiftEvent {
        /// 交班确认.
        ShiftEnded = "shift.ended",
    }
}

/// A shift as its entries tell it; the `shift` document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShiftState {
    /// The entry that ended it, even if its body is not here.
    pub ended: Option<Mark>,
    /// What was stated.
    pub statement: Option<ShiftEnded>,
    /// People, times and faults.
    pub record: Record,
}

/// What a person may ask of a shift.
#[derive(Clone, Debug, PartialEq)]
pub enum ShiftCommand {
    /// 交班.
    End(ShiftEnded),
}

/// Answers a command with the events to write, or with a refusal.
///
/// # Errors
/// The lawful "no", see [`Refusal`].
pub fn decide(state: &ShiftState, command: ShiftCommand) -> Result<Vec<ShiftEvent>, Refusal> {
    let ShiftCommand::End(statement) = command;
    if state.ended.is_some() {
        return Err(Refusal::ShiftEnded);
    }
    let time = |text: &str| chrono::DateTime::parse_from_rfc3339(text).ok();
    if let (Some(from), Some(to)) = (time(&statement.from), time(&statement.to))
        && to < from
    {
        return Err(Refusal::ShiftBackwards);
    }
    Ok(vec![statement.into()])
}

impl ShiftState {
    /// Takes an event in any state; only the first statement counts.
    pub fn apply(&mut self, mark: &Mark, event: &ShiftEvent) {
        let ShiftEvent::ShiftEnded(statement) = event;
        if self.ended.is_none() {
            self.ended = Some(mark.clone());
            self.statement = Some(statement.clone());
        }
    }
}
