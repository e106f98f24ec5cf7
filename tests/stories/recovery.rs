//! Forgotten passphrases: the recovery key opens the data, signs for nobody, and the officer goes on
//! with a new key in a new series that names the old one.

use serde_json::json;

use crate::person::Person;
use crate::world::World;

#[test]
fn a_forgotten_passphrase_costs_the_key_and_not_the_data() {
    let world = World::new(51);
    let officer = Person::enrolled(&world, "执法员一", "officer", &world.folder("laptop-1"));
    let matter = officer.patrol("忘记口令之前");
    officer.note(&matter, "未上传的一条");
    officer.must("lock", json!({}));
    officer.refused("unlock", json!({"officer": "执法员一", "passphrase": "不对"}), "wrong_passphrase");

    let old_series = officer.series_on_disk();
    officer.wait_out_the_delay();
    let given = json!({"key": world.recovery_key(), "officer": "执法员一", "passphrase": "一个全新的长口令"});
    officer.must("recover", given);
    assert_eq!(officer.notes(&matter), ["未上传的一条"], "the data are back, unsent ones too");

    // The old key is gone for good: nothing signs until a new one is enrolled.
    officer.refused("add_note", json!({"matter": matter, "text": "还不能写"}), "key_retired");
    let code = world.invite_again("执法员一");
    officer
        .must("enrol", json!({"township": world.address(), "code": code, "passphrase": "一个全新的长口令"}));
    officer.note(&matter, "换了新密钥");
    officer.sync();
    assert_eq!(officer.notes(&matter), ["未上传的一条", "换了新密钥"]);
    assert_ne!(old_series, officer.series_on_disk(), "a new key is a new series");
    world.is_sound();
}

#[test]
fn another_townships_recovery_key_opens_nothing() {
    let world = World::new(52);
    let other = World::new(53);
    let officer = Person::enrolled(&world, "执法员一", "officer", &world.folder("laptop-1"));
    officer.must("lock", json!({}));
    let given = json!({"key": other.recovery_key(), "officer": "执法员一", "passphrase": "别人家的另一口令"});
    assert!(officer.ask("recover", given).is_err());
    officer.unlock();
}

#[test]
fn a_changed_passphrase_opens_and_the_old_one_does_not() {
    let world = World::new(54);
    let officer = Person::enrolled(&world, "执法员一", "officer", &world.folder("laptop-1"));
    let matter = officer.patrol("改口令之前");
    officer.must("change_passphrase", json!({"old": officer.passphrase, "new": "换过的另一个口令"}));
    officer.must("lock", json!({}));
    let old = json!({"officer": "执法员一", "passphrase": officer.passphrase});
    officer.refused("unlock", old, "wrong_passphrase");
    officer.wait_out_the_delay();
    officer.must("unlock", json!({"officer": "执法员一", "passphrase": "换过的另一个口令"}));
    officer.note(&matter, "改口令之后");
    officer.sync();
}
