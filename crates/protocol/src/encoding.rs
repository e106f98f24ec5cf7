//! Fixed-size values and how they look as text.
//!
//! In JSON, hashes, keys and signatures are standard padded base64; series ids are 64 lowercase
//! hexadecimal digits, because they stand in file names and addresses.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha256};

use crate::{Error, Result};

/// Standard padded base64 of bytes.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Bytes of standard padded base64; refuses every other spelling of the same bytes.
pub(crate) fn from_base64(text: &str, what: &'static str) -> Result<Vec<u8>> {
    STANDARD.decode(text).map_err(|_| Error::Malformed { what, reason: "not base64" })
}

/// Lowercase hexadecimal of bytes.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// 32 bytes from exactly 64 lowercase hexadecimal digits.
pub(crate) fn from_hex32(text: &str, what: &'static str) -> Result<[u8; 32]> {
    let bad = Error::Malformed { what, reason: "not 64 lowercase hexadecimal digits" };
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return Err(bad);
    }
    let value = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let mut out = [0; 32];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        match (value(pair[0]), value(pair[1])) {
            (Some(high), Some(low)) => *byte = high << 4 | low,
            _ => return Err(bad),
        }
    }
    Ok(out)
}

macro_rules! base64_bytes {
    ($(#[$doc:meta])* $name:ident, $len:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Reads standard padded base64 of exactly this size.
            pub fn from_base64(text: &str) -> Result<Self> {
                from_base64(text, $what)?
                    .try_into()
                    .map(Self)
                    .map_err(|_| Error::Malformed { what: $what, reason: "wrong length" })
            }

            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_base64(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), to_base64(&self.0))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::from_base64(&text).map_err(D::Error::custom)
            }
        }
    };
}

base64_bytes!(
    /// A SHA-256 hash: the name of an entry, a node of the log, a commitment.
    Digest, 32, "digest"
);
base64_bytes!(
    /// An Ed25519 public key (RFC 8032).
    PublicKey, 32, "public key"
);
base64_bytes!(
    /// An Ed25519 signature (RFC 8032).
    Signature, 64, "signature"
);

impl Digest {
    /// SHA-256 of bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// 64 lowercase hexadecimal digits, as used for media and file names.
    pub fn to_hex(&self) -> String {
        to_hex(&self.0)
    }

    /// Reads 64 lowercase hexadecimal digits.
    pub fn from_hex(text: &str) -> Result<Self> {
        from_hex32(text, "digest").map(Self)
    }
}

/// The name of a signing key as an author of entries: `SHA-256("liuhen/series/v1\n" ‖ public key)`.
///
/// The name proves the key: whoever holds a key can check that it belongs to the series.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesId(pub [u8; 32]);

impl SeriesId {
    /// The series of a public key.
    pub fn of(key: &PublicKey) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"liuhen/series/v1\n");
        hash.update(key.0);
        Self(hash.finalize().into())
    }

    /// Reads 64 lowercase hexadecimal digits.
    pub fn from_hex(text: &str) -> Result<Self> {
        from_hex32(text, "series").map(Self)
    }

    /// 64 lowercase hexadecimal digits.
    pub fn to_hex(&self) -> String {
        to_hex(&self.0)
    }
}

impl fmt::Display for SeriesId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for SeriesId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SeriesId({self})")
    }
}

impl Serialize for SeriesId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SeriesId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_hex(&text).map_err(D::Error::custom)
    }
}
