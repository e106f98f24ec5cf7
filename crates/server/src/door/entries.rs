//! Note, enrolment, sign-in, and the four calls on entries: heads, push, pull, receipts.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use liuhen_protocol::wire::{
    ChallengeRequest, EnrolRequest, HeadsRequest, MAX_BATCH, MAX_INSTRUCTION, PullRequest, PushBatch,
    ReceiptsRequest, SessionRequest, SignedInstruction,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Result;
use crate::door::{From, Here, admit, answer, blocking, read};
use crate::limits::MAX_SMALL;
use crate::township::{Caller, PAGE_BYTES, Township};

/// Bytes of a request for receipts: 1,000 digests in base64 with room.
const MAX_LISTS: usize = 256 << 10;

/// The signed township note.
pub(crate) async fn note(State(township): Here, From(caller): From) -> Response {
    match admit(&township, &caller) {
        Ok(()) => ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], township.note()).into_response(),
        Err(error) => answer::fault(&error),
    }
}

/// Reads a JSON request, runs the call on a blocking thread, answers.
async fn call<Q, A>(
    township: Township,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
    limit: usize,
    run: impl FnOnce(&Township, &Caller, &Q) -> Result<A> + Send + 'static,
) -> Response
where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + 'static,
{
    let result = async {
        let (request, share) = read::json::<Q>(township.gate(), &headers, body, limit).await?;
        let answer = blocking(move || run(&township, &caller, &request)).await?;
        drop(share);
        Ok(answer)
    };
    answer::json(&headers, result.await)
}

/// Like [`call`] for doors without a session: the rate limit comes first.
macro_rules! open_door {
    ($(#[$doc:meta])* $name:ident, $request:ty) => {
        $(#[$doc])*
        pub(crate) async fn $name(
            State(township): Here,
            From(caller): From,
            headers: HeaderMap,
            body: Body,
        ) -> Response {
            if let Err(error) = admit(&township, &caller) {
                return answer::fault(&error);
            }
            call(township, caller, headers, body, MAX_SMALL, |township, caller, request: &$request| {
                township.$name(caller, request)
            })
            .await
        }
    };
}

/// Like [`call`] for doors with a session: a caller without one is sent away before the body is read.
macro_rules! session_door {
    ($(#[$doc:meta])* $name:ident, $request:ty, $limit:expr) => {
        $(#[$doc])*
        pub(crate) async fn $name(
            State(township): Here,
            From(caller): From,
            headers: HeaderMap,
            body: Body,
        ) -> Response {
            if let Err(error) = township.speaker(&caller) {
                return answer::fault(&error);
            }
            call(township, caller, headers, body, $limit, |township, caller, request: &$request| {
                township.$name(caller, request)
            })
            .await
        }
    };
}

open_door!(
    /// Enrols a key by a code.
    enrol, EnrolRequest
);
open_door!(
    /// Gives a challenge.
    challenge, ChallengeRequest
);
open_door!(
    /// Opens a session.
    session, SessionRequest
);
session_door!(
    /// How far series are held.
    heads, HeadsRequest, MAX_LISTS
);
session_door!(
    /// Takes a batch of entries.
    push, PushBatch, MAX_BATCH
);
session_door!(
    /// Gives receipts again.
    receipts, ReceiptsRequest, MAX_LISTS
);

session_door!(
    /// Does what somebody who runs the township says.
    instruct, SignedInstruction, 2 * MAX_INSTRUCTION
);

/// Gives a page of the caller's feed; a page counts in the bytes in flight, since it is built in memory.
pub(crate) async fn pull(
    State(township): Here,
    From(caller): From,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if let Err(error) = township.speaker(&caller) {
        return answer::fault(&error);
    }
    let result = async {
        let (request, _small) = read::json::<PullRequest>(township.gate(), &headers, body, MAX_SMALL).await?;
        let share = township.gate().share(2 * PAGE_BYTES as u64).await?;
        let there = township.clone();
        let page = blocking(move || there.pull(&caller, &request)).await?;
        Ok((page, share))
    };
    match result.await {
        Ok((page, share)) => {
            let response = answer::json(&headers, Ok(page));
            drop(share);
            response
        }
        Err(error) => answer::fault(&error),
    }
}
