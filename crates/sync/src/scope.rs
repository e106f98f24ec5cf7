//! The scope statement: what the township says is visible to this laptop, against what arrived.
//!
//! The statement is an entry of the township's own series that commits to one line per subject. It is kept, so that a line
//! which later proves false convicts the township. Here its lines are compared with the entries at hand: fewer entries, or
//! others, is an omission.

use liuhen_protocol::merkle::root_of;
use liuhen_protocol::wire::{ScopeLine, ScopeStatement};
use liuhen_protocol::{Digest, SeriesId, Subject};

use crate::error::Result;
use crate::pull::verify_page;
use crate::session::Session;
use crate::trust::{Dated, Lie, LieKind};

/// Verifies a statement by itself: the township's signature, its place in the log, its root over the lines.
pub(crate) fn verify(session: &Session<'_>, dated: &Dated, statement: &ScopeStatement) -> Result<Stated> {
    let keys = &session.anchor.note.nodes;
    let forged = || Lie::new(LieKind::Forged).offered(&dated.note);
    let entries = std::slice::from_ref(&statement.entry);
    let arrival = verify_page(session, dated, keys, entries)?.pop().ok_or_else(forged)?;
    let envelope = arrival.checked.entry().envelope();
    let ours = keys.iter().any(|key| SeriesId::of(key) == envelope.series);
    let (_, body) = statement.entry.entry.decode().map_err(|_| forged())?;
    let body = body.as_ref().map(|(_, body)| body.fields());
    let text = |name: &str| body.and_then(|body| body.get(name)).and_then(|value| value.as_str());
    let number = |name: &str| body.and_then(|body| body.get(name)).and_then(serde_json::Value::as_u64);
    let root = ScopeStatement::root_of(&statement.subjects).map_err(|_| forged())?;
    let commits = envelope.kind == "scope.stated" && text("root") == Some(root.to_string().as_str());
    if !ours || !commits {
        return Err(forged().entry(arrival.hash).into());
    }
    Ok(Stated { entry: arrival.hash, size: number("size").unwrap_or(arrival.index) })
}

/// A statement that verified.
pub(crate) struct Stated {
    /// The township's entry.
    pub(crate) entry: Digest,
    /// Size of the log it speaks about.
    pub(crate) size: u64,
}

/// The first line that does not agree with what is here, looking only at lines that changed since the last statement.
pub(crate) fn first_omission<'a>(
    session: &Session<'_>,
    stated: &Stated,
    statement: &'a ScopeStatement,
) -> Result<Option<&'a ScopeLine>> {
    let known = session.local.scope_lines()?;
    for line in &statement.subjects {
        if known.get(&(line.kind.clone(), line.id.clone())) == Some(&(line.count, line.hash)) {
            continue;
        }
        let subject = Subject::new(line.kind.clone(), line.id.clone());
        let mut here = session.local.delivered_of(&subject)?;
        here.retain(|(index, _)| *index < stated.size);
        let hashes: Vec<Digest> = here.into_iter().map(|(_, hash)| hash).collect();
        if hashes.len() as u64 != line.count || root_of(&hashes) != line.hash {
            return Ok(Some(line));
        }
    }
    session.local.keep_scope(stated.entry, &statement.subjects)?;
    Ok(None)
}
