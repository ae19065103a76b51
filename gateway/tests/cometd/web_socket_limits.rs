//! How long may a WebSocket be silent or unread, and how many may an agent open?

use std::time::Duration;

use axum::http::{Method, StatusCode};
use futures_util::{SinkExt, StreamExt};
use im_session_gateway::bayeux::Settings;
use im_session_gateway::http::LONGEST_SOCKET_MESSAGE;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, sleep};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::socket::{ask, connect, held, receive};
use crate::support::{House, URL, handshake, texts};

const ROOM: usize = 4_096;

/// A message that exceeds the buffer.
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
    // A message counts as activity. A ping does not.
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

/// The head of a masked text frame of this length: a whole message, or a fragment that others will follow.
fn begun(length: u16, is_last: bool) -> Vec<u8> {
    let length = length.to_be_bytes();
    vec![if is_last { 0x81 } else { 0x01 }, 0xfe, length[0], length[1], 0, 0, 0, 0]
}

#[tokio::test(start_paused = true)]
async fn one_that_stops_in_the_middle_of_a_message_is_closed_and_its_place_is_free() {
    let mut settings = Settings::default();
    settings.web_sockets_per_agent = 4;
    let house = House::with(settings);
    let caller = house.signed_in("agent3001").await;
    let in_a_frame = [begun(1_000, true), b"[{".to_vec()].concat();
    let between_frames = [begun(200, false), vec![b' '; 200]].concat();
    let began = Instant::now();
    let mut sockets = Vec::new();
    for bytes in [vec![], vec![0x81], in_a_frame, between_frames] {
        let mut socket = house.web_socket(&caller, ROOM).await.unwrap();
        socket.get_mut().write_all(&bytes).await.unwrap();
        sockets.push(socket);
    }
    assert!(house.web_socket(&caller, ROOM).await.is_err(), "there is no place left");
    while house.cometd.web_sockets() > 0 && began.elapsed().as_secs() < 100 {
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(began.elapsed().as_secs(), 60);
    house.web_socket(&caller, ROOM).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn one_with_a_byte_now_and_then_or_pieces_without_an_end_is_closed_all_the_same() {
    let house = House::new();
    let caller = house.signed_in("agent3001").await;
    for piece in [vec![b' '], [begun(200, false), vec![b' '; 200]].concat()] {
        let mut socket = house.web_socket(&caller, 16 * ROOM).await.unwrap();
        let began = Instant::now();
        let mut beginning = begun(60_000, true);
        beginning.truncate(if piece.len() == 1 { 8 } else { 0 });
        socket.get_mut().write_all(&beginning).await.unwrap();
        while house.cometd.web_sockets() > 0 {
            let _closed = socket.get_mut().write_all(&piece).await;
            sleep(Duration::from_millis(500)).await;
        }
        assert!(began.elapsed().as_secs() <= 60, "{:?}", began.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_sends_too_long_a_message_or_no_frame_is_closed() {
    let house = House::new();
    let caller = house.signed_in("agent3001").await;
    let unmasked = vec![0x81, 2, b'[', b']'];
    let reserved = vec![0xf1, 0x82, 0, 0, 0, 0, b'[', b']'];
    let huge = vec![0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];
    let long_ping = [vec![0x89, 0xfe, 0, 200, 0, 0, 0, 0], vec![b'x'; 200]].concat();
    let not_utf8 = vec![0x81, 0x81, 0, 0, 0, 0, 0xff];
    let too_long = [vec![0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0], vec![b' '; 65_537]].concat();
    for bytes in [unmasked, reserved, huge, long_ping, not_utf8, too_long] {
        let mut socket = house.web_socket(&caller, 1 << 18).await.unwrap();
        socket.get_mut().write_all(&bytes).await.unwrap();
        let began = Instant::now();
        until_open(&house, 0).await;
        assert_eq!(began.elapsed().as_secs(), 0, "{bytes:.20?}");
    }
    assert_eq!(house.cometd.counts().clients, 0);
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
    // The two HTTP sessions belong to the same agent.
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
    // Once the reply is read, there is room again.
    receive(&mut socket).await.unwrap();
    house.until_written().await;
    let answer = other.ask(Method::POST, URL, handshake().to_string()).await;
    assert_eq!(answer.status, StatusCode::OK);
}
