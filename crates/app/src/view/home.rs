//! The home: who is enrolled here, who has unlocked it, which township it belongs to.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whether the home can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HomeState {
    /// Nobody is enrolled here yet: show enrolment.
    Fresh,
    /// Enrolled, but no key is in memory: show unlock.
    Locked,
    /// An officer has unlocked it.
    Open,
}

/// Role of a person, as granted by the township.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 执法人员.
    Officer,
    /// 执法辅助人员.
    Auxiliary,
    /// 办案人员.
    Handler,
    /// 法制审核员.
    Reviewer,
    /// 负责人.
    Head,
    /// 档案员.
    Archivist,
    /// 监督员.
    Supervisor,
    /// 系统管理员.
    Sysadmin,
    /// 安全管理员.
    Secadmin,
    /// 审计员.
    Auditor,
}

/// One officer the laptop knows of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about an officer")]
pub struct OfficerView {
    /// Officer id (UUID).
    pub id: String,
    /// Name.
    pub name: String,
    /// Certificate number.
    pub certificate: Option<String>,
    /// Agency that issued the certificate.
    pub agency: Option<String>,
    /// Last valid day, `YYYY-MM-DD`.
    pub valid_until: Option<String>,
    /// Whether the certificate is valid today by this laptop's clock.
    pub valid: bool,
    /// Role, when the township has stated one.
    pub role: Option<Role>,
    /// Whether one of the roles opens the room 管理.
    pub oversees: bool,
    /// Whether this officer has a key on this laptop.
    pub here: bool,
    /// Whether the officer's rights were withdrawn.
    pub revoked: bool,
}

/// An officer who can unlock this home; known before unlocking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeyHolder {
    /// Officer id (UUID).
    pub id: String,
    /// Name.
    pub name: String,
    /// Seconds to wait before this officer's next passphrase is tried; 0 when none.
    pub wait_seconds: u32,
}

/// The township this home belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TownshipView {
    /// Name from its signed note.
    pub name: String,
    /// Origin of its log.
    pub origin: String,
    /// Address the laptop was enrolled at.
    pub address: String,
}

/// Colours of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// Light.
    #[default]
    Day,
    /// Dark.
    Night,
    /// High contrast.
    Contrast,
}

/// Size of text on the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TextSize {
    /// As usual.
    #[default]
    Normal,
    /// Larger.
    Large,
}

/// What the shell needs to know before and after unlocking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HomeView {
    /// Whether the home can be used.
    pub state: HomeState,
    /// Officers who can unlock it.
    pub key_holders: Vec<KeyHolder>,
    /// Who has unlocked it.
    pub officer: Option<OfficerView>,
    /// The township, known only when open.
    pub township: Option<TownshipView>,
    /// Seconds to wait before the next passphrase is tried; 0 when none.
    pub wait_seconds: u32,
    /// Minutes without use after which the home locks itself; 0 when never.
    pub lock_after_minutes: u32,
    /// Version of the program.
    pub version: String,
    /// `zh-CN` or `en`.
    pub language: String,
    /// Colours.
    pub theme: Theme,
    /// Size of text.
    pub text_size: TextSize,
}

/// All officers the laptop knows of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfficersView {
    /// By name.
    pub officers: Vec<OfficerView>,
}

/// Settings of this home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[expect(clippy::struct_excessive_bools, reason = "switches that a person sets one by one")]
pub struct SettingsView {
    /// Minutes without use after which the home locks itself; 0 when never.
    pub lock_after_minutes: u32,
    /// Whether to sync by itself when the township answers.
    pub sync_automatically: bool,
    /// Whether sync is paused.
    pub sync_paused: bool,
    /// Bandwidth limit in kbit/s; 0 when none.
    pub limit_kbit: u32,
    /// Whether only text, no media, is sent.
    pub text_only: bool,
    /// Days a file must have been held by the township before its local copy may be erased.
    pub keep_days: u32,
    /// Whether imports compute SHA-256 first and SM3 afterwards, in the background.
    pub sm3_later: bool,
    /// `zh-CN` or `en`.
    pub language: String,
    /// Colours.
    pub theme: Theme,
    /// Size of text.
    pub text_size: TextSize,
}

/// Figures of this home, for `liuhen status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StatusView {
    /// Whether the home can be used, and by whom.
    pub home: HomeView,
    /// Matters of every state.
    pub matters: u32,
    /// Entries kept here, own and pulled.
    pub entries: u32,
    /// Media kept here or known.
    pub media: u32,
    /// What waits and what is held.
    pub sync: super::SyncStatus,
}

/// Something in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FolderItem {
    /// Name.
    pub name: String,
    /// Full path, as `import` takes it.
    pub path: String,
    /// Whether it is a folder.
    pub folder: bool,
    /// Size of a file.
    pub size: super::Size,
    /// When it was last changed.
    pub changed_at: Option<String>,
}

/// A folder of this machine, for choosing files where there is no system dialog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FolderView {
    /// Path of the folder shown.
    pub path: String,
    /// Path of the folder above.
    pub parent: Option<String>,
    /// Folders first, then files, by name; hidden ones left out.
    pub items: Vec<FolderItem>,
}
