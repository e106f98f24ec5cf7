//! 现场执法: the quick patrol, steps, signatures, phrases, past parties, the second officer's PIN.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::view::{Coordinates, MatterResult, Phrase, Signer};

/// Record a patrol in one act.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct RecordPatrol {
    /// Title.
    pub title: String,
    /// Place as typed.
    pub place: String,
    /// What was seen and done.
    pub text: String,
    /// Result; the matter stays open when absent.
    #[serde(default)]
    pub result: Option<MatterResult>,
    /// Position, when known.
    #[serde(default)]
    pub coordinates: Option<Coordinates>,
}

/// Stamp the arrival.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Arrive {
    /// Matter id.
    pub matter: String,
}

/// Stamp the departure.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Leave {
    /// Matter id.
    pub matter: String,
}

/// One point of a stroke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Dot {
    /// From the left, in points of the canvas.
    pub x: i32,
    /// From the top.
    pub y: i32,
    /// Milliseconds since the first stroke began.
    pub t: u32,
    /// Pressure in thousandths; 0 where the device tells none.
    #[serde(default)]
    pub p: u32,
}

/// A drawn signature as its strokes tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Drawing {
    /// Width of the canvas.
    pub width: u32,
    /// Height of the canvas.
    pub height: u32,
    /// When the first stroke began, by this laptop's clock, RFC 3339.
    pub started_at: String,
    /// Strokes in the order drawn.
    pub strokes: Vec<Vec<Dot>>,
}

/// Keep a drawn signature under what was shown.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SignMatter {
    /// Matter id.
    pub matter: String,
    /// Who signs.
    pub signer: Signer,
    /// Name.
    pub name: String,
    /// Hashes of the entries that were shown.
    pub entries: Vec<String>,
    /// The picture, PNG as base64.
    pub picture: String,
    /// The strokes.
    pub drawing: Drawing,
}

/// Record that somebody refused to sign.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct RefuseToSign {
    /// Matter id.
    pub matter: String,
    /// Who refused.
    pub signer: Signer,
    /// Name, when known.
    #[serde(default)]
    pub name: Option<String>,
    /// Reason.
    pub reason: String,
    /// Who saw it beside the officers.
    #[serde(default)]
    pub witness: Option<String>,
    /// Hashes of the entries that were shown.
    #[serde(default)]
    #[ts(optional, as = "Option<_>")]
    pub entries: Vec<String>,
}

/// Replace the own phrases.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct ChangePhrases {
    /// The list from now on; the shipped one when absent.
    #[serde(default)]
    pub phrases: Option<Vec<Phrase>>,
}

/// Find past parties.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct FindParties {
    /// Part of a name or number; the latest ones when empty.
    #[serde(default)]
    #[ts(optional, as = "Option<_>")]
    pub text: String,
    /// Instead: the party of this matter, with its other matters.
    #[serde(default)]
    pub matter: Option<String>,
    /// A matter that is left out: the one at hand.
    #[serde(default)]
    pub without: Option<String>,
}

/// Unlock the second officer's key on this laptop and set a PIN for this session.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReadySecond {
    /// Officer: id or name.
    pub officer: String,
    /// That officer's passphrase.
    pub passphrase: String,
    /// 4 to 8 digits, kept in memory only.
    pub pin: String,
}

/// Set where the reader for identity cards answers.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct SetReader {
    /// Address on this machine, e.g. `http://127.0.0.1:18889/read`; none when absent.
    #[serde(default)]
    pub address: Option<String>,
}
