//! A BagIt 1.0 bag (RFC 8493): written file by file, checked file by file.
//!
//! Knows nothing of what is in the payload. Writing makes every file durable; a folder whose
//! `tagmanifest-sha256.txt` is missing was not finished.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};

use liuhen_protocol::Digest;
use sha2::{Digest as _, Sha256};

use crate::error::{ApiError, Result};

const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
const PIECE: usize = 256 * 1024;

/// A bag being written.
pub(crate) struct BagWriter {
    folder: PathBuf,
    payload: BTreeMap<String, (String, u64)>,
}

impl BagWriter {
    /// Begins a bag in a folder that does not exist or is empty.
    pub(crate) fn create(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|error| ApiError::file(folder, &error))?;
        let mut items = fs::read_dir(folder).map_err(|error| ApiError::file(folder, &error))?;
        if items.next().is_some() {
            return Err(ApiError::with("folder_not_empty", &[("path", &folder.display().to_string())]));
        }
        Ok(Self { folder: folder.to_path_buf(), payload: BTreeMap::new() })
    }

    /// Adds a small payload file; `name` begins with `data/`.
    pub(crate) fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.add_from(name, &mut &*bytes, &mut |_| Ok(())).map(|_| ())
    }

    /// Adds a payload file from a reader, telling `step` about every piece. Answers its digest.
    pub(crate) fn add_from(
        &mut self,
        name: &str,
        source: &mut dyn Read,
        step: &mut dyn FnMut(u64) -> Result<()>,
    ) -> Result<Digest> {
        let path = self.folder.join(name);
        let failed = |error: &std::io::Error| ApiError::file(&path, error);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| failed(&error))?;
        }
        let mut file =
            OpenOptions::new().write(true).create_new(true).open(&path).map_err(|error| failed(&error))?;
        let mut hash = Sha256::new();
        let mut size = 0;
        let mut piece = vec![0; PIECE];
        loop {
            let read = source.read(&mut piece).map_err(|error| {
                // The source is the vault: its own error says more than the system's.
                ApiError::new("media_damaged").detail(error)
            })?;
            if read == 0 {
                break;
            }
            hash.update(&piece[..read]);
            file.write_all(&piece[..read]).map_err(|error| failed(&error))?;
            size += read as u64;
            step(read as u64)?;
        }
        file.sync_all().map_err(|error| failed(&error))?;
        let digest = Digest(hash.finalize().into());
        self.payload.insert(name.to_owned(), (digest.to_hex(), size));
        Ok(digest)
    }

    /// Bytes of payload so far.
    pub(crate) fn size(&self) -> u64 {
        self.payload.values().map(|(_, size)| size).sum()
    }

    /// Writes the tag files; the bag is complete then. `about` are lines of `bag-info.txt`.
    pub(crate) fn finish(self, about: &[(&str, String)]) -> Result<()> {
        let mut lines = String::new();
        for (name, value) in about {
            lines.extend([*name, ": ", &one_line(value), "\n"]);
        }
        lines.extend([
            "Payload-Oxum: ",
            &self.size().to_string(),
            ".",
            &self.payload.len().to_string(),
            "\n",
        ]);
        let mut manifest = String::new();
        for (name, (digest, _)) in &self.payload {
            manifest.extend([digest, "  ", &escape(name), "\n"]);
        }
        let tags = [
            ("bag-info.txt", lines),
            ("bagit.txt", DECLARATION.to_owned()),
            ("manifest-sha256.txt", manifest),
        ];
        let mut tag_manifest = String::new();
        for (name, text) in &tags {
            write_durably(&self.folder.join(name), text.as_bytes())?;
            tag_manifest.extend([&Digest::of(text.as_bytes()).to_hex(), "  ", name, "\n"]);
        }
        for folder in folders(&self.folder)? {
            sync_folder(&folder)?;
        }
        write_durably(&self.folder.join("tagmanifest-sha256.txt"), tag_manifest.as_bytes())?;
        sync_folder(&self.folder)
    }
}

/// A value of `bag-info.txt` is one line.
fn one_line(value: &str) -> String {
    value.replace(['\n', '\r'], " ")
}

/// Names in manifests: LF, CR and % are percent-encoded.
fn escape(name: &str) -> String {
    name.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D")
}

fn unescape(name: &str) -> String {
    name.replace("%0A", "\n")
        .replace("%0a", "\n")
        .replace("%0D", "\r")
        .replace("%0d", "\r")
        .replace("%25", "%")
}

fn write_durably(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|error| ApiError::file(path, &error))
}

fn sync_folder(path: &Path) -> Result<()> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(|error| ApiError::file(path, &error))
}

fn folders(top: &Path) -> Result<Vec<PathBuf>> {
    walkdir::WalkDir::new(top)
        .contents_first(true)
        .into_iter()
        .filter_map(|item| match item {
            Ok(item) if item.file_type().is_dir() => Some(Ok(item.into_path())),
            Ok(_) => None,
            Err(error) => Some(Err(ApiError::new("file_unreadable").detail(error))),
        })
        .collect()
}

/// What is wrong with a bag, by the name of the file concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BagFault {
    /// Stable code, the last part of `result.fault_<code>`.
    pub(crate) code: &'static str,
    /// File, relative to the top of the bag.
    pub(crate) name: String,
}

/// A bag that was read and compared with its manifests.
pub(crate) struct CheckedBag {
    /// Payload files that are there, with their size.
    pub(crate) files: BTreeMap<String, u64>,
    /// What is wrong.
    pub(crate) faults: Vec<BagFault>,
}

/// Reads every file of a bag. `step` hears of every piece read.
///
/// # Errors
/// `not_a_bundle` when the folder is no bag at all, else only file errors and what `step` answers.
pub(crate) fn check(folder: &Path, step: &mut dyn FnMut(u64) -> Result<()>) -> Result<CheckedBag> {
    let no_bag = || ApiError::with("not_a_bundle", &[("path", &folder.display().to_string())]);
    if !folder.is_dir() {
        return Err(no_bag());
    }
    let mut faults = Vec::new();
    let mut fault = |code, name: &str| faults.push(BagFault { code, name: name.to_owned() });
    if read_tag(folder, "bagit.txt").ok_or_else(no_bag)? != DECLARATION {
        fault("bag_version", "bagit.txt");
    }
    let mut present = BTreeMap::new();
    for item in walkdir::WalkDir::new(folder).min_depth(1) {
        let item = item.map_err(|error| ApiError::new("file_unreadable").detail(error))?;
        let name = relative(folder, item.path());
        if item.file_type().is_symlink() {
            fault("not_a_file", &name);
        } else if item.file_type().is_file() {
            present.insert(name, item.path().to_path_buf());
        }
    }
    let mut sizes = BTreeMap::new();
    for (list, payload) in [("manifest-sha256.txt", true), ("tagmanifest-sha256.txt", false)] {
        let Some(text) = read_tag(folder, list) else {
            fault("file_missing", list);
            continue;
        };
        let mut listed = BTreeMap::new();
        for line in text.lines() {
            match manifest_line(line) {
                Some((digest, name)) => {
                    if listed.insert(name, digest).is_some() {
                        fault("bag_manifest", list);
                    }
                }
                None => fault("bag_manifest", list),
            }
        }
        for (name, digest) in &listed {
            let Some(path) = present.get(name) else {
                fault("file_missing", name);
                continue;
            };
            let (found, size) = hash_file(path, step)?;
            if found != *digest {
                fault("file_changed", name);
            }
            if payload {
                sizes.insert(name.clone(), size);
            }
        }
        for name in present.keys() {
            let belongs = if payload { name.starts_with("data/") } else { is_tag(name) };
            if belongs && !listed.contains_key(name) {
                fault("file_added", name);
            }
        }
    }
    check_oxum(folder, &sizes, &mut fault);
    Ok(CheckedBag { files: sizes, faults })
}

fn is_tag(name: &str) -> bool {
    !name.starts_with("data/") && name != "tagmanifest-sha256.txt"
}

fn check_oxum(folder: &Path, sizes: &BTreeMap<String, u64>, fault: &mut dyn FnMut(&'static str, &str)) {
    let oxum = format!("{}.{}", sizes.values().sum::<u64>(), sizes.len());
    let stated = read_tag(folder, "bag-info.txt").and_then(|text| {
        text.lines().find_map(|line| line.strip_prefix("Payload-Oxum: ").map(|value| value.trim().to_owned()))
    });
    if stated.as_deref() != Some(oxum.as_str()) {
        fault("bag_oxum", "bag-info.txt");
    }
}

/// Name below the top with `/` between its parts; not UTF-8 becomes a name nothing lists.
fn relative(top: &Path, path: &Path) -> String {
    path.strip_prefix(top)
        .unwrap_or(path)
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join("/")
}

fn read_tag(folder: &Path, name: &str) -> Option<String> {
    let path = folder.join(name);
    // Tag files are small; a huge one is no tag file of ours.
    let small = fs::symlink_metadata(&path).is_ok_and(|file| file.is_file() && file.len() < 64 << 20);
    small.then(|| fs::read_to_string(path).ok()).flatten()
}

/// Digest and name of a manifest line; nothing for a malformed one or a name that leaves the bag.
fn manifest_line(line: &str) -> Option<(String, String)> {
    let (digest, name) = line.split_once([' ', '\t'])?;
    let name = unescape(name.trim_start_matches([' ', '\t', '*']));
    let hex = digest.len() == 64 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let inside = Path::new(&name).components().all(|part| matches!(part, Component::Normal(_)));
    (hex && inside && !name.is_empty()).then(|| (digest.to_owned(), name))
}

fn hash_file(path: &Path, step: &mut dyn FnMut(u64) -> Result<()>) -> Result<(String, u64)> {
    let failed = |error: &std::io::Error| ApiError::file(path, error);
    let mut file = File::open(path).map_err(|error| failed(&error))?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    let mut size = 0;
    loop {
        let read = file.read(&mut piece).map_err(|error| failed(&error))?;
        if read == 0 {
            return Ok((Digest(hash.finalize().into()).to_hex(), size));
        }
        hash.update(&piece[..read]);
        size += read as u64;
        step(read as u64)?;
    }
}
