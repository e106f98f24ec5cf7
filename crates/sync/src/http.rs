//! The township's door over HTTPS: [`Township`] for a laptop.
//!
//! Every request is bounded in memory in both directions and paced by one speed limit. A request is given up when nothing moves
//! for two minutes, never because it takes long: 200 kbit/s with cuts is a normal line here. JSON travels as
//! zstd, unpacked with a hard limit. Statuses become [`DoorError`]s; nothing here retries, that is the session's business.
//!
//! The trait is blocking because a laptop's store is; a small tokio runtime does the waiting.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use liuhen_protocol::wire::{
    BlobSpec, BlobState, Challenge, ChallengeRequest, EnrolAnswer, EnrolRequest, HeadsAnswer, HeadsRequest,
    PullAnswer, PullRequest, PushBatch, ReceiptsAnswer, ReceiptsRequest, Session, SessionRequest,
    SignedInstruction, pack,
};
use liuhen_protocol::{Digest, DoorError, Token, Township};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::runtime::Runtime;

use crate::bandwidth::Bandwidth;
use crate::error::SyncError;

mod answer;
mod body;
mod line;
mod squeeze;
mod tls;
mod tus;

use answer::Answer;
use body::{Moved, PacedBody};
pub use line::LineMeter;
pub use tls::Trust;
use tls::{PinVerifier, client_config};

/// Largest answer in bytes after unpacking: a page of 8 MiB with its inclusion paths.
const MAX_ANSWER: usize = 24 << 20;
/// A request is given up when no byte moved for this long.
const IDLE: Duration = Duration::from_mins(2);
const CONNECT: Duration = Duration::from_secs(20);

/// One request.
struct Call<'a> {
    method: Method,
    path: &'a str,
    token: Option<&'a Token>,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
    limit: usize,
}

impl<'a> Call<'a> {
    fn new(method: Method, path: &'a str) -> Self {
        Self { method, path, token: None, headers: Vec::new(), body: Bytes::new(), limit: MAX_ANSWER }
    }

    fn token(mut self, token: &'a Token) -> Self {
        self.token = Some(token);
        self
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }
}

/// A township behind an address, over TLS with pinned keys.
pub struct HttpTownship {
    base: Url,
    client: Client,
    verifier: Arc<PinVerifier>,
    // In an Option only because a runtime must be given away to be ended without waiting.
    runtime: Option<Runtime>,
    bandwidth: Arc<Bandwidth>,
    line: Arc<LineMeter>,
}

impl std::fmt::Debug for HttpTownship {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpTownship").finish_non_exhaustive()
    }
}

impl Drop for HttpTownship {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Reads an address as a person types it: `https://` may be left out, other schemes are refused.
///
/// # Errors
/// [`SyncError::Address`].
pub fn parse_address(typed: &str) -> Result<Url, SyncError> {
    let typed = typed.trim();
    let text = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let url = Url::parse(&text).map_err(|_| SyncError::Address)?;
    let plain = url.path() == "/" && url.query().is_none() && url.username().is_empty();
    if url.scheme() != "https" || url.host_str().is_none_or(str::is_empty) || !plain {
        return Err(SyncError::Address);
    }
    Ok(url)
}

impl HttpTownship {
    /// A door at `address` that takes the keys of `trust`. No connection is made yet.
    ///
    /// # Errors
    /// [`SyncError::Address`] for an address that is none, [`SyncError::Setup`] when TLS or threads cannot be set up.
    pub fn new(
        address: &str,
        trust: Trust,
        bandwidth: Arc<Bandwidth>,
        line: Arc<LineMeter>,
    ) -> Result<Self, SyncError> {
        let base = parse_address(address)?;
        let (config, verifier) = client_config(trust).map_err(|error| SyncError::Setup(error.to_string()))?;
        let client = Client::builder()
            .tls_backend_preconfigured(config)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .pool_idle_timeout(Duration::from_secs(50))
            .tcp_nodelay(true)
            .http1_only()
            .build()
            .map_err(|error| SyncError::Setup(error.to_string()))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("liuhen-sync")
            .enable_all()
            .build()
            .map_err(|error| SyncError::Setup(error.to_string()))?;
        Ok(Self { base, client, verifier, runtime: Some(runtime), bandwidth, line })
    }

    /// SHA-256 of the public key (SPKI) that the server presented in the newest handshake.
    pub fn presented_key(&self) -> Option<Digest> {
        self.verifier.presented()
    }

    /// The address in use.
    pub fn address(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }

    fn call(&self, call: Call<'_>) -> Result<Answer, DoorError> {
        let runtime = self.runtime.as_ref().ok_or_else(|| unreachable("the client was shut down"))?;
        let sent = call.body.len();
        let begun = Instant::now();
        let answer = runtime.block_on(self.exchange(call))?;
        self.line.saw(sent, begun.elapsed());
        Ok(answer)
    }

    async fn exchange(&self, call: Call<'_>) -> Result<Answer, DoorError> {
        let moved = Arc::new(Moved::default());
        tokio::select! {
            answer = self.send(call, &moved) => answer,
            () = stalled(&moved) => Err(unreachable("no byte moved for two minutes")),
        }
    }

    async fn send(&self, call: Call<'_>, moved: &Arc<Moved>) -> Result<Answer, DoorError> {
        let url = self.base.join(call.path).map_err(|_| unreachable("bad path"))?;
        let mut request = self.client.request(call.method.clone(), url).header("accept-encoding", "zstd");
        if let Some(token) = call.token {
            request = request.bearer_auth(&token.0);
        }
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        if !call.body.is_empty() || call.method == Method::PATCH || call.method == Method::POST {
            self.line.sent_more(call.body.len());
            let body = PacedBody::new(call.body, Arc::clone(&self.bandwidth), Arc::clone(moved));
            request = request.body(reqwest::Body::wrap(body));
        }
        let mut response = request.send().await.map_err(|error| self.broken(&error))?;
        let status = response.status().as_u16();
        let headers: HeaderMap = std::mem::take(response.headers_mut());
        let mut body = Vec::new();
        if call.method != Method::HEAD {
            while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(&error))? {
                moved.add(chunk.len());
                self.line.received_more(chunk.len());
                if body.len() + chunk.len() > call.limit {
                    return Err(DoorError::TooLarge);
                }
                body.extend_from_slice(&chunk);
            }
        }
        Answer::read(status, headers, body, call.limit)
    }

    /// A failed exchange: another server in the township's place is told from a broken line.
    fn broken(&self, error: &reqwest::Error) -> DoorError {
        if error.is_connect() && self.verifier.refused() {
            return DoorError::UnpinnedKey;
        }
        // The URL may hold a host name that people chose; the kind of failure is enough.
        let reason = if error.is_connect() {
            "cannot connect"
        } else if error.is_timeout() {
            "timed out"
        } else {
            "the connection broke"
        };
        unreachable(reason)
    }

    fn ask<Q: Serialize, A: DeserializeOwned>(
        &self,
        path: &str,
        token: Option<&Token>,
        question: &Q,
    ) -> Result<A, DoorError> {
        let json = serde_json::to_vec(question).map_err(|_| malformed("request"))?;
        let mut call = Call::new(Method::POST, path).header("content-type", "application/json");
        if json.len() > squeeze::WORTH_IT {
            let level = squeeze::level_for(self.line.speed(), self.bandwidth.is_limited());
            call = call.header("content-encoding", "zstd");
            call.body = squeeze::zip(&json, level).map_err(|_| malformed("request"))?.into();
        } else {
            call.body = json.into();
        }
        call.token = token;
        self.call(call)?.ok()?.json()
    }
}

async fn stalled(moved: &Moved) {
    let mut before = moved.total();
    loop {
        tokio::time::sleep(IDLE).await;
        let now = moved.total();
        if now == before {
            return;
        }
        before = now;
    }
}

fn unreachable(reason: &str) -> DoorError {
    DoorError::Unreachable { reason: reason.to_owned() }
}

fn malformed(what: &str) -> DoorError {
    DoorError::Malformed { what: what.to_owned() }
}

impl Township for HttpTownship {
    fn note(&self) -> Result<String, DoorError> {
        let mut call = Call::new(Method::GET, "/api/note");
        call.limit = 256 << 10;
        self.call(call)?.ok()?.text()
    }

    fn enrol(&self, request: &EnrolRequest) -> Result<EnrolAnswer, DoorError> {
        self.ask("/api/enrol", None, request)
    }

    fn challenge(&self, request: &ChallengeRequest) -> Result<Challenge, DoorError> {
        self.ask("/api/challenge", None, request)
    }

    fn session(&self, request: &SessionRequest) -> Result<Session, DoorError> {
        self.ask("/api/session", None, request)
    }

    fn heads(&self, token: &Token, request: &HeadsRequest) -> Result<HeadsAnswer, DoorError> {
        self.ask("/api/heads", Some(token), request)
    }

    fn push(&self, token: &Token, batch: &PushBatch) -> Result<ReceiptsAnswer, DoorError> {
        self.ask("/api/push", Some(token), batch)
    }

    fn receipts(&self, token: &Token, request: &ReceiptsRequest) -> Result<ReceiptsAnswer, DoorError> {
        self.ask("/api/receipts", Some(token), request)
    }

    fn pull(&self, token: &Token, request: &PullRequest) -> Result<PullAnswer, DoorError> {
        self.ask("/api/pull", Some(token), request)
    }

    fn blob_begin(&self, token: &Token, spec: &BlobSpec) -> Result<BlobState, DoorError> {
        let call = tus::create(spec).token(token);
        tus::created(&self.call(call)?.ok()?, spec)
    }

    fn blob_state(&self, token: &Token, id: &str) -> Result<BlobState, DoorError> {
        let path = tus::path(id)?;
        let call = tus::head(&path).token(token);
        tus::state(&self.call(call)?.ok()?, id)
    }

    fn blob_append(
        &self,
        token: &Token,
        id: &str,
        offset: u64,
        bytes: &[u8],
    ) -> Result<BlobState, DoorError> {
        let path = tus::path(id)?;
        let call = tus::patch(&path, offset, bytes).token(token);
        tus::state(&self.call(call)?.ok()?, id)
    }

    fn pack(&self, token: &Token, files: &[(Digest, Vec<u8>)]) -> Result<Vec<Digest>, DoorError> {
        let body = pack(files).map_err(|_| DoorError::TooLarge)?;
        let call = Call::new(Method::POST, "/api/pack")
            .token(token)
            .header("content-type", "application/octet-stream")
            .body(body);
        self.call(call)?.ok()?.json()
    }

    fn blob_read(
        &self,
        token: &Token,
        digest: &Digest,
        from: u64,
        length: u64,
    ) -> Result<Vec<u8>, DoorError> {
        if length == 0 {
            return Ok(Vec::new());
        }
        let path = format!("/api/blobs/sha256/{}", digest.to_hex());
        let last = from.saturating_add(length - 1);
        let mut call =
            Call::new(Method::GET, &path).token(token).header("range", format!("bytes={from}-{last}"));
        call.limit = usize::try_from(length).map_err(|_| DoorError::TooLarge)?;
        Ok(self.call(call)?.ok()?.into_bytes())
    }

    fn oversight(&self, token: &Token) -> Result<serde_json::Value, DoorError> {
        self.call(Call::new(Method::GET, "/api/oversight").token(token))?.ok()?.json()
    }

    fn instruct(
        &self,
        token: &Token,
        instruction: &SignedInstruction,
    ) -> Result<serde_json::Value, DoorError> {
        self.ask("/api/instruct", Some(token), instruction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_come_without_scheme_but_never_without_tls() {
        assert_eq!(parse_address(" 192.0.2.1:8443/ ").expect("address").as_str(), "https://192.0.2.1:8443/");
        assert_eq!(parse_address("https://zhen.example").expect("address").as_str(), "https://zhen.example/");
        for bad in
            ["http://192.0.2.1", "", "https://", "ftp://a", "https://a/b", "https://me@a", "https://a?x"]
        {
            assert!(parse_address(bad).is_err(), "{bad}");
        }
    }
}
