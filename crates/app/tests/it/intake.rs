//! How files come in beside a path: staged bytes, offers, an import that was stopped; and how a camera
//! is emptied afterwards.

use liuhen_app::evidence::Staging;
use liuhen_app::view::{FileState, JobResult, JobState, StartKind};
use serde_json::{Value, json};

use crate::world::World;

/// The smallest picture: one grey pixel.
const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

fn staged(world: &World, name: &str) -> String {
    let staged = world.ok("stage", json!({ "name": name, "bytes": PNG }));
    staged["path"].as_str().unwrap().to_owned()
}

fn import(world: &World, input: Value) -> Value {
    let job = world.finished(&world.ok("import", input));
    assert_eq!(job.state, JobState::Done, "{:?}", job.error);
    let Some(JobResult::Import(outcome)) = job.result else { panic!("no import") };
    serde_json::to_value(outcome).unwrap()
}

#[test]
fn bytes_without_a_path_are_staged_and_become_media_only_when_imported() {
    let world = World::with_one();
    let matter = world.start(StartKind::Patrol, None);
    let path = staged(&world, "粘贴的图片.png");
    assert_eq!(world.ok("media_list", json!({}))["media"], json!([]));
    world.ok("sweep", json!({}));
    let preview = world.ok("import_preview", json!({ "paths": [path] }));
    assert_eq!((&preview["total"], &preview["files"][0]["transferred"]), (&json!("0"), &json!(true)));
    let outcome = import(&world, json!({ "paths": [path], "matter": matter.id }));
    let media = &outcome["files"][0]["media"];
    assert_eq!((&media["name"], &media["here"]), (&json!("粘贴的图片.png"), &json!(true)));
    assert_eq!((&media["transferred"], &media["matters"][0]), (&json!(true), &json!(matter.id)));
    let check = world.finished(&world.ok("check_media", json!({ "media": media["id"] })));
    assert!(
        matches!(check.result, Some(JobResult::CheckMedia(check)) if check.sound),
        "the manifest is right"
    );
    assert_eq!(
        world.no("import_preview", json!({ "paths": [path] })),
        "file_missing",
        "it is staged no more"
    );
}

#[test]
fn a_staged_file_that_nobody_wants_leaves_nothing_but_what_is_recorded_stays() {
    let world = World::with_one();
    let path = staged(&world, "a.png");
    world.ok("unstage", json!({ "paths": [path] }));
    assert_eq!(world.no("import_preview", json!({ "paths": [path] })), "file_missing");
    let kept = staged(&world, "b.png");
    import(&world, json!({ "paths": [kept] }));
    let again = staged(&world, "c.png");
    world.ok("unstage", json!({ "paths": [again] }));
    assert_eq!(world.ok("media_list", json!({}))["media"][0]["here"], true);
}

#[test]
fn a_stream_that_is_cut_leaves_nothing_behind() {
    let world = World::with_one();
    let mut staging = Staging::begin(&world.laptop, "film.mp4", 5 << 20, None).unwrap();
    staging.write(&vec![1; 1 << 20]).unwrap();
    assert_eq!(staging.finish().unwrap_err().code, "upload_cut");
    let more = Staging::begin(&world.laptop, "film.mp4", 4, None).unwrap().write(&[0; 5]);
    assert!(more.is_err(), "more than was announced");
    let left = std::fs::read_dir(world.home().join("media/tmp"));
    assert_eq!(left.map_or(0, Iterator::count), 0);
}

#[test]
fn a_large_stream_is_kept_block_by_block_as_an_import_would() {
    let world = World::with_one();
    let bytes: Vec<u8> = (0..2_400_000_u32).flat_map(u32::to_le_bytes).collect();
    let mut staging =
        Staging::begin(&world.laptop, "film.bin", bytes.len() as u64, Some(1_795_392_600)).unwrap();
    for piece in bytes.chunks(100_000) {
        staging.write(piece).unwrap();
    }
    let staged = staging.finish().unwrap();
    let outcome = import(&world, json!({ "paths": [staged.path] }));
    let by_path = import(&world, json!({ "paths": [world.file("film.bin", &bytes)] }));
    assert_eq!(by_path["files"][0]["already"], true, "the same bytes by the other way");
    assert_eq!(by_path["files"][0]["media"]["sm3"], outcome["files"][0]["media"]["sm3"]);
}

#[test]
fn a_still_names_its_film_and_moment_and_belongs_where_the_film_does() {
    let world = World::with_one();
    let matter = world.start(StartKind::Patrol, None);
    let film = import(&world, json!({ "paths": [world.file("film.bin", b"film")], "matter": matter.id }));
    let film = film["files"][0]["media"]["id"].clone();
    let still =
        world.ok("save_still", json!({ "media": film, "at_ms": 4200, "staged": staged(&world, "画面.png") }));
    assert_eq!((&still["origin"]["media"], &still["origin"]["at_ms"]), (&film, &json!(4200)));
    assert_eq!((&still["matters"][0], &still["transferred"]), (&json!(matter.id), &json!(false)));
    let text = world.ok("stage", json!({ "name": "a.txt", "bytes": "YQ==" }))["path"].clone();
    assert_eq!(world.no("save_still", json!({ "media": film, "at_ms": 1, "staged": text })), "no_still");
}

#[test]
fn moments_are_marked_with_words_and_found_by_them() {
    let world = World::with_one();
    let film = import(&world, json!({ "paths": [world.file("film.bin", b"film")] }));
    let film = film["files"][0]["media"]["id"].clone();
    world.ok("mark", json!({ "media": film, "at_ms": 4200, "text": "当事人收摊" }));
    let view = world.ok("mark", json!({ "media": film, "at_ms": 1000 }));
    assert_eq!(
        (&view["moments"][0]["at_ms"], &view["moments"][1]["text"]),
        (&json!(1000), &json!("当事人收摊"))
    );
    assert_eq!(world.no("mark", json!({ "media": film, "at_ms": 4200 })), "already_marked");
    let found = world.ok("search", json!({ "text": "收摊", "kinds": ["media"] }));
    assert_eq!(found["hits"][0]["id"], film);
}

#[test]
fn each_file_goes_where_it_belongs_and_its_progress_is_told() {
    let world = World::with_one();
    let one = world.start(StartKind::Patrol, None);
    let two = world.start(StartKind::Patrol, None);
    let (a, b, c) = (world.file("a.bin", b"a"), world.file("b.bin", b"b"), world.file("c.bin", b"c"));
    let into = json!([{ "path": b, "matter": two.id }, { "path": c }]);
    let job =
        world.finished(&world.ok("import", json!({ "paths": [a, b, c], "matter": one.id, "into": into })));
    assert_eq!((job.files_done, job.files_total), (3, 3));
    assert!(job.files.iter().all(|file| file.state == FileState::Done && file.done == file.size));
    let Some(JobResult::Import(outcome)) = job.result else { panic!("no import") };
    let matters: Vec<_> = outcome.files.iter().map(|file| file.media.matters.clone()).collect();
    assert_eq!(matters, [vec![one.id], vec![two.id], vec![]]);
}

#[test]
fn a_picture_named_by_its_time_is_offered_the_matter_of_that_time() {
    let world = World::with_one();
    let matter = world.start(StartKind::Patrol, None);
    // The matter began at 08:10; the second name is of the evening before.
    let near = world.file("DEV0001_20261123081500_0001.MP4", b"near");
    let far = world.file("DEV0001_20261122201500_0001.MP4", b"far");
    let preview = world.ok("import_preview", json!({ "paths": [near, far] }));
    assert_eq!(preview["files"][0]["matter"]["id"], json!(matter.id));
    assert_eq!(preview["files"][1]["matter"], Value::Null);
    import(&world, json!({ "paths": [near], "offset_seconds": -460 }));
    let again = world.ok("import_preview", json!({ "paths": [near] }));
    assert_eq!(again["files"][0]["known"], true);
    let clock = &again["clocks"][0];
    assert_eq!((&clock["device"], &clock["offset_seconds"]), (&json!("DEV0001"), &json!(-460)));
}

#[test]
fn a_folder_kept_in_view_tells_what_is_new_in_it() {
    let world = World::with_one();
    let dock = world.folder.path().join("dock");
    std::fs::create_dir_all(&dock).unwrap();
    assert_eq!(world.no("watch_folder", json!({ "path": "nowhere" })), "file_missing");
    world.ok("watch_folder", json!({ "path": dock }));
    std::fs::write(dock.join("a.mp4"), b"film").unwrap();
    let watched = |world: &World| {
        let sources = world.ok("media_sources", json!({}))["sources"].clone();
        let found = sources.as_array().unwrap().iter().find(|source| source["kind"] == "watched");
        found.map(|source| (source["files"].clone(), source["fresh"].clone()))
    };
    assert_eq!(watched(&world), Some((json!(1), json!(1))));
    import(&world, json!({ "paths": [dock] }));
    assert_eq!(watched(&world), Some((json!(1), json!(0))));
    world.ok("watch_folder", json!({}));
    assert_eq!(watched(&world), None);
}

#[test]
fn a_stopped_import_can_be_gone_on_with_even_after_the_program_ended() {
    let world = World::with_one();
    let big = world.file("big.bin", &vec![7; 60 << 20]);
    let job = world.ok("import", json!({ "paths": [big], "offset_seconds": 5 }));
    while world.ok("job", json!({ "job": job["id"] }))["done"] == "0" {
        std::thread::yield_now();
    }
    world.ok("cancel_job", json!({ "job": job["id"] }));
    if world.finished(&job).state == JobState::Done {
        return; // The disk was faster than the finger: nothing is left to go on with.
    }
    let world = world.restart();
    world.ok("unlock", json!({ "passphrase": crate::world::WORDS }));
    let left = world.ok("media_sources", json!({}))["unfinished"].clone();
    assert_eq!((&left["paths"], &left["offset_seconds"]), (&json!([big]), &json!(5)));
    import(&world, json!({ "paths": left["paths"], "offset_seconds": 5 }));
    assert_eq!(world.ok("media_sources", json!({}))["unfinished"], Value::Null);
}

#[test]
fn a_camera_is_emptied_only_of_what_the_township_holds() {
    let world = World::with_one();
    let card = world.folder.path().join("card");
    std::fs::create_dir_all(&card).unwrap();
    for name in ["a.mp4", "b.mp4"] {
        std::fs::write(card.join(name), name).unwrap();
    }
    let clear = |really: bool| {
        let job = world.finished(&world.ok("clear_camera", json!({ "paths": [card], "really": really })));
        let Some(JobResult::ClearCamera(outcome)) = job.result else { panic!("{:?}", job.error) };
        let kept: Vec<_> = outcome.kept.iter().map(|kept| kept.code.clone()).collect();
        (outcome.cleared, kept)
    };
    let stays = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
    assert_eq!(clear(true), (vec![], stays(&["stays_not_imported", "stays_not_imported"])));
    import(&world, json!({ "paths": [card.join("a.mp4")] }));
    assert_eq!(clear(true), (vec![], stays(&["stays_not_held", "stays_not_imported"])));
    world.sync();
    assert_eq!(clear(false), (vec!["a.mp4".to_owned()], stays(&["stays_not_imported"])));
    assert!(card.join("a.mp4").exists(), "only looked at");
    assert_eq!(clear(true), (vec!["a.mp4".to_owned()], stays(&["stays_not_imported"])));
    assert!(!card.join("a.mp4").exists() && card.join("b.mp4").exists());
    // Another file of the same size is not the one that is held.
    std::fs::write(card.join("c.mp4"), "c.mp4").unwrap();
    assert_eq!(clear(true).0, Vec::<String>::new());
}

#[test]
fn a_camera_that_comes_back_broken_needs_a_word_about_it() {
    let world = World::with_one();
    world.ok("camera_check", json!({ "number": "DEV0001", "battery": true, "card": true, "clock": true }));
    assert_eq!(world.ok("cameras", json!({}))["cameras"][0]["out"], true);
    assert_eq!(world.no("camera_return", json!({ "number": "DEV0001", "sound": false })), "empty_text");
    world.moment.advance(1000);
    let view =
        world.ok("camera_return", json!({ "number": "DEV0001", "sound": false, "note": "镜头有裂纹" }));
    assert_eq!(
        (&view["cameras"][0]["out"], &view["lines"][0]["reason"]),
        (&json!(false), &json!("镜头有裂纹"))
    );
}

#[test]
fn a_matter_is_found_by_its_number_and_days_narrow_a_search() {
    let world = World::with_one();
    let matter = world.start(StartKind::Patrol, None);
    let found = world.ok("search", json!({ "text": matter.line.number }));
    assert_eq!(found["hits"][0]["id"], json!(matter.id));
    let on = |from: &str, to: &str| {
        let found = world.ok("search", json!({ "text": "占道", "from": from, "to": to }));
        found["hits"].as_array().unwrap().len()
    };
    assert_eq!((on("2026-11-23", "2026-11-23"), on("2026-11-24", "2026-11-30")), (1, 0));
}

#[test]
fn a_summary_is_written_once_and_says_what_is_not_held_yet() {
    let world = World::with_one();
    let matter = world.start(StartKind::Patrol, None);
    let out = world.folder.path().join("summary.html");
    let input = json!({ "matter": matter.id, "out": out });
    world.ok("save_summary", input.clone());
    let page = std::fs::read_to_string(&out).unwrap();
    assert!(page.contains(&matter.line.number) && page.contains("尚未由镇"), "{page}");
    assert_eq!(world.no("save_summary", input), "file_exists");
    world.ok("print_summary", json!({ "matter": matter.id }));
}
