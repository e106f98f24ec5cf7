//! Attacks on the door, over a real socket, with requests written by hand.

#![expect(clippy::unwrap_used, reason = "an attack that cannot be made is no attack")]

mod attacks;
mod media;
mod talk;
