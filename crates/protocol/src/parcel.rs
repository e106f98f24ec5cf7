//! Parcels: the messages of the wire as files, for a laptop that never sees the township's network.
//!
//! A parcel is a folder's worth of files, each a *part*: one message, sealed by itself to the receiver's X25519 key, so that
//! a broken file is named and the others survive. Part 0, the opening, is written last: it lists the digests of all others and
//! is signed. Everything else proves itself: entries by signatures, blobs by digests, answers by checkpoints. So
//! nothing is lost when a part is carried twice, and a replay changes nothing.
//!
//! File: `"LIUHEN-PARCEL-1\n" ‖ parcel id (16) ‖ number (u32 BE) ‖ receiver (32) ‖ sealed`, the first 68 bytes bound as
//! additional data. Inside: `length of the head (u32 BE) ‖ head (canonical JSON) ‖ payload`. Sealing itself (HPKE) is not here.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::wire::{BlobSpec, PullAnswer, PullRequest, PushBatch, ReceiptsAnswer, ReceiptsRequest};
use crate::{Digest, Domain, Error, PublicKey, Result, Sign, Signature, canonical, verify};

mod clerk;

pub use clerk::Clerk;

/// What `info` is when a part is sealed.
pub const SEAL_INFO: &[u8] = b"liuhen/parcel/v1\n";
/// Largest content of a part in bytes, before sealing: room for one answer of 8 MiB with its paths.
pub const MAX_PART: usize = 24 << 20;
/// Bytes of a blob in one part: 4 MiB.
pub const BLOB_PIECE: usize = 4 << 20;
/// Bytes before the sealed part of a file.
pub const FRAME: usize = 16 + 16 + 4 + 32;
const MAGIC: &[u8; 16] = b"LIUHEN-PARCEL-1\n";
const WHAT: &str = "parcel";

/// How a receiver is named on the outside: `SHA-256("liuhen/seal/v1\n" ‖ X25519 public key)`.
pub fn receiver_of(seal_key: &[u8; 32]) -> Digest {
    let mut hash = Sha256::new();
    hash.update(b"liuhen/seal/v1\n");
    hash.update(seal_key);
    Digest(hash.finalize().into())
}

/// The outside of a part: readable without a key, bound into the seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Frame {
    /// The parcel.
    pub parcel: Uuid,
    /// Number of the part; 0 is the opening.
    pub number: u32,
    /// Who can open it.
    pub receiver: Digest,
}

impl Frame {
    /// The 68 bytes before the sealed bytes.
    pub fn encode(&self) -> [u8; FRAME] {
        let mut out = [0; FRAME];
        out[..16].copy_from_slice(MAGIC);
        out[16..32].copy_from_slice(self.parcel.as_bytes());
        out[32..36].copy_from_slice(&self.number.to_be_bytes());
        out[36..].copy_from_slice(&self.receiver.0);
        out
    }

    /// Splits a file into its frame, the frame's bytes and what is sealed.
    ///
    /// # Errors
    /// `Malformed` for a file that is no part of a parcel or is cut off, `TooLarge`.
    pub fn split(file: &[u8]) -> Result<(Self, &[u8], &[u8])> {
        let bad = |reason| Error::Malformed { what: WHAT, reason };
        if file.len() > MAX_PART + FRAME + 64 {
            return Err(Error::TooLarge { what: WHAT, limit: MAX_PART });
        }
        let (frame, sealed) = file.split_at_checked(FRAME).ok_or_else(|| bad("cut off"))?;
        if !frame.starts_with(MAGIC) {
            return Err(bad("no parcel of ours"));
        }
        let field = |from: usize, to: usize| &frame[from..to];
        let parcel = Uuid::from_slice(field(16, 32)).map_err(|_| bad("parcel id"))?;
        let number = field(32, 36).try_into().map(u32::from_be_bytes).map_err(|_| bad("number"))?;
        let receiver = Digest(field(36, FRAME).try_into().map_err(|_| bad("receiver"))?);
        Ok((Self { parcel, number, receiver }, frame, sealed))
    }

    /// The file name of this part: sorts in the order of numbers.
    pub fn file_name(&self) -> String {
        format!("liuhen-{}-{:06}.part", self.parcel.simple(), self.number)
    }

    /// Parcel and number told by a file name, for naming what is broken; `None` for other files.
    pub fn of_file_name(name: &str) -> Option<(Uuid, u32)> {
        let rest = name.strip_prefix("liuhen-")?.strip_suffix(".part")?;
        let (parcel, number) = rest.split_once('-')?;
        Some((Uuid::try_parse(parcel).ok()?, number.parse().ok()?))
    }
}

/// One line of an opening: a part and what its file must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartLine {
    /// Number, from 1.
    pub number: u32,
    /// Bytes of the file.
    pub size: u64,
    /// SHA-256 of the file.
    pub sha256: Digest,
}

/// What a parcel contains and who packed it, signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// 1.
    pub v: u8,
    /// The parcel.
    pub parcel: Uuid,
    /// The parcel this one answers.
    pub answers: Option<Uuid>,
    /// Key of the packer: a laptop's user, or a node of the township.
    pub key: PublicKey,
    /// Who can open it.
    pub receiver: Digest,
    /// X25519 key to which an answer is to be sealed; absent in answers.
    pub seal: Option<Digest>,
    /// Tree size of the newest checkpoint the packer held.
    pub known: u64,
    /// All other parts, by number.
    pub parts: Vec<PartLine>,
}

/// An opening with the packer's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedOpening {
    /// What is signed, in canonical form, under [`Domain::Parcel`].
    pub opening: Opening,
    /// By `opening.key`.
    pub signature: Signature,
}

impl SignedOpening {
    /// Signs an opening.
    ///
    /// # Errors
    /// `Key` when the signer is not the key that the opening names.
    pub fn sign(opening: Opening, signer: &dyn Sign) -> Result<Self> {
        if signer.public_key() != opening.key {
            return Err(Error::Key);
        }
        let signature = signer.sign(Domain::Parcel, &canonical(&opening, WHAT)?);
        Ok(Self { opening, signature })
    }

    /// Verifies the signature by the key that the opening names; whether that key may act is the caller's to decide.
    pub fn verify(&self) -> Result<&Opening> {
        verify(&self.opening.key, Domain::Parcel, &canonical(&self.opening, WHAT)?, &self.signature)?;
        Ok(&self.opening)
    }
}

/// One message inside a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "message", rename_all = "snake_case")]
pub enum Message {
    /// Part 0.
    Opening(Box<SignedOpening>),
    /// Entries.
    Push(PushBatch),
    /// Receipts wanted.
    Receipts(ReceiptsRequest),
    /// Entries of others wanted; the last part of a parcel.
    Pull(PullRequest),
    /// A piece of a blob; the payload holds the bytes.
    Blob {
        /// The whole blob.
        spec: BlobSpec,
        /// Where the payload begins in it.
        offset: u64,
    },
    /// Small blobs; the payload is a pack ([`crate::wire::pack`]).
    Pack,
    /// The signed township note.
    Note(String),
    /// Answer to a push or to a wish for receipts.
    Receipted(ReceiptsAnswer),
    /// Answer to a pull, one page.
    Pulled(Box<PullAnswer>),
    /// Blobs that the township now holds, whole and checked.
    Held {
        /// Their digests.
        digests: Vec<Digest>,
    },
    /// A part that was not taken.
    Refused {
        /// Its number.
        part: u32,
        /// Why: a code of the door.
        code: String,
    },
}

/// A message with the bytes that go with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The message.
    pub message: Message,
    /// Bytes of a blob or a pack; empty otherwise.
    pub payload: Vec<u8>,
}

impl Part {
    /// A message without payload.
    pub const fn of(message: Message) -> Self {
        Self { message, payload: Vec::new() }
    }

    /// The bytes to be sealed.
    pub fn encode(&self) -> Result<Vec<u8>> {
        let too_large = Error::TooLarge { what: WHAT, limit: MAX_PART };
        let head = canonical(&self.message, WHAT)?;
        if head.len() + self.payload.len() + 4 > MAX_PART {
            return Err(too_large);
        }
        let length = u32::try_from(head.len()).map_err(|_| too_large)?;
        let mut out = Vec::with_capacity(4 + head.len() + self.payload.len());
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&head);
        out.extend_from_slice(&self.payload);
        Ok(out)
    }

    /// Reads opened bytes.
    ///
    /// # Errors
    /// `Malformed` for a cut or unknown message, or a payload where none belongs.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let bad = |reason| Error::Malformed { what: WHAT, reason };
        if bytes.len() > MAX_PART {
            return Err(Error::TooLarge { what: WHAT, limit: MAX_PART });
        }
        let (length, rest) = bytes.split_first_chunk::<4>().ok_or_else(|| bad("cut off"))?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| bad("head length"))?;
        let (head, payload) = rest.split_at_checked(length).ok_or_else(|| bad("cut off"))?;
        let message: Message = serde_json::from_slice(head).map_err(|_| bad("unknown message"))?;
        let carries = matches!(message, Message::Blob { .. } | Message::Pack);
        if !carries && !payload.is_empty() {
            return Err(bad("payload without a place"));
        }
        Ok(Self { message, payload: payload.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Key(ed25519_dalek::SigningKey);

    impl Sign for Key {
        fn public_key(&self) -> PublicKey {
            PublicKey(self.0.verifying_key().to_bytes())
        }
        fn sign(&self, domain: Domain, message: &[u8]) -> Signature {
            use ed25519_dalek::Signer as _;
            Signature(self.0.sign(&domain.message(message)).to_bytes())
        }
    }

    fn frame() -> Frame {
        Frame { parcel: Uuid::from_u128(7), number: 3, receiver: receiver_of(&[1; 32]) }
    }

    #[test]
    fn a_frame_comes_back_from_its_bytes_and_from_its_file_name() {
        let file = [frame().encode().as_slice(), b"sealed"].concat();
        let (found, head, sealed) = Frame::split(&file).unwrap();
        assert_eq!((found, head.len(), sealed), (frame(), FRAME, b"sealed".as_slice()));
        assert_eq!(Frame::of_file_name(&frame().file_name()), Some((Uuid::from_u128(7), 3)));
        assert_eq!(Frame::of_file_name("DCIM0001.JPG"), None);
        assert!(Frame::split(&file[..FRAME - 1]).is_err());
    }

    #[test]
    fn an_opening_is_bound_to_its_signer_and_its_parts() {
        let key = Key(ed25519_dalek::SigningKey::from_bytes(&[5; 32]));
        let opening = Opening {
            v: 1,
            parcel: Uuid::from_u128(7),
            answers: None,
            key: key.public_key(),
            receiver: receiver_of(&[1; 32]),
            seal: Some(Digest([2; 32])),
            known: 9,
            parts: vec![PartLine { number: 1, size: 10, sha256: Digest([3; 32]) }],
        };
        let mut signed = SignedOpening::sign(opening, &key).unwrap();
        assert_eq!(signed.verify().unwrap().known, 9);
        let part = Part::of(Message::Opening(Box::new(signed.clone())));
        assert_eq!(Part::decode(&part.encode().unwrap()).unwrap(), part);
        signed.opening.parts[0].size = 11;
        assert!(signed.verify().is_err());
    }

    #[test]
    fn only_blobs_and_packs_carry_a_payload() {
        let part = Part { message: Message::Pack, payload: vec![1, 2, 3] };
        assert_eq!(Part::decode(&part.encode().unwrap()).unwrap(), part);
        let odd = Part { message: Message::Note("x".into()), payload: vec![1] };
        assert!(Part::decode(&odd.encode().unwrap()).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_readers_fail_otherwise_than_by_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _frame = Frame::split(&bytes);
            let _part = Part::decode(&bytes);
            let _name = Frame::of_file_name(&String::from_utf8_lossy(&bytes));
        }
    }
}
