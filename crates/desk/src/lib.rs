//! The loopback door for one person's UI: the command list over HTTP, media by range, the UI.
//!
//! Invariants: it listens on 127.0.0.1 only; a one-time address becomes an `HttpOnly`,
//! `SameSite=Strict` cookie; commands need a header that no foreign page can send; `Host` and
//! `Origin` must be this door's own, so that a rebound name does not open it; media are reached by
//! addresses that expire and that locking revokes. Not here: any logic; that is `liuhen_app`.

mod answer;
mod call;
mod desk;
mod error;
mod events;
mod gate;
mod media;
mod pages;
mod stage;
mod tokens;

pub use desk::{Desk, DeskOptions, serve};
pub use error::Error;
