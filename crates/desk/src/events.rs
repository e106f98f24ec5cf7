//! `GET /api/events`: server-sent events, one whenever something changed.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use tokio::io::AsyncWriteExt as _;
use tokio_util::io::ReaderStream;

use crate::answer;
use crate::desk::Door;

/// A comment goes out after this long without a change, so that a closed page is noticed.
const QUIET: Duration = Duration::from_secs(15);

/// Streams `ChangesView` as JSON: the present one at once, then each new one.
pub(crate) async fn events(State(door): State<Arc<Door>>) -> Response {
    let (mut writer, reader) = tokio::io::duplex(16 * 1024);
    let mut stopped = door.stopping.subscribe();
    tokio::spawn(async move {
        let mut seen = None;
        loop {
            let laptop = door.laptop.clone();
            let waiting = tokio::task::spawn_blocking(move || match seen {
                Some(revision) => laptop.wait_for_change(revision, QUIET),
                None => laptop.changes(),
            });
            let changes = tokio::select! {
                changes = waiting => changes,
                _ = stopped.wait_for(|stop| *stop) => return,
            };
            let Ok(changes) = changes else { return };
            let text = if seen == Some(changes.revision) {
                ":\n\n".to_owned()
            } else {
                let Ok(json) = serde_json::to_string(&changes) else { return };
                format!("data: {json}\n\n")
            };
            seen = Some(changes.revision);
            if writer.write_all(text.as_bytes()).await.is_err() {
                return;
            }
        }
    });
    answer::plain(
        StatusCode::OK,
        "text/event-stream; charset=utf-8",
        Body::from_stream(ReaderStream::new(reader)),
    )
}
