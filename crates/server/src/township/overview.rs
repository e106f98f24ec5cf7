//! What those who run the township must see without reading anybody's records: laptops that are silent, media that were recorded
//! and never came, entries that wait for a supervisor, alarms.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use liuhen_core::Role;
use liuhen_protocol::SeriesId;
use serde::Serialize;

use super::ledger::Ledger;
use super::{Caller, Township};
use crate::Result;

/// Days without a word after which a laptop is called silent, unless asked otherwise.
const SILENT_DAYS: i64 = 3;
/// Days after its entry was written when a media file is overdue, unless asked otherwise.
const OVERDUE_DAYS: i64 = 2;
/// Times of hearing from laptops are written at most this often: milliseconds.
const WRITE_EVERY: u64 = 60_000;

/// One enrolled laptop.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Laptop {
    /// Series of its officer's key.
    pub series: SeriesId,
    /// Officer.
    pub officer: String,
    /// Name of the officer.
    pub name: String,
    /// What the laptop is called.
    pub device: String,
    /// When it was last heard, RFC 3339; its enrolment if never since.
    pub heard_at: String,
    /// Whole days since then.
    pub silent_days: i64,
    /// Whether that is longer than asked for.
    pub silent: bool,
    /// Entries of it in the log.
    pub entries: u64,
    /// Set once the key is revoked.
    pub revoked: bool,
}

/// A media file that an entry names and nobody handed in.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Overdue {
    /// SHA-256, hex.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// Series that recorded it.
    pub series: SeriesId,
    /// When its entry was written, RFC 3339.
    pub recorded_at: String,
    /// Whole days since then.
    pub days: i64,
}

/// The overview.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Overview {
    /// Entries in the log.
    pub size: u64,
    /// Newest size that an outside witness has cosigned; none without witnesses.
    pub witnessed: Option<u64>,
    /// Laptops, the most silent first.
    pub laptops: Vec<Laptop>,
    /// Media overdue, oldest first.
    pub overdue: Vec<Overdue>,
    /// Entries that wait for a supervisor.
    pub pending: u64,
    /// Unfinished uploads.
    pub uploads: usize,
    /// Alarms by code.
    pub alarms: BTreeMap<String, u64>,
}

fn days(since: &str, now: DateTime<Utc>) -> i64 {
    DateTime::parse_from_rfc3339(since).map_or(0, |since| (now - since.with_timezone(&Utc)).num_days())
}

/// The times as kept.
pub(crate) fn read_heard(ledger: &Ledger) -> Result<HashMap<SeriesId, String>> {
    let kept: BTreeMap<String, String> = ledger.setting("heard")?.unwrap_or_default();
    Ok(kept.into_iter().filter_map(|(series, at)| Some((SeriesId::from_hex(&series).ok()?, at))).collect())
}

impl Township {
    /// Notes that a laptop was heard; written now and then, at the latest when the township closes.
    pub(crate) fn heard(&self, series: &SeriesId) {
        let now = self.inner.moment.wall();
        let mono = self.inner.moment.mono_ms();
        let due = {
            let mut heard = super::lock(&self.inner.heard);
            heard.times.insert(*series, now);
            let due = mono.saturating_sub(heard.written) > WRITE_EVERY;
            if due {
                heard.written = mono;
            }
            due
        };
        if due && let Err(error) = self.write_heard() {
            tracing::warn!(code = error.code(), "the times of hearing from laptops could not be written");
        }
    }

    /// Writes down when laptops were heard.
    pub(crate) fn write_heard(&self) -> Result<()> {
        let times: BTreeMap<String, String> = {
            let heard = super::lock(&self.inner.heard);
            heard.times.iter().map(|(series, at)| (series.to_hex(), at.clone())).collect()
        };
        self.ledger().set_setting("heard", &times)
    }

    /// Enrolled laptops, the most silent first.
    pub fn laptops(&self, silent_days: i64) -> Vec<Laptop> {
        let now = self.inner.moment.now();
        let heard = super::lock(&self.inner.heard).times.clone();
        let derived = self.derived();
        let mut laptops: Vec<Laptop> = derived
            .people
            .keys()
            .map(|key| {
                let heard_at = heard.get(&key.series).cloned().unwrap_or_else(|| key.at.clone());
                let silent = days(&heard_at, now);
                Laptop {
                    series: key.series,
                    officer: key.officer.clone(),
                    name: derived
                        .people
                        .officer(&key.officer)
                        .map(|person| person.name.clone())
                        .unwrap_or_default(),
                    device: key.device.clone(),
                    silent_days: silent,
                    silent: key.revoked.is_none() && silent >= silent_days,
                    entries: derived.trail.entries_of(&key.series),
                    revoked: key.revoked.is_some(),
                    heard_at,
                }
            })
            .collect();
        laptops
            .sort_by(|left, right| left.heard_at.cmp(&right.heard_at).then(left.series.cmp(&right.series)));
        laptops
    }

    /// Media named by entries and never handed in, older than so many days, oldest first.
    pub fn overdue(&self, overdue_days: i64) -> Vec<Overdue> {
        let now = self.inner.moment.now();
        let derived = self.derived();
        let mut overdue: Vec<Overdue> = derived
            .trail
            .missing()
            .map(|(digest, named)| Overdue {
                sha256: digest.to_hex(),
                size: named.size,
                series: named.series,
                recorded_at: named.recorded_at.clone(),
                days: days(&named.recorded_at, now),
            })
            .filter(|media| media.days >= overdue_days)
            .collect();
        overdue.sort_by(|left, right| {
            left.recorded_at.cmp(&right.recorded_at).then_with(|| left.sha256.cmp(&right.sha256))
        });
        overdue
    }

    /// Everything together.
    pub fn overview(&self, silent_days: i64, overdue_days: i64) -> Result<Overview> {
        let laptops = self.laptops(silent_days);
        let overdue = self.overdue(overdue_days);
        let size = self.published().size;
        let uploads = self.inner.uploads.count();
        let ledger = self.ledger();
        let mut alarms = BTreeMap::new();
        for (_, alarm) in ledger.settings::<serde_json::Value>("alarm/")? {
            let code = alarm.get("code").and_then(|code| code.as_str()).unwrap_or("unknown").to_owned();
            *alarms.entry(code).or_insert(0) += 1;
        }
        let witnessed = super::witness::witnessed(&ledger)?;
        let pending = ledger.pending()?.len() as u64;
        Ok(Overview { size, witnessed, laptops, overdue, pending, uploads, alarms })
    }

    /// The overview by the usual numbers of days.
    pub(crate) fn usual_overview(&self) -> Result<Overview> {
        self.overview(SILENT_DAYS, OVERDUE_DAYS)
    }

    /// The overview for a supervisor or system administrator.
    pub fn overview_for(&self, caller: &Caller) -> Result<Overview> {
        self.speaker_with_role(caller, &[Role::Supervisor, Role::Sysadmin])?;
        self.usual_overview()
    }

    /// Sets the gauges that are read, not counted.
    pub(crate) fn gauges(&self) {
        let mono = self.inner.moment.mono_ms();
        let gauge = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        metrics::gauge!("liuhen_sessions").set(gauge(self.inner.sessions.count(mono)));
        metrics::gauge!("liuhen_uploads").set(gauge(self.inner.uploads.count()));
        let size = usize::try_from(self.published().size).unwrap_or(usize::MAX);
        metrics::gauge!("liuhen_log_size").set(gauge(size));
        let free = usize::try_from(self.gate().free() >> 10).unwrap_or(usize::MAX);
        metrics::gauge!("liuhen_free_kib_in_flight").set(gauge(free));
        let silent = self.laptops(SILENT_DAYS).iter().filter(|laptop| laptop.silent).count();
        metrics::gauge!("liuhen_silent_laptops").set(gauge(silent));
        metrics::gauge!("liuhen_overdue_media").set(gauge(self.overdue(OVERDUE_DAYS).len()));
        self.gate().tidy();
    }
}
