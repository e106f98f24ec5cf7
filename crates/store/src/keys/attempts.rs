//! Wrong passphrases cost time, more each time, and nothing is ever erased.
//!
//! An attempt is counted before it is tried, so that killing the program does not save it. The wait is
//! measured by the time since boot, which nobody sets: after a restart only the time since that restart
//! counts, so neither a wall clock put forward nor one jumping back changes anything.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::CheckedFile;
use crate::error::{Error, Result};
use crate::moment::Moment;

/// So many wrong passphrases cost nothing.
const FREE: u32 = 3;
/// The longest wait in seconds.
const LONGEST: u64 = 300;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Attempt {
    /// Attempts since the last right passphrase.
    failed: u32,
    /// The boot in which the last one was made.
    boot: Uuid,
    /// Milliseconds since that boot, decimal.
    mono: String,
}

/// The attempts on all slots of a home.
#[derive(Debug)]
pub(crate) struct Attempts {
    file: CheckedFile,
}

/// Seconds to wait after so many wrong passphrases.
fn wait_after(failed: u32) -> u64 {
    match failed.checked_sub(FREE) {
        None => 0,
        Some(more) => 1_u64.checked_shl(more).map_or(LONGEST, |seconds| seconds.min(LONGEST)),
    }
}

impl Attempts {
    /// The attempts kept in a home's folder of keys.
    pub(crate) fn at(folder: &Path) -> Self {
        Self { file: CheckedFile::new(folder, "attempts") }
    }

    fn read(&self) -> (BTreeMap<Uuid, Attempt>, u64) {
        if self.file.is_missing() {
            return (BTreeMap::new(), 0);
        }
        // Both copies damaged must not lock anybody out; whoever can write here can copy the slots as well,
        // and it is Argon2id that stands in his way then.
        self.file.read().map_or_else(|_| (BTreeMap::new(), 0), |read| (read.content, read.generation))
    }

    /// Seconds left before the next attempt on a slot will be tried.
    pub(crate) fn wait(&self, slot: Uuid, moment: &Moment) -> u64 {
        let (attempts, _) = self.read();
        let Some(last) = attempts.get(&slot) else { return 0 };
        let now = moment.mono_ms();
        let then: u64 = last.mono.parse().unwrap_or(now);
        let passed = if last.boot == moment.boot() { now.saturating_sub(then) } else { now };
        wait_after(last.failed).saturating_mul(1000).saturating_sub(passed).div_ceil(1000)
    }

    /// Counts an attempt that is about to be made.
    ///
    /// # Errors
    /// [`Error::Wait`] when it comes too soon; it is not counted then.
    pub(crate) fn begin(&self, slot: Uuid, moment: &Moment) -> Result<()> {
        let wait_seconds = self.wait(slot, moment);
        if wait_seconds > 0 {
            return Err(Error::Wait { wait_seconds });
        }
        let (mut attempts, generation) = self.read();
        let failed = attempts.get(&slot).map_or(0, |last| last.failed).saturating_add(1);
        attempts.insert(slot, Attempt { failed, boot: moment.boot(), mono: moment.mono_ms().to_string() });
        self.file.write(&attempts, generation + 1)
    }

    /// The passphrase was right.
    pub(crate) fn succeed(&self, slot: Uuid) -> Result<()> {
        let (mut attempts, generation) = self.read();
        if attempts.remove(&slot).is_some() {
            self.file.write(&attempts, generation + 1)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn waits_double_up_to_five_minutes_and_survive_restarts_and_clock_jumps() {
        let folder = tempfile::tempdir().unwrap();
        let moment = Moment::fixed(DateTime::from_timestamp(1_790_000_000, 0).unwrap(), 1);
        let slot = Uuid::from_u128(1);
        let attempts = Attempts::at(folder.path());
        for _ in 0..FREE {
            attempts.begin(slot, &moment).unwrap();
        }
        assert_eq!(attempts.wait(slot, &moment), 1);
        assert!(matches!(attempts.begin(slot, &moment), Err(Error::Wait { wait_seconds: 1 })));
        moment.advance(1000);
        attempts.begin(slot, &moment).unwrap();
        assert_eq!(Attempts::at(folder.path()).wait(slot, &moment), 2);
        moment.set_wall(DateTime::from_timestamp(2_000_000_000, 0).unwrap());
        assert_eq!(attempts.wait(slot, &moment), 2);
        moment.set_wall(DateTime::from_timestamp(0, 0).unwrap());
        assert_eq!(attempts.wait(slot, &moment), 2);
        moment.reboot();
        assert_eq!(attempts.wait(slot, &moment), 2);
        moment.advance(2000);
        assert_eq!(attempts.wait(slot, &moment), 0);
        assert_eq!(attempts.wait(Uuid::from_u128(2), &moment), 0);
        attempts.succeed(slot).unwrap();
        attempts.begin(slot, &moment).unwrap();
        assert_eq!(attempts.wait(slot, &moment), 0);
        assert_eq!(wait_after(200), LONGEST);
    }
}
