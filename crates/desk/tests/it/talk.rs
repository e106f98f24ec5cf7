//! A laptop with its door open, and requests exactly as an attacker may write them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use liuhen_app::view::SyncOutcome;
use liuhen_app::{
    ApiError, Courier, CourierStatus, Enrolment, Introduction, Laptop, LaptopOptions, Result, SyncOptions,
    Welcome, Work, api,
};
use liuhen_desk::{Desk, DeskOptions, serve};
use liuhen_protocol::wire::{Pulled, WireEntry};
use liuhen_protocol::{
    Body, Checkpoint, Digest, Entry, Envelope, KeyKind, SUITE, Salt, SeriesId, Sign as _, Subject,
    TownshipNote, VERSION, VerifierKey, cosign, merkle,
};
use liuhen_store::{Moment, RecoveryKey, Signer};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A township that enrols whoever comes and carries nothing.
struct Gate {
    moment: Moment,
    root: Signer,
    log: Signer,
    clock: Signer,
    node: Signer,
    recovery: [u8; 32],
}

impl Gate {
    fn new() -> Self {
        let moment = Moment::system();
        let key = || Signer::generate(&moment).unwrap();
        let (root, log, clock, node) = (key(), key(), key(), key());
        let recovery = RecoveryKey::generate(&moment).unwrap().public();
        Self { moment, root, log, clock, node, recovery }
    }

    fn note(&self) -> String {
        let note = TownshipNote {
            name: "示例镇".to_owned(),
            version: 1,
            root: self.root.public_key(),
            log: VerifierKey::new("liuhen.example/town", KeyKind::Note, self.log.public_key()).unwrap(),
            clock: VerifierKey::new("liuhen.example/clock", KeyKind::Cosigner, self.clock.public_key())
                .unwrap(),
            nodes: vec![self.node.public_key()],
            tls: vec![Digest::of(b"tls")],
            recovery: self.recovery,
            seal: [9; 32],
            witnesses: Vec::new(),
            quorum: 0,
        };
        note.sign(&self.root).unwrap()
    }
}

impl Courier for Gate {
    fn introduce(&self, _: &str, _: &str) -> Result<Introduction> {
        Ok(Introduction { note: self.note(), recovery: self.recovery })
    }

    fn enrol(&self, enrolment: &Enrolment<'_>) -> Result<Welcome> {
        let key = enrolment.signer.public_key();
        let salt = Salt(self.moment.random().unwrap());
        let body = json!({
            "name": "执法员一", "certificate": "DEMO-0001", "valid_until": "2099-12-31", "role": "officer",
            "series": SeriesId::of(&key).to_hex(), "public_key": key.to_string(), "device": enrolment.device,
        });
        let body = Body::new(body.as_object().unwrap().clone()).unwrap();
        let officer = self.moment.uuid().unwrap().to_string();
        let envelope = Envelope {
            v: VERSION,
            suite: SUITE.to_owned(),
            series: SeriesId::of(&self.node.public_key()),
            epoch: 1,
            seq: 1,
            prev: None,
            after: Vec::new(),
            id: self.moment.uuid().unwrap(),
            subject: Subject::new("officer", officer.as_str()),
            time: self.moment.stamp(),
            seen: None,
            kind: "officer.enrolled".to_owned(),
            body: body.reference(&salt).unwrap(),
        };
        let entry = Entry::sign(envelope, &self.node).unwrap();
        let checkpoint = Checkpoint {
            origin: "liuhen.example/town".to_owned(),
            size: 1,
            root: merkle::root_of(&[entry.hash()]),
        };
        let mut note = checkpoint.sign(&self.log).unwrap();
        cosign(&mut note, "liuhen.example/clock", &self.clock, 1_800_000_000).unwrap();
        let wire = WireEntry::new(entry.item(), Some((&salt, body.bytes()))).unwrap();
        Ok(Welcome {
            officer,
            note: self.note(),
            url: enrolment.url.to_owned(),
            root: self.root.public_key(),
            entry: Pulled { index: 0, entry: wire, path: Vec::new() },
            checkpoint: note.to_string(),
            keys: vec![self.node.public_key()],
        })
    }

    fn sync(&self, _: &Laptop, _: SyncOptions, _: &Work) -> Result<SyncOutcome> {
        Err(ApiError::new("no_courier"))
    }

    fn parcel_out(&self, _: &Laptop, _: &Path, _: &Work) -> Result<SyncOutcome> {
        Err(ApiError::new("no_courier"))
    }

    fn parcel_in(&self, _: &Laptop, _: &Path, _: &Work) -> Result<SyncOutcome> {
        Err(ApiError::new("no_courier"))
    }

    fn read_remote(&self, _: &Laptop, _: &str, _: u64, _: u64) -> Result<Vec<u8>> {
        Err(ApiError::new("media_missing"))
    }

    fn follow_new_log(&self, _: &Laptop) -> Result<()> {
        Ok(())
    }

    fn accept_evidence(&self, _: &Laptop, _: &str) -> Result<()> {
        Ok(())
    }

    fn status(&self, _: &Laptop) -> CourierStatus {
        CourierStatus::default()
    }

    fn start(&self, _: &Laptop) {}

    fn stop(&self) {}
}

pub(crate) const WORDS: &str = "菜场外人行道一号";

/// An answer as it came over the line.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let wanted = format!("{}:", name.to_ascii_lowercase());
        self.head
            .lines()
            .find(|line| line.to_ascii_lowercase().starts_with(&wanted))
            .map(|line| line[wanted.len()..].trim())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub(crate) struct Talk {
    pub(crate) folder: TempDir,
    pub(crate) laptop: Laptop,
    pub(crate) desk: Desk,
    pub(crate) host: String,
}

impl Talk {
    /// An open home behind an open door, with a UI of two files.
    pub(crate) fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let options = LaptopOptions { courier: Some(Arc::new(Gate::new())), ..LaptopOptions::default() };
        let laptop = Laptop::open(&folder.path().join("home"), options).unwrap();
        let enrol = json!({ "township": "https://192.0.2.1", "code": "ANY", "passphrase": WORDS });
        api::dispatch(&laptop, "enrol", enrol).unwrap();
        let ui = folder.path().join("ui");
        std::fs::create_dir_all(ui.join("assets")).unwrap();
        std::fs::write(ui.join("index.html"), "<!doctype html><title>留痕</title>").unwrap();
        std::fs::write(ui.join("assets/app.js"), "export {}").unwrap();
        std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
        let desk = serve(&laptop, &DeskOptions { port: 0, ui: Some(ui) }).unwrap();
        let host = desk.address().strip_prefix("http://").unwrap().to_owned();
        Self { folder, laptop, desk, host }
    }

    /// Sends bytes, one request per connection, and reads to the end.
    pub(crate) fn raw(&self, request: &[u8]) -> Answer {
        let mut line = TcpStream::connect(&self.host).unwrap();
        line.write_all(request).unwrap();
        let mut bytes = Vec::new();
        line.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(bytes.len());
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        Answer { status, body: bytes.get(end + 4..).unwrap_or_default().to_vec(), head }
    }

    /// A request with exactly these headers beside `Connection: close`.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        for (name, value) in headers {
            request.extend([*name, ": ", *value, "\r\n"]);
        }
        if !body.is_empty() {
            request.extend(["Content-Length: ", &body.len().to_string(), "\r\n"]);
        }
        request.push_str("\r\n");
        request.push_str(body);
        self.raw(request.as_bytes())
    }

    /// The cookie of a browser that opened the one-time address.
    pub(crate) fn cookie(&self) -> String {
        let address = self.desk.one_time_address().unwrap();
        let path = address.strip_prefix(self.desk.address()).unwrap().to_owned();
        let answer = self.send("GET", &path, &[("Host", &self.host)], "");
        assert_eq!(answer.status, 303, "{}", answer.head);
        answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
    }

    /// A command as the UI sends it, with some headers exchanged.
    pub(crate) fn call(&self, cookie: &str, name: &str, input: &Value) -> Answer {
        let origin = self.desk.address().to_owned();
        let headers = [
            ("Host", self.host.as_str()),
            ("Origin", origin.as_str()),
            ("Cookie", cookie),
            ("X-Liuhen", "1"),
            ("Content-Type", "application/json"),
        ];
        self.send("POST", "/api/call", &headers, &json!({ "name": name, "input": input }).to_string())
    }
}
