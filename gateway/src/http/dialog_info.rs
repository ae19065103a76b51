//! `POST /dialog-info`: dialog-info documents (RFC 4235), with the bearer token of feeds. Gateway specification 4.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::post;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::Gateway;
use super::answer::{Failed, json};
use super::bearer::{self, BearerToken};
use super::events::{feed_position, is_zero};
use super::feed::{failed, wrong};
use super::feed_names::FeedNames;
use crate::feeds::dialog_info::{DialogInfos, Taken};

#[derive(Clone)]
struct Shared {
    gateway: Gateway,
    /// Locked while a document is processed, because the documents' versions must rise.
    dialogs: Arc<Mutex<DialogInfos>>,
    names: FeedNames,
}

#[derive(Debug, Deserialize)]
struct Parameters {
    feed: Option<String>,
    position: Option<String>,
    resubscribed: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Accepted {
    /// How many events the document caused.
    accepted: usize,
    position: Option<u64>,
    /// How many of them were skipped because the feed had already reached this position.
    #[serde(skip_serializing_if = "is_zero")]
    repeated: usize,
    needs_refresh: bool,
}

/// The route `/dialog-info`, for clients with the token.
pub fn dialog_info_routes(gateway: Gateway, token: BearerToken) -> Router {
    let (dialogs, names) = (Arc::default(), FeedNames::default());
    Router::new()
        .route("/dialog-info", post(take))
        .route_layer(from_fn_with_state(token, bearer::check))
        .with_state(Shared { gateway, dialogs, names })
}

async fn take(
    State(Shared { gateway, dialogs, names }): State<Shared>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    body: Body,
) -> Result<Response, Failed> {
    let Query(Parameters { feed, position, resubscribed }) = parameters.map_err(|error| wrong(error.body_text()))?;
    let feed_position = feed_position(feed, position)?;
    let resubscribed = match resubscribed.as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(other) => {
            let shown: String = other.chars().take(40).collect();
            return Err(wrong(format!("resubscribed: expected true or false, found {shown:?}")));
        }
    };
    let document = gateway.read_body(body).await?;
    let apply = async move {
        // Held until the events are durable, so that the events of the next document come after them.
        let mut dialogs = dialogs.lock().await;
        let (agents, now) = (gateway.directory().current(), gateway.surroundings().clock.now());
        let taken = dialogs.take(&document.bytes, resubscribed, &agents, now);
        gateway.metrics().dialog_info(taken.is_ok());
        let Taken { events, needs_refresh } = taken.map_err(|error| wrong(error.to_string()))?;
        let accepted = events.len();
        names.admit(&**gateway.engine(), feed_position.as_ref()).await?;
        let applied = gateway.engine().events(feed_position, events).await.map_err(|error| failed(&error))?;
        let repeated = if applied.repeated { accepted } else { 0 };
        Ok::<_, Failed>(Accepted { accepted, position: applied.position, repeated, needs_refresh })
    };
    // Runs in a separate task. Otherwise a client that disconnects could stop it after the document was processed but
    // before its events are applied.
    let accepted = tokio::spawn(apply).await.map_err(|error| {
        tracing::error!(%error, "a dialog-info document was not taken");
        Failed::new(im_session::StatusCode::InternalError, "internal error")
    })??;
    Ok(json(StatusCode::OK, &accepted))
}
