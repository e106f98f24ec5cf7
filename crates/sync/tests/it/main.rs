//! Sync against the real township, over HTTPS on loopback and over doors that fail or lie.

#![expect(clippy::expect_used, reason = "a test that cannot prepare its world has failed")]

mod breaks;
mod doors;
mod https;
mod lies;
mod parcels;
mod speed;
mod uploads;
mod world;
