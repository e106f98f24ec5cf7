//! Media by expiring addresses and by range.

use std::time::Duration;

use liuhen_app::view::{JobState, JobView};
use serde_json::{Value, json};

use crate::talk::{Talk, WORDS};

/// Imports a file and answers its id.
fn import(talk: &Talk, cookie: &str, name: &str, bytes: &[u8]) -> String {
    let path = talk.folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let job = talk.call(cookie, "import", &json!({ "paths": [path.to_str().unwrap()] })).json();
    loop {
        let seen = talk.laptop.changes().revision;
        let state: JobView =
            serde_json::from_value(talk.call(cookie, "job", &json!({ "job": job["id"] })).json()).unwrap();
        if !matches!(state.state, JobState::Running | JobState::Stopping) {
            assert_eq!(state.state, JobState::Done, "{:?}", state.error);
            let list = talk.call(cookie, "media_list", &json!({})).json();
            let found = list["media"].as_array().unwrap().iter().find(|media| media["name"] == name).cloned();
            return found.unwrap()["id"].as_str().unwrap().to_owned();
        }
        talk.laptop.wait_for_change(seen, Duration::from_secs(5));
    }
}

fn path_of(talk: &Talk, cookie: &str, id: &str) -> String {
    let detail: Value = talk.call(cookie, "media", &json!({ "media": id })).json();
    let url = detail["url"].as_str().unwrap().to_owned();
    url.strip_prefix(talk.desk.address()).unwrap().to_owned()
}

#[test]
fn a_file_plays_by_range_without_a_cookie() {
    let talk = Talk::open();
    let cookie = talk.cookie();
    let bytes: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let id = import(&talk, &cookie, "a.bin", &bytes);
    let path = path_of(&talk, &cookie, &id);
    let host = ("Host", talk.host.as_str());
    let whole = talk.send("GET", &path, &[host], "");
    assert_eq!((whole.status, whole.body.len()), (200, bytes.len()));
    assert!(whole.body == bytes);
    let part = talk.send("GET", &path, &[host, ("Range", "bytes=16380-16400")], "");
    assert_eq!((part.status, part.header("content-range")), (206, Some("bytes 16380-16400/1200000")));
    assert_eq!(part.body, &bytes[16380..=16400]);
    let end = talk.send("GET", &path, &[host, ("Range", "bytes=-5")], "");
    assert_eq!(end.body, &bytes[bytes.len() - 5..]);
    let beyond = talk.send("GET", &path, &[host, ("Range", "bytes=1200000-")], "");
    assert_eq!((beyond.status, beyond.header("content-range")), (416, Some("bytes */1200000")));
    let head = talk.send("HEAD", &path, &[host], "");
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, Some("1200000"), 0));
    assert_eq!(head.header("accept-ranges"), Some("bytes"));
}

#[test]
fn foreign_markup_is_offered_as_a_file_and_never_run() {
    let talk = Talk::open();
    let cookie = talk.cookie();
    let id = import(
        &talk,
        &cookie,
        "a.svg",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    );
    let answer = talk.send("GET", &path_of(&talk, &cookie, &id), &[("Host", &talk.host)], "");
    assert_eq!(answer.header("content-type"), Some("application/octet-stream"));
    assert_eq!(answer.header("content-disposition"), Some("attachment"));
    assert_eq!(answer.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[test]
fn locking_makes_every_address_void_for_good() {
    let talk = Talk::open();
    let cookie = talk.cookie();
    let id = import(&talk, &cookie, "a.bin", b"evidence");
    let path = path_of(&talk, &cookie, &id);
    let host = [("Host", talk.host.as_str())];
    assert_eq!(talk.send("GET", &path, &host, "").status, 200);
    talk.call(&cookie, "lock", &json!({}));
    assert_eq!(talk.send("GET", &path, &host, "").status, 404);
    talk.call(&cookie, "unlock", &json!({ "passphrase": WORDS }));
    assert_eq!(talk.send("GET", &path, &host, "").status, 404, "the old address stays void");
    assert_eq!(talk.send("GET", &path_of(&talk, &cookie, &id), &host, "").status, 200);
}

#[test]
fn an_address_shows_its_own_file_to_the_right_host_only() {
    let talk = Talk::open();
    let cookie = talk.cookie();
    let id = import(&talk, &cookie, "a.bin", b"evidence");
    let path = path_of(&talk, &cookie, &id);
    assert_eq!(talk.send("GET", &path, &[("Host", "evil.example")], "").status, 421);
    let other = format!("{}{}", &path[..path.len() - 1], if path.ends_with('0') { "1" } else { "0" });
    assert_eq!(talk.send("GET", &other, &[("Host", &talk.host)], "").status, 404);
    let two = path_of(&talk, &cookie, &id);
    assert_ne!(path, two, "each asking gets its own address");
}
