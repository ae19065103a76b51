//! `/simulator/faults`: what is to go wrong, for supervisors. It is there only with the simulated SIP Server. Gateway
//! specification 5.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use im_session::StatusCode as Code;
use im_session::resource::Sent;
use serde::{Deserialize, Serialize};

use super::Gateway;
use super::answer::{Failed, json};
use super::body::{LONGEST_BODY, read_body};
use super::http_sessions::SignedIn;
use crate::simulator::{Fault, FaultInjector};

#[derive(Clone)]
struct Shared {
    gateway: Gateway,
    injector: FaultInjector,
}

#[derive(Deserialize)]
struct Injection {
    fault: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Possible {
    status_code: Code,
    faults: [Fault; Fault::ALL.len()],
}

/// The route, with what injects faults into the server.
pub fn fault_routes(gateway: Gateway, injector: FaultInjector) -> Router {
    Router::new().route("/simulator/faults", get(list).post(inject)).with_state(Shared { gateway, injector })
}

/// Which faults there are.
async fn list(me: SignedIn) -> Result<Response, Failed> {
    check(&me)?;
    Ok(json(StatusCode::OK, &Possible { status_code: Code::Ok, faults: Fault::ALL }))
}

/// One of them strikes at the next chance. Answered when that is durable.
async fn inject(State(shared): State<Shared>, me: SignedIn, body: Body) -> Result<Response, Failed> {
    check(&me)?;
    let body = read_body(body, LONGEST_BODY, shared.gateway.settings().request_timeout).await?;
    let wrong = |error: String| Failed::new(Code::InputValidation, error);
    let Injection { fault } = serde_json::from_slice(&body)
        .map_err(|error| wrong(format!("expected {{\"fault\":NAME}}, found something else: {error}")))?;
    let fault: Fault = fault.parse().map_err(|error: crate::simulator::UnknownFault| wrong(error.to_string()))?;
    shared.injector.inject(fault).await.map_err(|error| Failed::new(Code::InternalError, error.to_string()))?;
    tracing::info!(fault = fault.name(), agent = me.agent.id.as_str(), "a fault was injected");
    Ok(json(StatusCode::OK, &Sent))
}

fn check(me: &SignedIn) -> Result<(), Failed> {
    let refused = || Failed::new(Code::NoPermission, "this is for supervisors");
    me.agent.supervisor.then_some(()).ok_or_else(refused)
}
