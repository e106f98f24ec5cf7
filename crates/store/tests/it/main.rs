//! The store from outside: homes, journal, rights, folds, receipts, search, verification, vault, media.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    unreachable_pub,
    reason = "helpers of tests stand outside of test functions"
)]

mod backup;
mod commit;
mod convergence;
mod engines;
mod epochs;
mod homes;
mod ingest;
mod migrations;
mod receipts;
mod rights;
mod search;
mod sm3;
mod vault;
mod verify;
mod world;
