//! The lawful "no": a closed list, each with a code and, where there is one, its article.
//!
//! A refusal is not a fault of the program and is never logged as one. Recording
//! is never refused because of people, certificates, clock or network; refused
//! are acts of decision and acts that contradict the record.

use crate::ids::{EntryHash, MatterId, OfficerId};
use crate::law::{self, Article};
use chrono::NaiveDate;

/// Why a command was refused. `Display` is for developers; people read the
/// sentence of `error.<code>`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The subject has no first entry yet.
    #[error("nothing has been started under this id")]
    NotStarted,
    /// The subject already has its first entry.
    #[error("this has been started already")]
    AlreadyStarted,
    /// The matter is closed: its record stands.
    #[error("the matter is closed")]
    MatterClosed,
    /// The matter is voided: its record stands.
    #[error("the matter is voided")]
    MatterVoided,
    /// Two gate events contradict each other; a person has to choose first.
    #[error("the matter is disputed by {} gate events", .0.len())]
    Disputed(Vec<EntryHash>),
    /// There is no open contradiction, or not the one named.
    #[error("no open contradiction has these members")]
    NothingDisputed,
    /// One person was named as both lead and second officer.
    #[error("one person cannot be both officers: {0}")]
    SamePerson(OfficerId),
    /// That person is the second officer already.
    #[error("already the second officer: {0}")]
    AlreadySecond(OfficerId),
    /// The person confirming is not the second officer.
    #[error("only the second officer confirms")]
    NotTheSecond,
    /// There is no such entry left to confirm.
    #[error("not an entry awaiting confirmation: {0}")]
    NotAwaitingConfirmation(EntryHash),
    /// The confirmation names no entry.
    #[error("a confirmation names the entries it confirms")]
    NothingConfirmed,
    /// Neither the second officer's confirmation nor an explanation is there.
    #[error("the second officer has not confirmed {} entries and no explanation is given", .0.len())]
    SecondNotConfirmed(Vec<EntryHash>),
    /// Auxiliary staff do not decide.
    #[error("auxiliary staff do not close an inspection or a complaint visit")]
    AuxiliaryDecides,
    /// The person carries the matter already.
    #[error("already carries the matter: {0}")]
    AlreadyHolder(OfficerId),
    /// The note to be corrected belongs to another matter.
    #[error("the note belongs to matter {0}")]
    NoteElsewhere(MatterId),
    /// A signature names what was shown to the person.
    #[error("there is nothing to sign yet")]
    NothingToSign,
    /// A re-check needs its date.
    #[error("a re-check needs a date")]
    RecheckDateMissing,
    /// A re-check date lies in the past.
    #[error("the re-check date {0} has passed")]
    RecheckDatePassed(NaiveDate),
    /// A date was given with a result that takes none.
    #[error("this result takes no date")]
    DateNotWanted,
    /// A text that has to be there is empty.
    #[error("{0} must not be empty")]
    Empty(&'static str),
    /// The media file is linked to this matter already.
    #[error("already linked to matter {0}")]
    AlreadyLinked(MatterId),
    /// The media file is not linked to this matter.
    #[error("not linked to matter {0}")]
    NotLinked(MatterId),
    /// The media file is marked already.
    #[error("already marked")]
    AlreadyMarked,
    /// The local copy is gone already.
    #[error("the local copy was erased already")]
    AlreadyErased,
    /// The local copy may not go: it is not proven to be safe elsewhere.
    #[error("not proven safe elsewhere: {0:?}")]
    NotYetSafe(Vec<crate::media::Unproven>),
    /// The revision changes nothing.
    #[error("the revision changes nothing")]
    NothingChanged,
    /// A field is set and unset at once.
    #[error("field {0} is both set and unset")]
    SetAndUnset(String),
    /// The field is kept twice; a person has to choose first.
    #[error("field {0} is kept in several versions, choose first")]
    FieldDisputed(String),
    /// The field is not kept in several versions, or not those.
    #[error("field {0} has no such choice")]
    NothingToChoose(String),
    /// The shift was ended already.
    #[error("the shift was ended already")]
    ShiftEnded,
    /// The statement of a shift contradicts itself.
    #[error("the shift ends before it begins")]
    ShiftBackwards,
    /// The check names another camera than its ledger.
    #[error("the ledger belongs to camera {0}")]
    OtherCamera(String),
}

impl Refusal {
    /// The stable code; `error.<code>` is its sentence.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotStarted => "not_started",
            Self::AlreadyStarted => "already_started",
            Self::MatterClosed => "matter_closed",
            Self::MatterVoided => "matter_voided",
            Self::Disputed(_) => "matter_disputed",
            Self::NothingDisputed => "nothing_disputed",
            Self::SamePerson(_) => "same_person",
            Self::AlreadySecond(_) => "already_second",
            Self::NotTheSecond => "not_the_second",
            Self::NotAwaitingConfirmation(_) => "not_awaiting_confirmation",
            Self::NothingConfirmed => "nothing_confirmed",
            Self::SecondNotConfirmed(_) => "second_not_confirmed",
            Self::AuxiliaryDecides => "auxiliary_decides",
            Self::AlreadyHolder(_) => "already_holder",
            Self::NoteElsewhere(_) => "note_elsewhere",
            Self::NothingToSign => "nothing_to_sign",
            Self::RecheckDateMissing => "recheck_date_missing",
            Self::RecheckDatePassed(_) => "recheck_date_passed",
            Self::DateNotWanted => "date_not_wanted",
            Self::Empty(_) => "empty_text",
            Self::AlreadyLinked(_) => "already_linked",
            Self::NotLinked(_) => "not_linked",
            Self::AlreadyMarked => "already_marked",
            Self::AlreadyErased => "already_erased",
            Self::NotYetSafe(_) => "not_yet_safe",
            Self::NothingChanged => "nothing_changed",
            Self::SetAndUnset(_) => "set_and_unset",
            Self::FieldDisputed(_) => "field_disputed",
            Self::NothingToChoose(_) => "nothing_to_choose",
            Self::ShiftEnded => "shift_ended",
            Self::ShiftBackwards => "shift_backwards",
            Self::OtherCamera(_) => "other_camera",
        }
    }

    /// The article that asks for the refusal; `None` for a plain contradiction of the record.
    pub fn article(&self) -> Option<Article> {
        match self {
            Self::SamePerson(_) | Self::SecondNotConfirmed(_) | Self::NotTheSecond => Some(law::TWO_OFFICERS),
            Self::MatterClosed | Self::MatterVoided | Self::Disputed(_) | Self::NotYetSafe(_) => {
                Some(law::WHOLE_RECORD)
            }
            Self::AuxiliaryDecides => Some(law::AUXILIARY_STAFF),
            _ => None,
        }
    }
}

/// Trims a text that has to be there.
pub(crate) fn required(text: &str, what: &'static str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() { Err(Refusal::Empty(what)) } else { Ok(text.to_owned()) }
}
