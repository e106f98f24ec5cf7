//! A laptop that never sees the network: everything travels by USB stick, sealed, and a stick that was
//! damaged, doubled or carried twice does no harm.

use std::fs;

use serde_json::json;

use crate::person::Person;
use crate::world::World;

#[test]
fn a_laptop_without_network_delivers_by_stick_and_gets_receipts_back() {
    let world = World::new(71);
    let far = Person::enrolled(&world, "执法员一", "officer", &world.folder("laptop-1"));
    let near = Person::enrolled(&world, "监督员一", "supervisor", &world.folder("laptop-2"));
    far.wire.set_offline(true);
    let matter = far.patrol("山区巡查");
    far.note(&matter, "无网络");
    let file = world.folder("files").join("scan.pdf");
    fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    fs::write(&file, vec![7; 700_000]).expect("written");
    far.must("import", json!({"paths": [file], "matter": matter}));
    world.carry(&far);
    world.carry(&far);
    let waiting = far.must("sync_status", json!({}))["waiting"].clone();
    assert_eq!(waiting["entries"], 0, "receipts came back by stick: {waiting}");
    assert_eq!(waiting["media"], 0, "the file arrived by stick: {waiting}");
    near.sync();
    assert_eq!(near.notes(&matter), ["无网络"]);
    world.is_sound();
}

#[test]
fn a_stick_carried_twice_changes_nothing() {
    let world = World::new(72);
    let far = Person::enrolled(&world, "执法员一", "officer", &world.folder("laptop-1"));
    far.wire.set_offline(true);
    let matter = far.patrol("重复交接");
    far.note(&matter, "只此一条");
    let out = world.parcel_of(&far);
    world.take(&out);
    let size = world.log_size();
    world.take(&out);
    assert_eq!(world.log_size(), size, "the same stick brings nothing new");
}

#[test]
fn a_damaged_stick_is_named_and_a_later_one_brings_everything() {
    let world = World::new(73);
    let far = Person::enrolled(&world, "执法员一", "officer", &world.folder("laptop-1"));
    far.wire.set_offline(true);
    let matter = far.patrol("损坏的存储盘");
    far.note(&matter, "先写的");
    let out = world.parcel_of(&far);
    let damaged =
        World::files_below(&out).into_iter().max_by_key(|path| fs::metadata(path).map_or(0, |f| f.len()));
    let damaged = damaged.expect("a stick has files");
    let mut bytes = fs::read(&damaged).expect("reads");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&damaged, bytes).expect("written");
    let (_, report) = world.take(&out);
    assert!(World::names_damage(&report), "the damaged part is named: {report}");
    world.carry(&far);
    world.carry(&far);
    assert_eq!(far.must("sync_status", json!({}))["waiting"]["entries"], 0);
}

#[test]
fn a_stick_is_sealed_to_the_township() {
    let world = World::new(74);
    let far = Person::enrolled(&world, "执法员一", "officer", &world.folder("laptop-1"));
    let matter = far.patrol("密封");
    far.note(&matter, "不应以明文出现的一句话");
    let out = world.parcel_of(&far);
    for path in World::files_below(&out) {
        let bytes = fs::read(&path).expect("reads");
        let found = bytes.windows(12).any(|window| window == "不应以明".as_bytes());
        assert!(!found, "{} holds plain text", path.display());
    }
    let other = World::new(75);
    let before = other.log_size();
    let (_, report) = other.take(&out);
    assert_eq!(other.log_size(), before, "another township opened the stick: {report}");
}
