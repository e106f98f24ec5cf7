//! The township from outside: in process, over real HTTPS, and through its binary.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test that cannot go on should stop where it stands, and is read from its names"
)]

mod anybody;
mod attacks;
mod auditor;
mod binary;
mod blobs;
mod door;
mod fixture;
mod https;
mod operator;
mod witness;
