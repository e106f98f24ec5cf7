//! The test vectors of docs/protocol.md, made from fixed keys and times.
//!
//! Also used by `examples/vectors.rs`, which writes them to a folder for a person to look at. The
//! committed golden files are never rewritten by a test.

use ed25519_dalek::{Signer as _, SigningKey};
use liuhen_protocol::{
    Body, BodyRef, Checkpoint, Digest, Domain, EnrolmentCode, Entry, Envelope, KeyKind, Manifest, Note,
    PublicKey, SUITE, Salt, Seen, SeriesId, Sign, Signature, Stamp, Subject, TlogProof, TownshipNote,
    VERSION, VerifierKey, cosign, merkle, root_pin, wire,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A key from a repeated seed byte: for vectors only.
pub struct Key(pub SigningKey);

impl Key {
    pub fn of(seed: u8) -> Self {
        Self(SigningKey::from_bytes(&[seed; 32]))
    }
}

impl Sign for Key {
    fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    fn sign(&self, domain: Domain, message: &[u8]) -> Signature {
        Signature(self.0.sign(&domain.message(message)).to_bytes())
    }
}

pub const ORIGIN: &str = "liuhen.example/guanhaiwei";
pub const OFFICER: u8 = 1;
pub const ROOT: u8 = 2;
pub const LOG: u8 = 3;
pub const CLOCK: u8 = 4;
pub const NODE: u8 = 5;
pub const WITNESS: u8 = 6;

pub fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

pub fn log_key() -> VerifierKey {
    VerifierKey::new(ORIGIN, KeyKind::Note, Key::of(LOG).public_key()).unwrap()
}

pub fn clock_key() -> VerifierKey {
    VerifierKey::new(format!("{ORIGIN}/clock"), KeyKind::Cosigner, Key::of(CLOCK).public_key()).unwrap()
}

fn note_body() -> Body {
    Body::new(fields(json!({
        "text": "一号路菜场外人行道设摊卖菜, 占地约3平方米",
        "corrects": null,
        "lines": ["08:10 到达", "08:25 已清"],
        "count": 3
    })))
    .unwrap()
}

fn opened_body() -> Body {
    Body::new(fields(json!({"predecessor": null, "reason": "first", "device": "巡查一号"}))).unwrap()
}

fn envelope(
    seq: u64,
    prev: Option<Digest>,
    kind: &str,
    subject: Subject,
    body: BodyRef,
    seen: Option<Seen>,
) -> Envelope {
    Envelope {
        v: VERSION,
        suite: SUITE.into(),
        series: SeriesId::of(&Key::of(OFFICER).public_key()),
        epoch: 1,
        seq,
        prev,
        after: prev.into_iter().filter(|_| seq > 2).collect(),
        id: Uuid::parse_str(&format!("019ab000-0000-7000-8000-{seq:012}")).unwrap(),
        subject,
        time: Stamp {
            wall: format!("2026-11-23T00:10:0{seq}.000Z"),
            boot: Uuid::parse_str("5f7d6319-7a12-4e25-9000-000000000000").unwrap(),
            mono: (1000 * seq).to_string(),
            hybrid: format!("{:016x}", (1_795_392_600_000_u64 + 1000 * seq) << 16),
        },
        seen,
        kind: kind.into(),
        body,
    }
}

/// Three entries: an epoch opened, a matter's note, a second note that saw the first.
pub fn entries() -> Vec<(Entry, Body, Salt)> {
    let key = Key::of(OFFICER);
    let matter = Subject::new("matter", "019ab000-0000-7000-8000-00000000aaaa");
    let mut made: Vec<(Entry, Body, Salt)> = Vec::new();
    for seq in 1..=3_u64 {
        let salt = Salt([0x10 + u8::try_from(seq).unwrap(); 32]);
        let body = if seq == 1 { opened_body() } else { note_body() };
        let prev = made.last().map(|(entry, ..)| entry.hash());
        let subject = if seq == 1 {
            Subject::new("series", SeriesId::of(&key.public_key()).to_hex())
        } else {
            matter.clone()
        };
        let kind = if seq == 1 { "series.opened" } else { "matter.note_added" };
        let seen = (seq == 3).then(|| Seen { size: 0, root: merkle::empty_root() });
        let envelope = envelope(seq, prev, kind, subject, body.reference(&salt).unwrap(), seen);
        made.push((Entry::sign(envelope, &key).unwrap(), body, salt));
    }
    made
}

/// The log of the three entries: checkpoint signed by the log and cosigned by the clock.
pub fn checkpoint() -> (Checkpoint, Note) {
    let leaves: Vec<Digest> = entries().iter().map(|(entry, ..)| entry.hash()).collect();
    let checkpoint = Checkpoint { origin: ORIGIN.into(), size: 3, root: merkle::root_of(&leaves) };
    let mut note = checkpoint.sign(&Key::of(LOG)).unwrap();
    cosign(&mut note, clock_key().name(), &Key::of(CLOCK), 1_795_392_700).unwrap();
    (checkpoint, note)
}

pub fn receipt() -> TlogProof {
    let leaves: Vec<Digest> = entries().iter().map(|(entry, ..)| entry.hash()).collect();
    let path = merkle::inclusion(&leaves[..], 1, 3).unwrap();
    TlogProof { extra: None, index: 1, path, checkpoint: checkpoint().1 }
}

pub fn township() -> String {
    TownshipNote {
        name: "观海卫镇".into(),
        version: 1,
        root: Key::of(ROOT).public_key(),
        log: log_key(),
        clock: clock_key(),
        nodes: vec![Key::of(NODE).public_key()],
        tls: vec![Digest::of(b"current TLS key"), Digest::of(b"next TLS key")],
        recovery: [7; 32],
        seal: [8; 32],
        witnesses: vec![
            VerifierKey::new("witness.example/county", KeyKind::Cosigner, Key::of(WITNESS).public_key())
                .unwrap(),
        ],
        quorum: 0,
    }
    .sign(&Key::of(ROOT))
    .unwrap()
}

pub fn manifest() -> Manifest {
    Manifest {
        v: 1,
        size: 11,
        sha256: Digest::of(b"hello media").to_hex(),
        sm3: None,
        block: liuhen_protocol::BLOCK,
        blocks: vec![Digest::of(b"hello media").to_hex()],
    }
}

pub fn code() -> EnrolmentCode {
    EnrolmentCode::new([0x5a; 20], &root_pin(&Key::of(ROOT).public_key()))
}

/// Every vector as file name and bytes.
pub fn all() -> Vec<(String, Vec<u8>)> {
    let mut out: Vec<(String, Vec<u8>)> = Vec::new();
    let mut put = |name: &str, bytes: &[u8]| out.push((name.to_owned(), bytes.to_vec()));
    for (entry, body, salt) in entries() {
        let seq = entry.envelope().seq;
        put(&format!("entry-{seq}.entry"), entry.item());
        put(&format!("entry-{seq}.body.json"), body.bytes());
        put(&format!("entry-{seq}.salt"), format!("{salt}\n").as_bytes());
        put(&format!("entry-{seq}.hash"), format!("{}\n", entry.hash()).as_bytes());
    }
    let (_, body, salt) = &entries()[1];
    let field = body.disclose(salt, "text").unwrap().unwrap();
    put("field.json", &liuhen_protocol::canonical(&field, "field").unwrap());
    put("checkpoint.note", checkpoint().1.to_string().as_bytes());
    put("receipt.tlog-proof", receipt().to_string().as_bytes());
    put("township.note", township().as_bytes());
    put("manifest.json", &manifest().encode().unwrap());
    put("code.txt", format!("{}\n", code()).as_bytes());
    put(
        "pack.bin",
        &wire::pack(&[(Digest::of(b"one"), b"one".to_vec()), (Digest::of(b""), Vec::new())]).unwrap(),
    );
    let batch = wire::PushBatch {
        v: 1,
        known: 0,
        keys: vec![Key::of(OFFICER).public_key()],
        entries: entries()
            .iter()
            .map(|(entry, body, salt)| {
                wire::WireEntry::new(entry.item(), Some((salt, body.bytes()))).unwrap()
            })
            .collect(),
    };
    put("push.json", &liuhen_protocol::canonical(&batch, "batch").unwrap());
    let keys: Vec<String> = [OFFICER, ROOT, LOG, CLOCK, NODE, WITNESS]
        .iter()
        .map(|seed| format!("{seed} {}", Key::of(*seed).public_key()))
        .collect();
    put("keys.txt", (keys.join("\n") + "\n").as_bytes());
    out
}
