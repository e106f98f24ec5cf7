//! Names of things: officers, matters, entries, series.
//!
//! Each is a newtype over text, so that a signature says which name it wants.
//! The text itself is made elsewhere (identifiers by the clock's house, hashes by
//! the protocol); here it is only compared and carried.

macro_rules! name {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(
            Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }
    };
}

name!(
    /// A person enrolled at the township (执法人员, 辅助人员, 负责人 …): the id of an `officer` subject.
    OfficerId
);
name!(
    /// An on-site record (执法记录): the id of a `matter` subject.
    MatterId
);
name!(
    /// The name of a signed entry: base64 of the RFC 6962 leaf hash of the logged item.
    EntryHash
);
name!(
    /// A signing key's series of entries, 64 lowercase hexadecimal digits.
    SeriesId
);

/// What an entry is about: a kind (`matter`, `media`, …) and an id within that kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Subject {
    /// One of the subject kinds, e.g. `matter`.
    pub kind: String,
    /// The id, unique within the kind.
    pub id: String,
}

impl Subject {
    /// Names a subject.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: id.into() }
    }
}

/// The subject kinds that this version folds.
pub mod subjects {
    /// 执法记录, what happened on site.
    pub const MATTER: &str = "matter";
    /// 音像资料, one original file.
    pub const MEDIA: &str = "media";
    /// 拟稿, an unfinished paper.
    pub const DRAFT: &str = "draft";
    /// 当班, one person's duty.
    pub const SHIFT: &str = "shift";
    /// 执法记录仪, the ledger of one body camera.
    pub const CAMERA: &str = "camera";
    /// A person enrolled at the township.
    pub const OFFICER: &str = "officer";
    /// One signing key's series.
    pub const SERIES: &str = "series";
    /// The township itself.
    pub const TOWNSHIP: &str = "township";
    /// Bytes held by the township, named by their SHA-256.
    pub const BLOB: &str = "blob";
    /// The answers to one finding (问题提示).
    pub const FINDING: &str = "finding";
}

/// Lowercase hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}
