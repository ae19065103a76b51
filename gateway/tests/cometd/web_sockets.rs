//! Does a WebSocket behave like long polling?

use std::net::SocketAddr;

use futures_util::SinkExt;
use serde_json::json;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::socket::{ask, connect, held, receive, send, subscribed};
use crate::support::{Caller, House, URL, texts};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn open(address: SocketAddr, caller: &Caller) -> Result<Socket, tungstenite::Error> {
    let mut request = format!("ws://{address}{URL}").into_client_request().unwrap();
    request.headers_mut().insert("cookie", caller.cookie().parse().unwrap());
    connect_async(request).await.map(|(socket, _)| socket)
}

/// A gateway, a signed-in agent, and a WebSocket between them.
async fn connected() -> (House, SocketAddr, Caller, Socket) {
    let house = House::new();
    let address = house.listen().await;
    let caller = house.signed_in("agent3001").await;
    let socket = open(address, &caller).await.unwrap();
    (house, address, caller, socket)
}

#[tokio::test]
async fn a_client_is_served_over_one_socket() {
    let (house, _, _, mut socket) = connected().await;
    let client = subscribed(&mut socket).await;
    for position in 1..=10 {
        send(&mut socket, &connect(&client)).await;
        house.until_held(1).await;
        // Other messages are answered while a connect is held.
        let reply = ask(&mut socket, &json!([{"channel": "/foo", "clientId": client, "data": 1}])).await;
        assert_eq!(reply[0]["error"], "403::Forbidden");
        house.message("agent3001", position);
        assert_eq!(texts(&receive(&mut socket).await.unwrap()), [position]);
    }
}

#[tokio::test]
async fn a_message_is_not_lost_where_the_socket_goes_away() {
    let (house, address, caller, mut socket) = connected().await;
    let client = subscribed(&mut socket).await;
    let mut received = Vec::new();
    for position in 1..=30 {
        send(&mut socket, &connect(&client)).await;
        house.until_held(1).await;
        drop(socket);
        if position % 2 == 0 {
            house.until_held(0).await;
        }
        house.message("agent3001", position);
        socket = open(address, &caller).await.unwrap();
        send(&mut socket, &connect(&client)).await;
        received.extend(texts(&receive(&mut socket).await.unwrap()));
    }
    assert_eq!(received, (1..=30).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_stranger_gets_no_socket() {
    let house = House::new();
    let address = house.listen().await;
    let refused = open(address, &house.stranger()).await.unwrap_err();
    assert!(matches!(refused, tungstenite::Error::Http(response) if response.status() == 401));
}

#[tokio::test]
async fn a_sign_out_closes_the_socket() {
    let (house, _, mut caller, mut socket) = connected().await;
    let me = caller.ask(axum::http::Method::GET, "/api/v2/me", "").await;
    caller.headers.insert("x-csrf-token", me.headers["x-csrf-token"].clone());
    held(&mut socket, &house).await;
    let body = json!({"operationName": "EndContactCenterSession", "signOut": true});
    caller.ask(axum::http::Method::POST, "/api/v2/me", body.to_string()).await;
    assert_eq!(receive(&mut socket).await.unwrap()[0]["error"], "401::Not signed in");
    assert_eq!(receive(&mut socket).await, None);
    assert_eq!(house.cometd.counts().clients, 0);
}

#[tokio::test]
async fn the_end_of_the_gateway_answers_and_closes() {
    let (house, _, _, mut socket) = connected().await;
    held(&mut socket, &house).await;
    house.gateway.end();
    assert_eq!(receive(&mut socket).await.unwrap()[0]["successful"], true);
    assert_eq!(receive(&mut socket).await, None);
}

#[tokio::test]
async fn what_is_no_message_closes_the_socket() {
    let (_house, _, _, mut socket) = connected().await;
    socket.send(Message::text("x")).await.unwrap();
    assert_eq!(receive(&mut socket).await, None);
    let mut settings = im_session_gateway::bayeux::Settings::default();
    settings.web_socket = false;
    let house = House::with(settings);
    let address = house.listen().await;
    let caller = house.signed_in("agent3001").await;
    assert!(open(address, &caller).await.is_err());
}

#[tokio::test]
async fn who_never_stops_sending_gets_what_is_held_and_the_end() {
    const FLOOD: usize = 2_000;
    let (house, _, _, mut socket) = connected().await;
    let client = held(&mut socket, &house).await;
    let text = json!([{"channel": "/foo", "clientId": client, "data": 1}]).to_string();
    for _ in 0..FLOOD {
        socket.feed(Message::text(text.clone())).await.unwrap();
    }
    socket.flush().await.unwrap();
    house.message("agent3001", 1);
    let mut before = 0;
    while texts(&receive(&mut socket).await.unwrap()).is_empty() {
        before += 1;
    }
    assert!(before < FLOOD / 2, "{before} of {FLOOD} were answered first");
    // Messages that are still unread when the gateway ends are not answered.
    house.gateway.end();
    let mut after = 0;
    while receive(&mut socket).await.is_some() {
        after += 1;
    }
    assert!(before + after < FLOOD, "all were answered");
}
