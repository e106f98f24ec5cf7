//! A township in a temporary folder, and laptops that are a store in memory.

use std::net::IpAddr;
use std::path::PathBuf;

use liuhen_core::Role;
use liuhen_protocol::wire::{
    ChallengeRequest, EnrolAnswer, EnrolRequest, PullAnswer, PullRequest, PushBatch, ReceiptsAnswer,
    SessionRequest, WireEntry, challenge_message, enrolment_message, secret_text,
};
use liuhen_protocol::{
    Checkpoint, Digest, Domain, DoorError, EnrolmentCode, SeriesId, Sign, Subject, Token, Township as _,
    TownshipNote, merkle, root_pin,
};
use liuhen_server::limits::Limits;
use liuhen_server::township::{Founded, Founding, Invitation, KeyPlace, Township};
use liuhen_store::{Memory, Mode, Moment, NewEntry, RootKey, SealKey, Signer, Store};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

pub struct Town {
    pub folder: tempfile::TempDir,
    pub founded: Founded,
    pub township: Township,
    pub moment: Moment,
}

pub fn noon() -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

impl Town {
    pub fn new() -> Self {
        Self::with(Limits::default())
    }

    pub fn with(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let moment = Moment::fixed(noon(), 7);
        let founding = Founding {
            name: "河西镇".into(),
            origin: Some("liuhen.example/hexi".into()),
            keys: KeyPlace::Shown,
        };
        let (home, key) = (folder.path().join("home"), folder.path().join("home.key"));
        let founded = Township::found(&home, &key, &founding, &moment).unwrap();
        let township = Township::open(&home, &key, moment.clone(), limits).unwrap();
        Self { folder, founded, township, moment }
    }

    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Closes the township and opens it again, as after a kill.
    pub fn reopen(self) -> Self {
        let Self { folder, founded, township, moment } = self;
        drop(township);
        let (home, key) = (folder.path().join("home"), folder.path().join("home.key"));
        let township = Township::open(&home, &key, moment.clone(), Limits::default()).unwrap();
        Self { folder, founded, township, moment }
    }

    pub fn root(&self) -> RootKey {
        RootKey::parse(self.founded.root_key.as_ref().unwrap()).unwrap()
    }

    pub fn note(&self) -> TownshipNote {
        TownshipNote::verify(&self.township.note(), &self.township.root_pin()).unwrap()
    }

    pub fn code(&self, name: &str, role: Role) -> EnrolmentCode {
        let invited = self.township.invite(&invitation(name, role)).unwrap();
        EnrolmentCode::parse(&invited.code).unwrap()
    }

    /// A laptop with an enrolled officer and an open session.
    pub fn laptop(&self, name: &str, role: Role, seed: u64) -> Laptop {
        let mut laptop = Laptop::new(&self.moment, seed);
        let code = self.code(name, role);
        let answer = laptop.enrol(self, &code).unwrap();
        laptop.officer = answer.holder;
        laptop.token = laptop.sign_in(self).unwrap();
        laptop
    }

    pub fn checkpoint(&self, note: &str) -> Checkpoint {
        Checkpoint::verify(note, &self.note().log).unwrap().0
    }

    /// Every receipt of an answer is for its entry, under the signed checkpoint.
    pub fn check(&self, answer: &ReceiptsAnswer) {
        let checkpoint = self.checkpoint(&answer.checkpoint);
        for receipt in &answer.receipts {
            merkle::verify_inclusion(
                &receipt.hash,
                receipt.index,
                checkpoint.size,
                &receipt.path,
                &checkpoint.root,
            )
            .unwrap();
        }
    }
}

pub fn invitation(name: &str, role: Role) -> Invitation {
    Invitation {
        officer: None,
        name: Some(name.into()),
        certificate: Some("浙330100".into()),
        valid_until: "2028-12-31".parse().ok(),
        role: Some(role),
        agency: Some("河西镇综合行政执法队".into()),
    }
}

pub struct Laptop {
    pub signer: Signer,
    pub store: Store,
    pub seal: SealKey,
    pub officer: String,
    pub token: Token,
    pub address: IpAddr,
    pub sent: u64,
    pub cursor: u64,
    pub known: u64,
}

impl Laptop {
    pub fn new(moment: &Moment, seed: u64) -> Self {
        let moment = Moment::fixed(moment.now(), seed);
        Self {
            signer: Signer::generate(&moment).unwrap(),
            store: Store::open(Box::new(Memory::default()), moment.clone(), Mode::Laptop).unwrap(),
            seal: SealKey::from_bytes(Zeroizing::new(moment.random().unwrap())).unwrap(),
            officer: String::new(),
            token: Token(String::new()),
            address: IpAddr::from([127, 0, 0, 1]),
            sent: 0,
            cursor: 0,
            known: 0,
        }
    }

    pub fn series(&self) -> SeriesId {
        self.signer.series()
    }

    pub fn request(&self, town: &Town, code: &EnrolmentCode) -> EnrolRequest {
        let nonce = Digest([9; 32]);
        let pin = root_pin(&town.note().root);
        let key = self.signer.public_key();
        let message = enrolment_message(&nonce, &pin, &town.township.tls_pin(), &key);
        EnrolRequest {
            secret: secret_text(&code.secret),
            public_key: key,
            seal: Digest(self.seal.public()),
            device: "执法电脑一号".into(),
            nonce,
            signature: self.signer.sign(Domain::Enrolment, &message),
        }
    }

    pub fn enrol(&self, town: &Town, code: &EnrolmentCode) -> Result<EnrolAnswer, DoorError> {
        town.township.door(self.address).enrol(&self.request(town, code))
    }

    pub fn signed_challenge(&self, town: &Town) -> Result<SessionRequest, DoorError> {
        let series = self.series();
        let challenge = town.township.door(self.address).challenge(&ChallengeRequest { series })?;
        let message = challenge_message(&challenge.nonce, &town.township.root_pin());
        let signature = self.signer.sign(Domain::Challenge, &message);
        Ok(SessionRequest { series, nonce: challenge.nonce, signature })
    }

    pub fn sign_in(&self, town: &Town) -> Result<Token, DoorError> {
        let request = self.signed_challenge(town)?;
        Ok(Token(town.township.door(self.address).session(&request)?.token))
    }

    pub fn write(&mut self, subject: Subject, kind: &str, body: Value) -> Digest {
        let Value::Object(body) = body else { panic!("a body is an object") };
        self.store.commit(&self.signer, vec![NewEntry::new(subject, kind, body)]).unwrap()[0].hash
    }

    pub fn start(&mut self, matter: &str) -> Digest {
        let lead = self.officer.clone();
        let body = json!({ "start": "patrol", "title": "占道经营巡查", "place": "解放路口", "lead": lead });
        self.write(Subject::new("matter", matter), "matter.started", body)
    }

    pub fn note(&mut self, matter: &str, text: &str) -> Digest {
        self.write(Subject::new("matter", matter), "matter.note_added", json!({ "text": text }))
    }

    /// Everything written since the last push.
    pub fn unsent(&mut self) -> Vec<WireEntry> {
        let series = self.series();
        let mut wires = Vec::new();
        for entry in self.store.entries_from(&series, 1, self.sent + 1, 1000, 8 << 20).unwrap() {
            let body = entry.salt.as_ref().zip(entry.body.as_deref());
            wires.push(WireEntry::new(&entry.item, body).unwrap());
        }
        wires
    }

    pub fn batch(&self, entries: Vec<WireEntry>) -> PushBatch {
        PushBatch { v: 1, known: self.known, keys: vec![self.signer.public_key()], entries }
    }

    pub fn push(&mut self, town: &Town) -> Result<ReceiptsAnswer, DoorError> {
        let entries = self.unsent();
        let count = entries.len() as u64;
        let answer = town.township.door(self.address).push(&self.token, &self.batch(entries))?;
        self.sent += count - answer.stopped.len() as u64;
        town.check(&answer);
        Ok(answer)
    }

    /// Pulls until there is no more; gives the last page and all subjects' entries by log index.
    pub fn pull(&mut self, town: &Town) -> Result<(PullAnswer, Vec<u64>), DoorError> {
        let mut indexes = Vec::new();
        loop {
            let request =
                PullRequest { after: self.cursor, limit: 2, known: self.known, prove: vec![], held: vec![] };
            let page = town.township.door(self.address).pull(&self.token, &request)?;
            let checkpoint = town.checkpoint(&page.checkpoint);
            for pulled in &page.entries {
                let entry = pulled.entry.decode().unwrap().0;
                merkle::verify_inclusion(
                    &entry.hash(),
                    pulled.index,
                    checkpoint.size,
                    &pulled.path,
                    &checkpoint.root,
                )
                .unwrap();
                let key = page.keys.iter().find(|key| SeriesId::of(key) == entry.envelope().series).unwrap();
                entry.verify(key).unwrap();
                indexes.push(pulled.index);
            }
            self.cursor = page.next;
            if !page.more {
                return Ok((page, indexes));
            }
        }
    }
}

pub fn body(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(body) => body,
        _ => Map::new(),
    }
}
