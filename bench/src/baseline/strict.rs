//! Strict Ed25519 over messages as long as our envelopes, and nothing else.

use std::time::Instant;

use ed25519_dalek::{Signature, Signer as _};
use serde_json::{Value, json};

use super::Result;
use super::signed::{KEY, PUBLIC};

/// Bytes of one message.
const MESSAGE: usize = 560;

fn verify(signed: &[(Vec<u8>, Signature)]) -> bool {
    signed.iter().all(|(message, signature)| PUBLIC.verify_strict(message, signature).is_ok())
}

/// Verifies so many signatures on one thread, then on two.
pub(super) fn run(count: u32) -> Result<Value> {
    let signed: Vec<_> = (0..count)
        .map(|number| {
            let mut message = vec![7; MESSAGE];
            message[..4].copy_from_slice(&number.to_be_bytes());
            let signature = KEY.sign(&message);
            (message, signature)
        })
        .collect();
    let begun = Instant::now();
    let one_good = verify(&signed);
    let one = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    let (left, right) = signed.split_at(signed.len() / 2);
    let two_good = std::thread::scope(|scope| {
        let other = scope.spawn(|| verify(left));
        verify(right) && other.join().is_ok_and(|good| good)
    });
    let two = begun.elapsed().as_secs_f64();
    if !(one_good && two_good) {
        return Err("a signature did not verify".into());
    }
    Ok(json!({ "one_thread_seconds": one, "seconds": two, "count": count }))
}
