//! What those who run the township see and say: one question, one signed instruction. Neither is repeated by itself when the
//! line breaks, so that a person at a screen is answered soon; an instruction sent again does nothing twice.

use liuhen_protocol::wire::{SignedInstruction, instruction_message};
use liuhen_protocol::{Digest, Domain, root_pin};
use serde_json::Value;

use crate::error::Result;
use crate::session::Session;

/// What the township tells those who run it.
pub(crate) fn see(session: &Session<'_>) -> Result<Value> {
    session.once(|token| session.door.oversight(token))
}

/// Signs an instruction with the officer's key and gives it.
pub(crate) fn instruct(session: &Session<'_>, instruction: &str, nonce: Digest) -> Result<Value> {
    let message = instruction_message(&nonce, &root_pin(&session.anchor.note.root), instruction);
    let signed = SignedInstruction {
        series: session.local.series(),
        instruction: instruction.to_owned(),
        nonce,
        signature: session.local.sign(Domain::Instruction, &message),
    };
    session.once(|token| session.door.instruct(token, &signed))
}
