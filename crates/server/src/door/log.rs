//! The log as static files: checkpoint and hash tiles for everybody, entry bundles for auditors only.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use liuhen_protocol::tile::Tile;

use crate::door::{From, Here, answer, blocking};
use crate::{Error, Result};

/// The newest checkpoint with every cosignature held.
pub(crate) async fn checkpoint(State(township): Here) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], township.checkpoint()).into_response()
}

/// A tile; full and partial ones never change, so they may be cached for ever.
pub(crate) async fn tile(State(township): Here, From(caller): From, Path(path): Path<String>) -> Response {
    let result: Result<Response> = async {
        let tile = Tile::parse(&path).map_err(|_| Error::NotFound { what: "tile" })?;
        let public = matches!(tile, Tile::Hashes { .. });
        let bytes = blocking(move || township.tile(&caller, tile)).await?;
        let mut response = bytes.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        if public {
            let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
            headers.insert(header::CACHE_CONTROL, for_ever);
        }
        Ok(response)
    }
    .await;
    result.unwrap_or_else(|error| answer::fault(&error))
}
