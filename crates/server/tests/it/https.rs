//! The real door: HTTPS on loopback, with a client that knows nothing of ours.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use liuhen_core::Role;
use liuhen_protocol::tile::Tile;
use liuhen_protocol::wire::{
    ChallengeRequest, PushBatch, ReceiptsAnswer, Session, SessionRequest, challenge_message,
};
use liuhen_protocol::{Checkpoint, Digest, Domain, Sign as _, Subject, merkle};
use liuhen_server::limits::Limits;
use liuhen_server::{Served, serve_in_background};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use sha2::Digest as _;

use crate::anybody::client;
use crate::fixture::{Laptop, Town};

pub struct Net {
    served: Served,
    pub client: Client,
    pub runtime: tokio::runtime::Runtime,
}

impl Net {
    pub fn of(town: &Town) -> Self {
        let served =
            serve_in_background(town.township.clone(), SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        Self { served, client: client([127, 0, 0, 1].into()), runtime }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.served.ready().url)
    }

    pub fn send(&self, request: reqwest::RequestBuilder) -> Response {
        self.runtime.block_on(request.send()).unwrap()
    }

    pub fn text(&self, response: Response) -> String {
        self.runtime.block_on(response.text()).unwrap()
    }

    fn json(&self, response: Response) -> Value {
        serde_json::from_str(&self.text(response)).unwrap()
    }

    pub fn get(&self, path: &str) -> Response {
        self.send(self.client.get(self.url(path)))
    }

    fn post(&self, path: &str, token: &str, body: &Value) -> Response {
        self.send(self.client.post(self.url(path)).bearer_auth(token).body(body.to_string()))
    }

    pub fn sign_in(&self, town: &Town, laptop: &Laptop, client: &Client) -> String {
        let series = laptop.series();
        let body = serde_json::to_string(&ChallengeRequest { series }).unwrap();
        let challenge = self.json(self.send(client.post(self.url("/api/challenge")).body(body)));
        let nonce = Digest::from_base64(challenge["nonce"].as_str().unwrap()).unwrap();
        let signature =
            laptop.signer.sign(Domain::Challenge, &challenge_message(&nonce, &town.township.root_pin()));
        let body = serde_json::to_string(&SessionRequest { series, nonce, signature }).unwrap();
        let session = self.text(self.send(client.post(self.url("/api/session")).body(body)));
        serde_json::from_str::<Session>(&session).unwrap().token
    }

    fn tus(&self, method: Method, path: &str, token: &str) -> reqwest::RequestBuilder {
        self.client.request(method, self.url(path)).bearer_auth(token).header("Tus-Resumable", "1.0.0")
    }

    fn create(&self, token: &str, data: &[u8]) -> Response {
        let hex = STANDARD.encode(Digest::of(data).to_hex());
        let metadata = format!("sha256 {hex},kind {}", STANDARD.encode("media"));
        let request = self.tus(Method::POST, "/api/blobs", token).header("Upload-Length", data.len());
        self.send(request.header("Upload-Metadata", metadata))
    }

    fn patch(
        &self,
        token: &str,
        place: &str,
        offset: usize,
        data: &[u8],
        checksum: Option<&[u8]>,
    ) -> Response {
        let mut request = self.tus(Method::PATCH, place, token).header("Upload-Offset", offset);
        request = request.header("Content-Type", "application/offset+octet-stream").body(data.to_vec());
        if let Some(of) = checksum {
            let digest = STANDARD.encode(sha2::Sha256::digest(of));
            request = request.header("Upload-Checksum", format!("sha256 {digest}"));
        }
        self.send(request)
    }
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at * 11 % 253).unwrap()).collect()
}

#[test]
fn a_batch_goes_up_packed_and_its_receipts_verify() {
    let town = Town::new();
    let mut li = town.laptop("执法员一", Role::Officer, 1);
    let net = Net::of(&town);
    let token = net.sign_in(&town, &li, &net.client);
    li.start("m1");
    for n in 0..40 {
        li.note("m1", &format!("第{n}条笔录"));
    }
    let entries = li.unsent();
    let batch = serde_json::to_vec(&li.batch(entries)).unwrap();
    let packed = zstd::bulk::compress(&batch, 3).unwrap();
    let request = net.client.post(net.url("/api/push")).bearer_auth(&token);
    let request = request.header("Content-Encoding", "zstd").header("Accept-Encoding", "zstd").body(packed);
    let response = net.send(request);
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-encoding"), "zstd");
    let body = net.runtime.block_on(response.bytes()).unwrap();
    let answer: ReceiptsAnswer =
        serde_json::from_slice(&zstd::stream::decode_all(&body[..]).unwrap()).unwrap();
    assert_eq!(answer.receipts.len(), 42);
    town.check(&answer);
}

#[test]
fn a_batch_that_is_no_batch_is_answered_with_its_status_and_stores_nothing() {
    let town = Town::new();
    let li = town.laptop("执法员一", Role::Officer, 1);
    let net = Net::of(&town);
    let token = net.sign_in(&town, &li, &net.client);
    let size = town.township.size();
    let push = |body: Vec<u8>, encoding: &str| {
        let request = net.client.post(net.url("/api/push")).bearer_auth(&token);
        net.send(request.header("Content-Encoding", encoding).body(body))
    };
    assert_eq!(push(b"{".to_vec(), "identity").status(), 400, "malformed JSON");
    assert_eq!(push(b"not zstd".to_vec(), "zstd").status(), 400, "malformed zstd");
    assert_eq!(push(b"{}".to_vec(), "gzip").status(), 400, "an encoding not spoken here");
    let bomb = zstd::bulk::compress(&vec![b' '; 256 << 20], 19).unwrap();
    assert!(bomb.len() < 64 << 10);
    assert_eq!(push(bomb, "zstd").status(), 413, "a zip bomb");
    assert_eq!(push(vec![b' '; (8 << 20) + 1], "identity").status(), 413, "oversize");
    let unknown = json!({ "v": 1, "known": 0, "keys": [], "entries": [], "more": 1 });
    assert_eq!(push(unknown.to_string().into_bytes(), "identity").status(), 400, "an unknown field");
    assert_eq!(town.township.size(), size);
    let fault = net.json(push(b"{".to_vec(), "identity"));
    assert_eq!(fault["code"], "malformed");
    assert!(fault["message"].as_str().unwrap().contains('，'));
}

#[test]
fn a_token_works_only_from_the_address_it_was_given_to() {
    let town = Town::new();
    let li = town.laptop("执法员一", Role::Officer, 1);
    let net = Net::of(&town);
    let token = net.sign_in(&town, &li, &net.client);
    let request = json!({ "series": [] });
    assert_eq!(net.post("/api/heads", &token, &request).status(), 200);
    let thief = client([127, 0, 0, 2].into());
    let stolen = thief.post(net.url("/api/heads")).bearer_auth(&token).body(request.to_string());
    assert_eq!(net.send(stolen).status(), 401);
    assert_eq!(net.post("/api/heads", "", &request).status(), 401);
    assert_eq!(net.post("/api/heads", &token, &request).status(), 200, "the owner goes on");
}

#[test]
fn tus_creates_appends_continues_checks_and_completes() {
    let town = Town::new();
    let li = town.laptop("执法员一", Role::Officer, 1);
    let net = Net::of(&town);
    let token = net.sign_in(&town, &li, &net.client);
    let data = bytes(120_000);
    let created = net.create(&token, &data);
    assert_eq!(created.status(), 201);
    let place = header(&created, "location").to_owned();
    assert!(!header(&created, "upload-expires").is_empty());
    let first = net.patch(&token, &place, 0, &data[..30_000], Some(&data[..30_000]));
    assert_eq!((first.status().as_u16(), header(&first, "upload-offset")), (204, "30000"));
    let wrong = net.patch(&token, &place, 30_000, &data[30_000..60_000], Some(b"other"));
    assert_eq!(wrong.status(), 460);
    let off = net.patch(&token, &place, 5, b"x", None);
    assert_eq!((off.status().as_u16(), header(&off, "upload-offset")), (409, "30000"));
    let head = net.send(net.tus(Method::HEAD, &place, &token));
    assert_eq!((header(&head, "upload-offset"), header(&head, "cache-control")), ("30000", "no-store"));
    let last = net.patch(&token, &place, 30_000, &data[30_000..], None);
    assert_eq!((last.status().as_u16(), header(&last, "liuhen-complete")), (204, "1"));
    let head = net.send(net.tus(Method::HEAD, &place, &token));
    assert_eq!((header(&head, "upload-offset"), header(&head, "liuhen-complete")), ("120000", "1"));
    let again = net.create(&token, &data);
    assert_eq!((again.status().as_u16(), header(&again, "liuhen-complete")), (201, "1"));
}

#[test]
fn a_large_checked_patch_that_fails_returns_to_its_start() {
    let town = Town::new();
    let li = town.laptop("执法员一", Role::Officer, 1);
    let net = Net::of(&town);
    let token = net.sign_in(&town, &li, &net.client);
    let data = bytes(6 << 20);
    let place = header(&net.create(&token, &data), "location").to_owned();
    assert_eq!(net.patch(&token, &place, 0, &data[..20_001], None).status(), 204);
    let mut damaged = data[20_001..].to_vec();
    damaged[1_000_000] ^= 1;
    assert_eq!(net.patch(&token, &place, 20_001, &damaged, Some(&data[20_001..])).status(), 460);
    let head = net.send(net.tus(Method::HEAD, &place, &token));
    assert_eq!(header(&head, "upload-offset"), "20001");
    let last = net.patch(&token, &place, 20_001, &data[20_001..], Some(&data[20_001..]));
    assert_eq!((last.status().as_u16(), header(&last, "liuhen-complete")), (204, "1"));
}

#[test]
fn a_cut_patch_keeps_what_came() {
    use std::io::{Read as _, Write as _};
    let town = Town::new();
    let li = town.laptop("执法员一", Role::Officer, 1);
    let net = Net::of(&town);
    let token = net.sign_in(&town, &li, &net.client);
    let data = bytes(500_000);
    let place = header(&net.create(&token, &data), "location").to_owned();
    // A plain TLS connection that promises everything and stops in the middle.
    let config = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(std::sync::Arc::new(crate::anybody::Anybody))
        .with_no_client_auth();
    let name = rustls::pki_types::ServerName::try_from("localhost").unwrap();
    let mut tls = rustls::ClientConnection::new(config.into(), name).unwrap();
    let mut tcp = std::net::TcpStream::connect(net.served.ready().address).unwrap();
    let mut stream = rustls::Stream::new(&mut tls, &mut tcp);
    let head = format!(
        "PATCH {place} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\n\
         Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {}\r\n\r\n",
        data.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&data[..300_000]).unwrap();
    stream.flush().unwrap();
    tcp.shutdown(std::net::Shutdown::Write).unwrap();
    let mut rest = Vec::new();
    drop(tcp.read_to_end(&mut rest));
    let head = net.send(net.tus(Method::HEAD, &place, &token));
    assert_eq!(header(&head, "upload-offset"), "300000");
    let last = net.patch(&token, &place, 300_000, &data[300_000..], None);
    assert_eq!(header(&last, "liuhen-complete"), "1");
}

#[test]
fn hostile_tus_headers_are_refused() {
    let town = Town::new();
    let li = town.laptop("执法员一", Role::Officer, 1);
    let net = Net::of(&town);
    let token = net.sign_in(&town, &li, &net.client);
    let create = |length: &str, metadata: &str| {
        let request = net.tus(Method::POST, "/api/blobs", &token).header("Upload-Length", length);
        net.send(request.header("Upload-Metadata", metadata)).status()
    };
    let good = format!("sha256 {}", STANDARD.encode("ab".repeat(32)));
    assert_eq!(create("-1", &good), 400);
    assert_eq!(create("99999999999999999999", &good), 400);
    assert_eq!(create("9000000000000000", &good), 413);
    assert_eq!(create("5", "sha256 !!!"), 400);
    assert_eq!(create("5", &format!("sha256 {}", STANDARD.encode("../../etc/passwd"))), 400);
    assert_eq!(create("5", &format!("{good},kind {}", STANDARD.encode("root"))), 400);
    let old = net.client.post(net.url("/api/blobs")).bearer_auth(&token).header("Tus-Resumable", "0.2.0");
    assert_eq!(net.send(old).status(), StatusCode::PRECONDITION_FAILED);
    let data = bytes(10);
    let place = header(&net.create(&token, &data), "location").to_owned();
    let typed = net.tus(Method::PATCH, &place, &token).header("Upload-Offset", 0).body("x");
    assert_eq!(net.send(typed).status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(net.patch(&token, &place, 0, &bytes(11), None).status(), 413, "more than was announced");
    assert_eq!(net.patch(&token, "/api/blobs/..%2f..%2fx", 0, b"x", None).status(), 404);
    assert_eq!(net.send(net.tus(Method::DELETE, &place, &token)).status(), 204);
    assert_eq!(net.send(net.tus(Method::HEAD, &place, &token)).status(), 404);
    let options = net.send(net.client.request(Method::OPTIONS, net.url("/api/blobs")));
    assert_eq!(header(&options, "tus-extension"), "creation,checksum,expiration,termination");
}

#[test]
fn media_are_served_by_range_to_those_in_scope() {
    let town = Town::new();
    let mut li = town.laptop("执法员一", Role::Officer, 1);
    let wang = town.laptop("执法员二", Role::Officer, 2);
    let net = Net::of(&town);
    let token = net.sign_in(&town, &li, &net.client);
    let data = bytes(50_000);
    let hex = Digest::of(&data).to_hex();
    let body = json!({
        "name": "a.mp4", "size": data.len(), "sha256": hex, "sm3": null, "manifest": "cd".repeat(32),
        "mime": "video/mp4", "capture_source": "none", "offset_seconds": 0
    });
    li.write(Subject::new("media", "v1"), "media.recorded", body);
    li.push(&town).unwrap();
    let place = header(&net.create(&token, &data), "location").to_owned();
    net.patch(&token, &place, 0, &data, None);
    let read = |token: &str, range: &str| {
        let request = net.client.get(net.url(&format!("/api/blobs/sha256/{hex}"))).bearer_auth(token);
        net.send(if range.is_empty() { request } else { request.header("Range", range) })
    };
    let part = read(&token, "bytes=100-199");
    assert_eq!((part.status().as_u16(), header(&part, "content-range")), (206, "bytes 100-199/50000"));
    assert_eq!(net.runtime.block_on(part.bytes()).unwrap(), data[100..200]);
    assert_eq!(read(&token, "").status(), 200);
    assert_eq!(read(&token, "bytes=50000-").status(), 416);
    let other = net.sign_in(&town, &wang, &net.client);
    assert_eq!(read(&other, "bytes=0-9").status(), 404);
    assert_eq!(read("", "bytes=0-9").status(), 401);
}

#[test]
fn checkpoint_and_hash_tiles_are_public_and_entries_are_for_auditors() {
    let town = Town::new();
    let mut li = town.laptop("执法员一", Role::Officer, 1);
    let auditor = town.laptop("审核员一", Role::Auditor, 2);
    li.start("m1");
    li.push(&town).unwrap();
    let net = Net::of(&town);
    let note = net.text(net.get("/log/checkpoint"));
    let (checkpoint, _) = Checkpoint::verify(&note, &town.note().log).unwrap();
    let width = u16::try_from(checkpoint.size).unwrap();
    let tile = net.get(&format!("/log/{}", Tile::Hashes { level: 0, index: 0, width }.path()));
    assert!(header(&tile, "cache-control").contains("immutable"));
    let hashes = net.runtime.block_on(tile.bytes()).unwrap();
    let leaves: Vec<Digest> = hashes.chunks(32).map(|hash| Digest(hash.try_into().unwrap())).collect();
    assert_eq!(merkle::root_of(&leaves), checkpoint.root);
    let path = format!("/log/{}", Tile::Entries { index: 0, width }.path());
    assert_eq!(net.get(&path).status(), 401);
    let officer = net.sign_in(&town, &li, &net.client);
    assert_eq!(net.send(net.client.get(net.url(&path)).bearer_auth(&officer)).status(), 403);
    let token = net.sign_in(&town, &auditor, &net.client);
    let bundle = net.send(net.client.get(net.url(&path)).bearer_auth(&token));
    let mut bundle = &net.runtime.block_on(bundle.bytes()).unwrap()[..];
    for leaf in leaves {
        let length = usize::from(u16::from_be_bytes([bundle[0], bundle[1]]));
        assert_eq!(merkle::leaf_hash(&bundle[2..2 + length]), leaf);
        bundle = &bundle[2 + length..];
    }
    assert!(bundle.is_empty());
    assert_eq!(net.get("/log/tile/0/001").status(), 404);
    assert_eq!(net.get("/log/tile/0/../../x").status(), 404);
}

#[test]
fn overview_metrics_and_description_answer_and_show_no_names() {
    let town = Town::new();
    let boss = town.laptop("监督员一", Role::Supervisor, 1);
    let li = town.laptop("执法员一", Role::Officer, 2);
    let net = Net::of(&town);
    let token = net.sign_in(&town, &boss, &net.client);
    let overview = net.json(net.send(net.client.get(net.url("/api/overview")).bearer_auth(&token)));
    assert_eq!(overview["laptops"].as_array().unwrap().len(), 2);
    let officer = net.sign_in(&town, &li, &net.client);
    assert_eq!(net.send(net.client.get(net.url("/api/overview")).bearer_auth(&officer)).status(), 403);
    let metrics = net.text(net.get("/metrics"));
    assert!(metrics.contains("liuhen_requests_total") && metrics.contains("liuhen_log_size"));
    assert!(!metrics.contains("监督员一") && !metrics.contains(&li.officer));
    let document = net.json(net.get("/api/openapi.json"));
    assert!(document["paths"]["/api/push"]["post"].is_object());
    assert_eq!(net.get("/nothing/here").status(), 404);
}

#[test]
fn a_township_without_room_says_when_to_come_back() {
    let limits = Limits {
        bytes_in_flight: 64 << 10,
        patience: std::time::Duration::from_millis(20),
        ..Limits::default()
    };
    let town = Town::with(limits);
    let li = town.laptop("执法员一", Role::Officer, 1);
    let net = Net::of(&town);
    let token = net.sign_in(&town, &li, &net.client);
    let held = net.runtime.block_on(town.township.gate().share(64 << 10)).unwrap();
    let batch = serde_json::to_value(PushBatch { v: 1, known: 0, keys: vec![], entries: vec![] }).unwrap();
    let busy = net.post("/api/push", &token, &batch);
    assert_eq!(busy.status(), 503);
    assert!((2..=4).contains(&header(&busy, "retry-after").parse::<u64>().unwrap()));
    drop(held);
    assert_eq!(net.post("/api/push", &token, &batch).status(), 200);
}
#[test]
fn stopping_finishes_and_frees_the_home() {
    let town = Town::new();
    let net = Net::of(&town);
    assert_eq!(net.get("/api/note").status(), 200);
    let Net { served, client, runtime } = net;
    drop((client, runtime));
    served.stop().unwrap();
    let town = town.reopen();
    assert!(town.township.verify(false).unwrap().sound);
}
