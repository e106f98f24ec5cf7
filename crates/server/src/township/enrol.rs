//! Enrolment: a code that one officer uses once, with one key.
//!
//! The code's secret is kept only as a hash. The key that first uses it is written down *before* the entry is logged, so a kill in
//! between lets the same key finish and no other. Repeating with the same key gives the same answer; another key is refused and
//! people are told.

use chrono::NaiveDate;
use liuhen_core::Role;
use liuhen_core::officer::{OfficerEnrolled, OfficerEvent};
use liuhen_protocol::wire::{EnrolAnswer, EnrolRequest, Pulled, enrolment_message, secret_bytes};
use liuhen_protocol::{Digest, Domain, EnrolmentCode, PublicKey, SeriesId, Subject, verify};
use serde::{Deserialize, Serialize};

use super::ledger::Said;
use super::{Caller, Township, lock, refused};
use crate::{Error, Result};

/// Hours a code is good for.
pub(crate) const CODE_HOURS: i64 = 24;
/// Longest device name.
const MAX_DEVICE: usize = 200;

/// A code that was given out, as kept: without its secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Invite {
    pub(crate) officer: String,
    pub(crate) name: String,
    pub(crate) certificate: Option<String>,
    pub(crate) agency: Option<String>,
    pub(crate) valid_until: Option<NaiveDate>,
    pub(crate) role: Role,
    /// Unix milliseconds after which it is void.
    pub(crate) until: i64,
    /// The key that used it.
    pub(crate) used_by: Option<PublicKey>,
}

/// Row of a code: named after the hash of its secret.
pub(crate) fn invite_row(secret: &Digest) -> String {
    format!("invite/{}", secret.to_hex())
}

/// Row of the X25519 key that seals parcels to a laptop.
pub(crate) fn seal_row(series: &SeriesId) -> String {
    format!("seal/{}", series.to_hex())
}

impl Township {
    /// Enrols the caller's key for the officer named in the code.
    pub fn enrol(&self, _caller: &Caller, request: &EnrolRequest) -> Result<EnrolAnswer> {
        let secret = secret_bytes(&request.secret).map_err(|_| Error::CodeUnknown)?;
        if request.device.chars().count() > MAX_DEVICE || request.device.chars().any(char::is_control) {
            return Err(Error::Malformed { what: "device name" });
        }
        let pin = self.root_pin();
        let signed = self.note_in_force().note.tls.iter().any(|tls| {
            let message = enrolment_message(&request.nonce, &pin, tls, &request.public_key);
            verify(&request.public_key, Domain::Enrolment, &message, &request.signature).is_ok()
        });
        if !signed {
            return Err(Error::BadSignature);
        }
        // One enrolment at a time: two keys with one code must not both find it unused.
        let _one = lock(&self.inner.enrolling);
        let row = invite_row(&EnrolmentCode::secret_hash(&secret));
        let mut invite: Invite = self.ledger().setting(&row)?.ok_or_else(|| {
            metrics::counter!("liuhen_enrol_refused_total", "code" => "code_unknown").increment(1);
            Error::CodeUnknown
        })?;
        let series = SeriesId::of(&request.public_key);
        match invite.used_by {
            Some(key) if key == request.public_key => {}
            Some(_) => {
                self.alarm("code_used", "an enrolment code was used again with another key")?;
                return Err(Error::CodeUsed);
            }
            None if self.inner.moment.now().timestamp_millis() > invite.until => {
                return Err(Error::CodeExpired);
            }
            None => {
                if self.derived().people.public_key(&series).is_some() {
                    self.alarm("other_key", "a key that is enrolled already was offered with a new code")?;
                    return Err(Error::KeyTaken);
                }
                invite.used_by = Some(request.public_key);
                let mut ledger = self.ledger();
                ledger.set_setting(&seal_row(&series), &request.seal)?;
                ledger.set_setting(&row, &invite)?;
            }
        }
        let known = self.derived().people.key(&series).map(|key| key.index);
        let index = match known {
            Some(index) => index,
            None => self.log_enrolment(&invite, request, &series)?,
        };
        self.enrolment_answer(&invite.officer, index)
    }

    fn log_enrolment(&self, invite: &Invite, request: &EnrolRequest, series: &SeriesId) -> Result<u64> {
        let enrolled = OfficerEvent::from(OfficerEnrolled {
            name: invite.name.clone(),
            certificate: invite.certificate.clone(),
            agency: invite.agency.clone(),
            valid_until: invite.valid_until,
            role: invite.role,
            series: series.to_hex().into(),
            public_key: request.public_key.to_string(),
            device: request.device.clone(),
        });
        let said =
            self.inner.committer.say(vec![Said::of(Subject::new("officer", &invite.officer), &enrolled)])?;
        tracing::info!("a key was enrolled");
        said.first().map(|(_, index)| *index).ok_or(Error::WorkerGone)
    }

    fn enrolment_answer(&self, officer: &str, index: u64) -> Result<EnrolAnswer> {
        let published = self.published();
        let ledger = self.ledger();
        let entry = ledger.wire_entry(index)?.ok_or(Error::NotFound { what: "enrolment entry" })?;
        let path = ledger.inclusion(index, published.size)?;
        Ok(EnrolAnswer {
            holder: officer.to_owned(),
            entry: Pulled { index, entry, path },
            keys: self.node_keys(),
            checkpoint: published.note.clone(),
        })
    }

    /// Something that people must look at: counted, logged and kept for the overview. No personal data in it.
    pub(crate) fn alarm(&self, code: &'static str, what: &'static str) -> Result<()> {
        metrics::counter!("liuhen_alarms_total", "code" => code).increment(1);
        tracing::warn!(code, what, "alarm");
        let moment = &self.inner.moment;
        let row = format!("alarm/{}", moment.uuid()?);
        let alarm = serde_json::json!({ "at": moment.wall(), "code": code });
        self.ledger().set_setting(&row, &alarm)
    }

    /// The key that seals parcels to a laptop.
    pub(crate) fn seal_of(&self, series: &SeriesId) -> Result<Digest> {
        self.ledger().setting(&seal_row(series))?.ok_or(refused("unknown_series"))
    }
}
