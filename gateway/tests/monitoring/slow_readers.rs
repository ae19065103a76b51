//! Does a client that never reads keep its connection?

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::get;
use futures_util::stream;
use im_session_gateway::serve::{ConnectionLimits, serve_connections};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::Instant;

/// Reports when the server drops the response.
struct Answer(watch::Sender<bool>);

impl Drop for Answer {
    fn drop(&mut self) {
        self.0.send_replace(true);
    }
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_is_cut_off() {
    let over = watch::Sender::new(false);
    let mut is_over = over.subscribe();
    let endless = move || {
        let answer = Answer(over.clone());
        let piece = Bytes::from(vec![b'x'; 64 * 1_024]);
        let next = move |answer| {
            let piece = piece.clone();
            async move { Some((Ok::<_, Infallible>(piece), answer)) }
        };
        async move { Body::from_stream(stream::unfold(answer, next)) }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();

    let day = Duration::from_secs(24 * 3_600);
    let limits = ConnectionLimits { connections: 1, head: day, write: Duration::from_secs(30), end: day };
    let router = Router::new().route("/", get(endless));
    let began = Instant::now();
    let server = tokio::spawn(serve_connections(listener, router, limits, std::future::pending()));
    is_over.wait_for(|over| *over).await.unwrap();
    let took = began.elapsed();
    assert!(took >= Duration::from_secs(30) && took < Duration::from_secs(60), "{took:?}");
    server.abort();
    drop(client);
}
