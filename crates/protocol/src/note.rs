//! Signed notes (c2sp.org/signed-note): a text and signature lines that anybody can check.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha256};

use crate::{
    Domain, Error, PublicKey, Result, Sign, Signature,
    encoding::{from_base64, to_base64},
    verify,
};

const WHAT: &str = "note";
/// More signature lines than this are refused (the format asks for at least 16).
const MAX_SIGNATURES: usize = 64;

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// Type 0x01: Ed25519 over the text.
    Note,
    /// Type 0x04: Ed25519 over a timed cosignature message (c2sp.org/tlog-cosignature).
    Cosigner,
}

impl KeyKind {
    const fn byte(self) -> u8 {
        match self {
            Self::Note => 0x01,
            Self::Cosigner => 0x04,
        }
    }
}

/// A named public key: `<name>+<key id hex>+base64(type ‖ public key)`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerifierKey {
    name: String,
    kind: KeyKind,
    key: PublicKey,
}

impl VerifierKey {
    /// A key under a name.
    ///
    /// # Errors
    /// `Malformed` when the name is empty or has spaces, `+` or control characters.
    pub fn new(name: impl Into<String>, kind: KeyKind, key: PublicKey) -> Result<Self> {
        let name = name.into();
        let bad = name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+');
        if bad {
            return Err(Error::Malformed { what: "key name", reason: "empty, or with a space or a plus" });
        }
        Ok(Self { name, kind, key })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The public key.
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// First 4 bytes of `SHA-256(name ‖ LF ‖ type ‖ public key)`.
    pub fn id(&self) -> [u8; 4] {
        let mut hash = Sha256::new();
        hash.update(self.name.as_bytes());
        hash.update([b'\n', self.kind.byte()]);
        hash.update(self.key.0);
        let digest: [u8; 32] = hash.finalize().into();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// Reads the verifier key string; the id in it must be right.
    pub fn parse(text: &str) -> Result<Self> {
        let bad = Error::Malformed { what: "verifier key", reason: "not name+id+key" };
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(data)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(bad);
        };
        let data = from_base64(data, "verifier key")?;
        let (kind, key) = data.split_first().ok_or_else(|| bad.clone())?;
        let kind = match kind {
            0x01 => KeyKind::Note,
            0x04 => KeyKind::Cosigner,
            _ => return Err(Error::Unknown("key type")),
        };
        let key = PublicKey(key.try_into().map_err(|_| bad.clone())?);
        let found = Self::new(name, kind, key)?;
        if crate::encoding::to_hex(&found.id()) == id { Ok(found) } else { Err(bad) }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = crate::encoding::to_hex(&self.id());
        let mut data = vec![self.kind.byte()];
        data.extend_from_slice(&self.key.0);
        write!(f, "{}+{id}+{}", self.name, to_base64(&data))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl Serialize for VerifierKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for VerifierKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    name: String,
    id: [u8; 4],
    signature: Vec<u8>,
}

/// A text with signature lines, parsed or being made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    lines: Vec<Line>,
}

impl Note {
    /// An unsigned note.
    ///
    /// # Errors
    /// `Malformed` when the text does not end in a newline or has other control characters.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        if !text.ends_with('\n') || text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(Error::Malformed { what: WHAT, reason: "text" });
        }
        Ok(Self { text, lines: Vec::new() })
    }

    /// Reads a note: text, blank line, at least one signature line.
    pub fn parse(note: &str) -> Result<Self> {
        let bad = |reason| Error::Malformed { what: WHAT, reason };
        if note.chars().any(|c| c.is_control() && c != '\n') {
            return Err(bad("control character"));
        }
        // The last blank line separates; a text may itself contain blank lines.
        let at = note.rfind("\n\n").ok_or_else(|| bad("no blank line"))?;
        let (text, signatures) = (&note[..=at], &note[at + 2..]);
        let signatures = signatures.strip_suffix('\n').ok_or_else(|| bad("no final newline"))?;
        let lines = signatures.split('\n').map(Line::parse).collect::<Result<Vec<_>>>()?;
        if lines.len() > MAX_SIGNATURES {
            return Err(bad("too many signatures"));
        }
        Ok(Self { lines, ..Self::new(text)? })
    }

    /// The signed text with its final newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Adds a signature over the text (type 0x01).
    pub fn sign(&mut self, name: &str, signer: &dyn Sign) -> Result<()> {
        let key = VerifierKey::new(name, KeyKind::Note, signer.public_key())?;
        let signature = signer.sign(Domain::Note, self.text.as_bytes());
        self.add(&key, signature.0.to_vec());
        Ok(())
    }

    /// Adds signature bytes made by `key`, in place of an older line of the same key.
    pub(crate) fn add(&mut self, key: &VerifierKey, signature: Vec<u8>) {
        let id = key.id();
        self.lines.retain(|line| line.name != key.name || line.id != id);
        self.lines.push(Line { name: key.name.clone(), id, signature });
    }

    /// Adds the signature lines of another copy of the same note, each key once.
    ///
    /// # Errors
    /// `Malformed` when the texts differ.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.text != other.text {
            return Err(Error::Malformed { what: WHAT, reason: "another text" });
        }
        for line in &other.lines {
            if !self.lines.iter().any(|own| own.name == line.name && own.id == line.id) {
                self.lines.push(line.clone());
            }
        }
        Ok(())
    }

    /// The signature bytes of a key's line, unverified.
    pub(crate) fn signature_of(&self, key: &VerifierKey) -> Option<&[u8]> {
        let id = key.id();
        self.lines
            .iter()
            .find(|line| line.name == key.name && line.id == id)
            .map(|line| line.signature.as_slice())
    }

    /// Verifies the line of a key of type 0x01. Lines of unknown keys are ignored.
    ///
    /// # Errors
    /// `Unknown` when the key did not sign; `Signature` when its line fails: then the whole note is bad.
    pub fn verify(&self, key: &VerifierKey) -> Result<()> {
        let bytes = self.signature_of(key).ok_or(Error::Unknown("signer of the note"))?;
        let signature = Signature(bytes.try_into().map_err(|_| Error::Signature(WHAT))?);
        verify(key.key(), Domain::Note, self.text.as_bytes(), &signature)
    }
}

impl Line {
    fn parse(line: &str) -> Result<Self> {
        let bad = Error::Malformed { what: WHAT, reason: "signature line" };
        let rest = line.strip_prefix("\u{2014} ").ok_or_else(|| bad.clone())?;
        let (name, data) = rest.split_once(' ').ok_or_else(|| bad.clone())?;
        let data = from_base64(data, "signature line")?;
        let (id, signature) = data.split_at_checked(4).ok_or_else(|| bad.clone())?;
        if name.is_empty() || name.contains('+') || signature.is_empty() {
            return Err(bad);
        }
        let id = id.try_into().map_err(|_| bad)?;
        Ok(Self { name: name.to_owned(), id, signature: signature.to_vec() })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for line in &self.lines {
            let data = [line.id.as_slice(), &line.signature].concat();
            writeln!(f, "\u{2014} {} {}", line.name, to_base64(&data))?;
        }
        Ok(())
    }
}
