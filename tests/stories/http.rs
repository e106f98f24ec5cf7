//! The same story over the real HTTPS server and client: what one process shows must hold on a wire.

use serde_json::json;

use crate::person::Person;
use crate::world::World;

#[test]
fn a_day_of_two_officers_over_the_real_server() {
    let world = World::over_https(101);
    let first = Person::enrolled(&world, "执法员一", "officer", &world.folder("laptop-1"));
    let second = Person::enrolled(&world, "执法员二", "officer", &world.folder("laptop-2"));
    first.sync();
    second.sync();
    first.sync();
    let started = first.must(
        "start_matter",
        json!({"start": "inspection", "title": "行政检查", "place": "三号路", "second": "执法员二"}),
    );
    let matter = crate::person::id_of(&started);
    first.must("show_certificate", json!({"matter": matter}));
    first.note(&matter, "现场情况属实");
    let film = world.folder("files").join("film.mp4");
    std::fs::create_dir_all(film.parent().expect("a folder")).expect("made");
    std::fs::write(&film, vec![9; 9 << 20]).expect("written");
    first.must("import", json!({"paths": [film], "matter": matter}));
    let outcome = first.sync();
    assert_eq!(outcome["waiting"]["entries"], 0, "{outcome}");
    assert_eq!(outcome["waiting"]["media"], 0, "{outcome}");
    second.sync();
    assert_eq!(second.notes(&matter), ["现场情况属实"]);
    second.must("confirm", json!({"matter": matter}));
    second.sync();
    first.sync();
    first.must("close_matter", json!({"matter": matter, "result": "corrected"}));
    first.sync();
    let bundle = world.folder("bundle");
    first.must("export", json!({"matter": matter, "out": bundle}));
    let checked = first.must("verify_bundle", json!({"folder": bundle}));
    assert_eq!(checked["sound"], true, "{checked}");
    assert_eq!(checked["witnessed"], true, "{checked}");
    world.is_sound();
}

#[test]
fn a_township_that_went_away_and_came_back_is_no_fault() {
    let mut world = World::over_https(102);
    let officer = Person::enrolled(&world, "执法员一", "officer", &world.folder("laptop-1"));
    officer.sync();
    world.stop_server();
    let matter = officer.patrol("服务端已停");
    officer.note(&matter, "照常记录");
    assert!(!officer.try_sync());
    world.start_server();
    officer.sync();
    let waiting = officer.must("sync_status", json!({}))["waiting"].clone();
    assert_eq!(waiting["entries"], 0, "{waiting}");
}
