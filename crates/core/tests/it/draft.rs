//! The merge of drafts.
//!
//! Different fields merge; one field written apart is kept twice until a person
//! chooses; nothing anybody wrote is lost on the way.

use crate::scene::{LEAD, SECOND, Scene, THIRD};
use liuhen_core::draft::{DraftCommand, Field};
use liuhen_core::ids::{EntryHash, MatterId};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn shared_draft() -> Scene {
    let mut scene = Scene::new("draft", "draft-1");
    let create = DraftCommand::Create {
        matter: MatterId::from("matter-1"),
        title: "责令改正通知书".to_owned(),
    };
    scene.ask_draft(LEAD, create).unwrap();
    scene.meet(LEAD, SECOND);
    scene.meet(LEAD, THIRD);
    scene
}

fn set(base: Vec<EntryHash>, fields: &[(&str, &str)]) -> DraftCommand {
    let set = fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    DraftCommand::Revise { base, set, unset: Vec::new() }
}

fn write(scene: &mut Scene, by: &str, field: &str, text: &str) -> EntryHash {
    let base = scene.draft_of(by).heads;
    scene.ask_draft(by, set(base, &[(field, text)])).unwrap()
}

fn texts(field: &Field) -> Vec<&str> {
    field.versions.iter().filter_map(|version| version.text.as_deref()).collect()
}

#[test]
fn different_fields_merge_by_themselves() {
    let mut scene = shared_draft();
    write(&mut scene, LEAD, "facts", "占道约 3 平方米");
    write(&mut scene, SECOND, "basis", "第十六条");
    let draft = scene.draft();
    assert_eq!(draft.fields["facts"].text(), Some("占道约 3 平方米"));
    assert_eq!(draft.fields["basis"].text(), Some("第十六条"));
    assert_eq!(draft.title(), "责令改正通知书");
    assert_eq!(draft.disputed().count(), 0);
}

#[test]
fn the_same_field_written_apart_is_kept_twice_with_the_common_ancestor() {
    let mut scene = shared_draft();
    let common = write(&mut scene, LEAD, "facts", "占道");
    scene.meet(LEAD, SECOND);
    write(&mut scene, LEAD, "facts", "占道约 3 平方米");
    write(&mut scene, SECOND, "facts", "占道约 4 平方米");
    let draft = scene.draft();
    let facts = &draft.fields["facts"];
    assert_eq!(texts(facts), ["占道约 3 平方米", "占道约 4 平方米"]);
    let ancestor = facts.ancestor.as_ref().unwrap();
    assert_eq!((ancestor.mark.entry.clone(), ancestor.text.as_deref()), (common, Some("占道")));
    assert_eq!(facts.text(), None, "no version wins silently");
}

#[test]
fn only_a_choice_on_record_ends_two_versions() {
    let mut scene = shared_draft();
    write(&mut scene, LEAD, "facts", "甲");
    let chosen = write(&mut scene, SECOND, "facts", "乙");
    scene.meet(LEAD, SECOND);
    let base = scene.draft_of(LEAD).heads;
    let refusal = scene.ask_draft(LEAD, set(base.clone(), &[("facts", "丙")])).unwrap_err();
    assert_eq!(refusal.code(), "field_disputed");
    scene.ask_draft(LEAD, set(base, &[("basis", "第十六条")])).unwrap(); // other fields go on
    let choose = |text: Option<&str>| DraftCommand::Resolve {
        field: "facts".to_owned(),
        chosen: chosen.clone(),
        text: text.map(str::to_owned),
    };
    scene.ask_draft(LEAD, choose(Some("乙, 经核对"))).unwrap();
    assert_eq!(scene.draft().fields["facts"].text(), Some("乙, 经核对"));
    assert_eq!(scene.ask_draft(LEAD, choose(None)).unwrap_err().code(), "nothing_to_choose");
}

#[test]
fn a_revision_that_skips_the_choice_stays_a_version_beside_the_others() {
    let mut scene = shared_draft();
    write(&mut scene, LEAD, "facts", "甲");
    write(&mut scene, SECOND, "facts", "乙");
    scene.meet(LEAD, SECOND);
    let forced = liuhen_core::draft::DraftRevised {
        base: scene.draft_of(LEAD).heads,
        set: BTreeMap::from([("facts".to_owned(), "丙".to_owned())]),
        unset: Vec::new(),
    };
    scene.say(LEAD, &liuhen_core::draft::DraftEvent::from(forced));
    assert_eq!(texts(&scene.draft().fields["facts"]), ["甲", "乙", "丙"]);
}

#[test]
fn a_revision_written_while_another_arrived_is_merged_not_lost() {
    let mut scene = shared_draft();
    let looking_at = scene.draft_of(LEAD).heads; // the window is open
    write(&mut scene, SECOND, "facts", "乙");
    scene.meet(LEAD, SECOND); // sync happens behind the open window
    scene.ask_draft(LEAD, set(looking_at, &[("facts", "甲")])).unwrap();
    assert_eq!(texts(&scene.draft().fields["facts"]), ["乙", "甲"]);
}

#[test]
fn two_choices_made_apart_are_two_versions_again() {
    let mut scene = shared_draft();
    let one = write(&mut scene, LEAD, "facts", "甲");
    let other = write(&mut scene, SECOND, "facts", "乙");
    scene.meet(LEAD, SECOND);
    for (by, chosen) in [(LEAD, one), (SECOND, other)] {
        let field = "facts".to_owned();
        scene.ask_draft(by, DraftCommand::Resolve { field, chosen, text: None }).unwrap();
    }
    assert_eq!(texts(&scene.draft().fields["facts"]), ["甲", "乙"]);
}

#[test]
fn taking_a_field_out_is_a_version_like_any_other() {
    let mut scene = shared_draft();
    write(&mut scene, LEAD, "facts", "占道");
    scene.meet(LEAD, SECOND);
    let base = scene.draft_of(LEAD).heads;
    let out = DraftCommand::Revise { base, set: BTreeMap::new(), unset: vec!["facts".to_owned()] };
    scene.ask_draft(LEAD, out).unwrap();
    assert_eq!(scene.draft_of(LEAD).fields["facts"].text(), None);
    write(&mut scene, SECOND, "facts", "占道约 3 平方米");
    assert!(scene.draft().fields["facts"].is_disputed());
}

#[test]
fn a_revision_holds_only_what_changed() {
    let mut scene = shared_draft();
    write(&mut scene, LEAD, "facts", "占道");
    let base = scene.draft_of(LEAD).heads;
    let same = set(base.clone(), &[("facts", "占道")]);
    assert_eq!(scene.ask_draft(LEAD, same).unwrap_err().code(), "nothing_changed");
    scene.ask_draft(LEAD, set(base, &[("facts", "占道"), ("basis", "第十六条")])).unwrap();
    let last = scene.written.last().unwrap().body.clone().unwrap();
    assert_eq!(last["set"], serde_json::json!({ "basis": "第十六条" }));
}

#[test]
fn a_draft_keeps_a_title_and_no_field_is_both_written_and_taken_out() {
    let mut scene = shared_draft();
    let base = scene.draft_of(LEAD).heads;
    let code = |scene: &mut Scene, command| scene.ask_draft(LEAD, command).unwrap_err().code();
    assert_eq!(code(&mut scene, set(base.clone(), &[("title", " ")])), "empty_text");
    let unset = vec!["facts".to_owned()];
    let both = BTreeMap::from([("facts".to_owned(), "甲".to_owned())]);
    assert_eq!(code(&mut scene, DraftCommand::Revise { base, set: both, unset }), "set_and_unset");
}

proptest! {
    /// Whatever people do apart and together: no text that nobody replaced is lost.
    #[test]
    fn every_text_that_nobody_saw_and_replaced_survives(
        steps in prop::collection::vec((0..3_usize, 0..3_usize, any::<bool>()), 1..25)
    ) {
        let people = [LEAD, SECOND, THIRD];
        let mut scene = shared_draft();
        let mut last: BTreeMap<&str, String> = BTreeMap::new();
        for (number, (who, field, meet)) in steps.into_iter().enumerate() {
            let by = people[who];
            if meet {
                scene.meet(by, people[(who + 1) % 3]);
                last.clear();
            }
            let field = ["facts", "basis", "reason"][field];
            let text = format!("第 {number} 稿");
            let base = scene.draft_of(by).heads;
            if scene.ask_draft(by, set(base, &[(field, &text)])).is_ok() {
                last.insert(by, format!("{field}={text}"));
            }
        }
        let draft = scene.draft();
        let standing: Vec<String> = draft
            .fields
            .iter()
            .flat_map(|(name, field)| texts(field).into_iter().map(move |text| format!("{name}={text}")))
            .collect();
        for text in last.values() {
            prop_assert!(standing.contains(text), "{text} was lost from {standing:?}");
        }
    }
}
