//! How does a request come to the router? Through the checks, which are one service around it.
//!
//! As layers of the router they would be copied for every request, each together with all that is inside of it.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use futures_util::future::BoxFuture;
use tower_http::cors::CorsLayer;
use tower_service::Service;

use super::{Gateway, admit, receive};

/// All requests come here first.
#[derive(Clone)]
pub(super) struct Reception {
    gateway: Gateway,
    next: Next,
}

/// What a request comes to that is for this gateway.
#[derive(Clone)]
pub(super) enum Next {
    Admission(Admission),
    /// The same, told to pages of other origins. A page that may ask can read why it was refused.
    Cors(Router),
}

/// Who has come here may ask.
#[derive(Clone)]
pub(super) struct Admission {
    gateway: Gateway,
    router: Router,
}

impl Reception {
    pub(super) fn new(gateway: Gateway, router: Router, cors: Option<CorsLayer>) -> Self {
        let admission = Admission { gateway: gateway.clone(), router };
        let next = match cors {
            Some(cors) => Next::Cors(Router::new().fallback_service(admission).layer(cors)),
            None => Next::Admission(admission),
        };
        Reception { gateway, next }
    }
}

impl Next {
    pub(super) async fn run(self, request: Request) -> Response {
        match self {
            Next::Admission(Admission { gateway, router }) => admit(&gateway, request, router).await,
            Next::Cors(router) => routed(router, request).await,
        }
    }
}

/// What the router answers.
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
        // As a router is.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Reception { gateway, next } = self.clone();
        Box::pin(async move { Ok(receive(&gateway, request, next).await) })
    }
}

impl Service<Request> for Admission {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Admission { gateway, router } = self.clone();
        Box::pin(async move { Ok(admit(&gateway, request, router).await) })
    }
}
