//! Stories of one laptop, in the words of the trade, and the freshness of the bindings.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a story that cannot go on says where")]

mod bindings;
mod bundle;
mod capture;
mod digest;
mod dispatch;
mod evidence;
mod intake;
mod locking;
mod onsite;
mod sentences;
mod township;
mod world;
mod writing;
