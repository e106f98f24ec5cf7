//! Media (音像资料): a file as known from its entries, and where its bytes are.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Coordinates, Custody, MatterLine, OfficerName, Size};

/// What a file can be shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// Plays with picture.
    Video,
    /// Still.
    Image,
    /// Plays without picture.
    Audio,
    /// PDF or scan.
    Document,
    /// Anything else.
    Other,
}

/// Where the capture time was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CaptureSource {
    /// MP4 creation time, UTC.
    Mp4,
    /// EXIF, Asia/Shanghai unless it names a zone.
    Exif,
    /// File name or time of the file.
    File,
    /// Not known.
    None,
}

/// A file known to this laptop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MediaView {
    /// Media id (UUID).
    pub id: String,
    /// File name at import.
    pub name: String,
    /// MIME type.
    pub mime: String,
    /// What it can be shown as.
    pub kind: MediaKind,
    /// Size of the original.
    pub size: Size,
    /// SHA-256, 64 hex.
    pub sha256: String,
    /// SM3, 64 hex; empty while it is put off.
    pub sm3: String,
    /// Capture time with the clock offset applied, as the device says.
    pub captured_at: Option<String>,
    /// Where the capture time was read.
    pub capture_source: CaptureSource,
    /// Stated clock offset: true time = device time + offset, seconds.
    pub offset_seconds: i32,
    /// When the import was recorded.
    pub recorded_at: String,
    /// When the township re-hashed it, by its clock.
    pub received_at: Option<String>,
    /// Length.
    pub duration_ms: Option<u32>,
    /// Position.
    pub coordinates: Option<Coordinates>,
    /// Who imported it.
    pub officer: OfficerName,
    /// Camera number.
    pub device: Option<String>,
    /// Name shared by the parts of one recording.
    pub group: Option<String>,
    /// Matters it is linked to.
    pub matters: Vec<String>,
    /// Whether it is marked (标为重点).
    pub marked: bool,
    /// Whether the bytes are on this laptop.
    pub here: bool,
    /// Where the bytes stand.
    pub custody: Custody,
    /// A picture that tells nothing of its taking: 转存照片, 无原始信息.
    pub transferred: bool,
    /// Marked moments, by their place in the film.
    pub moments: Vec<MomentView>,
    /// What it was taken from, when it is no original.
    pub origin: Option<OriginView>,
}

/// A marked moment of a film.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MomentView {
    /// Hash of the entry.
    pub entry: String,
    /// Milliseconds from the beginning.
    pub at_ms: u32,
    /// What is to be seen there.
    pub text: Option<String>,
    /// Who marked it.
    pub officer: OfficerName,
    /// When.
    pub recorded_at: String,
}

/// The original of a derived file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OriginView {
    /// Media id of the original.
    pub media: String,
    /// Its name; empty when it is not known here.
    pub name: String,
    /// The moment shown, in milliseconds from the beginning.
    pub at_ms: u32,
}

/// A list of files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MediaList {
    /// By capture time, newest first.
    pub media: Vec<MediaView>,
    /// Whether there are more beyond the limit.
    pub more: bool,
}

/// One file with everything about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MediaDetail {
    /// The file.
    pub media: MediaView,
    /// Matters it is linked to.
    pub matters: Vec<MatterLine>,
    /// Address that plays or shows it, valid for a short while; null without a desk, or when the
    /// bytes are not here.
    pub url: Option<String>,
    /// Whether its local copy may be erased now.
    pub erasable: bool,
    /// Codes of what still keeps its local copy, e.g. `not_received`.
    pub kept_because: Vec<String>,
}

/// Addresses of small pictures, in the order asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Thumbnails {
    /// Null where no picture can be made.
    pub urls: Vec<Option<String>>,
}

/// Result of reading a file's bytes again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MediaCheck {
    /// Media id.
    pub id: String,
    /// Whether every byte is as recorded.
    pub sound: bool,
    /// Bytes read.
    pub size: Size,
    /// SHA-256 as recorded, 64 hex.
    pub sha256: String,
}

/// Result of computing the SM3 that imports put off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DigestOutcome {
    /// Files whose SM3 was computed and recorded.
    pub done: u32,
    /// Files that still wait: their bytes are elsewhere or damaged.
    pub pending: u32,
}

/// A file that left the program at somebody's wish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SavedFile {
    /// Media id.
    pub id: String,
    /// Where it was written.
    pub path: String,
    /// Bytes written.
    pub size: Size,
}

/// The camera wrote local time into a field that means UTC: shown as a plain question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClockProposal {
    /// Offset to use, seconds: true time = device time + offset.
    pub offset_seconds: i32,
    /// The sentence for the officer.
    pub sentence: String,
}

/// A file before import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportCandidate {
    /// Path.
    pub path: String,
    /// File name.
    pub name: String,
    /// Size.
    pub size: Size,
    /// MIME type guessed from its first bytes.
    pub mime: String,
    /// What it can be shown as.
    pub kind: MediaKind,
    /// Capture time as the device says, with the offset asked for.
    pub captured_at: Option<String>,
    /// Where the capture time was read.
    pub capture_source: CaptureSource,
    /// Length.
    pub duration_ms: Option<u32>,
    /// Position.
    pub coordinates: Option<Coordinates>,
    /// Recording it is a part of, by file name.
    pub group: Option<String>,
    /// Camera number, as the file tells it.
    pub device: Option<String>,
    /// Offered clock offset.
    pub proposal: Option<ClockProposal>,
    /// The matter it belongs to by its time, for a person to decide.
    pub matter: Option<MatterOffer>,
    /// A file of this name and size is here already.
    pub known: bool,
    /// A picture that tells nothing of its taking: 转存照片, 无原始信息.
    pub transferred: bool,
}

/// A matter offered for a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MatterOffer {
    /// Matter id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its place.
    pub place: String,
    /// When it began.
    pub from: String,
    /// When it was closed, or last written to.
    pub to: String,
}

/// The offset that was stated for a camera the last time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeviceClock {
    /// Camera number.
    pub device: String,
    /// Offset: true time = device time + offset, seconds.
    pub offset_seconds: i32,
    /// When it was stated.
    pub stated_at: String,
}

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportPreview {
    /// Files, by name.
    pub files: Vec<ImportCandidate>,
    /// Paths that cannot be read, with the reason as a sentence.
    pub unreadable: Vec<UnreadablePath>,
    /// Bytes to copy.
    pub total: Size,
    /// Bytes free on the disk of the home.
    pub free: Size,
    /// Whether they fit.
    pub fits: bool,
    /// The offset as a sentence, e.g. 记录仪快 7 分 40 秒.
    pub offset_sentence: Option<String>,
    /// What was stated before about the clocks of these cameras.
    pub clocks: Vec<DeviceClock>,
}

/// Where files may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// A camera, card or stick that is plugged in.
    Volume,
    /// The folder kept in view.
    Watched,
}

/// A place with files that could be imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MediaSource {
    /// What it is.
    pub kind: SourceKind,
    /// Where it is.
    pub path: String,
    /// Its name.
    pub name: String,
    /// Whether it can be read now.
    pub there: bool,
    /// Files in it, counted up to some thousands.
    pub files: u32,
    /// Of these, files that are not here yet, by name and size.
    pub fresh: u32,
    /// Bytes of the files not here yet.
    pub size: Size,
}

/// An import that was stopped before its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UnfinishedImport {
    /// What was asked for.
    pub paths: Vec<String>,
    /// Matter to link to.
    pub matter: Option<String>,
    /// Clock offset.
    pub offset_seconds: i32,
    /// Camera number.
    pub device: Option<String>,
    /// Where single files belong.
    pub into: Vec<crate::input::ImportInto>,
    /// When it was begun.
    pub begun_at: String,
}

/// All places with files, and what was left undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SourcesView {
    /// Plugged-in volumes, then the watched folder.
    pub sources: Vec<MediaSource>,
    /// An import to go on with.
    pub unfinished: Option<UnfinishedImport>,
}

/// A file in the vault that no entry names yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StagedFile {
    /// Path to import it by, `staged:…`.
    pub path: String,
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: Size,
}

/// What clearing a camera did, or could do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClearOutcome {
    /// Whether files were erased, or only looked at.
    pub really: bool,
    /// Files that the township holds: erased, or to be erased.
    pub cleared: Vec<String>,
    /// Their bytes.
    pub size: Size,
    /// Files that stay, each with its reason.
    pub kept: Vec<UnreadablePath>,
}

/// A program outside that was asked to play a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlayedOutside {
    /// Its name.
    pub program: String,
}

/// A path that cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UnreadablePath {
    /// Path.
    pub path: String,
    /// Stable code, the last part of the string key `error.<code>`.
    pub code: String,
    /// Why, as a sentence.
    pub message: String,
}

/// One file of a finished import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportedFile {
    /// The file.
    pub media: MediaView,
    /// True when the same bytes were here already: nothing was copied.
    pub already: bool,
}

/// A finished import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportOutcome {
    /// Imported files in order.
    pub files: Vec<ImportedFile>,
    /// Files that failed, with the reason; the others are safe.
    pub failed: Vec<UnreadablePath>,
    /// Bytes copied.
    pub copied: Size,
}
