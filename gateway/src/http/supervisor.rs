//! The state of the sessions and the observations at a DN, for supervisors. Gateway specification 6.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use im_session::StatusCode as Code;
use serde::Deserialize;

use super::Gateway;
use super::answer::{Failed, http_status, json_bytes};
use super::http_sessions::SignedIn;
use super::open_api::{ErrorAnswer, NotSignedIn, OnlySupervisors, OverviewAnswer, Refusals, TimelineAnswer};
use crate::engine::inspection::Inquiry;

/// The maximum length of a DN in a query, in bytes.
pub const LONGEST_DN: usize = 255;

#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    dn: Option<String>,
}

/// The state of the sessions.
#[utoipa::path(
    get,
    path = "/api/supervisor/overview",
    tag = "Supervisors",
    responses((status = 200, body = OverviewAnswer), OnlySupervisors, NotSignedIn, Refusals),
    security(("cookie" = []), ("basic" = []))
)]
pub(super) async fn overview(State(gateway): State<Gateway>, me: SignedIn) -> Result<Response, Failed> {
    check(&me)?;
    inspect(&gateway, Inquiry::Overview).await
}

/// The latest observations at a DN, oldest first. They are kept in memory, from the start of the gateway.
#[utoipa::path(
    get,
    path = "/api/supervisor/timeline",
    tag = "Supervisors",
    params(("dn" = String, Query, description = "The DN, 1 to 255 bytes")),
    responses(
        (status = 200, body = TimelineAnswer),
        (status = 400, description = "No DN (statusCode 1), or an invalid one (10).", body = ErrorAnswer),
        OnlySupervisors,
        NotSignedIn,
        Refusals
    ),
    security(("cookie" = []), ("basic" = []))
)]
pub(super) async fn timeline(
    State(gateway): State<Gateway>,
    me: SignedIn,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, Failed> {
    check(&me)?;
    let wrong = |message: String| Failed::new(Code::InputValidation, message);
    let Query(parameters) = parameters.map_err(|error| wrong(error.body_text()))?;
    let dn = parameters.dn.ok_or_else(|| Failed::new(Code::ParameterMissing, "the parameter dn is missing"))?;
    if dn.is_empty() || dn.len() > LONGEST_DN {
        return Err(wrong(format!("dn: expected 1 to {LONGEST_DN} bytes, got {}", dn.len())));
    }
    inspect(&gateway, Inquiry::Timeline { dn }).await
}

fn check(me: &SignedIn) -> Result<(), Failed> {
    let refused = || Failed::new(Code::NoPermission, "this is for supervisors");
    me.agent.supervisor.then_some(()).ok_or_else(refused)
}

async fn inspect(gateway: &Gateway, inquiry: Inquiry) -> Result<Response, Failed> {
    match gateway.engine().inspect(inquiry).await {
        Ok(reply) => Ok(json_bytes(http_status(reply.status), reply.body)),
        Err(error) => {
            tracing::error!(%error, "the engine did not answer");
            Err(Failed::new(Code::InternalError, "the sessions are not available now"))
        }
    }
}
