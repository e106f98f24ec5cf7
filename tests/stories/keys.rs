//! Two officers share a laptop. Each opens the data; neither can sign as the other, whatever files
//! and passphrases of the own are at hand.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::person::Person;
use crate::world::World;

fn shared(world: &World) -> (Person, String) {
    let home = world.folder("shared");
    let first = Person::enrolled(world, "执法员一", "officer", &home);
    let code = world.invite("执法员二", "officer");
    let given = json!({"township": world.address(), "code": code, "passphrase": "第二个人的一个口令"});
    first.must("enrol", given);
    first.must("lock", json!({}));
    (first, "第二个人的一个口令".to_owned())
}

#[test]
fn each_officer_of_a_shared_laptop_signs_with_the_own_key() {
    let world = World::new(61);
    let (desk, second) = shared(&world);
    desk.unlock();
    let matter = desk.patrol("共用一台电脑");
    desk.note(&matter, "一所写");
    desk.must("lock", json!({}));
    desk.must("unlock", json!({"officer": "执法员二", "passphrase": second}));
    desk.note(&matter, "二所写");
    desk.sync();
    let view = desk.must("matter", json!({"matter": matter}));
    let timeline = view["timeline"].as_array().cloned().unwrap_or_default();
    let author = |text: &str| {
        let item = timeline.iter().find(|item| item["text"] == text);
        item.map(|item| item["officer"]["name"].clone()).unwrap_or_default()
    };
    assert_eq!(author("一所写"), "执法员一");
    assert_eq!(author("二所写"), "执法员二");
}

#[test]
fn one_passphrase_never_opens_the_key_of_the_other() {
    let world = World::new(62);
    let (desk, second) = shared(&world);
    desk.refused("unlock", json!({"officer": "执法员一", "passphrase": second}), "wrong_passphrase");
    desk.wait_out_the_delay();
    let other = json!({"officer": "执法员二", "passphrase": desk.passphrase});
    desk.refused("unlock", other, "wrong_passphrase");
    desk.wait_out_the_delay();
    desk.unlock();
    // Confirming as the other needs the other's passphrase too.
    let view = desk.must(
        "start_matter",
        json!({"start": "inspection", "title": "检查", "place": "二号路", "second": "执法员二"}),
    );
    let matter = crate::person::id_of(&view);
    desk.note(&matter, "现场情况");
    let as_second = json!({"matter": matter, "officer": "执法员二", "passphrase": desk.passphrase});
    assert!(desk.ask("confirm", as_second).is_err(), "the second officer did not confirm");
    desk.wait_out_the_delay();
    desk.must("confirm", json!({"matter": matter, "officer": "执法员二", "passphrase": second}));
}

/// Every string value in a JSON value that sits below a key.
fn exchange(path: &Path, one: &str, other: &str) {
    let text = fs::read_to_string(path).expect("a key file reads");
    let swapped = text.replace(one, "\u{0}").replace(other, one).replace('\u{0}', other);
    fs::write(path, swapped).expect("a key file is written");
}

#[test]
fn key_files_renamed_to_another_officer_open_nothing() {
    let world = World::new(63);
    let (desk, second) = shared(&world);
    let officers = desk.must("home_state", json!({}))["key_holders"].clone();
    let ids: Vec<String> = officers
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|holder| holder["id"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(ids.len(), 2, "{officers}");
    let home = desk.home.clone();
    drop(desk);
    // A thief of the own laptop: gives every file of keys the other officer's id, checksums made anew.
    for path in World::files_below(&home.join("keys")) {
        exchange(&path, &ids[0], &ids[1]);
        World::reseal_checked_file(&path);
    }
    let desk = Person::beside(&world, "执法员一", &home);
    for (officer, passphrase) in [("执法员一", second.as_str()), ("执法员二", "执法员一的一个口令")]
    {
        let given = json!({"officer": officer, "passphrase": passphrase});
        assert!(desk.ask("unlock", given).is_err(), "{officer}'s name opened with another's passphrase");
        desk.wait_out_the_delay();
    }
}
