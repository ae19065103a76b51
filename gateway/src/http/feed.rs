//! The routes for a bridge to a SIP Server: events in, requests out, with a bearer token. Gateway specification 4.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use im_session::StatusCode as Code;
use tokio::sync::{Semaphore, watch};

use super::answer::Failed;
use super::bearer::{self, BearerToken};
use super::events::EVENTS_AT_A_TIME;
use super::feed_names::FeedNames;
use super::{events, requests};
use crate::engine::{Engine, EngineError};

/// The shared state of these routes.
#[derive(Clone)]
pub(super) struct Feed {
    pub(super) engine: Arc<dyn Engine>,
    pub(super) ending: watch::Receiver<bool>,
    pub(super) patience: Duration,
    pub(super) names: FeedNames,
    /// The room for events, in bytes that may be read and applied at a time.
    pub(super) room: Arc<Semaphore>,
}

/// The routes `/events`, `/events/position`, `/requests` and `/requests/confirm`, for clients with the token. A body
/// may take `patience`; held requests are answered when `ending` becomes true.
pub fn feed_routes(
    engine: Arc<dyn Engine>,
    token: BearerToken,
    ending: watch::Receiver<bool>,
    patience: Duration,
) -> Router {
    let (names, room) = (FeedNames::default(), Arc::new(Semaphore::new(EVENTS_AT_A_TIME)));
    Router::new()
        .route("/events", post(events::post))
        .route("/events/position", get(events::position))
        .route("/requests", get(requests::stream))
        .route("/requests/confirm", post(requests::confirm))
        .route_layer(from_fn_with_state(token, bearer::check))
        .with_state(Feed { engine, ending, patience, names, room })
}

/// The response if the engine fails. The error is logged but not sent, because it may contain an address.
pub(super) fn failed(error: &EngineError) -> Failed {
    tracing::error!(%error, "the engine does not answer");
    Failed::new(Code::InternalError, "the store does not answer")
}

/// The response to a query that cannot be read.
pub(super) fn wrong(message: impl Into<String>) -> Failed {
    Failed::new(Code::InputValidation, message)
}
