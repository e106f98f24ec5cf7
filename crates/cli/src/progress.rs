//! Progress of long work on standard error: a line now and then, as words or as JSON.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use liuhen_app::{Phase, Progress, Work};

use crate::output::say;

/// Lines are at least this far apart, unless the phase changes.
const PAUSE: Duration = Duration::from_millis(500);

/// Work whose progress is printed.
pub(crate) fn shown(json: bool) -> Work {
    let last: Mutex<Option<(Instant, Phase)>> = Mutex::new(None);
    Work::watched(move |progress| {
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|(at, phase)| phase != progress.phase || at.elapsed() >= PAUSE);
        if due {
            *last = Some((Instant::now(), progress.phase));
            say(&if json { as_json(progress) } else { as_words(progress) });
        }
    })
}

fn as_json(progress: &Progress) -> String {
    serde_json::to_string(progress).unwrap_or_default()
}

fn as_words(progress: &Progress) -> String {
    let key = serde_json::to_value(progress.phase).ok();
    let word = key.as_ref().and_then(|value| value.as_str()).unwrap_or_default();
    let step = liuhen_app::strings::sentence(&format!("result.step_{word}"), &[]);
    let share = match progress.total {
        Some(total) if total > 0 => format!(" {}%", progress.done.saturating_mul(100) / total),
        _ => String::new(),
    };
    let item = progress.item.as_deref().map(|item| format!(" {item}")).unwrap_or_default();
    format!("{step}{share}{item}")
}
