//! The main path: enrol, sign in, push, receive, pull; and who sees what.

use liuhen_core::Role;
use liuhen_core::series::RevokeReason;
use liuhen_protocol::wire::{HeadsRequest, PullRequest, ReceiptsRequest, ScopeStatement};
use liuhen_protocol::{Cosignature, DoorError, Note, Subject, Township as _, merkle};
use liuhen_server::township::RevokeOrder;
use serde_json::json;

use crate::fixture::{Laptop, Town};

fn code_of(error: DoorError) -> String {
    match error {
        DoorError::Refused { code } => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_officer_enrols_pushes_and_gets_receipts_under_a_dated_checkpoint() {
    let town = Town::new();
    let mut li = town.laptop("执法员一", Role::Officer, 1);
    li.start("m1");
    li.note("m1", "当事人张某在人行道摆摊。");
    let answer = li.push(&town).unwrap();
    assert_eq!(answer.receipts.len(), 3, "series.opened, matter.started, note");
    assert!(answer.stopped.is_empty());
    let note = Note::parse(&answer.checkpoint).unwrap();
    let dated = Cosignature::verify(&note, &town.note().clock).unwrap();
    assert_eq!(dated.time, 1_790_000_000);
    let heads = town
        .township
        .local_door()
        .heads(&li.token, &HeadsRequest { series: vec![(li.series(), 1)] })
        .unwrap();
    assert_eq!(heads.heads[0].seq, 3);
}

#[test]
fn pushing_twice_gives_the_same_places() {
    let town = Town::new();
    let mut li = town.laptop("执法员一", Role::Officer, 1);
    li.start("m1");
    let entries = li.unsent();
    let batch = li.batch(entries);
    let door = town.township.local_door();
    let first = door.push(&li.token, &batch).unwrap();
    let second = door.push(&li.token, &batch).unwrap();
    let places = |answer: &liuhen_protocol::wire::ReceiptsAnswer| {
        answer.receipts.iter().map(|receipt| (receipt.hash, receipt.index)).collect::<Vec<_>>()
    };
    assert_eq!(places(&first), places(&second));
    let asked =
        ReceiptsRequest { hashes: first.receipts.iter().map(|receipt| receipt.hash).collect(), known: 0 };
    let again = door.receipts(&li.token, &asked).unwrap();
    assert_eq!(places(&first), places(&again));
    town.check(&again);
}

#[test]
fn a_later_checkpoint_extends_an_earlier_one() {
    let town = Town::new();
    let mut li = town.laptop("执法员一", Role::Officer, 1);
    li.start("m1");
    let first = town.checkpoint(&li.push(&town).unwrap().checkpoint);
    li.known = first.size;
    li.note("m1", "一");
    li.note("m1", "二");
    let answer = li.push(&town).unwrap();
    first.extended_by(&town.checkpoint(&answer.checkpoint), &answer.consistency).unwrap();
}

#[test]
fn a_laptop_that_knows_a_longer_log_gets_a_checkpoint_and_no_error() {
    let town = Town::new();
    let li = town.laptop("执法员一", Role::Officer, 1);
    let request =
        PullRequest { after: 0, limit: 10, known: 1_000_000, prove: vec![1, 2_000_000], held: vec![] };
    let page = town.township.local_door().pull(&li.token, &request).unwrap();
    assert!(page.consistency.is_empty());
    assert!(!page.proofs[0].is_empty());
    assert!(page.proofs[1].is_empty());
}

#[test]
fn a_matter_handed_over_reaches_the_other_laptop_whole_and_other_matters_do_not() {
    let town = Town::new();
    let mut li = town.laptop("执法员一", Role::Officer, 1);
    let mut wang = town.laptop("执法员二", Role::Officer, 2);
    li.start("m1");
    li.note("m1", "第一条。");
    li.start("m2");
    li.push(&town).unwrap();
    wang.start("m3");
    wang.push(&town).unwrap();
    let (page, before) = wang.pull(&town).unwrap();
    let seen = |page: &liuhen_protocol::wire::PullAnswer| {
        let scope = page.scope.as_ref().unwrap();
        scope
            .subjects
            .iter()
            .filter(|line| line.kind == "matter")
            .map(|line| (line.id.clone(), line.count))
            .collect::<Vec<_>>()
    };
    assert_eq!(seen(&page), [("m3".to_owned(), 1)]);
    let wang_id = wang.officer.clone();
    li.write(Subject::new("matter", "m1"), "matter.handed", json!({ "to": wang_id, "reason": "调班" }));
    li.push(&town).unwrap();
    let (page, after) = wang.pull(&town).unwrap();
    assert_eq!(seen(&page), [("m1".to_owned(), 3), ("m3".to_owned(), 1)]);
    let behind = *before.iter().max().unwrap();
    assert!(after.iter().any(|index| *index < behind), "older entries come behind newer ones");
}

#[test]
fn the_scope_statement_is_logged_and_commits_to_its_lines() {
    let town = Town::new();
    let mut li = town.laptop("执法员一", Role::Officer, 1);
    li.start("m1");
    li.push(&town).unwrap();
    let (page, _) = li.pull(&town).unwrap();
    let scope = page.scope.unwrap();
    let (entry, body) = scope.entry.entry.decode().unwrap();
    let checkpoint = town.checkpoint(&page.checkpoint);
    merkle::verify_inclusion(
        &entry.hash(),
        scope.entry.index,
        checkpoint.size,
        &scope.entry.path,
        &checkpoint.root,
    )
    .unwrap();
    let body = body.unwrap().1;
    let root = ScopeStatement::root_of(&scope.subjects).unwrap();
    assert_eq!(body.fields()["root"], json!(root.to_string()));
    assert_eq!(body.fields()["count"], json!(scope.subjects.len()));
    let size = town.township.size();
    li.pull(&town).unwrap();
    assert_eq!(town.township.size(), size, "nothing changed, so nothing is stated again");
}

#[test]
fn a_supervisor_sees_everything_and_an_administrator_no_matter() {
    let town = Town::new();
    let mut li = town.laptop("执法员一", Role::Officer, 1);
    let mut boss = town.laptop("监督员一", Role::Supervisor, 2);
    let mut admin = town.laptop("执法员三", Role::Sysadmin, 3);
    li.start("m1");
    li.push(&town).unwrap();
    let kinds = |laptop: &mut Laptop| {
        let (page, _) = laptop.pull(&town).unwrap();
        page.scope.unwrap().subjects.into_iter().filter(|line| line.kind == "matter").count()
    };
    assert_eq!(kinds(&mut boss), 1);
    assert_eq!(kinds(&mut admin), 0);
}

#[test]
fn what_arrives_after_a_revocation_waits_until_a_supervisor_admits_it() {
    let town = Town::new();
    let mut li = town.laptop("执法员一", Role::Officer, 1);
    let boss = town.laptop("监督员一", Role::Supervisor, 2);
    li.start("m1");
    li.push(&town).unwrap();
    let order = RevokeOrder {
        officer: Some("执法员一".into()),
        series: None,
        reason: RevokeReason::Left,
        last: None,
    };
    town.township.revoke(&order).unwrap();
    li.note("m1", "离岗前写下、未上传。");
    assert_eq!(li.push(&town), Err(DoorError::Unauthorised), "the open session ended");
    li.token = li.sign_in(&town).expect("who left may still hand in");
    assert_eq!(li.push(&town).unwrap().receipts.len(), 1, "logged all the same");
    assert_eq!(code_of(li.pull(&town).unwrap_err()), "revoked");
    let late = town.township.pending().unwrap();
    assert_eq!(late.len(), 1);
    assert!(town.township.judge(&[late[0].hash], true, "核对属实", "执法员一").is_err(), "no supervisor");
    assert_eq!(town.township.judge(&[late[0].hash], true, "核对属实", &boss.officer).unwrap(), 1);
    assert!(town.township.pending().unwrap().is_empty());
}

#[test]
fn a_lost_key_may_not_even_sign_in() {
    let town = Town::new();
    let li = town.laptop("执法员一", Role::Officer, 1);
    let order =
        RevokeOrder { officer: None, series: Some(li.series()), reason: RevokeReason::Lost, last: None };
    town.township.revoke(&order).unwrap();
    assert_eq!(code_of(li.sign_in(&town).unwrap_err()), "revoked");
}

#[test]
fn another_key_of_the_same_officer_is_enrolled_by_a_new_code() {
    let town = Town::new();
    let li = town.laptop("执法员一", Role::Officer, 1);
    let invitation = liuhen_server::township::Invitation {
        officer: Some(li.officer.clone()),
        name: None,
        certificate: None,
        valid_until: None,
        role: None,
        agency: None,
    };
    let invited = town.township.invite(&invitation).unwrap();
    let code = liuhen_protocol::EnrolmentCode::parse(&invited.code).unwrap();
    let again = Laptop::new(&town.moment, 9);
    assert_eq!(again.enrol(&town, &code).unwrap().holder, li.officer);
    assert_eq!(town.township.officers()[0].keys.len(), 2);
}

#[test]
fn everything_is_the_same_after_a_restart() {
    let town = Town::new();
    let mut li = town.laptop("执法员一", Role::Officer, 1);
    li.start("m1");
    let before = li.push(&town).unwrap();
    let size = town.township.size();
    let town = town.reopen();
    assert_eq!(town.township.size(), size);
    li.token = li.sign_in(&town).unwrap();
    let asked = ReceiptsRequest { hashes: vec![before.receipts[0].hash], known: size };
    let again = town.township.local_door().receipts(&li.token, &asked).unwrap();
    assert_eq!(again.receipts[0].index, before.receipts[0].index);
    assert!(li.pull(&town).unwrap().0.scope.is_some());
    assert!(town.township.verify(true).unwrap().sound);
}

#[test]
fn a_silent_laptop_and_overdue_media_are_named() {
    let town = Town::new();
    let mut li = town.laptop("执法员一", Role::Officer, 1);
    let digest = "ab".repeat(32);
    let body = json!({
        "name": "a.mp4", "size": 5, "sha256": digest, "sm3": null, "manifest": "cd".repeat(32), "mime": "video/mp4",
        "capture_source": "none", "offset_seconds": 0
    });
    li.write(Subject::new("media", "v1"), "media.recorded", body);
    li.push(&town).unwrap();
    let now = town.township.overview(3, 2).unwrap();
    assert!(!now.laptops[0].silent && now.overdue.is_empty());
    town.moment.advance(4 * 24 * 3_600_000);
    let later = town.township.overview(3, 2).unwrap();
    assert!(later.laptops[0].silent);
    assert_eq!((later.laptops[0].silent_days, later.overdue.len()), (4, 1));
    assert_eq!(later.overdue[0].sha256, digest);
}
