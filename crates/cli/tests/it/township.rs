//! A real township over HTTPS on loopback, and the built program at it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use liuhen_server::control;
use liuhen_server::township::{Founding, KeyPlace};
use liuhen_server::{Limits, Served, Township, serve_in_background};
use liuhen_store::Moment;
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const WORDS: &str = "菜场外人行道一号";

/// What the program answered.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) lines: Vec<Value>,
    pub(crate) people: String,
}

impl Said {
    /// The one object of an answer.
    pub(crate) fn object(&self) -> &Value {
        assert_eq!((self.code, self.lines.len()), (0, 1), "{self:?}");
        &self.lines[0]
    }

    /// The failure of an answer: one object, one sentence, exit code not 0.
    pub(crate) fn failure(&self) -> &Value {
        assert_ne!(self.code, 0, "{self:?}");
        let last = self.lines.last().expect("an object");
        let message = last["message"].as_str().unwrap();
        assert!(self.people.contains(message), "the person reads the sentence: {self:?}");
        assert!(message.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter)), "{message}");
        assert!(last["code"].is_string() && last.get("detail").is_some());
        last
    }
}

pub(crate) struct Scene {
    pub(crate) folder: TempDir,
    pub(crate) moment: Moment,
    township: Township,
    served: Option<Served>,
    pub(crate) url: String,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let moment = Moment::fixed(Moment::system().now(), 3);
        let (home, key) = (folder.path().join("township"), folder.path().join("township.key"));
        let founding = Founding {
            name: "示例镇".to_owned(),
            origin: None,
            keys: KeyPlace::Folder(folder.path().join("papers")),
        };
        Township::found(&home, &key, &founding, &moment).unwrap();
        let township = Township::open(&home, &key, moment.clone(), Limits::default()).unwrap();
        let served = serve_in_background(township.clone(), "127.0.0.1:0".parse().unwrap()).unwrap();
        let url = served.ready().url.clone();
        Self { folder, moment, township, served: Some(served), url }
    }

    pub(crate) fn invite(&self, name: &str) -> String {
        let command = json!({
            "command": "invite", "name": name, "certificate": "DEMO-0001", "valid_until": "2099-12-31", "role": "officer",
        });
        let answer = control::run(&self.township, serde_json::from_value(command).unwrap()).unwrap();
        answer["code"].as_str().unwrap().to_owned()
    }

    /// The township goes away.
    pub(crate) fn leave(&mut self) {
        if let Some(served) = self.served.take() {
            served.stop().unwrap();
        }
    }

    pub(crate) fn home(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// An enrolled laptop.
    pub(crate) fn enrolled(&self, name: &str) -> PathBuf {
        let home = self.home(name);
        let code = self.invite("执法员一");
        run(&home, &["enrol", "--township", &self.url, "--code", &code], "").object();
        home
    }

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

/// Runs the program with the usual passphrase.
pub(crate) fn run(home: &Path, arguments: &[&str], stdin: &str) -> Said {
    run_with(home, arguments, stdin, &[("LIUHEN_PASSPHRASE", WORDS)])
}

/// Runs the program with this environment and no terminal.
pub(crate) fn run_with(home: &Path, arguments: &[&str], stdin: &str, environment: &[(&str, &str)]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_liuhen"));
    command.arg("--home").arg(home).args(arguments);
    for name in ["LIUHEN_PASSPHRASE", "LIUHEN_NEW_PASSPHRASE", "LIUHEN_HOME", "LIUHEN_UI"] {
        command.env_remove(name);
    }
    command.envs(environment.iter().copied());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that reads nothing closes its end early: that is no failure.
    drop(child.stdin.take().map(|mut pipe| pipe.write_all(stdin.as_bytes())));
    let output = child.wait_with_output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let lines = out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| json!(line))).collect();
    Said {
        code: output.status.code().unwrap_or(-1),
        lines,
        people: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
