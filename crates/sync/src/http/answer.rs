//! A whole answer in memory, and what its status means.
//!
//! Every status becomes one [`DoorError`]; a township says more in `{"code": …}`. Statuses that the protocol does not know are
//! treated as a failing server, never as a refusal: nothing is given up because of them.

use liuhen_protocol::DoorError;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{malformed, squeeze, unreachable};

/// Seconds to wait when a busy server names none.
const DEFAULT_RETRY: u64 = 5;

/// An answer: status, headers, unpacked body.
pub(crate) struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

#[derive(Deserialize)]
struct Coded {
    code: String,
}

impl Answer {
    /// Unpacks the body if it is zstd; refuses other encodings.
    pub(crate) fn read(
        status: u16,
        headers: HeaderMap,
        body: Vec<u8>,
        limit: usize,
    ) -> Result<Self, DoorError> {
        let encoding = headers.get("content-encoding").map(|value| value.as_bytes().to_ascii_lowercase());
        let body = match encoding.as_deref() {
            None | Some(b"identity" | b"") => body,
            Some(b"zstd") if body.is_empty() => body,
            Some(b"zstd") => squeeze::unzip(&body, limit).ok_or_else(|| malformed("zstd answer"))?,
            Some(_) => return Err(malformed("content encoding")),
        };
        Ok(Self { status, headers, body })
    }

    /// The answer itself when the status says success.
    pub(crate) fn ok(self) -> Result<Self, DoorError> {
        match self.status {
            200 | 201 | 204 | 206 => Ok(self),
            _ => Err(self.error()),
        }
    }

    /// A number in a header.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.headers.get(name)?.to_str().ok()?.trim().parse().ok()
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    pub(crate) fn json<A: DeserializeOwned>(&self) -> Result<A, DoorError> {
        serde_json::from_slice(&self.body).map_err(|_| malformed("answer"))
    }

    /// The body as text.
    pub(crate) fn text(self) -> Result<String, DoorError> {
        String::from_utf8(self.body).map_err(|_| malformed("answer"))
    }

    /// The body.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.body
    }

    fn code(&self) -> Option<String> {
        let code = serde_json::from_slice::<Coded>(&self.body).ok()?.code;
        let plain =
            code.len() <= 64 && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'.');
        plain.then_some(code)
    }

    fn error(&self) -> DoorError {
        let code = self.code();
        let refused = |code: Option<String>| DoorError::Refused {
            code: code.unwrap_or_else(|| format!("http_{}", self.status)),
        };
        let busy = || DoorError::Busy { retry_after: self.number("retry-after").unwrap_or(DEFAULT_RETRY) };
        match self.status {
            401 => DoorError::Unauthorised,
            404 => DoorError::NotFound,
            409 => match self.number("upload-offset") {
                Some(offset) => DoorError::OffsetMismatch { offset },
                None => refused(code),
            },
            410 => match code.as_deref() {
                None | Some("upload_gone") => DoorError::Gone,
                _ => refused(code),
            },
            413 => DoorError::TooLarge,
            // 422 is a whole file with another digest, 460 a piece with another checksum.
            422 | 460 => DoorError::ChecksumMismatch,
            400 | 415 | 416 | 411 | 412 => {
                DoorError::Malformed { what: code.unwrap_or_else(|| format!("http_{}", self.status)) }
            }
            403 => refused(code),
            408 | 423 | 429 | 503 => busy(),
            500 | 507 => DoorError::Storage,
            _ => unreachable("the server answered with an unexpected status"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> DoorError {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().expect("header"));
        }
        let Ok(answer) = Answer::read(status, map, body.as_bytes().to_vec(), 1000) else {
            panic!("unreadable")
        };
        answer.ok().err().expect("an error")
    }

    #[test]
    fn every_status_has_its_meaning() {
        let refused = |code: &str| DoorError::Refused { code: code.to_owned() };
        assert_eq!(answer(403, &[], r#"{"code":"code_used"}"#), refused("code_used"));
        assert_eq!(answer(410, &[], r#"{"code":"code_expired"}"#), refused("code_expired"));
        assert_eq!(answer(410, &[], ""), DoorError::Gone);
        assert_eq!(answer(409, &[("upload-offset", "7")], ""), DoorError::OffsetMismatch { offset: 7 });
        assert_eq!(answer(503, &[("retry-after", "9")], ""), DoorError::Busy { retry_after: 9 });
        assert_eq!(answer(429, &[], ""), DoorError::Busy { retry_after: 5 });
        assert_eq!(answer(460, &[], ""), DoorError::ChecksumMismatch);
        assert_eq!(answer(401, &[], ""), DoorError::Unauthorised);
        assert_eq!(answer(500, &[], ""), DoorError::Storage);
        assert!(matches!(answer(302, &[], ""), DoorError::Unreachable { .. }));
    }

    #[test]
    fn a_code_that_could_be_a_sentence_is_not_passed_on() {
        let odd = answer(403, &[], r#"{"code":"<b>Zhang San</b>"}"#);
        assert_eq!(odd, DoorError::Refused { code: "http_403".into() });
    }
}
