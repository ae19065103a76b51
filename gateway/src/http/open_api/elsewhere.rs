//! What stands behind the endpoints that are no plain REST: CometD, events and requests.
#![expect(dead_code, reason = "these functions are descriptions")]

use super::refusals::{OfAFeed, OfCometD, Refusals};
use super::schemas::{Confirmation, ErrorAnswer, SentAnswer};

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", responses((status = 200, body = Value), Refusals))]
pub(super) fn open_api() {}

/// CometD (Bayeux 1.0): an array of messages, or one.
#[utoipa::path(
    post,
    path = "/api/v2/notifications",
    request_body(content = Value, description = "Messages of Bayeux."),
    responses((status = 200, description = "Replies and messages.", body = Value), OfCometD, Refusals),
    security(("cookie" = []))
)]
pub(super) fn cometd() {}

/// The same: clients differ.
#[utoipa::path(
    post,
    path = "/api/v2/notifications/",
    request_body(content = Value, description = "Messages of Bayeux."),
    responses((status = 200, description = "Replies and messages.", body = Value), OfCometD, Refusals),
    security(("cookie" = []))
)]
pub(super) fn cometd_slash() {}

/// The same: clients name the kind of the message.
#[utoipa::path(
    post,
    path = "/api/v2/notifications/{kind}",
    params(("kind" = String, Path, description = "handshake, connect, subscribe, …; not looked at")),
    request_body(content = Value, description = "Messages of Bayeux."),
    responses((status = 200, description = "Replies and messages.", body = Value), OfCometD, Refusals),
    security(("cookie" = []))
)]
pub(super) fn cometd_rest() {}

/// CometD over WebSocket.
#[utoipa::path(
    get,
    path = "/api/v2/notifications",
    responses(
        (status = 101, description = "It begins."),
        (status = 405, description = "No request for a WebSocket. statusCode 3.", body = ErrorAnswer),
        OfCometD,
        Refusals
    ),
    security(("cookie" = []))
)]
pub(super) fn web_socket() {}

/// The same.
#[utoipa::path(
    get,
    path = "/api/v2/notifications/",
    responses(
        (status = 101, description = "It begins."),
        (status = 405, description = "No request for a WebSocket. statusCode 3.", body = ErrorAnswer),
        OfCometD,
        Refusals
    ),
    security(("cookie" = []))
)]
pub(super) fn web_socket_slash() {}

/// The same.
#[utoipa::path(
    get,
    path = "/api/v2/notifications/{kind}",
    params(("kind" = String, Path, description = "not looked at")),
    responses(
        (status = 101, description = "It begins."),
        (status = 405, description = "No request for a WebSocket. statusCode 3.", body = ErrorAnswer),
        OfCometD,
        Refusals
    ),
    security(("cookie" = []))
)]
pub(super) fn web_socket_rest() {}

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
        (status = 200, description = "What was accepted, or there was nothing to accept. `repeated` of the events were applied before.", body = Value),
        OfAFeed,
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
    responses((status = 200, body = Value), OfAFeed, Refusals),
    security(("bearer" = []))
)]
pub(super) fn position() {}

/// The requests that operations made, a JSON object a line, each with its offset.
#[utoipa::path(
    get,
    path = "/requests",
    params(("from" = Option<u64>, Query, description = "The first offset.")),
    responses((status = 200, body = String, content_type = "application/x-ndjson"), OfAFeed, Refusals),
    security(("bearer" = []))
)]
pub(super) fn requests() {}

/// Requests that need not be kept.
#[utoipa::path(
    post,
    path = "/requests/confirm",
    request_body = Confirmation,
    responses((status = 200, body = SentAnswer), OfAFeed, Refusals),
    security(("bearer" = []))
)]
pub(super) fn confirm() {}
