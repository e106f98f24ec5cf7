//! The reading copy of one matter by itself, saved or printed: plain words that leave the program, so it
//! is noted that they did.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use crate::capture;
use crate::departures;
use crate::error::{ApiError, Result};
use crate::input::{OpenMatter, SaveSummary};
use crate::laptop::Laptop;
use crate::strings::sentence;
use crate::view::{Custody, Done, MatterView, SavedFile, Size};

use super::reading;

/// How much of it the township holds, in one sentence.
fn custody_of(view: &MatterView) -> String {
    let waiting = view.timeline.iter().filter(|item| item.custody != Custody::Held).count();
    if waiting == 0 {
        sentence("result.summary_held", &[])
    } else {
        sentence("result.summary_waiting", &[("waiting", &waiting.to_string())])
    }
}

/// Writes the reading copy of a matter to a path that does not exist yet.
pub fn save_summary(laptop: &Laptop, input: SaveSummary) -> Result<SavedFile> {
    let view = capture::matter(laptop, OpenMatter { matter: input.matter.clone() })?;
    let page = reading::page(&view, &view.line.number, &custody_of(&view), &laptop.moment().wall());
    let out = Path::new(&input.out);
    let failed = |error: std::io::Error| ApiError::file(out, &error);
    departures::note(laptop, "summary", &view.id)?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(out).map_err(failed)?;
    file.write_all(page.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(SavedFile { id: view.id, path: input.out, size: Size(page.len() as u64) })
}

/// Notes that the summary of a matter is printed.
pub fn print_summary(laptop: &Laptop, input: OpenMatter) -> Result<Done> {
    let view = capture::matter(laptop, input)?;
    departures::note(laptop, "print", &view.id)?;
    Ok(Done::YES)
}
