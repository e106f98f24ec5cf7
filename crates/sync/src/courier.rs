//! The courier: what the use cases see of all this.
//!
//! It holds the connection and the thread that syncs by itself. It branches on nothing a matter
//! says. One sync of a home runs at a time; a second is refused, not queued.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use liuhen_app::view::{SyncOutcome, SyncWarning};
use liuhen_app::{
    ApiError, Courier, CourierStatus, Enrolment, Introduction, Laptop, Membership, SyncOptions, Welcome,
};
use liuhen_protocol::{Digest, DoorError, Township};
use liuhen_store::Moment;
use liuhen_store::work::Work;

use crate::auto::{Automatic, entries_waiting};
use crate::bandwidth::Bandwidth;
use crate::error::{Result, SyncError};
use crate::http::{HttpTownship, LineMeter, Trust};
use crate::local::{Evidence, Local};
use crate::session::{Pauses, Session};
use crate::trust::{Dated, Lie, LieKind};
use crate::{enrol, newlog, oversight, parcel, run};

/// Finds the door behind an address, for townships that live in the same process (tests, demonstrations).
pub type DoorFinder = dyn Fn(&str) -> Result<Arc<dyn Township>, SyncError> + Send + Sync;

enum Doors {
    /// HTTPS with pinned keys; the connection is kept between syncs.
    Http(Mutex<Option<Kept>>),
    /// Doors given by the caller.
    Given(Box<DoorFinder>),
}

/// A connection and what it was made for.
struct Kept {
    url: String,
    pins: Vec<Digest>,
    limit: Option<u32>,
    door: Arc<HttpTownship>,
}

/// Carries between one laptop and its township.
pub struct TownshipCourier {
    doors: Doors,
    pauses: Pauses,
    line: Arc<LineMeter>,
    busy: AtomicBool,
    automatic: Automatic,
}

impl std::fmt::Debug for TownshipCourier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TownshipCourier").finish_non_exhaustive()
    }
}

impl Default for TownshipCourier {
    fn default() -> Self {
        Self::with(Doors::Http(Mutex::default()), Pauses::default())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Marks a sync as running for as long as it lives.
struct Running<'a>(&'a AtomicBool);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl TownshipCourier {
    /// A courier over HTTPS.
    pub fn https() -> Self {
        Self::default()
    }

    /// A courier over HTTPS with other pauses.
    pub fn https_with(pauses: Pauses) -> Self {
        Self::with(Doors::Http(Mutex::default()), pauses)
    }

    /// A courier over doors in the same process. At enrolment the first TLS key of the note stands for the one presented.
    pub fn over(
        find: impl Fn(&str) -> Result<Arc<dyn Township>, SyncError> + Send + Sync + 'static,
        pauses: Pauses,
    ) -> Self {
        Self::with(Doors::Given(Box::new(find)), pauses)
    }

    fn with(doors: Doors, pauses: Pauses) -> Self {
        Self {
            doors,
            pauses,
            line: Arc::default(),
            busy: AtomicBool::new(false),
            automatic: Automatic::default(),
        }
    }

    fn begin(&self) -> Result<Running<'_>> {
        if self.busy.swap(true, Ordering::Acquire) {
            return Err(SyncError::Running);
        }
        Ok(Running(&self.busy))
    }

    /// The door of a township, over the kept connection when nothing changed.
    fn door(
        &self,
        membership: &Membership,
        pins: &[Digest],
        limit: Option<u32>,
    ) -> Result<Arc<dyn Township>> {
        let kept = match &self.doors {
            Doors::Given(find) => return find(&membership.url),
            Doors::Http(kept) => kept,
        };
        let mut kept = lock(kept);
        if let Some(same) =
            kept.as_ref().filter(|k| k.url == membership.url && k.pins == pins && k.limit == limit)
        {
            return Ok(Arc::clone(&same.door) as Arc<dyn Township>);
        }
        let bandwidth = Arc::new(Bandwidth::kbit_per_second(limit.unwrap_or(0)));
        let trust = Trust::Pinned(pins.to_vec());
        let door = Arc::new(HttpTownship::new(&membership.url, trust, bandwidth, Arc::clone(&self.line))?);
        let url = membership.url.clone();
        *kept = Some(Kept { url, pins: pins.to_vec(), limit, door: Arc::clone(&door) });
        Ok(door)
    }

    /// Runs `body` in a session with the laptop's township.
    fn in_session<T>(
        &self,
        laptop: &Laptop,
        limit: Option<u32>,
        work: &Work,
        body: impl FnOnce(&Session<'_>) -> Result<T>,
    ) -> Result<T> {
        let local = Local::new(laptop)?;
        let membership = local.membership()?;
        let anchor = local.anchor(membership.township()?)?;
        let door = self.door(&membership, &anchor.note.tls, limit)?;
        let newest = local.newest(&anchor)?;
        let session = Session::new(door.as_ref(), &local, anchor, newest, work, &self.line, self.pauses);
        let result = body(&session).map_err(|error| judge_stranger(error, session.newest()));
        if let Err(SyncError::Lie(lie)) = &result {
            local.keep_evidence(lie)?;
        }
        result
    }

    /// Notes the result of an attempt for [`Courier::status`], also for the next run of the program.
    fn note(&self, laptop: &Laptop, result: Result<SyncOutcome>) -> Result<SyncOutcome, ApiError> {
        let result = result.map_err(ApiError::from);
        let now = laptop.moment().wall();
        let local = Local::new(laptop);
        let mut last = local.as_ref().ok().and_then(|local| local.last_attempt().ok()).unwrap_or_default();
        last.attempt_at = Some(now.clone());
        match &result {
            Ok(done) => {
                last.success_at = Some(now);
                last.error = None;
                last.stopped.clone_from(&done.stopped);
            }
            Err(error) => last.error = Some(error.clone()),
        }
        if let Ok(local) = local {
            local.keep_attempt(&last)?;
        }
        self.automatic.attempted(laptop.moment().mono_ms(), result.is_ok(), entries_waiting(laptop));
        result
    }

    fn enrol_over(&self, enrolment: &Enrolment<'_>, moment: &Moment) -> Result<Welcome> {
        let Doors::Given(find) = &self.doors else { return enrol::enrol(enrolment, moment) };
        let door = find(enrolment.url)?;
        let (code, text, note) = enrol::ask_note(door.as_ref(), enrolment.code)?;
        let presented = note.tls.first().copied().ok_or(SyncError::Foreign)?;
        let address = enrolment.url.to_owned();
        enrol::redeem(door.as_ref(), enrolment, &code, &text, note, presented, address, moment)
    }
}

/// A township that once gave receipts to this home and now does not know its key has forgotten what it logged.
fn judge_stranger(error: SyncError, newest: Option<Dated>) -> SyncError {
    match (&error, newest) {
        (SyncError::Door(DoorError::Refused { code }), Some(held)) if code == "unknown_series" => {
            Lie::new(LieKind::RolledBack).held(Some(&held.note)).into()
        }
        _ => error,
    }
}

/// A warning for people.
fn warning(evidence: Evidence) -> SyncWarning {
    let code = evidence.lie.code();
    SyncWarning {
        id: evidence.id,
        code: code.to_owned(),
        message: ApiError::new(code).message,
        at: evidence.at,
    }
}

impl Courier for TownshipCourier {
    fn introduce(&self, url: &str, code: &str) -> Result<Introduction, ApiError> {
        let Doors::Given(find) = &self.doors else { return Ok(enrol::introduce(url, code)?) };
        let (_, text, note) = enrol::ask_note(find(url)?.as_ref(), code)?;
        Ok(Introduction { recovery: note.recovery, note: text })
    }

    fn enrol(&self, enrolment: &Enrolment<'_>) -> Result<Welcome, ApiError> {
        Ok(self.enrol_over(enrolment, &Moment::system())?)
    }

    fn sync(&self, laptop: &Laptop, options: SyncOptions, work: &Work) -> Result<SyncOutcome, ApiError> {
        let _running = self.begin()?;
        let result = self.in_session(laptop, options.limit_kbit, work, |session| run::run(session, options));
        self.note(laptop, result)
    }

    fn parcel_out(&self, laptop: &Laptop, folder: &Path, work: &Work) -> Result<SyncOutcome, ApiError> {
        let _running = self.begin()?;
        Ok(parcel::write(&Local::new(laptop).map_err(ApiError::from)?, folder, work)?)
    }

    fn parcel_in(&self, laptop: &Laptop, folder: &Path, work: &Work) -> Result<SyncOutcome, ApiError> {
        let _running = self.begin()?;
        let local = Local::new(laptop).map_err(ApiError::from)?;
        let result = parcel::read(&local, folder, work);
        if let Err(SyncError::Lie(lie)) = &result {
            local.keep_evidence(lie)?;
        }
        self.note(laptop, result)
    }

    fn read_remote(&self, laptop: &Laptop, sha256: &str, from: u64, len: u64) -> Result<Vec<u8>, ApiError> {
        let digest = Digest::from_hex(sha256).map_err(ApiError::from)?;
        let work = Work::silent();
        Ok(self.in_session(laptop, None, &work, |session| {
            session.call(|token| session.door.blob_read(token, &digest, from, len))
        })?)
    }

    fn oversight(&self, laptop: &Laptop) -> Result<serde_json::Value, ApiError> {
        Ok(self.in_session(laptop, None, &Work::silent(), oversight::see)?)
    }

    fn instruct(
        &self,
        laptop: &Laptop,
        instruction: &str,
        nonce: Digest,
    ) -> Result<serde_json::Value, ApiError> {
        let work = Work::silent();
        Ok(self.in_session(laptop, None, &work, |session| oversight::instruct(session, instruction, nonce))?)
    }

    fn follow_new_log(&self, laptop: &Laptop) -> Result<(), ApiError> {
        let _running = self.begin()?;
        let work = Work::silent();
        Ok(self.in_session(laptop, None, &work, newlog::follow)?)
    }

    fn accept_evidence(&self, laptop: &Laptop, id: &str) -> Result<(), ApiError> {
        let found = Local::new(laptop).and_then(|local| local.accept_evidence(id))?;
        if found { Ok(()) } else { Err(ApiError::new("warning_unknown")) }
    }

    fn given_up(&self, laptop: &Laptop) -> Result<Vec<(liuhen_protocol::SeriesId, u32)>, ApiError> {
        Ok(Local::new(laptop)?.salvaged()?)
    }

    fn status(&self, laptop: &Laptop) -> CourierStatus {
        // Locked, there is nothing to tell.
        let Ok(local) = Local::new(laptop) else { return CourierStatus::default() };
        let last = local.last_attempt().unwrap_or_default();
        let evidence = local.evidence().unwrap_or_default();
        CourierStatus {
            last_success_at: last.success_at,
            last_attempt_at: last.attempt_at,
            last_error: last.error,
            stopped: last.stopped,
            warnings: evidence.into_iter().filter(|e| !e.accepted).map(warning).collect(),
        }
    }

    fn start(&self, laptop: &Laptop) {
        self.automatic.start(laptop);
    }

    fn stop(&self) {
        self.automatic.stop();
    }
}
