//! Are messages lost if the connection breaks?

use std::net::SocketAddr;

use im_session_gateway::engine::Present;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::support::{Caller, House, URL, connect, texts};

/// Posts over a separate connection, which stays open.
async fn send(address: SocketAddr, caller: &Caller, body: &Value) -> TcpStream {
    let stream = TcpStream::connect(address).await.unwrap();
    send_over(stream, address, caller, body).await
}

async fn send_over(mut stream: TcpStream, address: SocketAddr, caller: &Caller, body: &Value) -> TcpStream {
    let body = body.to_string();
    let request = format!(
        "POST {URL} HTTP/1.1\r\nHost: {address}\r\nCookie: {}\r\nContent-Length: {}\r\n\r\n{body}",
        caller.cookie(),
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// The messages of the response.
async fn receive(stream: &mut TcpStream) -> Vec<Value> {
    let mut answer = Vec::new();
    while !answer.ends_with(b"0\r\n\r\n") {
        let mut piece = [0; 65_536];
        let count = stream.read(&mut piece).await.unwrap();
        assert_ne!(count, 0, "{}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&piece[..count]);
    }
    let answer = String::from_utf8(answer).unwrap();
    let json = answer.find("[{").unwrap()..answer.rfind("}]").unwrap() + 2;
    serde_json::from_str(&answer[json]).unwrap()
}

#[tokio::test]
async fn a_connect_whose_client_has_gone_takes_no_message_along() {
    let house = House::new();
    let address = house.listen().await;
    let mut caller = house.signed_in("agent3001").await;
    let client = caller.subscribed().await;
    let mut received = Vec::new();
    for position in 1..=50 {
        let held = send(address, &caller, &connect(&client)).await;
        house.until_held(1).await;
        drop(held);
        // In every second round, the gateway has certainly noticed the broken connection.
        if position % 2 == 0 {
            house.until_held(0).await;
        }
        house.message("agent3001", position);
        let mut stream = send(address, &caller, &connect(&client)).await;
        received.extend(texts(&receive(&mut stream).await));
    }
    assert_eq!(received, (1..=50).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_reply_that_was_read_is_not_sent_again() {
    let house = House::new();
    let address = house.listen().await;
    let mut caller = house.signed_in("agent3001").await;
    let client = caller.subscribed().await;
    for position in 1..=20 {
        let mut held = send(address, &caller, &connect(&client)).await;
        house.until_held(1).await;
        house.message("agent3001", position);
        assert_eq!(texts(&receive(&mut held).await), [position]);
    }
    let delivered = house.engine.delivered.lock().unwrap();
    assert!(delivered.len() >= 19, "{delivered:?}");
}

/// The reply exceeds the buffers of the operating system. Without the `ack` extension the gateway cannot know how much
/// of it reached the client.
#[tokio::test]
async fn a_long_reply_that_was_read_in_part_is_sent_again() {
    let house = House::new();
    let address = house.listen().await;
    let mut caller = house.signed_in("agent3001").await;
    let session = serde_json::json!({"message": 1, "long": "x".repeat(1_000_000)}).to_string();
    let present = Present { sessions: vec![session.into(); 16], ..Present::default() };
    house.engine.present.lock().unwrap().insert("agent3001".to_owned(), present);
    let client = caller.subscribed().await;
    while house.cometd.counts().messages == 0 {
        tokio::task::yield_now().await;
    }
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let stream = socket.connect(address).await.unwrap();
    let mut stream = send_over(stream, address, &caller, &connect(&client)).await;
    let mut piece = [0; 1_000];
    stream.read_exact(&mut piece).await.unwrap();
    drop(stream);
    let mut stream = send(address, &caller, &connect(&client)).await;
    assert_eq!(texts(&receive(&mut stream).await), [1; 16]);
}
