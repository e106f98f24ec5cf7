//! Who may come in: own `Host`, own `Origin`, own cookie.
//!
//! A page of another site that gets its name to point at 127.0.0.1 sends its own name as `Host`;
//! a page that posts here sends its own `Origin`; neither has the cookie. Addresses of media are
//! capabilities of their own: the window's page has another origin and no cookie.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::answer;
use crate::desk::Door;

/// Name of the cookie. Two desks of one person have different ports, which cookies ignore, so the
/// port is part of the name.
pub(crate) fn cookie_name(port: u16) -> String {
    format!("liuhen-{port}")
}

/// Refuses foreign names: for every request, media included.
pub(crate) async fn own_host(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = header_text(headers, header::HOST.as_str());
    if host != Some(door.host.as_str()) || headers.get_all(header::HOST).iter().count() != 1 {
        return answer::refused(StatusCode::MISDIRECTED_REQUEST, "foreign host");
    }
    let mut response = next.run(request).await;
    answer::harden(response.headers_mut());
    response
}

/// Refuses foreign pages and whoever has no cookie: for everything but media and the first address.
pub(crate) async fn own_page(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if headers.contains_key(header::ORIGIN)
        && header_text(headers, header::ORIGIN.as_str()) != Some(door.origin.as_str())
    {
        return answer::refused(StatusCode::FORBIDDEN, "foreign origin");
    }
    if let Some(site) = header_text(headers, "sec-fetch-site")
        && !matches!(site, "same-origin" | "none")
    {
        return answer::refused(StatusCode::FORBIDDEN, "foreign site");
    }
    if !has_cookie(&door, headers) {
        return answer::no_cookie(headers);
    }
    next.run(request).await
}

fn has_cookie(door: &Door, headers: &HeaderMap) -> bool {
    let name = cookie_name(door.port);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .any(|(found, value)| found == name && door.tokens.knows(value))
}

/// A header as text; nothing when absent or not plain.
pub(crate) fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
