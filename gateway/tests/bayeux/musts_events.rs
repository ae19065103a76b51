//! "Event Message Field Definitions", and "Overall Operation".

use serde_json::json;

use crate::support::{CHANNEL, Server, connect, data, disconnect, handshake, subscribe, unsubscribe};

/// "Delivery": event messages MUST be delivered if the client is subscribed, and MUST contain `channel` and `data`.
#[test]
fn delivery_to_who_is_subscribed() {
    let mut server = Server::new();
    let (subscribed, other) = (server.subscribed(), server.connected());
    let held = server.post(connect(&subscribed)).held();
    server.browser = "browser2".to_owned();
    server.post(connect(&other)).held();
    server.publish(1);
    let messages = server.release_of(held);
    assert_eq!(messages[0], json!({"channel": CHANNEL, "data": 1, "id": "n1"}));
    assert_eq!(messages[1]["channel"], "/meta/connect");
    assert_eq!(messages[1]["successful"], true);
    assert!(server.released().is_empty());
}

/// "Delivery": available messages SHOULD go with the response that is sent immediately.
#[test]
fn delivery_with_any_reply_but_that_of_a_handshake() {
    let mut server = Server::new();
    let client = server.subscribed();
    let mut position = 0;
    for body in [
        subscribe(&client, json!("/v2/me/calls")),
        unsubscribe(&client, json!("/v2/me/calls")),
        json!([{"channel": "/foo", "clientId": client, "data": 1}]),
    ] {
        position += 1;
        server.publish(position);
        let messages = server.exchange(body);
        assert_eq!(data(&messages), [position]);
        assert_eq!(messages.len(), 2);
    }
    server.publish(9);
    let replies = server.post(handshake()).now();
    assert_eq!(replies.len(), 1);
}

/// "Publish Response": `successful` shows that nobody may publish here. "Meta Channels": messages published to them
/// MUST NOT be distributed.
#[test]
fn publishing_is_forbidden() {
    let mut server = Server::new();
    let client = server.subscribed();
    for channel in [CHANNEL, "/v2/me/calls", "/service/echo", "/meta/unknown", "/meta/connect/x", "/foo", ""] {
        let reply = server.post(json!([{"channel": channel, "clientId": client, "data": 1, "id": "7"}])).one();
        assert_eq!(reply, json!({"channel": channel, "id": "7", "successful": false, "error": "403::Forbidden"}));
    }
    server.post(connect(&client)).held();
}

/// "HTTP Transport": a client MUST NOT need more than two requests at a time, so one is answered while another is held.
#[test]
fn two_connection_operation() {
    let mut server = Server::new();
    let client = server.connected();
    let held = server.post(connect(&client)).held();
    assert_eq!(server.post(subscribe(&client, json!(CHANNEL))).one()["successful"], true);
    assert!(server.released().is_empty());
    server.list_nothing();
    server.publish(1);
    assert_eq!(data(&server.release_of(held)), [1]);
}

/// "Messages": several messages in one request are answered in order.
#[test]
fn a_batch_is_answered_in_order() {
    let mut server = Server::new();
    let client = server.handshake();
    let batch = json!([
        subscribe(&client, json!("/v2/me/calls"))[0],
        subscribe(&client, json!("/nobody"))[0],
        connect(&client)[0],
        unsubscribe(&client, json!("/v2/me/calls"))[0],
        disconnect(&client)[0],
        connect(&client)[0],
    ]);
    let replies = server.post(batch.clone()).now();
    let channels: Vec<_> = replies.iter().map(|reply| &reply["channel"]).collect();
    let asked: Vec<_> = batch.as_array().unwrap().iter().map(|message| &message["channel"]).collect();
    assert_eq!(channels, asked);
    let successful: Vec<_> = replies.iter().map(|reply| reply["successful"].as_bool().unwrap()).collect();
    assert_eq!(successful, [true, false, true, true, true, false]);
}
