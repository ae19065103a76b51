//! A CometD client over a WebSocket, on any transport.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{House, handshake, subscribe};

pub(crate) async fn send<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut WebSocketStream<S>, body: &Value) {
    socket.send(Message::text(body.to_string())).await.unwrap();
}

/// The messages of the next reply, or `None` if the socket is closed.
pub(crate) async fn receive<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut WebSocketStream<S>) -> Option<Vec<Value>> {
    match socket.next().await {
        Some(Ok(Message::Text(text))) => Some(serde_json::from_str(text.as_str()).unwrap()),
        other => {
            assert!(matches!(other, None | Some(Ok(Message::Close(_)) | Err(_))), "{other:?}");
            None
        }
    }
}

pub(crate) async fn ask<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut WebSocketStream<S>,
    body: &Value,
) -> Vec<Value> {
    send(socket, body).await;
    receive(socket).await.unwrap()
}

pub(crate) fn connect(client: &str) -> Value {
    json!([{"channel": "/meta/connect", "clientId": client, "connectionType": "websocket"}])
}

/// A subscribed client on this socket. Its next connect will be held.
pub(crate) async fn subscribed<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut WebSocketStream<S>) -> String {
    let reply = ask(socket, &handshake()).await;
    let client = reply[0]["clientId"].as_str().unwrap().to_owned();
    ask(socket, &connect(&client)).await;
    ask(socket, &subscribe(&client)).await;
    client
}

/// A subscribed client with the only connect that is held.
pub(crate) async fn held<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut WebSocketStream<S>, house: &House) -> String {
    let client = subscribed(socket).await;
    send(socket, &connect(&client)).await;
    house.until_held(1).await;
    client
}
