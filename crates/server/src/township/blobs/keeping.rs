//! Which unfinished uploads stay, whose they are, and which files are open.

use std::sync::{Arc, Mutex};

use liuhen_protocol::wire::BlobSpec;

use super::{MOST_OPEN, Open, row_name};
use crate::Result;
use crate::sessions::Speaker;
use crate::township::{Caller, Township, lock};

impl Township {
    /// An unfinished upload of the same file from the same address is continued under the new name.
    pub(super) fn take_over(
        &self,
        caller: &Caller,
        speaker: &Speaker,
        spec: &BlobSpec,
        id: &str,
    ) -> Option<Arc<Mutex<Open>>> {
        let mut open = lock(&self.inner.uploads.open);
        let old = open.iter().find_map(|(name, upload)| {
            let upload = upload.try_lock().ok()?;
            let same = upload.row.digest == spec.digest && upload.row.size == spec.size && !upload.row.done;
            (same && upload.address.is_none_or(|address| address == caller.address)).then(|| name.clone())
        })?;
        let upload = Arc::clone(open.get(&old)?);
        {
            let mut held = upload.try_lock().ok()?;
            held.row.series = speaker.series;
            let mut ledger = self.ledger();
            ledger.set_setting(&row_name(id), &held.row).ok()?;
            ledger.remove_setting(&row_name(&old)).ok()?;
        }
        open.remove(&old);
        open.insert(id.to_owned(), Arc::clone(&upload));
        Some(upload)
    }

    /// When an unfinished upload expires, as an HTTP date.
    pub(crate) fn upload_expires(&self, id: &str) -> Option<String> {
        let upload = self.inner.uploads.get(id)?;
        let until = upload.try_lock().ok()?.row.until;
        let date = chrono::DateTime::from_timestamp_millis(until)?;
        Some(date.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
    }

    /// Removes uploads whose time is over. Called when another one begins.
    pub(super) fn expire_uploads(&self) -> Result<()> {
        let now = self.now_ms();
        let over: Vec<String> = lock(&self.inner.uploads.open)
            .iter()
            .filter(|(_, upload)| {
                upload.try_lock().is_ok_and(|upload| upload.row.until < now - 24 * 3_600_000)
            })
            .map(|(id, _)| id.clone())
            .collect();
        over.iter().try_for_each(|id| self.drop_upload(id))
    }

    /// Closes the files that were idle longest; what they hold is settled.
    pub(super) fn close_idle(&self) {
        let open = lock(&self.inner.uploads.open);
        let mut files: Vec<(u64, &Arc<Mutex<Open>>)> = open
            .values()
            .filter_map(|upload| {
                let held = upload.try_lock().ok()?;
                held.incoming.is_some().then_some((held.used, upload))
            })
            .collect();
        if files.len() <= MOST_OPEN {
            return;
        }
        files.sort_by_key(|(used, _)| *used);
        for (_, upload) in files.iter().take(files.len() - MOST_OPEN) {
            // One whose tail is not yet settled is in use.
            if let Ok(mut held) = upload.try_lock()
                && held.tail.is_empty()
            {
                held.incoming = None;
            }
        }
    }
}
