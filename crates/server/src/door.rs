//! The door of the township: one router, no logic. Each route reads strictly, asks [`Township`] on a blocking thread and answers.
//!
//! One guess must find an endpoint: entries and sign-in are in `door/entries`, tus in `door/uploads`, media by range and packs in
//! `door/media`, tiles and checkpoint in `door/log`, and what runs it (OpenAPI, metrics, overview) in `door/run`. A fault answers
//! `{code, message, detail}` with the sentence a person may read; nothing of a request is ever logged but route, status and time.

mod answer;
mod entries;
mod log;
mod media;
mod openapi;
mod read;
mod run;
mod squeeze;
mod tus;
mod uploads;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use liuhen_protocol::Token;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

pub use openapi::document as openapi_document;

use crate::township::{Caller, Township};
use crate::{Error, Result};

/// Seconds in which a request must have its first answer byte; uploads are bounded per read instead.
const ANSWER_WITHIN: Duration = Duration::from_mins(2);

/// The whole HTTP interface of a township.
pub fn router(township: Township) -> Router {
    let api = Router::new()
        .route("/api/note", get(entries::note))
        .route("/api/enrol", post(entries::enrol))
        .route("/api/challenge", post(entries::challenge))
        .route("/api/session", post(entries::session))
        .route("/api/heads", post(entries::heads))
        .route("/api/push", post(entries::push))
        .route("/api/pull", post(entries::pull))
        .route("/api/receipts", post(entries::receipts))
        .route("/api/pack", post(media::pack))
        .route("/api/overview", get(run::overview))
        .route("/api/oversight", get(run::oversight))
        .route("/api/instruct", post(entries::instruct))
        .route("/api/openapi.json", get(run::openapi))
        .route("/metrics", get(run::metrics))
        .route("/log/checkpoint", get(log::checkpoint))
        .route("/log/{*path}", get(log::tile))
        .layer(middleware::from_fn(in_time));
    let blobs = Router::new()
        .route("/api/blobs", post(uploads::create).options(uploads::options))
        .route(
            "/api/blobs/{id}",
            axum::routing::head(uploads::state)
                .patch(uploads::append)
                .delete(uploads::abandon)
                .options(uploads::options),
        )
        .route("/api/blobs/sha256/{digest}", get(media::read));
    api.merge(blobs)
        .fallback(|| async { answer::fault(&Error::NotFound { what: "route" }) })
        .layer(DefaultBodyLimit::disable())
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(middleware::from_fn(measured))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            metrics::counter!("liuhen_panics_total").increment(1);
            answer::fault(&Error::WorkerGone)
        }))
        .with_state(township)
}

/// Counts and times every request under the name of its route; ids, digests and addresses are not written anywhere.
async fn measured(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().as_str().to_owned();
    let begun = tokio::time::Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let took = begun.elapsed();
    metrics::histogram!("liuhen_request_seconds", "route" => route.clone()).record(took.as_secs_f64());
    metrics::counter!("liuhen_requests_total", "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(%method, %route, status, millis, "request");
    response
}

async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

/// Who calls: address of the connection and bearer token, empty where none was sent.
pub(crate) struct From(pub(crate) Caller);

impl axum::extract::FromRequestParts<Township> for From {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        state: &Township,
    ) -> std::result::Result<Self, Response> {
        let from = ConnectInfo::<SocketAddr>::from_request_parts(parts, state)
            .await
            .map_err(|_| answer::fault(&Error::Malformed { what: "connection" }))?;
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .unwrap_or_default();
        Ok(Self(Caller { address: from.0.ip().to_canonical(), token: Token(token.to_owned()) }))
    }
}

/// Runs blocking work of the township off the event loop.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::WorkerGone)?
}

/// Asks the rate limit for a request without a session.
pub(crate) fn admit(township: &Township, caller: &Caller) -> Result<()> {
    township.gate().admit(caller.address)
}

/// The township of a request.
pub(crate) type Here = State<Township>;
