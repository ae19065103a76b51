//! How does a request reach the router? It passes the checks, which are a single service around the router.
//!
//! If they were layers of the router, each layer with everything inside it would be cloned for every request.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use futures_util::future::BoxFuture;
use tower_http::cors::CorsLayer;
use tower_service::Service;

use super::{Gateway, admit, receive};

/// Receives all requests first.
#[derive(Clone)]
pub(super) struct Reception {
    gateway: Gateway,
    next: Next,
}

/// Handles the requests that are for this gateway.
#[derive(Clone)]
pub(super) enum Next {
    Admission {
        gateway: Gateway,
        router: Router,
    },
    /// Adds CORS headers, so that a page of an allowed origin can also read why it was refused.
    Cors(Router),
}

impl Reception {
    pub(super) fn new(gateway: Gateway, router: Router, cors: Option<CorsLayer>) -> Self {
        let inner = gateway.clone();
        let next = match cors {
            Some(cors) => {
                let admission = move |request: Request| async move { admit(&inner, request, router).await };
                Next::Cors(Router::new().fallback(admission).layer(cors))
            }
            None => Next::Admission { gateway: inner, router },
        };
        Reception { gateway, next }
    }
}

impl Next {
    pub(super) async fn run(self, request: Request) -> Response {
        match self {
            Next::Admission { gateway, router } => admit(&gateway, request, router).await,
            Next::Cors(router) => routed(router, request).await,
        }
    }
}

/// The response of the router.
pub(super) async fn routed(mut router: Router, request: Request) -> Response {
    match router.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

impl Service<Request> for Reception {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // A router is always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Reception { gateway, next } = self.clone();
        Box::pin(async move { Ok(receive(&gateway, request, next).await) })
    }
}
