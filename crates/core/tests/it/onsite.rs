//! The steps on site: arriving, leaving, signing, refusing to sign; and acts that are written together.

use crate::scene::{LEAD, SECOND, Scene, close, day, note, start};
use liuhen_core::ids::{EntryHash, OfficerId};
use liuhen_core::matter::{
    Context, MatterCommand, MatterEvent, MatterResult, MatterState, SignRefused, Signed, SignedFile, Signer,
    StartKind, decide_all,
};
use liuhen_core::media::{MediaCommand, MediaRecorded, MediaState};
use liuhen_core::role::Role;

fn file(media: &str) -> SignedFile {
    SignedFile { media: media.to_owned(), sha256: "ab".repeat(32) }
}

fn signed(entries: Vec<EntryHash>) -> MatterCommand {
    MatterCommand::Sign(Box::new(Signed {
        signer: Signer::Party,
        name: " 当事人甲 ".to_owned(),
        entries,
        picture: file("picture"),
        strokes: file("strokes"),
    }))
}

fn refused(reason: &str) -> MatterCommand {
    MatterCommand::RefuseToSign(Box::new(SignRefused {
        signer: Signer::Party,
        name: None,
        reason: reason.to_owned(),
        witness: Some("见证人甲".to_owned()),
        entries: Vec::new(),
    }))
}

fn inspection() -> Scene {
    let mut scene = Scene::matter();
    scene.ask(LEAD, start(StartKind::Inspection, Some(SECOND))).unwrap();
    scene
}

#[test]
fn arriving_is_stamped_once_and_leaving_anew_each_time() {
    let mut scene = inspection();
    let came = scene.ask(LEAD, MatterCommand::Arrive).unwrap();
    scene.ask(LEAD, MatterCommand::Arrive).unwrap();
    scene.ask(LEAD, MatterCommand::Leave).unwrap();
    let went = scene.ask(LEAD, MatterCommand::Leave).unwrap();
    let state = scene.state();
    assert_eq!(state.arrived.map(|mark| mark.entry), Some(came));
    assert_eq!(state.left.map(|mark| mark.entry), Some(went));
}

#[test]
fn a_signature_names_what_was_shown_and_who_drew_it() {
    let mut scene = inspection();
    assert_eq!(scene.ask(LEAD, signed(Vec::new())).unwrap_err().code(), "nothing_to_sign");
    let written = scene.ask(LEAD, note("净化器未开启")).unwrap();
    scene.ask(LEAD, signed(vec![written.clone(), written.clone()])).unwrap();
    let state = scene.state();
    let [signature] = state.signatures.as_slice() else { panic!("one signature") };
    assert_eq!((signature.name.as_str(), &signature.entries), ("当事人甲", &vec![written]));
    assert_eq!(signature.refused, None);
    assert_eq!(state.signature_files().collect::<Vec<_>>(), ["picture", "strokes"]);
}

#[test]
fn a_refusal_to_sign_says_why_and_who_saw_it() {
    let mut scene = inspection();
    assert_eq!(scene.ask(LEAD, refused("  ")).unwrap_err().code(), "empty_text");
    scene.ask(LEAD, refused("称需与家人商量")).unwrap();
    let state = scene.state();
    assert_eq!(state.signatures[0].refused.as_deref(), Some("称需与家人商量"));
    assert_eq!(state.signatures[0].witness.as_deref(), Some("见证人甲"));
}

#[test]
fn signatures_wait_for_the_second_officer_and_leaving_does_not() {
    let mut scene = inspection();
    let before = scene.state().unconfirmed.len();
    scene.ask(LEAD, refused("不识字")).unwrap();
    assert_eq!(scene.state().unconfirmed.len(), before + 1);
    scene.ask(LEAD, MatterCommand::Leave).unwrap();
    assert_eq!(scene.state().unconfirmed.len(), before + 1);
}

#[test]
fn a_closed_record_takes_no_signature() {
    let mut scene = Scene::matter();
    scene.ask(LEAD, start(StartKind::Patrol, None)).unwrap();
    let written = scene.ask(LEAD, note("已清离")).unwrap();
    scene.ask(LEAD, close(MatterResult::Dissuaded)).unwrap();
    for command in [signed(vec![written]), refused("走开"), MatterCommand::Arrive, MatterCommand::Leave] {
        assert_eq!(scene.ask(LEAD, command).unwrap_err().code(), "matter_closed");
    }
}

#[test]
fn the_picture_of_a_signature_is_no_recording() {
    let mut scene = inspection();
    let written = scene.ask(LEAD, note("正在砌墙")).unwrap();
    scene.ask(LEAD, signed(vec![written])).unwrap();
    let linked = |id: &str| {
        let mut media = Scene::new("media", id);
        let facts = MediaRecorded { name: "手写签名.png".to_owned(), ..MediaRecorded::default() };
        let command = MediaCommand::Record { facts: Box::new(facts), matter: Some("matter-1".into()) };
        for event in liuhen_core::media::decide(&MediaState::default(), command).unwrap() {
            media.say(LEAD, &event);
        }
        media.documents()
    };
    let missing = |documents: &[_]| {
        scene.findings_with(documents).iter().any(|finding| finding.rule.word() == "media_missing")
    };
    assert!(missing(&linked("picture")));
    assert!(!missing(&linked("film")));
}

#[test]
fn a_patrol_with_its_note_and_result_is_decided_as_one() {
    let context =
        Context { actor: OfficerId::from(LEAD), roles: vec![Role::Officer], today: day("2026-11-23") };
    let commands =
        |text: &str| vec![start(StartKind::Patrol, None), note(text), close(MatterResult::Dissuaded)];
    let events = decide_all(&MatterState::default(), commands("已清离"), &context).unwrap();
    assert!(matches!(
        events.as_slice(),
        [MatterEvent::Started(_), MatterEvent::NoteAdded(_), MatterEvent::Closed(_)]
    ));
    assert_eq!(
        decide_all(&MatterState::default(), commands(" "), &context).unwrap_err().code(),
        "empty_text"
    );
    let after_closing =
        vec![start(StartKind::Patrol, None), close(MatterResult::NothingFound), note("后来想起")];
    let refusal = decide_all(&MatterState::default(), after_closing, &context).unwrap_err();
    assert_eq!(refusal.code(), "matter_closed");
}
