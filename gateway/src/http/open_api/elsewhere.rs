//! The endpoints that are not plain REST: CometD, events and requests.
#![expect(dead_code, reason = "these functions are descriptions")]

use super::refusals::{Busy, OfABody, OfAFeed, OfCometD, Refusals};
use super::schemas::{Confirmation, DialogInfoAnswer, ErrorAnswer, EventsAnswer, PositionAnswer, SentAnswer};

/// This document.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "This document",
    responses((status = 200, body = Value), Refusals)
)]
pub(super) fn open_api() {}

/// CometD (Bayeux 1.0): an array of messages, or one message.
///
/// Shake hands (`/meta/handshake`), subscribe to `/v2/me/im-sessions` (`/meta/subscribe`), then connect again and again
/// (`/meta/connect`): a connect is held until there is something to send. A client that does not connect for
/// `--max-interval` seconds (15 by default) is forgotten and gets `402::Unknown client`: shake hands and subscribe
/// again.
///
/// A subscription begins with all current sessions, completed ones included, each as a `StatusChange`. The `data` of a
/// message is one of
///
/// - `{"messageType":"IMSessionStateChangeMessage","notificationType":"StatusChange","imSession":{…}}`: the
///   session is new, or its state or its participants changed;
/// - the same with `"notificationType":"AttachedDataChanged"`: only its user data changed;
/// - `{"messageType":"IMLogUpdateMessage","notificationType":"NewMessage","imSessionPath":"…","message":"…"}`: a text;
///   it does not say who wrote it, and its author gets it, too;
/// - `{"messageType":"ErrorMessage","operationName":"…","imSessionPath":"…","errorCode":…,"errorMessage":"…"}`: an
///   operation that was sent has failed; `imSessionPath` and `errorCode` are present only if there is one.
#[utoipa::path(
    post,
    path = "/api/v2/notifications",
    tag = "Notifications",
    request_body(content = Value, description = "Messages of Bayeux."),
    responses((status = 200, description = "Replies and messages.", body = Value), OfCometD, OfABody, Busy, Refusals),
    security(("cookie" = []))
)]
pub(super) fn cometd() {}

/// The same with a trailing slash, which some clients append.
#[utoipa::path(
    post,
    path = "/api/v2/notifications/",
    tag = "Notifications",
    request_body(content = Value, description = "Messages of Bayeux."),
    responses((status = 200, description = "Replies and messages.", body = Value), OfCometD, OfABody, Busy, Refusals),
    security(("cookie" = []))
)]
pub(super) fn cometd_slash() {}

/// The same with the kind of the message, which some clients append.
#[utoipa::path(
    post,
    path = "/api/v2/notifications/{kind}",
    tag = "Notifications",
    params(("kind" = String, Path, description = "handshake, connect, subscribe, …; ignored")),
    request_body(content = Value, description = "Messages of Bayeux."),
    responses((status = 200, description = "Replies and messages.", body = Value), OfCometD, OfABody, Busy, Refusals),
    security(("cookie" = []))
)]
pub(super) fn cometd_rest() {}

/// CometD over WebSocket.
///
/// Each WebSocket message contains an array of Bayeux messages, or one Bayeux message. The cookie is required, as for
/// POST.
#[utoipa::path(
    get,
    path = "/api/v2/notifications",
    tag = "Notifications",
    responses(
        (status = 101, description = "It begins."),
        (status = 405, description = "The request opens no WebSocket. statusCode 3.", body = ErrorAnswer),
        OfCometD,
        Refusals
    ),
    security(("cookie" = []))
)]
pub(super) fn web_socket() {}

/// The same with a trailing slash.
#[utoipa::path(
    get,
    path = "/api/v2/notifications/",
    tag = "Notifications",
    responses(
        (status = 101, description = "It begins."),
        (status = 405, description = "The request opens no WebSocket. statusCode 3.", body = ErrorAnswer),
        OfCometD,
        Refusals
    ),
    security(("cookie" = []))
)]
pub(super) fn web_socket_slash() {}

/// The same with a kind, as for POST.
#[utoipa::path(
    get,
    path = "/api/v2/notifications/{kind}",
    tag = "Notifications",
    params(("kind" = String, Path, description = "ignored")),
    responses(
        (status = 101, description = "It begins."),
        (status = 405, description = "The request opens no WebSocket. statusCode 3.", body = ErrorAnswer),
        OfCometD,
        Refusals
    ),
    security(("cookie" = []))
)]
pub(super) fn web_socket_rest() {}

/// Events of a SIP Server, one JSON object per line.
///
/// 16 MiB, 20 000 events and 200 000 pairs of user data and extensions at most. The response is sent when they are
/// durable. Blank lines are skipped. Every other line that is not an
/// event is listed in `errors`, with its number from 1; the remaining lines are applied. Beyond 1000 errors,
/// `moreErrors` has the number of further ones. An event that answers a request has the ReferenceID of the request.
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
        Busy,
        Refusals
    ),
    security(("bearer" = []))
)]
pub(super) fn events() {}

/// A dialog-info document (RFC 4235): the states of an agent's dialogs.
///
/// 64 KiB at most. The response is sent when its events are durable. Its entity has to be an address-of-record that the
/// agents' file assigns to a device (`sip`); the sessions are those of the device's DN. A document with a version that
/// is not higher than the last one changes nothing, so it is safe to send one again.
#[utoipa::path(
    post,
    path = "/dialog-info",
    tag = "A feed of your own",
    params(
        ("feed" = Option<String>, Query, description = "The name of the feed."),
        ("position" = Option<u64>, Query, description = "Its position after this document; nothing is applied twice."),
        ("resubscribed" = Option<bool>, Query, description = "Whether it is the first of a new subscription, whose \
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

/// The position of a feed.
#[utoipa::path(
    get,
    path = "/events/position",
    tag = "A feed of your own",
    params(("feed" = String, Query, description = "The name of the feed.")),
    responses((status = 200, body = PositionAnswer), OfAFeed, Refusals),
    security(("bearer" = []))
)]
pub(super) fn position() {}

/// The requests that operations made, one JSON object per line, each with its offset.
///
/// The response continues as long as the connection; an empty line shows that the connection is still alive.
///
/// A request is listed until it is confirmed, until an event with its ReferenceID settles it, or for 30 seconds. A
/// request that is not settled for 30 seconds has failed: the agent gets an ErrorMessage saying that the SIP Server did
/// not answer in time.
#[utoipa::path(
    get,
    path = "/requests",
    tag = "A feed of your own",
    params(("from" = Option<u64>, Query, description = "The first offset.")),
    responses((status = 200, body = String, content_type = "application/x-ndjson"), OfAFeed, Refusals),
    security(("bearer" = []))
)]
pub(super) fn requests() {}

/// Confirms requests: all up to and including this offset need no longer be kept.
#[utoipa::path(
    post,
    path = "/requests/confirm",
    tag = "A feed of your own",
    request_body = Confirmation,
    responses((status = 200, body = SentAnswer), OfAFeed, OfABody, Refusals),
    security(("bearer" = []))
)]
pub(super) fn confirm() {}
