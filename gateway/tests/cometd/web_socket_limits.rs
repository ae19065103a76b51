//! How long a WebSocket may be silent or unread, and how many there may be.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use futures_util::{SinkExt, StreamExt};
use im_session_gateway::bayeux::Settings;
use im_session_gateway::http::LONGEST_SOCKET_MESSAGE;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::socket::{ask, connect, held, receive};
use crate::support::{House, URL, handshake, texts};

const ROOM: usize = 4_096;

/// A message that does not fit into the buffer.
fn longer_than_the_room() -> Value {
    json!({"messageType": "IMLogUpdateMessage", "message": 1, "long": "x".repeat(2 * ROOM)})
}

/// Waits until this many WebSockets are open.
async fn until_open(house: &House, open: usize) {
    while house.cometd.web_sockets() != open {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_sends_no_message_for_a_minute_is_closed_whatever_else_it_sends() {
    let house = House::new();
    let caller = house.signed_in("agent3001").await;
    let mut socket = house.web_socket(&caller, ROOM).await.unwrap();
    sleep(Duration::from_secs(59)).await;
    // A message counts as activity, a ping does not.
    ask(&mut socket, &handshake()).await;
    let began = Instant::now();
    sleep(Duration::from_secs(30)).await;
    socket.send(Message::Ping("x".into())).await.unwrap();
    assert!(matches!(socket.next().await, Some(Ok(Message::Pong(_)))));
    let Some(Ok(Message::Close(Some(close)))) = socket.next().await else { panic!("it is closed with a reason") };
    assert_eq!((close.code, close.reason.as_str()), (CloseCode::Normal, "idle"));
    assert_eq!(began.elapsed().as_secs(), 60);
    until_open(&house, 0).await;
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_read_for_ten_seconds_is_cut_and_its_message_is_kept() {
    let house = House::new();
    let caller = house.signed_in("agent3001").await;
    let mut socket = house.web_socket(&caller, ROOM).await.unwrap();
    let client = held(&mut socket, &house).await;
    house.publish("agent3001", 1, longer_than_the_room());
    house.until_held(0).await;
    sleep(Duration::from_millis(9_990)).await;
    assert_eq!((house.cometd.web_sockets(), house.cometd.counts().exchanges), (1, 1), "it is being written");
    sleep(Duration::from_millis(20)).await;
    assert_eq!((house.cometd.web_sockets(), house.cometd.counts().exchanges), (0, 0), "it is cut");
    while let Some(read) = socket.next().await {
        assert!(!matches!(read, Ok(Message::Text(_))), "half of a message is none");
    }
    let mut other = house.web_socket(&caller, 16 * ROOM).await.unwrap();
    assert_eq!(texts(&ask(&mut other, &connect(&client)).await), [1]);
}

#[tokio::test(start_paused = true)]
async fn one_that_reads_in_time_gets_a_message_that_is_longer_than_there_is_room() {
    let house = House::new();
    let caller = house.signed_in("agent3001").await;
    let mut socket = house.web_socket(&caller, ROOM).await.unwrap();
    held(&mut socket, &house).await;
    house.publish("agent3001", 1, longer_than_the_room());
    sleep(Duration::from_millis(9_990)).await;
    assert_eq!(texts(&receive(&mut socket).await.unwrap()), [1]);
}

#[tokio::test(start_paused = true)]
async fn an_agent_has_as_many_as_the_limit_and_room_again_when_one_is_closed() {
    assert_eq!(Settings::default().web_sockets_per_agent, 100);
    let mut settings = Settings::default();
    settings.web_sockets_per_agent = 2;
    let house = House::with(settings);
    let (caller, other) = (house.signed_in("agent3001").await, house.signed_in("agent3002").await);
    // Two HTTP sessions belong to the same agent.
    let again = house.signed_in("agent3001").await;
    let first = house.web_socket(&caller, ROOM).await.unwrap();
    let _second = house.web_socket(&again, ROOM).await.unwrap();
    for caller in [&caller, &again] {
        let refused = house.web_socket(caller, ROOM).await.unwrap_err();
        let tungstenite::Error::Http(response) = refused else { panic!("{refused}") };
        assert_eq!(response.status(), 403);
    }
    let _others = house.web_socket(&other, ROOM).await.unwrap();
    assert_eq!(house.cometd.web_sockets(), 3);
    drop(first);
    until_open(&house, 2).await;
    let _third = house.web_socket(&caller, ROOM).await.unwrap();
    assert!(house.web_socket(&caller, ROOM).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn one_with_a_message_of_more_than_16_kib_is_cut() {
    let house = House::new();
    let caller = house.signed_in("agent3001").await;
    for (longer, is_answered) in [(0, true), (1, false)] {
        let mut socket = house.web_socket(&caller, 8 * ROOM).await.unwrap();
        let text = handshake().to_string();
        let text = format!("{text}{}", " ".repeat(LONGEST_SOCKET_MESSAGE - text.len() + longer));
        socket.send(Message::Text(text.into())).await.unwrap();
        let answer = socket.next().await;
        assert_eq!(matches!(answer, Some(Ok(Message::Text(_)))), is_answered, "{longer} bytes more: {answer:?}");
        drop(socket);
        until_open(&house, 0).await;
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_taken_while_too_many_replies_are_being_written() {
    let mut settings = Settings::default();
    settings.reply_bytes_of_all = 4 * ROOM;
    let house = House::with(settings);
    let (caller, mut other) = (house.signed_in("agent3001").await, house.signed_in("agent3002").await);
    let mut socket = house.web_socket(&caller, ROOM).await.unwrap();
    let mut second = house.web_socket(&caller, ROOM).await.unwrap();
    held(&mut socket, &house).await;
    let answer = other.ask(Method::POST, URL, handshake().to_string()).await;
    assert_eq!(answer.status, StatusCode::OK);
    house.publish("agent3001", 1, json!({"messageType": "IMLogUpdateMessage", "long": "x".repeat(4 * ROOM)}));
    house.until_held(0).await;
    tokio::task::yield_now().await;
    let answer = other.ask(Method::POST, URL, handshake().to_string()).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text);
    second.send(Message::Text(handshake().to_string().into())).await.unwrap();
    let Some(Ok(Message::Close(Some(close)))) = second.next().await else { panic!("it is closed with a reason") };
    assert_eq!(close.code, CloseCode::Again);
    // Once it is read there is room again.
    receive(&mut socket).await.unwrap();
    house.until_written().await;
    let answer = other.ask(Method::POST, URL, handshake().to_string()).await;
    assert_eq!(answer.status, StatusCode::OK);
}
