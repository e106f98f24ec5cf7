//! Enrolment codes: what a person types once on a new laptop.
//!
//! The code carries a secret, which the township keeps only as a hash, and half of the root pin, so
//! that the laptop recognises its township before it says the secret. Crockford base 32 in groups of
//! five, forgiving about case, spaces and look-alikes, with a checksum against slips.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::{Digest, Error, PublicKey, Result, root_pin};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SECRET: usize = 20;
const PIN: usize = 16;
const CHECK: usize = 4;

/// A secret for one person and the pin of the township that gave it.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolmentCode {
    /// 160 random bits, good once, within 24 hours.
    pub secret: [u8; SECRET],
    /// The first half of the root pin.
    pub pin: [u8; PIN],
}

impl fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolmentCode(…)")
    }
}

impl EnrolmentCode {
    /// A code of a township with this root pin.
    pub fn new(secret: [u8; SECRET], root_pin: &Digest) -> Self {
        let mut pin = [0; PIN];
        pin.copy_from_slice(&root_pin.0[..PIN]);
        Self { secret, pin }
    }

    /// Whether a root key is the one this code was made for.
    pub fn is_for(&self, root: &PublicKey) -> bool {
        root_pin(root).0[..PIN] == self.pin
    }

    /// What the township keeps instead of the secret: `SHA-256("liuhen/code/v1\n" ‖ secret)`.
    pub fn secret_hash(secret: &[u8]) -> Digest {
        let mut hash = Sha256::new();
        hash.update(b"liuhen/code/v1\n");
        hash.update(secret);
        Digest(hash.finalize().into())
    }

    /// Reads what a person typed.
    ///
    /// # Errors
    /// `Malformed` when it is not a code or a character is wrong (the checksum tells).
    pub fn parse(typed: &str) -> Result<Self> {
        let bad = |reason| Error::Malformed { what: "enrolment code", reason };
        let mut bits = 0_u32;
        let mut count = 0;
        let mut bytes = Vec::with_capacity(SECRET + PIN + CHECK);
        for typed in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let c = match typed.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = ALPHABET.iter().position(|&a| char::from(a) == c).ok_or_else(|| bad("character"))?;
            // `value` is below 32.
            bits = (bits << 5) | u32::try_from(value).map_err(|_| bad("character"))?;
            count += 5;
            if count >= 8 {
                count -= 8;
                bytes.push(u8::try_from((bits >> count) & 0xff).map_err(|_| bad("character"))?);
                bits &= (1 << count) - 1;
            }
        }
        if bytes.len() != SECRET + PIN + CHECK || bits != 0 {
            return Err(bad("length"));
        }
        let (data, check) = bytes.split_at(SECRET + PIN);
        if Sha256::digest(data)[..CHECK] != *check {
            return Err(bad("checksum"));
        }
        let mut found = Self { secret: [0; SECRET], pin: [0; PIN] };
        found.secret.copy_from_slice(&data[..SECRET]);
        found.pin.copy_from_slice(&data[SECRET..]);
        Ok(found)
    }
}

impl fmt::Display for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [self.secret.as_slice(), &self.pin].concat();
        let check = Sha256::digest(&bytes);
        bytes.extend_from_slice(&check[..CHECK]);
        // 40 bytes are exactly 64 characters.
        let mut characters = 0;
        for chunk in bytes.chunks_exact(5) {
            let bits = chunk.iter().fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte));
            for place in (0..8).rev() {
                if characters > 0 && characters % 5 == 0 {
                    f.write_str("-")?;
                }
                let index = usize::try_from((bits >> (place * 5)) & 31).unwrap_or_default();
                write!(f, "{}", char::from(ALPHABET[index]))?;
                characters += 1;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_small_letters_spaces_and_look_alikes() {
        let code = EnrolmentCode::new([0x5a; SECRET], &Digest([9; 32]));
        let typed = code.to_string();
        assert_eq!(EnrolmentCode::parse(&typed).unwrap(), code);
        let sloppy = typed.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(EnrolmentCode::parse(&sloppy).unwrap(), code);
    }

    #[test]
    fn one_wrong_character_is_noticed() {
        let typed = EnrolmentCode::new([0x5a; SECRET], &Digest([9; 32])).to_string();
        let wrong = typed.replacen(&typed[3..4], if &typed[3..4] == "A" { "B" } else { "A" }, 1);
        assert!(EnrolmentCode::parse(&wrong).is_err());
        assert!(EnrolmentCode::parse(&typed[..typed.len() - 1]).is_err());
        assert!(EnrolmentCode::parse("").is_err());
    }
}
