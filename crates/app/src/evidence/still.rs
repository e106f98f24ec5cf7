//! A still out of a film: derived evidence that names its original and its moment.

use liuhen_core::media::{Derived, MediaCommand, MediaState};

use super::stage::{self, take_staged};
use super::{MEDIA, decide_and_commit, find, shown};
use crate::calendar;
use crate::error::{ApiError, Result};
use crate::input::SaveStill;
use crate::laptop::Laptop;
use crate::view::MediaView;

/// Records a staged picture as a still of a film. It belongs to the matters of the film, was taken at
/// the film's moment, and is never mistaken for an original.
pub fn save_still(laptop: &Laptop, input: SaveStill) -> Result<MediaView> {
    let staged = take_staged(laptop, &input.staged)?;
    if !staged.facts.mime.starts_with("image/") {
        return Err(ApiError::new("no_still"));
    }
    let id = laptop.moment().uuid()?.to_string();
    laptop.act(|store, actor| {
        let (film_id, film) = find(store, &input.media)?;
        let film_facts = film.facts.clone().ok_or_else(|| ApiError::not_found(MEDIA))?;
        let mut facts = stage::recorded(&staged);
        let begun = film_facts.captured_at.as_deref().and_then(calendar::parse);
        let at = begun.map(|at| at + chrono::TimeDelta::milliseconds(i64::from(input.at_ms)));
        facts.captured_at = at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
        facts.capture_source = film_facts.capture_source;
        facts.offset_seconds = film_facts.offset_seconds;
        facts.coordinates = film_facts.coordinates;
        facts.device = film_facts.device;
        facts.derived =
            Some(Derived { media: film_id, sha256: film_facts.sha256, at_ms: u64::from(input.at_ms) });
        let mut matters = film.matters().cloned();
        let record = MediaCommand::Record { facts: Box::new(facts), matter: matters.next() };
        decide_and_commit(store, actor, &id, &MediaState::default(), record)?;
        for matter in matters {
            let (_, state) = find(store, &id)?;
            decide_and_commit(store, actor, &id, &state, MediaCommand::Link { matter })?;
        }
        stage::forget(store, &input.staged)
    })?;
    shown(laptop, &id)
}
