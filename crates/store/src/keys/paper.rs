//! Keys that leave the machine: on paper, on a USB stick, in a file outside the home.
//!
//! One line of text each: a word that says what it is, a colon, and standard base64 of 32 bytes
//! followed by the first 4 bytes of their SHA-256, so that a typing error is noticed before anything
//! is tried with the key.
//!
//! | text begins with | key |
//! |---|---|
//! | `liuhen-root-key-v1:` | Ed25519 seed of the township root |
//! | `liuhen-recovery-key-v1:` | X25519 private key (raw) that opens recovery slots and backups |
//! | `liuhen-key-file-v1:` | 32 random bytes that open a township's home |

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use liuhen_protocol::{Digest, Domain, PublicKey, Sign, Signature};
use zeroize::Zeroizing;

use super::seal::SealKey;
use super::{HomeKeys, Signer};
use crate::error::{Error, Result};
use crate::moment::Moment;

fn write(word: &str, secret: &[u8; 32]) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new(secret.to_vec());
    bytes.extend_from_slice(&Digest::of(secret).0[..4]);
    Zeroizing::new(format!("{word}:{}", STANDARD.encode(bytes.as_slice())))
}

fn read(word: &str, expected: &'static str, text: &str) -> Result<Zeroizing<[u8; 32]>> {
    let bad = || Error::NotAKey { expected };
    let code = text.trim().strip_prefix(word).and_then(|rest| rest.strip_prefix(':')).ok_or_else(bad)?;
    let bytes = Zeroizing::new(STANDARD.decode(code.trim()).map_err(|_| bad())?);
    let (secret, check) = bytes.split_at_checked(32).ok_or_else(bad)?;
    let secret: [u8; 32] = secret.try_into().map_err(|_| bad())?;
    if Digest::of(&secret).0[..4] == *check { Ok(Zeroizing::new(secret)) } else { Err(bad()) }
}

/// The township's root key: signs the township note. Made by `init`, never kept on a server.
pub struct RootKey(Signer);

impl std::fmt::Debug for RootKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RootKey(…)")
    }
}

impl RootKey {
    const WORD: &str = "liuhen-root-key-v1";

    /// A new key.
    pub fn generate(moment: &Moment) -> Result<Self> {
        Signer::generate(moment).map(Self)
    }

    /// The text to be printed or written to a stick, once.
    pub fn text(&self) -> Zeroizing<String> {
        write(Self::WORD, self.0.seed())
    }

    /// Reads such a text.
    pub fn parse(text: &str) -> Result<Self> {
        Ok(Self(Signer::from_seed(&*read(Self::WORD, "root key", text)?)))
    }
}

impl Sign for RootKey {
    fn public_key(&self) -> PublicKey {
        self.0.public_key()
    }

    fn sign(&self, domain: Domain, message: &[u8]) -> Signature {
        self.0.sign(domain, message)
    }
}

/// The township's recovery key: opens recovery slots and backups, cannot sign anything.
pub struct RecoveryKey(SealKey);

impl std::fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryKey(…)")
    }
}

impl RecoveryKey {
    const WORD: &str = "liuhen-recovery-key-v1";

    /// A new key.
    pub fn generate(moment: &Moment) -> Result<Self> {
        Self::of(Zeroizing::new(moment.random()?))
    }

    fn of(secret: Zeroizing<[u8; 32]>) -> Result<Self> {
        SealKey::from_bytes(secret).map(Self).map_err(|_| Error::NotAKey { expected: "recovery key" })
    }

    /// The public half, named in the township note.
    pub fn public(&self) -> [u8; 32] {
        self.0.public()
    }

    /// The text to be printed or written to a stick, once.
    pub fn text(&self) -> Zeroizing<String> {
        write(Self::WORD, self.0.secret())
    }

    /// Reads such a text.
    pub fn parse(text: &str) -> Result<Self> {
        Self::of(read(Self::WORD, "recovery key", text)?)
    }

    /// Opens data key and vault key sealed for recovery.
    pub(crate) fn open(&self, info: &[u8], sealed: &[u8]) -> Result<HomeKeys> {
        let plain = Zeroizing::new(self.0.open(info, b"", sealed).map_err(|_| Error::WrongKey)?);
        HomeKeys::from_bytes(&plain).ok_or(Error::WrongKey)
    }
}

/// The key of a township's home: a file outside it, such as a systemd credential.
pub struct KeyFile(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyFile(…)")
    }
}

impl KeyFile {
    const WORD: &str = "liuhen-key-file-v1";

    /// A new key.
    pub fn generate(moment: &Moment) -> Result<Self> {
        Ok(Self(Zeroizing::new(moment.random()?)))
    }

    /// The file's text.
    pub fn text(&self) -> Zeroizing<String> {
        write(Self::WORD, &self.0)
    }

    /// Reads the file's text.
    pub fn parse(text: &str) -> Result<Self> {
        read(Self::WORD, "key file", text).map(Self)
    }

    pub(super) fn secret(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_back_and_typing_errors_noticed() {
        let moment = Moment::system();
        let key = RecoveryKey::generate(&moment).unwrap();
        let text = key.text();
        assert_eq!(RecoveryKey::parse(&format!(" {}\n", *text)).unwrap().public(), key.public());
        assert!(RootKey::parse(&text).is_err());
        let at = text.len() - 20;
        let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
        let typo = format!("{}{other}{}", &text[..at], &text[at + 1..]);
        assert!(matches!(RecoveryKey::parse(&typo), Err(Error::NotAKey { .. })));
    }
}
