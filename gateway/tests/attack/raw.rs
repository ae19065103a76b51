//! Sends requests to the server byte by byte.

use std::net::SocketAddr;
use std::time::Duration;

use im_session_gateway::serve::{ConnectionLimits, serve_connections};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::house::{HOST, Hole, House};

/// The time limits for the head, and for a client that does not read.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A gateway that serves at most this many connections.
pub(crate) async fn serve(connections: u32) -> (House, SocketAddr) {
    let house = House::new(Hole::None).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let limits = ConnectionLimits { connections, head: PATIENCE, write: PATIENCE, end: PATIENCE };
    tokio::spawn(serve_connections(listener, house.router.clone(), limits, std::future::pending()));
    (house, address)
}

/// Sends these bytes, and returns the gateway's output until it closes the connection.
pub(crate) async fn answers(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The gateway may close the connection before everything is written.
    let _closed = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _reset = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// A request for a page that then closes the connection.
pub(crate) fn page() -> String {
    format!("GET /pages/icon.svg HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n")
}

/// The number of responses in this output.
pub(crate) fn count(answers: &str) -> usize {
    answers.matches("HTTP/1.1 ").count()
}
