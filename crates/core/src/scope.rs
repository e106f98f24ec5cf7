//! Who may pull what: a pure function of roles and of the people of a subject.
//!
//! Officers, auxiliaries and handlers get what they wrote, are named in or were
//! handed. Reviewers, heads, supervisors and archivists get their township.
//! The three administrators get no matters. What the township says of people,
//! keys and itself goes to everybody enrolled: without it nobody could check
//! anybody.

use crate::event::Body;
use crate::ids::{MatterId, OfficerId, subjects};
use crate::role::Role;
use serde_json::Value;
use std::collections::BTreeSet;

/// How far a person's roles let see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Breadth {
    /// No matters.
    None,
    /// Matters of which the person is part.
    Own,
    /// All matters of the township.
    All,
}

/// The breadth of a person's roles: the widest of them.
pub fn breadth(roles: &[Role]) -> Breadth {
    let of = |role: &Role| match role {
        Role::Officer | Role::Auxiliary | Role::Handler => Breadth::Own,
        Role::Reviewer | Role::Head | Role::Supervisor | Role::Archivist => Breadth::All,
        Role::Sysadmin | Role::Secadmin | Role::Auditor => Breadth::None,
    };
    roles.iter().map(of).max().unwrap_or(Breadth::None)
}

/// What scope needs to know of a subject.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The subject's kind.
    pub kind: &'a str,
    /// Its authors and named people (`record.people`), together with those of the
    /// matters it belongs to.
    pub people: &'a BTreeSet<OfficerId>,
}

/// Whether a person with these roles may pull the subject.
pub fn visible(roles: &[Role], officer: &OfficerId, facts: Facts<'_>) -> bool {
    if roles.is_empty() {
        return false;
    }
    if is_common(facts.kind) {
        return true;
    }
    match breadth(roles) {
        Breadth::None => false,
        Breadth::Own => facts.people.contains(officer),
        Breadth::All => true,
    }
}

/// Whether subjects of this kind go to everybody enrolled.
pub fn is_common(kind: &str) -> bool {
    matches!(kind, subjects::OFFICER | subjects::SERIES | subjects::TOWNSHIP | subjects::BLOB)
}

/// The people whom an entry makes part of its subject, beside its author.
pub fn names(kind: &str, body: &Body) -> Vec<OfficerId> {
    let fields: &[&str] = match kind {
        "matter.started" => &["lead", "second"],
        "matter.second_named" => &["officer"],
        "matter.handed" => &["to"],
        "camera.checked" => &["carried_by"],
        _ => &[],
    };
    fields.iter().filter_map(|field| text(body, field)).map(OfficerId::from).collect()
}

/// The matter that an entry ties its subject to; `None` for other kinds.
pub fn parent(kind: &str, body: &Body) -> Option<MatterId> {
    match kind {
        "media.linked" | "draft.created" | "camera.missing" | "finding.answered" => {
            text(body, "matter").map(MatterId::from)
        }
        _ => None,
    }
}

fn text<'a>(body: &'a Body, field: &str) -> Option<&'a str> {
    body.get(field).and_then(Value::as_str)
}
