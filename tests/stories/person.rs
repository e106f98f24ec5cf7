//! An officer at a laptop, in one process: every act goes through the one list of commands.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use liuhen_app::{ApiError, Laptop, LaptopOptions, api};
use liuhen_store::Moment;
use liuhen_store::media::facts::FactsCommand;
use serde_json::{Value, json};

use crate::wire::{Faults, Wire};
use crate::world::World;

/// How long one job may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) passphrase: String,
    pub(crate) home: PathBuf,
    pub(crate) laptop: Laptop,
    pub(crate) wire: Arc<Wire>,
    moment: Moment,
}

impl Person {
    /// Invites an officer and enrols the laptop at `home`.
    pub(crate) fn enrolled(world: &World, name: &str, role: &str, home: &Path) -> Self {
        let code = world.invite(name, role);
        let person = Self::beside(world, name, home);
        person.enrol(world, &code);
        person
    }

    /// A laptop that waits for its first enrolment.
    pub(crate) fn beside(world: &World, name: &str, home: &Path) -> Self {
        let moment = world.moment_for(home);
        let wire = Arc::new(world.line(home));
        let options = options(world, &moment, &wire);
        let laptop = Laptop::open(home, options).expect("the home opens");
        Self {
            name: name.to_owned(),
            passphrase: format!("{name}的一个口令"),
            home: home.to_owned(),
            laptop,
            wire,
            moment,
        }
    }

    #[track_caller]
    pub(crate) fn enrol(&self, world: &World, code: &str) {
        let given = json!({"township": world.address(), "code": code, "passphrase": self.passphrase});
        self.must("enrol", given);
    }

    /// Switches the laptop off and on again.
    pub(crate) fn reopened(self, world: &World) -> Self {
        let Self { name, passphrase, home, laptop, wire, moment } = self;
        drop(laptop);
        let options = options(world, &moment, &wire);
        let laptop = Laptop::open(&home, options).expect("the home opens again");
        let person = Self { name, passphrase, home, laptop, wire, moment };
        person.unlock();
        person
    }

    pub(crate) fn unlock(&self) {
        self.must("unlock", json!({"officer": self.name, "passphrase": self.passphrase}));
    }

    /// Unlocks a laptop that was left alone for so long that it locked itself.
    pub(crate) fn come_back(&self) {
        if self.must("home_state", json!({}))["state"] == "locked" {
            self.unlock();
        }
    }

    /// One command; a job is followed to its end and its result is the answer.
    pub(crate) fn ask(&self, name: &str, input: Value) -> Result<Value, ApiError> {
        let answer = api::dispatch(&self.laptop, name, input)?;
        let Some(job) = answer.get("started_at").and(answer["id"].as_str()) else { return Ok(answer) };
        let (job, mut seen) = (job.to_owned(), 0);
        let begun = std::time::Instant::now();
        loop {
            let view = api::dispatch(&self.laptop, "job", json!({"job": job}))?;
            match view["state"].as_str() {
                Some("done") => return Ok(view["result"].clone()),
                Some("failed" | "cancelled") => {
                    return Err(serde_json::from_value(view["error"].clone())
                        .unwrap_or_else(|_| ApiError::new("cancelled")));
                }
                _ => assert!(begun.elapsed() < PATIENCE, "{}: {name} does not end: {view}", self.name),
            }
            seen = self.laptop.wait_for_change(seen, Duration::from_millis(50)).revision;
        }
    }

    /// One command that has to succeed.
    #[track_caller]
    pub(crate) fn must(&self, name: &str, input: Value) -> Value {
        match self.ask(name, input.clone()) {
            Ok(answer) => answer,
            Err(error) => panic!("{}: {name} {input}: {error:?}", self.name),
        }
    }

    /// One command that has to be refused with this code.
    #[track_caller]
    pub(crate) fn refused(&self, name: &str, input: Value, code: &str) {
        match self.ask(name, input.clone()) {
            Ok(answer) => panic!("{}: {name} {input} was not refused: {answer}", self.name),
            Err(error) => assert_eq!(error.code, code, "{}: {name} {input}: {error:?}", self.name),
        }
    }

    /// Starts a patrol; gives its id.
    #[track_caller]
    pub(crate) fn patrol(&self, title: &str) -> String {
        let view = self.must("start_matter", json!({"start": "patrol", "title": title, "place": "一号路"}));
        id_of(&view)
    }

    #[track_caller]
    pub(crate) fn note(&self, matter: &str, text: &str) {
        self.must("add_note", json!({"matter": matter, "text": text}));
    }

    /// Texts of the notes of a matter, in the order of the timeline.
    #[track_caller]
    pub(crate) fn notes(&self, matter: &str) -> Vec<String> {
        let view = self.must("matter", json!({"matter": matter}));
        let timeline = view["timeline"].as_array().cloned().unwrap_or_default();
        timeline
            .iter()
            .filter(|item| item["kind"] == "note")
            .filter_map(|item| item["text"].as_str().map(str::to_owned))
            .collect()
    }

    #[track_caller]
    pub(crate) fn sync(&self) -> Value {
        self.must("sync", json!({}))
    }

    /// Syncs over a line as bad as it is; what fails is tried again another time.
    pub(crate) fn try_sync(&self) -> bool {
        self.ask("sync", json!({})).is_ok()
    }

    pub(crate) fn on_a_good_line(&self) {
        self.wire.set_offline(false);
        self.wire.set(Faults::NONE);
    }

    /// Waits as long as wrong passphrases demand.
    pub(crate) fn wait_out_the_delay(&self) {
        let state = self.must("home_state", json!({}));
        self.moment.advance(1000 * (1 + state["wait_seconds"].as_u64().unwrap_or_default()));
    }

    /// Names of the signing keys in the home's files, as a thief of the disk sees them.
    pub(crate) fn series_on_disk(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.home.join("keys").join("slots.json")).expect("slots");
        let slots: Value = serde_json::from_str(&text).expect("JSON");
        let slots = slots["content"]["slots"].as_array().cloned().unwrap_or_default();
        slots.iter().filter_map(|slot| slot["signer"]["public_key"].as_str().map(str::to_owned)).collect()
    }

    /// The township's machine is another one now; the address is the same.
    pub(crate) fn moved_to(&self, world: &World) {
        world.connect(&self.wire);
    }

    pub(crate) fn advance(&self, millis: u64) {
        self.moment.advance(millis);
    }

    /// Every document of the home as text, sorted: what this laptop believes.
    pub(crate) fn belief(&self) -> Vec<String> {
        self.laptop
            .with_store(|store| Ok::<_, ApiError>(crate::world::documents(store)))
            .expect("the store is open")
    }
}

/// What a laptop of a story is opened with. Facts of foreign files are nothing here: the program that
/// reads them is the real one's business.
fn options(world: &World, moment: &Moment, wire: &Arc<Wire>) -> LaptopOptions {
    LaptopOptions {
        moment: moment.clone(),
        courier: Some(world.courier(Arc::clone(wire))),
        facts: Some(FactsCommand::of(PathBuf::from("false"), [""; 0])),
    }
}

/// The id of a matter in its view.
pub(crate) fn id_of(view: &Value) -> String {
    view["line"]["id"].as_str().unwrap_or_else(|| panic!("no id in {view}")).to_owned()
}
