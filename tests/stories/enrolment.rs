//! Codes and keys at the township's door.

use serde_json::json;

use crate::person::Person;
use crate::world::World;

fn code_for(world: &World, code: &str) -> serde_json::Value {
    json!({"township": world.address(), "code": code, "passphrase": "随便写的一个口令"})
}

#[test]
fn a_code_serves_one_key_once() {
    let world = World::new(81);
    let code = world.invite("执法员一", "officer");
    let first = Person::beside(&world, "执法员一", &world.folder("laptop-1"));
    first.enrol(&world, &code);
    let second = Person::beside(&world, "执法员一", &world.folder("laptop-2"));
    second.refused("enrol", code_for(&world, &code), "code_used");
}

#[test]
fn a_code_of_another_township_is_refused_before_it_is_said() {
    let world = World::new(82);
    let other = World::new(83);
    let code = other.invite("执法员一", "officer");
    let laptop = Person::beside(&world, "执法员一", &world.folder("laptop-1"));
    assert!(laptop.ask("enrol", code_for(&world, &code)).is_err());
    assert_eq!(laptop.must("home_state", json!({}))["state"], "fresh", "nothing was kept of the attempt");
}

#[test]
fn a_code_expires_after_a_day() {
    let world = World::new(84);
    let code = world.invite("执法员一", "officer");
    world.advance(25 * 60 * 60 * 1000);
    let laptop = Person::beside(&world, "执法员一", &world.folder("laptop-1"));
    laptop.refused("enrol", code_for(&world, &code), "code_expired");
}

#[test]
fn a_lost_answer_to_an_enrolment_is_asked_for_again() {
    let world = World::new(85);
    let code = world.invite("执法员一", "officer");
    let laptop = Person::beside(&world, "执法员一", &world.folder("laptop-1"));
    laptop.wire.set(crate::wire::Faults { answer_lost: 60, ..crate::wire::Faults::NONE });
    let mut tries = 0;
    while laptop
        .ask("enrol", json!({"township": world.address(), "code": code, "passphrase": laptop.passphrase}))
        .is_err()
    {
        tries += 1;
        assert!(tries < 60, "the same key gets the same answer again");
    }
    laptop.on_a_good_line();
    laptop.patrol("已注册");
    laptop.sync();
}

#[test]
fn an_officer_goes_on_with_a_second_laptop() {
    let world = World::new(86);
    let first = Person::enrolled(&world, "执法员一", "officer", &world.folder("laptop-1"));
    let matter = first.patrol("换电脑之前");
    first.note(&matter, "旧电脑上的一条");
    first.sync();
    let second = Person::beside(&world, "执法员一", &world.folder("laptop-2"));
    second.enrol(&world, &world.invite_again("执法员一"));
    second.sync();
    assert_eq!(second.notes(&matter), ["旧电脑上的一条"], "the officer's own matters come along");
    second.note(&matter, "新电脑上的一条");
    second.sync();
    first.sync();
    assert_eq!(first.notes(&matter), ["旧电脑上的一条", "新电脑上的一条"]);
}
