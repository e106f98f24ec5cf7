//! A laptop in a temporary folder, with a clock that stands still.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeZone, Utc};
use liuhen_app::input::{Enrol, Nothing, StartMatter};
use liuhen_app::view::{JobState, JobView, MatterView, StartKind};
use liuhen_app::{ApiError, Laptop, LaptopOptions, api, capture, home};
use liuhen_store::Moment;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::township::Town;

pub(crate) const ONE: &str = "执法员一";
pub(crate) const TWO: &str = "执法员二";
pub(crate) const WORDS: &str = "菜场外人行道一号";

/// 2026-11-23 08:10 in Shanghai.
pub(crate) fn morning() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 0, 10, 0).unwrap()
}

pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) town: Arc<Town>,
    pub(crate) moment: Moment,
    pub(crate) laptop: Laptop,
}

impl World {
    /// A laptop nobody is enrolled on.
    pub(crate) fn fresh() -> Self {
        let folder = TempDir::new().unwrap();
        let town = Arc::new(Town::new(&[ONE, TWO], morning()));
        let moment = Moment::fixed(morning(), 1);
        let laptop = open(folder.path(), &town, &moment).unwrap();
        Self { folder, town, moment, laptop }
    }

    /// A laptop with one officer who has unlocked it.
    pub(crate) fn with_one() -> Self {
        let world = Self::fresh();
        world.enrol(WORDS).unwrap();
        world
    }

    /// A laptop with two officers; the first is at it.
    pub(crate) fn with_two() -> Self {
        let world = Self::with_one();
        world.enrol(&words_of_two()).unwrap();
        world
    }

    pub(crate) fn enrol(&self, passphrase: &str) -> Result<(), ApiError> {
        let input = Enrol {
            township: "https://192.0.2.1:8443".to_owned(),
            code: "ANY".to_owned(),
            passphrase: passphrase.to_owned(),
            device: Some("laptop".to_owned()),
        };
        home::enrol(&self.laptop, input).map(|_| ())
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The program ends and starts again.
    pub(crate) fn restart(self) -> Self {
        let Self { folder, town, moment, laptop } = self;
        drop(laptop);
        // A program's end also ends its threads; here a job that was just told to stop may hold the home a moment longer.
        let mut opened = open(folder.path(), &town, &moment);
        for _ in 0..100 {
            match &opened {
                Err(error) if error.code == "home_busy" => {}
                _ => break,
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
            opened = open(folder.path(), &town, &moment);
        }
        let laptop = opened.unwrap();
        Self { folder, town, moment, laptop }
    }

    pub(crate) fn start(&self, kind: StartKind, second: Option<&str>) -> MatterView {
        let input = StartMatter {
            start: kind,
            title: "菜场外人行道设摊占道".to_owned(),
            place: "观海卫镇一号路菜场外".to_owned(),
            coordinates: None,
            second: second.map(str::to_owned),
            follows: None,
        };
        capture::start_matter(&self.laptop, input).unwrap()
    }

    pub(crate) fn call(&self, name: &str, input: Value) -> Result<Value, ApiError> {
        api::dispatch(&self.laptop, name, input)
    }

    /// Calls a command and expects its view.
    pub(crate) fn ok(&self, name: &str, input: Value) -> Value {
        self.call(name, input).unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    /// Calls a command and expects a failure; answers its code.
    pub(crate) fn no(&self, name: &str, input: Value) -> String {
        match self.call(name, input) {
            Err(error) => {
                assert!(!error.message.starts_with("error."), "no sentence for {}", error.code);
                error.code
            }
            Ok(view) => panic!("{name} answered {view}"),
        }
    }

    /// Waits for a job started by a command and answers its last state.
    pub(crate) fn finished(&self, started: &Value) -> JobView {
        let id = started["id"].clone();
        loop {
            let seen = self.laptop.changes().revision;
            let job: JobView = serde_json::from_value(self.ok("job", json!({ "job": id }))).unwrap();
            if !matches!(job.state, JobState::Running | JobState::Stopping) {
                return job;
            }
            self.laptop.wait_for_change(seen, Duration::from_secs(5));
        }
    }

    pub(crate) fn sync(&self) {
        let job = self.finished(&self.ok("sync", json!({})));
        assert_eq!(job.state, JobState::Done, "{:?}", job.error);
    }

    pub(crate) fn officers(&self) -> Vec<String> {
        home::officers(&self.laptop, Nothing {})
            .unwrap()
            .officers
            .into_iter()
            .map(|officer| officer.name)
            .collect()
    }

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

pub(crate) fn words_of_two() -> String {
    format!("{WORDS}二")
}

pub(crate) fn open(folder: &Path, town: &Arc<Town>, moment: &Moment) -> Result<Laptop, ApiError> {
    let options = LaptopOptions { moment: moment.clone(), courier: Some(town.clone()), facts: None };
    Laptop::open(&folder.join("home"), options)
}
