//! What stands behind the endpoints that are no plain REST: CometD, events and requests.
#![expect(dead_code, reason = "these functions are descriptions")]

use super::refusals::{OfABody, OfAFeed, OfCometD, Refusals};
use super::schemas::{Confirmation, DialogInfoAnswer, ErrorAnswer, EventsAnswer, PositionAnswer, SentAnswer};

/// This document.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "This document",
    responses((status = 200, body = Value), Refusals)
)]
pub(super) fn open_api() {}

/// CometD (Bayeux 1.0): an array of messages, or one.
///
/// Shake hands (`/meta/handshake`), subscribe to `/v2/me/im-sessions` (`/meta/subscribe`), then connect again and
/// again (`/meta/connect`): a connect is held until there is something to say. Who does not connect for
/// `--max-interval` seconds (15 unless told otherwise) is forgotten, and told `402::Unknown client`: shake hands and
/// subscribe again.
///
/// A subscription brings all present sessions, completed ones included, each as a `StatusChange`. The `data` of a
/// message is one of
///
/// - `{"messageType":"IMSessionStateChangeMessage","notificationType":"StatusChange","imSession":{…}}`: the
///   session is new, or its state or its participants changed;
/// - the same with `"notificationType":"AttachedDataChanged"`: only its user data changed;
/// - `{"messageType":"IMLogUpdateMessage","notificationType":"NewMessage","imSessionPath":"…","message":"…"}`: a text;
///   it does not say who wrote it, and the one who wrote it gets it, too;
/// - `{"messageType":"ErrorMessage","operationName":"…","imSessionPath":"…","errorCode":…,"errorMessage":"…"}`: what
///   came of an operation that was sent and failed; `imSessionPath` and `errorCode` only where there is one.
#[utoipa::path(
    post,
    path = "/api/v2/notifications",
    tag = "Notifications",
    request_body(content = Value, description = "Messages of Bayeux."),
    responses((status = 200, description = "Replies and messages.", body = Value), OfCometD, OfABody, Refusals),
    security(("cookie" = []))
)]
pub(super) fn cometd() {}

/// The same: clients differ.
#[utoipa::path(
    post,
    path = "/api/v2/notifications/",
    tag = "Notifications",
    request_body(content = Value, description = "Messages of Bayeux."),
    responses((status = 200, description = "Replies and messages.", body = Value), OfCometD, OfABody, Refusals),
    security(("cookie" = []))
)]
pub(super) fn cometd_slash() {}

/// The same: clients name the kind of the message.
#[utoipa::path(
    post,
    path = "/api/v2/notifications/{kind}",
    tag = "Notifications",
    params(("kind" = String, Path, description = "handshake, connect, subscribe, …; not looked at")),
    request_body(content = Value, description = "Messages of Bayeux."),
    responses((status = 200, description = "Replies and messages.", body = Value), OfCometD, OfABody, Refusals),
    security(("cookie" = []))
)]
pub(super) fn cometd_rest() {}

/// CometD over WebSocket.
///
/// Each message of it has an array of Bayeux messages, or one. The cookie is needed, as for POST.
#[utoipa::path(
    get,
    path = "/api/v2/notifications",
    tag = "Notifications",
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
    tag = "Notifications",
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
    tag = "Notifications",
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

/// Events of a SIP Server, a JSON object a line.
///
/// 16 MiB at most. Answered when they are durable. Blank lines are skipped. Every other line that is no event is an
/// element of `errors`, with its line from 1; the others are applied. Of more than 1000 such lines `moreErrors` says
/// how many more. An event that answers a request has the ReferenceID of the request.
#[utoipa::path(
    post,
    path = "/events",
    tag = "A feed of your own",
    params(
        ("feed" = Option<String>, Query, description = "The name of the feed."),
        ("position" = Option<u64>, Query, description = "Its position after these events; a batch is not applied twice.")
    ),
    request_body(
        content = String,
        content_type = "application/x-ndjson",
        example = r#"{"Event":"EventRinging","ThisDN":"3001","OtherDN":"3009","CallUUID":"007","ConnID":"6f"}"#
    ),
    responses(
        (status = 200, description = "An event was accepted, or a position alone.", body = EventsAnswer),
        OfAFeed,
        OfABody,
        Refusals
    ),
    security(("bearer" = []))
)]
pub(super) fn events() {}

/// A dialog-info document (RFC 4235): in which states the dialogs of an agent are.
///
/// 64 KiB at most. Answered when its events are durable. Its entity has to be an address-of-record that the agents' file
/// gives to a device (`sip`); the sessions are those of the device's DN. A document whose version is not higher than the
/// last one's changes nothing, so that one that comes again does no harm.
#[utoipa::path(
    post,
    path = "/dialog-info",
    tag = "A feed of your own",
    params(
        ("feed" = Option<String>, Query, description = "The name of the feed."),
        ("position" = Option<u64>, Query, description = "Its position after this document; nothing is applied twice."),
        ("resubscribed" = Option<bool>, Query, description = "Whether it is the first one of a new subscription, whose \
            versions begin again.")
    ),
    request_body(
        content = String,
        content_type = "application/dialog-info+xml",
        example = r#"<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full" entity="sip:ann@example.com"><dialog id="d1" call-id="c1" local-tag="b1" remote-tag="a1" direction="recipient"><state>early</state><remote><identity>sip:bob@example.com</identity></remote></dialog></dialog-info>"#
    ),
    responses((status = 200, body = DialogInfoAnswer), OfAFeed, OfABody, Refusals),
    security(("bearer" = []))
)]
pub(super) fn dialog_info() {}

/// How far a feed is.
#[utoipa::path(
    get,
    path = "/events/position",
    tag = "A feed of your own",
    params(("feed" = String, Query, description = "The name of the feed.")),
    responses((status = 200, body = PositionAnswer), OfAFeed, Refusals),
    security(("bearer" = []))
)]
pub(super) fn position() {}

/// The requests that operations made, a JSON object a line, each with its offset.
///
/// It goes on as long as the connection does; an empty line says that the connection is still there.
///
/// A request is there until it is confirmed, settled by an event with its ReferenceID, or 30 seconds old, fetched or
/// not. A request that nothing settles for 30 seconds has failed: an ErrorMessage tells the agent that the SIP Server
/// did not answer in time.
#[utoipa::path(
    get,
    path = "/requests",
    tag = "A feed of your own",
    params(("from" = Option<u64>, Query, description = "The first offset.")),
    responses((status = 200, body = String, content_type = "application/x-ndjson"), OfAFeed, Refusals),
    security(("bearer" = []))
)]
pub(super) fn requests() {}

/// Requests that need not be kept: all up to this offset, and the one with it.
#[utoipa::path(
    post,
    path = "/requests/confirm",
    tag = "A feed of your own",
    request_body = Confirmation,
    responses((status = 200, body = SentAnswer), OfAFeed, OfABody, Refusals),
    security(("bearer" = []))
)]
pub(super) fn confirm() {}
