//! Secrets of the door: the one-time address, the cookie, and the addresses of media.
//!
//! All are 32 random bytes; the one-time secret and the cookie are kept as they are, in memory
//! only, and compared without telling by time how much of a guess was right.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use liuhen_app::{ApiError, Laptop, Projector, Showing};

/// An address of media unused for this long becomes void.
const MEDIA_LIFE: Duration = Duration::from_mins(30);
/// Cookies kept at the same time; opening the desk once more drops the oldest.
const MOST_COOKIES: usize = 8;
/// One-time addresses that wait to be opened; a further one makes the oldest void.
const MOST_ONCE: usize = 4;
/// Addresses of media kept at the same time; the oldest goes first.
const MOST_MEDIA: usize = 4096;

/// Compares two texts in a time that depends on their lengths only.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |found, (a, b)| found | (a ^ b)) == 0
}

struct Address {
    showing: Showing,
    used: Instant,
}

#[derive(Default)]
struct Secrets {
    once: Vec<String>,
    cookies: Vec<String>,
    media: HashMap<String, Address>,
}

/// All secrets of one running door.
pub(crate) struct Tokens {
    laptop: Laptop,
    origin: String,
    secrets: Mutex<Secrets>,
}

impl Tokens {
    /// No secrets yet, for a door at this origin (`http://127.0.0.1:<port>`).
    pub(crate) fn new(laptop: Laptop, origin: String) -> Self {
        Self { laptop, origin, secrets: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Secrets> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new one-time address.
    pub(crate) fn issue_once(&self) -> Result<String, ApiError> {
        let secret = self.laptop.random_token()?;
        let address = format!("{}/open/{secret}", self.origin);
        let mut secrets = self.lock();
        if secrets.once.len() >= MOST_ONCE {
            secrets.once.remove(0);
        }
        secrets.once.push(secret);
        Ok(address)
    }

    /// Takes a one-time secret and gives a cookie for it; nothing when it was used or never given.
    pub(crate) fn redeem(&self, secret: &str) -> Option<String> {
        let cookie = self.laptop.random_token().ok()?;
        let mut secrets = self.lock();
        let at = secrets.once.iter().position(|kept| same(kept, secret))?;
        secrets.once.swap_remove(at);
        if secrets.cookies.len() >= MOST_COOKIES {
            secrets.cookies.remove(0);
        }
        secrets.cookies.push(cookie.clone());
        Some(cookie)
    }

    /// Whether the door gave this cookie.
    pub(crate) fn knows(&self, cookie: &str) -> bool {
        self.lock().cookies.iter().any(|kept| same(kept, cookie))
    }

    /// What an address of media shows, if it is still good. Using it keeps it good.
    pub(crate) fn showing(&self, token: &str) -> Option<Showing> {
        let mut secrets = self.lock();
        let address = secrets.media.get_mut(token)?;
        if address.used.elapsed() > MEDIA_LIFE {
            secrets.media.remove(token);
            return None;
        }
        address.used = Instant::now();
        Some(address.showing.clone())
    }
}

impl Projector for Tokens {
    fn show(&self, showing: &Showing) -> Option<String> {
        let token = self.laptop.random_token().ok()?;
        let mut secrets = self.lock();
        secrets.media.retain(|_, address| address.used.elapsed() <= MEDIA_LIFE);
        if secrets.media.len() >= MOST_MEDIA {
            let oldest =
                secrets.media.iter().min_by_key(|(_, address)| address.used).map(|(token, _)| token.clone());
            oldest.map(|token| secrets.media.remove(&token));
        }
        let url = format!("{}/media/{token}", self.origin);
        secrets.media.insert(token, Address { showing: showing.clone(), used: Instant::now() });
        Some(url)
    }

    fn revoke_all(&self) {
        self.lock().media.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn texts_are_the_same_only_when_every_byte_is() {
        assert!(same("abc", "abc"));
        assert!(!same("abc", "abd"));
        assert!(!same("abc", "ab"));
        assert!(!same("", "a"));
    }
}
