//! Answers of the door: JSON, refusals, and the headers that every answer carries.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use liuhen_app::ApiError;
use serde::Serialize;

/// What the UI's page may load: itself, and media of this very door.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; media-src 'self'; font-src 'self'; connect-src 'self'; \
    manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE_WITHOUT_COOKIE: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
    <title>留痕</title><p>请从留痕程序给出的一次性地址打开。记录都在本机,未受影响。";

/// Adds the headers every answer carries; what an answer set itself stays.
pub(crate) fn harden(headers: &mut HeaderMap) {
    const ALWAYS: [(HeaderName, &str); 7] = [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ];
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// Status, type and body as one answer.
pub(crate) fn plain(status: StatusCode, mime: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    response
}

/// A view as JSON.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let body = serde_json::to_vec(value).unwrap_or_default();
    plain(status, "application/json; charset=utf-8", body)
}

/// A failed command, with the status that fits its code.
pub(crate) fn failed(error: &ApiError) -> Response {
    json(status_of(&error.code), error)
}

/// A request that is not the UI's; it learns nothing.
pub(crate) fn refused(status: StatusCode, why: &'static str) -> Response {
    let mut response = plain(status, "text/plain; charset=utf-8", why);
    harden(response.headers_mut());
    response
}

/// Without a cookie a person sees where to go, a program a code.
pub(crate) fn no_cookie(headers: &HeaderMap) -> Response {
    let wants_page = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html"));
    if wants_page {
        plain(StatusCode::UNAUTHORIZED, "text/html; charset=utf-8", PAGE_WITHOUT_COOKIE)
    } else {
        json(StatusCode::UNAUTHORIZED, &ApiError::new("no_session"))
    }
}

/// HTTP status of a code; the UI reads the code, this is for other clients and for logs.
fn status_of(code: &str) -> StatusCode {
    match code {
        "locked" | "not_enrolled" => StatusCode::LOCKED,
        "not_found" | "unknown_command" | "media_missing" | "file_missing" => StatusCode::NOT_FOUND,
        "wrong_passphrase" | "wrong_passphrase_wait" | "wait" => StatusCode::FORBIDDEN,
        "storage" | "storage_internal" | "journal_damaged" | "internal" => StatusCode::INTERNAL_SERVER_ERROR,
        "unreachable" | "busy" | "no_courier" => StatusCode::SERVICE_UNAVAILABLE,
        "disk_full" | "no_space" => StatusCode::INSUFFICIENT_STORAGE,
        "invalid_input" => StatusCode::BAD_REQUEST,
        _ => StatusCode::CONFLICT,
    }
}
