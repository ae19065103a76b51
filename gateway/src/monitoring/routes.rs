//! The routes for operators.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use im_session::StatusCode as Code;

use super::exposition::metrics;
use super::{Monitoring, Readiness};
use crate::http::{Failed, is_for_loopback};
use crate::metrics::Text;

/// Headers that a proxy adds, besides those that begin with `x-forwarded-`.
const FORWARDED: [HeaderName; 3] = [header::FORWARDED, header::VIA, HeaderName::from_static("x-real-ip")];

impl Monitoring {
    /// The routes for everybody who can reach the address.
    pub fn routes(&self) -> Router {
        Router::new()
            .route("/metrics", get(expose))
            .route("/healthz", get(healthy))
            .route("/readyz", get(ready))
            .with_state(self.clone())
    }

    /// The routes for processes on this machine. All others get 404.
    pub fn routes_on_loopback(&self) -> Router {
        self.routes().route_layer(from_fn(check_loopback))
    }
}

/// Passes on requests from this machine. A proxy on this machine adds a header, or keeps the original host; either
/// shows that the client is elsewhere.
async fn check_loopback(request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let is_near = peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
    if is_near && !is_forwarded(request.headers()) && is_for_loopback(&request) {
        return next.run(request).await;
    }
    Failed::new(Code::NotFound, "there is no such resource").into_response()
}

/// Whether a proxy passed the request on, so that it comes from another machine.
fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name.as_str().starts_with("x-forwarded-") || FORWARDED.contains(name))
}

async fn healthy(State(monitoring): State<Monitoring>) -> Response {
    match monitoring.is_alive().await {
        true => (StatusCode::OK, "alive\n").into_response(),
        false => (StatusCode::SERVICE_UNAVAILABLE, "the engine does not answer\n").into_response(),
    }
}

async fn ready(State(monitoring): State<Monitoring>) -> Response {
    let readiness = monitoring.readiness();
    let status = match readiness {
        Readiness::Ready => StatusCode::OK,
        Readiness::Starting | Readiness::Draining => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, format!("{}\n", readiness.name())).into_response()
}

async fn expose(State(monitoring): State<Monitoring>) -> Response {
    let text = metrics(&monitoring).await;
    ([(header::CONTENT_TYPE, Text::CONTENT_TYPE)], text.into_string()).into_response()
}
