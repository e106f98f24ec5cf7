//! Who is who: officers, their roles and keys, folded from the township's own entries in log order.
//!
//! Only entries of the township's node series (and of the root) count here; a laptop that writes `officer.granted` grants nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use liuhen_core::Role;
use liuhen_core::officer::{OfficerEnrolled, OfficerEvent};
use liuhen_core::series::{RevokeReason, SeriesEvent};
use liuhen_protocol::{PublicKey, SeriesId, TownshipNote};
use serde::Serialize;

use super::ledger::LoggedLine;

/// One officer as the township knows him or her.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Officer id.
    pub officer: String,
    /// Name.
    pub name: String,
    /// Number of the certificate; none for staff without one.
    pub certificate: Option<String>,
    /// Agency that the certificate names.
    pub agency: Option<String>,
    /// Last day of the certificate.
    pub valid_until: Option<NaiveDate>,
    /// Roles held now.
    pub roles: BTreeSet<Role>,
    /// Keys, oldest first.
    pub series: Vec<SeriesId>,
}

/// One enrolled key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Key {
    /// Name of the key.
    pub series: SeriesId,
    /// Officer whose key it is.
    pub officer: String,
    /// The key.
    pub public_key: PublicKey,
    /// What the laptop is called.
    pub device: String,
    /// Log index of the enrolment.
    pub index: u64,
    /// Wall time of the enrolment, RFC 3339.
    pub at: String,
    /// Set once revoked.
    pub revoked: Option<Revocation>,
}

/// The end of a key's right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Revocation {
    /// Why.
    pub reason: RevokeReason,
    /// Log index of the revocation.
    pub index: u64,
}

impl Revocation {
    /// Whether the laptop may still hand in what it holds; a key in strange hands may not even sign in.
    pub fn may_hand_in(&self) -> bool {
        matches!(self.reason, RevokeReason::Left | RevokeReason::Replaced)
    }
}

/// The fold.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    nodes: HashSet<SeriesId>,
    node_keys: HashMap<SeriesId, PublicKey>,
    people: BTreeMap<String, Person>,
    keys: HashMap<SeriesId, Key>,
}

impl Directory {
    /// An empty directory that believes the node keys of this note and its root.
    pub(crate) fn of_nodes(note: &TownshipNote) -> Self {
        let mut directory = Self::default();
        directory.believe(note);
        directory
    }

    /// Believes the nodes of a newer note too.
    pub(crate) fn believe(&mut self, note: &TownshipNote) {
        for key in note.nodes.iter().chain([&note.root]) {
            self.nodes.insert(SeriesId::of(key));
            self.node_keys.insert(SeriesId::of(key), *key);
        }
    }

    /// Whether a series is the township's own.
    pub(crate) fn is_node(&self, series: &SeriesId) -> bool {
        self.nodes.contains(series)
    }

    /// Takes in one logged entry.
    pub(crate) fn apply(&mut self, line: &LoggedLine) {
        if !self.is_node(&line.series) {
            return;
        }
        let body = line.body.as_ref();
        if let Ok(event) = OfficerEvent::read(&line.kind, body) {
            match event {
                OfficerEvent::OfficerEnrolled(enrolled) => self.enrolled(line, &enrolled),
                OfficerEvent::OfficerGranted(granted) => {
                    let person = self.person(&line.subject.id);
                    person.roles.insert(granted.role);
                    person.certify(granted.certificate, granted.agency, granted.valid_until);
                }
                OfficerEvent::OfficerWithdrawn(withdrawn) => {
                    self.person(&line.subject.id).roles.remove(&withdrawn.role);
                }
            }
        } else if let Ok(SeriesEvent::SeriesRevoked(revoked)) = SeriesEvent::read(&line.kind, body)
            && let Some(key) = SeriesId::from_hex(&line.subject.id).ok().and_then(|id| self.keys.get_mut(&id))
        {
            key.revoked.get_or_insert(Revocation { reason: revoked.reason, index: line.index });
        }
    }

    fn person(&mut self, officer: &str) -> &mut Person {
        self.people.entry(officer.to_owned()).or_insert_with(|| Person {
            officer: officer.to_owned(),
            name: String::new(),
            certificate: None,
            agency: None,
            valid_until: None,
            roles: BTreeSet::new(),
            series: Vec::new(),
        })
    }

    fn enrolled(&mut self, line: &LoggedLine, enrolled: &OfficerEnrolled) {
        let Ok(public_key) = PublicKey::from_base64(&enrolled.public_key) else { return };
        let series = SeriesId::of(&public_key);
        let person = self.person(&line.subject.id);
        person.name.clone_from(&enrolled.name);
        person.roles.insert(enrolled.role);
        person.certify(enrolled.certificate.clone(), enrolled.agency.clone(), enrolled.valid_until);
        if !person.series.contains(&series) {
            person.series.push(series);
        }
        let key = Key {
            series,
            officer: line.subject.id.clone(),
            public_key,
            device: enrolled.device.clone(),
            index: line.index,
            at: line.wall.clone(),
            revoked: None,
        };
        // A key belongs to the person it was first enrolled for.
        self.keys.entry(series).or_insert(key);
    }

    /// An enrolled key.
    pub(crate) fn key(&self, series: &SeriesId) -> Option<&Key> {
        self.keys.get(series)
    }

    /// The public key of any series whose entries this township logs.
    pub(crate) fn public_key(&self, series: &SeriesId) -> Option<PublicKey> {
        self.keys.get(series).map(|key| key.public_key).or_else(|| self.node_keys.get(series).copied())
    }

    /// An officer.
    pub(crate) fn officer(&self, officer: &str) -> Option<&Person> {
        self.people.get(officer)
    }

    /// All officers, by id.
    pub(crate) fn officers(&self) -> impl Iterator<Item = &Person> {
        self.people.values()
    }

    /// All enrolled keys.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.keys.values()
    }

    /// The roles an officer holds now.
    pub(crate) fn roles(&self, officer: &str) -> Vec<Role> {
        self.people.get(officer).map(|person| person.roles.iter().copied().collect()).unwrap_or_default()
    }
}

impl Person {
    fn certify(
        &mut self,
        certificate: Option<String>,
        agency: Option<String>,
        valid_until: Option<NaiveDate>,
    ) {
        self.certificate = certificate.or(self.certificate.take());
        self.agency = agency.or(self.agency.take());
        self.valid_until = valid_until.or(self.valid_until);
    }
}
