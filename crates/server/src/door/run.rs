//! What those who run the township ask: overview, OpenAPI, metrics. No names, texts or addresses of people in any of them but
//! the overview, which needs a session of a supervisor or system administrator.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};

use crate::door::{From, Here, answer, blocking, openapi as description};
use crate::meter;

/// Laptops silent, media overdue, pending entries.
pub(crate) async fn overview(State(township): Here, From(caller): From, headers: HeaderMap) -> Response {
    answer::json(&headers, blocking(move || township.overview_for(&caller)).await)
}

/// People, keys, late entries, witnesses, backup.
pub(crate) async fn oversight(State(township): Here, From(caller): From, headers: HeaderMap) -> Response {
    answer::json(&headers, blocking(move || township.oversight(&caller)).await)
}

/// The description of this interface.
pub(crate) async fn openapi() -> Response {
    axum::Json(description::document()).into_response()
}

/// Prometheus text.
pub(crate) async fn metrics(State(township): Here) -> Response {
    township.gauges();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], meter::render()).into_response()
}
