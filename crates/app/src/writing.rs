//! Drafts (拟稿) and unsaved typing.

use std::collections::BTreeMap;

use liuhen_core::draft::{self, DraftCommand, DraftState};
use liuhen_core::ids::{EntryHash, MatterId};
use liuhen_store::Store;

use crate::capture;
use crate::error::{ApiError, Result};
use crate::input::{
    KeepWorkingCopy, ListDrafts, NewDraft, OpenDraft, OpenWorkingCopy, ResolveDraft, SetDraft,
};
use crate::laptop::{Actor, Laptop};
use crate::record::{draft_entries, read_document};
use crate::view::{DraftView, DraftsView, WorkingCopy, make};

/// Subject kind of a draft.
const DRAFT: &str = "draft";

fn state_of(store: &Store, id: &str) -> Result<DraftState> {
    let document = store.document(DRAFT, id)?.ok_or_else(|| ApiError::not_found(DRAFT))?;
    read_document(&document)
}

fn decide_and_commit(
    store: &mut Store,
    actor: &Actor,
    id: &str,
    state: &DraftState,
    command: DraftCommand,
) -> Result<()> {
    let events = draft::decide(state, command)?;
    store.commit(actor.signer.as_ref(), draft_entries(DRAFT, id, &events))?;
    Ok(())
}

fn shown(laptop: &Laptop, id: &str) -> Result<DraftView> {
    let screen = laptop.screen()?;
    laptop.read(|store| Ok(make::draft_view(&screen, id, &state_of(store, id)?)))
}

/// Begins a draft of a matter.
pub fn draft_new(laptop: &Laptop, input: NewDraft) -> Result<DraftView> {
    let id = laptop.moment().uuid()?.to_string();
    laptop.act(|store, actor| {
        capture::state_of(store, &input.matter)?;
        let command = DraftCommand::Create {
            matter: MatterId::from(input.matter.as_str()),
            title: input.title.clone(),
        };
        decide_and_commit(store, actor, &id, &DraftState::default(), command)
    })?;
    shown(laptop, &id)
}

/// One draft.
pub fn draft(laptop: &Laptop, input: OpenDraft) -> Result<DraftView> {
    shown(laptop, &input.draft)
}

/// Drafts, newest first.
pub fn drafts(laptop: &Laptop, input: ListDrafts) -> Result<DraftsView> {
    let screen = laptop.screen()?;
    laptop
        .read(|store| Ok(DraftsView { drafts: make::draft_lines(store, &screen, input.matter.as_deref())? }))
}

/// Saves changed fields against what the person was looking at.
pub fn draft_set(laptop: &Laptop, input: SetDraft) -> Result<DraftView> {
    let SetDraft { draft, base, set, unset } = input;
    laptop.act(|store, actor| {
        let state = state_of(store, &draft)?;
        let base = if base.is_empty() {
            state.heads.clone()
        } else {
            base.into_iter().map(EntryHash::from).collect()
        };
        decide_and_commit(store, actor, &draft, &state, DraftCommand::Revise { base, set, unset })
    })?;
    shown(laptop, &draft)
}

/// Chooses among the texts of a field that people changed without seeing each other.
pub fn draft_resolve(laptop: &Laptop, input: ResolveDraft) -> Result<DraftView> {
    let ResolveDraft { draft, field, chosen, text } = input;
    laptop.act(|store, actor| {
        let state = state_of(store, &draft)?;
        let command = DraftCommand::Resolve { field, chosen: EntryHash::from(chosen), text };
        decide_and_commit(store, actor, &draft, &state, command)
    })?;
    shown(laptop, &draft)
}

/// Unsaved typing belongs to who typed it: two officers at one laptop do not see each other's.
fn place_of(laptop: &Laptop, key: &str) -> Result<String> {
    let officer = laptop.officer()?;
    if key.is_empty() || key.len() > 200 {
        return Err(ApiError::invalid("key"));
    }
    Ok(format!("{officer}/{key}"))
}

/// Unsaved typing of a place; empty when there is none.
pub fn working_copy(laptop: &Laptop, input: OpenWorkingCopy) -> Result<WorkingCopy> {
    let place = place_of(laptop, &input.key)?;
    let kept = laptop.read(|store| Ok(store.working(&place)?))?;
    let fields: BTreeMap<String, String> =
        kept.as_ref().and_then(|kept| serde_json::from_value(kept.json.clone()).ok()).unwrap_or_default();
    Ok(WorkingCopy { key: input.key, fields, kept_at: kept.map(|kept| kept.at) })
}

/// Keeps unsaved typing, encrypted and durable; empty fields forget it.
pub fn keep_working_copy(laptop: &Laptop, input: KeepWorkingCopy) -> Result<WorkingCopy> {
    let place = place_of(laptop, &input.key)?;
    let KeepWorkingCopy { key, fields } = input;
    let empty = fields.values().all(String::is_empty);
    let json = serde_json::to_value(&fields).map_err(ApiError::invalid)?;
    laptop.with_store(|store| -> Result<()> {
        if empty {
            store.drop_working(&place)?;
        } else {
            store.save_working(&place, json)?;
        }
        Ok(())
    })?;
    working_copy(laptop, OpenWorkingCopy { key })
}
