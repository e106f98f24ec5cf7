//! The bundle of one matter: a BagIt bag that anybody can check without us (docs/protocol.md §14).
//!
//! [`export`] gathers what is known here and writes it; `check` believes nothing and checks
//! everything again, from the folder alone.

mod check;
mod export;
mod gather;
mod index;
mod media;
mod reading;
mod summary;

pub use check::{check_bundle, verify_bundle};
pub use export::{export, export_matter};
pub use summary::{print_summary, save_summary};
