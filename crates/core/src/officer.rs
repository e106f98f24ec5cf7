//! People enrolled at the township, as its own series tells it.
//!
//! Roles and certificates come only from here. Whether somebody *had* a right is
//! judged by log index ([`crate::rights`]); this document says what holds now.

use crate::event::events;
use crate::ids::SeriesId;
use crate::record::{Mark, Record};
use crate::role::Role;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// `officer.enrolled`: a person's key on one laptop became known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfficerEnrolled {
    /// The person's name.
    pub name: String,
    /// Number of the enforcement certificate; absent for staff without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// The agency that the certificate names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// The last day on which the certificate is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// The role given with the enrolment.
    pub role: Role,
    /// The series of the new key.
    pub series: SeriesId,
    /// The key, base64.
    pub public_key: String,
    /// What the laptop calls itself.
    #[serde(default)]
    pub device: String,
}

/// `officer.granted`: another role, or new facts of the certificate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfficerGranted {
    /// The role.
    pub role: Role,
    /// Number of the certificate, if it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// The agency, if it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// The last valid day, if it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
}

/// `officer.withdrawn`: a role is taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfficerWithdrawn {
    /// The role.
    pub role: Role,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

events! {
    /// Everything the township can say about a person.
    OfficerEvent {
        /// A key was enrolled.
        OfficerEnrolled = "officer.enrolled",
        /// A role or a renewed certificate.
        OfficerGranted = "officer.granted",
        /// A role taken back.
        OfficerWithdrawn = "officer.withdrawn",
    }
}

/// One enrolled key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// The entry.
    #[serde(flatten)]
    pub mark: Mark,
    /// The series.
    pub series: SeriesId,
    /// The laptop.
    pub device: String,
}

/// A person as the township's entries tell it; the `officer` document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OfficerState {
    /// The person's name; empty while its entry is not here.
    pub name: String,
    /// Number of the certificate.
    pub certificate: Option<String>,
    /// The agency that the certificate names.
    pub agency: Option<String>,
    /// The last day on which the certificate is valid.
    pub valid_until: Option<NaiveDate>,
    /// The roles held now.
    pub roles: BTreeSet<Role>,
    /// The keys, in the order of enrolment.
    pub enrolments: Vec<Enrolment>,
    /// The entry that last set the certificate.
    pub certified_by: Option<Mark>,
    /// People, times and faults.
    pub record: Record,
}

impl OfficerState {
    /// Whether the certificate can be relied on that day.
    pub fn certified_on(&self, day: NaiveDate) -> bool {
        self.certificate.is_some() && self.valid_until.is_some_and(|until| day <= until)
    }

    /// Whether this person counts as one of two officers by role.
    pub fn enforces(&self) -> bool {
        self.roles.iter().any(|role| role.enforces())
    }

    /// Takes an event in any state.
    pub fn apply(&mut self, mark: &Mark, event: &OfficerEvent) {
        match event {
            OfficerEvent::OfficerEnrolled(enrolled) => {
                self.name.clone_from(&enrolled.name);
                self.roles.insert(enrolled.role);
                self.enrolments.push(Enrolment {
                    mark: mark.clone(),
                    series: enrolled.series.clone(),
                    device: enrolled.device.clone(),
                });
                self.certify(
                    mark,
                    enrolled.certificate.as_ref(),
                    enrolled.agency.as_ref(),
                    enrolled.valid_until,
                );
            }
            OfficerEvent::OfficerGranted(granted) => {
                self.roles.insert(granted.role);
                self.certify(
                    mark,
                    granted.certificate.as_ref(),
                    granted.agency.as_ref(),
                    granted.valid_until,
                );
            }
            OfficerEvent::OfficerWithdrawn(withdrawn) => {
                self.roles.remove(&withdrawn.role);
            }
        }
    }

    /// What is given replaces what was; what is not given stays.
    fn certify(
        &mut self,
        mark: &Mark,
        certificate: Option<&String>,
        agency: Option<&String>,
        valid_until: Option<NaiveDate>,
    ) {
        if certificate.is_some() || valid_until.is_some() {
            self.certified_by = Some(mark.clone());
        }
        self.certificate = certificate.cloned().or(self.certificate.take());
        self.agency = agency.cloned().or(self.agency.take());
        self.valid_until = valid_until.or(self.valid_until);
    }
}
