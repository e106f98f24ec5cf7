//! Bad input: one clear sentence, exit code not 0, nothing lost.

use std::net::TcpListener;

use liuhen_store::{Home, Moment};

use crate::township::{Scene, WORDS, run, run_with};

#[test]
fn every_command_answers_a_home_that_is_not_there() {
    let scene = Scene::new();
    let nowhere = scene.home("nowhere");
    for arguments in [
        &["status"][..],
        &["matter", "list"],
        &["note", "add", "--matter", "1", "--text", "x"],
        &["media", "import", "x.mp4"],
        &["draft", "list"],
        &["search", "占道"],
        &["findings"],
        &["shift", "end"],
        &["sync"],
        &["verify"],
        &["rebuild"],
        &["sweep"],
        &["passphrase", "change"],
    ] {
        let said = run(&nowhere, arguments, "");
        assert_eq!(said.failure()["code"], "not_enrolled", "{arguments:?}");
    }
    assert!(!nowhere.exists(), "asking makes no home");
}

#[test]
fn a_wrong_or_missing_passphrase_opens_nothing() {
    let scene = Scene::new();
    let home = scene.enrolled("one");
    let wrong = run_with(&home, &["matter", "list"], "", &[("LIUHEN_PASSPHRASE", "wrong")]);
    assert_eq!(wrong.failure()["code"], "wrong_passphrase");
    let none = run_with(&home, &["matter", "list"], "", &[]);
    assert_eq!(none.failure()["code"], "passphrase_missing");
    let somebody = run(&home, &["--officer", "演示甲", "matter", "list"], "");
    assert_eq!(somebody.failure()["code"], "officer_unknown");
    let change = run(&home, &["passphrase", "change"], "");
    assert_eq!(change.failure()["code"], "new_passphrase_missing");
    let short = [("LIUHEN_PASSPHRASE", WORDS), ("LIUHEN_NEW_PASSPHRASE", "123")];
    assert_eq!(run_with(&home, &["passphrase", "change"], "", &short).failure()["code"], "weak_passphrase");
    assert_eq!(run(&home, &["matter", "list"], "").code, 0, "nothing was lost");
}

#[test]
fn an_unknown_id_is_said_to_be_unknown() {
    let scene = Scene::new();
    let home = scene.enrolled("one");
    let id = "019ab000-0000-7000-8000-00000000ffff";
    for arguments in [
        &["matter", "show", id][..],
        &["matter", "confirm", id],
        &["matter", "certificate", id],
        &["matter", "rights", id],
        &["matter", "party", id, "--name", "演示甲"],
        &["matter", "close", id, "--result", "corrected"],
        &["matter", "void", id, "--reason", "x"],
        &["matter", "explain", id, "--reason", "x"],
        &["matter", "hand", id, "--to", "执法员一"],
        &["note", "add", "--matter", id, "--text", "x"],
        &["note", "list", "--matter", id],
        &["media", "check", id],
        &["media", "link", id, "--matter", id],
        &["media", "unlink", id, "--matter", id, "--reason", "x"],
        &["media", "mark", id],
        &["media", "erase", id],
        &["media", "open", id, "--out", "never-written"],
        &["draft", "new", "--matter", id, "--title", "x"],
        &["draft", "set", id, "field", "--text", "x"],
        &["draft", "show", id],
        &["draft", "resolve", id, "field", "--chosen", "x"],
        &["finding", "answer", id, "--text", "x"],
        &["receipt", "show", id],
        &["export", "--matter", id, "--out", "never-written"],
    ] {
        let said = run(&home, arguments, "");
        assert_eq!(said.failure()["code"], "not_found", "{arguments:?}");
    }
    assert!(!std::path::Path::new("never-written").exists());
}

#[test]
fn a_missing_file_or_folder_is_named() {
    let scene = Scene::new();
    let home = scene.enrolled("one");
    let import = run(&home, &["media", "import", "nowhere.mp4"], "");
    assert_eq!(import.failure()["code"], "file_missing");
    assert!(import.people.contains("nowhere.mp4"));
    assert_eq!(run(&home, &["recover", "--key", "nowhere.key"], "").failure()["code"], "file_missing");
    assert_eq!(run(&home, &["verify-bundle", "nowhere"], "").failure()["code"], "not_a_bundle");
    assert_eq!(run(&home, &["sync", "--from", "nowhere"], "").failure()["code"], "file_missing");
    assert_eq!(run(&home, &["desk", "--ui", "nowhere"], "").failure()["code"], "ui_missing");
    let empty = scene.folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    assert_eq!(run(&home, &["media", "import", empty.to_str().unwrap()], "").failure()["code"], "no_files");
}

#[test]
fn an_argument_line_that_cannot_be_read_says_so() {
    let scene = Scene::new();
    let home = scene.home("one");
    for arguments in [
        &["matter"][..],
        &["matter", "begin"],
        &["matter", "start", "--start", "walk", "--title", "t", "--place", "p"],
        &["matter", "start", "--title", "t"],
        &["media", "import"],
        &["media", "list", "--matter", "1", "--unlinked"],
        &["sync", "--to", "a", "--from", "b"],
        &["--nothing"],
    ] {
        let said = run(&home, arguments, "");
        assert_eq!((said.code, said.failure()["code"].as_str()), (2, Some("usage")), "{arguments:?}");
    }
}

#[test]
fn what_the_record_does_not_allow_is_refused_with_its_article() {
    let scene = Scene::new();
    let home = scene.enrolled("one");
    let start = ["matter", "start", "--start", "inspection", "--title", "检查", "--place", "一号路"];
    let matter = run(&home, &start, "").object()["id"].as_str().unwrap().to_owned();
    let close = run(&home, &["matter", "close", &matter, "--result", "corrected"], "");
    assert_eq!(close.failure()["code"], "second_not_confirmed");
    assert!(close.failure()["detail"].as_str().unwrap().contains("第四十二条"));
    let same = run(&home, &["matter", "second", &matter, "--name", "执法员一"], "");
    assert_eq!(same.failure()["code"], "same_person");
    let day = run(&home, &["matter", "close", &matter, "--result", "recheck", "--until", "tomorrow"], "");
    assert_eq!(day.failure()["code"], "bad_day");
    let empty = run(&home, &["note", "add", "--matter", &matter, "--text", "-"], "  \n");
    assert_eq!(empty.failure()["code"], "empty_text");
}

#[test]
fn a_code_is_good_once_and_for_a_day_and_must_be_spelt_right() {
    let scene = Scene::new();
    let code = scene.invite("执法员一");
    let enrol = |home: &str, code: &str| {
        run(&scene.home(home), &["enrol", "--township", &scene.url, "--code", code], "")
    };
    let mut misspelt = code.clone();
    misspelt.pop();
    enrol("two", &misspelt).failure();
    enrol("two", "nonsense").failure();
    enrol("one", &code).object();
    enrol("two", &code).failure();
    let late = scene.invite("执法员二");
    scene.moment.advance(25 * 3_600_000);
    enrol("two", &late).failure();
    let home = scene.home("one");
    assert_eq!(run(&home, &["status"], "").object()["home"]["officer"]["name"], "执法员一");
}

#[test]
fn a_township_that_does_not_answer_costs_nothing() {
    let mut scene = Scene::new();
    let home = scene.enrolled("one");
    let start = ["matter", "start", "--start", "patrol", "--title", "占道", "--place", "一号路"];
    run(&home, &start, "").object();
    scene.leave();
    run(&home, &["sync"], "").failure();
    assert_eq!(run(&home, &["matter", "list"], "").lines.len(), 1);
    // A place nobody listens at, and one that listens and says nothing sensible.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("https://{silent}");
    let code = "AAAAA-AAAAA";
    run(&scene.home("two"), &["enrol", "--township", &url, "--code", code], "").failure();
    assert!(!scene.home("two").exists(), "no home without a township");
}

#[test]
fn a_second_process_is_refused_and_told_where_to_go() {
    let scene = Scene::new();
    let home = scene.enrolled("one");
    let held = Home::open(&home, Moment::system()).unwrap();
    assert_eq!(run(&home, &["status"], "").failure()["code"], "home_busy");
    held.set_address(Some("http://127.0.0.1:4711")).unwrap();
    let said = run(&home, &["status"], "");
    assert_eq!(said.failure()["code"], "home_busy_at");
    assert!(said.people.contains("http://127.0.0.1:4711"));
    drop(held);
    run(&home, &["status"], "").object();
}
