//! What a person can do: the use cases of a laptop, their views, and the one list of commands.
//!
//! Invariants: no network (a [`Courier`] is handed in by the shell), no SQL, no rule of law (that is
//! `core`), and no lock held while something long runs, so that recording never waits for sync or
//! import. Not here: HTTP (`desk`, `sync`), formats (`protocol`), storage (`store`).

pub mod api;
mod bag;
pub mod bundle;
mod calendar;
pub mod capture;
mod changes;
mod courier;
mod departures;
mod error;
pub mod evidence;
pub mod findings;
pub mod home;
pub mod input;
pub mod jobs;
mod laptop;
pub mod onsite;
pub mod oversight;
mod people;
mod progress;
mod projector;
pub mod receipts;
mod record;
mod screen;
pub mod search;
pub mod settings;
pub mod shift;
pub mod strings;
pub mod sync;
pub mod verify;
pub mod view;
mod waiting;
pub mod writing;

pub use courier::{Courier, CourierStatus, Enrolment, Introduction, SyncOptions, Welcome};
pub use error::{ApiError, Result};
pub use laptop::{Laptop, LaptopOptions};
pub use liuhen_store::work::{Phase, Progress, Work};
pub use onsite::{IdReader, ReadCard};
pub use projector::{MediaReader, Projector, Showing};
pub use settings::{Membership, Settings};

/// The hidden child that reads the facts of foreign files: a program whose only argument is
/// [`FACTS_ARGUMENT`] calls it first thing in `main` and ends with what it answers.
pub use liuhen_store::media::facts::{ARGUMENT as FACTS_ARGUMENT, child as facts_child};
