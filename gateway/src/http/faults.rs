//! `/simulator/faults`: lets supervisors inject faults. It exists only with the simulated SIP Server. Gateway
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
use super::http_sessions::SignedIn;
use super::open_api::{
    FaultsAnswer, InjectionBody, NotSignedIn, OfABody, OfAnInjection, OnlySupervisors, Refusals, SentAnswer,
};
use crate::simulator::{Fault, FaultInjector, FaultState, Injection, LikelyFault, NoSimulator, UnknownFault};

#[derive(Clone)]
pub(super) struct Shared {
    gateway: Gateway,
    injector: FaultInjector,
}

#[derive(Deserialize)]
struct Order {
    fault: String,
    probability: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Faults {
    status_code: Code,
    faults: Vec<FaultState>,
}

/// The route, for the server behind this injector.
pub fn fault_routes(gateway: Gateway, injector: FaultInjector) -> Router {
    Router::new().route("/simulator/faults", get(list).post(inject)).with_state(Shared { gateway, injector })
}

/// The faults of the simulated SIP Server, with the probability of each and the number of waiting single faults.
#[utoipa::path(
    get,
    path = "/simulator/faults",
    tag = "Simulated SIP Server",
    responses((status = 200, body = FaultsAnswer), OnlySupervisors, NotSignedIn, Refusals),
    security(("cookie" = []), ("basic" = []))
)]
pub(super) async fn list(State(shared): State<Shared>, me: SignedIn) -> Result<Response, Failed> {
    check(&me)?;
    let faults = shared.injector.states().await.map_err(gone)?;
    Ok(json(StatusCode::OK, &Faults { status_code: Code::Ok, faults }))
}

/// Injects a fault once, at the next opportunity, or sets its probability from now on.
///
/// An opportunity is an event for lose, delay, repeat and reorder, a request for restart and refuse, a call for busy
/// and no-answer. A single restart happens at once. The answer is sent once the fault is durable: it also holds after a
/// restart of the gateway.
#[utoipa::path(
    post,
    path = "/simulator/faults",
    tag = "Simulated SIP Server",
    request_body = InjectionBody,
    responses((status = 200, body = SentAnswer), OfAnInjection, OfABody, NotSignedIn, Refusals),
    security(("cookie" = [], "csrf" = []))
)]
pub(super) async fn inject(State(shared): State<Shared>, me: SignedIn, body: Body) -> Result<Response, Failed> {
    check(&me)?;
    let body = shared.gateway.read_body(body).await?;
    let wrong = |error: String| Failed::new(Code::InputValidation, error);
    let Order { fault, probability } = serde_json::from_slice(&body.bytes)
        .map_err(|error| wrong(format!("expected {{\"fault\":NAME}}, found something else: {error}")))?;
    let fault: Fault = fault.parse().map_err(|error: UnknownFault| wrong(error.to_string()))?;
    let injection = match probability {
        None => Injection::Once(fault),
        Some(probability) => Injection::Likely(
            LikelyFault::new(fault, probability)
                .ok_or_else(|| wrong(format!("expected a probability from 0 to 1, found {probability}")))?,
        ),
    };
    shared.injector.inject(injection).await.map_err(gone)?;
    tracing::info!(?injection, agent = me.agent.id.as_str(), "a fault was injected");
    Ok(json(StatusCode::OK, &Sent))
}

fn gone(error: NoSimulator) -> Failed {
    Failed::new(Code::InternalError, error.to_string())
}

fn check(me: &SignedIn) -> Result<(), Failed> {
    let refused = || Failed::new(Code::NoPermission, "this is for supervisors");
    me.agent.supervisor.then_some(()).ok_or_else(refused)
}
