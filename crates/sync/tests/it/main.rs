//! Sync against the real township, over HTTPS on loopback and over doors that fail or lie.

mod doors;
mod https;
mod lies;
mod parcels;
mod speed;
mod uploads;
mod world;
