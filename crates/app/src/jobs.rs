//! Long work in the background: started by a command, watched and cancelled by others.
//!
//! A job runs on its own thread and holds no lock while it works. Jobs live as long as the
//! program; what they made durable stays whatever happens to them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use liuhen_store::work::{Progress, Work};

use crate::error::{ApiError, Result};
use crate::input::{CancelJob, Nothing, OpenJob};
use crate::laptop::Laptop;
use crate::progress::Files;
use crate::view::{JobKind, JobResult, JobState, JobView, JobsView, Size};

/// Ended jobs remembered.
const REMEMBERED: usize = 50;

struct Job {
    work: Work,
    view: Mutex<JobView>,
    files: Files,
}

impl Job {
    fn view(&self) -> MutexGuard<'_, JobView> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a screen is shown.
    fn shown(&self) -> JobView {
        let mut view = self.view().clone();
        self.files.show(&mut view);
        view
    }

    fn runs(&self) -> bool {
        matches!(self.view().state, JobState::Running | JobState::Stopping)
    }
}

/// All jobs of this run.
#[derive(Default)]
pub(crate) struct Jobs {
    list: Mutex<VecDeque<Arc<Job>>>,
}

impl Jobs {
    fn list(&self) -> MutexGuard<'_, VecDeque<Arc<Job>>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, id: &str) -> Result<Arc<Job>> {
        let list = self.list();
        list.iter().find(|job| job.view().id == id).cloned().ok_or_else(|| ApiError::not_found("job"))
    }

    /// Views, newest first.
    pub(crate) fn views(&self) -> Vec<JobView> {
        self.list().iter().map(|job| job.shown()).collect()
    }

    /// Id of a running job of this kind.
    pub(crate) fn running(&self, kind: JobKind) -> Option<String> {
        let list = self.list();
        let job = list.iter().find(|job| job.view().kind == kind && job.runs())?;
        Some(job.view().id.clone())
    }

    /// Asks jobs of this kind to stop at their next safe point.
    pub(crate) fn stop(&self, kind: JobKind) {
        for job in self.list().iter().filter(|job| job.view().kind == kind) {
            job.work.cancel();
        }
    }

    /// Whether a job runs that still needs the data key after locking.
    pub(crate) fn needs_data(&self) -> bool {
        let needing = [JobKind::Import, JobKind::Sync, JobKind::Verify];
        needing.into_iter().any(|kind| self.running(kind).is_some())
    }

    fn add(&self, job: Arc<Job>) {
        let mut list = self.list();
        list.push_front(job);
        while list.len() > REMEMBERED {
            // Only ended jobs are forgotten; nobody runs fifty at a time.
            let Some(at) = list.iter().rposition(|job| !job.runs()) else { break };
            list.remove(at);
        }
    }
}

/// The word of a phase, the last part of `ui.job.<word>`.
fn step_of(progress: &Progress) -> String {
    serde_json::to_value(progress.phase)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// Starts a job and answers at once. One sync runs at a time: a second answers `job_running`.
pub(crate) fn start(
    laptop: &Laptop,
    kind: JobKind,
    body: impl FnOnce(&Laptop, &Work) -> Result<JobResult> + Send + 'static,
) -> Result<JobView> {
    start_with(laptop, kind, Files::default(), body)
}

/// The same for work on many files, whose single progress is shown too.
pub(crate) fn start_with(
    laptop: &Laptop,
    kind: JobKind,
    files: Files,
    body: impl FnOnce(&Laptop, &Work) -> Result<JobResult> + Send + 'static,
) -> Result<JobView> {
    if kind == JobKind::Sync && laptop.jobs().running(kind).is_some() {
        return Err(ApiError::new("job_running"));
    }
    let view = JobView {
        id: laptop.moment().uuid()?.to_string(),
        kind,
        state: JobState::Running,
        step: "starting".to_owned(),
        item: None,
        done: Size(0),
        total: None,
        files: Vec::new(),
        files_done: 0,
        files_total: 0,
        started_at: laptop.moment().wall(),
        ended_at: None,
        result: None,
        error: None,
    };
    let job = Arc::new_cyclic(|weak: &std::sync::Weak<Job>| {
        let weak = weak.clone();
        let changes = laptop.changes_handle();
        let work = Work::watched(move |progress| {
            if let Some(job) = weak.upgrade() {
                let mut view = job.view();
                view.step = step_of(progress);
                view.item = progress.item.as_deref().map(str::to_owned);
                view.done = Size(progress.done);
                view.total = progress.total.map(Size);
                drop(view);
                changes.step();
            }
        });
        Job { work, view: Mutex::new(view.clone()), files }
    });
    laptop.jobs().add(job.clone());
    let laptop = laptop.clone();
    let spawned = std::thread::Builder::new().name("job".to_owned()).spawn({
        let job = job.clone();
        move || {
            let outcome = body(&laptop, &job.work);
            finish(&laptop, &job, outcome);
        }
    });
    if let Err(error) = spawned {
        let mut view = job.view();
        view.state = JobState::Failed;
        view.error = Some(ApiError::new("internal").detail(error.kind()));
    }
    let view = job.view().clone();
    Ok(view)
}

fn finish(laptop: &Laptop, job: &Job, outcome: Result<JobResult>) {
    let mut view = job.view();
    view.ended_at = Some(laptop.moment().wall());
    view.item = None;
    match outcome {
        Ok(result) => {
            view.state = JobState::Done;
            view.result = Some(result);
        }
        Err(error) if error.is("cancelled") => view.state = JobState::Cancelled,
        Err(error) => {
            view.state = JobState::Failed;
            view.error = Some(error);
        }
    }
    drop(view);
    laptop.release_when_locked();
    laptop.changes_handle().record();
}

/// One job.
pub fn job(laptop: &Laptop, input: OpenJob) -> Result<JobView> {
    Ok(laptop.jobs().find(&input.job)?.shown())
}

/// Jobs of this run, newest first.
pub fn jobs(laptop: &Laptop, _: Nothing) -> Result<JobsView> {
    Ok(JobsView { jobs: laptop.jobs().views() })
}

/// Asks a job to stop at its next safe point. What it finished stays.
pub fn cancel_job(laptop: &Laptop, input: CancelJob) -> Result<JobView> {
    let job = laptop.jobs().find(&input.job)?;
    job.work.cancel();
    let mut view = job.view();
    if view.state == JobState::Running {
        view.state = JobState::Stopping;
    }
    let answer = view.clone();
    drop(view);
    laptop.changes_handle().bump();
    Ok(answer)
}
