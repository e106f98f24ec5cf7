//! Folding is a function of the set of entries.
//!
//! Pushing an entry equals folding everything again, after every single delivery
//! and under any order; `decide` answers in every state that can come about.

use crate::scene::{LEAD, SECOND, Scene, THIRD, Written, folded};
use liuhen_core::draft::DraftCommand;
use liuhen_core::event::Body;
use liuhen_core::fold::{Document, Fold, FoldEntry, fold};
use liuhen_core::ids::{EntryHash, MatterId, OfficerId, Subject};
use liuhen_core::matter::{Context, MatterCommand, MatterResult, MatterState, Phase, StartKind, decide};
use liuhen_core::role::Role;
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;

const PEOPLE: [&str; 3] = [LEAD, SECOND, THIRD];
const KINDS: [&str; 8] = ["matter", "media", "draft", "shift", "camera", "officer", "series", "rumour"];

/// What somebody does next; `pick` chooses among the entries known so far.
#[derive(Clone, Debug)]
enum Step {
    Meet(usize, usize),
    Ask(usize, Wish, prop::sample::Index),
    Garbage(usize, &'static str, Option<Body>),
}

#[derive(Clone, Copy, Debug)]
enum Wish {
    Start,
    Note,
    Correct,
    Second,
    Confirm,
    Explain,
    Hand,
    Close,
    Void,
    Resolve,
    Party,
}

const WISHES: [Wish; 11] = [
    Wish::Start,
    Wish::Note,
    Wish::Correct,
    Wish::Second,
    Wish::Confirm,
    Wish::Explain,
    Wish::Hand,
    Wish::Close,
    Wish::Void,
    Wish::Resolve,
    Wish::Party,
];

fn command(
    wish: Wish,
    state: &MatterState,
    entries: &[EntryHash],
    pick: prop::sample::Index,
) -> MatterCommand {
    let some_entry = || entries.get(pick.index(entries.len().max(1))).cloned().unwrap_or_default();
    let person = OfficerId::from(PEOPLE[pick.index(3)]);
    let text = format!("第 {} 句", pick.index(100));
    let contested = state.contested();
    match wish {
        Wish::Start => MatterCommand::Start {
            start: [StartKind::Patrol, StartKind::Inspection, StartKind::Complaint][pick.index(3)],
            title: text,
            place: String::new(),
            coordinates: None,
            second: (pick.index(2) == 0).then_some(person),
            follows: None,
        },
        Wish::Note => MatterCommand::AddNote { text },
        Wish::Correct => MatterCommand::CorrectNote { note: some_entry(), of: MatterId::from("id"), text },
        Wish::Second => MatterCommand::NameSecond { officer: person, reason: Some(text) },
        Wish::Confirm => MatterCommand::Confirm { entries: state.unconfirmed.clone() },
        Wish::Explain => MatterCommand::ExplainConfirmation { reason: text },
        Wish::Hand => MatterCommand::HandOver { to: person, reason: None },
        Wish::Close => MatterCommand::Close { result: MatterResult::ALL[pick.index(3)], until: None },
        Wish::Void => MatterCommand::Void { reason: text },
        Wish::Resolve => {
            let chosen = contested.get(pick.index(contested.len().max(1))).cloned().unwrap_or_default();
            let others = contested.into_iter().filter(|entry| *entry != chosen).collect();
            MatterCommand::Resolve { chosen, others, reason: text }
        }
        Wish::Party => MatterCommand::SetParty { name: text, number: None, kind: None },
    }
}

fn garbage_kind() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "matter.started",
        "matter.note_added",
        "matter.second_confirmed",
        "matter.second_named",
        "matter.handed",
        "matter.closed",
        "matter.contradiction_resolved",
        "matter.signed",
        "matter.sign_refused",
        "matter.left",
        "matter.moved_to_the_moon",
        "media.recorded",
        "media.linked",
        "draft.created",
        "draft.revised",
        "draft.resolved",
        "shift.ended",
        "camera.checked",
        "officer.enrolled",
        "series.opened",
        "series.revoked",
        "officer.granted",
    ])
}

fn garbage_body() -> impl Strategy<Value = Option<Body>> {
    let value = prop_oneof![
        Just(json!(null)),
        Just(json!(7)),
        Just(json!("officer-2")),
        Just(json!(["officer-1#1", "nowhere"])),
        Just(json!({ "facts": "甲" })),
    ];
    let name = prop::sample::select(vec![
        "text", "corrects", "officer", "to", "entries", "result", "chosen", "others", "reason", "matter",
        "title", "base", "set", "unset", "field", "over", "start", "lead", "second", "size", "unheard",
    ]);
    prop::option::of(prop::collection::btree_map(name, value, 0..6)).prop_map(|fields| {
        fields.map(|f| f.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0..3_usize, 0..3_usize).prop_map(|(one, other)| Step::Meet(one, other)),
        8 => (0..3_usize, prop::sample::select(WISHES.to_vec()), any::<prop::sample::Index>())
            .prop_map(|(who, wish, pick)| Step::Ask(who, wish, pick)),
        2 => (0..3_usize, garbage_kind(), garbage_body())
            .prop_map(|(who, kind, body)| Step::Garbage(who, kind, body)),
    ]
}

/// Plays the steps; what `decide` allows and what nobody allowed are both written.
fn play(kind: &str, steps: Vec<Step>) -> Scene {
    let mut scene = Scene::new(kind, "id");
    for step in steps {
        match step {
            Step::Meet(one, other) if one != other => scene.meet(PEOPLE[one], PEOPLE[other]),
            Step::Meet(..) => {}
            Step::Garbage(who, kind, body) => {
                scene.write(PEOPLE[who], kind, body);
            }
            Step::Ask(who, wish, pick) if kind == "matter" => {
                let state = scene.state_of(PEOPLE[who]);
                let known: Vec<EntryHash> =
                    scene.written.iter().map(|entry| EntryHash(entry.hash.clone())).collect();
                let _refused_or_written = scene.ask(PEOPLE[who], command(wish, &state, &known, pick));
            }
            Step::Ask(who, _, pick) if kind == "draft" => {
                let field = ["title", "facts", "basis"][pick.index(3)].to_owned();
                let set = BTreeMap::from([(field, format!("第 {} 稿", pick.index(9)))]);
                let base = scene.draft_of(PEOPLE[who]).heads;
                let revise = DraftCommand::Revise { base, set, unset: Vec::new() };
                let create = DraftCommand::Create { matter: MatterId::from("m"), title: "题".to_owned() };
                if scene.ask_draft(PEOPLE[who], create).is_err() {
                    let _refused_or_written = scene.ask_draft(PEOPLE[who], revise);
                }
            }
            Step::Ask(who, ..) => {
                scene.write(PEOPLE[who], "camera.missing", None);
            }
        }
    }
    scene
}

type Kept = BTreeMap<(String, String), Document>;

/// As a store does it: push what comes last, fold again otherwise, keep the documents touched.
/// Gives what is kept after every delivery.
fn incrementally(subject: &Subject, delivered: &[Written]) -> Vec<Kept> {
    let mut kept = Kept::new();
    let mut fold = Fold::new(subject);
    let mut steps = Vec::new();
    for (count, written) in delivered.iter().enumerate() {
        if fold.admits(&written.entry()) {
            fold.push(&written.entry());
        } else {
            let entries: Vec<FoldEntry<'_>> = delivered[..=count].iter().map(Written::entry).collect();
            fold = folded(subject, &entries);
        }
        kept.extend(by_name(fold.take_touched()));
        steps.push(kept.clone());
    }
    steps
}

/// The same, folding everything again after every delivery.
fn again_and_again(subject: &Subject, delivered: &[Written]) -> Vec<Kept> {
    let entries: Vec<FoldEntry<'_>> = delivered.iter().map(Written::entry).collect();
    (1..=entries.len()).map(|count| by_name(fold(subject, &entries[..count]))).collect()
}

fn by_name(documents: Vec<Document>) -> Kept {
    documents.into_iter().map(|document| ((document.kind.clone(), document.id.clone()), document)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn pushing_equals_folding_again_under_any_order_of_delivery(
        (subject, written, delivered) in (prop::sample::select(KINDS.to_vec()), prop::collection::vec(step(), 1..40))
            .prop_flat_map(|(kind, steps)| {
                let scene = play(kind, steps);
                (Just(scene.subject.clone()), Just(scene.written.clone()), Just(scene.written).prop_shuffle())
            })
    ) {
        let shuffled = again_and_again(&subject, &delivered);
        prop_assert_eq!(&incrementally(&subject, &delivered), &shuffled);
        let in_time = again_and_again(&subject, &written);
        prop_assert_eq!(&incrementally(&subject, &written), &in_time);
        prop_assert_eq!(shuffled.last(), in_time.last());
    }

    #[test]
    fn every_state_survives_its_document(steps in prop::collection::vec(step(), 1..40)) {
        let scene = play("matter", steps);
        let header = scene.documents().into_iter().next();
        if let Some(header) = header {
            let state: MatterState = header.read().unwrap();
            prop_assert_eq!(serde_json::to_value(&state).unwrap(), header.json);
        }
    }

    #[test]
    fn decide_answers_in_every_state_and_never_lets_a_finished_record_grow(
        steps in prop::collection::vec(step(), 0..30),
        wish in prop::sample::select(WISHES.to_vec()),
        pick in any::<prop::sample::Index>(),
    ) {
        let scene = play("matter", steps);
        let state = scene.documents().first().and_then(Document::read::<MatterState>).unwrap_or_default();
        let entries: Vec<EntryHash> = scene.written.iter().map(|entry| EntryHash(entry.hash.clone())).collect();
        for who in PEOPLE {
            let context = Context {
                actor: OfficerId::from(who),
                roles: vec![Role::Officer],
                today: crate::scene::day("2026-11-23"),
            };
            let answer = decide(&state, command(wish, &state, &entries, pick), &context);
            if matches!(state.phase, Phase::Closed | Phase::Voided) && !matches!(wish, Wish::Confirm) {
                prop_assert!(answer.is_err(), "{wish:?} was allowed in {:?}", state.phase);
            }
            if matches!(wish, Wish::Close) && answer.is_ok() && state.needs_two_officers() {
                prop_assert!(state.explanation.is_some() || state.unconfirmed.is_empty());
            }
        }
    }
}

#[test]
fn an_entry_that_others_had_seen_already_is_not_pushed_but_folded_in_its_place() {
    let mut scene = Scene::matter();
    scene.write(LEAD, "matter.note_added", None);
    scene.meet(LEAD, SECOND);
    scene.write(SECOND, "matter.note_added", None);
    let [first, second] = scene.written.as_slice() else { panic!("two entries") };
    let mut fold = Fold::new(&scene.subject);
    fold.push(&second.entry());
    assert!(!fold.admits(&first.entry()), "it is named by the one that is here");
}

#[test]
fn an_entry_taken_twice_changes_nothing() {
    let mut scene = Scene::matter();
    scene.write(LEAD, "matter.note_added", None);
    let mut fold = Fold::new(&scene.subject);
    fold.push(&scene.written[0].entry());
    let before = fold.documents();
    fold.push(&scene.written[0].entry());
    assert_eq!(fold.documents(), before);
}

#[test]
fn only_the_township_speaks_of_people_keys_and_blobs() {
    let granted = json!({ "role": "head" });
    for township in [false, true] {
        let mut scene = Scene::new("officer", LEAD);
        scene.township = township;
        scene.write(LEAD, "officer.granted", granted.as_object().cloned());
        let document = &scene.documents()[0];
        let roles = document.json["roles"].as_array().unwrap().len();
        assert_eq!(roles, usize::from(township), "nobody grants himself a role");
        assert_eq!(document.columns.flag, !township);
    }
}

#[test]
fn a_series_opens_only_itself() {
    let opened = json!({ "predecessor": null, "reason": "first", "device": "laptop" });
    for (id, epochs) in [("series of officer-1", 1), ("series of officer-2", 0)] {
        let mut scene = Scene::new("series", id);
        scene.write(LEAD, "series.opened", opened.as_object().cloned());
        assert_eq!(scene.documents()[0].json["epochs"].as_array().unwrap().len(), epochs);
    }
}

#[test]
fn subjects_of_unknown_kinds_are_kept_and_told() {
    let mut scene = Scene::new("rumour", "1");
    scene.write(LEAD, "rumour.heard", json!({ "of": "甲村" }).as_object().cloned());
    let document = &scene.documents()[0];
    assert_eq!(document.json["entries"][0]["body"]["of"], "甲村");
    assert_eq!(scene.broken_rules(), [liuhen_core::findings::Rule::UnknownKind]);
}
