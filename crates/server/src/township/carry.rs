//! Parcels carried by hand: what a laptop would have said over the network, as sealed files in a folder.
//!
//! Each parcel is opened with the township's seal key and its packer must be an enrolled key; then its parts go through the same
//! door as HTTPS ([`liuhen_protocol::parcel::Clerk`]), and the answer is sealed to the laptop's key as it was enrolled. A broken file
//! is named and the others are taken; nothing in the folder is removed, because a parcel may be taken twice without harm.

use std::path::Path;

use liuhen_protocol::parcel::{Clerk, Message, Opening, Part, receiver_of};
use liuhen_protocol::{SeriesId, Token};
use liuhen_store::parcel::{FolderWriter, FoundParcel, read_folder};
use serde::Serialize;

use super::{Township, refused};
use crate::Result;
use crate::sessions::Speaker;

/// What became of the parcels in a folder.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CarryReport {
    /// One line per parcel.
    pub parcels: Vec<Carried>,
}

/// What became of one parcel.
#[derive(Clone, Debug, Serialize)]
pub struct Carried {
    /// Its id.
    pub parcel: String,
    /// Its packer, where the opening could be read.
    pub series: Option<SeriesId>,
    /// Parts taken.
    pub taken: usize,
    /// Files that are missing or broken, with a code.
    pub broken: Vec<(String, String)>,
    /// Code of the refusal of the whole parcel.
    pub refused: Option<String>,
    /// Parcel that answers it.
    pub answer: Option<String>,
}

impl Township {
    /// Takes in every parcel sealed to this township and writes the answers.
    pub fn carry(&self, input: &Path, output: &Path) -> Result<CarryReport> {
        let mut report = CarryReport::default();
        for found in read_folder(input, &self.inner.keys.seal)? {
            let mut line = Carried {
                parcel: found.parcel.to_string(),
                series: found.opening.as_ref().map(|opening| SeriesId::of(&opening.key)),
                taken: 0,
                broken: found.broken.iter().map(|part| (part.file.clone(), part.code.to_owned())).collect(),
                refused: None,
                answer: None,
            };
            if let Err(error) = self.carry_one(&found, output, &mut line) {
                tracing::warn!(code = error.code(), "a parcel was not taken");
                line.refused = Some(error.code().to_owned());
            }
            report.parcels.push(line);
        }
        Ok(report)
    }

    fn carry_one(&self, found: &FoundParcel, output: &Path, line: &mut Carried) -> Result<()> {
        let opening = found.opening.as_ref().ok_or(refused("parcel_without_opening"))?;
        let (token, seal) = self.parcel_session(opening)?;
        let door = self.local_door();
        let mut writer = FolderWriter::create(output, self.inner.moment.uuid()?, seal)?;
        line.answer = Some(writer.parcel().to_string());
        writer.add(&Part::of(Message::Note(self.note())))?;
        let mut clerk = Clerk::new(&door, token, opening.known);
        for number in found.numbers() {
            match found.open(number, &self.inner.keys.seal) {
                Ok(part) => {
                    clerk.take(number, &part, &mut |answer| writer.add(&answer).map(drop))?;
                    line.taken += 1;
                }
                Err(error) => {
                    writer
                        .add(&Part::of(Message::Refused { part: number, code: error.code().to_owned() }))?;
                    line.broken.push((found.file_name(number), error.code().to_owned()));
                }
            }
        }
        writer.close(&self.inner.keys.node, opening.known, None, Some(found.parcel))?;
        Ok(())
    }

    /// A session for the packer of a parcel. The opening is signed by its key; the answer goes to the laptop as enrolled.
    fn parcel_session(&self, opening: &Opening) -> Result<(Token, [u8; 32])> {
        let series = SeriesId::of(&opening.key);
        let key = self.derived().people.key(&series).cloned().ok_or(refused("unknown_series"))?;
        if key.revoked.as_ref().is_some_and(|end| !end.may_hand_in()) {
            return Err(refused("revoked"));
        }
        let enrolled = self.seal_of(&series)?;
        if opening.receiver != receiver_of(&self.inner.keys.seal.public()) {
            return Err(refused("parcel_for_another"));
        }
        if opening.seal.is_some_and(|seal| seal != enrolled) {
            return Err(refused("parcel_seal"));
        }
        let moment = &self.inner.moment;
        let token = liuhen_protocol::Digest(moment.random()?).to_hex();
        let lives = u64::from(self.gate().limits().session_minutes) * 60_000;
        let here = std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
        let speaker = Speaker { series, officer: key.officer };
        self.inner.sessions.open(&token, speaker, here, moment.mono_ms(), lives);
        self.heard(&series);
        Ok((Token(token), enrolled.0))
    }
}
