//! Media of others by range, and packs of small files.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use liuhen_protocol::Digest;
use liuhen_protocol::wire::{MAX_PACK, unpack};

use crate::door::{From, Here, answer, blocking, read, tus};
use crate::{Error, Result};

/// Most bytes one range answers; a longer range is cut, as HTTP allows with 206.
const MAX_RANGE: u64 = 4 << 20;

/// GET: a range of a blob in the caller's scope. Always 206 with `Content-Range`, unless the blob fits one answer.
pub(crate) async fn read(
    State(township): Here,
    From(caller): From,
    Path(digest): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result: Result<Response> = async {
        township.speaker(&caller)?;
        let digest = Digest::from_hex(&digest).map_err(|_| Error::Malformed { what: "digest" })?;
        let there = township.clone();
        let who = caller.clone();
        let size = blocking(move || there.blob_size(&who, &digest)).await?;
        let asked = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
        let Ok((from, length)) = asked.map_or(Ok((0, size)), |range| tus::range(range, size)) else {
            let mut response = answer::bare(StatusCode::RANGE_NOT_SATISFIABLE);
            if let Ok(range) = HeaderValue::from_str(&format!("bytes */{size}")) {
                response.headers_mut().insert(header::CONTENT_RANGE, range);
            }
            return Ok(response);
        };
        let length = length.min(MAX_RANGE);
        let share = township.gate().share(length).await?;
        let bytes = blocking(move || township.blob_read(&caller, &digest, from, length)).await?;
        drop(share);
        let whole = asked.is_none() && length == size;
        let status = if whole { StatusCode::OK } else { StatusCode::PARTIAL_CONTENT };
        let mut response = (status, bytes).into_response();
        let out = response.headers_mut();
        out.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        if !whole
            && let Ok(range) =
                HeaderValue::from_str(&format!("bytes {from}-{}/{size}", from + length.max(1) - 1))
        {
            out.insert(header::CONTENT_RANGE, range);
        }
        Ok(response)
    }
    .await;
    result.unwrap_or_else(|error| answer::fault(&error))
}

/// POST: small files in one body; answers the digests now held.
pub(crate) async fn pack(
    State(township): Here,
    From(caller): From,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let result = async {
        township.speaker(&caller)?;
        let (bytes, share) = read::bytes(township.gate(), &headers, body, MAX_PACK).await?;
        let held = blocking(move || {
            let files = unpack(&bytes)?;
            township.pack(&caller, &files)
        })
        .await?;
        drop(share);
        Ok(held)
    };
    answer::json(&headers, result.await)
}
