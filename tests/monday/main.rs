//! Monday, nine o'clock: every laptop of the county comes back at once and hands in fifty entries.
//!
//! The township is the real program behind its own door, with the 1,024 open files that a system gives by default. A laptop is a
//! key, a session of its own over TLS by the real client, and entries that its store wrote. Answers "come again" are obeyed as the
//! real laptop does; anything else that is not a receipt fails the test.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests, which clippy.toml excuses only inside a test"
)]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Barrier, Mutex};
use std::time::{Duration, Instant};

use liuhen_protocol::wire::{
    ChallengeRequest, EnrolRequest, PushBatch, ReceiptsAnswer, SessionRequest, WireEntry, challenge_message,
    enrolment_message, secret_text,
};
use liuhen_protocol::{
    Checkpoint, Digest, Domain, DoorError, EnrolmentCode, Sign as _, Subject, Token, Township as Door,
    TownshipNote, merkle,
};
use liuhen_server::control;
use liuhen_store::{Memory, Mode, Moment, NewEntry, SealKey, Signer, Store};
use liuhen_sync::{Bandwidth, HttpTownship, LineMeter, Trust};
use serde_json::{Value, json};
use tempfile::TempDir;
use zeroize::Zeroizing;

/// Entries that each laptop brings.
const EACH: u64 = 50;
/// Most memory of the township at the worst moment, in KiB, and what each connection may add: this program is built without
/// optimisation, which doubles what a waiting request holds. What the released one takes is measured in `bench`.
const MOST_MEMORY: u64 = 160 << 10;
const MOST_EACH: u64 = 160;
/// After this long a laptop counts as refused for good.
const FOR_GOOD: Duration = Duration::from_mins(20);

/// How many laptops come: 2,000 in the long form.
fn laptops() -> usize {
    if std::env::var("LIUHEN_LONG").is_ok_and(|long| long == "1") { 2000 } else { 250 }
}

/// The township as a program.
struct Town {
    folder: TempDir,
    child: Child,
    url: String,
    pin: Digest,
    note: TownshipNote,
}

impl Drop for Town {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The program beside this test.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("this test");
    test.ancestors().nth(2).expect("the folder of programs").join("liuhen-township")
}

fn said(command: &mut Command) -> Value {
    let done = command.stdin(Stdio::null()).output().expect("liuhen-township is built");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).expect("JSON")
}

impl Town {
    fn open() -> Self {
        let folder = TempDir::new().expect("a folder");
        let (home, papers) = (folder.path().join("town"), folder.path().join("papers"));
        let arguments = ["--json", "init", "--name", "观海卫镇", "--keys-to"];
        said(Command::new(program()).arg("--home").arg(&home).args(arguments).arg(&papers));
        let log = std::fs::File::create(folder.path().join("log")).expect("a log");
        let mut child = Command::new("sh")
            .args(["-c", "ulimit -Sn 1024; exec \"$0\" \"$@\""])
            .arg(program())
            .arg("--home")
            .arg(&home)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the township starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its words")).read_line(&mut line).expect("a line");
        let ready: Value = serde_json::from_str(&line).expect("the township opens its door");
        let text = |name: &str| ready[name].as_str().expect("text").to_owned();
        let pin = Digest::from_base64(&text("root_pin")).expect("a pin");
        let tls = Digest::from_base64(&text("spki")).expect("a pin");
        let note = door(&text("url"), tls).note().expect("the note");
        let note = TownshipNote::verify(&note, &pin).expect("signed by the root");
        Self { url: text("url"), pin, note, folder, child }
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("town")
    }

    fn ask(&self, command: &Value) -> Value {
        let command = serde_json::from_value(command.clone()).expect("a command");
        control::ask(&self.home(), &command).expect("asked").expect("served").expect("done")
    }

    /// A line of `/proc/PID/status`, in KiB.
    fn memory(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find(|line| line.starts_with(name)).expect("a line");
        line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
    }

    /// Whether it took all the open files that it may have: each laptop needs one.
    fn took_all_files(&self) -> bool {
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", self.child.id())).expect("it runs");
        let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).expect("a line");
        let mut numbers = line.split_whitespace();
        numbers.next() == numbers.next()
    }

    /// From here on the peak is counted anew.
    fn forget_peak(&self) {
        std::fs::write(Path::new("/proc").join(self.child.id().to_string()).join("clear_refs"), "5")
            .expect("own process");
    }
}

fn door(url: &str, tls: Digest) -> HttpTownship {
    let line = Arc::new(LineMeter::default());
    HttpTownship::new(url, Trust::Pinned(vec![tls]), Arc::new(Bandwidth::unlimited()), line).expect("a door")
}

/// One laptop, enrolled, with what it recorded.
struct Laptop {
    signer: Signer,
    batch: PushBatch,
}

/// Enrols a new officer's laptop and lets it write.
fn laptop(town: &Town, door: &HttpTownship, number: usize) -> Laptop {
    let invited = town.ask(&json!({
        "command": "invite", "name": format!("执法员{number}"), "certificate": format!("DEMO-{number:05}"),
        "valid_until": "2030-12-31", "role": "officer"
    }));
    let code = EnrolmentCode::parse(invited["code"].as_str().expect("a code")).expect("a code");
    let moment = Moment::system();
    let signer = Signer::generate(&moment).expect("a key");
    let seal = SealKey::from_bytes(Zeroizing::new(moment.random().expect("chance"))).expect("a key");
    let nonce = Digest(moment.random().expect("chance"));
    let public_key = signer.public_key();
    let message = enrolment_message(&nonce, &town.pin, &town.note.tls[0], &public_key);
    let request = EnrolRequest {
        secret: secret_text(&code.secret),
        public_key,
        seal: Digest(seal.public()),
        device: format!("电脑{number}"),
        nonce,
        signature: signer.sign(Domain::Enrolment, &message),
    };
    let mut met = Met::default();
    let holder = met.patiently(|| door.enrol(&request)).expect("enrolled").holder;
    let mut store =
        Store::open(Box::new(Memory::default()), moment, Mode::Laptop).expect("a store in memory");
    let matter = Subject::new("matter", format!("m{number}"));
    let started = json!({ "start": "patrol", "title": "占道经营巡查", "place": "解放路口", "lead": holder });
    let mut entries = vec![NewEntry::new(matter.clone(), "matter.started", object(started))];
    // The first entry opens the series.
    for n in 2..EACH {
        let text = format!("第{n}条 {}", "现场情况".repeat(100));
        entries.push(NewEntry::new(matter.clone(), "matter.note_added", object(json!({ "text": text }))));
    }
    store.commit(&signer, entries).expect("written");
    let written = store.entries_from(&signer.series(), 1, 1, 1000, 8 << 20).expect("read");
    let wire = |entry: &liuhen_store::StoredEntry| {
        let body = entry.salt.as_ref().zip(entry.body.as_deref());
        WireEntry::new(&entry.item, body).expect("an entry")
    };
    let batch = PushBatch {
        v: 1,
        known: 0,
        keys: vec![signer.public_key()],
        entries: written.iter().map(wire).collect(),
    };
    assert_eq!(batch.entries.len() as u64, EACH);
    Laptop { signer, batch }
}

fn object(value: Value) -> serde_json::Map<String, Value> {
    let Value::Object(fields) = value else { panic!("a body is an object") };
    fields
}

/// What a laptop met on its way.
#[derive(Default)]
struct Met {
    told_to_wait: u32,
    broken: Vec<String>,
}

impl Met {
    /// Obeys "come again", counts broken lines and tries them again.
    fn patiently<T>(&mut self, call: impl Fn() -> Result<T, DoorError>) -> Result<T, DoorError> {
        let begun = Instant::now();
        loop {
            match call() {
                Err(DoorError::Busy { retry_after }) if begun.elapsed() < FOR_GOOD => {
                    self.told_to_wait += 1;
                    std::thread::sleep(Duration::from_secs(retry_after));
                }
                Err(DoorError::Unreachable { reason }) if self.broken.len() < 5 => {
                    self.broken.push(reason);
                    std::thread::sleep(Duration::from_secs(1));
                }
                other => return other,
            }
        }
    }
}

/// Connects, signs in, hands in, and verifies each receipt.
fn hand_in(town: &Town, laptop: &Laptop, met: &mut Met) -> Result<(), String> {
    let said = |what: &'static str| move |error: DoorError| format!("{what}: {error}");
    let door = door(&town.url, town.note.tls[0]);
    let series = laptop.signer.series();
    let begun = Instant::now();
    let token = loop {
        let challenge =
            met.patiently(|| door.challenge(&ChallengeRequest { series })).map_err(said("challenge"))?;
        let message = challenge_message(&challenge.nonce, &town.pin);
        let signature = laptop.signer.sign(Domain::Challenge, &message);
        let request = SessionRequest { series, nonce: challenge.nonce, signature };
        match met.patiently(|| door.session(&request)) {
            Ok(session) => break Token(session.token),
            // All of them have one address here, so its share is small: a challenge may be over before its turn comes.
            Err(DoorError::Unauthorised) if begun.elapsed() < FOR_GOOD => {}
            Err(error) => return Err(said("session")(error)),
        }
    };
    let answer: ReceiptsAnswer = met.patiently(|| door.push(&token, &laptop.batch)).map_err(said("push"))?;
    let (checkpoint, _) =
        Checkpoint::verify(&answer.checkpoint, &town.note.log).map_err(|e| e.to_string())?;
    for receipt in &answer.receipts {
        let (size, root) = (checkpoint.size, &checkpoint.root);
        merkle::verify_inclusion(&receipt.hash, receipt.index, size, &receipt.path, root)
            .map_err(|error| error.to_string())?;
    }
    let given = answer.receipts.len() as u64;
    if given == EACH { Ok(()) } else { Err(format!("{given} receipts, stopped: {:?}", answer.stopped)) }
}

/// Makes all laptops, several at a time: enrolment waits for the township's disk.
fn prepared(town: &Town, count: usize) -> Vec<Laptop> {
    let (door, next, made) =
        (door(&town.url, town.note.tls[0]), Mutex::new(0..count), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                loop {
                    let Some(number) = next.lock().expect("unharmed").next() else { return };
                    let laptop = laptop(town, &door, number);
                    made.lock().expect("unharmed").push(laptop);
                }
            });
        }
    });
    made.into_inner().expect("unharmed")
}

#[test]
fn on_monday_morning_every_laptop_gets_its_receipts_and_memory_stays_bounded() {
    let count = laptops();
    let town = Town::open();
    assert!(town.took_all_files(), "the township stays with 1,024 open files");
    let begun = Instant::now();
    let laptops = prepared(&town, count);
    println!("{count} laptops enrolled in {:.1} s", begun.elapsed().as_secs_f64());
    let before = town.ask(&json!({ "command": "status" }))["size"].as_u64().expect("a size");
    let (resting, start) = (town.memory("VmRSS"), Barrier::new(count));
    town.forget_peak();
    let begun = Instant::now();
    let ended: Vec<(Met, Result<(), String>)> = std::thread::scope(|scope| {
        let (town, start) = (&town, &start);
        let run = |laptop| {
            let body = move || {
                let mut met = Met::default();
                start.wait();
                let result = hand_in(town, laptop, &mut met);
                (met, result)
            };
            std::thread::Builder::new().stack_size(1 << 20).spawn_scoped(scope, body).expect("a thread")
        };
        let running: Vec<_> = laptops.iter().map(run).collect();
        running.into_iter().map(|laptop| laptop.join().expect("no panic")).collect()
    });
    let took = begun.elapsed().as_secs_f64();
    let (peak, told) = (town.memory("VmHWM"), ended.iter().map(|(met, _)| met.told_to_wait).sum::<u32>());
    let broken: Vec<&String> = ended.iter().flat_map(|(met, _)| &met.broken).collect();
    println!(
        "{count} laptops x {EACH} entries in {took:.1} s, told to come again {told} times, {} lines broken; \
         township {resting} KiB before, {peak} KiB at most",
        broken.len()
    );
    let refused: Vec<&String> = ended.iter().filter_map(|(_, result)| result.as_ref().err()).collect();
    assert!(refused.is_empty(), "{} refused for good: {:?}", refused.len(), &refused[..refused.len().min(5)]);
    assert!(
        broken.is_empty(),
        "{} lines broke unexplained: {:?}",
        broken.len(),
        &broken[..broken.len().min(5)]
    );
    assert!(peak <= MOST_MEMORY + count as u64 * MOST_EACH, "the township took {peak} KiB");
    let after = town.ask(&json!({ "command": "status" }))["size"].as_u64().expect("a size");
    assert_eq!(after - before, count as u64 * EACH, "each entry once, nothing else");
    let verified = town.ask(&json!({ "command": "verify", "deep": false }));
    assert_eq!(verified["sound"], true, "{verified}");
}
