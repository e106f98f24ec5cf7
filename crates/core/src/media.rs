//! 音像资料: one original file, its facts and its links to matters.
//!
//! The entry comes first and dates the hash early; the bytes follow later and are
//! never re-encoded. Linking is never refused for the state of a matter: footage
//! is often offloaded after the matter was closed.

mod derived;
pub mod overlap;

pub use derived::{Derived, Moment};

use crate::event::events;
use crate::ids::{MatterId, SeriesId};
use crate::matter::Coordinates;
use crate::record::{Mark, Record};
use crate::refusal::{Refusal, required};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where the time of capture was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptureSource {
    /// The MP4 header (UTC).
    Mp4,
    /// EXIF of a photo.
    Exif,
    /// The file's own date.
    File,
    /// Nowhere.
    #[default]
    None,
}

/// `media.recorded`: a file was taken into the vault.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MediaRecorded {
    /// The file's name as found.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, 64 lowercase hexadecimal digits.
    pub sha256: String,
    /// SM3 of the bytes, 64 lowercase hexadecimal digits; absent when it was put off, see [`MediaDigested`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sm3: Option<String>,
    /// SHA-256 of the manifest's bytes, 64 lowercase hexadecimal digits.
    pub manifest: String,
    /// The media type, e.g. `video/mp4`.
    #[serde(default)]
    pub mime: String,
    /// When the device says it was captured, already corrected by `offset_seconds`; RFC 3339 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<String>,
    /// Where that time was read.
    #[serde(default)]
    pub capture_source: CaptureSource,
    /// True time minus device time, in seconds (校时).
    #[serde(default)]
    pub offset_seconds: i64,
    /// Where it was captured, as measured by the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<Coordinates>,
    /// Length of a recording in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Common name of the parts of one recording that the device split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Number of the device, as the file tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Number of the officer, as the file tells it; not an enrolled id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<String>,
    /// What it was taken from, when it is no original: a still out of a film.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub derived: Option<Derived>,
}

/// `media.digested`: the SM3 that the import put off (补算 SM3), of the stored bytes read again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaDigested {
    /// SHA-256 of the bytes that were read, 64 lowercase hexadecimal digits: that of the file.
    pub sha256: String,
    /// SM3 of the same bytes, 64 lowercase hexadecimal digits.
    pub sm3: String,
}

/// `media.linked`: 关联.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MediaLinked {
    /// The matter.
    pub matter: MatterId,
}

/// `media.unlinked`: 取消关联.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MediaUnlinked {
    /// The matter.
    pub matter: MatterId,
    /// Why.
    pub reason: String,
}

/// `media.marked`: 标为重点, the file as a whole or one moment of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MediaMarked {
    /// The moment, in milliseconds from the beginning; absent for the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<u64>,
    /// What is to be seen there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// `media.erased_locally`: the copy on this laptop is gone; the township holds the bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MediaErasedLocally {
    /// Why.
    pub reason: String,
}

events! {
    /// Everything that can be said about a media file.
    #[expect(clippy::large_enum_variant, reason = "one event at a time, written at once")]
    MediaEvent {
        /// 导入音像.
        MediaRecorded = "media.recorded",
        /// 补算 SM3.
        MediaDigested = "media.digested",
        /// 关联.
        MediaLinked = "media.linked",
        /// 取消关联.
        MediaUnlinked = "media.unlinked",
        /// 标为重点.
        MediaMarked = "media.marked",
        /// 清除本机副本.
        MediaErasedLocally = "media.erased_locally",
    }
}

/// The last word on one link to a matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The entry that said so.
    #[serde(flatten)]
    pub mark: Mark,
    /// Whether the file belongs to the matter.
    pub linked: bool,
    /// Why it was unlinked.
    pub reason: Option<String>,
}

/// A local copy that is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// The entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// The series of the laptop whose copy went.
    pub series: SeriesId,
    /// Why.
    pub reason: Option<String>,
}

/// A media file as its entries tell it; the `media` document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MediaState {
    /// The first `media.recorded`, even if its body is not here.
    pub recorded: Option<Mark>,
    /// The facts of the file.
    pub facts: Option<MediaRecorded>,
    /// The SM3 that was put off, once it was computed.
    pub digested: Option<MediaDigested>,
    /// The last word on each matter.
    pub links: BTreeMap<MatterId, Link>,
    /// The first mark as important, of the whole or of a moment.
    pub marked: Option<Mark>,
    /// Marked moments, by their place in the film.
    pub moments: Vec<Moment>,
    /// Local copies that are gone.
    pub erasures: Vec<Erasure>,
    /// People, times and faults.
    pub record: Record,
}

/// A proof that is missing before a local copy may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unproven {
    /// The township's receipt is not in its log.
    Receipt,
    /// The township has not re-hashed the bytes from its storage.
    Rehash,
    /// No verified backup or second copy covers them.
    SecondCopy,
    /// The time to wait is not over.
    Days,
}

/// What is known about the safety of the bytes elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four independent proofs")]
pub struct Safety {
    /// The bytes are still on this laptop.
    pub held_here: bool,
    /// The township's receipt is logged and verified.
    pub receipt: bool,
    /// The township re-hashed the bytes from storage.
    pub rehashed: bool,
    /// A verified backup or second copy covers them.
    pub second_copy: bool,
    /// Whole days since the receipt.
    pub days_since_receipt: u32,
    /// Days that the house waits.
    pub days_required: u32,
}

impl Safety {
    fn unproven(self) -> Vec<Unproven> {
        [
            (self.receipt, Unproven::Receipt),
            (self.rehashed, Unproven::Rehash),
            (self.second_copy, Unproven::SecondCopy),
            (self.days_since_receipt >= self.days_required, Unproven::Days),
        ]
        .into_iter()
        .filter_map(|(proven, what)| (!proven).then_some(what))
        .collect()
    }
}

/// What a person may ask of a media file.
#[derive(Clone, Debug, PartialEq)]
pub enum MediaCommand {
    /// Take the file in, with what is known of it, and link it if its matter is known.
    Record {
        /// The facts.
        facts: Box<MediaRecorded>,
        /// The matter it belongs to.
        matter: Option<MatterId>,
    },
    /// 补算 SM3: what the stored bytes gave.
    Digest(MediaDigested),
    /// 关联.
    Link {
        /// The matter.
        matter: MatterId,
    },
    /// 取消关联.
    Unlink {
        /// The matter.
        matter: MatterId,
        /// Why.
        reason: String,
    },
    /// 标为重点, the whole file or one moment.
    Mark(MediaMarked),
    /// Let the local copy go.
    EraseLocally {
        /// Why.
        reason: String,
        /// What is known about the bytes elsewhere.
        safety: Safety,
    },
}

/// Answers a command with the events to write, or with a refusal.
///
/// # Errors
/// The lawful "no", see [`Refusal`].
pub fn decide(state: &MediaState, command: MediaCommand) -> Result<Vec<MediaEvent>, Refusal> {
    if let MediaCommand::Record { facts, matter } = command {
        if state.recorded.is_some() {
            return Err(Refusal::AlreadyStarted);
        }
        let link = matter.map(|matter| MediaLinked { matter }.into());
        return Ok(std::iter::once((*facts).into()).chain(link).collect());
    }
    if state.recorded.is_none() {
        return Err(Refusal::NotStarted);
    }
    let event: MediaEvent = match command {
        MediaCommand::Record { .. } => return Err(Refusal::AlreadyStarted),
        // Said already, by this laptop before a kill or by another one: nothing to add.
        MediaCommand::Digest(_) if state.sm3().is_some() => return Ok(Vec::new()),
        MediaCommand::Digest(digested) => digested.into(),
        MediaCommand::Link { matter } if state.is_linked(&matter) => {
            return Err(Refusal::AlreadyLinked(matter));
        }
        MediaCommand::Link { matter } => MediaLinked { matter }.into(),
        MediaCommand::Unlink { matter, .. } if !state.is_linked(&matter) => {
            return Err(Refusal::NotLinked(matter));
        }
        MediaCommand::Unlink { matter, reason } => {
            MediaUnlinked { matter, reason: required(&reason, "reason")? }.into()
        }
        MediaCommand::Mark(mark) => decide_mark(state, mark)?.into(),
        MediaCommand::EraseLocally { reason, safety } => {
            if !safety.held_here {
                return Err(Refusal::AlreadyErased);
            }
            let unproven = safety.unproven();
            if !unproven.is_empty() {
                return Err(Refusal::NotYetSafe(unproven));
            }
            MediaErasedLocally { reason: required(&reason, "reason")? }.into()
        }
    };
    Ok(vec![event])
}

/// The whole is marked once, and each moment once.
fn decide_mark(state: &MediaState, mut mark: MediaMarked) -> Result<MediaMarked, Refusal> {
    let Some(at_ms) = mark.at_ms else {
        return if state.marked.is_some() { Err(Refusal::AlreadyMarked) } else { Ok(MediaMarked::default()) };
    };
    if state.moments.iter().any(|moment| moment.at_ms == at_ms) {
        return Err(Refusal::AlreadyMarked);
    }
    mark.text = mark.text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    Ok(mark)
}

impl MediaState {
    /// Whether the file belongs to that matter.
    pub fn is_linked(&self, matter: &MatterId) -> bool {
        self.links.get(matter).is_some_and(|link| link.linked)
    }

    /// The matters the file belongs to.
    pub fn matters(&self) -> impl Iterator<Item = &MatterId> {
        self.links.iter().filter(|(_, link)| link.linked).map(|(matter, _)| matter)
    }

    /// SM3 of the file, from the import or computed later; `None` while it is put off.
    pub fn sm3(&self) -> Option<&str> {
        let facts = self.facts.as_ref()?;
        let later = self.digested.as_ref().filter(|digested| digested.sha256 == facts.sha256);
        facts.sm3.as_deref().or(later.map(|digested| digested.sm3.as_str()))
    }

    /// Whether an SM3 contradicts what is known of the file: other bytes, or another SM3 of them.
    pub(crate) fn contradicts(&self, digested: &MediaDigested) -> bool {
        self.facts.as_ref().is_some_and(|facts| facts.sha256 != digested.sha256)
            || self.sm3().is_some_and(|sm3| sm3 != digested.sm3)
    }

    /// Takes an event in any state. `series` is that of the entry's author.
    pub fn apply(&mut self, mark: &Mark, series: &SeriesId, event: &MediaEvent) {
        match event {
            MediaEvent::MediaRecorded(facts) => {
                if self.facts.is_none() {
                    self.facts = Some(facts.clone());
                }
                self.recorded.get_or_insert_with(|| mark.clone());
            }
            MediaEvent::MediaDigested(digested) => {
                self.digested.get_or_insert_with(|| digested.clone());
            }
            MediaEvent::MediaLinked(link) => self.link(mark, &link.matter, true, None),
            MediaEvent::MediaUnlinked(link) => {
                self.link(mark, &link.matter, false, Some(link.reason.clone()));
            }
            MediaEvent::MediaMarked(marked) => {
                self.marked.get_or_insert_with(|| mark.clone());
                if let Some(at_ms) = marked.at_ms {
                    self.moments.push(Moment { mark: mark.clone(), at_ms, text: marked.text.clone() });
                    self.moments.sort_by_key(|moment| moment.at_ms);
                }
            }
            MediaEvent::MediaErasedLocally(erased) => self.erasures.push(Erasure {
                mark: mark.clone(),
                series: series.clone(),
                reason: Some(erased.reason.clone()),
            }),
        }
    }

    fn link(&mut self, mark: &Mark, matter: &MatterId, linked: bool, reason: Option<String>) {
        let link = Link { mark: mark.clone(), linked, reason };
        self.links.insert(matter.clone(), link);
    }
}
