//! Between laptop and township: enrolment, sync, files, receipts, parcels.
//!
//! Here is everything that speaks with a township, over HTTPS ([`HttpTownship`]), by sealed parcels on a USB stick, or
//! in one process; all through the one trait `Township` of `protocol`. Nothing a township says is believed unverified: each
//! checkpoint must extend the one held, each receipt must lead to its root, each entry must be signed. What contradicts
//! itself is kept as evidence and told to people; nothing local is ever deleted because of it.
//!
//! Not here: rules of law, SQL, the journal, the server.

mod agenda;
mod auto;
mod bandwidth;
mod blobs;
mod courier;
mod enrol;
mod error;
mod http;
mod local;
mod newlog;
mod oversight;
mod parcel;
mod patience;
mod plan;
mod pull;
mod push;
mod reader;
mod run;
mod salvage;
mod scope;
mod session;
mod trust;

pub use bandwidth::Bandwidth;
pub use courier::{DoorFinder, TownshipCourier};
pub use error::{Result, SyncError};
pub use http::{HttpTownship, LineMeter, Trust, parse_address};
pub use reader::LoopbackReader;
pub use session::Pauses;
pub use trust::{Lie, LieKind};
