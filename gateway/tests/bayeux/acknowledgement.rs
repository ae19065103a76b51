//! The `ack` extension: a message stays queued until it is acknowledged.

use serde_json::{Value, json};

use crate::support::{CHANNEL, Server, connect, data, subscribe};

fn handshake(ack: Value) -> Value {
    let mut message = crate::support::handshake();
    message[0]["ext"] = json!({ "ack": ack });
    message
}

fn acknowledging(server: &mut Server) -> String {
    let reply = server.post(handshake(json!(true))).one();
    assert_eq!(reply["ext"], json!({"ack": true}));
    let client = reply["clientId"].as_str().unwrap().to_owned();
    let reply = server.post(connect_with(&client, -1)).one();
    assert_eq!(reply["ext"], json!({"ack": 1}));
    server.post(subscribe(&client, json!(CHANNEL))).one();
    server.list_nothing();
    client
}

fn connect_with(client: &str, ack: i64) -> Value {
    let mut message = connect(client);
    message[0]["ext"] = json!({ "ack": ack });
    message
}

#[test]
fn it_is_negotiated_where_the_client_asks() {
    let mut server = Server::new();
    assert_eq!(server.post(handshake(json!({"enabled": true}))).one()["ext"], json!({"ack": true}));
    for ack in [json!(false), json!(null), json!(1), json!({"enabled": false})] {
        let reply = server.post(handshake(ack)).one();
        assert_eq!(reply["successful"], true);
        assert_eq!(reply.get("ext"), None);
    }
}

#[test]
fn messages_come_again_until_they_are_acknowledged() {
    let mut server = Server::new();
    let client = acknowledging(&mut server);
    let held = server.post(connect_with(&client, 1)).held();
    server.publish(1);
    let released = server.release_of(held);
    assert_eq!((data(&released), &released[1]["ext"]), (vec![1], &json!({"ack": 2})));
    // The reply was written, but did not reach the client.
    server.delivered(held);
    server.publish(2);
    let messages = server.post(connect_with(&client, 1)).now();
    assert_eq!((data(&messages), &messages[2]["ext"]), (vec![1, 2], &json!({"ack": 3})));
    assert!(server.reached.is_empty());
    server.post(connect_with(&client, 3)).held();
    assert_eq!(server.reached, [("agent3001".to_owned(), 2)]);
    assert_eq!(server.bayeux.counts().messages, 0);
}

#[test]
fn a_part_is_acknowledged_where_the_last_reply_is_lost() {
    let mut server = Server::new();
    let client = acknowledging(&mut server);
    server.publish(1);
    assert_eq!(data(&server.post(connect_with(&client, 1)).now()), [1]);
    server.publish(2);
    let messages = server.post(connect_with(&client, 2)).now();
    assert_eq!(data(&messages), [2]);
    let messages = server.post(connect_with(&client, 2)).now();
    assert_eq!(data(&messages), [2]);
}

#[test]
fn messages_come_with_replies_to_connects_only() {
    let mut server = Server::new();
    let client = acknowledging(&mut server);
    server.publish(1);
    assert_eq!(server.post(subscribe(&client, json!("/v2/me/calls"))).now().len(), 1);
    assert_eq!(data(&server.post(connect_with(&client, 1)).now()), [1]);
}

#[test]
fn a_batch_that_was_never_sent_is_not_acknowledged() {
    let mut server = Server::new();
    let client = acknowledging(&mut server);
    for (position, ack, sent) in [(1, 1_000_000, vec![1]), (2, -7, vec![1, 2]), (3, i64::MAX, vec![3])] {
        server.publish(position);
        assert_eq!(data(&server.post(connect_with(&client, ack)).now()), sent, "{ack}");
    }
}

#[test]
fn without_the_extension_ext_is_not_there_and_acknowledges_nothing() {
    let mut server = Server::new();
    let client = server.subscribed();
    server.publish(1);
    let messages = server.post(connect_with(&client, 99)).now();
    assert_eq!(data(&messages), [1]);
    assert_eq!(messages[1].get("ext"), None);
}
