//! The township's answer as it travels, and the view that is made of it and of what this laptop knows.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use liuhen_core::matter::MatterState;
use liuhen_core::role::Role;
use liuhen_core::series::RevokeReason as CoreReason;
use liuhen_protocol::{Digest, SeriesId, Subject};
use liuhen_store::Store;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::Result;
use crate::record::read_document;
use crate::view::{
    AlarmLine, BackupLine, KeyLine, LateLine, OfficerName, OpenInvite, OverdueLine, OversightView,
    PersonLine, RevokeReason, Size, WitnessLine,
};

#[derive(Debug, Deserialize)]
pub(super) struct Told {
    size: u64,
    laptops: Vec<Laptop>,
    overdue: Vec<Overdue>,
    alarms: BTreeMap<String, u64>,
    officers: Vec<Person>,
    invites: Vec<Invite>,
    late: Vec<Late>,
    witnesses: Vec<Witness>,
    backup: Option<Backup>,
}

#[derive(Debug, Deserialize)]
struct Laptop {
    series: SeriesId,
    heard_at: String,
    silent_days: i64,
    silent: bool,
    entries: u64,
}

#[derive(Debug, Deserialize)]
struct Overdue {
    sha256: String,
    size: u64,
    series: SeriesId,
    recorded_at: String,
    days: i64,
}

#[derive(Debug, Deserialize)]
struct Person {
    officer: String,
    name: String,
    certificate: Option<String>,
    agency: Option<String>,
    valid_until: Option<String>,
    roles: Vec<Role>,
    keys: Vec<Key>,
}

#[derive(Debug, Deserialize)]
struct Key {
    series: SeriesId,
    device: String,
    at: String,
    revoked: Option<Revocation>,
}

#[derive(Debug, Deserialize)]
struct Revocation {
    reason: CoreReason,
}

#[derive(Debug, Deserialize)]
struct Invite {
    name: String,
    role: Role,
    until: String,
}

#[derive(Debug, Deserialize)]
struct Late {
    hash: Digest,
    officer: Option<String>,
    subject: Subject,
    kind: String,
    index: u64,
}

#[derive(Debug, Deserialize)]
struct Witness {
    name: String,
    url: Option<String>,
    size: u64,
    time: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Backup {
    at: String,
    size: u64,
    bytes: u64,
}

impl From<CoreReason> for RevokeReason {
    fn from(reason: CoreReason) -> Self {
        match reason {
            CoreReason::Left => Self::Left,
            CoreReason::Replaced => Self::Replaced,
            CoreReason::Lost => Self::Lost,
            CoreReason::Compromised => Self::Compromised,
        }
    }
}

fn small(count: impl TryInto<u32>) -> u32 {
    count.try_into().unwrap_or(u32::MAX)
}

impl Told {
    /// The view, without what the officer here may do.
    pub(super) fn view(
        self,
        store: &Store,
        officer: &str,
        own: &SeriesId,
        now: DateTime<Utc>,
    ) -> Result<OversightView> {
        let heard: BTreeMap<String, &Laptop> =
            self.laptops.iter().map(|laptop| (laptop.series.to_hex(), laptop)).collect();
        let names: BTreeMap<&str, &str> =
            self.officers.iter().map(|one| (one.officer.as_str(), one.name.as_str())).collect();
        let name = |id: &str| OfficerName {
            id: id.to_owned(),
            name: names.get(id).map_or_else(|| id.to_owned(), |name| (*name).to_owned()),
        };
        let late = self.late.iter().map(|late| late.line(store, &name)).collect::<Result<_>>()?;
        let overdue = self.overdue.iter().map(|media| media.line(&self.officers)).collect();
        let mut people: Vec<PersonLine> =
            self.officers.iter().map(|person| person.line(&heard, officer, own)).collect();
        people.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        Ok(OversightView {
            may_enrol: false,
            may_change_rights: false,
            may_judge: false,
            people,
            invites: self.invites.into_iter().map(Invite::line).collect(),
            late,
            overdue,
            witnesses: self.witnesses.into_iter().map(Witness::line).collect(),
            backup: self.backup.map(|backup| backup.line(self.size, now)),
            alarms: self
                .alarms
                .into_iter()
                .map(|(code, count)| AlarmLine { code, count: small(count) })
                .collect(),
            log_size: self.size.to_string(),
        })
    }
}

impl Person {
    fn line(&self, heard: &BTreeMap<String, &Laptop>, officer: &str, own: &SeriesId) -> PersonLine {
        PersonLine {
            id: self.officer.clone(),
            name: self.name.clone(),
            certificate: self.certificate.clone(),
            agency: self.agency.clone(),
            valid_until: self.valid_until.clone(),
            roles: self.roles.iter().copied().map(Into::into).collect(),
            keys: self.keys.iter().map(|key| key.line(heard, own)).collect(),
            own: self.officer == officer,
        }
    }
}

impl Key {
    fn line(&self, heard: &BTreeMap<String, &Laptop>, own: &SeriesId) -> KeyLine {
        let series = self.series.to_hex();
        let laptop = heard.get(&series);
        KeyLine {
            device: self.device.clone(),
            enrolled_at: self.at.clone(),
            heard_at: laptop.map_or_else(|| self.at.clone(), |laptop| laptop.heard_at.clone()),
            silent_days: laptop.map_or(0, |laptop| small(laptop.silent_days.max(0))),
            silent: self.revoked.is_none() && laptop.is_some_and(|laptop| laptop.silent),
            entries: laptop.map_or(0, |laptop| small(laptop.entries)),
            revoked: self.revoked.as_ref().map(|end| end.reason.into()),
            own: self.series == *own,
            series,
        }
    }
}

impl Invite {
    fn line(self) -> OpenInvite {
        OpenInvite { name: self.name, role: self.role.into(), until: self.until }
    }
}

impl Late {
    /// What is late, with what this laptop knows of it: the township's list holds no content.
    fn line(&self, store: &Store, name: &dyn Fn(&str) -> OfficerName) -> Result<LateLine> {
        let matter = (self.subject.kind == "matter").then(|| self.subject.id.clone());
        let state = match &matter {
            Some(id) => {
                store.document("matter", id)?.map(|found| read_document::<MatterState>(&found)).transpose()?
            }
            None => None,
        };
        let entry = store.entry(&self.hash)?;
        let body: Option<Map<String, Value>> = entry
            .as_ref()
            .and_then(|entry| entry.body.as_deref())
            .and_then(|body| serde_json::from_slice(body).ok());
        let said = |field: &str| body.as_ref()?.get(field)?.as_str().map(str::to_owned);
        let recorded = entry
            .as_ref()
            .and_then(|entry| entry.entry().ok())
            .map(|entry| entry.envelope().time.wall.clone());
        Ok(LateLine {
            entry: self.hash.to_string(),
            officer: self.officer.as_deref().map(name).unwrap_or_default(),
            kind: self.kind.clone(),
            title: state.and_then(|state| (!state.title.is_empty()).then_some(state.title)),
            text: said("text").or_else(|| said("name")).or_else(|| said("title")),
            matter,
            recorded_at: recorded,
            index: self.index.to_string(),
        })
    }
}

impl Overdue {
    fn line(&self, officers: &[Person]) -> OverdueLine {
        let found = officers
            .iter()
            .find_map(|one| one.keys.iter().find(|key| key.series == self.series).map(|key| (one, key)));
        OverdueLine {
            sha256: self.sha256.clone(),
            size: Size(self.size),
            officer: found.map_or_else(OfficerName::default, |(one, _)| OfficerName {
                id: one.officer.clone(),
                name: one.name.clone(),
            }),
            device: found.map_or_else(String::new, |(_, key)| key.device.clone()),
            recorded_at: self.recorded_at.clone(),
            days: small(self.days.max(0)),
        }
    }
}

impl Witness {
    fn line(self) -> WitnessLine {
        let at = self.time.and_then(|time| i64::try_from(time).ok());
        WitnessLine {
            name: self.name,
            url: self.url,
            size: self.size.to_string(),
            at: at
                .and_then(|at| DateTime::from_timestamp(at, 0))
                .map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        }
    }
}

impl Backup {
    fn line(self, log: u64, now: DateTime<Utc>) -> BackupLine {
        let days =
            DateTime::parse_from_rfc3339(&self.at).map_or(0, |at| (now - at.with_timezone(&Utc)).num_days());
        BackupLine {
            days: small(days.max(0)),
            missing: log.saturating_sub(self.size).to_string(),
            bytes: Size(self.bytes),
            at: self.at,
        }
    }
}
