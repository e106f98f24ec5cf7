//! How a source file looks: how long it is, how it begins, what it is called, and what it leaves alone.

use crate::tree::{is_test, none, paths, sources, without_tests};

const CODE: &[&str] = &[".rs", ".ts", ".vue", ".mjs", ".py", ".sh", ".go", "scripts/run", "scripts/test"];
const USUAL_LINES: usize = 400;
const MOST_LINES: usize = 600;

/// Files that may pass the usual length, each for a reason that can be stated.
const LONGER: &[(&str, &str)] = &[];

/// Made by a program, read by no person.
fn is_generated(path: &str) -> bool {
    path.starts_with("ui/src/api/bindings/") || path.contains("/gen/") || path.contains("/corpus/")
}

/// Whether a line holds the word; a path counts only where it begins (`liuhen/root/v1` is none).
fn stands_in(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        !word.starts_with('/')
            || !line[..at]
                .ends_with(|before: char| before.is_alphanumeric() || before == '}' || before == '>')
    })
}

#[test]
fn files_stay_short_enough_to_be_read() {
    let mut found = Vec::new();
    for source in sources(CODE) {
        let lines = source.text.lines().count();
        let excused = LONGER.iter().any(|(path, _)| *path == source.path);
        let most = if excused { MOST_LINES } else { USUAL_LINES };
        if lines > most && !is_generated(&source.path) {
            found.push(format!("{}: {lines}", source.path));
        }
    }
    none(
        &found,
        "split it by what it knows, or state in tests/house/sources.rs why it is longer (at most 600):",
    );
}

#[test]
fn every_excuse_for_length_is_still_needed() {
    let all = sources(CODE);
    let found: Vec<String> = LONGER
        .iter()
        .filter(|(path, _)| {
            !all.iter().any(|source| source.path == *path && source.text.lines().count() > USUAL_LINES)
        })
        .map(|(path, reason)| format!("{path}: {reason}"))
        .collect();
    none(&found, "no longer long; take it off the list:");
}

#[test]
fn every_module_says_what_it_is_for() {
    let found: Vec<String> = sources(&[".rs"])
        .into_iter()
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| source.path)
        .collect();
    none(&found, "begin with `//!`: what is here, and what is deliberately not:");
}

#[test]
fn a_module_lies_beside_its_folder() {
    let found: Vec<String> = paths().into_iter().filter(|path| path.ends_with("/mod.rs")).collect();
    none(&found, "foo.rs beside foo/, so that an editor's tabs can be told apart:");
}

#[test]
fn a_crate_has_one_program_of_tests() {
    let found: Vec<String> = paths()
        .into_iter()
        .filter(|path| path.starts_with("crates/") && path.rsplit('.').next() == Some("rs"))
        .filter(|path| path.split('/').nth(2) == Some("tests") && path.split('/').nth(3) != Some("it"))
        .collect();
    none(&found, "put it into the crate's tests/it/, or scripts/test does not run it:");
}

#[test]
fn names_say_what_a_thing_is() {
    const SUFFIXES: &[&str] =
        &["Manager", "Service", "Util", "Utils", "Helper", "Helpers", "Handler", "Impl", "Data", "Info"];
    const FILES: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc", "manager", "service"];
    let mut found = Vec::new();
    for source in sources(&[".rs", ".ts", ".vue", ".py"]) {
        if is_generated(&source.path) {
            continue;
        }
        let stem = source.path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
        if FILES.contains(&stem.to_lowercase().as_str()) {
            found.push(format!("{}: a file of this name holds anything", source.path));
        }
        for (number, line) in source.text.lines().enumerate() {
            let words: Vec<&str> =
                line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
            let declares = |word: &str| matches!(word, "struct" | "enum" | "trait" | "class" | "interface");
            for pair in words.windows(2).filter(|pair| declares(pair[0])) {
                let upper = pair[1].starts_with(|c: char| c.is_ascii_uppercase());
                if upper && SUFFIXES.iter().any(|suffix| pair[1].ends_with(suffix)) {
                    found.push(format!("{}:{}: {}", source.path, number + 1, pair[1]));
                }
            }
        }
    }
    none(&found, "name the thing by what it is, not by what kind of code it is:");
}

#[test]
fn pure_crates_touch_nothing_outside() {
    const OUTSIDE: &[&str] = &[
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::thread",
        "std::time",
        "std::io",
        "async fn",
        "Utc::now",
        "Local::now",
        "SystemTime",
        "Instant",
        "Uuid::new_v",
        "Uuid::now_v",
        "getrandom",
        "thread_rng",
        "include_bytes!",
    ];
    let mut found = Vec::new();
    for source in sources(&[".rs"]) {
        if !(source.path.starts_with("crates/core/src/") || source.path.starts_with("crates/protocol/src/")) {
            continue;
        }
        let text = without_tests(&source.text);
        for (number, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for word in OUTSIDE.iter().filter(|word| line.contains(**word)) {
                found.push(format!("{}:{}: {word}", source.path, number + 1));
            }
        }
    }
    none(&found, "core and protocol are pure: clock, ids, keys and bytes come in as values:");
}

#[test]
fn protocol_knows_no_word_of_the_trade() {
    const TRADE: &[&str] =
        &["matter", "officer", "patrol", "inspection", "certificate", "draft", "camera", "finding"];
    let mut found = Vec::new();
    for source in sources(&[".rs"]) {
        if !source.path.starts_with("crates/protocol/src/") {
            continue;
        }
        for (number, line) in without_tests(&source.text).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default().to_lowercase();
            let words = code.split(|c: char| !c.is_ascii_alphabetic());
            for word in words.filter(|word| TRADE.contains(word)) {
                found.push(format!("{}:{}: {word}", source.path, number + 1));
            }
        }
    }
    none(&found, "protocol says what is written, core says what it means:");
}

#[test]
fn only_moment_reads_the_clock_and_draws_ids() {
    const READERS: &[&str] = &["Utc::now", "Local::now", "SystemTime::now", "Uuid::new_v4", "Uuid::now_v7"];
    let mut found = Vec::new();
    for source in sources(&[".rs"]) {
        if is_test(&source.path) || source.path.starts_with("crates/store/src/moment") {
            continue;
        }
        for (number, line) in without_tests(&source.text).lines().enumerate() {
            for reader in READERS.iter().filter(|reader| line.contains(**reader)) {
                found.push(format!("{}:{}: {reader}", source.path, number + 1));
            }
        }
    }
    none(&found, "clock and ids come from store/moment, so that a test can set them:");
}

#[test]
fn nothing_is_left_for_later_and_no_machine_is_named() {
    // Written in two halves, so that this file does not find itself.
    let left: Vec<String> = [
        ("TO", "DO"),
        ("FIX", "ME"),
        ("to", "do!("),
        ("unimplemen", "ted!("),
        ("db", "g!("),
        ("#[ig", "nore"),
        ("/wo", "rk/"),
        ("/ro", "ot/"),
        ("/home/us", "er"),
        (".on", "ly("),
        ("it.sk", "ip("),
    ]
    .iter()
    .map(|(one, other)| format!("{one}{other}"))
    .collect();
    let endings = [CODE, &[".md", ".toml", ".json", ".yaml", ".html", ".css"][..]].concat();
    let mut found = Vec::new();
    for source in sources(&endings) {
        if source.path.ends_with("package-lock.json") || is_generated(&source.path) {
            continue;
        }
        for (number, line) in source.text.lines().enumerate() {
            for word in left.iter().filter(|word| stands_in(line, word)) {
                found.push(format!("{}:{}: {word}", source.path, number + 1));
            }
        }
    }
    none(&found, "do it now or file an issue; a path of one machine works on one machine:");
}

#[test]
fn a_lint_is_set_aside_only_with_a_reason() {
    let mut found = Vec::new();
    for source in sources(&[".rs"]) {
        let lines: Vec<&str> = source.text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let line = line.trim_start();
            let allows =
                line.starts_with(concat!("#[al", "low(")) || line.starts_with(concat!("#![al", "low("));
            let end = lines.len().min(number + 8);
            let attribute: String = lines[number..end].concat();
            let attribute = attribute.split(")]").next().unwrap_or_default();
            if allows && !(is_test(&source.path) && attribute.contains("reason =")) {
                found.push(format!("{}:{}", source.path, number + 1));
            }
        }
    }
    none(
        &found,
        "`#[expect(lint, reason = \"…\")]`, which says when it is no longer needed (in tests, allow with a reason):",
    );
}
