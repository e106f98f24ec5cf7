//! 补算 SM3: an import may put SM3 off; an entry of its own says it later, once, and of the same bytes.

use crate::scene::{LEAD, SECOND, Scene};
use liuhen_core::event::Event;
use liuhen_core::media::{MediaCommand, MediaDigested, MediaRecorded, MediaState, decide};
use liuhen_core::record::FaultCode;

fn state(scene: &Scene) -> MediaState {
    scene.documents()[0].read().unwrap()
}

fn digested(sha256: &str, sm3: &str) -> MediaDigested {
    MediaDigested { sha256: sha256.repeat(64), sm3: sm3.repeat(64) }
}

fn ask(scene: &mut Scene, command: MediaCommand) {
    let before = scene.documents().first().map(|media| media.read().unwrap()).unwrap_or_default();
    for event in decide(&before, command).unwrap() {
        scene.write(LEAD, event.kind(), Some(event.body()));
    }
}

fn put_off() -> Scene {
    let mut scene = Scene::new("media", "media-1");
    let facts =
        MediaRecorded { name: "0001.MP4".to_owned(), sha256: "a".repeat(64), ..MediaRecorded::default() };
    ask(&mut scene, MediaCommand::Record { facts: Box::new(facts), matter: None });
    scene
}

fn pending(scene: &Scene) -> Option<String> {
    let documents = scene.documents();
    documents.iter().find(|one| one.kind == "media_sm3").and_then(|one| one.columns.state.clone())
}

#[test]
fn what_was_put_off_is_pending_until_its_entry_and_said_once() {
    let mut scene = put_off();
    assert_eq!((state(&scene).sm3(), pending(&scene).as_deref()), (None, Some("pending")));
    ask(&mut scene, MediaCommand::Digest(digested("a", "c")));
    assert_eq!(state(&scene).sm3(), Some("c".repeat(64).as_str()));
    assert_eq!(pending(&scene).as_deref(), Some("done"));
    let again = decide(&state(&scene), MediaCommand::Digest(digested("a", "c"))).unwrap();
    assert!(again.is_empty(), "an entry says it already");
}

#[test]
fn an_sm3_of_other_bytes_or_a_second_one_counts_for_nothing_and_is_named() {
    let mut scene = put_off();
    scene.write(SECOND, "media.digested", Some(event_body(digested("d", "e"))));
    assert_eq!((state(&scene).sm3(), pending(&scene).as_deref()), (None, Some("pending")));
    ask(&mut scene, MediaCommand::Digest(digested("a", "c")));
    scene.write(SECOND, "media.digested", Some(event_body(digested("a", "f"))));
    let state = state(&scene);
    assert_eq!(state.sm3(), Some("c".repeat(64).as_str()));
    let codes: Vec<_> = state.record.faults.iter().map(|fault| fault.code).collect();
    assert_eq!(codes, [FaultCode::Contrary, FaultCode::Contrary]);
}

#[test]
fn an_import_with_its_sm3_has_nothing_pending() {
    let mut scene = Scene::new("media", "media-1");
    let facts = MediaRecorded { sm3: Some("b".repeat(64)), ..MediaRecorded::default() };
    ask(&mut scene, MediaCommand::Record { facts: Box::new(facts), matter: None });
    assert_eq!(pending(&scene), None);
}

fn event_body(digested: MediaDigested) -> liuhen_core::event::Body {
    liuhen_core::media::MediaEvent::from(digested).body()
}
