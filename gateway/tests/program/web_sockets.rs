//! Does a WebSocket count as a connection, from its first byte to its last?

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Message, WebSocket, client};

use super::support::{PATIENCE, Running, status_of};

/// A cookie of agent3001.
fn cookie(gateway: &Running) -> String {
    let mut stream = gateway.connect();
    let head = "GET /api/v2/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Basic ";
    write!(stream, "{head}YWdlbnQzMDAxOmRlbW8=\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

fn open(gateway: &Running) -> WebSocket<TcpStream> {
    let cookie = cookie(gateway);
    let url = format!("ws://{}/api/v2/notifications", gateway.address);
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("cookie", cookie.parse().unwrap());
    client(request, gateway.connect()).unwrap().0
}

fn send(socket: &mut WebSocket<TcpStream>, body: &Value) {
    socket.send(Message::text(body.to_string())).unwrap();
}

fn receive(socket: &mut WebSocket<TcpStream>) -> Value {
    serde_json::from_str(socket.read().unwrap().to_text().unwrap()).unwrap()
}

fn connect(client: &str) -> Value {
    json!([{"channel": "/meta/connect", "clientId": client, "connectionType": "websocket"}])
}

/// A client of the socket whose connect is held.
fn held(socket: &mut WebSocket<TcpStream>) -> String {
    let types = ["long-polling", "websocket"];
    send(socket, &json!([{"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": types}]));
    let client = receive(socket)[0]["clientId"].as_str().unwrap().to_owned();
    send(socket, &connect(&client));
    assert_eq!(receive(socket)[0]["successful"], true);
    send(socket, &connect(&client));
    // Later messages are answered before the connect.
    send(socket, &json!([{"channel": "/foo", "clientId": client, "data": 1}]));
    assert_eq!(receive(socket)[0]["channel"], "/foo");
    client
}

#[test]
fn it_keeps_its_place_as_long_as_it_is_open() {
    let gateway = Running::start(&["--connections", "1"]);
    let mut socket = open(&gateway);
    held(&mut socket);
    let mut second = gateway.connect();
    second.write_all(b"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    second.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let waits = second.read(&mut [0]).map_err(|error| error.kind());
    assert!(matches!(waits, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "{waits:?}");
    drop(socket);
    second.set_read_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(status_of(&mut second), 404);
}

#[test]
fn the_end_answers_what_is_held_and_closes_it() {
    let mut gateway = Running::start(&[]);
    let mut sockets: Vec<_> = (0..20).map(|_| open(&gateway)).collect();
    for socket in &mut sockets {
        held(socket);
    }
    gateway.signal("TERM");
    for socket in &mut sockets {
        assert_eq!(receive(socket)[0]["channel"], "/meta/connect");
        let close = socket.read().unwrap();
        assert!(matches!(&close, Message::Close(Some(frame)) if u16::from(frame.code) == 1001), "{close:?}");
    }
    drop(sockets);
    assert_eq!(gateway.child.wait().unwrap().code(), Some(0));
}

#[test]
fn there_are_as_many_clients_as_connections() {
    let gateway = Running::start(&["--connections", "2"]);
    let mut socket = open(&gateway);
    let handshake = json!([{"channel": "/meta/handshake", "supportedConnectionTypes": ["websocket"]}]);
    let mut shake = || {
        send(&mut socket, &handshake);
        receive(&mut socket)[0]["error"].clone()
    };
    assert_eq!([shake(), shake(), shake()], [Value::Null, Value::Null, "503::Too many clients".into()]);
}
