//! The township note: all keys of a township, signed by its root key, which no server holds.
//!
//! Laptops pin the root by its hash and accept only newer versions. TLS keys stand here too, so that
//! no certificate authority and no certificate date is needed.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    Digest, Error, KeyKind, Note, PublicKey, Result, Sign, VerifierKey,
    encoding::{from_base64, to_base64},
};

const HEAD: &str = "liuhen/township/v1";
const WHAT: &str = "township note";

/// The pin of a root key: `SHA-256("liuhen/root/v1\n" ‖ public key)`.
pub fn root_pin(root: &PublicKey) -> Digest {
    let mut hash = Sha256::new();
    hash.update(b"liuhen/root/v1\n");
    hash.update(root.0);
    Digest(hash.finalize().into())
}

/// What the root key says about a township.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TownshipNote {
    /// What people call it.
    pub name: String,
    /// From 1; a laptop accepts only newer ones.
    pub version: u64,
    /// The root public key; checked against the pin.
    pub root: PublicKey,
    /// The log's key; its name is the log's origin.
    pub log: VerifierKey,
    /// The clock's key, a cosigner: what dates checkpoints "by the township's clock".
    pub clock: VerifierKey,
    /// Keys of the township's own series.
    pub nodes: Vec<PublicKey>,
    /// SHA-256 of the TLS public keys (SubjectPublicKeyInfo, DER), the current one first.
    pub tls: Vec<Digest>,
    /// X25519 public key that recovers laptops and backups.
    pub recovery: [u8; 32],
    /// X25519 public key that seals parcels carried by hand.
    pub seal: [u8; 32],
    /// Outside witnesses.
    pub witnesses: Vec<VerifierKey>,
    /// How many witnesses a laptop shall demand; 0 for none.
    pub quorum: u32,
}

impl TownshipNote {
    /// The log's name.
    pub fn origin(&self) -> &str {
        self.log.name()
    }

    /// The name of the root key in the note.
    fn root_name(&self) -> String {
        format!("{}/root", self.origin())
    }

    fn text(&self) -> String {
        let mut text = format!(
            "{HEAD}\nname {}\nversion {}\nroot {}\nlog {}\nclock {}\n",
            self.name, self.version, self.root, self.log, self.clock
        );
        let mut line = |name: &str, value: &dyn std::fmt::Display| {
            text.extend([name, " ", &value.to_string(), "\n"]);
        };
        self.nodes.iter().for_each(|node| line("node", node));
        self.tls.iter().for_each(|key| line("tls", key));
        line("recovery", &to_base64(&self.recovery));
        line("seal", &to_base64(&self.seal));
        self.witnesses.iter().for_each(|witness| line("witness", witness));
        line("quorum", &self.quorum);
        text
    }

    /// Signs with the root key.
    ///
    /// # Errors
    /// `Malformed` for a name with control characters, or a root that is not the signer's.
    pub fn sign(&self, root: &dyn Sign) -> Result<String> {
        if root.public_key() != self.root {
            return Err(Error::Malformed { what: WHAT, reason: "root is not the signer's" });
        }
        let mut note = Note::new(self.text())?;
        note.sign(&self.root_name(), root)?;
        Ok(note.to_string())
    }

    /// Reads a note and verifies it by the pin of its root key.
    ///
    /// # Errors
    /// `Unknown` for another root, `Signature`, or `Malformed` for any line out of place.
    pub fn verify(note: &str, pin: &Digest) -> Result<Self> {
        let note = Note::parse(note)?;
        let found = Self::read(note.text())?;
        if root_pin(&found.root) != *pin {
            return Err(Error::Unknown("township root"));
        }
        note.verify(&VerifierKey::new(found.root_name(), KeyKind::Note, found.root)?)?;
        Ok(found)
    }

    /// Reads a text; only the one spelling that we would write is accepted.
    fn read(text: &str) -> Result<Self> {
        let bad = |reason| Error::Malformed { what: WHAT, reason };
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return Err(bad("first line"));
        }
        let fields: Vec<(&str, &str)> =
            lines.map(|line| line.split_once(' ').ok_or_else(|| bad("line"))).collect::<Result<_>>()?;
        let all = |name: &'static str| {
            fields.iter().filter(move |(field, _)| *field == name).map(|(_, value)| *value)
        };
        let one = |name: &'static str| all(name).next().ok_or_else(|| bad("missing line"));
        let x25519 = |name: &'static str| -> Result<[u8; 32]> {
            from_base64(one(name)?, WHAT)?.try_into().map_err(|_| bad("key length"))
        };
        let found = Self {
            name: one("name")?.to_owned(),
            version: one("version")?.parse().map_err(|_| bad("version"))?,
            root: PublicKey::from_base64(one("root")?)?,
            log: VerifierKey::parse(one("log")?)?,
            clock: VerifierKey::parse(one("clock")?)?,
            nodes: all("node").map(PublicKey::from_base64).collect::<Result<_>>()?,
            tls: all("tls").map(Digest::from_base64).collect::<Result<_>>()?,
            recovery: x25519("recovery")?,
            seal: x25519("seal")?,
            witnesses: all("witness").map(VerifierKey::parse).collect::<Result<_>>()?,
            quorum: one("quorum")?.parse().map_err(|_| bad("quorum"))?,
        };
        if found.log.kind() != KeyKind::Note || found.clock.kind() != KeyKind::Cosigner {
            return Err(bad("key type"));
        }
        if found.text() == text { Ok(found) } else { Err(bad("lines out of order or doubled")) }
    }
}
