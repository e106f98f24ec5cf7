//! What a person is offered before an import: the matter a recording belongs to by its time, the clock
//! that was stated for its camera, and which files are here already. Nothing is decided here.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use liuhen_core::matter::{MatterState, Phase};
use liuhen_core::media::MediaState;
use liuhen_core::media::overlap::{self, Span};
use liuhen_store::{Query, Store};

use super::MEDIA;
use crate::calendar;
use crate::error::Result;
use crate::record::read_document;
use crate::view::{DeviceClock, MatterOffer, make};

/// Matters that are looked at, newest first: footage of older ones is linked by hand.
const NEWEST: u32 = 300;

/// Matters of an officer with their time.
pub(super) struct Offers {
    spans: Vec<Span>,
    offers: Vec<MatterOffer>,
}

impl Offers {
    /// The newest matters in which the officer takes part, voided ones left out.
    pub(super) fn load(store: &Store, officer: &str) -> Result<Self> {
        let mut found = Self { spans: Vec::new(), offers: Vec::new() };
        for document in store.documents(&Query::kind("matter").limit(NEWEST))? {
            let state: MatterState = read_document(&document)?;
            if state.phase == Phase::Voided || !make::takes_part(&state, officer) {
                continue;
            }
            let from = state.started.as_ref().map_or(&state.record.first_at, |mark| &mark.at).clone();
            let to = state.closing.as_ref().map_or(&state.record.last_at, |closing| &closing.mark.at).clone();
            let (Some(begun), Some(ended)) = (calendar::parse(&from), calendar::parse(&to)) else { continue };
            found.spans.push(Span { from: begun, to: ended.max(begun) });
            found.offers.push(MatterOffer {
                id: document.id.clone(),
                title: state.title.clone(),
                place: state.place.clone(),
                from,
                to,
            });
        }
        Ok(found)
    }

    /// The matter offered for a recording.
    pub(super) fn of(&self, from: DateTime<Utc>, ms: u64) -> Option<MatterOffer> {
        let at = overlap::propose(Span::of_length(from, ms), &self.spans)?;
        self.offers.get(at).cloned()
    }
}

/// What the record knows of files that were imported before.
#[derive(Default)]
pub(super) struct Before {
    names: HashSet<(String, u64)>,
    clocks: BTreeMap<String, DeviceClock>,
}

impl Before {
    /// Reads all files, newest import first.
    pub(super) fn load(store: &Store) -> Result<Self> {
        let mut before = Self::default();
        for document in store.documents(&Query::kind(MEDIA))? {
            let state: MediaState = read_document(&document)?;
            let Some(facts) = state.facts else { continue };
            if let (Some(device), Some(mark)) = (facts.device, &state.recorded) {
                before.clocks.entry(device.clone()).or_insert_with(|| DeviceClock {
                    device,
                    offset_seconds: i32::try_from(facts.offset_seconds).unwrap_or_default(),
                    stated_at: mark.at.clone(),
                });
            }
            before.names.insert((facts.name, facts.size));
        }
        Ok(before)
    }

    /// Whether a file of this name and size is here; its bytes decide only at the import.
    pub(super) fn has(&self, name: &str, size: u64) -> bool {
        self.names.contains(&(name.to_owned(), size))
    }

    /// The clocks stated for these cameras.
    pub(super) fn clocks<'a>(&self, devices: impl Iterator<Item = &'a str>) -> Vec<DeviceClock> {
        let devices: HashSet<&str> = devices.collect();
        self.clocks.values().filter(|clock| devices.contains(clock.device.as_str())).cloned().collect()
    }
}
