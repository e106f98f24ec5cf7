//! What left the program at somebody's wish (a saved original, a bundle): noted, encrypted, with who
//! and when. Not an entry: it concerns this laptop, not the record.

use serde_json::json;

use crate::error::Result;
use crate::laptop::Laptop;

/// Prefix of the settings that hold the notes.
const PREFIX: &str = "departure/";

/// Notes that something is about to leave; `what` is a word, `id` names the thing.
pub(crate) fn note(laptop: &Laptop, what: &str, id: &str) -> Result<()> {
    let officer = laptop.officer()?;
    let key = format!("{PREFIX}{}", laptop.moment().uuid()?);
    let row = json!({ "at": laptop.moment().wall(), "officer": officer, "what": what, "id": id });
    laptop.with_store(|store| -> Result<()> { Ok(store.set_setting(&key, &row)?) })
}
