//! Rights by log index, revocation, 待核, and scope.
//!
//! No clock decides whose entry counts, only the place in the log where the
//! township said so.

use liuhen_core::event::Body;
use liuhen_core::ids::{EntryHash, OfficerId, SeriesId, Subject};
use liuhen_core::rights::{Position, Rights, Standing};
use liuhen_core::role::Role;
use liuhen_core::scope::{self, Breadth, Facts};
use serde_json::json;
use std::collections::BTreeSet;

const OFFICER: &str = "officer-1";
const SERIES: &str = "series-1";

fn body(value: serde_json::Value) -> Option<Body> {
    value.as_object().cloned()
}

fn say(rights: &mut Rights, index: u64, kind: &str, subject: (&str, &str), value: serde_json::Value) {
    let subject = Subject::new(subject.0, subject.1);
    rights.apply(index, kind, &subject, body(value).as_ref());
}

fn enrolled_at(index: u64) -> Rights {
    let mut rights = Rights::with_nodes([SeriesId::from("node")]);
    let enrolled = json!({ "name": "执法员一", "role": "officer", "series": SERIES, "public_key": "" });
    say(&mut rights, index, "officer.enrolled", ("officer", OFFICER), enrolled);
    rights
}

fn revoke(rights: &mut Rights, index: u64, reason: &str, last: (u32, u64, &str)) {
    let (epoch, seq, hash) = last;
    let revoked = json!({
        "officer": OFFICER, "reason": reason, "last_epoch": epoch, "last_seq": seq, "last_hash": hash,
    });
    say(rights, index, "series.revoked", ("series", SERIES), revoked);
}

fn at(seq: u64, hash: &str, index: Option<u64>) -> Position<'_> {
    Position { series: SERIES, epoch: 1, seq, hash, index }
}

fn good() -> Standing {
    Standing::Good { officer: Some(OfficerId::from(OFFICER)) }
}

#[test]
fn an_enrolled_series_is_good_and_an_unknown_one_is_not() {
    let rights = enrolled_at(3);
    assert_eq!(rights.judge(at(1, "a", Some(4))), good());
    assert_eq!(rights.judge(at(2, "b", None)), good(), "not logged yet: judged by the newest index");
    assert_eq!(rights.judge(Position { series: "stranger", ..at(1, "c", None) }), Standing::Unknown);
    let own = Position { series: "node", ..at(1, "d", Some(0)) };
    assert_eq!(rights.judge(own), Standing::Good { officer: None });
    assert_eq!(rights.officer(SERIES), Some(&OfficerId::from(OFFICER)));
}

#[test]
fn what_a_leaver_sent_before_leaving_stays_good_and_what_comes_later_waits() {
    let mut rights = enrolled_at(0);
    revoke(&mut rights, 10, "left", (1, 5, "e5"));
    assert_eq!(rights.judge(at(5, "e5", Some(9))), good());
    assert_eq!(rights.judge(at(6, "e6", Some(11))), Standing::Pending);
    assert_eq!(rights.judge(at(6, "e6", None)), Standing::Pending);
    assert_eq!(rights.judge(at(4, "e4", None)), good(), "up to the last trusted entry");
}

#[test]
fn a_compromised_key_is_trusted_up_to_the_named_entry_only() {
    let mut rights = enrolled_at(0);
    revoke(&mut rights, 10, "compromised", (1, 5, "e5"));
    assert_eq!(rights.judge(at(5, "e5", Some(5))), good());
    assert_eq!(rights.judge(at(6, "e6", Some(6))), Standing::Pending, "logged before, but not trusted");
    assert_eq!(rights.judge(at(5, "forged", None)), Standing::Pending, "another entry in the same place");
}

#[test]
fn a_key_first_said_to_be_left_may_turn_out_compromised() {
    let mut rights = enrolled_at(0);
    revoke(&mut rights, 10, "left", (1, 8, "e8"));
    assert_eq!(rights.judge(at(8, "e8", Some(9))), good());
    revoke(&mut rights, 20, "compromised", (1, 5, "e5"));
    assert_eq!(rights.judge(at(8, "e8", Some(9))), Standing::Pending);
    assert_eq!(rights.judge(at(5, "e5", Some(4))), good());
}

#[test]
fn a_supervisor_admits_or_declines_what_waits() {
    let mut rights = enrolled_at(0);
    revoke(&mut rights, 10, "lost", (1, 5, "e5"));
    let said = |entry: &str| json!({ "entries": [entry], "reason": "经核实", "by": "supervisor-1" });
    say(&mut rights, 12, "pending.admitted", ("township", "t"), said("e6"));
    say(&mut rights, 13, "pending.declined", ("township", "t"), said("e7"));
    assert_eq!(rights.judge(at(6, "e6", Some(11))), good());
    assert_eq!(rights.judge(at(7, "e7", Some(11))), Standing::Declined);
    assert_eq!(rights.judge(at(8, "e8", Some(11))), Standing::Pending);
}

#[test]
fn nobody_can_be_declined_while_having_the_right() {
    let mut rights = enrolled_at(0);
    let said = json!({ "entries": ["e1"], "reason": "不喜欢" });
    say(&mut rights, 1, "pending.declined", ("township", "t"), said);
    assert_eq!(rights.judge(at(1, "e1", Some(2))), good());
}

#[test]
fn roles_hold_from_index_to_index() {
    let mut rights = enrolled_at(0);
    say(&mut rights, 5, "officer.granted", ("officer", OFFICER), json!({ "role": "head" }));
    say(&mut rights, 9, "officer.withdrawn", ("officer", OFFICER), json!({ "role": "officer" }));
    let officer = OfficerId::from(OFFICER);
    assert_eq!(rights.roles(&officer, Some(4)), [Role::Officer]);
    assert_eq!(rights.roles(&officer, Some(8)), [Role::Officer, Role::Head]);
    assert_eq!(rights.roles(&officer, None), [Role::Head]);
    say(&mut rights, 11, "officer.withdrawn", ("officer", OFFICER), json!({ "role": "head" }));
    assert_eq!(rights.judge(at(1, "e1", Some(10))), good());
    assert_eq!(rights.judge(at(2, "e2", Some(12))), Standing::Pending, "no role is left");
}

#[test]
fn a_key_belongs_to_the_person_it_was_first_enrolled_for() {
    let mut rights = enrolled_at(0);
    let enrolled = json!({ "name": "别人", "role": "officer", "series": SERIES, "public_key": "" });
    say(&mut rights, 1, "officer.enrolled", ("officer", "officer-2"), enrolled);
    assert_eq!(rights.officer(SERIES), Some(&OfficerId::from(OFFICER)));
    assert_eq!(rights.judge(at(1, "e", Some(2))), good());
}

#[test]
fn other_kinds_and_damaged_bodies_change_no_rights() {
    let mut rights = enrolled_at(0);
    let before = rights.clone();
    say(&mut rights, 1, "officer.granted", ("officer", OFFICER), json!({ "role": "emperor" }));
    say(&mut rights, 2, "matter.closed", ("matter", "m"), json!({ "result": "corrected" }));
    rights.apply(3, "series.revoked", &Subject::new("series", SERIES), None);
    assert_eq!(rights, before);
}

#[test]
fn scope_follows_roles_and_people() {
    let (me, people) = (OfficerId::from(OFFICER), BTreeSet::from([OfficerId::from(OFFICER)]));
    let nobody = BTreeSet::new();
    let sees = |role: Role, kind: &str, people: &BTreeSet<OfficerId>| {
        scope::visible(&[role], &me, Facts { kind, people })
    };
    for role in [Role::Officer, Role::Auxiliary, Role::Handler] {
        assert!(sees(role, "matter", &people) && !sees(role, "matter", &nobody));
    }
    for role in [Role::Reviewer, Role::Head, Role::Supervisor, Role::Archivist] {
        assert!(sees(role, "matter", &nobody));
    }
    for role in [Role::Sysadmin, Role::Secadmin, Role::Auditor] {
        assert!(!sees(role, "matter", &people), "administrators see no matters");
        assert!(sees(role, "officer", &nobody), "everybody enrolled can check who had which right");
    }
    assert!(!scope::visible(&[], &me, Facts { kind: "officer", people: &people }));
    assert_eq!(scope::breadth(&[Role::Auditor, Role::Officer]), Breadth::Own);
}

#[test]
fn entries_name_their_people_and_their_matter() {
    let started = body(json!({ "lead": "a", "second": "b", "title": "c" })).unwrap();
    assert_eq!(scope::names("matter.started", &started), [OfficerId::from("a"), OfficerId::from("b")]);
    let handed = body(json!({ "to": "c" })).unwrap();
    assert_eq!(scope::names("matter.handed", &handed), [OfficerId::from("c")]);
    let linked = body(json!({ "matter": "m" })).unwrap();
    assert_eq!(scope::parent("media.linked", &linked).unwrap().as_str(), "m");
    assert_eq!(scope::parent("matter.handed", &linked), None);
    let hash = EntryHash::from("x");
    assert_eq!(hash.to_string(), "x");
}
