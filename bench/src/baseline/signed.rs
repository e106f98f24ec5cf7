//! Signed notes as the baselines keep and send them: 64 bytes of signature, then the text.

use std::path::Path;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use super::{Result, insert};
use crate::world;

/// The key of all baselines, and its public half.
pub(super) static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_bytes(&[7; 32]));
pub(super) static PUBLIC: LazyLock<VerifyingKey> = LazyLock::new(|| KEY.verifying_key());

/// A database with so many notes, as a laptop would have it.
pub(super) fn source(path: &Path, notes: u32) -> Result<rusqlite::Connection> {
    let mut source = insert::open(path)?;
    insert::many(&mut source, &(0..notes).map(row).collect::<Vec<_>>())?;
    Ok(source)
}

/// A note of 2 KB as it is kept.
fn row(number: u32) -> Vec<u8> {
    let text = world::text(number, 675).into_bytes();
    [KEY.sign(&text).to_bytes().to_vec(), text].concat()
}

/// Kept notes as they travel.
pub(super) fn batch(rows: &[Vec<u8>]) -> Result<Vec<u8>> {
    Ok(serde_json::to_vec(&rows.iter().map(|row| note(row)).collect::<Vec<_>>())?)
}

/// A kept note as it travels: signature and text.
fn note(row: &[u8]) -> (String, String) {
    let (signature, text) = row.split_at(64);
    (STANDARD.encode(signature), String::from_utf8_lossy(text).into_owned())
}

/// A note that travelled, verified strictly, as it is kept.
pub(super) fn verified((signature, text): &(String, String)) -> Result<Vec<u8>> {
    let signature = STANDARD.decode(signature)?;
    PUBLIC.verify_strict(text.as_bytes(), &Signature::from_slice(&signature)?)?;
    Ok([&signature, text.as_bytes()].concat())
}
