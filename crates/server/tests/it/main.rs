//! The township from outside: in process, over real HTTPS, and through its binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod attacks;
mod binary;
mod blobs;
mod door;
mod fixture;
mod https;
mod operator;
