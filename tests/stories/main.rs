//! Stories of laptops and a township in one process: what comes of it when lines are bad, people are
//! away, sticks are carried, passphrases are forgotten, and servers burn.
//!
//! The township is the real one behind `trait Township`; laptops act through the one list of
//! commands. Clocks are set by the story, chance has a seed that a failure prints.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests, which clippy.toml excuses only inside a test"
)]

mod chance;
mod convergence;
mod disaster;
mod enrolment;
mod http;
mod keys;
mod leaver;
mod parcels;
mod person;
mod recovery;
mod wire;
mod world;
