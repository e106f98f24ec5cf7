//! What every event has in common: a kind and a body.
//!
//! One enum per subject noun lists its kinds (`MatterEvent`, `MediaEvent`, …),
//! made by the `events!` macro below. Writing is strict (a typed struct);
//! reading is tolerant: unknown fields are ignored, a missing body and a body
//! that cannot be read are told apart, and neither ever stops a fold.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The fields of an entry's body.
pub type Body = Map<String, Value>;

/// A fact ready to be written as an entry.
pub trait Event {
    /// The entry's kind, e.g. `matter.note_added`.
    fn kind(&self) -> &'static str;
    /// The entry's body. It holds no floating-point numbers.
    fn body(&self) -> Body;
}

/// Why a kind and body did not give an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// The kind is not one of this noun: written by a newer version, or misplaced.
    UnknownKind,
    /// The body is not here: lawfully erased, or not yet received.
    BodyAbsent,
    /// The body is here but does not have the shape of its kind.
    BodyUnreadable,
}

/// Reads one body; the macro calls it for each kind.
pub(crate) fn read<T: DeserializeOwned>(body: Option<&Body>) -> Result<T, Unread> {
    let fields = body.ok_or(Unread::BodyAbsent)?;
    T::deserialize(fields).map_err(|_| Unread::BodyUnreadable)
}

/// Writes one body; a struct of plain fields always becomes an object.
pub(crate) fn write<T: Serialize>(body: &T) -> Body {
    match serde_json::to_value(body) {
        Ok(Value::Object(fields)) => fields,
        _ => Body::new(),
    }
}

macro_rules! events {
    ($(#[$meta:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $kind:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name {
            $($(#[$about])* $variant($variant),)+
        }

        impl $name {
            /// The kinds of this noun, in the order of the enum.
            pub const KINDS: &'static [&'static str] = &[$($kind),+];

            /// Reads an event from an entry's kind and body.
            ///
            /// # Errors
            /// Says whether the kind is unknown, the body absent or unreadable.
            pub fn read(
                kind: &str,
                body: Option<&crate::event::Body>,
            ) -> Result<Self, crate::event::Unread> {
                match kind {
                    $($kind => crate::event::read(body).map(Self::$variant),)+
                    _ => Err(crate::event::Unread::UnknownKind),
                }
            }
        }

        impl crate::event::Event for $name {
            fn kind(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $kind,)+
                }
            }

            fn body(&self) -> crate::event::Body {
                match self {
                    $(Self::$variant(body) => crate::event::write(body),)+
                }
            }
        }

        $(impl From<$variant> for $name {
            fn from(body: $variant) -> Self {
                Self::$variant(body)
            }
        })+
    };
}
pub(crate) use events;
