//! `/api/v2/me/im-sessions[/{id}]` and `/api/v2/im-sessions/{id}`: the engine decides, this hands over. Gateway specification 2.

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use im_session::StatusCode as Code;

use super::Gateway;
use super::answer::{Failed, http_status, json_bytes};
use super::body::{LONGEST_BODY, read_body};
use super::http_sessions::SignedIn;
use crate::engine::{EngineError, OwnedTarget, Reply};

/// An id in an address that is no text is nobody's id.
type Id = Result<Path<String>, PathRejection>;

/// `GET /api/v2/me/im-sessions`.
pub(super) async fn list(
    State(gateway): State<Gateway>,
    me: SignedIn,
    RawQuery(query): RawQuery,
) -> Result<Response, Failed> {
    answer(gateway.engine().list(me.agent, query.unwrap_or_default()).await)
}

/// `GET /api/v2/me/im-sessions/{id}` and `GET /api/v2/im-sessions/{id}`.
pub(super) async fn read(
    State(gateway): State<Gateway>,
    me: SignedIn,
    id: Id,
    RawQuery(query): RawQuery,
) -> Result<Response, Failed> {
    answer(gateway.engine().read(me.agent, text(id)?, query.unwrap_or_default()).await)
}

/// `POST /api/v2/me/im-sessions`.
pub(super) async fn initiate(State(gateway): State<Gateway>, me: SignedIn, body: Body) -> Result<Response, Failed> {
    operate(&gateway, me, OwnedTarget::Sessions, body).await
}

/// `POST /api/v2/me/im-sessions/{id}`.
pub(super) async fn operate_on(
    State(gateway): State<Gateway>,
    me: SignedIn,
    id: Id,
    body: Body,
) -> Result<Response, Failed> {
    operate(&gateway, me, OwnedTarget::Session(text(id)?), body).await
}

async fn operate(gateway: &Gateway, me: SignedIn, target: OwnedTarget, body: Body) -> Result<Response, Failed> {
    let body = read_body(body, LONGEST_BODY, gateway.settings().request_timeout).await?;
    answer(gateway.engine().operate(me.agent, target, body.to_vec()).await)
}

fn text(id: Id) -> Result<String, Failed> {
    id.map(|Path(id)| id).map_err(|_| Failed::new(Code::NotFound, "there is no session with such an id"))
}

fn answer(reply: Result<Reply, EngineError>) -> Result<Response, Failed> {
    match reply {
        Ok(reply) => Ok(json_bytes(http_status(reply.status), reply.body)),
        Err(error) => {
            tracing::error!(%error, "the engine did not answer");
            Err(Failed::new(Code::InternalError, "the sessions cannot be reached now"))
        }
    }
}
