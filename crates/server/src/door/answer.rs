//! Answers: JSON, packed with zstd where the caller can read it, and faults with their sentence.

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use crate::door::squeeze;
use crate::{Error, Result, words};

/// Answers below this many bytes are not worth packing.
const SMALL: usize = 1024;

/// A JSON answer, or the fault.
pub(crate) fn json<T: Serialize>(headers: &HeaderMap, result: Result<T>) -> Response {
    match result.and_then(|value| Ok(serde_json::to_vec(&value)?)) {
        Ok(bytes) => packed(headers, bytes),
        Err(error) => fault(&error),
    }
}

fn packed(headers: &HeaderMap, bytes: Vec<u8>) -> Response {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let accepts =
        headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).any(
            |value| {
                value.split(',').any(|part| part.split(';').next().is_some_and(|name| name.trim() == "zstd"))
            },
        );
    if !accepts || bytes.len() < SMALL {
        return ([kind], bytes).into_response();
    }
    match squeeze::zip(&bytes) {
        Ok(packed) => {
            ([kind, (header::CONTENT_ENCODING, HeaderValue::from_static("zstd"))], packed).into_response()
        }
        Err(error) => fault(&error),
    }
}

/// A fault as `{code, message, detail}` with its status; what the caller needs to go on stands in headers.
pub(crate) fn fault(error: &Error) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status.is_server_error() && !matches!(error, Error::Busy { .. }) {
        tracing::error!(code = error.code(), %error, "a request failed");
    }
    let mut response = (status, Json(words::fault(error))).into_response();
    let headers = response.headers_mut();
    match error {
        Error::Busy { retry_after } => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(*retry_after));
        }
        Error::OffsetMismatch { offset } => {
            headers.insert("upload-offset", HeaderValue::from(*offset));
        }
        Error::Unauthorised => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        _ => {}
    }
    response
}

/// A status without a body.
pub(crate) fn bare(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
