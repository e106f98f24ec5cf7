//! The township's server burns. An old backup comes back, the log cannot be what it was, so a new one
//! begins that names the old; laptops follow after a person agreed, and hand in what is missing.

use serde_json::json;

use crate::person::Person;
use crate::world::World;

#[test]
fn after_a_restore_with_a_new_log_laptops_hand_in_what_is_missing() {
    let world = World::new(91);
    let officer = Person::enrolled(&world, "执法员一", "officer", &world.folder("laptop-1"));
    let supervisor = Person::enrolled(&world, "监督员一", "supervisor", &world.folder("laptop-2"));
    let matter = officer.patrol("灾难之前");
    officer.note(&matter, "备份之前");
    officer.sync();
    supervisor.sync();
    let backup = world.backup();
    officer.note(&matter, "备份之后");
    officer.sync();
    let origin = world.origin();

    let world = world.burnt_and_restored(&[&officer, &supervisor], &backup);
    assert_ne!(world.origin(), origin, "a log that cannot be continued is not continued");
    officer.moved_to(&world);
    supervisor.moved_to(&world);
    assert!(!officer.try_sync(), "a laptop does not follow a new log by itself");
    assert_eq!(officer.notes(&matter), ["备份之前", "备份之后"], "nothing local is lost");
    officer.must("follow_new_log", json!({}));
    officer.sync();
    supervisor.must("follow_new_log", json!({}));
    supervisor.sync();
    assert_eq!(
        supervisor.notes(&matter),
        ["备份之前", "备份之后"],
        "what the backup had not came from the laptop"
    );
    let waiting = officer.must("sync_status", json!({}))["waiting"].clone();
    assert_eq!(waiting["entries"], 0, "receipts of the new log: {waiting}");
    let outcome = officer.must("verify", json!({"deep": true}));
    assert_eq!(outcome["sound"], true, "{outcome}");
    world.is_sound();
}

#[test]
fn a_township_rolled_back_in_silence_is_refused() {
    let world = World::new(92);
    let officer = Person::enrolled(&world, "执法员一", "officer", &world.folder("laptop-1"));
    let matter = officer.patrol("回退之前");
    officer.sync();
    let (world, snapshot) = world.snapshot(&[&officer]);
    officer.moved_to(&world);
    officer.note(&matter, "回退之后");
    officer.sync();
    let world = world.set_back_to(&[&officer], &snapshot);
    officer.moved_to(&world);
    assert!(!officer.try_sync(), "a smaller log than the one held is refused");
    assert_eq!(officer.notes(&matter), ["回退之后"], "nothing local is deleted");
    let warnings = officer.must("sync_status", json!({}))["warnings"].clone();
    assert!(!warnings.as_array().is_none_or(Vec::is_empty), "a person is told");
}
