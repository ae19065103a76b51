//! `POST /events` and `GET /events/position`.

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use im_session::StatusCode as Code;
use serde::{Deserialize, Serialize};
use tokio::sync::SemaphorePermit;

use super::answer::{Failed, json};
use super::body::read_body;
use super::feed::{Feed, failed, wrong};
use crate::engine::FeedPosition;
use crate::event_lines::{EventLines, LineError, MOST_EVENTS, MOST_PAIRS};
use crate::feeds::hep;
use crate::simulator;

/// The longest body of events: 16 MiB.
pub const LONGEST_EVENTS: usize = 16 * 1_024 * 1_024;
/// The number of bytes of events that are read and applied at a time, over all requests. Further requests wait.
pub const EVENTS_AT_A_TIME: usize = LONGEST_EVENTS;
/// How many of these bytes one byte of a body counts as. A body of 400 kB can have as many events as one of 16 MiB, so
/// bodies of 1 MiB and more are read one at a time.
const ROOM_OF_A_BYTE: usize = 16;
/// The longest name of a feed, in bytes.
pub const LONGEST_FEED: usize = 255;

#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    feed: Option<String>,
    position: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Accepted {
    accepted: usize,
    position: Option<u64>,
    /// How many of the accepted events were skipped because the feed had already reached this position.
    #[serde(skip_serializing_if = "is_zero")]
    repeated: usize,
    errors: Vec<LineError>,
    #[serde(skip_serializing_if = "is_zero")]
    more_errors: usize,
}

#[derive(Debug, Serialize)]
struct Position {
    feed: String,
    position: Option<u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
pub(super) fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// Checks the name of the feed, if there is one.
fn feed_name(feed: Option<String>) -> Result<Option<String>, Failed> {
    match feed {
        Some(feed) if feed.is_empty() || feed.len() > LONGEST_FEED => {
            Err(wrong(format!("expected a feed's name of 1 to {LONGEST_FEED} bytes, found {} bytes", feed.len())))
        }
        feed => Ok(feed),
    }
}

/// The position of the feed after the events of a POST.
pub(super) fn feed_position(feed: Option<String>, position: Option<String>) -> Result<Option<FeedPosition>, Failed> {
    match (feed_name(feed)?, position) {
        // These feeds need the note that they store with their position after a restart.
        (Some(feed), _) if feed == simulator::FEED => Err(wrong(format!(
            "expected the name of another feed, found {feed:?}, which is the simulated SIP Server's"
        ))),
        (Some(feed), _) if feed == hep::FEED => {
            Err(wrong(format!("expected the name of another feed, found {feed:?}, which is that of capture agents")))
        }
        (_, None) => Ok(None),
        (None, Some(_)) => Err(wrong("a position needs its feed: expected the parameter feed, found none")),
        (Some(feed), Some(position)) => match position.parse() {
            Ok(position) => Ok(Some(FeedPosition::new(feed, position))),
            Err(_) => {
                let shown: String = position.chars().take(40).collect();
                Err(wrong(format!("expected a position from 0 to {}, found {shown:?}", u64::MAX)))
            }
        },
    }
}

pub(super) async fn post(
    State(feed): State<Feed>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failed> {
    let Query(parameters) = parameters.map_err(|error| wrong(error.body_text()))?;
    let feed_position = feed_position(parameters.feed, parameters.position)?;
    // The room is kept until the events are applied.
    let _room = room(&feed, &headers).await?;
    let body = read_body(body, LONGEST_EVENTS, feed.patience).await?;
    // Parsing megabytes takes a while. On another thread it does not delay other requests.
    let lines = tokio::task::spawn_blocking(move || EventLines::read(&body)).await;
    let EventLines { events, mut errors, more_errors, is_too_much } = lines.map_err(|error| {
        tracing::error!(%error, "events could not be read");
        Failed::new(Code::InternalError, "internal error")
    })?;
    if is_too_much {
        let message = format!("expected at most {MOST_EVENTS} events with {MOST_PAIRS} pairs in one request, got more");
        return Err(wrong(message).with_status(StatusCode::PAYLOAD_TOO_LARGE));
    }
    if events.is_empty() && errors.is_empty() && feed_position.is_none() {
        errors.push(LineError { line: 1, error: "expected events as JSON lines, found nothing".to_owned() });
    }
    if events.is_empty() && !errors.is_empty() {
        // Lines were sent, but none of them is an event. Nothing is applied, and the feed keeps its position. An empty
        // body with a position, however, moves the feed.
        let refused = Accepted { accepted: 0, position: None, repeated: 0, errors, more_errors };
        return Ok(json(StatusCode::BAD_REQUEST, &refused));
    }
    feed.names.admit(&*feed.engine, feed_position.as_ref()).await?;
    // `EventLines` has checked that every event has a route.
    let applied = feed.engine.events(feed_position, events).await.map_err(|error| failed(&error))?;
    let accepted = applied.results.iter().filter(|result| result.is_ok()).count();
    let repeated = if applied.repeated { accepted } else { 0 };
    Ok(json(StatusCode::OK, &Accepted { accepted, position: applied.position, repeated, errors, more_errors }))
}

/// Waits for as much room as the body's stated length needs. Without a stated length, it needs the maximum.
async fn room<'f>(feed: &'f Feed, headers: &HeaderMap) -> Result<SemaphorePermit<'f>, Failed> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    // A body that exceeds the maximum is refused while it is read.
    let length: usize = length.unwrap_or(LONGEST_EVENTS);
    // This is at most the whole room, so it fits.
    let length = length.saturating_mul(ROOM_OF_A_BYTE).min(EVENTS_AT_A_TIME);
    let room = feed.room.acquire_many(u32::try_from(length).unwrap_or(u32::MAX));
    let failed = || {
        Failed::new(Code::InternalError, "other events are being applied").with_status(StatusCode::SERVICE_UNAVAILABLE)
    };
    tokio::time::timeout(feed.patience, room).await.ok().and_then(Result::ok).ok_or_else(failed)
}

pub(super) async fn position(
    State(feed): State<Feed>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, Failed> {
    let Query(parameters) = parameters.map_err(|error| wrong(error.body_text()))?;
    let name = feed_name(parameters.feed)?.ok_or_else(|| wrong("expected the parameter feed, found none"))?;
    let known = feed.engine.feed(name.clone()).await.map_err(|error| failed(&error))?;
    Ok(json(StatusCode::OK, &Position { feed: name, position: known.map(|known| known.position) }))
}
