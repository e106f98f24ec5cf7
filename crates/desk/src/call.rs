//! `POST /api/call`: one command of the list, by name.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use liuhen_app::{ApiError, api};
use serde::Deserialize;
use serde_json::Value;

use crate::answer;
use crate::desk::Door;
use crate::gate::header_text;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    name: String,
    #[serde(default)]
    input: Value,
}

/// Runs a command. It needs the header `x-liuhen`, which a foreign page cannot send without asking
/// this door first, and JSON as content type, for the same reason.
pub(crate) async fn call(State(door): State<Arc<Door>>, headers: HeaderMap, body: Bytes) -> Response {
    if header_text(&headers, "x-liuhen") != Some("1") {
        return answer::refused(StatusCode::FORBIDDEN, "the header x-liuhen is missing");
    }
    let json = header_text(&headers, header::CONTENT_TYPE.as_str())
        .is_some_and(|mime| mime.split(';').next().is_some_and(|mime| mime.trim() == "application/json"));
    if !json {
        return answer::refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "JSON is expected");
    }
    let call: Call = match serde_json::from_slice(&body) {
        Ok(call) => call,
        Err(error) => return answer::failed(&ApiError::new("invalid_input").detail(error)),
    };
    let input = if call.input.is_null() { Value::Object(serde_json::Map::new()) } else { call.input };
    let laptop = door.laptop.clone();
    // Commands touch the disk and derive keys: they run beside the threads that move bytes.
    let done = tokio::task::spawn_blocking(move || api::dispatch(&laptop, &call.name, input)).await;
    match done {
        Ok(Ok(view)) => answer::json(StatusCode::OK, &view),
        Ok(Err(error)) => answer::failed(&error),
        Err(error) => answer::failed(&ApiError::new("internal").detail(error)),
    }
}
