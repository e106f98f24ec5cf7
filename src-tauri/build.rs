//! Checks the window's configuration and capabilities at build time and embeds the built UI.

fn main() {
    // The built UI becomes part of the program.
    println!("cargo:rerun-if-changed=../ui/dist");
    tauri_build::build();
}
