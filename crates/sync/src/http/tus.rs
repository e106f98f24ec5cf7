//! The words of tus 1.0 as this client says and reads them: create, ask, append.
//!
//! Each PATCH carries the SHA-256 of its bytes. Beyond tus, a server says `Liuhen-Complete: 1` when the whole
//! was read again from storage and has the announced digest; a full length alone proves nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use liuhen_protocol::wire::{BlobSpec, BlobState};
use liuhen_protocol::{Digest, DoorError};
use reqwest::Method;

use super::answer::Answer;
use super::{Call, malformed};

const FOLDER: &str = "/api/blobs";
const VERSION: &str = "1.0.0";

/// The address of an upload; refuses ids that could be another path.
pub(crate) fn path(id: &str) -> Result<String, DoorError> {
    let plain = !id.is_empty()
        && id.len() <= 128
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if plain { Ok(format!("{FOLDER}/{id}")) } else { Err(malformed("upload id")) }
}

/// POST: announces a blob.
pub(crate) fn create(spec: &BlobSpec) -> Call<'static> {
    let metadata = format!(
        "sha256 {},kind {}",
        STANDARD.encode(spec.digest.to_hex()),
        STANDARD.encode(spec.kind.name())
    );
    Call::new(Method::POST, FOLDER)
        .header("tus-resumable", VERSION)
        .header("upload-length", spec.size.to_string())
        .header("upload-metadata", metadata)
}

/// Reads the answer to a POST.
pub(crate) fn created(answer: &Answer, spec: &BlobSpec) -> Result<BlobState, DoorError> {
    // Absolute or relative: only the last segment is an id, and only at the township we speak to.
    let id = answer.header("location").and_then(|place| place.rsplit('/').next()).unwrap_or("").to_owned();
    // A held blob has no upload: it is named by its digest.
    let complete = complete(answer) || id == spec.digest.to_hex();
    if !complete {
        path(&id)?;
    }
    let offset = if complete { spec.size } else { answer.number("upload-offset").unwrap_or(0) };
    Ok(BlobState { id, offset, size: spec.size, complete })
}

/// HEAD: how far an upload is.
pub(crate) fn head(path: &str) -> Call<'_> {
    Call::new(Method::HEAD, path).header("tus-resumable", VERSION)
}

/// PATCH: adds bytes.
pub(crate) fn patch<'a>(path: &'a str, offset: u64, bytes: &[u8]) -> Call<'a> {
    Call::new(Method::PATCH, path)
        .header("tus-resumable", VERSION)
        .header("content-type", "application/offset+octet-stream")
        .header("upload-offset", offset.to_string())
        .header("upload-checksum", format!("sha256 {}", STANDARD.encode(Digest::of(bytes).0)))
        .body(Bytes::copy_from_slice(bytes))
}

/// Reads the answer to HEAD and PATCH. PATCH need not repeat the length.
pub(crate) fn state(answer: &Answer, id: &str) -> Result<BlobState, DoorError> {
    let offset = answer.number("upload-offset").ok_or_else(|| malformed("upload offset"))?;
    let size = answer.number("upload-length").unwrap_or(0);
    Ok(BlobState { id: id.to_owned(), offset, size, complete: complete(answer) })
}

fn complete(answer: &Answer) -> bool {
    answer.header("liuhen-complete").is_some_and(|value| value.trim() == "1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_id_cannot_be_another_path() {
        assert_eq!(path("0f-1a").expect("path"), "/api/blobs/0f-1a");
        for bad in ["", "../push", "a/b", "a?b", "a b", "%2e"] {
            assert!(path(bad).is_err(), "{bad}");
        }
    }
}
