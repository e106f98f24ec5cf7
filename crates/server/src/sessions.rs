//! Challenges and sessions, in memory only: a restart asks every laptop to sign in again, which costs one signature.
//!
//! A nonce is used once and lives two minutes. A token is bound to the remote address of its sign-in and kept as its SHA-256, so
//! that neither a memory dump nor another machine in the office can use it. Both tables are bounded.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use liuhen_protocol::{Digest, SeriesId};

use crate::{Error, Result};

/// Milliseconds a nonce lives.
const NONCE_MS: u64 = 120_000;
/// Most nonces and sessions held; the oldest goes first.
const MOST: usize = 20_000;

/// Who speaks in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// Series that signed in.
    pub series: SeriesId,
    /// Officer to whom the series is enrolled.
    pub officer: String,
}

#[derive(Debug)]
struct Session {
    speaker: Speaker,
    address: IpAddr,
    until: u64,
}

#[derive(Debug, Default)]
struct Tables {
    nonces: HashMap<[u8; 32], (SeriesId, u64)>,
    sessions: HashMap<[u8; 32], Session>,
}

/// The tables of open challenges and sessions. Times are monotonic milliseconds given by the caller.
#[derive(Debug, Default)]
pub struct Sessions {
    tables: Mutex<Tables>,
}

impl Sessions {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that `nonce` was given to `series`; gives the lifetime in milliseconds.
    pub fn challenge(&self, series: SeriesId, nonce: [u8; 32], now: u64) -> u64 {
        let mut tables = self.tables();
        trim(&mut tables.nonces, now, |(_, until)| *until);
        tables.nonces.insert(nonce, (series, now + NONCE_MS));
        NONCE_MS
    }

    /// Uses up a nonce: true only the first time, in time, and by the series it was given to.
    pub fn consume(&self, series: &SeriesId, nonce: &[u8; 32], now: u64) -> bool {
        self.tables().nonces.remove(nonce).is_some_and(|(whose, until)| whose == *series && now <= until)
    }

    /// Opens a session for `token`.
    pub fn open(&self, token: &str, speaker: Speaker, address: IpAddr, now: u64, lives_ms: u64) {
        let mut tables = self.tables();
        trim(&mut tables.sessions, now, |session| session.until);
        tables.sessions.insert(hash(token), Session { speaker, address, until: now + lives_ms });
    }

    /// Who speaks with this token from this address.
    pub fn speaker(&self, token: &str, address: IpAddr, now: u64) -> Result<Speaker> {
        let tables = self.tables();
        let session = tables.sessions.get(&hash(token)).ok_or(Error::Unauthorised)?;
        if now > session.until {
            return Err(Error::Unauthorised);
        }
        if session.address != address {
            metrics::counter!("liuhen_stolen_token_total").increment(1);
            tracing::warn!(code = "token_elsewhere", "a session token was used from another address");
            return Err(Error::Unauthorised);
        }
        Ok(session.speaker.clone())
    }

    /// Ends every session of a series (revocation).
    pub fn end(&self, series: &SeriesId) {
        self.tables().sessions.retain(|_, session| session.speaker.series != *series);
    }

    /// Sessions that are open now.
    pub fn count(&self, now: u64) -> usize {
        self.tables().sessions.values().filter(|session| session.until >= now).count()
    }
}

fn hash(token: &str) -> [u8; 32] {
    Digest::of(token.as_bytes()).0
}

/// Drops what is over; if the table is still full, drops the one that would end first.
fn trim<V>(table: &mut HashMap<[u8; 32], V>, now: u64, until: impl Fn(&V) -> u64) {
    if table.len() < MOST {
        return;
    }
    table.retain(|_, value| until(value) >= now);
    if table.len() >= MOST
        && let Some(first) = table.iter().min_by_key(|(_, value)| until(value)).map(|(key, _)| *key)
    {
        table.remove(&first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn speaker() -> Speaker {
        Speaker { series: SeriesId::of(&liuhen_protocol::PublicKey([1; 32])), officer: "o".into() }
    }

    #[test]
    fn a_nonce_works_once_for_its_series_and_in_time() {
        let sessions = Sessions::default();
        let series = speaker().series;
        let other = SeriesId::of(&liuhen_protocol::PublicKey([2; 32]));
        sessions.challenge(series, [1; 32], 0);
        assert!(sessions.consume(&series, &[1; 32], 10));
        assert!(!sessions.consume(&series, &[1; 32], 11), "a second use");
        sessions.challenge(series, [2; 32], 0);
        assert!(!sessions.consume(&other, &[2; 32], 10), "another series");
        sessions.challenge(series, [3; 32], 0);
        assert!(!sessions.consume(&series, &[3; 32], NONCE_MS + 1), "too late");
    }

    #[test]
    fn a_token_works_only_from_its_address_and_in_time() {
        let sessions = Sessions::default();
        sessions.open("token", speaker(), HERE, 0, 100);
        assert_eq!(sessions.speaker("token", HERE, 100).expect("valid"), speaker());
        assert!(sessions.speaker("token", IpAddr::from([127, 0, 0, 2]), 50).is_err());
        assert!(sessions.speaker("token", HERE, 101).is_err());
        assert!(sessions.speaker("other", HERE, 50).is_err());
        sessions.end(&speaker().series);
        assert!(sessions.speaker("token", HERE, 50).is_err());
    }
}
