//! tus 1.0 at `/api/blobs`: creation, HEAD and continue, checksum, expiration, termination.
//!
//! Bytes are written as they arrive, so what a cut PATCH brought is kept. A PATCH with a checksum that is small enough is held
//! until the checksum is known; a larger one is written and taken back if it fails. 204 is sent only after fsync.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use http_body::Frame;
use http_body_util::BodyExt as _;
use liuhen_protocol::Digest;
use liuhen_protocol::wire::{BlobKind, BlobSpec, BlobState};

use crate::door::{From, Here, answer, blocking, read, tus};
use crate::limits::MAX_CHECKED_PATCH;
use crate::township::{Caller, Township};
use crate::{Error, Result};

/// Bytes gathered before they are handed to the disk.
const GATHER: usize = 1 << 20;
/// How long a sender may say nothing in the middle of a PATCH.
const SILENCE: Duration = Duration::from_mins(1);

/// What the server can do.
pub(crate) async fn options(State(township): Here) -> Response {
    let mut response = answer::bare(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    headers.insert("tus-resumable", HeaderValue::from_static(tus::VERSION));
    headers.insert("tus-version", HeaderValue::from_static(tus::VERSION));
    headers.insert("tus-extension", HeaderValue::from_static(tus::EXTENSIONS));
    headers.insert("tus-checksum-algorithm", HeaderValue::from_static(tus::CHECKSUMS));
    headers.insert("tus-max-size", HeaderValue::from(township.gate().limits().max_blob));
    response
}

/// Every answer names the protocol; faults too.
fn finish(result: Result<Response>) -> Response {
    let mut response = result.unwrap_or_else(|error| answer::fault(&error));
    response.headers_mut().insert("tus-resumable", HeaderValue::from_static(tus::VERSION));
    response
}

/// A client that speaks another version gets 412 and the version spoken here.
fn version(headers: &HeaderMap) -> std::result::Result<(), Box<Response>> {
    if headers.get("tus-resumable").is_some_and(|value| value == tus::VERSION) {
        return Ok(());
    }
    let mut response = answer::bare(StatusCode::PRECONDITION_FAILED);
    response.headers_mut().insert("tus-version", HeaderValue::from_static(tus::VERSION));
    Err(Box::new(response))
}

fn text<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>> {
    headers.get(name).map(|value| value.to_str().map_err(|_| Error::Malformed { what: name })).transpose()
}

fn number(headers: &HeaderMap, name: &'static str) -> Result<u64> {
    tus::number(text(headers, name)?.ok_or(Error::Malformed { what: name })?, name)
}

fn progress(township: &Township, response: &mut Response, state: &BlobState) {
    let headers = response.headers_mut();
    headers.insert("upload-offset", HeaderValue::from(state.offset));
    headers.insert("upload-length", HeaderValue::from(state.size));
    if state.complete {
        headers.insert("liuhen-complete", HeaderValue::from_static("1"));
    }
    if !state.complete
        && let Some(date) = township.upload_expires(&state.id)
        && let Ok(date) = HeaderValue::from_str(&date)
    {
        headers.insert("upload-expires", date);
    }
}

fn spec(headers: &HeaderMap) -> Result<BlobSpec> {
    let size = number(headers, "upload-length")?;
    let metadata = tus::metadata(text(headers, "upload-metadata")?.unwrap_or_default())?;
    let malformed = || Error::Malformed { what: "Upload-Metadata" };
    let word = |name: &str| {
        metadata.get(name).map(|value| std::str::from_utf8(value).map_err(|_| malformed())).transpose()
    };
    let digest = Digest::from_hex(word("sha256")?.ok_or_else(malformed)?).map_err(|_| malformed())?;
    let kind = match word("kind")? {
        None | Some("media") => BlobKind::Media,
        Some("manifest") => BlobKind::Manifest,
        Some("salvage") => BlobKind::Salvage,
        Some(_) => return Err(malformed()),
    };
    Ok(BlobSpec { digest, size, kind })
}

/// POST: begins an upload. A blob that is held already answers 201 with its offset at the end.
pub(crate) async fn create(State(township): Here, From(caller): From, headers: HeaderMap) -> Response {
    if let Err(response) = version(&headers) {
        return *response;
    }
    let result = async {
        township.speaker(&caller)?;
        let spec = spec(&headers)?;
        let there = township.clone();
        let digest = spec.digest;
        let state = blocking(move || there.blob_begin(&caller, &spec)).await?;
        // A held blob has no upload any more; its digest is then the name under which HEAD tells that it is complete.
        let id = if state.id.is_empty() { digest.to_hex() } else { state.id.clone() };
        let mut response = answer::bare(StatusCode::CREATED);
        if let Ok(place) = HeaderValue::from_str(&format!("/api/blobs/{id}")) {
            response.headers_mut().insert(header::LOCATION, place);
        }
        progress(&township, &mut response, &state);
        Ok(response)
    };
    finish(result.await)
}

/// HEAD: how far the upload is.
pub(crate) async fn state(
    State(township): Here,
    From(caller): From,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if let Err(response) = version(&headers) {
        return *response;
    }
    let there = township.clone();
    let result = blocking(move || there.blob_state(&caller, &id)).await.map(|state| {
        let mut response = answer::bare(StatusCode::OK);
        progress(&township, &mut response, &state);
        response
    });
    finish(result)
}

/// DELETE: gives an upload up; its bytes are removed.
pub(crate) async fn abandon(
    State(township): Here,
    From(caller): From,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if let Err(response) = version(&headers) {
        return *response;
    }
    let result = blocking(move || township.blob_abandon(&caller, &id)).await;
    finish(result.map(|()| answer::bare(StatusCode::NO_CONTENT)))
}

/// PATCH: appends.
pub(crate) async fn append(
    State(township): Here,
    From(caller): From,
    Path(id): Path<String>,
    headers: HeaderMap,
    method: Method,
    body: Body,
) -> Response {
    if let Err(response) = version(&headers) {
        return *response;
    }
    debug_assert_eq!(method, Method::PATCH);
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/offset+octet-stream") {
        return finish(Ok(answer::bare(StatusCode::UNSUPPORTED_MEDIA_TYPE)));
    }
    let result = async {
        let offset = number(&headers, "upload-offset")?;
        let checksum = text(&headers, "upload-checksum")?.map(tus::checksum).transpose()?;
        let length = read::declared(&headers);
        let state = {
            let (there, caller, id) = (township.clone(), caller.clone(), id.clone());
            blocking(move || there.blob_state(&caller, &id)).await?
        };
        if state.offset != offset {
            return Err(Error::OffsetMismatch { offset: state.offset });
        }
        if length.is_some_and(|length| length > state.size - offset) {
            return Err(Error::TooLarge { what: "PATCH", limit: state.size - offset });
        }
        let patch = Patch { township: township.clone(), caller, id, offset, body };
        let state = match checksum {
            None => patch.stream(None, length).await?,
            Some(checksum) if length.is_some_and(|length| length <= MAX_CHECKED_PATCH) => {
                patch.held(checksum, length.unwrap_or_default()).await?
            }
            Some(checksum) => patch.stream(Some(checksum), length).await?,
        };
        let mut response = answer::bare(StatusCode::NO_CONTENT);
        progress(&township, &mut response, &state);
        Ok(response)
    };
    finish(result.await)
}

struct Patch {
    township: Township,
    caller: Caller,
    id: String,
    offset: u64,
    body: Body,
}

impl Patch {
    /// Small and checked: gathered, compared, then written. A cut one keeps what came, as the protocol asks.
    async fn held(mut self, checksum: [u8; 32], length: u64) -> Result<BlobState> {
        let share = self.township.gate().share(length).await?;
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        let whole = loop {
            match next(&mut self.body).await {
                None => break bytes.len() as u64 == length,
                Some(Err(())) => break false,
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        bytes.extend_from_slice(&data);
                    }
                }
            }
        };
        if whole && Digest::of(&bytes).0 != checksum {
            metrics::counter!("liuhen_checksum_mismatch_total").increment(1);
            return Err(Error::ChecksumMismatch);
        }
        let (there, caller, id, offset) = (self.township, self.caller, self.id, self.offset);
        let state = blocking(move || there.blob_append(&caller, &id, offset, &bytes)).await?;
        drop(share);
        if whole { Ok(state) } else { Err(Error::Malformed { what: "request body" }) }
    }

    /// Written as it comes. With a checksum, a complete PATCH that fails it returns to its start.
    async fn stream(mut self, checksum: Option<[u8; 32]>, length: Option<u64>) -> Result<BlobState> {
        use sha2::Digest as _;
        let _share = self.township.gate().share(2 * GATHER as u64).await?;
        let mark = if checksum.is_some() {
            let (there, caller, id) = (self.township.clone(), self.caller.clone(), self.id.clone());
            blocking(move || there.blob_mark(&caller, &id)).await?
        } else {
            Vec::new()
        };
        let mut hash = sha2::Sha256::new();
        let mut at = self.offset;
        let mut gathered = Vec::with_capacity(GATHER);
        let whole = loop {
            match next(&mut self.body).await {
                None => break length.is_none_or(|length| at + gathered.len() as u64 == self.offset + length),
                Some(Err(())) => break false,
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else { continue };
                    if checksum.is_some() {
                        hash.update(&data);
                    }
                    gathered.extend_from_slice(&data);
                    if gathered.len() >= GATHER {
                        let full = std::mem::replace(&mut gathered, Vec::with_capacity(GATHER));
                        at = write(self.township.clone(), self.caller.clone(), self.id.clone(), at, full)
                            .await?;
                    }
                }
            }
        };
        if !gathered.is_empty() {
            write(self.township.clone(), self.caller.clone(), self.id.clone(), at, gathered).await?;
        }
        if let Some(checksum) = checksum
            && whole
            && <[u8; 32]>::from(hash.finalize()) != checksum
        {
            metrics::counter!("liuhen_checksum_mismatch_total").increment(1);
            let (there, caller, id, offset) = (self.township, self.caller, self.id, self.offset);
            blocking(move || there.blob_rewind(&caller, &id, offset, &mark)).await?;
            return Err(Error::ChecksumMismatch);
        }
        let (there, caller, id) = (self.township, self.caller, self.id);
        let state = blocking(move || there.blob_settle(&caller, &id)).await?;
        if whole { Ok(state) } else { Err(Error::Malformed { what: "request body" }) }
    }
}

/// The next bytes of a body. A sender that says nothing for a minute is treated as cut off.
async fn next(body: &mut Body) -> Option<std::result::Result<Frame<Bytes>, ()>> {
    match tokio::time::timeout(SILENCE, body.frame()).await {
        Ok(None) => None,
        Ok(Some(frame)) => Some(frame.map_err(drop)),
        Err(_) => Some(Err(())),
    }
}

/// Hands gathered bytes to the disk; gives the next offset.
async fn write(there: Township, caller: Caller, id: String, at: u64, bytes: Vec<u8>) -> Result<u64> {
    blocking(move || there.blob_write(&caller, &id, at, &bytes)).await
}
