//! What those who run the township see and say from their own laptops: no shared password, no shell.
//!
//! An instruction comes through the ordinary session and is signed by the same key. Roles are read at the log index where it
//! arrives; it is logged before anything is done, so that every entry of the township that follows can be traced to the person who
//! asked for it. Its answer is kept under its nonce: sent again, it is answered again and done once.

use liuhen_core::instruction::{Instruction, Power};
use liuhen_core::officer::OfficerGranted;
use liuhen_core::township::{InstructionGiven, TownshipEvent};
use liuhen_core::{OfficerId, Role};
use liuhen_protocol::wire::{MAX_INSTRUCTION, SignedInstruction, instruction_message};
use liuhen_protocol::{Digest, Domain, SeriesId, Subject, verify};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::backup::LastBackup;
use super::enrol::Invite;
use super::ledger::Said;
use super::{
    Caller, Invitation, Late, Listed, Overview, RevokeOrder, Township, Witness, WitnessOrder, lock, refused,
};
use crate::sessions::Speaker;
use crate::{Error, Result};

/// A code that was given out and not used yet.
#[derive(Clone, Debug, Serialize)]
pub struct OpenInvite {
    /// Officer id.
    pub officer: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// When it ends, RFC 3339.
    pub until: String,
}

/// Everything that those who run the township must see.
#[derive(Clone, Debug, Serialize)]
pub struct Oversight {
    /// Laptops, media, figures.
    #[serde(flatten)]
    pub overview: Overview,
    /// Officers and their keys.
    pub officers: Vec<Listed>,
    /// Codes not used yet.
    pub invites: Vec<OpenInvite>,
    /// Entries that wait for a supervisor.
    pub late: Vec<Late>,
    /// Outside witnesses.
    pub witnesses: Vec<Witness>,
    /// The newest backup written here; none if there never was one.
    pub backup: Option<LastBackup>,
}

/// An instruction that was carried out, as kept.
#[derive(Debug, Serialize, Deserialize)]
struct Done {
    instruction: Digest,
    answer: Value,
}

fn row(nonce: &Digest) -> String {
    format!("instruction/{}", nonce.to_hex())
}

fn digest(text: &str) -> Result<Digest> {
    Digest::from_hex(text).map_err(|_| Error::Malformed { what: "digest" })
}

fn series(text: &str) -> Result<SeriesId> {
    SeriesId::from_hex(text).map_err(|_| Error::Malformed { what: "series" })
}

impl Township {
    /// The oversight for somebody whose role allows it.
    pub fn oversight(&self, caller: &Caller) -> Result<Oversight> {
        let speaker = self.speaker_in_force(caller)?;
        if !Power::See.is_with(&self.derived().people.roles(&speaker.officer)) {
            return Err(Error::Forbidden);
        }
        let backup = self.ledger().setting(super::backup::LAST)?;
        Ok(Oversight {
            overview: self.usual_overview()?,
            officers: self.officers(),
            invites: self.open_invites()?,
            late: self.pending()?,
            witnesses: self.witnesses()?,
            backup,
        })
    }

    fn open_invites(&self) -> Result<Vec<OpenInvite>> {
        let now = self.inner.moment.now().timestamp_millis();
        let kept = self.ledger().settings::<Invite>("invite/")?;
        let mut open: Vec<OpenInvite> = kept
            .into_iter()
            .map(|(_, invite)| invite)
            .filter(|invite| invite.used_by.is_none() && invite.until > now)
            .map(|invite| OpenInvite {
                officer: invite.officer,
                name: invite.name,
                role: invite.role,
                until: chrono::DateTime::from_timestamp_millis(invite.until)
                    .unwrap_or_default()
                    .to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            })
            .collect();
        open.sort_by(|left, right| left.until.cmp(&right.until));
        Ok(open)
    }

    /// Does what somebody who runs the township says.
    pub fn instruct(&self, caller: &Caller, signed: &SignedInstruction) -> Result<Value> {
        let speaker = self.speaker_in_force(caller)?;
        let instruction = self.instruction_of(&speaker, signed)?;
        // One at a time: the same instruction that arrives twice at once is done once.
        let _one = lock(&self.inner.instructing);
        let (name, text) = (row(&signed.nonce), Digest::of(signed.instruction.as_bytes()));
        match self.ledger().setting::<Done>(&name)? {
            Some(done) if done.instruction == text => return Ok(done.answer),
            Some(_) => return Err(refused("instruction_nonce")),
            None => {}
        }
        let given = TownshipEvent::from(InstructionGiven {
            by: speaker.officer.as_str().into(),
            series: speaker.series.to_hex().into(),
            instruction: signed.instruction.clone(),
            nonce: signed.nonce.to_string(),
            signature: signed.signature.to_string(),
        });
        self.inner.committer.say(vec![Said::of(Subject::new("township", "instructions"), &given)])?;
        let answer = self.carry_out(&speaker, instruction)?;
        tracing::info!("an instruction was carried out");
        self.ledger().set_setting(&name, &Done { instruction: text, answer: answer.clone() })?;
        Ok(answer)
    }

    /// Reads an instruction: signed by the key of the session, by somebody who may give it, about somebody else.
    fn instruction_of(&self, speaker: &Speaker, signed: &SignedInstruction) -> Result<Instruction> {
        if signed.instruction.len() > MAX_INSTRUCTION {
            return Err(Error::TooLarge { what: "instruction", limit: MAX_INSTRUCTION as u64 });
        }
        let key = self.derived().people.key(&speaker.series).cloned().ok_or(Error::Unauthorised)?;
        let message = instruction_message(&signed.nonce, &self.root_pin(), &signed.instruction);
        if signed.series != speaker.series
            || verify(&key.public_key, Domain::Instruction, &message, &signed.signature).is_err()
        {
            return Err(Error::BadSignature);
        }
        let instruction: Instruction = serde_json::from_str(&signed.instruction)
            .map_err(|_| Error::Malformed { what: "instruction" })?;
        if !instruction.power().is_with(&self.derived().people.roles(&speaker.officer)) {
            return Err(Error::Forbidden);
        }
        let own = OfficerId::from(speaker.officer.as_str());
        if instruction.concerns(&own, &speaker.series.to_hex().into()) {
            return Err(refused("instruction_self"));
        }
        Ok(instruction)
    }

    fn carry_out(&self, speaker: &Speaker, instruction: Instruction) -> Result<Value> {
        match instruction {
            Instruction::Invite { officer, name, certificate, valid_until, role, agency, secret } => {
                let officer = officer.map(|officer| officer.0);
                let invitation = Invitation { officer, name, certificate, valid_until, role, agency };
                let (officer, until) = self.keep_invite(&invitation, &digest(&secret)?)?;
                Ok(json!({ "officer": officer, "valid_until": until }))
            }
            Instruction::Grant { officer, role, certificate, agency, valid_until } => {
                self.grant(&officer.0, OfficerGranted { role, certificate, agency, valid_until })?;
                Ok(json!({}))
            }
            Instruction::Withdraw { officer, role, reason } => {
                self.withdraw(&officer.0, role, Some(reasoned(&reason)?))?;
                Ok(json!({}))
            }
            Instruction::Revoke { officer, series: key, reason } => {
                let order = RevokeOrder {
                    officer: officer.map(|officer| officer.0),
                    series: key.map(|key| series(&key.0)).transpose()?,
                    reason,
                    last: None,
                };
                Ok(json!({ "revoked": self.revoke(&order)?.len() }))
            }
            Instruction::Judge { admit, entries, reason } => {
                let entries = entries
                    .iter()
                    .map(|hash| Digest::from_base64(&hash.0).map_err(|_| Error::Malformed { what: "entry" }))
                    .collect::<Result<Vec<_>>>()?;
                Ok(json!({ "judged": self.judge(&entries, admit, &reason, &speaker.officer)? }))
            }
            Instruction::Witness { name, key, url } => {
                self.add_witness(&WitnessOrder { name, key, url })?;
                Ok(json!({}))
            }
        }
    }
}

fn reasoned(reason: &str) -> Result<String> {
    let reason = reason.trim();
    if reason.is_empty() { Err(refused("reason_missing")) } else { Ok(reason.to_owned()) }
}
