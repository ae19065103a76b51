//! `GET /requests` and `POST /requests/confirm`.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::watch;

use super::answer::{Failed, json};
use super::body::{SMALL_BODY, read_body};
use super::feed::{Feed, failed, wrong};
use crate::engine::StoredRequest;

/// An empty line is sent after this time without a request, so that both sides notice a broken connection.
const HEARTBEAT: Duration = Duration::from_secs(15);

#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    from: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Confirmation {
    offset: u64,
}

/// The state of a stream of requests: what was sent, and what comes next.
struct Reading {
    feed: Feed,
    newest: watch::Receiver<u64>,
    from: u64,
    read: VecDeque<StoredRequest>,
}

impl Reading {
    /// The next piece of the body, or `None` at its end.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        loop {
            if let Some(request) = self.read.pop_front() {
                self.from = request.offset.saturating_add(1);
                let mut line = serde_json::to_vec(&request).ok()?;
                line.push(b'\n');
                return Some((Ok(line.into()), self));
            }
            if *self.feed.ending.borrow() {
                return None;
            }
            // This precedes the read, so that requests made in the meantime count as a change.
            self.newest.mark_unchanged();
            // If the engine has stopped, the body ends, so that the client connects to a running gateway.
            self.read = self.feed.engine.requests(self.from).await.ok()?.into();
            if self.read.is_empty() {
                let is_silent = tokio::select! {
                    changed = self.newest.changed() => { changed.ok()?; false }
                    _ = self.feed.ending.wait_for(|ending| *ending) => return None,
                    () = tokio::time::sleep(HEARTBEAT) => true,
                };
                if is_silent {
                    return Some((Ok(Bytes::from_static(b"\n")), self));
                }
            }
        }
    }
}

pub(super) async fn stream(
    State(feed): State<Feed>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, Failed> {
    let Query(parameters) = parameters.map_err(|error| wrong(error.body_text()))?;
    let from = match parameters.from {
        Some(from) => from.parse().map_err(|_| {
            let shown: String = from.chars().take(40).collect();
            wrong(format!("expected an offset from 0 to {}, found {shown:?}", u64::MAX))
        })?,
        None => 0,
    };
    let newest = feed.engine.newest_request();
    let reading = Reading { feed, newest, from, read: VecDeque::new() };
    let mut response = Response::new(Body::from_stream(stream::unfold(reading, Reading::next)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    Ok(response)
}

pub(super) async fn confirm(State(feed): State<Feed>, body: Body) -> Result<Response, Failed> {
    let body = read_body(body, SMALL_BODY, feed.patience).await?;
    let Confirmation { offset } = serde_json::from_slice(&body)
        .map_err(|error| wrong(format!("expected {{\"offset\":OFFSET}}, found something else: {error}")))?;
    feed.engine.confirm_requests(offset).await.map_err(|error| failed(&error))?;
    Ok(json(StatusCode::OK, &im_session::resource::Sent))
}
