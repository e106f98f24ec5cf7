//! The township of a story: the real one, opened in this process, with its operator's commands.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use liuhen_app::Courier;
use liuhen_protocol::{Digest, canonical};
use liuhen_server::control::{self, Command};
use liuhen_server::township::{Founding, KeyPlace, Restoring, RevokeOrder};
use liuhen_server::{Limits, Served, Township, serve_in_background};
use liuhen_store::{Moment, Query, Store};
use liuhen_sync::{Pauses, TownshipCourier};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::person::Person;
use crate::wire::Wire;

/// The supervisor in whose name late entries are judged.
const JUDGE: &str = "监督员一";

/// Fields are dropped in this order: the door closes before its home goes.
pub(crate) struct World {
    served: RefCell<Option<Served>>,
    township: Township,
    seed: u64,
    moment: Moment,
    home: PathBuf,
    address: String,
    sticks: RefCell<u32>,
    dir: Arc<TempDir>,
}

impl World {
    /// A township in this process, without sockets.
    pub(crate) fn new(seed: u64) -> Self {
        let dir = Arc::new(TempDir::new().expect("a folder for the story"));
        let moment = Moment::fixed(begin(), seed);
        let home = dir.path().join("township");
        let founding = Founding {
            name: "观海卫镇".to_owned(),
            origin: None,
            keys: KeyPlace::Folder(dir.path().join("papers")),
        };
        Township::found(&home, &key_file(&home), &founding, &moment).expect("the township is founded");
        Self::opened(dir, seed, moment, home)
    }

    /// The same behind a real HTTPS server on loopback.
    pub(crate) fn over_https(seed: u64) -> Self {
        let mut world = Self::new(seed);
        "127.0.0.1:0".clone_into(&mut world.address);
        world.start_server();
        world
    }

    fn opened(dir: Arc<TempDir>, seed: u64, moment: Moment, home: PathBuf) -> Self {
        let township = Township::open(&home, &key_file(&home), moment.clone(), Limits::default())
            .expect("the township opens");
        Self {
            dir,
            seed,
            moment,
            home,
            township,
            served: RefCell::default(),
            address: "https://township.test".to_owned(),
            sticks: RefCell::default(),
        }
    }

    pub(crate) fn start_server(&mut self) {
        let place = self.address.trim_start_matches("https://").to_owned();
        let listen: SocketAddr = place.parse().expect("an address of this machine");
        let served = serve_in_background(self.township.clone(), listen).expect("the door opens");
        self.address.clone_from(&served.ready().url);
        *self.served.borrow_mut() = Some(served);
    }

    pub(crate) fn stop_server(&self) {
        if let Some(served) = self.served.borrow_mut().take() {
            served.stop().expect("the door closes in peace");
        }
    }

    /// What laptops type as the township's address.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// A folder of this story.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A laptop's own clock, beginning when the story begins.
    pub(crate) fn moment_for(&self, home: &Path) -> Moment {
        Moment::fixed(begin(), self.seed_of(home))
    }

    /// Every laptop of every story has a chance of its own.
    fn seed_of(&self, home: &Path) -> u64 {
        let name = home.file_name().unwrap_or_default().as_encoded_bytes();
        name.iter().fold(self.seed.wrapping_mul(31), |sum, byte| {
            sum.wrapping_mul(131).wrapping_add(u64::from(*byte))
        })
    }

    /// A line from a laptop to this township.
    pub(crate) fn line(&self, home: &Path) -> Wire {
        Wire::new(Arc::new(self.township.local_door()), self.seed_of(home))
    }

    /// Lays a laptop's line to this township.
    pub(crate) fn connect(&self, wire: &Wire) {
        wire.lead_to(Some(Arc::new(self.township.local_door())));
    }

    pub(crate) fn courier(&self, wire: Arc<Wire>) -> Arc<dyn Courier> {
        let pauses = Pauses { base: Duration::from_millis(1), tries: 3 };
        if self.served.borrow().is_some() {
            return Arc::new(TownshipCourier::https_with(pauses));
        }
        Arc::new(TownshipCourier::over(move |_| Ok(Arc::clone(&wire) as _), pauses))
    }

    fn run(&self, command: Command) -> Value {
        control::run(&self.township, command).expect("the operator's command is done")
    }

    fn command(&self, command: Value) -> Value {
        self.run(serde_json::from_value(command).expect("an operator's command"))
    }

    /// An enrolment code for a new officer.
    pub(crate) fn invite(&self, name: &str, role: &str) -> String {
        let answer = self.command(json!({
            "command": "invite", "name": name, "certificate": "DEMO-0001", "valid_until": "2028-12-31", "role": role
        }));
        code_of(&answer)
    }

    /// A code for another key of an officer who is known.
    pub(crate) fn invite_again(&self, name: &str) -> String {
        code_of(&self.command(json!({"command": "invite", "officer": name})))
    }

    pub(crate) fn revoke(&self, name: &str, reason: &str) {
        let reason = serde_json::from_value(json!(reason)).expect("a reason");
        self.run(Command::Revoke(RevokeOrder {
            officer: Some(name.to_owned()),
            series: None,
            reason,
            last: None,
        }));
    }

    /// Hashes of the entries that wait for a supervisor.
    pub(crate) fn pending(&self) -> Vec<Digest> {
        let lines = self.run(Command::PendingList);
        let lines = lines.as_array().cloned().unwrap_or_default();
        lines.iter().map(|line| serde_json::from_value(line["hash"].clone()).expect("a hash")).collect()
    }

    pub(crate) fn admit(&self, entries: &[Digest], reason: &str) {
        self.judge(true, entries, reason);
    }

    pub(crate) fn decline(&self, entries: &[Digest], reason: &str) {
        self.judge(false, entries, reason);
    }

    fn judge(&self, admit: bool, entries: &[Digest], reason: &str) {
        let (entries, reason) = (entries.to_vec(), reason.to_owned());
        self.run(Command::PendingJudge { admit, entries, reason, by: JUDGE.to_owned() });
    }

    pub(crate) fn log_size(&self) -> u64 {
        self.township.size()
    }

    pub(crate) fn origin(&self) -> String {
        self.township.origin()
    }

    pub(crate) fn advance(&self, millis: u64) {
        self.moment.advance(millis);
    }

    /// The path of the recovery key, as it lies on a stick.
    pub(crate) fn recovery_key(&self) -> PathBuf {
        self.folder("papers").join("recovery.key")
    }

    /// Every signature, chain, receipt and byte of the township.
    #[track_caller]
    pub(crate) fn is_sound(&self) {
        let report = self.run(Command::Verify { deep: true });
        assert_eq!(report["sound"], true, "{report}");
    }

    // By hand

    fn stick(&self) -> PathBuf {
        let mut count = self.sticks.borrow_mut();
        *count += 1;
        self.folder(&format!("stick-{count}"))
    }

    /// What a laptop writes for the township.
    pub(crate) fn parcel_of(&self, person: &Person) -> PathBuf {
        let out = self.stick();
        fs::create_dir_all(&out).expect("a stick");
        person.must("sync", json!({"to": out}));
        out
    }

    /// The township takes a parcel; gives the folder with its answers, and what it reports.
    pub(crate) fn take(&self, parcel: &Path) -> (PathBuf, Value) {
        let answer = self.stick();
        fs::create_dir_all(&answer).expect("a stick");
        let report = self.run(Command::Carry { input: parcel.to_owned(), output: answer.clone() });
        (answer, report)
    }

    /// Whether a report names what is wrong with a parcel.
    pub(crate) fn names_damage(report: &Value) -> bool {
        let parcels = report["parcels"].as_array().cloned().unwrap_or_default();
        parcels.iter().any(|parcel| {
            !parcel["refused"].is_null()
                || parcel["broken"].as_array().is_some_and(|broken| !broken.is_empty())
        })
    }

    /// A stick there and back.
    #[track_caller]
    pub(crate) fn carry(&self, person: &Person) {
        let (answer, report) = self.take(&self.parcel_of(person));
        assert!(!Self::names_damage(&report), "{report}");
        person.must("sync", json!({"from": answer}));
    }

    // Disasters

    pub(crate) fn backup(&self) -> PathBuf {
        let out = self.folder("backup");
        self.run(Command::Backup { out: out.clone() });
        out
    }

    /// The server burns: only backup and papers are left.
    pub(crate) fn burnt_and_restored(self, people: &[&Person], backup: &Path) -> Self {
        cut_off(people);
        let Self { dir, seed, moment, home, township, .. } = self;
        drop(township);
        fs::remove_dir_all(&home).expect("it burns");
        fs::remove_file(key_file(&home)).expect("its key file too");
        let paper = |name: &str| fs::read_to_string(dir.path().join("papers").join(name)).ok();
        let with =
            Restoring { recovery_key: paper("recovery.key"), root_key: paper("root.key"), checkpoint: None };
        let home = dir.path().join("township-again");
        let restored = Township::restore(&home, &key_file(&home), backup, &with, &moment).expect("restored");
        assert!(restored.new_log, "nobody showed that nothing was lost");
        Self::opened(dir, seed, moment, home)
    }

    /// Everything the township has on disk now, as a snapshot of its machine would keep it.
    pub(crate) fn snapshot(self, people: &[&Person]) -> (Self, PathBuf) {
        cut_off(people);
        let Self { dir, seed, moment, home, township, .. } = self;
        drop(township);
        let copy = dir.path().join("snapshot");
        copy_folder(&home, &copy);
        (Self::opened(dir, seed, moment, home), copy)
    }

    /// The machine is set back to a snapshot.
    pub(crate) fn set_back_to(self, people: &[&Person], snapshot: &Path) -> Self {
        cut_off(people);
        let Self { dir, seed, moment, home, township, .. } = self;
        drop(township);
        fs::remove_dir_all(&home).expect("the newer state is gone");
        copy_folder(snapshot, &home);
        Self::opened(dir, seed, moment, home)
    }

    /// Files below a folder.
    pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut open = vec![folder.to_owned()];
        while let Some(folder) = open.pop() {
            for item in fs::read_dir(&folder).expect("a folder reads").flatten() {
                let path = item.path();
                if path.is_dir() { open.push(path) } else { found.push(path) }
            }
        }
        found.sort();
        found
    }

    /// Makes the checksum of a small JSON file anew, as somebody would who knows the format.
    pub(crate) fn reseal_checked_file(path: &Path) {
        let Ok(text) = fs::read_to_string(path) else { return };
        let Ok(mut outer) = serde_json::from_str::<BTreeMap<String, Value>>(&text) else { return };
        if !outer.contains_key("sha256") {
            return;
        }
        let inner = json!({"content": outer["content"], "generation": outer["generation"]});
        let sum = Digest::of(&canonical(&inner, "file").expect("canonical")).to_hex();
        outer.insert("sha256".to_owned(), json!(sum));
        fs::write(path, serde_json::to_vec(&outer).expect("JSON")).expect("written");
    }
}

fn begin() -> DateTime<Utc> {
    "2026-11-23T00:10:00Z".parse().expect("a time")
}

/// A machine that is switched off has no lines.
fn cut_off(people: &[&Person]) {
    for person in people {
        person.wire.lead_to(None);
    }
}

fn key_file(home: &Path) -> PathBuf {
    home.with_extension("key")
}

fn code_of(invited: &Value) -> String {
    invited["code"].as_str().unwrap_or_else(|| panic!("no code in {invited}")).to_owned()
}

fn copy_folder(from: &Path, to: &Path) {
    for path in World::files_below(from) {
        let target = to.join(path.strip_prefix(from).expect("below"));
        fs::create_dir_all(target.parent().expect("a folder")).expect("made");
        if fs::metadata(&path).is_ok_and(|file| file.is_file()) {
            fs::copy(&path, &target).expect("copied");
        }
    }
}

/// Every document of a store as one line of text, sorted.
pub(crate) fn documents(store: &Store) -> Vec<String> {
    let found = store.documents(&Query { limit: None, ..Query::default() }).expect("documents are read");
    let mut lines: Vec<String> =
        found.iter().map(|document| format!("{}/{} {}", document.kind, document.id, document.json)).collect();
    lines.sort();
    lines
}
