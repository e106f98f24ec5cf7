//! Cosignatures (c2sp.org/tlog-cosignature, v1): somebody other than the log saw this checkpoint at a
//! stated time. The township's clock key makes them for every checkpoint; outside witnesses later.

use crate::{Domain, Error, KeyKind, Note, Result, Sign, Signature, VerifierKey, verify};

/// A verified cosignature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// Whose.
    pub key: VerifierKey,
    /// When, in Unix seconds, by the cosigner's clock.
    pub time: u64,
}

fn message(text: &str, time: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{text}").into_bytes()
}

/// Adds a cosignature made at `time` (Unix seconds) to a checkpoint's note.
pub fn cosign(note: &mut Note, name: &str, signer: &dyn Sign, time: u64) -> Result<()> {
    let key = VerifierKey::new(name, KeyKind::Cosigner, signer.public_key())?;
    let signature = signer.sign(Domain::Note, &message(note.text(), time));
    let bytes = [time.to_be_bytes().as_slice(), &signature.0].concat();
    note.add(&key, bytes);
    Ok(())
}

impl Cosignature {
    /// Verifies the line of a cosigner on a checkpoint's note.
    ///
    /// # Errors
    /// `Unknown` when this key did not cosign or is no cosigner's, `Signature` when its line fails.
    pub fn verify(note: &Note, key: &VerifierKey) -> Result<Self> {
        if key.kind() != KeyKind::Cosigner {
            return Err(Error::Unknown("cosigner"));
        }
        let bytes = note.signature_of(key).ok_or(Error::Unknown("cosigner"))?;
        let bad = Error::Signature("cosignature");
        let (time, signature) = bytes.split_first_chunk::<8>().ok_or_else(|| bad.clone())?;
        let time = u64::from_be_bytes(*time);
        let signature = Signature(signature.try_into().map_err(|_| bad)?);
        verify(key.key(), Domain::Note, &message(note.text(), time), &signature)?;
        Ok(Self { key: key.clone(), time })
    }
}
