//! Who must not come in.

use std::net::{TcpListener, TcpStream, UdpSocket};

use liuhen_app::ApiError;
use liuhen_desk::{DeskOptions, serve};
use serde_json::json;

use crate::talk::{Talk, WORDS};

#[test]
fn the_ui_comes_in_by_the_one_time_address_and_by_nothing_else() {
    let talk = Talk::open();
    let address = talk.desk.one_time_address().unwrap();
    let path = address.strip_prefix(talk.desk.address()).unwrap();
    let host = [("Host", talk.host.as_str())];
    let first = talk.send("GET", path, &host, "");
    assert_eq!((first.status, first.header("location")), (303, Some("/")));
    let cookie = first.header("set-cookie").unwrap();
    for word in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    assert!(!cookie.to_lowercase().contains("max-age") && !cookie.to_lowercase().contains("expires"));
    let again = talk.send("GET", path, &host, "");
    assert_eq!((again.status, again.header("set-cookie")), (403, None), "once is once");
    let guessed = talk.send("GET", &format!("/open/{}", "0".repeat(64)), &host, "");
    assert_eq!(guessed.status, 403);
}

#[test]
fn without_the_cookie_there_is_nothing_but_a_word_to_the_person() {
    let talk = Talk::open();
    for path in ["/", "/assets/app.js", "/api/events"] {
        let answer = talk.send("GET", path, &[("Host", &talk.host), ("Accept", "text/html")], "");
        assert_eq!(answer.status, 401, "{path}");
    }
    let answer = talk.call("liuhen-1=guess", "home_state", &json!({}));
    assert_eq!((answer.status, answer.json()["code"].as_str()), (401, Some("no_session")));
}

#[test]
fn a_rebound_name_does_not_open_the_door() {
    let talk = Talk::open();
    let cookie = talk.cookie();
    let port = talk.host.split(':').nth(1).unwrap();
    let foreign = ["evil.example", "localhost", "127.0.0.1", "0.0.0.0", "[::1]"];
    for name in foreign {
        for host in [name.to_owned(), format!("{name}:{port}")] {
            if host == talk.host {
                continue;
            }
            let headers = [
                ("Host", host.as_str()),
                ("Cookie", &cookie),
                ("X-Liuhen", "1"),
                ("Content-Type", "application/json"),
            ];
            let answer = talk.send("POST", "/api/call", &headers, r#"{"name":"home_state","input":{}}"#);
            assert_eq!(answer.status, 421, "{host}");
            assert!(!answer.text().contains("officer"));
        }
    }
    let none = talk.send("GET", "/", &[("Cookie", &cookie)], "");
    assert_ne!(none.status, 200);
    let twice =
        talk.send("GET", "/", &[("Host", &talk.host), ("Host", "evil.example"), ("Cookie", &cookie)], "");
    assert_ne!(twice.status, 200);
}

#[test]
fn a_page_of_another_site_gets_nothing_even_with_the_cookie() {
    let talk = Talk::open();
    let cookie = talk.cookie();
    let own = talk.desk.address().to_owned();
    let body = r#"{"name":"home_state","input":{}}"#;
    let send = |origin: &str, more: &[(&str, &str)]| {
        let mut headers = vec![("Host", talk.host.as_str()), ("Cookie", cookie.as_str()), ("Origin", origin)];
        headers.extend_from_slice(more);
        talk.send("POST", "/api/call", &headers, body).status
    };
    let right = [("X-Liuhen", "1"), ("Content-Type", "application/json")];
    assert_eq!(send(&own, &right), 200);
    for origin in
        ["http://evil.example", "null", "http://localhost:80", "http://127.0.0.1", "https://127.0.0.1:1"]
    {
        assert_eq!(send(origin, &right), 403, "{origin}");
    }
    assert_eq!(send(&own, &[("Content-Type", "application/json")]), 403, "without the header");
    assert_eq!(send(&own, &[("X-Liuhen", "1"), ("Content-Type", "text/plain")]), 415, "a form's type");
    let site = [right[0], right[1], ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(send(&own, &site), 403);
    let asked = talk.send(
        "OPTIONS",
        "/api/call",
        &[
            ("Host", &talk.host),
            ("Origin", "http://evil.example"),
            ("Access-Control-Request-Headers", "x-liuhen"),
        ],
        "",
    );
    assert!(asked.header("access-control-allow-origin").is_none(), "no foreign page is ever allowed");
}

#[test]
fn the_door_is_on_this_machine_only() {
    let talk = Talk::open();
    let port: u16 = talk.host.split(':').nth(1).unwrap().parse().unwrap();
    // The address this machine would use to go out, if it has one.
    let probe = UdpSocket::bind("0.0.0.0:0").unwrap();
    if probe.connect("192.0.2.1:9").is_ok() {
        let ip = probe.local_addr().unwrap().ip();
        if !ip.is_loopback() && !ip.is_unspecified() {
            assert!(TcpStream::connect((ip, port)).is_err(), "{ip}:{port} answers");
        }
    }
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
}

#[test]
fn every_answer_forbids_caching_framing_and_foreign_code() {
    let talk = Talk::open();
    let cookie = talk.cookie();
    let headers = [("Host", talk.host.as_str()), ("Cookie", cookie.as_str())];
    for path in ["/", "/assets/app.js", "/matters/1", "/nothing.js"] {
        let answer = talk.send("GET", path, &headers, "");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
    }
    let page = talk.send("GET", "/matters/1", &headers, "");
    assert!(page.text().contains("留痕"), "a room of the UI is the UI's page");
}

#[test]
fn no_path_leaves_the_folder_of_the_ui() {
    let talk = Talk::open();
    let cookie = talk.cookie();
    let headers = [("Host", talk.host.as_str()), ("Cookie", cookie.as_str())];
    for path in [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "//secret.txt",
        "/assets\\..\\..\\secret.txt",
    ] {
        let answer = talk.send("GET", path, &headers, "");
        assert!(!answer.text().contains("secret"), "{path}: {}", answer.text());
    }
}

#[test]
fn a_command_that_is_too_large_or_malformed_does_nothing() {
    let talk = Talk::open();
    let cookie = talk.cookie();
    let huge = json!({ "title": "x".repeat(3 << 20) });
    assert_eq!(talk.call(&cookie, "start_matter", &huge).status, 413);
    assert_eq!(talk.call(&cookie, "nothing_of_the_kind", &json!({})).status, 404);
    let wrong = talk.call(&cookie, "unlock", &json!({ "passphrase": "wrong" }));
    assert_eq!((wrong.status, wrong.json()["code"].as_str()), (403, Some("wrong_passphrase")));
    assert_eq!(talk.call(&cookie, "home_state", &json!({})).json()["state"], "open");
}

#[test]
fn locking_leaves_the_cookie_nothing_to_see() {
    let talk = Talk::open();
    let cookie = talk.cookie();
    assert_eq!(talk.call(&cookie, "lock", &json!({})).json()["state"], "locked");
    let answer = talk.call(&cookie, "today", &json!({}));
    assert_eq!((answer.status, answer.json()["code"].as_str()), (423, Some("locked")));
    assert_eq!(talk.call(&cookie, "unlock", &json!({ "passphrase": WORDS })).status, 200);
}

#[test]
fn events_tell_of_a_change_and_nothing_of_its_content() {
    let talk = Talk::open();
    let cookie = talk.cookie();
    let input = json!({ "start": "patrol", "title": "菜场外占道", "place": "一号路" });
    let mut line = TcpStream::connect(&talk.host).unwrap();
    let request = format!("GET /api/events HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n\r\n", talk.host);
    std::io::Write::write_all(&mut line, request.as_bytes()).unwrap();
    let mut seen = String::new();
    let mut read_until = |count: usize, seen: &mut String| {
        let mut piece = [0; 4096];
        while seen.matches("data: ").count() < count {
            let got = std::io::Read::read(&mut line, &mut piece).unwrap();
            assert!(got > 0, "the stream ended: {seen}");
            seen.push_str(&String::from_utf8_lossy(&piece[..got]));
        }
    };
    read_until(1, &mut seen);
    assert_eq!(talk.call(&cookie, "start_matter", &input).status, 200);
    read_until(2, &mut seen);
    assert!(seen.contains("\"record\":") && !seen.contains("菜场"), "{seen}");
}

#[test]
fn a_taken_port_and_a_missing_ui_are_said_in_a_sentence() {
    let talk = Talk::open();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = ApiError::from(serve(&talk.laptop, &DeskOptions { port, ui: None }).unwrap_err());
    assert_eq!(error.code, "port_taken");
    let ui = Some(talk.folder.path().join("no-ui"));
    let error = ApiError::from(serve(&talk.laptop, &DeskOptions { port: 0, ui }).unwrap_err());
    assert_eq!(error.code, "ui_missing");
}

#[test]
fn a_stopped_desk_answers_nobody() {
    let talk = Talk::open();
    let Talk { desk, host, .. } = talk;
    drop(desk);
    assert!(TcpStream::connect(&host).is_err());
}
