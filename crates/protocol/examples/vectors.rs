//! Writes the test vectors of docs/protocol.md to a folder: `cargo run -p liuhen-protocol --example
//! vectors -- DIR`. For people who write a checker of their own; nothing in the build uses it.

#[path = "../tests/it/vectors.rs"]
#[allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::pedantic,
    clippy::unwrap_used,
    reason = "shared with the tests"
)]
mod vectors;

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).unwrap_or_else(|| "vectors".into());
    let folder = std::path::PathBuf::from(folder);
    std::fs::create_dir_all(&folder)?;
    for (name, bytes) in vectors::all() {
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}
