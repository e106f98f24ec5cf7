//! The program itself: one clear sentence and an exit code for whatever goes wrong, one JSON line when the door is open.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_liuhen-township"));
    command.arg("--home").arg(home).arg("--json").env_remove("LIUHEN_TOWNSHIP_KEY");
    command
}

fn run(home: &Path, line: &str) -> Output {
    program(home).args(line.split(' ')).output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stdout)))
}

#[test]
fn a_township_is_founded_served_asked_and_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let keys = folder.path().join("usb");
    let founded = program(&home).args(["init", "--name", "河西镇", "--keys-to"]).arg(&keys).output().unwrap();
    assert!(founded.status.success());
    assert!(json(&founded)["root_key"].is_null(), "written, not shown");
    assert!(keys.join("root.key").is_file() && keys.join("recovery.key").is_file());
    assert_eq!(json(&run(&home, "init"))["code"], "home_exists");

    let mut serving =
        program(&home).args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(serving.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(ready["spki"], json(&founded)["spki"]);
    let invited =
        run(&home, "invite --name 执法员一 --certificate 33 --valid-until 2028-01-01 --role officer");
    assert!(invited.status.success() && json(&invited)["code"].is_string(), "while it is served");
    assert_eq!(json(&run(&home, "verify --deep"))["sound"], true);
    assert_eq!(run(&home, "serve --listen 127.0.0.1:0").status.code(), Some(1), "a second process");
    let pid = rustix_pid(serving.id());
    assert!(Command::new("kill").arg("-TERM").arg(pid).status().unwrap().success());
    assert!(serving.wait().unwrap().success(), "SIGTERM ends it in order");
    let officers = run(&home, "officers");
    assert!(officers.status.success() && officers.stdout.is_empty(), "nobody is enrolled yet");
}

fn rustix_pid(id: u32) -> String {
    id.to_string()
}

#[test]
fn bad_input_is_answered_with_a_code_and_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let fault = |line: &str| {
        let output = run(&home, line);
        assert_eq!(output.status.code(), Some(1), "{line}");
        let fault = json(&output);
        assert!(fault["message"].as_str().unwrap().chars().any(|c| c > '\u{4e00}'), "{fault}");
        fault["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(fault("officers"), "no_home");
    assert!(run(&home, "init").status.success());
    assert_eq!(fault("invite --name 执法员一 --role officer"), "invite_certificate");
    assert_eq!(fault("revoke --officer 无此人 --reason left"), "officer_unknown");
    assert_eq!(fault("pending admit --reason x --by 无此人"), "officer_unknown");
    assert_eq!(fault("witness add --name w --key nonsense"), "township_protocol");
    assert_eq!(fault("restore --in /nowhere --recovery-key /nowhere"), "township_key_file");
    std::fs::rename(folder.path().join("home.key"), folder.path().join("elsewhere")).unwrap();
    assert_eq!(fault("officers"), "township_key_file");
    assert_eq!(run(&home, "invite --role emperor").status.code(), Some(2));
}
