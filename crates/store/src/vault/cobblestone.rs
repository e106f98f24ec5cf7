//! C2SP chunked encryption, instantiation Cobblestone-256, on one thread and without I/O.
//!
//! A message is `salt (24) ‖ commitment (32) ‖ chunks`. Key, base nonce and commitment come from
//! HKDF-Expand-SHA-512 of the input key over the fixed label, the salt and a context. Chunks hold
//! 16 KiB of plaintext and a 16-byte AES-256-GCM tag; the last chunk is always shorter (maybe
//! empty), so an end in the wrong place shows. Chunk number n uses base nonce XOR n, which also
//! gives random access. The specification is c2sp.org/chunked-encryption.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::Sha512;
use zeroize::Zeroizing;

use super::error::{Error, Result};

/// Plaintext bytes of a full chunk.
pub const CHUNK: usize = 16 * 1024;
/// Bytes of the authentication tag of each chunk.
pub const TAG: usize = 16;
/// Bytes of a full chunk as stored.
pub const STORED_CHUNK: usize = CHUNK + TAG;
/// Bytes of the header: salt and commitment.
pub const HEADER: usize = SALT + COMMITMENT;

const SALT: usize = 24;
const COMMITMENT: usize = 32;
const NONCE: usize = 12;
const LABEL: &[u8] = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM";

/// Salt and commitment: the first 56 bytes of a stored file. Not secret; names one encryption of
/// one file, so that an exchange of two stored files shows.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Header(pub [u8; HEADER]);

impl Header {
    /// 112 lowercase hexadecimal digits.
    pub fn to_hex(&self) -> String {
        self.0.iter().flat_map(|b| [b >> 4, b & 15]).map(|d| HEX[usize::from(d)]).collect()
    }

    /// Reads exactly 112 lowercase hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digit = |c: u8| HEX.iter().position(|&d| d == char::from(c));
        let bytes = text.as_bytes();
        if bytes.len() != 2 * HEADER {
            return None;
        }
        let mut header = [0; HEADER];
        for (byte, pair) in header.iter_mut().zip(bytes.chunks_exact(2)) {
            *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?;
        }
        Some(Self(header))
    }

    fn salt(&self) -> &[u8] {
        &self.0[..SALT]
    }
}

const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Header({})", self.to_hex())
    }
}

impl Serialize for Header {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_hex())
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_hex(&text).ok_or_else(|| D::Error::custom("not a vault header"))
    }
}

/// What a message is for: different contexts never share keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// A file in the vault.
    Vault,
    /// A thumbnail of a still.
    Thumbnail,
    /// Any other use, named by its owner; tests use it.
    Named(&'static str),
}

impl Context {
    const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Vault => b"liuhen/vault/v1",
            Self::Thumbnail => b"liuhen/thumbnail/v1",
            Self::Named(name) => name.as_bytes(),
        }
    }
}

/// The key of one message: seals and opens chunks by number.
///
/// Whoever seals must never seal two different plaintexts under one chunk number.
pub struct MessageKey {
    aead: LessSafeKey,
    base: [u8; NONCE],
    header: Header,
}

impl fmt::Debug for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageKey").field("header", &self.header).finish_non_exhaustive()
    }
}

impl MessageKey {
    /// A key for a new message, under a fresh random salt.
    pub fn fresh(input_key: &[u8; 32], context: Context) -> Result<Self> {
        let mut salt = [0; SALT];
        crate::moment::fill_random(&mut salt).map_err(|_| Error::Randomness)?;
        Self::from_salt(input_key, context, &salt)
    }

    /// The key of a stored message; the commitment is checked first.
    pub fn open(input_key: &[u8; 32], context: Context, header: &Header) -> Result<Self> {
        let mut salt = [0; SALT];
        salt.copy_from_slice(header.salt());
        let key = Self::from_salt(input_key, context, &salt)?;
        // The commitment is stored in the clear: comparing it in constant time would hide nothing.
        if key.header == *header { Ok(key) } else { Err(Error::Header) }
    }

    /// The key for a given salt. Salts must not repeat: outside of test vectors use
    /// [`MessageKey::fresh`].
    pub fn from_salt(input_key: &[u8; 32], context: Context, salt: &[u8; SALT]) -> Result<Self> {
        let okm = expand(input_key, salt, context.bytes())?;
        let unbound = UnboundKey::new(&AES_256_GCM, &okm[..32]).map_err(|_| Error::Header)?;
        let mut base = [0; NONCE];
        base.copy_from_slice(&okm[32..32 + NONCE]);
        let mut header = [0; HEADER];
        header[..SALT].copy_from_slice(salt);
        header[SALT..].copy_from_slice(&okm[32 + NONCE..32 + NONCE + COMMITMENT]);
        Ok(Self { aead: LessSafeKey::new(unbound), base, header: Header(header) })
    }

    /// Salt and commitment of this message.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    fn nonce(&self, chunk: u64) -> Nonce {
        let mut nonce = self.base;
        for (byte, number) in nonce[NONCE - 8..].iter_mut().zip(chunk.to_be_bytes()) {
            *byte ^= number;
        }
        Nonce::assume_unique_for_key(nonce)
    }

    /// Seals chunk `number` and appends ciphertext and tag to `out`.
    pub fn seal(&self, number: u64, plain: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let start = out.len();
        out.extend_from_slice(plain);
        let tag = self
            .aead
            .seal_in_place_separate_tag(self.nonce(number), Aad::empty(), &mut out[start..])
            .map_err(|_| Error::TooLong)?;
        out.extend_from_slice(tag.as_ref());
        Ok(())
    }

    /// Opens chunk `number` in place (ciphertext and tag) and gives its plaintext.
    pub fn unseal<'a>(&self, number: u64, stored: &'a mut [u8]) -> Result<&'a mut [u8]> {
        self.aead
            .open_in_place(self.nonce(number), Aad::empty(), stored)
            .map_err(|_| Error::Block { block: block_of_chunk(number) })
    }
}

/// The 4 MiB block of plaintext a chunk lies in.
pub const fn block_of_chunk(chunk: u64) -> u64 {
    chunk / (super::BLOCK as u64 / CHUNK as u64)
}

/// Bytes a plaintext takes when stored.
pub const fn stored_size(plain: u64) -> u64 {
    HEADER as u64 + plain + (plain / CHUNK as u64 + 1) * TAG as u64
}

/// Plaintext bytes of a stored file of `stored` bytes, or `None` where no message can end.
pub const fn plain_size(stored: u64) -> Option<u64> {
    let Some(body) = stored.checked_sub(HEADER as u64) else { return None };
    let full = body / STORED_CHUNK as u64;
    match (body % STORED_CHUNK as u64).checked_sub(TAG as u64) {
        Some(last) => Some(full * CHUNK as u64 + last),
        None => None,
    }
}

/// HKDF-Expand with SHA-512 (RFC 5869 §2.3) over the label, salt and context, 76 bytes.
///
/// Written out over HMAC: the specification expands a 32-byte key, which the `hkdf` crate refuses
/// as a pseudorandom key because it is shorter than the hash.
fn expand(input_key: &[u8; 32], salt: &[u8; SALT], context: &[u8]) -> Result<Zeroizing<[u8; 128]>> {
    let mut okm = Zeroizing::new([0; 128]);
    let mut previous: Option<[u8; 64]> = None;
    for (counter, out) in (1u8..).zip(okm.chunks_exact_mut(64)) {
        // HMAC accepts keys of any length: the error cannot occur, but a zero key must not either.
        let mut mac = Hmac::<Sha512>::new_from_slice(input_key).map_err(|_| Error::Header)?;
        if let Some(previous) = &previous {
            mac.update(previous);
        }
        for part in [LABEL, b"\0", salt, context, &[counter]] {
            mac.update(part);
        }
        let block: [u8; 64] = mac.finalize().into_bytes().into();
        out.copy_from_slice(&block);
        previous = Some(block);
    }
    Ok(okm)
}

/// Encrypts a stream: whole chunks as they fill, the short last one at the end.
#[derive(Debug)]
pub struct Sealer {
    key: MessageKey,
    chunk: u64,
    tail: Vec<u8>,
}

impl Sealer {
    /// Starts a message; its header goes out first (see [`Sealer::header`]).
    pub const fn new(key: MessageKey) -> Self {
        Self { key, chunk: 0, tail: Vec::new() }
    }

    /// Salt and commitment, to be written before everything else.
    pub const fn header(&self) -> &Header {
        self.key.header()
    }

    /// Takes plaintext and appends the chunks that became full to `out`.
    pub fn update(&mut self, mut plain: &[u8], out: &mut Vec<u8>) -> Result<()> {
        if !self.tail.is_empty() {
            let take = plain.len().min(CHUNK - self.tail.len());
            self.tail.extend_from_slice(&plain[..take]);
            plain = &plain[take..];
            if self.tail.len() < CHUNK {
                return Ok(());
            }
            self.key.seal(self.chunk, &self.tail, out)?;
            self.chunk += 1;
            self.tail.clear();
        }
        let mut chunks = plain.chunks_exact(CHUNK);
        for chunk in &mut chunks {
            self.key.seal(self.chunk, chunk, out)?;
            self.chunk += 1;
        }
        self.tail.extend_from_slice(chunks.remainder());
        Ok(())
    }

    /// Appends the last, shorter chunk.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<()> {
        self.key.seal(self.chunk, &self.tail, out)
    }

    /// Plaintext that is in no chunk yet.
    pub(super) fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// Forgets the tail after its first `keep` bytes.
    pub(super) fn forget_after(&mut self, keep: u64) -> Result<()> {
        self.tail.truncate(usize::try_from(keep).map_err(|_| Error::TooLong)?);
        Ok(())
    }

    /// Bytes of plaintext that are in chunks already handed out; the rest is still here.
    pub const fn settled(&self) -> u64 {
        self.chunk * CHUNK as u64
    }
}

/// A whole message in memory, for small things.
pub fn encrypt(input_key: &[u8; 32], context: Context, plain: &[u8]) -> Result<(Header, Vec<u8>)> {
    seal_whole(MessageKey::fresh(input_key, context)?, plain)
}

/// A whole message under a key that was made already.
pub fn seal_whole(key: MessageKey, plain: &[u8]) -> Result<(Header, Vec<u8>)> {
    let size = usize::try_from(stored_size(plain.len() as u64)).map_err(|_| Error::TooLong)?;
    let header = *key.header();
    let mut out = Vec::with_capacity(size);
    out.extend_from_slice(&header.0);
    let mut sealer = Sealer::new(key);
    sealer.update(plain, &mut out)?;
    sealer.finish(&mut out)?;
    Ok((header, out))
}

/// Opens a whole message in memory.
pub fn decrypt(input_key: &[u8; 32], context: Context, message: &[u8]) -> Result<Vec<u8>> {
    let header = message.first_chunk::<HEADER>().ok_or(Error::Length)?;
    let key = MessageKey::open(input_key, context, &Header(*header))?;
    let size = plain_size(message.len() as u64).ok_or(Error::Length)?;
    let mut plain = Vec::with_capacity(usize::try_from(size).map_err(|_| Error::TooLong)?);
    for (number, stored) in (0..).zip(message[HEADER..].chunks(STORED_CHUNK)) {
        let mut stored = stored.to_vec();
        plain.extend_from_slice(key.unseal(number, &mut stored)?);
    }
    Ok(plain)
}
