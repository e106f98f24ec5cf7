//! `GET /media/<token>`: bytes of one file, by range, decrypted as they go out.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use liuhen_app::{MediaReader, Showing};
use tokio::io::AsyncWriteExt as _;
use tokio_util::io::ReaderStream;

use crate::answer;
use crate::desk::Door;
use crate::gate::header_text;

/// Bytes read and sent at a time.
const PIECE: u64 = 256 * 1024;

/// Types a browser may show in place. Everything else is offered as a file, so that no markup of
/// a foreign file ever runs here.
const SHOWN: &[&str] = &[
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/bmp",
    "image/gif",
    "video/mp4",
    "video/quicktime",
    "video/webm",
    "audio/mpeg",
    "audio/mp4",
    "audio/aac",
    "audio/wav",
    "audio/x-wav",
    "audio/ogg",
    "audio/flac",
    "audio/amr",
    "application/pdf",
];

/// First and last byte asked for.
#[derive(Debug, PartialEq, Eq)]
enum Range {
    Whole,
    Part(u64, u64),
    Unsatisfiable,
}

/// Reads `Range: bytes=…`. Several ranges or another unit mean the whole, as RFC 9110 allows.
fn range_of(header: Option<&str>, size: u64) -> Range {
    let Some(spec) = header.and_then(|text| text.strip_prefix("bytes=")) else { return Range::Whole };
    let Some((from, to)) = spec.split_once('-') else { return Range::Whole };
    if spec.contains(',') {
        return Range::Whole;
    }
    let number = |text: &str| (!text.is_empty()).then(|| text.parse::<u64>().ok());
    match (number(from), number(to)) {
        (Some(Some(from)), None) if from < size => Range::Part(from, size - 1),
        (Some(Some(from)), Some(Some(to))) if from <= to && from < size => {
            Range::Part(from, to.min(size - 1))
        }
        (Some(Some(from)), Some(Some(to))) if from > to => Range::Whole,
        (None, Some(Some(last))) if last > 0 && size > 0 => Range::Part(size - last.min(size), size - 1),
        (Some(Some(_)), _) | (None, Some(Some(_))) => Range::Unsatisfiable,
        _ => Range::Whole,
    }
}

/// Serves a file, or the part asked for.
pub(crate) async fn media(
    State(door): State<Arc<Door>>,
    Path(token): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let Some(showing) = door.tokens.showing(&token) else {
        return answer::refused(StatusCode::NOT_FOUND, "no such address, or it has expired");
    };
    let laptop = door.laptop.clone();
    let wanted = showing.clone();
    let opened = tokio::task::spawn_blocking(move || laptop.read_media(&wanted)).await;
    let reader = match opened {
        Ok(Ok(reader)) => reader,
        Ok(Err(error)) => return answer::failed(&error),
        Err(_) => return answer::refused(StatusCode::INTERNAL_SERVER_ERROR, "the file cannot be read"),
    };
    let size = reader.size();
    let (status, from, length) = match range_of(header_text(&headers, "range"), size) {
        Range::Whole => (StatusCode::OK, 0, size),
        Range::Part(from, to) => (StatusCode::PARTIAL_CONTENT, from, to - from + 1),
        Range::Unsatisfiable => {
            let mut response = answer::refused(StatusCode::RANGE_NOT_SATISFIABLE, "");
            set(response.headers_mut(), header::CONTENT_RANGE, &format!("bytes */{size}"));
            return response;
        }
    };
    let body = if method == Method::HEAD { Body::empty() } else { stream(reader, from, length, &door) };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    describe(headers, &showing);
    set(headers, header::CONTENT_LENGTH, &length.to_string());
    if status == StatusCode::PARTIAL_CONTENT {
        set(headers, header::CONTENT_RANGE, &format!("bytes {from}-{}/{size}", from + length - 1));
    }
    response
}

fn describe(headers: &mut HeaderMap, showing: &Showing) {
    let mime = if showing.thumbnail { "image/jpeg" } else { showing.mime.as_str() };
    let shown = SHOWN.contains(&mime);
    set(headers, header::CONTENT_TYPE, if shown { mime } else { "application/octet-stream" });
    if !shown {
        set(headers, header::CONTENT_DISPOSITION, "attachment");
    }
    set(headers, header::ACCEPT_RANGES, "bytes");
    // The bytes are foreign: whatever they are, they run nothing and load nothing.
    set(headers, header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
}

fn set(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// Reads on a blocking thread, piece by piece, as fast as the other side takes them.
fn stream(reader: MediaReader, from: u64, length: u64, door: &Arc<Door>) -> Body {
    let (mut writer, outgoing) = tokio::io::duplex(2 * 256 * 1024);
    let mut stopped = door.stopping.subscribe();
    tokio::spawn(async move {
        let mut reader = reader;
        if reader.seek(SeekFrom::Start(from)).is_err() {
            return;
        }
        let mut left = length;
        while left > 0 {
            let want = left.min(PIECE);
            let step = tokio::task::spawn_blocking(move || {
                let mut piece = Vec::new();
                let read = reader.by_ref().take(want).read_to_end(&mut piece);
                (reader, read.map(|_| piece))
            });
            let piece = tokio::select! {
                step = step => step,
                _ = stopped.wait_for(|stop| *stop) => return,
            };
            let Ok((back, Ok(piece))) = piece else { return };
            if piece.is_empty() || writer.write_all(&piece).await.is_err() {
                return;
            }
            left = left.saturating_sub(piece.len() as u64);
            reader = back;
        }
    });
    Body::from_stream(ReaderStream::new(outgoing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_the_standard_says() {
        assert_eq!(range_of(None, 10), Range::Whole);
        assert_eq!(range_of(Some("bytes=0-"), 10), Range::Part(0, 9));
        assert_eq!(range_of(Some("bytes=2-4"), 10), Range::Part(2, 4));
        assert_eq!(range_of(Some("bytes=2-400"), 10), Range::Part(2, 9));
        assert_eq!(range_of(Some("bytes=-3"), 10), Range::Part(7, 9));
        assert_eq!(range_of(Some("bytes=-30"), 10), Range::Part(0, 9));
    }

    #[test]
    fn a_range_that_cannot_be_served_is_refused_and_nonsense_ignored() {
        assert_eq!(range_of(Some("bytes=10-"), 10), Range::Unsatisfiable);
        assert_eq!(range_of(Some("bytes=-0"), 10), Range::Unsatisfiable);
        assert_eq!(range_of(Some("bytes=0-"), 0), Range::Unsatisfiable);
        assert_eq!(range_of(Some("bytes=4-2"), 10), Range::Whole);
        assert_eq!(range_of(Some("bytes=0-1,3-4"), 10), Range::Whole);
        assert_eq!(range_of(Some("lines=1-2"), 10), Range::Whole);
        assert_eq!(range_of(Some("bytes=99999999999999999999-"), 10), Range::Whole);
    }
}
