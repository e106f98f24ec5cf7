//! The files of the tree as git sees them: tracked, or new and not ignored.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// One text file of the tree.
pub(crate) struct Source {
    /// Path from the root, with `/`.
    pub(crate) path: String,
    /// The whole text.
    pub(crate) text: String,
}

/// Paths of all files, from the root, sorted.
pub(crate) fn paths() -> Vec<String> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the files");
    assert!(output.status.success(), "git ls-files failed");
    let mut paths: Vec<String> = String::from_utf8(output.stdout)
        .expect("paths are UTF-8")
        .lines()
        .filter(|path| root().join(path).is_file())
        .map(str::to_owned)
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

/// All readable text files whose path ends in one of `endings`.
pub(crate) fn sources(endings: &[&str]) -> Vec<Source> {
    paths()
        .into_iter()
        .filter(|path| endings.iter().any(|ending| path.ends_with(ending)))
        .filter_map(|path| {
            let text = fs::read_to_string(root().join(&path)).ok()?;
            Some(Source { path, text })
        })
        .collect()
}

/// The text of one file that must be there.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The root of the tree.
pub(crate) fn root() -> PathBuf {
    liuhen_tests::root()
}

/// Fails with every finding on a line of its own.
pub(crate) fn none(found: &[String], advice: &str) {
    assert!(found.is_empty(), "{advice}\n  {}", found.join("\n  "));
}

/// The part of a Rust file before its tests.
pub(crate) fn without_tests(text: &str) -> &str {
    text.find("#[cfg(test)]").map_or(text, |at| &text[..at])
}

/// Whether a path holds tests only.
pub(crate) fn is_test(path: &str) -> bool {
    ["tests/", "bench/"].iter().any(|folder| path.starts_with(folder))
        || ["/tests/", "/examples/"].iter().any(|folder| path.contains(folder))
}
