//! What the operator does: invite, revoke, judge late entries, change roles. Each is an entry of the township or a kept row, so who
//! gave whom what right is on record.

use chrono::NaiveDate;
use liuhen_core::Role;
use liuhen_core::officer::{OfficerEvent, OfficerGranted, OfficerWithdrawn};
use liuhen_core::series::{RevokeReason, SeriesEvent, SeriesRevoked};
use liuhen_core::township::{PendingAdmitted, PendingDeclined, TownshipEvent};
use liuhen_protocol::{Digest, EnrolmentCode, Position, SeriesId, Subject};
use serde::{Deserialize, Serialize};

use super::directory::{Key, Person};
use super::enrol::{CODE_HOURS, Invite, invite_row};
use super::ledger::Said;
use super::{Township, refused};
use crate::Result;

/// Whom to invite.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Invitation {
    /// An officer known already gets a code for another key; everything else may then be left out.
    pub officer: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Number of the certificate.
    pub certificate: Option<String>,
    /// Last valid day of the certificate.
    pub valid_until: Option<NaiveDate>,
    /// Role.
    pub role: Option<Role>,
    /// Agency.
    pub agency: Option<String>,
}

/// A code to be typed on one laptop, once, within 24 hours.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Invited {
    /// Officer id.
    pub officer: String,
    /// The code.
    pub code: String,
    /// RFC 3339 time after which it is void.
    pub valid_until: String,
}

/// Which keys to revoke, and from where on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RevokeOrder {
    /// All keys of this officer (id or name) …
    pub officer: Option<String>,
    /// … or one series.
    pub series: Option<SeriesId>,
    /// Why.
    pub reason: RevokeReason,
    /// Last trusted entry (epoch and seq) of a single series; without it, what is held now.
    pub last: Option<(u32, u64)>,
}

/// A witness to be asked for cosignatures.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WitnessOrder {
    /// What people call it.
    pub name: String,
    /// Its verifier key (type 0x04).
    pub key: String,
    /// Where its `add-checkpoint` is; none for a witness that is reached by carried files.
    pub url: Option<String>,
}

/// An officer with keys, as `officers` lists them.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// The officer.
    #[serde(flatten)]
    pub person: Person,
    /// The keys.
    pub keys: Vec<Key>,
}

/// A late entry, without its content.
#[derive(Clone, Debug, Serialize)]
pub struct Late {
    /// Entry.
    pub hash: Digest,
    /// Where it stands.
    pub series: SeriesId,
    /// Epoch.
    pub epoch: u32,
    /// Number.
    pub seq: u64,
    /// Whose key wrote it.
    pub officer: Option<String>,
    /// Subject.
    pub subject: Subject,
    /// Kind.
    pub kind: String,
    /// Log index.
    pub index: u64,
}

fn needed<T>(value: Option<T>, code: &'static str) -> Result<T> {
    value.ok_or(refused(code))
}

impl Township {
    /// Makes a code for one officer.
    pub fn invite(&self, invitation: &Invitation) -> Result<Invited> {
        let secret: [u8; 20] = self.inner.moment.random()?;
        let (officer, valid_until) = self.keep_invite(invitation, &EnrolmentCode::secret_hash(&secret))?;
        let code = EnrolmentCode::new(secret, &self.root_pin()).to_string();
        Ok(Invited { officer, code, valid_until })
    }

    /// Keeps an invitation under the hash of its secret; gives the officer's id and when the code ends.
    pub(crate) fn keep_invite(&self, invitation: &Invitation, secret: &Digest) -> Result<(String, String)> {
        let known = match &invitation.officer {
            Some(officer) => Some(self.person(officer)?),
            None => None,
        };
        let moment = &self.inner.moment;
        let clean =
            |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let invite = Invite {
            officer: match &known {
                Some(person) => person.officer.clone(),
                None => moment.uuid()?.to_string(),
            },
            name: needed(
                clean(invitation.name.clone()).or(known.as_ref().map(|person| person.name.clone())),
                "invite_name",
            )?,
            certificate: clean(invitation.certificate.clone())
                .or(known.as_ref().and_then(|person| person.certificate.clone())),
            agency: clean(invitation.agency.clone())
                .or(known.as_ref().and_then(|person| person.agency.clone())),
            valid_until: invitation.valid_until.or(known.as_ref().and_then(|person| person.valid_until)),
            role: needed(
                invitation.role.or(known.as_ref().and_then(|person| person.roles.iter().next().copied())),
                "invite_role",
            )?,
            until: (moment.now() + chrono::Duration::hours(CODE_HOURS)).timestamp_millis(),
            used_by: None,
        };
        if invite.role.enforces() && (invite.certificate.is_none() || invite.valid_until.is_none()) {
            return Err(refused("invite_certificate"));
        }
        self.ledger().set_setting(&invite_row(secret), &invite)?;
        let valid_until = (moment.now() + chrono::Duration::hours(CODE_HOURS))
            .to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        Ok((invite.officer, valid_until))
    }

    /// An officer by id or by a name that only one bears.
    pub fn person(&self, officer: &str) -> Result<Person> {
        let derived = self.derived();
        if let Some(person) = derived.people.officer(officer) {
            return Ok(person.clone());
        }
        let mut named = derived.people.officers().filter(|person| person.name == officer);
        match (named.next(), named.next()) {
            (Some(person), None) => Ok(person.clone()),
            (Some(_), Some(_)) => Err(refused("officer_ambiguous")),
            (None, _) => Err(refused("officer_unknown")),
        }
    }

    /// All officers and their keys.
    pub fn officers(&self) -> Vec<Listed> {
        let derived = self.derived();
        let keys = |person: &Person| {
            person.series.iter().filter_map(|series| derived.people.key(series).cloned()).collect()
        };
        derived
            .people
            .officers()
            .map(|person| Listed { person: person.clone(), keys: keys(person) })
            .collect()
    }

    /// Gives an officer a further role or renews the certificate.
    pub fn grant(&self, officer: &str, granted: OfficerGranted) -> Result<()> {
        let person = self.person(officer)?;
        let event = OfficerEvent::from(granted);
        self.inner.committer.say(vec![Said::of(Subject::new("officer", person.officer), &event)])?;
        Ok(())
    }

    /// Takes a role back.
    pub fn withdraw(&self, officer: &str, role: Role, reason: Option<String>) -> Result<()> {
        let person = self.person(officer)?;
        if !person.roles.contains(&role) {
            return Err(refused("role_not_held"));
        }
        let event = OfficerEvent::from(OfficerWithdrawn { role, reason });
        self.inner.committer.say(vec![Said::of(Subject::new("officer", person.officer), &event)])?;
        Ok(())
    }

    /// Ends the right of keys; gives the last trusted entry of each.
    pub fn revoke(&self, order: &RevokeOrder) -> Result<Vec<(SeriesId, Option<Position>)>> {
        let series = match (&order.officer, &order.series) {
            (Some(officer), None) => self.person(officer)?.series,
            (None, Some(series)) => vec![*series],
            _ => return Err(refused("revoke_whom")),
        };
        if order.last.is_some() && series.len() != 1 {
            return Err(refused("revoke_last"));
        }
        let mut said = Vec::new();
        let mut revoked = Vec::new();
        for series in series {
            let key = self.derived().people.key(&series).cloned().ok_or(refused("series_unknown"))?;
            if key.revoked.is_some() {
                continue;
            }
            let last = match order.last {
                None => self.ledger().newest_head(&series)?,
                Some((epoch, seq)) => {
                    Some(self.ledger().at(&series, epoch, seq)?.ok_or(refused("revoke_last"))?)
                }
            };
            let event = SeriesEvent::from(SeriesRevoked {
                officer: key.officer.into(),
                reason: order.reason,
                last_epoch: last.map_or(0, |last| last.epoch),
                last_seq: last.map_or(0, |last| last.seq),
                last_hash: last.map(|last| last.hash.to_string().into()),
            });
            said.push(Said::of(Subject::new("series", series.to_hex()), &event));
            revoked.push((series, last));
        }
        if said.is_empty() {
            return Err(refused("already_revoked"));
        }
        self.inner.committer.say(said)?;
        for (series, _) in &revoked {
            self.inner.sessions.end(series);
        }
        Ok(revoked)
    }

    /// Entries that wait for a supervisor.
    pub fn pending(&self) -> Result<Vec<Late>> {
        let entries = self.ledger().pending()?;
        let derived = self.derived();
        Ok(entries
            .into_iter()
            .map(|line| Late {
                hash: line.position.hash,
                series: line.position.series,
                epoch: line.position.epoch,
                seq: line.position.seq,
                officer: derived.people.key(&line.position.series).map(|key| key.officer.clone()),
                subject: line.subject,
                kind: line.kind,
                index: line.index,
            })
            .collect())
    }

    /// Admits or declines late entries in the name of a supervisor.
    pub fn judge(&self, entries: &[Digest], admit: bool, reason: &str, by: &str) -> Result<usize> {
        let supervisor = self.person(by)?;
        if !supervisor.roles.contains(&Role::Supervisor) {
            return Err(refused("not_a_supervisor"));
        }
        if reason.trim().is_empty() {
            return Err(refused("reason_missing"));
        }
        let waiting: std::collections::HashSet<Digest> =
            self.pending()?.into_iter().map(|late| late.hash).collect();
        if entries.is_empty() || !entries.iter().all(|hash| waiting.contains(hash)) {
            return Err(refused("not_pending"));
        }
        let hashes = entries.iter().map(|hash| hash.to_string().into()).collect();
        let reason = reason.trim().to_owned();
        let by = Some(supervisor.officer.into());
        let event = if admit {
            TownshipEvent::from(PendingAdmitted { entries: hashes, reason, by })
        } else {
            TownshipEvent::from(PendingDeclined { entries: hashes, reason, by })
        };
        self.inner.committer.say(vec![Said::of(Subject::new("township", "pending"), &event)])?;
        Ok(entries.len())
    }
}
