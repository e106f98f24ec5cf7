//! The township: a store with a door.
//!
//! [`Township`] is the whole server as one object without sockets; [`door::router`] puts HTTP around it, [`serve`] TLS and a life,
//! [`control`] the operator's commands. It takes signed entries and media from laptops, keeps the one log of them, and gives back
//! proofs. It decides nothing about matters: rights and scope are `core`'s, formats `protocol`'s, keeping `store`'s.
//!
//! What must hold: nothing is acknowledged before it is durable; no checkpoint is signed before what it covers is durable; nothing
//! a person wrote is ever dropped (a bad series stops, what arrives late waits, a second branch is evidence); no name, text,
//! token or address is logged.

pub mod cli;
pub mod control;
pub mod door;
mod error;
pub mod limits;
pub mod meter;
pub mod serve;
pub mod sessions;
pub mod tls;
pub mod township;
pub mod words;

pub use error::{Error, Result};
pub use limits::Limits;
pub use serve::{Ready, Served, serve_in_background};
pub use township::{Caller, Door, Township};
