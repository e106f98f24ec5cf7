//! Small files together in one request.
//!
//! The township answers which of them it now holds; those left out did not have their digest and are named. A pack is
//! harmless when repeated, so the session may repeat it after a cut.

use std::collections::HashSet;

use liuhen_protocol::Digest;

use super::{Acknowledged, Delivered, open};
use crate::error::Result;
use crate::plan::MediaItem;
use crate::session::Session;

/// Sends one pack; answers which files the township holds and which it does not.
pub(super) fn send(
    session: &Session<'_>,
    items: &[MediaItem],
    acknowledged: &Acknowledged<'_>,
) -> Result<Delivered> {
    let mut files = Vec::with_capacity(items.len());
    let mut failed = Vec::new();
    for item in items {
        session.work.check()?;
        // A file that is damaged here is named; the others of its pack go.
        match open(session, &item.digest).and_then(|mut source| source.read(0, item.size)) {
            Ok(bytes) => files.push((item.digest, bytes)),
            Err(error) => failed.push((item.digest, error.code().to_owned())),
        }
    }
    if files.is_empty() {
        return Ok(Delivered { held: Vec::new(), failed });
    }
    let held = session.call(|token| session.door.pack(token, &files))?;
    let held: HashSet<Digest> = held.into_iter().collect();
    let mut now = Vec::with_capacity(files.len());
    let mut bytes = 0;
    for (digest, content) in &files {
        if held.contains(digest) {
            bytes += content.len() as u64;
            now.push(*digest);
        } else {
            failed.push((*digest, "sync_upload_refused".to_owned()));
        }
    }
    acknowledged.add(bytes);
    Ok(Delivered { held: now, failed })
}
