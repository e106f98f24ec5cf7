//! The system's player, for what this program's own window cannot play.
//!
//! It is given an address of the loopback door, not a file: nothing is written to disk in plain text.
//! The address is a capability that expires and becomes void when the home is locked.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{MEDIA, address, find};
use crate::departures;
use crate::error::{ApiError, Result};
use crate::input::OpenMedia;
use crate::laptop::Laptop;
use crate::view::{PlayedOutside, make};

/// Players that take an address, the most usual first.
const PLAYERS: [&str; 8] = ["mpv", "vlc", "celluloid", "totem", "smplayer", "dragon", "mplayer", "ffplay"];

/// The first player found in the folders of `PATH`.
fn player(path: Option<&std::ffi::OsStr>) -> Option<(&'static str, PathBuf)> {
    let folders: Vec<PathBuf> = path.map(|path| std::env::split_paths(path).collect()).unwrap_or_default();
    PLAYERS.iter().find_map(|name| {
        let found = folders.iter().map(|folder| folder.join(name)).find(|program| program.is_file())?;
        Some((*name, found))
    })
}

/// Plays a file with a program of this machine. That it left is noted.
pub fn play_outside(laptop: &Laptop, input: OpenMedia) -> Result<PlayedOutside> {
    let screen = laptop.screen()?;
    let media = laptop.read(|store| {
        let (id, state) = find(store, &input.media)?;
        make::media_view(store, &screen, &id, &state)
    })?;
    if !media.here {
        return Err(ApiError::new("media_missing"));
    }
    let (name, program) =
        player(std::env::var_os("PATH").as_deref()).ok_or_else(|| ApiError::new("no_player"))?;
    let url = address(laptop, &media, false).ok_or_else(|| ApiError::new("no_player"))?;
    departures::note(laptop, MEDIA, &media.id)?;
    let mut child = Command::new(program)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| ApiError::new("no_player").detail(error.kind()))?;
    // Somebody has to take note of its end, or it stays as a zombie.
    std::thread::spawn(move || drop(child.wait()));
    Ok(PlayedOutside { program: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::player;

    #[test]
    fn the_first_known_player_in_the_path_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(player(Some(folder.path().as_os_str())), None);
        assert_eq!(player(None), None);
        for name in ["totem", "vlc", "unknown"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(player(Some(folder.path().as_os_str())), Some(("vlc", folder.path().join("vlc"))));
    }
}
