//! Are messages lost, repeated or out of order?

use std::time::Duration;

use serde_json::json;

use crate::support::{Answer, Server, connect, data, subscribe};

#[test]
fn a_reply_that_did_not_arrive_is_sent_again_before_what_is_newer() {
    let mut server = Server::new();
    let client = server.subscribed();
    let held = server.post(connect(&client)).held();
    server.publish(1);
    assert_eq!(data(&server.release_of(held)), [1]);
    server.publish(2);
    server.not_delivered(held);
    let Answer::Now(messages, exchange) = server.post(connect(&client)) else { panic!("held") };
    assert_eq!(data(&messages), [1, 2]);
    server.delivered(exchange);
    server.post(connect(&client)).held();
    assert!(server.released().is_empty());
}

#[test]
fn what_is_newer_waits_while_a_reply_is_on_its_way() {
    let mut server = Server::new();
    let client = server.subscribed();
    let held = server.post(connect(&client)).held();
    server.publish(1);
    server.release_of(held);
    server.publish(2);
    // The client sends the next connect before the server learns that its reply arrived.
    let next = server.post(connect(&client)).held();
    assert!(server.released().is_empty());
    server.delivered(held);
    assert_eq!(data(&server.release_of(next)), [2]);
}

#[test]
fn a_reply_that_did_not_arrive_is_sent_with_the_connect_that_is_held() {
    let mut server = Server::new();
    let client = server.subscribed();
    let held = server.post(connect(&client)).held();
    server.publish(1);
    server.release_of(held);
    let next = server.post(connect(&client)).held();
    server.not_delivered(held);
    assert_eq!(data(&server.release_of(next)), [1]);
}

#[test]
fn what_is_published_while_a_client_is_away_waits_for_it() {
    let mut server = Server::new();
    let client = server.subscribed();
    for position in 1..=3 {
        server.publish(position);
        server.pass(Duration::from_secs(4));
    }
    assert_eq!(data(&server.post(connect(&client)).now()), [1, 2, 3]);
}

#[test]
fn each_client_of_the_agent_gets_each_message() {
    let mut server = Server::new();
    let clients: Vec<_> = (0..3).map(|_| server.subscribed()).collect();
    server.publish(1);
    for client in &clients {
        assert_eq!(data(&server.exchange(connect(client))), [1]);
    }
}

#[test]
fn the_reply_to_a_subscription_that_did_not_arrive_loses_nothing() {
    let mut server = Server::new();
    let client = server.subscribed();
    server.publish(1);
    let Answer::Now(messages, exchange) = server.post(subscribe(&client, json!("/v2/me/calls"))) else {
        panic!("held")
    };
    assert_eq!(data(&messages), [1]);
    server.not_delivered(exchange);
    assert_eq!(data(&server.post(connect(&client)).now()), [1]);
}

#[test]
fn it_is_told_up_to_where_messages_reached_a_client() {
    let mut server = Server::new();
    let client = server.subscribed();
    server.publish(4);
    server.publish(7);
    let Answer::Now(_, exchange) = server.post(connect(&client)) else { panic!("held") };
    assert!(server.reached.is_empty());
    server.delivered(exchange);
    assert_eq!(server.reached, [("agent3001".to_owned(), 7)]);
    // A second report changes nothing.
    server.delivered(exchange);
    server.not_delivered(exchange);
    assert_eq!(server.reached.len(), 1);
}

#[test]
fn a_position_that_came_already_is_not_sent_twice() {
    let mut server = Server::new();
    let client = server.subscribed();
    server.publish(1);
    server.publish(1);
    server.publish(2);
    server.publish(1);
    assert_eq!(data(&server.post(connect(&client)).now()), [1, 2]);
}
