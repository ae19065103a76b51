//! `/api/v2/me/im-sessions[/{id}]` and `/api/v2/im-sessions/{id}`. The engine decides; this module translates. Gateway
//! specification 2.

use std::borrow::Cow;
use std::mem;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use im_session::{Operation, StatusCode as Code};
use serde::Deserialize;

use super::Gateway;
use super::answer::{Failed, http_status, json_bytes};
use super::http_sessions::SignedIn;
use super::open_api::{
    ImSessionAnswer, ImSessionsAnswer, ImSessionsOperation, InThisState, NotSignedIn, OfABody, OfAnOperation, Refusals,
    SentAnswer, SessionOperation, SessionState, Unknown,
};
use crate::engine::{EngineError, OwnedTarget, Reply};
use crate::logs::CONTENTS;

/// The id in a path. One that is not UTF-8 belongs to no session.
type Id = Result<Path<String>, PathRejection>;

/// My sessions: their URIs, or the sessions themselves if `fields` is given.
///
/// `id`, `path`, `state` and `uri` are filters as well, as in `state=Talking`; several filters must all match.
/// `capabilities`, `participants` and `userData` are not plain values: a filter on one of them matches nothing.
#[utoipa::path(
    get,
    path = "/api/v2/me/im-sessions",
    tag = "IM sessions",
    params(
        ("fields" = Option<String>, Query, description = "`*`, or names separated by commas; without it: only URIs"),
        ("state" = Option<SessionState>, Query, description = "Only sessions in this state"),
        ("id" = Option<String>, Query, description = "Only the session with this id"),
        ("path" = Option<String>, Query, description = "Only the session with this path"),
        ("uri" = Option<String>, Query, description = "Only the session with this URI")
    ),
    responses((status = 200, body = ImSessionsAnswer), NotSignedIn, Refusals),
    security(("cookie" = []), ("basic" = []))
)]
pub(super) async fn list(
    State(gateway): State<Gateway>,
    me: SignedIn,
    RawQuery(query): RawQuery,
) -> Result<Response, Failed> {
    answer(gateway.engine().list(me.agent, query.unwrap_or_default()).await)
}

/// One of my sessions.
#[utoipa::path(
    get,
    path = "/api/v2/me/im-sessions/{id}",
    tag = "IM sessions",
    params(
        ("id" = String, Path, description = "The id of the session", example = "007MDF3D0KAHL93L807GK2LAES000001"),
        ("fields" = Option<String>, Query, description = "`*`, or names separated by commas; without it: all"),
        ("devicePath" = Option<String>, Query, description = "The device, if several of mine have this session")
    ),
    responses((status = 200, body = ImSessionAnswer), Unknown, NotSignedIn, Refusals),
    security(("cookie" = []), ("basic" = []))
)]
pub(super) async fn read_mine(
    gateway: State<Gateway>,
    me: SignedIn,
    id: Id,
    query: RawQuery,
) -> Result<Response, Failed> {
    read(gateway, me, id, query).await
}

/// One of my sessions, at the address in its `uri`.
#[utoipa::path(
    get,
    path = "/api/v2/im-sessions/{id}",
    tag = "IM sessions",
    params(
        ("id" = String, Path, description = "The id of the session", example = "007MDF3D0KAHL93L807GK2LAES000001"),
        ("fields" = Option<String>, Query, description = "`*`, or names separated by commas; without it: all"),
        ("devicePath" = Option<String>, Query, description = "The device, if several of mine have this session")
    ),
    responses((status = 200, body = ImSessionAnswer), Unknown, NotSignedIn, Refusals),
    security(("cookie" = []), ("basic" = []))
)]
pub(super) async fn read(
    State(gateway): State<Gateway>,
    me: SignedIn,
    id: Id,
    RawQuery(query): RawQuery,
) -> Result<Response, Failed> {
    answer(gateway.engine().read(me.agent, text(id)?, query.unwrap_or_default()).await)
}

/// Opens a session.
///
/// An agent has one open session at a time: 409 if there is another. StartContactCenterSession is not required.
#[utoipa::path(
    post,
    path = "/api/v2/me/im-sessions",
    tag = "IM sessions",
    request_body = ImSessionsOperation,
    responses((status = 200, body = SentAnswer), OfAnOperation, OfABody, InThisState, Unknown, NotSignedIn, Refusals),
    security(("cookie" = [], "csrf" = []))
)]
pub(super) async fn initiate(State(gateway): State<Gateway>, me: SignedIn, body: Body) -> Result<Response, Failed> {
    operate(&gateway, me, OwnedTarget::Sessions, body).await
}

/// Performs an operation on one of my sessions.
#[utoipa::path(
    post,
    path = "/api/v2/me/im-sessions/{id}",
    tag = "IM sessions",
    params(("id" = String, Path, description = "The id of the session", example = "007MDF3D0KAHL93L807GK2LAES000001")),
    request_body = SessionOperation,
    responses((status = 200, body = SentAnswer), OfAnOperation, OfABody, InThisState, Unknown, NotSignedIn, Refusals),
    security(("cookie" = [], "csrf" = []))
)]
pub(super) async fn operate_on(
    State(gateway): State<Gateway>,
    me: SignedIn,
    id: Id,
    body: Body,
) -> Result<Response, Failed> {
    operate(&gateway, me, OwnedTarget::Session(text(id)?), body).await
}

async fn operate(gateway: &Gateway, me: SignedIn, target: OwnedTarget, body: Body) -> Result<Response, Failed> {
    // Keeps its place until the engine has answered.
    let mut body = gateway.read_body(body).await?;
    let (agent, text) = (me.agent.id.as_str(), String::from_utf8_lossy(&body.bytes));
    tracing::debug!(target: CONTENTS, agent, ?target, %text, "operation");
    let operation = operation_of(&body.bytes);
    let reply = gateway.engine().operate(me.agent, target, mem::take(&mut body.bytes)).await;
    let status_code = reply.as_ref().map_or(Code::InternalError, |reply| reply.status);
    gateway.metrics().operation_answered(operation, status_code);
    answer(reply)
}

/// The operation that a body names, for the metrics.
fn operation_of(body: &[u8]) -> Option<Operation> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Named<'b> {
        operation_name: Cow<'b, str>,
    }
    let named: Named<'_> = serde_json::from_slice(body).ok()?;
    named.operation_name.parse().ok()
}

fn text(id: Id) -> Result<String, Failed> {
    id.map(|Path(id)| id).map_err(|_| Failed::new(Code::NotFound, "there is no session with this id"))
}

fn answer(reply: Result<Reply, EngineError>) -> Result<Response, Failed> {
    match reply {
        Ok(reply) => Ok(json_bytes(http_status(reply.status), reply.body)),
        Err(error) => {
            tracing::error!(%error, "the engine did not answer");
            Err(Failed::new(Code::InternalError, "the sessions are not available now"))
        }
    }
}
