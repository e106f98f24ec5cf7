//! A request body that leaves slice by slice, paced and observed.
//!
//! Slices are views of one buffer, nothing is copied. Each slice waits for the speed limit and is counted, so that a stalled
//! line is told from a slow one: a request is given up when nothing moved for a while, never because it is large.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

use crate::bandwidth::Bandwidth;

/// Bytes handed to the connection at once.
const SLICE: usize = 32 * 1024;
/// The same under a speed limit: small, so that the limit is smooth.
const SLICE_LIMITED: usize = 4 * 1024;

/// What moved so far in one request; read by the watch that gives up stalled ones.
#[derive(Debug, Default)]
pub(crate) struct Moved(AtomicU64);

impl Moved {
    /// Counts bytes that moved, in either direction.
    pub(crate) fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Bytes moved until now.
    pub(crate) fn total(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A body of known length over one shared buffer.
pub(crate) struct PacedBody {
    rest: Bytes,
    limit: Arc<Bandwidth>,
    moved: Arc<Moved>,
    wait: Option<Pin<Box<Sleep>>>,
    paid: bool,
}

impl PacedBody {
    /// A body of `bytes` under `limit`, counted in `moved`.
    pub(crate) fn new(bytes: Bytes, limit: Arc<Bandwidth>, moved: Arc<Moved>) -> Self {
        Self { rest: bytes, limit, moved, wait: None, paid: false }
    }
}

impl Body for PacedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let most = if self.limit.is_limited() { SLICE_LIMITED } else { SLICE };
        let len = self.rest.len().min(most);
        if !self.paid {
            self.paid = true;
            let bytes = u32::try_from(len).unwrap_or(u32::MAX);
            let wait = self.limit.take(bytes, Instant::now());
            if !wait.is_zero() {
                self.wait = Some(Box::pin(tokio::time::sleep(wait)));
            }
        }
        if let Some(wait) = &mut self.wait {
            if wait.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.wait = None;
        }
        self.paid = false;
        self.moved.add(len);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(len)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
