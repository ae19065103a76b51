//! Serves connections: limits their number, WebSockets included, and the time for a request's head; finishes them when
//! the gateway ends.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderValue, Request, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use im_session::StatusCode;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tower_service::Service;

use super::stream::Stream;
use crate::http::{Failed, Sending};

/// The longest head of a request, in bytes.
pub const LONGEST_HEAD: usize = 16 * 1_024;

/// The limits of connections.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// The maximum number of connections. Further ones wait to be accepted.
    pub connections: u32,
    /// How long the head of a request may take, and how long a connection may be idle.
    pub head: Duration,
    /// How long a client may read nothing of what is written to it.
    pub write: Duration,
    /// How long open connections may continue after the end has begun.
    pub end: Duration,
}

/// Serves until `ending` resolves. Then answers pending requests, for as long as the limits allow.
pub async fn serve_connections(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    ending: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(limits.connections as usize));
    let end = watch::Sender::new(false);
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(LONGEST_HEAD);
    let mut ending = std::pin::pin!(ending);
    loop {
        let accepted = async {
            let place = places.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            biased;
            () = &mut ending => break,
            accepted = accepted => accepted,
        };
        // This does not fail, because the semaphore is never closed.
        let Ok(place) = place else { break };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // There are no more file descriptors, or the connection broke at once. Trying again immediately would
                // not help.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY cannot be set");
        }
        let sending = Sending::default();
        let stream = Stream::new(stream, limits.write, place, sending.clone());
        let router = router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let (mut router, sending) = (router.clone(), sending.clone());
            async move {
                if !ends_clearly(request.headers()) {
                    return Ok::<_, Infallible>(no_clear_end());
                }
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(ConnectInfo(peer));
                request.extensions_mut().insert(sending);
                Ok(match router.call(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                })
            }
        });
        let connection = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
        let mut end = end.subscribe();
        // A WebSocket takes over the stream and with it the place, so it is waited for, too.
        tokio::spawn(async move {
            let mut connection = std::pin::pin!(connection);
            let done = tokio::select! {
                done = &mut connection => done,
                () = begun(&mut end) => {
                    // Pending requests are answered, and nothing more is read.
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = done {
                tracing::debug!(%error, %peer, "a connection broke");
            }
        });
    }
    drop(listener);
    end.send_replace(true);
    if tokio::time::timeout(limits.end, places.acquire_many(limits.connections)).await.is_err() {
        tracing::warn!(seconds = limits.end.as_secs_f64(), "connections are cut that did not end in time");
    }
}

/// Whether every reader finds the same end of the request. hyper accepts several transfer codings if the last one is
/// `chunked`. A proxy in front may read them differently, and then the rest of the body could be a request that the proxy
/// has not seen. If there is a `Content-Length` beside `Transfer-Encoding`, hyper ignores it and closes the connection
/// after the response.
fn ends_clearly(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let Some(coding) = codings.next() else { return true };
    let is_chunked = coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked");
    is_chunked && codings.next().is_none()
}

/// The answer to a request that does not end clearly. Nothing is read after it.
fn no_clear_end() -> Response {
    let message = "expected Transfer-Encoding: chunked and no other coding";
    let mut response = Failed::new(StatusCode::InputValidation, message).into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Waits until the end has begun.
async fn begun(end: &mut watch::Receiver<bool>) {
    // If the sender is gone, the end is over.
    let _gone = end.wait_for(|end| *end).await;
}
