//! An officer leaves with unsent records: they arrive after the revocation, stay out of what people
//! see (待核), and a supervisor decides.

use serde_json::json;

use crate::person::Person;
use crate::world::World;

#[test]
fn what_a_leaver_sends_late_waits_until_a_person_admits_it() {
    let world = World::new(41);
    let leaver = Person::enrolled(&world, "执法员一", "officer", &world.folder("laptop-1"));
    let supervisor = Person::enrolled(&world, "监督员一", "supervisor", &world.folder("laptop-2"));
    let matter = leaver.patrol("离岗前的巡查");
    leaver.note(&matter, "离岗前已上传");
    leaver.sync();
    supervisor.sync();

    leaver.note(&matter, "离岗后才上传");
    world.revoke("执法员一", "left");
    // What waits is handed in; nothing more is given out to a key that has no right.
    leaver.refused("sync", json!({}), "revoked");
    supervisor.sync();
    assert_eq!(supervisor.notes(&matter), ["离岗前已上传"], "what came late is not in the record yet");

    let pending = world.pending();
    assert_eq!(pending.len(), 1, "the late note waits: {pending:?}");
    world.admit(&pending, "核对工作日志后采信");
    supervisor.sync();
    assert_eq!(supervisor.notes(&matter), ["离岗前已上传", "离岗后才上传"]);
    assert!(world.pending().is_empty());
    world.is_sound();
}

#[test]
fn what_is_declined_stays_in_the_log_and_out_of_the_record() {
    let world = World::new(42);
    let leaver = Person::enrolled(&world, "执法员一", "officer", &world.folder("laptop-1"));
    let supervisor = Person::enrolled(&world, "监督员一", "supervisor", &world.folder("laptop-2"));
    let matter = leaver.patrol("有争议的巡查");
    leaver.sync();
    leaver.note(&matter, "换岗之后写入");
    world.revoke("执法员一", "left");
    leaver.refused("sync", json!({}), "revoked");
    let size = world.log_size();
    world.decline(&world.pending(), "并非本人所写");
    supervisor.sync();
    assert!(supervisor.notes(&matter).is_empty());
    assert!(world.log_size() > size, "the decision is logged, what it declines stays logged");
    let outcome = supervisor.must("verify", json!({"deep": true}));
    assert_eq!(outcome["sound"], true, "{outcome}");
    world.is_sound();
}

#[test]
fn a_revoked_key_is_not_taken_for_another_officers_silence() {
    let world = World::new(43);
    let leaver = Person::enrolled(&world, "执法员一", "officer", &world.folder("laptop-1"));
    let colleague = Person::enrolled(&world, "执法员二", "officer", &world.folder("laptop-2"));
    leaver.sync();
    world.revoke("执法员一", "left");
    let matter = leaver.patrol("仍可记录");
    leaver.note(&matter, "采集从不因身份被拒绝");
    leaver.refused("sync", json!({}), "revoked");
    let own = colleague.patrol("同事照常工作");
    colleague.note(&own, "不受影响");
    colleague.sync();
    let waiting = colleague.must("sync_status", json!({}))["waiting"].clone();
    assert_eq!(waiting["entries"], 0, "another's revocation stops nobody: {waiting}");
}

#[test]
fn a_key_in_strange_hands_may_not_even_sign_in() {
    let world = World::new(44);
    let thief = Person::enrolled(&world, "执法员一", "officer", &world.folder("laptop-1"));
    let matter = thief.patrol("遗失之前");
    thief.sync();
    world.revoke("执法员一", "compromised");
    thief.note(&matter, "冒用者所写");
    let size = world.log_size();
    thief.refused("sync", json!({}), "revoked");
    assert_eq!(world.log_size(), size, "nothing of it reached the log");
    assert!(world.pending().is_empty());
}
