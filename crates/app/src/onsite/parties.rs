//! 当事人 from memory: who was met before, with the earlier matters of the same 执法对象.

use liuhen_core::matter::{MatterState, Party};
use liuhen_store::{Document, Query, Store};

use crate::capture::{self, MATTER};
use crate::error::{ApiError, Result};
use crate::input::FindParties;
use crate::laptop::Laptop;
use crate::record::read_document;
use crate::screen::Screen;
use crate::view::{PartiesView, PartyMemory, make};

/// Matters looked through.
const LOOKED_AT: u32 = 300;
/// Parties answered, and earlier matters of each.
const PARTIES: usize = 12;
const MATTERS: usize = 5;

/// The party of a matter, as it stands there.
pub(crate) fn party_of(store: &Store, matter: &str) -> Result<Party> {
    capture::state_of(store, matter)?.party.ok_or_else(|| ApiError::new("party_unknown"))
}

/// Whether two names and numbers mean one 执法对象: the same number, or without one the same name.
fn same(one: &Party, other: &Party) -> bool {
    match (&one.number, &other.number) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one.name == other.name && one.kind == other.kind,
        _ => false,
    }
}

/// Past parties by what is typed, or the party of a matter with its earlier matters; newest first.
pub fn parties(laptop: &Laptop, input: FindParties) -> Result<PartiesView> {
    let screen = laptop.screen()?;
    laptop.read(|store| {
        let of = input.matter.as_deref().map(|matter| party_of(store, matter)).transpose()?;
        let text = of
            .as_ref()
            .map_or(input.text.trim(), |party| party.number.as_deref().unwrap_or(party.name.as_str()));
        let documents = if text.is_empty() {
            store.documents(&Query::kind(MATTER).limit(LOOKED_AT))?
        } else {
            store.search_kinds(text, &[MATTER], LOOKED_AT as usize)?
        };
        let wanted = |party: &Party| match &of {
            Some(of) => same(of, party),
            None => {
                party.name.contains(text)
                    || party.number.as_deref().is_some_and(|number| number.contains(text))
            }
        };
        gather(store, &screen, &documents, input.matter.as_deref().or(input.without.as_deref()), wanted)
    })
}

fn gather(
    store: &Store,
    screen: &Screen,
    documents: &[Document],
    without: Option<&str>,
    wanted: impl Fn(&Party) -> bool,
) -> Result<PartiesView> {
    let mut found: Vec<(Party, PartyMemory)> = Vec::new();
    for document in documents.iter().filter(|document| Some(document.id.as_str()) != without) {
        let state: MatterState = read_document(document)?;
        let Some(party) = state.party.clone().filter(|party| wanted(party)) else { continue };
        let line = make::matter_line(store, screen, &document.id, &state)?;
        if let Some((_, memory)) = found.iter_mut().find(|(known, _)| same(known, &party)) {
            memory.count += 1;
            if memory.matters.len() < MATTERS {
                memory.matters.push(line);
            }
        } else if found.len() < PARTIES {
            let memory = PartyMemory {
                matter: document.id.clone(),
                name: party.name.clone(),
                number: party.number.as_deref().map(make::masked),
                kind: party.kind.clone(),
                count: 1,
                matters: vec![line],
            };
            found.push((party, memory));
        }
    }
    Ok(PartiesView { parties: found.into_iter().map(|(_, memory)| memory).collect() })
}
