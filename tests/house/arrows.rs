//! Which crate may use which. The table is the one in ARCHITECTURE.md; a new arrow changes both.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::tree::{none, root};

/// What a crate may use of ours, and whose code must not be in it however deep.
struct Rule {
    name: &'static str,
    may_use: &'static [&'static str],
    tests_may_use: &'static [&'static str],
    never: &'static [&'static str],
}

const NETWORK: &[&str] = &["reqwest", "hyper", "axum", "tauri", "ureq", "curl", "tonic", "tungstenite"];
const PURE_NEVER: &[&str] = &[
    "reqwest",
    "hyper",
    "axum",
    "tauri",
    "tokio",
    "rusqlite",
    "libsqlite3-sys",
    "rustix",
    "tempfile",
    "rand",
    "futures",
    "clap",
];
const STORE_NEVER: &[&str] = &["reqwest", "hyper", "axum", "tauri", "tokio", "futures"];

const RULES: &[Rule] = &[
    Rule { name: "core", may_use: &[], tests_may_use: &[], never: PURE_NEVER },
    Rule { name: "protocol", may_use: &[], tests_may_use: &[], never: PURE_NEVER },
    Rule { name: "store", may_use: &["core", "protocol"], tests_may_use: &[], never: STORE_NEVER },
    Rule { name: "app", may_use: &["store", "core", "protocol"], tests_may_use: &[], never: STORE_NEVER },
    Rule {
        name: "sync",
        may_use: &["app", "store", "protocol"],
        tests_may_use: &["core", "server"],
        never: &["axum", "tauri"],
    },
    Rule {
        name: "desk",
        may_use: &["app"],
        tests_may_use: &["protocol", "store"],
        never: &["reqwest", "tauri"],
    },
    Rule { name: "server", may_use: &["store", "core", "protocol"], tests_may_use: &[], never: &["tauri"] },
    Rule {
        name: "cli",
        may_use: &["desk", "app", "sync"],
        tests_may_use: &["server", "store"],
        never: &["tauri"],
    },
    Rule {
        name: "bench",
        may_use: &["core", "protocol", "store", "app", "sync", "server"],
        tests_may_use: &[],
        never: &["tauri"],
    },
    Rule { name: "desktop", may_use: &["desk", "app", "sync"], tests_may_use: &[], never: &[] },
    Rule {
        name: "tests",
        may_use: &[],
        tests_may_use: &["core", "protocol", "store", "app", "sync", "server", "desk"],
        never: &[],
    },
];

/// The direct use of these is kept to the crates named: everything else reaches them through those.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("rusqlite", &["store", "tests", "bench"]),
    // The township calls its outside witnesses.
    ("reqwest", &["sync", "server", "desk (tests)", "cli (tests)", "tests", "bench"]),
    ("ed25519-dalek", &["protocol", "store", "server (tests)", "sync (tests)", "tests", "bench"]),
    ("ring", &["store"]),
    ("hpke", &["store"]),
    ("argon2", &["store"]),
    ("image", &["store"]),
    ("tauri", &["desktop"]),
];

struct Graph {
    /// Our crates: short name → (normal and build dependencies, dependencies of tests), by crate name.
    ours: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>,
    /// Package name → everything it is built from, tests left out.
    closure: BTreeMap<String, BTreeSet<String>>,
}

fn short(name: &str) -> Option<&str> {
    name.strip_prefix("liuhen-")
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default().iter()
}

fn graph() -> Graph {
    let metadata = metadata();
    let mut ours = BTreeMap::new();
    let mut names = BTreeMap::new();
    for package in list(&metadata, "packages") {
        names.insert(text(package, "id").to_owned(), text(package, "name").to_owned());
        let Some(name) = short(text(package, "name")) else {
            continue;
        };
        let (mut normal, mut tests) = (BTreeSet::new(), BTreeSet::new());
        for dependency in list(package, "dependencies") {
            let kind = if text(dependency, "kind") == "dev" { &mut tests } else { &mut normal };
            kind.insert(text(dependency, "name").to_owned());
        }
        ours.insert(name.to_owned(), (normal, tests));
    }
    let mut edges: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for node in list(&metadata["resolve"], "nodes") {
        let used = list(node, "deps")
            .filter(|dep| list(dep, "dep_kinds").any(|kind| text(kind, "kind") != "dev"))
            .map(|dep| text(dep, "pkg").to_owned())
            .collect();
        edges.insert(text(node, "id").to_owned(), used);
    }
    let mut closure = BTreeMap::new();
    for (id, name) in &names {
        if short(name).is_none() {
            continue;
        }
        let (mut seen, mut open) = (BTreeSet::new(), vec![id.clone()]);
        while let Some(id) = open.pop() {
            for next in edges.get(&id).into_iter().flatten() {
                if seen.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        let reached = seen.iter().filter_map(|id| names.get(id)).cloned().collect();
        closure.insert(short(name).unwrap_or_default().to_owned(), reached);
    }
    Graph { ours, closure }
}

#[test]
fn every_crate_uses_only_what_its_arrows_allow() {
    let graph = graph();
    let mut found = Vec::new();
    for (name, (normal, tests)) in &graph.ours {
        let Some(rule) = RULES.iter().find(|rule| rule.name == name) else {
            found.push(format!("{name}: no rule for this crate"));
            continue;
        };
        for used in normal.iter().filter_map(|used| short(used)) {
            if !rule.may_use.contains(&used) {
                found.push(format!("{name} -> {used}"));
            }
        }
        for used in tests.iter().filter_map(|used| short(used)) {
            if !rule.may_use.contains(&used) && !rule.tests_may_use.contains(&used) {
                found.push(format!("{name} (tests) -> {used}"));
            }
        }
    }
    none(
        &found,
        "an arrow that ARCHITECTURE.md does not have; a new one needs an ADR and a line in tests/house/arrows.rs:",
    );
}

#[test]
fn no_crate_contains_what_it_must_never_contain() {
    let graph = graph();
    let mut found = Vec::new();
    for rule in RULES {
        let Some(reached) = graph.closure.get(rule.name) else {
            continue;
        };
        for never in rule.never {
            if reached.contains(*never) {
                found.push(format!("{} is built from {never}", rule.name));
            }
        }
    }
    none(&found, "offline and purity are facts of the build; find who brought it with `cargo tree -i`:");
}

#[test]
fn the_use_cases_cannot_link_a_network() {
    let graph = graph();
    let reached = &graph.closure["app"];
    let found: Vec<String> = NETWORK
        .iter()
        .filter(|name| reached.contains(**name))
        .map(|name| format!("app is built from {name}"))
        .collect();
    none(&found, "offline is a compile-time fact of the crate with the use cases:");
}

#[test]
fn the_township_is_built_without_the_laptop() {
    let graph = graph();
    let found: Vec<String> = ["liuhen-app", "liuhen-sync", "liuhen-desk", "liuhen-cli"]
        .iter()
        .filter(|name| graph.closure["server"].contains(**name))
        .map(|name| format!("server is built from {name}"))
        .collect();
    none(&found, "laptop and township share journal, folds and vault, and nothing above them:");
}

#[test]
fn what_only_one_crate_may_touch_is_touched_only_there() {
    let graph = graph();
    let mut found = Vec::new();
    for (dependency, allowed) in ONLY_IN {
        for (name, (normal, tests)) in &graph.ours {
            if normal.contains(*dependency) && !allowed.contains(&name.as_str()) {
                found.push(format!("{name} -> {dependency}"));
            }
            let in_tests = format!("{name} (tests)");
            let excused = allowed.contains(&name.as_str()) || allowed.contains(&in_tests.as_str());
            if tests.contains(*dependency) && !excused {
                found.push(format!("{in_tests} -> {dependency}"));
            }
        }
    }
    none(&found, "SQL lives in store, HTTP clients in sync, keys in store and protocol:");
}

#[test]
fn the_lock_file_stays_below_its_ceiling() {
    let packages = crate::tree::read("Cargo.lock").matches("[[package]]").count();
    assert!(packages <= 780, "{packages} packages in Cargo.lock: say in an ADR why, and raise the ceiling");
}
