//! The house rules as plain tests: which crate may use which, how long a file may be, how things
//! are called, and that the documents say what the tree does.
//!
//! A rule that no test holds is forgotten within a month. Each failure lists every place at once
//! and says what to do.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests, which clippy.toml excuses only inside a test"
)]

mod arrows;
mod documents;
mod sources;
mod strings;
mod tree;
