//! What is limited, and are agents isolated from each other?

use std::time::Duration;

use im_session_gateway::bayeux::{Notification, Present, Settings};
use serde_json::json;

use crate::support::{Answer, CHANNEL, Server, connect, data, disconnect, handshake, subscribe, unsubscribe};

#[test]
fn a_client_with_1000_messages_waiting_is_there_and_with_one_more_it_is_forgotten() {
    let mut server = Server::new();
    let (quick, slow) = (server.subscribed(), server.subscribed());
    for position in 1..=1_000 {
        server.publish(position);
    }
    assert_eq!(data(&server.exchange(connect(&quick))).len(), 1_000);
    server.publish(1_001);
    let reply = server.post(connect(&slow)).one();
    assert_eq!(reply["error"], "402::Unknown client");
    assert_eq!(reply["advice"]["reconnect"], "handshake");
    assert_eq!(data(&server.exchange(connect(&quick))), [1_001]);
}

#[test]
fn a_client_with_more_than_a_mebibyte_waiting_is_forgotten() {
    let mut server = Server::new();
    server.subscribed();
    let data = format!("\"{}\"", "x".repeat(1 << 19));
    let notification = |position| Notification::new(position, "n", false, data.as_bytes());
    server.bayeux.publish(server.now, "agent3001", &notification(1));
    assert_eq!(server.bayeux.counts().clients, 1);
    server.bayeux.publish(server.now, "agent3001", &notification(2));
    assert_eq!(server.bayeux.counts(), Default::default());
}

#[test]
fn messages_on_their_way_and_those_that_wait_for_a_list_count() {
    let mut server = Server::new();
    let client = server.connected();
    server.post(subscribe(&client, json!(CHANNEL))).one();
    for position in 1..=1_001 {
        server.publish(position);
    }
    assert_eq!(server.bayeux.counts().clients, 0, "waiting for the list");

    let client = server.subscribed();
    for position in 1..=1_000 {
        server.publish(position);
    }
    let held = server.post(connect(&client)).now();
    assert_eq!(held.len(), 1_001);
    server.publish(1_001);
    assert_eq!(server.bayeux.counts().clients, 0, "on their way");
}

#[test]
fn what_a_list_brings_does_not_count_since_the_client_would_come_back_for_it() {
    let mut server = Server::new();
    let client = server.connected();
    server.post(subscribe(&client, json!(CHANNEL))).one();
    let ticket = server.tickets()[0];
    let session = "1".repeat(20);
    let sessions = std::iter::repeat_n(session.as_bytes(), 2_000);
    let undelivered = (1..=2_000).map(|position| crate::support::notification(position, false));
    server.list(ticket, &Present::new(5_000, sessions, undelivered));
    server.publish(5_001);
    assert_eq!(server.post(connect(&client)).now().len(), 4_002);
}

/// Found by the fuzz target `bayeux`.
#[test]
fn what_older_lists_brought_counts_since_lists_have_no_end() {
    let mut settings = Settings::default();
    settings.queue_messages = 10;
    let mut server = Server::with(settings);
    let client = server.handshake_that_acknowledges();
    server.post(connect(&client)).one();
    // The client never acknowledges. It starts again after every four messages that reached no client.
    for round in 0..3 {
        server.post(subscribe(&client, json!(CHANNEL))).one();
        let undelivered = (1..=4).map(|message| crate::support::notification(4 * round + message, false));
        let ticket = server.tickets()[0];
        server.list(ticket, &Present::new(4 * round + 4, [], undelivered));
        assert_eq!(server.bayeux.counts().messages as u64, 4 * round + 4);
        server.post(unsubscribe(&client, json!(CHANNEL))).one();
    }
    server.post(subscribe(&client, json!(CHANNEL))).one();
    let ticket = server.tickets()[0];
    server.list(ticket, &Present::new(12, [], []));
    assert_eq!(server.post(connect(&client)).one()["error"], "402::Unknown client");
    assert_eq!(server.bayeux.counts(), Default::default());
}

/// Found by the fuzz target `bayeux`.
#[test]
fn of_lists_that_did_not_arrive_the_newest_is_kept() {
    let mut server = Server::new();
    let client = server.subscribed();
    for round in 1..=5_u64 {
        server.missed();
        let ticket = server.tickets()[0];
        server.list(ticket, &Present::new(round, [round.to_string().as_bytes()], []));
        let Answer::Now(messages, exchange) = server.post(connect(&client)) else { panic!("a list is ready") };
        assert_eq!(data(&messages), [round]);
        // A newer list arrives while this one is in flight.
        server.missed();
        let ticket = server.tickets()[0];
        server.list(ticket, &Present::new(round, [(10 + round).to_string().as_bytes()], []));
        assert_eq!(server.bayeux.counts().messages, 2);
        server.not_delivered(exchange);
        assert_eq!(server.bayeux.counts().messages, 1);
    }
    assert_eq!(data(&server.post(connect(&client)).now()), [15]);
}

#[test]
fn an_agent_has_100_clients_and_room_again_when_they_are_gone() {
    let mut server = Server::new();
    let clients: Vec<_> = (0..100).map(|_| server.handshake()).collect();
    let reply = server.post(handshake()).one();
    assert_eq!(reply["successful"], false);
    assert_eq!(reply["error"], "503::Too many clients");
    assert_eq!(reply["advice"]["reconnect"], "retry");
    assert_eq!(reply["advice"]["interval"], 15_000);
    server.agent = "agent3002".to_owned();
    server.handshake();
    server.agent = "agent3001".to_owned();
    server.post(disconnect(&clients[0])).one();
    server.handshake();
    server.pass(Duration::from_secs(15));
    assert_eq!(server.bayeux.counts().clients, 0);
}

#[test]
fn clients_in_all_subscriptions_and_messages_of_a_request_are_bounded() {
    let mut settings = Settings::default();
    settings.clients = 1;
    settings.subscriptions = 2;
    settings.messages_per_request = 3;
    let mut server = Server::with(settings);
    let client = server.handshake();
    assert_eq!(server.post(handshake()).one()["error"], "503::Too many clients");
    let mut subscribe_to = |channels| server.post(subscribe(&client, channels)).one()["successful"].clone();
    assert_eq!(subscribe_to(json!(["/v2/me/a", "/v2/me/b", "/v2/me/c"])), false);
    assert_eq!(subscribe_to(json!(["/v2/me/a", "/v2/me/b", "/v2/me/a"])), true);
    assert_eq!(subscribe_to(json!("/v2/me/b")), true);
    assert_eq!(subscribe_to(json!("/v2/me/c")), false);
    assert_eq!(server.post(unsubscribe(&client, json!("/v2/me/a"))).one()["successful"], true);
    assert_eq!(server.post(subscribe(&client, json!("/v2/me/c"))).one()["successful"], true);
    assert_eq!(server.post(json!([{}, {}, {}])).now().len(), 3);
    assert_eq!(server.post_bytes(b"[{},{},{},{}]").unwrap_err(), "expected at most 3 messages in one request, got 4");
}

#[test]
fn another_agents_client_is_unknown_whatever_is_asked_of_it() {
    let mut server = Server::new();
    let client = server.subscribed();
    server.publish(1);
    server.agent = "agent3002".to_owned();
    for body in [
        connect(&client),
        subscribe(&client, json!(CHANNEL)),
        unsubscribe(&client, json!(CHANNEL)),
        disconnect(&client),
        json!([{"channel": "/foo", "clientId": client}]),
        json!([{"clientId": client}]),
    ] {
        let reply = server.post(body).one();
        assert_eq!(reply["error"], "402::Unknown client");
    }
    server.publish(2);
    server.agent = "agent3001".to_owned();
    assert_eq!(data(&server.post(connect(&client)).now()), [1]);
}

#[test]
fn all_is_forgotten_in_the_end() {
    let mut server = Server::new();
    for _ in 0..5 {
        let client = server.subscribed();
        server.browser += "x";
        server.post(connect(&client)).held();
    }
    server.publish(1);
    assert_eq!(server.released().len(), 5);
    server.pass(Duration::from_secs(15));
    let counts = server.bayeux.counts();
    assert_eq!((counts.clients, counts.held, counts.messages, counts.bytes), (0, 0, 0, 0));
}

#[test]
fn a_client_has_20_subscriptions() {
    let mut server = Server::new();
    let client = server.handshake();
    for number in 0..20 {
        let channel = json!(format!("/v2/me/{number}"));
        assert_eq!(server.post(subscribe(&client, channel)).one()["successful"], true, "{number}");
    }
    let reply = server.post(subscribe(&client, json!("/v2/me/20"))).one();
    assert_eq!(reply["error"], "403::Too many subscriptions");
}

#[test]
fn an_id_has_256_bytes_and_a_message_with_a_longer_one_changes_nothing() {
    let mut server = Server::new();
    let client = server.subscribed();
    let with_id = |length: usize| {
        let mut connect = connect(&client);
        connect[0]["id"] = json!("i".repeat(length));
        connect
    };
    let exchange = server.post(with_id(256)).held();
    let refused = server.post(with_id(257)).one();
    assert_eq!(refused["error"], "400::Expected an id of at most 256 bytes");
    assert!(refused.get("id").is_none(), "{refused}");
    server.publish(1);
    let released = server.release_of(exchange);
    assert_eq!((data(&released[..1]), &released[1]["id"]), (vec![1], &json!("i".repeat(256))));
    let mut handshake = handshake();
    handshake[0]["id"] = json!("i".repeat(257));
    let refused = server.post(handshake).one();
    assert_eq!((&refused["successful"], server.bayeux.counts().clients), (&json!(false), 1));
}

#[test]
fn all_queues_together_are_bounded_and_the_client_with_the_most_is_forgotten() {
    let mut settings = Settings::default();
    // There is room for eleven messages. Each counts as its text and 128 bytes.
    settings.queue_bytes_of_all = 11 * (128 + 60);
    let mut server = Server::with(settings);
    let slow = server.subscribed();
    (1..=7).for_each(|position| server.publish(position));
    server.agent = "agent3002".to_owned();
    let quick = server.subscribed();
    let counts = |server: &Server| (server.bayeux.counts().clients, server.bayeux.counts().messages);
    (8..=11).for_each(|position| server.publish(position));
    assert_eq!(counts(&server), (2, 11));
    server.publish(12);
    assert_eq!(counts(&server), (1, 5), "the other client has fewer messages, and keeps them");
    assert_eq!(data(&server.post(connect(&quick)).now()), [8, 9, 10, 11, 12]);
    server.agent = "agent3001".to_owned();
    assert_eq!(server.post(connect(&slow)).one()["error"], "402::Unknown client");
}

#[test]
fn what_was_delivered_makes_room_in_all_queues() {
    let mut settings = Settings::default();
    settings.queue_bytes_of_all = 3 * (128 + 60);
    let mut server = Server::with(settings);
    let (client, other) = (server.subscribed(), server.handshake_that_acknowledges());
    server.post(subscribe(&other, json!(CHANNEL))).one();
    server.list_nothing();
    for position in 1..=30 {
        server.publish(position);
        let of_client = server.exchange(connect(&client));
        assert_eq!(data(&of_client), [position]);
        let mut acknowledging = connect(&other);
        acknowledging[0]["ext"] = json!({ "ack": position - 1 });
        assert_eq!(data(&server.exchange(acknowledging)), [position]);
    }
    server.post(unsubscribe(&client, json!(CHANNEL))).one();
    server.post(disconnect(&other)).one();
    assert_eq!(server.bayeux.counts().clients, 1);
}
