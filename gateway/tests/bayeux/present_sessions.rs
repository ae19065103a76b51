//! What follows a subscription?

use im_session_gateway::bayeux::Present;
use serde_json::{Value, json};

use crate::support::{Answer, CHANNEL, Server, connect, data, notification, subscribe, unsubscribe};

fn present(position: u64, sessions: &[&'static str], undelivered: &[u64]) -> Present {
    let undelivered = undelivered.iter().map(|position| notification(*position, false));
    Present::new(position, sessions.iter().map(|data| data.as_bytes()), undelivered)
}

fn all_data(messages: &[Value]) -> Vec<&Value> {
    messages.iter().filter_map(|message| message.get("data")).collect()
}

#[test]
fn they_follow_each_subscription_that_covers_the_sessions() {
    for (subscription, covers) in [
        (json!(CHANNEL), true),
        (json!("/v2/me/*"), true),
        (json!(["/v2/me/x", "/v2/me/**"]), true),
        (json!("/v2/me/calls"), false),
    ] {
        let mut server = Server::new();
        let client = server.connected();
        server.post(subscribe(&client, subscription.clone())).one();
        let tickets = server.tickets();
        assert_eq!(tickets.len(), usize::from(covers), "{subscription}");
        for ticket in tickets {
            let held = server.post(connect(&client)).held();
            server.list(ticket, &present(0, &[r#"{"a":1}"#, r#"{"b":2}"#], &[]));
            let messages = server.release_of(held);
            assert_eq!(all_data(&messages), [&json!({"a": 1}), &json!({"b": 2})]);
            server.delivered(held);
            server.post(subscribe(&client, subscription.clone())).one();
            assert_eq!(server.tickets().len(), 1, "at every subscription");
        }
    }
}

#[test]
fn they_come_before_anything_newer() {
    let mut server = Server::new();
    let client = server.connected();
    server.post(subscribe(&client, json!(CHANNEL))).one();
    let held = server.post(connect(&client)).held();
    let ticket = server.tickets()[0];
    server.publish_state(4);
    server.publish(5);
    server.publish_state(7);
    assert!(server.released().is_empty(), "nothing overtakes the list");
    server.list(ticket, &present(6, &["60"], &[3]));
    // 4 is in the list. 3 and 5 are messages, which a list never contains.
    assert_eq!(data(&server.release_of(held)), [60, 3, 5, 7]);
}

#[test]
fn what_arrives_late_and_is_not_newer_is_left_out() {
    let mut server = Server::new();
    let client = server.connected();
    server.post(subscribe(&client, json!(CHANNEL))).one();
    let ticket = server.tickets()[0];
    server.list(ticket, &present(6, &["60"], &[5]));
    server.publish_state(4);
    server.publish(5);
    server.publish_state(6);
    server.publish_state(7);
    assert_eq!(data(&server.post(connect(&client)).now()), [60, 5, 7]);
}

#[test]
fn a_message_that_arrives_late_is_not_left_out() {
    let mut server = Server::new();
    let client = server.connected();
    server.post(subscribe(&client, json!(CHANNEL))).one();
    let ticket = server.tickets()[0];
    server.list(ticket, &present(6, &["60"], &[]));
    server.publish(5);
    assert_eq!(data(&server.post(connect(&client)).now()), [60, 5]);
}

#[test]
fn one_list_answers_the_subscriptions_until_it_comes() {
    let mut server = Server::new();
    let client = server.connected();
    server.post(subscribe(&client, json!(CHANNEL))).one();
    server.post(subscribe(&client, json!("/v2/me/*"))).one();
    let tickets = server.tickets();
    assert_eq!(tickets.len(), 1);
    server.list(tickets[0], &present(0, &["1"], &[]));
    // A second answer with the same ticket is ignored.
    server.list(tickets[0], &present(0, &["2"], &[]));
    assert_eq!(data(&server.post(connect(&client)).now()), [1]);
}

#[test]
fn a_newer_list_takes_the_place_of_one_that_was_not_sent() {
    let mut server = Server::new();
    let client = server.connected();
    for list in [["1"], ["2"], ["3"]] {
        // A batch, so that the reply must belong to the subscription alone.
        server.post(unsubscribe(&client, json!("/v2/me/x"))).now();
        let subscription = subscribe(&client, json!(CHANNEL));
        let sent = server.post(subscription).now();
        assert!(sent.len() <= 2);
        let ticket = server.tickets()[0];
        server.list(ticket, &present(0, &list, &[]));
    }
    assert!(server.bayeux.counts().messages <= 2);
}

#[test]
fn who_unsubscribes_before_the_list_gets_what_was_published_until_then() {
    let mut server = Server::new();
    let client = server.connected();
    server.post(subscribe(&client, json!(CHANNEL))).one();
    let ticket = server.tickets()[0];
    server.publish(1);
    let messages = server.post(unsubscribe(&client, json!(CHANNEL))).now();
    assert_eq!(data(&messages), [1]);
    server.list(ticket, &present(0, &["60"], &[]));
    server.post(connect(&client)).held();
}

#[test]
fn they_come_again_where_notifications_may_have_been_missed() {
    let mut server = Server::new();
    let client = server.subscribed();
    server.connected();
    server.publish(1);
    server.missed();
    let tickets = server.tickets();
    assert_eq!(tickets.len(), 1, "for the subscribed client");
    server.publish(9);
    server.list(tickets[0], &present(8, &["80"], &[1, 7]));
    assert_eq!(data(&server.post(connect(&client)).now()), [1, 80, 7, 9]);
}

#[test]
fn a_list_that_is_under_way_while_notifications_are_missed_is_asked_for_again() {
    let mut server = Server::new();
    let client = server.connected();
    server.post(subscribe(&client, json!(CHANNEL))).one();
    let old = server.tickets()[0];
    server.publish(3);
    server.missed();
    let new = server.tickets()[0];
    server.list(old, &present(1, &["10"], &[]));
    server.list(new, &present(5, &["50"], &[3, 4]));
    assert_eq!(data(&server.post(connect(&client)).now()), [50, 3, 4]);
}

#[test]
fn a_client_whose_list_cannot_be_had_is_told_to_begin_anew() {
    let mut server = Server::new();
    let client = server.connected();
    server.post(subscribe(&client, json!(CHANNEL))).one();
    let held = server.post(connect(&client)).held();
    let ticket = server.tickets()[0];
    server.bayeux.cannot_list(server.now, ticket);
    server.pass(std::time::Duration::ZERO);
    let released = server.release_of(held);
    assert_eq!(released[0]["error"], "402::Unknown client");
    assert_eq!(released[0]["advice"]["reconnect"], "handshake");
}

#[test]
fn a_list_does_not_overtake_messages_that_wait_and_reached_another_client() {
    let mut server = Server::new();
    let client = server.connected();
    server.post(subscribe(&client, json!(CHANNEL))).one();
    let ticket = server.tickets()[0];
    // 6 has reached another client of the agent, so the list does not contain it.
    server.publish(6);
    server.list(ticket, &present(8, &["80"], &[8]));
    server.publish(7);
    server.publish(8);
    assert_eq!(data(&server.post(connect(&client)).now()), [80, 6, 8, 7]);
}

#[test]
fn messages_before_one_that_overtook_its_list_are_neither_left_out_nor_said_to_have_arrived() {
    let mut server = Server::new();
    let client = server.connected();
    server.post(subscribe(&client, json!(CHANNEL))).one();
    server.tickets();
    server.publish(43);
    let Answer::Now(messages, exchange) = server.post(unsubscribe(&client, json!(CHANNEL))) else { panic!("held") };
    assert_eq!(data(&messages), [43]);
    server.delivered(exchange);
    // 41 and 42 have reached no client, so the list is expected to contain them.
    assert!(server.reached.is_empty());
    server.post(subscribe(&client, json!(CHANNEL))).one();
    let ticket = server.tickets()[0];
    server.list(ticket, &present(43, &["430"], &[41, 42, 43]));
    let Answer::Now(messages, exchange) = server.post(connect(&client)) else { panic!("held") };
    assert_eq!(data(&messages), [430, 41, 42]);
    server.delivered(exchange);
    assert_eq!(server.reached.last(), Some(&("agent3001".to_owned(), 42)));
}
