//! What every screen needs beside its own documents: who looks, names, what waits, what is wrong.
//!
//! Names, waiting entries and findings come from the whole record, so they are read once and kept
//! until the record changes, or for a minute, since findings also depend on the time.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use liuhen_core::findings::Finding;
use liuhen_store::Store;

use crate::error::Result;
use crate::findings;
use crate::laptop::Actor;
use crate::people::Names;
use crate::waiting::Waiting;

/// What was read from the whole record at one moment.
#[derive(Clone)]
pub(crate) struct Glance {
    record: u32,
    at: DateTime<Utc>,
    names: Arc<Names>,
    waiting: Arc<Waiting>,
    findings: Arc<Vec<Finding>>,
    open: Arc<HashMap<String, u32>>,
}

impl Glance {
    /// Reads it.
    pub(crate) fn load(store: &Store, record: u32, now: DateTime<Utc>) -> Result<Self> {
        let findings = findings::all(store, now)?;
        let mut open = HashMap::new();
        for matter in
            findings.iter().filter(|finding| finding.answered.is_none()).filter_map(|f| f.matter.as_ref())
        {
            *open.entry(matter.to_string()).or_default() += 1;
        }
        Ok(Self {
            record,
            at: now,
            names: Arc::new(Names::load(store)?),
            waiting: Arc::new(Waiting::load(store)?),
            findings: Arc::new(findings),
            open: Arc::new(open),
        })
    }

    /// Whether it may still be shown.
    pub(crate) fn is_fresh(&self, record: u32, now: DateTime<Utc>) -> bool {
        self.record == record && now >= self.at && now - self.at < Duration::seconds(60)
    }
}

/// What a screen is made with.
pub(crate) struct Screen {
    /// Who looks.
    pub(crate) actor: Actor,
    /// Officers who have a key on this laptop.
    pub(crate) here: Vec<String>,
    /// When it is.
    pub(crate) now: DateTime<Utc>,
    /// Names of officers.
    pub(crate) names: Arc<Names>,
    /// What waits for the township.
    pub(crate) waiting: Arc<Waiting>,
    /// All findings.
    pub(crate) findings: Arc<Vec<Finding>>,
    open: Arc<HashMap<String, u32>>,
}

impl Screen {
    /// A screen for an actor.
    pub(crate) fn new(actor: Actor, here: Vec<String>, glance: &Glance) -> Self {
        let Glance { at, names, waiting, findings, open, .. } = glance.clone();
        Self { actor, here, now: at, names, waiting, findings, open }
    }

    /// Unanswered findings of a matter.
    pub(crate) fn open_findings(&self, matter: &str) -> u32 {
        self.open.get(matter).copied().unwrap_or_default()
    }
}
