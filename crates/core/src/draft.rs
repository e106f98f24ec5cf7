//! 拟稿: a title and named fields, written by several people, each offline at times.
//!
//! A revision holds only what changed and the entries it is based on. Different
//! fields merge by themselves. The same field written by people who had not seen
//! each other's text is kept in every version, together with the last text they
//! had in common, until a person chooses on record.

use crate::event::events;
use crate::ids::{EntryHash, MatterId};
use crate::record::{Mark, Record};
use crate::refusal::{Refusal, required};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The name of the field that holds the draft's title.
pub const TITLE: &str = "title";

/// `draft.created`: 新建拟稿.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DraftCreated {
    /// The matter it belongs to.
    pub matter: MatterId,
    /// Its title.
    pub title: String,
}

/// `draft.revised`: only what changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DraftRevised {
    /// The heads of the draft that the person was looking at.
    #[serde(default)]
    pub base: Vec<EntryHash>,
    /// Fields with their new text.
    #[serde(default)]
    pub set: BTreeMap<String, String>,
    /// Fields taken out.
    #[serde(default)]
    pub unset: Vec<String>,
}

/// `draft.resolved`: a person chose among the versions of one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DraftResolved {
    /// The field.
    pub field: String,
    /// The version chosen, or the one the new text starts from.
    pub chosen: EntryHash,
    /// The versions set aside.
    pub over: Vec<EntryHash>,
    /// The text from now on.
    pub text: String,
}

events! {
    /// Everything that can be said about a draft.
    DraftEvent {
        /// 新建拟稿.
        DraftCreated = "draft.created",
        /// 修改.
        DraftRevised = "draft.revised",
        /// 选定版本.
        DraftResolved = "draft.resolved",
    }
}

/// One text of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The entry that wrote it.
    #[serde(flatten)]
    pub mark: Mark,
    /// The text; `None` when the field was taken out.
    pub text: Option<String>,
}

/// One field as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Field {
    /// The versions that nobody has replaced; more than one means that a person has to choose.
    pub versions: Vec<Version>,
    /// With several versions: the last text that all their authors had seen.
    pub ancestor: Option<Version>,
}

impl Field {
    /// The text, when there is exactly one version and the field was not taken out.
    pub fn text(&self) -> Option<&str> {
        match self.versions.as_slice() {
            [only] => only.text.as_deref(),
            _ => None,
        }
    }

    /// Whether a person has to choose.
    pub fn is_disputed(&self) -> bool {
        self.versions.len() > 1
    }
}

/// A draft as its entries tell it; the `draft` document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftState {
    /// The first `draft.created`, even if its body is not here.
    pub created: Option<Mark>,
    /// The matter it belongs to.
    pub matter: Option<MatterId>,
    /// The fields, the title among them.
    pub fields: BTreeMap<String, Field>,
    /// The heads: what the next revision is based on.
    pub heads: Vec<EntryHash>,
    /// People, times and faults.
    pub record: Record,
}

impl DraftState {
    /// The title, or one of its versions while a person has to choose.
    pub fn title(&self) -> &str {
        let versions = self.fields.get(TITLE).map(|field| field.versions.as_slice());
        let mut texts = versions.unwrap_or_default().iter().filter_map(|version| version.text.as_deref());
        texts.next_back().unwrap_or_default()
    }

    /// The names of the fields in which a person has to choose.
    pub fn disputed(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|(_, field)| field.is_disputed()).map(|(name, _)| name.as_str())
    }
}

/// What a person may ask of a draft.
#[derive(Clone, Debug, PartialEq)]
pub enum DraftCommand {
    /// 新建拟稿.
    Create {
        /// The matter.
        matter: MatterId,
        /// The title.
        title: String,
    },
    /// Write down changes against what the person was looking at.
    Revise {
        /// The heads the person was looking at ([`DraftState::heads`] then).
        base: Vec<EntryHash>,
        /// Fields with their new text.
        set: BTreeMap<String, String>,
        /// Fields to take out.
        unset: Vec<String>,
    },
    /// Choose among the versions of one field; all others of that field are set aside.
    Resolve {
        /// The field.
        field: String,
        /// The version chosen.
        chosen: EntryHash,
        /// The text from now on; `None` takes the chosen version's own.
        text: Option<String>,
    },
}

/// Answers a command with the events to write, or with a refusal. A revision that
/// repeats what stands gives no event for that field; a revision made against an
/// older state is welcome, it merges.
///
/// # Errors
/// The lawful "no", see [`Refusal`].
pub fn decide(state: &DraftState, command: DraftCommand) -> Result<Vec<DraftEvent>, Refusal> {
    if let DraftCommand::Create { matter, title } = command {
        if state.created.is_some() {
            return Err(Refusal::AlreadyStarted);
        }
        let title = required(&title, TITLE)?;
        return Ok(vec![DraftCreated { matter, title }.into()]);
    }
    if state.created.is_none() {
        return Err(Refusal::NotStarted);
    }
    match command {
        DraftCommand::Create { .. } => Err(Refusal::AlreadyStarted),
        DraftCommand::Revise { base, set, unset } => revise(state, base, set, unset),
        DraftCommand::Resolve { field, chosen, text } => resolve(state, field, chosen, text),
    }
}

fn revise(
    state: &DraftState,
    mut base: Vec<EntryHash>,
    mut set: BTreeMap<String, String>,
    unset: Vec<String>,
) -> Result<Vec<DraftEvent>, Refusal> {
    let unset: BTreeSet<String> = unset.into_iter().collect();
    if let Some(both) = unset.iter().find(|name| set.contains_key(*name)) {
        return Err(Refusal::SetAndUnset(both.clone()));
    }
    if unset.contains(TITLE) || set.get(TITLE).is_some_and(|title| title.trim().is_empty()) {
        return Err(Refusal::Empty(TITLE));
    }
    if set.keys().any(|name| name.trim().is_empty()) {
        return Err(Refusal::Empty("field"));
    }
    base.sort();
    base.dedup();
    let mut heads = state.heads.clone();
    heads.sort();
    let current = base == heads;
    if current {
        // Looking at the newest state, the person saw the versions and has to choose first.
        let touched = |name: &&str| set.contains_key(*name) || unset.contains(*name);
        if let Some(field) = state.disputed().find(touched) {
            return Err(Refusal::FieldDisputed(field.to_owned()));
        }
        set.retain(|name, text| state.fields.get(name).and_then(Field::text) != Some(text));
    }
    let unset: Vec<String> = unset
        .into_iter()
        .filter(|name| !current || state.fields.get(name).is_some_and(|f| f.text().is_some()))
        .collect();
    if set.is_empty() && unset.is_empty() {
        return Err(Refusal::NothingChanged);
    }
    Ok(vec![DraftRevised { base, set, unset }.into()])
}

fn resolve(
    state: &DraftState,
    name: String,
    chosen: EntryHash,
    text: Option<String>,
) -> Result<Vec<DraftEvent>, Refusal> {
    let field = state.fields.get(&name).filter(|field| field.is_disputed());
    let versions = field.map(|field| field.versions.as_slice()).unwrap_or_default();
    let Some(version) = versions.iter().find(|version| version.mark.entry == chosen) else {
        return Err(Refusal::NothingToChoose(name));
    };
    let text = text.or_else(|| version.text.clone()).unwrap_or_default();
    let over = versions.iter().map(|version| version.mark.entry.clone());
    let over = over.filter(|entry| *entry != chosen).collect();
    Ok(vec![DraftResolved { field: name, chosen, over, text }.into()])
}
