//! Checks the window's configuration and capabilities at build time and embeds the built UI.

fn main() {
    tauri_build::build();
}
