//! What the desk gets back: the data of its screens, one module per noun.
//!
//! Every struct here is exported to TypeScript (`ui/src/api/bindings/api.ts`) by the test
//! `bindings`. Numbers are `u32` or decimal strings ([`Size`]), times are RFC 3339 strings in
//! UTC, enums are unions of strings, and an absent value is `null`. A view is computed from
//! documents at reading time and is never stored.

mod check;
mod draft;
mod finding;
mod home;
mod job;
pub(crate) mod make;
mod matter;
mod media;
mod onsite;
mod oversight;
mod search;
mod shift;
mod sync;

pub use check::*;
pub use draft::*;
pub use finding::*;
pub use home::*;
pub use job::*;
pub use matter::*;
pub use media::*;
pub use onsite::*;
pub use oversight::*;
pub use search::*;
pub use shift::*;
pub use sync::*;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A count of bytes, written as a decimal string so that no reader rounds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, TS)]
#[ts(type = "string")]
pub struct Size(pub u64);

impl Serialize for Size {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// Answer of a command that has nothing to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct Done {
    /// Always true: a failure is an error, never `false`.
    pub done: bool,
}

impl Done {
    /// The one value of this type.
    pub const YES: Self = Self { done: true };
}

/// A person as named on screen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct OfficerName {
    /// Officer id (UUID).
    pub id: String,
    /// Name as the township enrolled it; the id when the officer is not known here yet.
    pub name: String,
}

/// A position on earth, WGS 84, in decimal degrees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Coordinates {
    /// North is positive, e.g. `30.1708000`.
    pub latitude: String,
    /// East is positive, e.g. `121.2660000`.
    pub longitude: String,
}

/// Where the bytes of an entry or a file stand, seen from this laptop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Custody {
    /// Kept on this laptop only: 待上传.
    Waiting,
    /// Logged (entry) or re-hashed (file) by the township, with a verified receipt: 已入库.
    Held,
    /// Logged but kept out of the record until a supervisor decides: 待核.
    Pending,
}
