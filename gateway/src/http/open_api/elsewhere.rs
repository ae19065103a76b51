//! What stands behind the endpoints that are no plain REST: CometD, events and requests.
#![expect(dead_code, reason = "these functions are descriptions")]

use super::refusals::{NotSignedIn, Refusals};
use super::schemas::ErrorAnswer;

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", responses((status = 200, body = Value), Refusals))]
pub(super) fn open_api() {}

/// CometD (Bayeux 1.0): an array of messages, or one.
#[utoipa::path(
    post,
    path = "/api/v2/notifications",
    request_body(content = Value, description = "Messages of Bayeux."),
    responses(
        (status = 200, description = "Replies and messages.", body = Value),
        (status = 400, description = "No messages of Bayeux.", body = Value),
        (status = 401, description = "No cookie: `401::`", body = Value),
        (status = 403, description = "The page of another origin asks. statusCode 5.", body = ErrorAnswer),
        (status = 408, description = "The body did not come in time.", body = Value),
        (status = 413, description = "The body is too long.", body = Value),
        Refusals
    ),
    security(("cookie" = []))
)]
pub(super) fn cometd() {}

/// The same: clients differ.
#[utoipa::path(
    post,
    path = "/api/v2/notifications/",
    request_body(content = Value, description = "Messages of Bayeux."),
    responses((status = 200, description = "As without the slash.", body = Value)),
    security(("cookie" = []))
)]
pub(super) fn cometd_slash() {}

/// The same: clients name the kind of the message.
#[utoipa::path(
    post,
    path = "/api/v2/notifications/{kind}",
    params(("kind" = String, Path, description = "handshake, connect, subscribe, …; not looked at")),
    request_body(content = Value, description = "Messages of Bayeux."),
    responses((status = 200, description = "As without it.", body = Value)),
    security(("cookie" = []))
)]
pub(super) fn cometd_rest() {}

/// CometD over WebSocket.
#[utoipa::path(
    get,
    path = "/api/v2/notifications",
    responses(
        (status = 101, description = "It begins."),
        (status = 400, description = "No request for a WebSocket.", body = Value),
        (status = 401, description = "No cookie.", body = Value),
        (status = 403, description = "The page of another origin asks. statusCode 5.", body = ErrorAnswer),
        Refusals
    ),
    security(("cookie" = []))
)]
pub(super) fn web_socket() {}

/// Events of a SIP Server, a JSON object a line. Answered when they are durable.
#[utoipa::path(
    post,
    path = "/events",
    params(
        ("feed" = Option<String>, Query, description = "The name of the feed."),
        ("position" = Option<u64>, Query, description = "Its position after these events; a batch is not applied twice.")
    ),
    request_body(content = String, content_type = "application/x-ndjson"),
    responses(
        (status = 200, description = "At least one event was accepted.", body = Value),
        (status = 400, description = "None was.", body = Value),
        (status = 401, description = "Not the token.", body = ErrorAnswer),
        (status = 413, description = "The body is too long.", body = ErrorAnswer),
        Refusals
    ),
    security(("bearer" = []))
)]
pub(super) fn events() {}

/// How far a feed is.
#[utoipa::path(
    get,
    path = "/events/position",
    params(("feed" = String, Query, description = "The name of the feed.")),
    responses((status = 200, body = Value), (status = 401, body = ErrorAnswer), NotSignedIn, Refusals),
    security(("bearer" = []))
)]
pub(super) fn position() {}

/// The requests that operations made, a JSON object a line, each with its offset.
#[utoipa::path(
    get,
    path = "/requests",
    params(("from" = Option<u64>, Query, description = "The first offset.")),
    responses((status = 200, body = String, content_type = "application/x-ndjson"), (status = 401, body = ErrorAnswer), Refusals),
    security(("bearer" = []))
)]
pub(super) fn requests() {}

/// Requests that need not be kept.
#[utoipa::path(
    post,
    path = "/requests/confirm",
    request_body = Value,
    responses((status = 200, body = Value), (status = 400, body = ErrorAnswer), (status = 401, body = ErrorAnswer), Refusals),
    security(("bearer" = []))
)]
pub(super) fn confirm() {}
