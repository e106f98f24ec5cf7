//! The terminal as a program: its document, and every bad input answered by one clear sentence.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says where"
)]

mod bad_input;
mod document;
mod township;
mod working;
