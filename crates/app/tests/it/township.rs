//! A township in memory, small but honest: it enrols, keeps one log, dates checkpoints, gives receipts
//! and says which files it received. It carries nothing over a line.

use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use chrono::{DateTime, Utc};
use liuhen_app::view::SyncOutcome;
use liuhen_app::{
    ApiError, Courier, CourierStatus, Enrolment, Introduction, Laptop, Result, SyncOptions, Welcome, Work,
};
use liuhen_protocol::wire::{Pulled, WireEntry};
use liuhen_protocol::{
    Body, Checkpoint, Digest, Entry, Envelope, KeyKind, PublicKey, SUITE, Salt, SeriesId, Sign, Subject,
    TownshipNote, VERSION, VerifierKey, cosign, merkle, root_pin,
};
use liuhen_store::{Batch, HeldCheckpoint, Incoming, KeptReceipt, Moment, Placement, RecoveryKey, Signer};
use serde_json::{Value, json};

const ORIGIN: &str = "liuhen.example/town";

/// The township's log and its own series.
#[derive(Default)]
struct Log {
    leaves: Vec<Digest>,
    head: Option<(u64, Digest)>,
    enrolled: Vec<(PublicKey, Pulled)>,
    names: Vec<String>,
}

/// A township.
pub(crate) struct Town {
    moment: Moment,
    root: Signer,
    log_key: Signer,
    clock: Signer,
    node: Signer,
    recovery: RecoveryKey,
    log: Mutex<Log>,
}

impl Town {
    /// A township that will enrol these officers, in this order, whatever the code.
    pub(crate) fn new(names: &[&str], now: DateTime<Utc>) -> Self {
        let moment = Moment::fixed(now, 7);
        let key = || Signer::generate(&moment).unwrap();
        let (root, log_key, clock, node) = (key(), key(), key(), key());
        let recovery = RecoveryKey::generate(&moment).unwrap();
        let log =
            Log { names: names.iter().rev().map(|name| (*name).to_owned()).collect(), ..Log::default() };
        Self { moment, root, log_key, clock, node, recovery, log: Mutex::new(log) }
    }

    /// The text of the recovery key, as printed for the safe.
    pub(crate) fn recovery_key(&self) -> String {
        self.recovery.text().to_string()
    }

    /// Lets the township's clock go on.
    pub(crate) fn advance(&self, millis: u64) {
        self.moment.advance(millis);
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap()
    }

    fn township(&self) -> TownshipNote {
        TownshipNote {
            name: "示例镇".to_owned(),
            version: 1,
            root: self.root.public_key(),
            log: VerifierKey::new(ORIGIN, KeyKind::Note, self.log_key.public_key()).unwrap(),
            clock: VerifierKey::new("liuhen.example/clock", KeyKind::Cosigner, self.clock.public_key())
                .unwrap(),
            nodes: vec![self.node.public_key()],
            tls: vec![Digest::of(b"tls")],
            recovery: self.recovery.public(),
            seal: [9; 32],
            witnesses: Vec::new(),
            quorum: 0,
        }
    }

    fn note(&self) -> String {
        self.township().sign(&self.root).unwrap()
    }

    fn checkpoint(&self, leaves: &[Digest]) -> HeldCheckpoint {
        let checkpoint = Checkpoint {
            origin: ORIGIN.to_owned(),
            size: leaves.len() as u64,
            root: merkle::root_of(leaves),
        };
        let mut note = checkpoint.sign(&self.log_key).unwrap();
        let now = u64::try_from(self.moment.now().timestamp()).unwrap();
        cosign(&mut note, "liuhen.example/clock", &self.clock, now).unwrap();
        HeldCheckpoint::new(&checkpoint, note.to_string())
    }

    /// An entry of the township, logged at once.
    fn say(&self, log: &mut Log, subject: Subject, kind: &str, body: Value) -> (u64, WireEntry) {
        let salt = Salt(self.moment.random().unwrap());
        let body = Body::new(body.as_object().unwrap().clone()).unwrap();
        let envelope = Envelope {
            v: VERSION,
            suite: SUITE.to_owned(),
            series: SeriesId::of(&self.node.public_key()),
            epoch: 1,
            seq: log.head.map_or(1, |(seq, _)| seq + 1),
            prev: log.head.map(|(_, hash)| hash),
            after: Vec::new(),
            id: self.moment.uuid().unwrap(),
            subject,
            time: self.moment.stamp(),
            seen: None,
            kind: kind.to_owned(),
            body: body.reference(&salt).unwrap(),
        };
        let entry = Entry::sign(envelope, &self.node).unwrap();
        log.head = Some((entry.envelope().seq, entry.hash()));
        log.leaves.push(entry.hash());
        let wire = WireEntry::new(entry.item(), Some((&salt, body.bytes()))).unwrap();
        (log.leaves.len() as u64 - 1, wire)
    }

    /// Hands every township entry made since to a laptop.
    fn teach(
        &self,
        laptop: &Laptop,
        entries: Vec<(u64, WireEntry)>,
        leaves: &[Digest],
        held: &HeldCheckpoint,
    ) {
        let keys = vec![self.node.public_key()];
        let entries = entries
            .into_iter()
            .map(|(index, wire)| {
                let path = merkle::inclusion(leaves, index, held.size).unwrap();
                let mut incoming = Incoming::from(wire);
                incoming.placement = Some(Placement { index, size: held.size, path });
                incoming
            })
            .collect();
        let batch = Batch { keys, entries, against: Some(held.seen()) };
        let report = laptop.with_store(|store| -> Result<_> { Ok(store.ingest(batch)?) }).unwrap();
        assert!(report.stopped.is_empty(), "{:?}", report.stopped);
    }

    /// Logs everything the laptop has and the township has not, says that all its files arrived, and
    /// gives receipts.
    fn take_all(&self, laptop: &Laptop) -> SyncOutcome {
        let mut log = self.log();
        let known = laptop.with_store(|store| -> Result<_> { Ok(store.newest_checkpoint()?) }).unwrap();
        let rows = laptop
            .with_store(|store| -> Result<_> {
                let mut rows = Vec::new();
                for head in store.own_heads()? {
                    let position = head.position;
                    rows.extend(store.entries_from(
                        &position.series,
                        position.epoch,
                        head.held + 1,
                        10_000,
                        usize::MAX,
                    )?);
                }
                Ok(rows)
            })
            .unwrap();
        let mut said = Vec::new();
        let mut placed = Vec::new();
        for row in rows.iter().filter(|row| row.index.is_none()) {
            log.leaves.push(row.hash);
            placed.push((row.hash, log.leaves.len() as u64 - 1));
            if row.kind == "media.recorded" {
                let body: Value = serde_json::from_slice(row.body.as_deref().unwrap()).unwrap();
                let sha256 = body["sha256"].as_str().unwrap().to_owned();
                let stated = json!({ "size": body["size"], "sha256": sha256, "manifest": body["manifest"] });
                said.push(self.say(&mut log, Subject::new("blob", sha256), "blob.received", stated));
            }
        }
        let leaves = log.leaves.clone();
        drop(log);
        let held = self.checkpoint(&leaves);
        let old = known.map_or(0, |known| known.size);
        let path =
            if old == 0 { Vec::new() } else { merkle::consistency(&leaves[..], old, held.size).unwrap() };
        let receipts: Vec<KeptReceipt> = placed
            .iter()
            .map(|(hash, index)| KeptReceipt {
                hash: *hash,
                index: *index,
                path: merkle::inclusion(&leaves[..], *index, held.size).unwrap(),
            })
            .collect();
        laptop
            .with_store(|store| -> Result<_> {
                store.keep_checkpoint(&held, &path)?;
                Ok(store.keep_receipts(&held, &receipts)?)
            })
            .unwrap();
        self.teach(laptop, said, &leaves, &held);
        SyncOutcome { pushed: u32::try_from(receipts.len()).unwrap(), ..SyncOutcome::default() }
    }
}

impl Courier for Town {
    fn introduce(&self, _: &str, code: &str) -> Result<Introduction> {
        if code == "WRONG" {
            return Err(ApiError::new("code_wrong"));
        }
        Ok(Introduction { note: self.note(), recovery: self.recovery.public() })
    }

    fn enrol(&self, enrolment: &Enrolment<'_>) -> Result<Welcome> {
        let mut log = self.log();
        let key = enrolment.signer.public_key();
        let known = log.enrolled.iter().find(|(known, _)| *known == key).map(|(_, pulled)| pulled.clone());
        let (index, wire) = if let Some(known) = known {
            (known.index, known.entry)
        } else {
            let Some(name) = log.names.pop() else { return Err(ApiError::new("code_used")) };
            let body = json!({
                "name": name, "certificate": format!("DEMO-{:04}", log.names.len()), "agency": "示例镇",
                "valid_until": "2027-12-31", "role": "officer", "series": SeriesId::of(&key).to_hex(),
                "public_key": key.to_string(), "device": enrolment.device,
            });
            let id = self.moment.uuid().unwrap().to_string();
            self.say(&mut log, Subject::new("officer", id), "officer.enrolled", body)
        };
        let leaves = log.leaves.clone();
        let held = self.checkpoint(&leaves);
        let path = merkle::inclusion(&leaves[..], index, held.size).unwrap();
        let entry = Pulled { index, entry: wire, path };
        let officer = entry.entry.decode().unwrap().0.envelope().subject.id.clone();
        log.enrolled.push((key, entry.clone()));
        assert_eq!(root_pin(&self.root.public_key()), root_pin(&self.township().root));
        Ok(Welcome {
            officer,
            note: self.note(),
            url: enrolment.url.to_owned(),
            root: self.root.public_key(),
            entry,
            checkpoint: held.note,
            keys: vec![self.node.public_key()],
        })
    }

    fn sync(&self, laptop: &Laptop, _: SyncOptions, work: &Work) -> Result<SyncOutcome> {
        work.check()?;
        Ok(self.take_all(laptop))
    }

    fn parcel_out(&self, laptop: &Laptop, _: &Path, _: &Work) -> Result<SyncOutcome> {
        Ok(self.take_all(laptop))
    }

    fn parcel_in(&self, laptop: &Laptop, _: &Path, _: &Work) -> Result<SyncOutcome> {
        Ok(self.take_all(laptop))
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
