//! What the desk sends: one struct per use case, one module per noun.
//!
//! Unknown fields are refused, so that a misspelt option is never silently ignored. Ids are
//! strings as the views gave them; a list of officers accepts an id or a name that is unique.

mod capture;
mod checking;
mod evidence;
mod home;
mod onsite;
mod oversight;
mod writing;

pub use capture::*;
pub use checking::*;
pub use evidence::*;
pub use home::*;
pub use onsite::*;
pub use oversight::*;
pub use writing::*;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Input of a command that needs none.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(type = "Record<string, never>")]
pub struct Nothing {}
