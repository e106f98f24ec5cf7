//! 管理: what those who run the township see and say from their own laptop.
//!
//! Asked over the line each time and kept nowhere: these are the township's own figures. What is said is signed by the officer's
//! key; the township judges the roles. A code's secret is made here and only its hash is sent.

mod told;

use chrono::NaiveDate;
use liuhen_core::instruction::{Instruction, Power};
use liuhen_core::series::RevokeReason as CoreReason;
use liuhen_protocol::{Digest, EnrolmentCode, SeriesId};
use serde_json::Value;

use crate::error::{ApiError, Result};
use crate::input::{AddWitness, GrantRole, InviteOfficer, JudgeLate, Nothing, RevokeKeys, WithdrawRole};
use crate::laptop::Laptop;
use crate::people;
use crate::view::{InvitationView, OversightView, RevokeReason};
use told::Told;

impl From<RevokeReason> for CoreReason {
    fn from(reason: RevokeReason) -> Self {
        match reason {
            RevokeReason::Left => Self::Left,
            RevokeReason::Replaced => Self::Replaced,
            RevokeReason::Lost => Self::Lost,
            RevokeReason::Compromised => Self::Compromised,
        }
    }
}

/// People, keys, late entries, media, witnesses and backup, as the township tells them now.
pub fn oversight(laptop: &Laptop, _: Nothing) -> Result<OversightView> {
    let officer = laptop.officer()?;
    let own = laptop.with_signer(|signer| SeriesId::of(&signer.public_key()))?;
    let told = laptop.courier()?.oversight(laptop)?;
    let told: Told =
        serde_json::from_value(told).map_err(|error| ApiError::new("township_answer").detail(error))?;
    laptop.read(|store| {
        let roles = people::roles_of(store, &officer)?;
        let mut view = told.view(store, &officer, &own, laptop.moment().now())?;
        view.may_enrol = Power::Enrol.is_with(&roles);
        view.may_change_rights = Power::Rights.is_with(&roles);
        view.may_judge = Power::Judge.is_with(&roles);
        Ok(view)
    })
}

/// Makes a code for one officer. The secret never leaves this laptop but on the screen.
pub fn invite_officer(laptop: &Laptop, input: InviteOfficer) -> Result<InvitationView> {
    let membership = laptop.membership()?.ok_or_else(|| ApiError::new("not_township"))?;
    let secret: [u8; 20] = laptop.moment().random()?;
    let name = text(input.name);
    let known = text(input.officer);
    let shown = match (&name, &known) {
        (Some(name), _) => name.clone(),
        (None, Some(officer)) => laptop.read(|store| Ok(people::Names::load(store)?.of(officer).name))?,
        (None, None) => return Err(ApiError::new("invite_name")),
    };
    let answer = give(
        laptop,
        &Instruction::Invite {
            officer: known.map(Into::into),
            name,
            certificate: text(input.certificate),
            valid_until: day(input.valid_until)?,
            role: input.role.map(Into::into),
            agency: text(input.agency),
            secret: EnrolmentCode::secret_hash(&secret).to_hex(),
        },
    )?;
    let until = answer.get("valid_until").and_then(Value::as_str);
    Ok(InvitationView {
        name: shown,
        code: EnrolmentCode::new(secret, &membership.pin).to_string(),
        township: membership.url,
        valid_until: until.ok_or_else(|| ApiError::new("township_answer"))?.to_owned(),
    })
}

/// Gives an officer a further role, or renews the certificate.
pub fn grant_role(laptop: &Laptop, input: GrantRole) -> Result<OversightView> {
    let (officer, role) = (input.officer.into(), input.role.into());
    let (certificate, valid_until) = (text(input.certificate), day(input.valid_until)?);
    say(laptop, &Instruction::Grant { officer, role, certificate, agency: None, valid_until })
}

/// Takes a role back.
pub fn withdraw_role(laptop: &Laptop, input: WithdrawRole) -> Result<OversightView> {
    let (officer, role) = (input.officer.into(), input.role.into());
    say(laptop, &Instruction::Withdraw { officer, role, reason: input.reason })
}

/// Ends the right of keys: a person who left, a laptop that is lost.
pub fn revoke_keys(laptop: &Laptop, input: RevokeKeys) -> Result<OversightView> {
    let (officer, series) = (text(input.officer).map(Into::into), text(input.series).map(Into::into));
    say(laptop, &Instruction::Revoke { officer, series, reason: input.reason.into() })
}

/// Admits or declines entries that arrived without a right.
pub fn judge_late(laptop: &Laptop, input: JudgeLate) -> Result<OversightView> {
    let entries = input.entries.into_iter().map(Into::into).collect();
    say(laptop, &Instruction::Judge { admit: input.admit, entries, reason: input.reason })
}

/// Registers an outside witness.
pub fn add_witness(laptop: &Laptop, input: AddWitness) -> Result<OversightView> {
    let AddWitness { name, key, url } = input;
    say(laptop, &Instruction::Witness { name, key: key.trim().to_owned(), url: text(url) })
}

fn say(laptop: &Laptop, instruction: &Instruction) -> Result<OversightView> {
    give(laptop, instruction)?;
    oversight(laptop, Nothing {})
}

/// Gives an instruction; once more when the answer was lost, which the township answers again and does once.
fn give(laptop: &Laptop, instruction: &Instruction) -> Result<Value> {
    let courier = laptop.courier()?;
    let text = serde_json::to_string(instruction).map_err(ApiError::invalid)?;
    let nonce = Digest(laptop.moment().random()?);
    match courier.instruct(laptop, &text, nonce) {
        Err(error) if error.is("township_unreachable") => courier.instruct(laptop, &text, nonce),
        other => other,
    }
}

/// A text that says something.
fn text(typed: Option<String>) -> Option<String> {
    typed.map(|typed| typed.trim().to_owned()).filter(|typed| !typed.is_empty())
}

fn day(typed: Option<String>) -> Result<Option<NaiveDate>> {
    text(typed).map(|typed| typed.parse().map_err(|_| ApiError::invalid("valid_until"))).transpose()
}
