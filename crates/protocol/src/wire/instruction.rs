//! What somebody who runs a township tells it to do, signed by that person's own key.

use serde::{Deserialize, Serialize};

use crate::{Digest, SeriesId, Signature};

/// Bytes of an instruction's text: 64 KiB.
pub const MAX_INSTRUCTION: usize = 64 << 10;

/// An instruction. Sending it again gives the same answer and does nothing twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedInstruction {
    /// The key that signs, by name.
    pub series: SeriesId,
    /// JSON; its words are the trade's and stand in no document of this crate.
    pub instruction: String,
    /// 32 random bytes.
    pub nonce: Digest,
    /// Over [`instruction_message`] in [`crate::Domain::Instruction`].
    pub signature: Signature,
}

/// What is signed: 32-byte nonce ‖ root pin ‖ SHA-256 of the text. So it cannot be carried to another township.
pub fn instruction_message(nonce: &Digest, root_pin: &Digest, instruction: &str) -> Vec<u8> {
    [nonce.0, root_pin.0, Digest::of(instruction.as_bytes()).0].concat()
}
