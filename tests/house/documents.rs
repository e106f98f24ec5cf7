//! That the documents say what the tree does: links lead somewhere, tests named exist, and the
//! protocol page names the very bytes that the golden files hold.

use std::fmt::Write as _;
use std::fs;

use sha2::{Digest, Sha256};

use crate::tree::{none, paths, read, root, sources};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The targets of `[text](target)` in a page.
fn links(text: &str) -> Vec<&str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect()
}

#[test]
fn every_link_in_the_documents_leads_somewhere() {
    let mut found = Vec::new();
    for page in sources(&[".md"]) {
        let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for link in links(&page.text) {
            let target = link.split(['#', ' ']).next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            if !root().join(folder).join(target).exists() {
                found.push(format!("{}: {link}", page.path));
            }
        }
    }
    none(&found, "a link to nothing:");
}

#[test]
fn the_protocol_page_names_the_golden_files_by_their_digests() {
    let page = read("docs/protocol.md");
    let mut found = Vec::new();
    let golden: Vec<String> = paths()
        .into_iter()
        .filter(|path| path.starts_with("crates/protocol/tests/") && path.contains("golden/"))
        .collect();
    assert!(!golden.is_empty(), "crates/protocol/tests holds golden files");
    for path in golden {
        let digest = hex(&Sha256::digest(fs::read(root().join(&path)).expect("a golden file reads")));
        if !page.contains(&digest) {
            found.push(format!("{path}: {digest}"));
        }
    }
    none(
        &found,
        "docs/protocol.md is normative: golden bytes that changed are a new version of the protocol:",
    );
}

#[test]
fn the_map_names_every_crate_and_stays_a_map() {
    let map = read("ARCHITECTURE.md");
    assert!(map.lines().count() <= 300, "ARCHITECTURE.md has {} lines, 300 at most", map.lines().count());
    let found: Vec<String> = paths()
        .into_iter()
        .filter_map(|path| {
            path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml").map(|name| format!("crates/{name}"))
        })
        .filter(|name| !map.contains(name.as_str()))
        .collect();
    none(&found, "ARCHITECTURE.md is the map of the tree:");
}

#[test]
fn the_threat_model_names_only_tests_that_exist() {
    let page = read("docs/threat-model.md");
    let code: String =
        sources(&[".rs", ".py", ".go", ".ts", ".mjs"]).into_iter().map(|source| source.text).collect();
    let mut found = Vec::new();
    for name in page.split('`').skip(1).step_by(2).filter_map(|span| span.strip_prefix("test:")) {
        let (file, name) = name.rsplit_once("::").unwrap_or(("", name));
        if !file.is_empty() && !root().join(file).exists() {
            found.push(format!("{file}: no such file"));
        }
        let exists =
            file.is_empty() || fs::read_to_string(root().join(file)).is_ok_and(|text| text.contains(name));
        if !exists || !code.contains(name) {
            found.push(name.to_owned());
        }
    }
    none(&found, "a defence is said to be tested by what is not there:");
}

#[test]
fn the_threat_model_names_every_mutant_and_no_other() {
    let page = read("docs/threat-model.md");
    let named: Vec<&str> =
        page.split('`').skip(1).step_by(2).filter_map(|span| span.strip_prefix("mutant:")).collect();
    let there: Vec<String> = paths()
        .into_iter()
        .filter_map(|path| Some(path.strip_prefix("tests/mutants/")?.strip_suffix(".patch")?.to_owned()))
        .collect();
    let mut found: Vec<String> = named
        .iter()
        .filter(|name| !there.iter().any(|patch| patch == *name))
        .map(|name| format!("{name}: no such patch"))
        .collect();
    found.extend(there.iter().filter(|patch| !named.contains(&patch.as_str())).cloned());
    none(&found, "docs/threat-model.md says beside each test which defences it misses:");
}

#[test]
fn the_readme_is_a_page_with_a_picture_and_two_commands() {
    let page = read("README.md");
    assert!(page.lines().count() <= 100, "README.md is one page");
    for needed in
        ["scripts/run", "scripts/test", "docs/picture.png", "ARCHITECTURE.md", "docs/threat-model.md"]
    {
        assert!(page.contains(needed), "README.md does not name {needed}");
    }
}

#[test]
fn the_scripts_that_people_call_can_be_called() {
    use std::os::unix::fs::PermissionsExt as _;
    let found: Vec<String> = ["scripts/run", "scripts/test", ".ci/run"]
        .into_iter()
        .filter(|path| {
            fs::metadata(root().join(path)).is_ok_and(|file| file.permissions().mode() & 0o111 == 0)
        })
        .map(str::to_owned)
        .collect();
    none(&found, "not executable:");
    assert!(read(".ci/run").lines().count() <= 3, ".ci/run calls scripts/test and nothing else");
}
