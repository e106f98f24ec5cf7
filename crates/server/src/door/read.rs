//! Reading request bodies within their bounds: declared length first, then what really comes, then what it unpacks to.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt as _, Limited};
use serde::de::DeserializeOwned;

use crate::door::squeeze;
use crate::limits::{Gate, Share};
use crate::{Error, Result};

/// How much larger than its packed form a batch is assumed to be, for the account of bytes in flight.
const USUAL_RATIO: u64 = 8;

/// The declared length, if any.
pub(crate) fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// How much of a refused body is read before its connection is cut: four times the largest that is taken.
const DISCARDED: usize = 4 * liuhen_protocol::wire::MAX_BATCH;

fn is_zstd(headers: &HeaderMap) -> Result<bool> {
    match headers.get(header::CONTENT_ENCODING).map(|value| value.to_str()) {
        None | Some(Ok("identity")) => Ok(false),
        Some(Ok("zstd")) => Ok(true),
        Some(_) => Err(Error::Malformed { what: "Content-Encoding" }),
    }
}

/// Reads a body that is refused to its end, within reason: a sender that is cut off while it writes sees a reset
/// connection instead of the answer.
async fn discard(body: Body) {
    let mut rest = Limited::new(body, DISCARDED);
    while let Some(Ok(_)) = rest.frame().await {}
}

/// The bytes of a body, unpacked, and the share of memory they stand for.
pub(crate) async fn bytes(
    gate: &Gate,
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<(Vec<u8>, Share)> {
    let most = limit as u64;
    let length = declared(headers);
    if length.is_some_and(|length| length > most) {
        discard(body).await;
        return Err(Error::TooLarge { what: "request", limit: most });
    }
    let zstd = is_zstd(headers)?;
    let expected = length.unwrap_or(most);
    let share = gate.share(if zstd { (expected * USUAL_RATIO).min(most) } else { expected }).await?;
    let raw = Limited::new(body, limit).collect().await.map_err(|error| {
        if error.downcast_ref::<http_body_util::LengthLimitError>().is_some() {
            Error::TooLarge { what: "request", limit: most }
        } else {
            Error::Malformed { what: "request body" }
        }
    })?;
    let raw = raw.to_bytes();
    if !zstd {
        return Ok((raw.to_vec(), share));
    }
    let unpacked = crate::door::blocking(move || squeeze::unzip(&raw, limit)).await?;
    Ok((unpacked, share))
}

/// A JSON body.
pub(crate) async fn json<T: DeserializeOwned + Send + 'static>(
    gate: &Gate,
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<(T, Share)> {
    let (bytes, share) = bytes(gate, headers, body, limit).await?;
    let value = serde_json::from_slice(&bytes).map_err(|_| Error::Malformed { what: "JSON" })?;
    Ok((value, share))
}
