//! 现场执法: what the screen on site needs at once, and the acts that belong to it.
//!
//! Recording itself is `capture`; here is what makes it quick: places and phrases at hand, a patrol in
//! one act, the party from memory or a reader, the second officer by PIN.

mod parties;
mod phrases;
mod reader;
mod second;

use liuhen_core::matter::{self, MatterCommand, MatterState};
use liuhen_store::{Query, Store};

use crate::capture::{self, MATTER};
use crate::error::{ApiError, Result};
use crate::input::{Arrive, Leave, Nothing, RecordPatrol};
use crate::laptop::Laptop;
use crate::record::read_document;
use crate::view::{MatterView, OnsiteView, make};

pub use parties::parties;
pub(crate) use parties::party_of;
pub use phrases::{change_phrases, phrases};
pub(crate) use reader::Card;
pub use reader::{IdReader, ReadCard, read_card, set_reader};
pub use second::{ready_second, release_second};

/// Matters looked through for places used lately.
const LOOKED_AT: u32 = 120;
/// Places offered.
const PLACES: usize = 8;

/// Everything the screen on site shows before a matter is begun.
pub fn onsite(laptop: &Laptop, _: Nothing) -> Result<OnsiteView> {
    let screen = laptop.screen()?;
    let second = second::shown(laptop, &screen);
    laptop.read(|store| {
        Ok(OnsiteView {
            places: places(store, &screen.actor.officer)?,
            phrases: phrases::of(store, &screen.actor.officer)?,
            second,
            reader: reader::address(store)?,
        })
    })
}

/// Places of the officer's own matters, the last one first, each once.
fn places(store: &Store, officer: &str) -> Result<Vec<String>> {
    let mut places: Vec<String> = Vec::new();
    for document in store.documents(&Query::kind(MATTER).limit(LOOKED_AT))? {
        let state: MatterState = read_document(&document)?;
        let place = state.place.trim();
        if place.is_empty() || !make::takes_part(&state, officer) || places.iter().any(|one| one == place) {
            continue;
        }
        places.push(place.to_owned());
        if places.len() == PLACES {
            break;
        }
    }
    Ok(places)
}

/// Records a patrol in one act: where, what, and how it ended. With a result it is closed at once.
pub fn record_patrol(laptop: &Laptop, input: RecordPatrol) -> Result<MatterView> {
    let id = laptop.moment().uuid()?.to_string();
    let coordinates = input.coordinates.as_ref().map(make::coordinates_in).transpose()?;
    laptop.act(|store, actor| {
        let mut commands = vec![
            MatterCommand::Start {
                start: matter::StartKind::Patrol,
                title: input.title.clone(),
                place: input.place.clone(),
                coordinates,
                second: None,
                follows: None,
            },
            MatterCommand::AddNote { text: input.text.clone() },
        ];
        if let Some(result) = input.result {
            commands.push(MatterCommand::Close { result: result.into(), until: None });
        }
        let state = MatterState { id: id.as_str().into(), ..MatterState::default() };
        let events = matter::decide_all(&state, commands, &actor.context())?;
        capture::commit(store, actor, &id, &events)
    })?;
    capture::shown(laptop, &id)
        .map_err(|error| if error.is("not_found") { ApiError::new("recorded_pending") } else { error })
}

/// Stamps the arrival (到达).
pub fn arrive(laptop: &Laptop, input: Arrive) -> Result<MatterView> {
    capture::act(laptop, &input.matter, |_| Ok(MatterCommand::Arrive))
}

/// Stamps the departure (离开).
pub fn leave(laptop: &Laptop, input: Leave) -> Result<MatterView> {
    capture::act(laptop, &input.matter, |_| Ok(MatterCommand::Leave))
}
