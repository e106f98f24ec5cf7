//! Tests that need more than one crate: the house rules, and stories of laptops and a township.
//!
//! The library itself only says where the tree is; each `[[test]]` of this package is a program of its own.

use std::path::{Path, PathBuf};

/// The root of the tree: the folder that holds the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_path_buf()
}
