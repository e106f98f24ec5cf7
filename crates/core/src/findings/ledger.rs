//! The documents that findings are asked of, and the figures they are asked with.
//!
//! Whatever crosses subjects (an officer's certificate and a matter, a camera and
//! its files) is put together here, at reading time, never in a fold.

use super::{Finding, devices, matters, records};
use crate::camera::CameraState;
use crate::day;
use crate::draft::DraftState;
use crate::finding::{Answer, FindingState};
use crate::fold::Document;
use crate::ids::{EntryHash, MatterId, OfficerId, Subject, subjects};
use crate::matter::MatterState;
use crate::media::MediaState;
use crate::officer::OfficerState;
use crate::record::Fault;
use crate::series::SeriesState;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Figures of the house; each is configuration, none is law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Thresholds {
    /// A certificate expiring within so many days is told.
    pub certificate_days: u32,
    /// A file may belong to no matter for so many hours.
    pub media_hours: u32,
    /// A camera's card is handed in within so many hours of its check.
    pub camera_hours: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { certificate_days: 30, media_hours: 24, camera_hours: 24 }
    }
}

/// An entry kept out of folds until a supervisor admits or declines it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The entry.
    pub entry: EntryHash,
    /// What it is about.
    pub subject: Subject,
    /// Whose series it is.
    pub officer: Option<OfficerId>,
    /// Its wall clock, RFC 3339 UTC.
    pub at: String,
}

/// Documents given back their types. A part of all documents is enough: findings
/// are then told of that part, though a file or an officer left out counts as absent.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub(super) matters: BTreeMap<MatterId, MatterState>,
    pub(super) media: BTreeMap<String, MediaState>,
    pub(super) drafts: BTreeMap<String, DraftState>,
    pub(super) cameras: BTreeMap<String, CameraState>,
    pub(super) officers: BTreeMap<OfficerId, OfficerState>,
    pub(super) series: BTreeMap<String, SeriesState>,
    pub(super) faults: Vec<(Subject, Fault)>,
    pub(super) pending: Vec<Pending>,
    answers: BTreeMap<String, FindingState>,
}

/// The moment of asking.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) now: DateTime<Utc>,
    pub(super) today: NaiveDate,
    pub(super) thresholds: Thresholds,
}

impl Ledger {
    /// Reads documents of any kinds; kinds without findings are passed over.
    pub fn read<'a>(documents: impl IntoIterator<Item = &'a Document>) -> Self {
        let mut ledger = Self::default();
        for document in documents {
            ledger.add(document);
        }
        ledger
    }

    /// Adds one document.
    pub fn add(&mut self, document: &Document) {
        let id = document.id.clone();
        match document.kind.as_str() {
            subjects::MATTER => keep(&mut self.matters, MatterId(id), document),
            subjects::MEDIA => keep(&mut self.media, id, document),
            subjects::DRAFT => keep(&mut self.drafts, id, document),
            subjects::CAMERA => keep(&mut self.cameras, id, document),
            subjects::OFFICER => keep(&mut self.officers, OfficerId(id), document),
            subjects::SERIES => keep(&mut self.series, id, document),
            subjects::FINDING => keep(&mut self.answers, id, document),
            _ => {}
        }
        self.add_faults(document);
    }

    /// Adds the entries that wait for a supervisor.
    pub fn add_pending(&mut self, pending: impl IntoIterator<Item = Pending>) {
        self.pending.extend(pending);
    }

    fn answered(&self, finding: &str) -> Option<Answer> {
        self.answers.get(finding)?.answers.last().cloned()
    }

    fn add_faults(&mut self, document: &Document) {
        let faults = document.json.get("record").and_then(|record| record.get("faults"));
        let faults = faults.and_then(|faults| Vec::<Fault>::deserialize(faults).ok());
        let subject = Subject::new(document.kind.as_str(), document.id.as_str());
        let faults = faults.unwrap_or_default().into_iter();
        self.faults.extend(faults.map(|fault| (subject.clone(), fault)));
    }

    /// Everything that is wrong or missing at that moment, what needs acting first.
    pub fn findings(&self, thresholds: Thresholds, now: DateTime<Utc>) -> Vec<Finding> {
        let asked = Asked { now, today: day::local(now), thresholds };
        let mut found = Vec::new();
        matters::find(self, asked, &mut found);
        devices::find(self, asked, &mut found);
        records::find(self, &mut found);
        let mut ids = BTreeSet::new();
        found.retain(|finding| ids.insert(finding.id.clone()));
        for finding in &mut found {
            finding.answered = self.answered(&finding.id);
        }
        found.sort_by(|a, b| (a.severity, a.rule, &a.id).cmp(&(b.severity, b.rule, &b.id)));
        found
    }
}

fn keep<K: Ord, T: serde::de::DeserializeOwned>(into: &mut BTreeMap<K, T>, id: K, document: &Document) {
    if let Some(state) = document.read() {
        into.insert(id, state);
    }
}
