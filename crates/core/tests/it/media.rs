//! Media files: recording, linking, letting the local copy go.
//!
//! A file may belong to several matters; its bytes leave the laptop only with
//! every proof that they are safe elsewhere.

use crate::scene::{LEAD, SECOND, Scene};
use liuhen_core::event::Event;
use liuhen_core::ids::{EntryHash, MatterId};
use liuhen_core::media::{MediaCommand, MediaMarked, MediaRecorded, MediaState, Safety, Unproven, decide};
use liuhen_core::refusal::Refusal;

fn ask(scene: &mut Scene, by: &str, command: MediaCommand) -> Result<EntryHash, Refusal> {
    let state: MediaState =
        scene.documents_of(by).first().map(|media| media.read().unwrap()).unwrap_or_default();
    let mut last = EntryHash::default();
    for event in decide(&state, command)? {
        last = scene.write(by, event.kind(), Some(event.body()));
    }
    Ok(last)
}

fn recorded(matter: Option<&str>) -> Scene {
    let mut scene = Scene::new("media", "media-1");
    let facts = MediaRecorded {
        name: "0001.MP4".to_owned(),
        size: 200,
        sm3: Some("b".repeat(64)),
        ..MediaRecorded::default()
    };
    let record = MediaCommand::Record { facts: Box::new(facts), matter: matter.map(MatterId::from) };
    ask(&mut scene, LEAD, record).unwrap();
    scene
}

fn link(matter: &str) -> MediaCommand {
    MediaCommand::Link { matter: MatterId::from(matter) }
}

fn unlink(matter: &str) -> MediaCommand {
    MediaCommand::Unlink { matter: MatterId::from(matter), reason: "关联错误".to_owned() }
}

#[test]
fn a_file_can_belong_to_several_matters_and_each_link_can_be_queried() {
    let mut scene = recorded(Some("matter-1"));
    ask(&mut scene, LEAD, link("matter-2")).unwrap();
    ask(&mut scene, LEAD, unlink("matter-1")).unwrap();
    let documents = scene.documents();
    assert_eq!(documents[0].columns.matter.as_deref(), Some("matter-2"));
    let links: Vec<_> = documents[1..]
        .iter()
        .map(|link| (link.id.as_str(), link.columns.matter.as_deref(), link.columns.state.as_deref()))
        .collect();
    assert_eq!(
        links,
        [
            ("media-1/matter-1", Some("matter-1"), Some("unlinked")),
            ("media-1/matter-2", Some("matter-2"), Some("linked")),
        ]
    );
}

#[test]
fn links_that_contradict_the_record_are_refused() {
    let mut scene = recorded(Some("matter-1"));
    assert_eq!(ask(&mut scene, LEAD, link("matter-1")).unwrap_err().code(), "already_linked");
    assert_eq!(ask(&mut scene, LEAD, unlink("matter-2")).unwrap_err().code(), "not_linked");
    let whole = || MediaCommand::Mark(MediaMarked::default());
    ask(&mut scene, LEAD, whole()).unwrap();
    assert_eq!(ask(&mut scene, LEAD, whole()).unwrap_err().code(), "already_marked");
}

#[test]
fn moments_are_marked_once_each_and_told_in_the_films_order() {
    let mut scene = Scene::new("media", "media-1");
    let facts =
        MediaRecorded { name: "0001.MP4".to_owned(), duration_ms: Some(8000), ..MediaRecorded::default() };
    ask(&mut scene, LEAD, MediaCommand::Record { facts: Box::new(facts), matter: None }).unwrap();
    let at = |at_ms, text: &str| {
        MediaCommand::Mark(MediaMarked { at_ms: Some(at_ms), text: Some(text.to_owned()) })
    };
    ask(&mut scene, LEAD, at(5000, " 收摊 ")).unwrap();
    ask(&mut scene, LEAD, at(1000, "")).unwrap();
    assert_eq!(ask(&mut scene, LEAD, at(1000, "再")).unwrap_err().code(), "already_marked");
    let state: MediaState = scene.documents()[0].read().unwrap();
    let moments: Vec<_> = state.moments.iter().map(|moment| (moment.at_ms, moment.text.as_deref())).collect();
    assert_eq!(moments, [(1000, None), (5000, Some("收摊"))]);
    assert!(state.marked.is_some(), "a film with a marked moment is important");
}

#[test]
fn the_local_copy_goes_only_with_every_proof_that_it_is_safe_elsewhere() {
    let mut scene = recorded(None);
    let erase = |safety: Safety| MediaCommand::EraseLocally { reason: "腾空间".to_owned(), safety };
    let safe = Safety {
        held_here: true,
        receipt: true,
        rehashed: true,
        second_copy: true,
        days_since_receipt: 7,
        days_required: 7,
    };
    for (safety, missing) in [
        (Safety { receipt: false, ..safe }, Unproven::Receipt),
        (Safety { rehashed: false, ..safe }, Unproven::Rehash),
        (Safety { second_copy: false, ..safe }, Unproven::SecondCopy),
        (Safety { days_since_receipt: 6, ..safe }, Unproven::Days),
    ] {
        let refusal = ask(&mut scene, LEAD, erase(safety)).unwrap_err();
        assert_eq!(refusal, Refusal::NotYetSafe(vec![missing]));
    }
    let gone = Safety { held_here: false, ..safe };
    assert_eq!(ask(&mut scene, LEAD, erase(gone)).unwrap_err().code(), "already_erased");
    ask(&mut scene, LEAD, erase(safe)).unwrap();
    let state: MediaState = scene.documents()[0].read().unwrap();
    assert_eq!(state.erasures[0].series.as_str(), "series of officer-1", "only this laptop's copy is gone");
}

#[test]
fn a_file_is_recorded_once() {
    let mut scene = recorded(None);
    let again = MediaCommand::Record { facts: Box::default(), matter: None };
    assert_eq!(ask(&mut scene, LEAD, again).unwrap_err().code(), "already_started");
    assert_eq!(ask(&mut scene, SECOND, link("matter-1")).unwrap_err().code(), "not_started");
}
