//! Tests of the written formats: golden bytes, decoders under attack, chains and trees.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests read as sentences"
)]

mod decoders;
mod golden;
mod tampering;
mod vectors;
