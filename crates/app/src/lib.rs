//! What a person can do: the use cases of a laptop, their views, and the one list of commands.
//!
//! Invariants: no network (a [`Courier`](crate) is handed in by the shell), no SQL, no rule of
//! law (that is `core`), and no lock held while something long runs, so that recording never
//! waits for sync or import. Not here: HTTP (`desk`, `sync`), formats (`protocol`), storage
//! (`store`).

pub mod api;
mod error;
pub mod input;
pub mod view;

pub use error::ApiError;
