//! 现场执法: what is at hand before a word is typed.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{MatterLine, MatterResult, OfficerName, StartKind};

/// Who signs on site beside the officers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Signer {
    /// 当事人.
    Party,
    /// 见证人.
    Witness,
}

/// A phrase (常用语).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct Phrase {
    /// Where it is offered.
    pub start: StartKind,
    /// Short name, and the title of a patrol.
    pub title: String,
    /// The sentence; `＿＿` marks a place to fill in.
    pub text: String,
    /// The usual result of a patrol with it.
    #[serde(default)]
    pub result: Option<MatterResult>,
}

/// An officer's phrases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PhrasesView {
    /// In the order shown.
    pub phrases: Vec<Phrase>,
    /// Whether the officer has changed them.
    pub own: bool,
}

/// A second officer whose key is in memory on this laptop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SecondView {
    /// Who.
    pub officer: OfficerName,
    /// Wrong PINs left before the passphrase is asked for.
    pub tries: u32,
}

/// What the screen on site begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OnsiteView {
    /// Places of own matters, the last one first.
    pub places: Vec<String>,
    /// Phrases.
    pub phrases: Vec<Phrase>,
    /// The second officer who confirms by PIN.
    pub second: Option<SecondView>,
    /// Address of the reader for identity cards.
    pub reader: Option<String>,
}

/// Somebody met before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PartyMemory {
    /// The newest matter with this party: name it to take the party from there.
    pub matter: String,
    /// Name.
    pub name: String,
    /// Number with its middle hidden.
    pub number: Option<String>,
    /// Kind, as typed.
    pub kind: Option<String>,
    /// How many matters were found.
    pub count: u32,
    /// The newest of them.
    pub matters: Vec<MatterLine>,
}

/// Past parties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PartiesView {
    /// Newest first.
    pub parties: Vec<PartyMemory>,
}

/// A card that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CardView {
    /// Names the card when the party is set.
    pub card: String,
    /// Name.
    pub name: String,
    /// Number with its middle hidden.
    pub number: String,
}

/// A signature or a refusal to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SignatureView {
    /// Hash of the entry.
    pub entry: String,
    /// Who signs.
    pub signer: Signer,
    /// Name; empty where a refusal gave none.
    pub name: String,
    /// When recorded.
    pub recorded_at: String,
    /// Media id of the picture; null for a refusal.
    pub picture: Option<String>,
    /// Why it was refused; null for a signature.
    pub refused: Option<String>,
    /// Who saw the refusal.
    pub witness: Option<String>,
}
