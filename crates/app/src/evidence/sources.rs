//! Where files may come from: what is plugged in, the folder kept in view, an import that was stopped.
//!
//! A source is only looked at, by names and sizes. Systems mount sticks, cards and cameras under a few
//! folders; `LIUHEN_VOLUMES` names others, divided by colons.

use std::path::{Path, PathBuf};

use liuhen_store::Store;
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use super::propose::Before;
use crate::error::{ApiError, Result};
use crate::input::{ImportInto, ImportMedia, Nothing, WatchFolder};
use crate::laptop::Laptop;
use crate::view::{MediaSource, Size, SourceKind, SourcesView, UnfinishedImport};

/// Names the folders under which volumes appear.
const VOLUMES: &str = "LIUHEN_VOLUMES";
/// Setting with the folder kept in view.
const WATCHED: &str = "watched_folder";
/// Setting with the import that has not come to its end.
const UNFINISHED: &str = "unfinished_import";
/// Files of a source that are looked at.
const MOST: usize = 5000;
/// Folders inside folders of a source that are looked into.
const DEPTH: usize = 8;
/// Endings of files that cameras, phones and docks write.
const ENDINGS: [&str; 23] = [
    "mp4", "mov", "avi", "mkv", "3gp", "m4v", "ts", "mpg", "webm", "wav", "mp3", "m4a", "amr", "aac", "jpg",
    "jpeg", "png", "heic", "bmp", "webp", "tif", "tiff", "pdf",
];

/// The folders under which volumes appear.
fn roots() -> Vec<PathBuf> {
    if let Some(named) = std::env::var_os(VOLUMES) {
        return std::env::split_paths(&named).collect();
    }
    let user = std::env::var("USER").unwrap_or_default();
    let mut roots = vec![PathBuf::from("/mnt"), PathBuf::from("/media")];
    if !user.is_empty() {
        roots.push(Path::new("/media").join(&user));
        roots.push(Path::new("/run/media").join(&user));
    }
    roots
}

/// The folders in a root, themselves no roots.
fn volumes(roots: &[PathBuf]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = roots
        .iter()
        .filter_map(|root| std::fs::read_dir(root).ok())
        .flat_map(|items| items.filter_map(std::result::Result::ok))
        .filter(|item| item.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|item| item.path())
        .filter(|path| !roots.contains(path))
        .collect();
    found.sort();
    found
}

fn look(kind: SourceKind, path: &Path, before: &Before) -> MediaSource {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let mut source = MediaSource {
        kind,
        path: path.display().to_string(),
        name,
        there: path.is_dir(),
        files: 0,
        fresh: 0,
        size: Size(0),
    };
    let walk = WalkDir::new(path).follow_links(false).max_depth(DEPTH).into_iter();
    for entry in walk.filter_map(std::result::Result::ok).filter(is_media).take(MOST) {
        let size = entry.metadata().map_or(0, |meta| meta.len());
        source.files += 1;
        if !before.has(&entry.file_name().to_string_lossy(), size) {
            source.fresh += 1;
            source.size.0 += size;
        }
    }
    source
}

fn is_media(entry: &walkdir::DirEntry) -> bool {
    let ending = entry.path().extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    entry.file_type().is_file() && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// Everything files may come from now.
pub fn media_sources(laptop: &Laptop, _: Nothing) -> Result<SourcesView> {
    laptop.officer()?;
    let (before, watched, unfinished) = laptop.read(|store| {
        let watched: Option<String> = store.setting(WATCHED)?.and_then(|row| row.as_str().map(str::to_owned));
        Ok((Before::load(store)?, watched, unfinished(store)?))
    })?;
    // Read without the store: a card may be slow.
    let mut sources: Vec<MediaSource> = volumes(&roots())
        .iter()
        .map(|path| look(SourceKind::Volume, path, &before))
        // An empty folder under /mnt is no camera.
        .filter(|source| source.files > 0)
        .collect();
    sources.extend(watched.map(|path| look(SourceKind::Watched, Path::new(&path), &before)));
    let unfinished = unfinished.filter(|_| laptop.running_import().is_none()).map(|left| UnfinishedImport {
        paths: left.input.paths,
        matter: left.input.matter,
        offset_seconds: left.input.offset_seconds,
        device: left.input.device,
        into: left.input.into,
        begun_at: left.begun_at,
    });
    Ok(SourcesView { sources, unfinished })
}

/// Keeps a folder in view (a dock's export, a share), or none any more.
pub fn watch_folder(laptop: &Laptop, input: WatchFolder) -> Result<SourcesView> {
    laptop.officer()?;
    let path = input.path.filter(|path| !path.trim().is_empty());
    if let Some(path) = &path
        && !Path::new(path).is_dir()
    {
        return Err(ApiError::with("file_missing", &[("path", path)]));
    }
    laptop.with_store(|store| -> Result<()> {
        match &path {
            Some(path) => Ok(store.set_setting(WATCHED, &path.as_str().into())?),
            None => Ok(store.remove_setting(WATCHED)?),
        }
    })?;
    media_sources(laptop, Nothing {})
}

/// An import that has not come to its end.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Unfinished {
    officer: String,
    begun_at: String,
    input: ImportMedia,
}

fn unfinished(store: &Store) -> Result<Option<Unfinished>> {
    Ok(store.setting(UNFINISHED)?.and_then(|row| serde_json::from_value(row).ok()))
}

/// Remembers what is being imported, so that it can be gone on with after a stop or a crash.
pub(super) fn remember(laptop: &Laptop, officer: &str, input: &ImportMedia) -> Result<()> {
    let begun_at = laptop.moment().wall();
    let left = Unfinished { officer: officer.to_owned(), begun_at, input: input.clone() };
    let row = serde_json::to_value(&left).map_err(ApiError::invalid)?;
    laptop.with_store(|store| -> Result<()> { Ok(store.set_setting(UNFINISHED, &row)?) })
}

/// Forgets it: everything was tried.
pub(super) fn forget(laptop: &Laptop) -> Result<()> {
    laptop.with_store(|store| -> Result<()> { Ok(store.remove_setting(UNFINISHED)?) })
}

/// Forgets an import that was stopped, at somebody's wish.
pub fn forget_import(laptop: &Laptop, _: Nothing) -> Result<SourcesView> {
    laptop.officer()?;
    forget(laptop)?;
    media_sources(laptop, Nothing {})
}

/// Where one file of an import belongs.
pub(super) fn matter_of<'a>(input: &'a ImportMedia, path: &str) -> Option<&'a str> {
    let named: Option<&ImportInto> = input.into.iter().find(|into| into.path == path);
    named.map_or(input.matter.as_deref(), |into| into.matter.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_is_counted_by_what_cameras_write_and_by_what_is_new() {
        let folder = tempfile::tempdir().unwrap();
        let card = folder.path().join("CARD/DCIM");
        std::fs::create_dir_all(&card).unwrap();
        for name in ["a.MP4", "b.jpg", "readme.txt"] {
            std::fs::write(card.join(name), name).unwrap();
        }
        let found = volumes(&[folder.path().to_owned()]);
        assert_eq!(found, [folder.path().join("CARD")]);
        let source = look(SourceKind::Volume, &found[0], &Before::default());
        assert_eq!((source.files, source.fresh, source.size), (2, 2, Size(10)));
        assert_eq!((source.name.as_str(), source.there), ("CARD", true));
    }

    #[test]
    fn a_folder_that_holds_volumes_is_none_itself() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("officer");
        std::fs::create_dir_all(own.join("CARD")).unwrap();
        assert_eq!(volumes(&[folder.path().to_owned(), own.clone()]), [own.join("CARD")]);
    }

    #[test]
    fn a_file_may_belong_elsewhere_than_the_rest() {
        let into = ImportInto { path: "b".to_owned(), matter: Some("two".to_owned()) };
        let none = ImportInto { path: "c".to_owned(), matter: None };
        let input =
            ImportMedia { matter: Some("one".to_owned()), into: vec![into, none], ..ImportMedia::default() };
        assert_eq!(matter_of(&input, "a"), Some("one"));
        assert_eq!(matter_of(&input, "b"), Some("two"));
        assert_eq!(matter_of(&input, "c"), None);
    }
}
