//! Tiles (c2sp.org/tlog-tiles): the log as static files that any web server can hand out.
//!
//! A full tile is 256 hashes; a partial one names its width. Paths are relative to the log's prefix.

use crate::{Error, Result};

/// Hashes in a full tile.
pub const WIDTH: u64 = 256;
/// Tree levels per tile level.
pub const HEIGHT: u8 = 8;

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tile {
    /// Hashes of a tile level (0 = leaves).
    Hashes {
        /// The tile level, 0–7 for any size that occurs.
        level: u8,
        /// The tile's number on its level.
        index: u64,
        /// Hashes in it, 1–256.
        width: u16,
    },
    /// The entries themselves, each with its length before it.
    Entries {
        /// The bundle's number.
        index: u64,
        /// Entries in it, 1–256.
        width: u16,
    },
}

/// Three digits a group, all but the last marked with `x`: 1234067 is `x001/x234/067`.
fn number(index: u64) -> String {
    let mut groups = vec![format!("{:03}", index % 1000)];
    let mut rest = index / 1000;
    while rest > 0 {
        groups.push(format!("x{:03}", rest % 1000));
        rest /= 1000;
    }
    groups.reverse();
    groups.join("/")
}

fn parse_number(path: &str) -> Option<u64> {
    let groups: Vec<&str> = path.split('/').collect();
    let (last, before) = groups.split_last()?;
    let digits = |group: &str| {
        (group.len() == 3 && group.bytes().all(|c| c.is_ascii_digit())).then(|| group.parse::<u64>().ok())?
    };
    let mut index = 0_u64;
    for group in before {
        index = index.checked_mul(1000)?.checked_add(digits(group.strip_prefix('x')?)?)?;
    }
    index = index.checked_mul(1000)?.checked_add(digits(last)?)?;
    // Only the shortest spelling names a tile.
    (number(index) == path).then_some(index)
}

impl Tile {
    /// The path below the log's prefix.
    pub fn path(&self) -> String {
        let (place, index, width) = match self {
            Self::Hashes { level, index, width } => (level.to_string(), *index, *width),
            Self::Entries { index, width } => ("entries".to_owned(), *index, *width),
        };
        let full = format!("tile/{place}/{}", number(index));
        if u64::from(width) == WIDTH { full } else { format!("{full}.p/{width}") }
    }

    /// Reads a path.
    pub fn parse(path: &str) -> Result<Self> {
        let bad = Error::Malformed { what: "tile path", reason: "not tile/<level>/<number>[.p/<width>]" };
        let (place, rest) =
            path.strip_prefix("tile/").and_then(|rest| rest.split_once('/')).ok_or_else(|| bad.clone())?;
        let (rest, width) = match rest.split_once(".p/") {
            Some((rest, width)) => {
                let parsed: u16 = width.parse().map_err(|_| bad.clone())?;
                if !(1..256).contains(&parsed) || parsed.to_string() != width {
                    return Err(bad);
                }
                (rest, parsed)
            }
            None => (rest, 256),
        };
        let index = parse_number(rest).ok_or_else(|| bad.clone())?;
        if place == "entries" {
            return Ok(Self::Entries { index, width });
        }
        let level: u8 = place.parse().map_err(|_| bad.clone())?;
        if level > 63 || level.to_string() != place {
            return Err(bad);
        }
        Ok(Self::Hashes { level, index, width })
    }

    /// Whether a log of `size` entries has (had) this tile: its last hash is complete.
    pub fn exists(&self, size: u64) -> bool {
        let (level, index, width) = match self {
            Self::Hashes { level, index, width } => (*level, *index, *width),
            Self::Entries { index, width } => (0, *index, *width),
        };
        // On level L one hash covers 256^L leaves.
        let hashes = size.checked_shr(u32::from(level) * u32::from(HEIGHT)).unwrap_or(0);
        index
            .checked_mul(WIDTH)
            .and_then(|first| first.checked_add(u64::from(width)))
            .is_some_and(|last| last <= hashes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_there_and_back() {
        let check = |tile: Tile, path: &str| {
            assert_eq!(tile.path(), path);
            assert_eq!(Tile::parse(path), Ok(tile));
        };
        check(Tile::Hashes { level: 0, index: 1_234_067, width: 256 }, "tile/0/x001/x234/067");
        check(Tile::Hashes { level: 1, index: 0, width: 7 }, "tile/1/000.p/7");
        check(Tile::Entries { index: 5, width: 255 }, "tile/entries/005.p/255");
    }

    #[test]
    fn other_spellings_name_nothing() {
        for path in [
            "tile/0/1",
            "tile/00/001",
            "tile/0/x000/001",
            "tile/0/001.p/256",
            "tile/0/001.p/0",
            "tile/0/../1",
            "tile/64/001",
        ] {
            assert!(Tile::parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_partial_tile_exists_once_its_last_hash_does() {
        let tile = |level, index, width| Tile::Hashes { level, index, width };
        assert!(tile(0, 0, 3).exists(3) && !tile(0, 0, 4).exists(3));
        assert!(tile(1, 0, 1).exists(256) && !tile(1, 0, 1).exists(255));
    }
}
