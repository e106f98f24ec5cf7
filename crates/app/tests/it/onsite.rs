//! 现场执法: the quick patrol, signatures, parties from memory, phrases, the second officer's PIN.

use std::sync::Arc;

use liuhen_app::view::StartKind;
use liuhen_app::{ApiError, IdReader, ReadCard};
use serde_json::{Value, json};

use crate::world::{ONE, TWO, World, words_of_two};

/// The smallest picture there is: 1 × 1, PNG.
const DOT: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn patrol(world: &World, place: &str) -> Value {
    let input = json!({ "title": "占道设摊", "place": place, "text": "当场收摊", "result": "dissuaded" });
    world.ok("record_patrol", input)
}

fn drawing(dots: usize) -> Value {
    let stroke: Vec<Value> = (0..dots).map(|at| json!({ "x": at, "y": at, "t": at * 10 })).collect();
    json!({ "width": 600, "height": 200, "started_at": "2026-11-23T00:10:00Z", "strokes": [stroke] })
}

fn signature(matter: &Value, entries: &Value, dots: usize) -> Value {
    json!({
        "matter": matter, "signer": "party", "name": "当事人甲", "entries": entries,
        "picture": DOT, "drawing": drawing(dots)
    })
}

#[test]
fn a_patrol_is_begun_noted_and_closed_in_one_act() {
    let world = World::with_one();
    let view = patrol(&world, "观海卫镇一号路");
    assert_eq!((&view["line"]["state"], &view["line"]["result"]), (&json!("closed"), &json!("dissuaded")));
    let kinds: Vec<_> =
        view["timeline"].as_array().unwrap().iter().map(|line| line["kind"].clone()).collect();
    assert_eq!(kinds, ["started", "note", "closed"]);
    let open = json!({ "title": "占道设摊", "place": "", "text": "仍在劝导" });
    assert_eq!(world.ok("record_patrol", open)["line"]["state"], "open");
    let empty = json!({ "title": "占道设摊", "place": "", "text": " ", "result": "dissuaded" });
    assert_eq!(world.no("record_patrol", empty), "empty_text");
    assert_eq!(world.ok("matters", json!({}))["matters"].as_array().unwrap().len(), 2, "all or nothing");
}

#[test]
fn the_places_of_the_last_records_are_at_hand() {
    let world = World::with_one();
    for place in ["一号路", "二号路", "一号路"] {
        world.moment.advance(60_000);
        patrol(&world, place);
    }
    assert_eq!(world.ok("onsite", json!({}))["places"], json!(["一号路", "二号路"]));
}

#[test]
fn arriving_and_leaving_are_stamped_in_the_record() {
    let world = World::with_one();
    let matter = world.start(StartKind::Inspection, None);
    world.ok("arrive", json!({ "matter": matter.id }));
    world.moment.advance(600_000);
    let view = world.ok("leave", json!({ "matter": matter.id }));
    assert_eq!(view["arrived_at"], "2026-11-23T00:10:00.000Z");
    assert_eq!(view["left_at"], "2026-11-23T00:20:00.000Z");
}

#[test]
fn a_signature_is_kept_as_picture_and_strokes_and_named_by_the_record() {
    let world = World::with_one();
    let matter = json!(world.start(StartKind::Inspection, None).id);
    let view = world.ok("add_note", json!({ "matter": matter, "text": "净化器未开启" }));
    let note = view["timeline"][1]["entry"].clone();
    assert_eq!(world.no("sign", signature(&matter, &json!([note]), 2)), "signature_empty");
    assert_eq!(world.no("sign", signature(&matter, &json!([]), 40)), "nothing_to_sign");
    let other = json!(world.start(StartKind::Patrol, None).id);
    assert_eq!(world.no("sign", signature(&other, &json!([note]), 40)), "not_found", "not of that matter");
    assert_eq!(world.ok("media_list", json!({}))["media"], json!([]), "nothing is left of what was refused");

    let view = world.ok("sign", signature(&matter, &json!([note]), 40));
    let signed = &view["signatures"][0];
    assert_eq!((&signed["name"], &signed["refused"]), (&json!("当事人甲"), &Value::Null));
    let names: Vec<_> = view["media"].as_array().unwrap().iter().map(|file| file["name"].clone()).collect();
    assert_eq!(names, ["手写签名-当事人甲.json", "手写签名-当事人甲.png"]);
    let picture = world.ok("media", json!({ "media": signed["picture"] }));
    assert_eq!((&picture["media"]["mime"], &picture["media"]["here"]), (&json!("image/png"), &json!(true)));
    let rules = world.ok("findings", json!({ "matter": matter }));
    let rules = rules["findings"].as_array().unwrap();
    assert!(rules.iter().any(|finding| finding["rule"] == "media_missing"), "a signature is no recording");
}

#[test]
fn a_refusal_to_sign_is_recorded_with_reason_and_witness() {
    let world = World::with_one();
    let matter = world.start(StartKind::Inspection, None).id;
    let mut input = json!({ "matter": matter, "signer": "party", "reason": "" });
    assert_eq!(world.no("refuse_to_sign", input.clone()), "empty_text");
    input["reason"] = json!("当场表示不签");
    input["witness"] = json!("见证人甲");
    let view = world.ok("refuse_to_sign", input);
    assert_eq!(view["signatures"][0]["witness"], "见证人甲");
    let line = view["timeline"].as_array().unwrap().last().unwrap();
    assert_eq!(line["kind"], "sign_refused");
    assert_eq!(line["text"], "当事人 · 当场表示不签 · 见证人 见证人甲");
}

#[test]
fn a_party_is_taken_from_an_earlier_record_without_its_number_on_screen() {
    let world = World::with_one();
    let first = json!(world.start(StartKind::Patrol, None).id);
    let named = json!({ "matter": first, "name": "演示甲", "number": "999999199001010016", "kind": "个人" });
    world.ok("set_party", named);
    let found = world.ok("parties", json!({ "text": "演示" }));
    assert_eq!(found["parties"][0]["number"], "9999**********0016");
    assert!(!found.to_string().contains("999999199001010016"));

    let second = json!(world.start(StartKind::Inspection, None).id);
    let view = world.ok("set_party", json!({ "matter": second, "like": found["parties"][0]["matter"] }));
    assert_eq!((&view["party"]["name"], &view["party"]["kind"]), (&json!("演示甲"), &json!("个人")));
    assert_eq!(view["party"]["number"], "9999**********0016");
    let earlier = world.ok("parties", json!({ "matter": second }));
    assert_eq!(earlier["parties"][0]["matters"][0]["id"], first);
    assert_eq!(earlier["parties"][0]["count"], 1, "the record itself is no earlier one");

    let past = world.ok("parties", json!({ "text": "演示甲", "without": second }));
    assert_eq!((&past["parties"][0]["matter"], &past["parties"][0]["count"]), (&first, &json!(1)));

    let nobody = json!(world.start(StartKind::Patrol, None).id);
    assert_eq!(world.no("set_party", json!({ "matter": second, "like": nobody })), "party_unknown");
}

#[test]
fn two_people_of_one_name_are_two_parties() {
    let world = World::with_one();
    for number in ["999999199001010016", "999999198506150028"] {
        let matter = world.start(StartKind::Patrol, None).id;
        world.ok("set_party", json!({ "matter": matter, "name": "演示甲", "number": number }));
    }
    assert_eq!(world.ok("parties", json!({ "text": "演示甲" }))["parties"].as_array().unwrap().len(), 2);
}

struct Simulator;

impl IdReader for Simulator {
    fn check(&self, address: &str) -> Result<(), ApiError> {
        if address.starts_with("http://127.0.0.1") { Ok(()) } else { Err(ApiError::new("reader_address")) }
    }

    fn read(&self, _: &str) -> Result<ReadCard, ApiError> {
        Ok(ReadCard { name: "演示乙".to_owned(), number: "999999198506150028".to_owned() })
    }
}

#[test]
fn a_card_is_read_masked_and_forgotten_by_locking() {
    let world = World::with_one();
    let matter = world.start(StartKind::Inspection, None).id;
    assert_eq!(world.no("read_card", json!({})), "no_reader");
    world.laptop.read_cards_with(Arc::new(Simulator));
    assert_eq!(world.no("set_reader", json!({ "address": "http://192.0.2.1/" })), "reader_address");
    world.ok("set_reader", json!({ "address": "http://127.0.0.1:18889/read" }));
    let card = world.ok("read_card", json!({}));
    assert_eq!((&card["name"], &card["number"]), (&json!("演示乙"), &json!("9999**********0028")));
    let view = world.ok("set_party", json!({ "matter": matter, "card": card["card"] }));
    assert_eq!(view["party"]["name"], "演示乙");
    world.ok("lock", json!({}));
    world.ok("unlock", json!({ "officer": ONE, "passphrase": crate::world::WORDS }));
    assert_eq!(world.no("set_party", json!({ "matter": matter, "card": card["card"] })), "card_gone");
}

#[test]
fn phrases_are_ones_own_and_the_shipped_ones_come_back() {
    let world = World::with_two();
    let shipped = world.ok("phrases", json!({}));
    assert_eq!(shipped["own"], false);
    let mine = json!([{ "start": "patrol", "title": "占道", "text": "劝离" }]);
    assert_eq!(world.ok("change_phrases", json!({ "phrases": mine }))["own"], true);
    assert_eq!(world.ok("onsite", json!({}))["phrases"][0]["title"], "占道");
    let empty = json!([{ "start": "patrol", "title": " ", "text": "劝离" }]);
    assert_eq!(world.no("change_phrases", json!({ "phrases": empty })), "phrase_length");
    world.ok("lock", json!({}));
    world.ok("unlock", json!({ "officer": TWO, "passphrase": words_of_two() }));
    assert_eq!(world.ok("phrases", json!({})), shipped, "another officer's list is another list");
    world.ok("lock", json!({}));
    world.ok("unlock", json!({ "officer": ONE, "passphrase": crate::world::WORDS }));
    assert_eq!(world.ok("change_phrases", json!({}))["phrases"], shipped["phrases"]);
}

/// An inspection with something to confirm, and the second officer ready by PIN.
fn with_pin(world: &World) -> String {
    let matter = world.start(StartKind::Inspection, Some(TWO)).id;
    let ready = json!({ "officer": TWO, "passphrase": words_of_two(), "pin": "2580" });
    assert_eq!(world.ok("ready_second", ready)["second"]["officer"]["name"], TWO);
    matter
}

#[test]
fn a_pin_confirms_only_after_the_passphrase_and_by_the_second_officers_own_key() {
    let world = World::with_two();
    let matter = world.start(StartKind::Inspection, Some(TWO)).id;
    let by_pin = json!({ "matter": matter, "officer": TWO, "pin": "2580" });
    assert_eq!(world.no("confirm", by_pin.clone()), "pin_not_ready");
    let mut ready = json!({ "officer": TWO, "passphrase": crate::world::WORDS, "pin": "2580" });
    assert_eq!(world.no("ready_second", ready.clone()), "wrong_passphrase");
    ready["passphrase"] = json!(words_of_two());
    for plain in ["123", "1234", "0000", "25a0", "123456789"] {
        ready["pin"] = json!(plain);
        assert_eq!(world.no("ready_second", ready.clone()), "weak_pin", "{plain}");
    }
    ready["pin"] = json!("2580");
    world.ok("ready_second", ready);
    let view = world.ok("confirm", by_pin);
    assert_eq!(view["to_confirm"], json!([]));
    let line = view["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&line["kind"], &line["officer"]["name"]), (&json!("confirmed"), &json!(TWO)));
    assert_eq!(world.ok("home_state", json!({}))["officer"]["name"], ONE);
    let own = json!({ "officer": ONE, "passphrase": crate::world::WORDS, "pin": "2580" });
    assert_eq!(world.no("ready_second", own), "same_person");
}

#[test]
fn a_few_wrong_pins_bring_the_passphrase_back() {
    let world = World::with_two();
    let matter = with_pin(&world);
    let wrong = json!({ "matter": matter, "officer": TWO, "pin": "9513" });
    assert_eq!(world.no("confirm", wrong.clone()), "wrong_pin");
    assert_eq!(world.no("confirm", wrong.clone()), "wrong_pin");
    assert_eq!(world.no("confirm", wrong), "pin_spent");
    let right = json!({ "matter": matter, "officer": TWO, "pin": "2580" });
    assert_eq!(world.no("confirm", right), "pin_not_ready", "the right one is too late");
    world.ok("confirm", json!({ "matter": matter, "officer": TWO, "passphrase": words_of_two() }));
}

#[test]
fn locking_forgets_the_second_officers_key() {
    let world = World::with_two();
    let matter = with_pin(&world);
    world.ok("lock", json!({}));
    world.ok("unlock", json!({ "officer": ONE, "passphrase": crate::world::WORDS }));
    assert_eq!(world.ok("onsite", json!({}))["second"], Value::Null);
    assert_eq!(
        world.no("confirm", json!({ "matter": matter, "officer": TWO, "pin": "2580" })),
        "pin_not_ready"
    );
}

#[test]
fn a_home_left_alone_forgets_the_second_officers_key_too() {
    let world = World::with_two();
    with_pin(&world);
    world.moment.advance(16 * 60_000);
    assert_eq!(world.no("onsite", json!({})), "locked");
    world.ok("unlock", json!({ "officer": ONE, "passphrase": crate::world::WORDS }));
    assert_eq!(world.ok("onsite", json!({}))["second"], Value::Null);
}

#[test]
fn the_first_page_tells_what_waits_by_kind_and_a_shift_left_open() {
    let world = World::with_one();
    patrol(&world, "一号路");
    let today = world.ok("today", json!({}));
    assert_eq!(today["waiting_kinds"][0], json!({ "kind": "matter", "entries": 3 }));
    assert_eq!((&today["shift_left_open"], &today["machine"]["township_was"]), (&json!(false), &Value::Null));
    assert!(today["machine"]["free"].as_str().unwrap().parse::<u64>().unwrap() > 0);
    world.moment.advance(24 * 3_600_000);
    world.ok("unlock", json!({ "officer": ONE, "passphrase": crate::world::WORDS }));
    assert_eq!(world.ok("today", json!({}))["shift_left_open"], true);
}
