//! A short PIN by which somebody whose key is in memory already says "yes, it is me" once more.
//!
//! It wraps nothing and is written nowhere: whoever restarts or locks the program is asked for the
//! passphrase again. What is kept in memory is Argon2id of it, so that a look at memory does not tell it.

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::moment::Moment;

/// Argon2id: KiB of memory. The PIN guards an open home for hours, not a file for years.
const MEMORY_KIB: u32 = 32 * 1024;
/// Argon2id: passes.
const PASSES: u32 = 2;

/// A PIN in memory, hashed; overwritten when dropped.
pub struct Pin {
    salt: [u8; 32],
    hash: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin(…)")
    }
}

impl Pin {
    /// Takes in a PIN.
    ///
    /// # Errors
    /// [`Error::Randomness`].
    pub fn new(pin: &str, moment: &Moment) -> Result<Self> {
        let salt: [u8; 32] = moment.random()?;
        Ok(Self { hash: hash(pin, &salt)?, salt })
    }

    /// Whether this is the PIN.
    ///
    /// # Errors
    /// [`Error::Crypto`].
    pub fn matches(&self, pin: &str) -> Result<bool> {
        Ok(*hash(pin, &self.salt)? == *self.hash)
    }
}

fn hash(pin: &str, salt: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>> {
    let broken = |_| Error::Crypto { doing: "hash a PIN" };
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(broken)?;
    let mut out = Zeroizing::new([0_u8; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(pin.as_bytes(), salt, out.as_mut())
        .map_err(broken)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::Pin;
    use crate::moment::Moment;

    #[test]
    fn a_pin_knows_itself_and_shows_nothing() {
        let pin = Pin::new("2580", &Moment::system()).unwrap();
        assert!(pin.matches("2580").unwrap());
        assert!(!pin.matches("2581").unwrap());
        assert_eq!(format!("{pin:?}"), "Pin(…)");
    }
}
