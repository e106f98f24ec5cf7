//! Every code that can be answered has a sentence, in the places where codes are made.

use std::path::{Path, PathBuf};

use liuhen_app::strings::has_sentence;
use liuhen_core::findings::Rule;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The text literals that directly follow a call.
fn literals<'a>(text: &'a str, call: &str) -> Vec<&'a str> {
    text.split(call).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_code_made_in_the_laptops_crates_has_a_sentence() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for name in ["app", "desk", "cli"] {
        sources(&crates.join(name).join("src"), &mut files);
    }
    let mut missing = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let errors = ["ApiError::new(\"", "ApiError::with(\"", "Self::new(\"", "Self::with(\""];
        for code in errors.iter().flat_map(|call| literals(&text, call)) {
            if !has_sentence(&format!("error.{code}")) {
                missing.push(format!("error.{code}"));
            }
        }
        for key in literals(&text, "sentence(\"") {
            if !has_sentence(key) {
                missing.push(key.to_owned());
            }
        }
        for code in literals(&text, "fault(\"") {
            if !has_sentence(&format!("result.fault_{code}")) {
                missing.push(format!("result.fault_{code}"));
            }
        }
    }
    assert!(missing.is_empty(), "no sentence: {missing:?}");
}

#[test]
fn every_finding_has_a_sentence() {
    let missing: Vec<_> =
        Rule::ALL.iter().filter(|rule| !has_sentence(&format!("finding.{}", rule.word()))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_refusal_has_a_sentence() {
    // The codes are read from the source: an enum with values cannot be listed.
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src/refusal.rs");
    let text = std::fs::read_to_string(source).unwrap();
    let body = text.split("fn code").nth(1).unwrap().split("fn article").next().unwrap();
    let codes: Vec<_> = literals(body, "=> \"");
    assert!(codes.len() > 20);
    let missing: Vec<_> = codes.iter().filter(|code| !has_sentence(&format!("error.{code}"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
