//! 到达, 离开, 签名, 拒签: the steps on site beside showing, telling and noting.
//!
//! A drawn signature (手写签名图像) names the entries that the person was shown and
//! the two files made of it: the picture and the strokes with their times. It is
//! no electronic signature in the sense of the law, and is never called one.

use super::MatterState;
use crate::ids::EntryHash;
use crate::record::Mark;
use crate::refusal::{Refusal, required};
use serde::{Deserialize, Serialize};

/// Who signs on site beside the officers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signer {
    /// 当事人.
    Party,
    /// 见证人.
    Witness,
}

/// `matter.arrived`: 到达现场.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Arrived {}

/// `matter.left`: 离开现场.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Left {}

/// One file of a drawn signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedFile {
    /// Id of the media file.
    pub media: String,
    /// SHA-256 of its bytes, 64 lowercase hexadecimal digits.
    pub sha256: String,
}

/// `matter.signed`: somebody drew a signature under what was shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signed {
    /// In which part.
    pub signer: Signer,
    /// Name, as given.
    pub name: String,
    /// The entries of this matter that were shown before signing.
    pub entries: Vec<EntryHash>,
    /// The picture of the signature.
    pub picture: SignedFile,
    /// Its strokes with their times.
    pub strokes: SignedFile,
}

/// `matter.sign_refused`: 拒签, with its reason and, where there was one, a witness.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignRefused {
    /// Who refused.
    pub signer: Signer,
    /// Name, where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Why, as said or seen.
    pub reason: String,
    /// Who saw it, beside the officers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<String>,
    /// The entries of this matter that were shown.
    #[serde(default)]
    pub entries: Vec<EntryHash>,
}

/// A signature or a refusal to sign, as the header keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// In which part.
    pub signer: Signer,
    /// Name; empty where a refusal gave none.
    pub name: String,
    /// What was shown.
    pub entries: Vec<EntryHash>,
    /// The picture; `None` for a refusal.
    pub picture: Option<SignedFile>,
    /// The strokes; `None` for a refusal.
    pub strokes: Option<SignedFile>,
    /// Why it was refused; `None` for a signature.
    pub refused: Option<String>,
    /// Who saw the refusal.
    pub witness: Option<String>,
}

impl Signed {
    /// The same, trimmed; it must name what was shown.
    pub(super) fn checked(mut self) -> Result<Self, Refusal> {
        self.name = required(&self.name, "name")?;
        self.entries.sort();
        self.entries.dedup();
        if self.entries.is_empty() { Err(Refusal::NothingToSign) } else { Ok(self) }
    }
}

impl SignRefused {
    /// The same, trimmed; it must say why.
    pub(super) fn checked(mut self) -> Result<Self, Refusal> {
        self.reason = required(&self.reason, "reason")?;
        self.name = super::decide::filled(self.name);
        self.witness = super::decide::filled(self.witness);
        self.entries.sort();
        self.entries.dedup();
        Ok(self)
    }
}

impl MatterState {
    /// The first arrival counts.
    pub(super) fn arrive(&mut self, mark: &Mark) {
        self.arrived.get_or_insert_with(|| mark.clone());
    }

    /// The last departure counts: one may have come back.
    pub(super) fn leave(&mut self, mark: &Mark) {
        self.left = Some(mark.clone());
    }

    pub(super) fn sign(&mut self, mark: &Mark, signed: &Signed) {
        self.signatures.push(Signature {
            mark: mark.clone(),
            signer: signed.signer,
            name: signed.name.clone(),
            entries: signed.entries.clone(),
            picture: Some(signed.picture.clone()),
            strokes: Some(signed.strokes.clone()),
            refused: None,
            witness: None,
        });
    }

    pub(super) fn refuse_to_sign(&mut self, mark: &Mark, refused: &SignRefused) {
        self.signatures.push(Signature {
            mark: mark.clone(),
            signer: refused.signer,
            name: refused.name.clone().unwrap_or_default(),
            entries: refused.entries.clone(),
            picture: None,
            strokes: None,
            refused: Some(refused.reason.clone()),
            witness: refused.witness.clone(),
        });
    }

    /// Media ids of the pictures and strokes: they are no recording of what happened.
    pub fn signature_files(&self) -> impl Iterator<Item = &str> {
        self.signatures
            .iter()
            .flat_map(|signature| [&signature.picture, &signature.strokes])
            .flatten()
            .map(|file| file.media.as_str())
    }
}
