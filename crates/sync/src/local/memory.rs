//! What sync remembers between runs: which township it believes, and evidence.

use liuhen_app::view::StoppedSeries;
use liuhen_app::{ApiError, Membership};
use liuhen_protocol::{Digest, PublicKey, SeriesId, TownshipNote};
use serde::{Deserialize, Serialize};

use super::{Arrival, Local};
use crate::error::{Result, SyncError};
use crate::trust::{Anchor, Dated, Lie};

const EVIDENCE: &str = "sync.evidence.";
const LAST: &str = "sync.last";
const PREDECESSOR: &str = "sync.predecessor";

/// How the last attempt ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct LastAttempt {
    /// When a sync last finished without fault, RFC 3339.
    pub(crate) success_at: Option<String>,
    /// When it was last tried.
    pub(crate) attempt_at: Option<String>,
    /// Why the last attempt failed.
    pub(crate) error: Option<ApiError>,
    /// Series that stopped, and files that could not be sent.
    pub(crate) stopped: Vec<StoppedSeries>,
}

/// A contradiction that a person has to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Evidence {
    /// Id to accept it by.
    pub(crate) id: String,
    /// When it was noticed first, RFC 3339.
    pub(crate) at: String,
    /// What contradicts what, with both checkpoints verbatim.
    pub(crate) lie: Lie,
    /// Whether a person has looked at it. It is kept all the same.
    pub(crate) accepted: bool,
}

impl Local<'_> {
    /// The township of this home.
    ///
    /// # Errors
    /// [`SyncError::NotEnrolled`].
    pub(crate) fn membership(&self) -> Result<Membership> {
        self.laptop().membership()?.ok_or(SyncError::NotEnrolled)
    }

    /// Keeps a note that was verified as newer; its nodes speak for the township from now on.
    pub(crate) fn keep_membership(&self, membership: &Membership) -> Result<()> {
        Ok(self.laptop().set_membership(membership)?)
    }

    /// What is demanded of the township.
    pub(crate) fn anchor(&self, note: TownshipNote) -> Result<Anchor> {
        Ok(Anchor { note, quorum: self.recall("sync.quorum")?.unwrap_or(0) })
    }

    /// The newest checkpoint held, verified again by the anchor.
    pub(crate) fn newest(&self, anchor: &Anchor) -> Result<Option<Dated>> {
        let Some(note) = self.newest_note()? else { return Ok(None) };
        Ok(Some(anchor.date(&note)?))
    }

    /// How the last attempt ended.
    pub(crate) fn last_attempt(&self) -> Result<LastAttempt> {
        Ok(self.recall(LAST)?.unwrap_or_default())
    }

    /// Keeps how an attempt ended.
    pub(crate) fn keep_attempt(&self, last: &LastAttempt) -> Result<()> {
        self.remember(LAST, last)
    }

    /// Keeps a contradiction with its evidence, once.
    pub(crate) fn keep_evidence(&self, lie: &Lie) -> Result<()> {
        let known = self.evidence()?;
        if known.iter().any(|evidence| evidence.lie == *lie) {
            return Ok(());
        }
        let moment = self.laptop().moment();
        let id = moment.uuid()?.to_string();
        let evidence = Evidence { at: moment.wall(), lie: lie.clone(), accepted: false, id };
        self.remember(&format!("{EVIDENCE}{}", evidence.id), &evidence)
    }

    /// All contradictions noticed, oldest first.
    pub(crate) fn evidence(&self) -> Result<Vec<Evidence>> {
        let rows =
            self.laptop().with_store(|store| Ok::<_, SyncError>(store.settings_with_prefix(EVIDENCE)?))?;
        let mut evidence: Vec<Evidence> =
            rows.into_iter().filter_map(|(_, value)| serde_json::from_value(value).ok()).collect();
        evidence.sort_by(|a, b| (&a.at, &a.id).cmp(&(&b.at, &b.id)));
        Ok(evidence)
    }

    /// Notes that a person has looked at a contradiction. A checkpoint that an entry names and that is not part of this
    /// log no longer stops the pull; it stays on record.
    pub(crate) fn accept_evidence(&self, id: &str) -> Result<bool> {
        let Some(mut evidence) = self.evidence()?.into_iter().find(|evidence| evidence.id == id) else {
            return Ok(false);
        };
        evidence.accepted = true;
        if let Some(seen) = &evidence.lie.seen {
            let mut accepted: Vec<(u64, Digest)> = self.recall("sync.accepted")?.unwrap_or_default();
            accepted.push((seen.size, seen.root));
            self.remember("sync.accepted", &accepted)?;
        }
        self.remember(&format!("{EVIDENCE}{id}"), &evidence)?;
        Ok(true)
    }

    /// Notes the root key's statement that this log follows a lost one, when it is among the arrivals.
    pub(crate) fn note_succession(&self, root: &PublicKey, arrivals: &[Arrival]) -> Result<()> {
        let root = SeriesId::of(root);
        let told = arrivals.iter().any(|arrival| {
            let envelope = arrival.checked.entry().envelope();
            envelope.kind == "log.succeeded" && envelope.series == root
        });
        if told && !self.has_predecessor()? {
            self.remember(PREDECESSOR, &true)?;
        }
        Ok(())
    }

    /// Whether another log went before the present one.
    pub(crate) fn has_predecessor(&self) -> Result<bool> {
        Ok(self.recall(PREDECESSOR)?.unwrap_or(false))
    }

    /// Begins a new log: old receipts stay under their origin, everything of ours is handed in again.
    pub(crate) fn follow(&self, membership: &Membership, note: &TownshipNote) -> Result<()> {
        self.laptop().with_store(|store| Ok::<_, SyncError>(store.succeed_log(note.origin())?))?;
        self.remember(PREDECESSOR, &true)?;
        self.forget("sync.cursor")?;
        self.forget("sync.scope.lines")?;
        self.forget_delivered()?;
        self.keep_membership(membership)
    }
}
