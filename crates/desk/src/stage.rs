//! `POST /api/stage?name=…&modified=…`: a file dropped on the page streams into the vault.
//!
//! A browser gives no path, only bytes. They go through this door as they come and are encrypted before
//! they touch the disk; memory holds a few pieces of them at a time.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use liuhen_app::ApiError;
use liuhen_app::evidence::Staging;
use liuhen_app::view::StagedFile;
use serde::Deserialize;
use tokio::sync::mpsc::{Receiver, channel};

use crate::answer;
use crate::desk::Door;
use crate::gate::header_text;

/// Pieces that wait for the disk; the page is held back beyond that.
const PIECES: usize = 8;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct About {
    name: String,
    #[serde(default)]
    modified: Option<i64>,
}

/// Takes a file in. It needs the header `x-liuhen`, as every command does, and its length beforehand.
pub(crate) async fn stage(
    State(door): State<Arc<Door>>,
    Query(about): Query<About>,
    headers: HeaderMap,
    mut body: Body,
) -> Response {
    if header_text(&headers, "x-liuhen") != Some("1") {
        return answer::refused(StatusCode::FORBIDDEN, "the header x-liuhen is missing");
    }
    let length = header_text(&headers, header::CONTENT_LENGTH.as_str()).and_then(|text| text.parse().ok());
    let Some(size) = length else {
        return answer::refused(StatusCode::LENGTH_REQUIRED, "the length is missing");
    };
    let (pieces, taken) = channel::<Bytes>(PIECES);
    let laptop = door.laptop.clone();
    let taking = tokio::task::spawn_blocking(move || {
        take(Staging::begin(&laptop, &about.name, size, about.modified)?, taken)
    });
    while let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        // Whoever takes has stopped: the disk is full, or the home was locked. It says why itself.
        if let Ok(piece) = frame.into_data()
            && pieces.send(piece).await.is_err()
        {
            break;
        }
    }
    drop(pieces);
    match taking.await {
        Ok(Ok(staged)) => answer::json(StatusCode::OK, &staged),
        Ok(Err(error)) => answer::failed(&error),
        Err(error) => answer::failed(&ApiError::new("internal").detail(error)),
    }
}

fn take(mut staging: Staging, mut pieces: Receiver<Bytes>) -> Result<StagedFile, ApiError> {
    while let Some(piece) = pieces.blocking_recv() {
        staging.write(&piece)?;
    }
    staging.finish()
}
