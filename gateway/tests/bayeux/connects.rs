//! How many connects are held, and when are they released?

use std::time::Duration;

use im_session_gateway::bayeux::{Settings, Transport};
use serde_json::json;

use crate::support::{CHANNEL, Server, connect, data, disconnect, handshake, subscribe};

const TIMEOUT: Duration = Duration::from_secs(30);

#[test]
fn the_first_after_a_handshake_is_answered_at_once_and_the_next_is_held_until_the_timeout() {
    let mut server = Server::new();
    let client = server.handshake();
    server.post(connect(&client)).one();
    let held = server.post(connect(&client)).held();
    assert_eq!(server.bayeux.next_wake(), Some(server.now + TIMEOUT));
    server.pass(TIMEOUT - Duration::from_millis(1));
    assert!(server.released().is_empty());
    server.pass(Duration::from_millis(1));
    let released = server.release_of(held);
    assert_eq!(released.len(), 1);
    assert_eq!(released[0]["successful"], true);
    assert_eq!(released[0]["advice"]["reconnect"], "retry");
    // From then on, `maxInterval` applies.
    server.pass(Duration::from_millis(14_999));
    server.post(connect(&client)).held();
}

#[test]
fn a_shorter_timeout_of_the_client_is_honoured_a_longer_one_is_not() {
    for (timeout, held_for) in [(0, None), (1_000, Some(Duration::from_secs(1))), (60_000, Some(TIMEOUT))] {
        let mut server = Server::new();
        let client = server.connected();
        let mut message = connect(&client);
        message[0]["advice"] = json!({"timeout": timeout});
        let answer = server.post(message);
        match held_for {
            None => assert_eq!(answer.one()["successful"], true),
            Some(held_for) => {
                answer.held();
                assert_eq!(server.bayeux.next_wake(), Some(server.now + held_for));
            }
        }
    }
}

#[test]
fn one_beside_other_messages_is_not_held() {
    let mut server = Server::new();
    let client = server.connected();
    let batch = json!([subscribe(&client, json!("/v2/me/calls"))[0], connect(&client)[0]]);
    assert_eq!(server.post(batch).now().len(), 2);
}

#[test]
fn a_second_one_of_the_same_client_releases_the_first() {
    let mut server = Server::new();
    let client = server.subscribed();
    let first = server.post(connect(&client)).held();
    let second = server.post(connect(&client)).held();
    let released = server.release_of(first);
    assert_eq!(released[0]["successful"], true);
    // A client that sends a connect after each reply must not spin.
    assert_eq!(released[0]["advice"]["interval"], 2000);
    server.publish(1);
    assert_eq!(data(&server.release_of(second)), [1]);
    assert_eq!(server.bayeux.counts().held, 0);
}

#[test]
fn one_is_held_for_a_browser_and_the_other_client_is_not_starved() {
    let mut server = Server::new();
    let (one, two) = (server.subscribed(), server.subscribed());
    let held = server.post(connect(&one)).held();
    let reply = server.post(connect(&two)).one();
    assert_eq!(reply["successful"], true);
    assert_eq!(reply["advice"]["multiple-clients"], true);
    assert_eq!(reply["advice"]["interval"], 2000);
    server.publish(1);
    assert_eq!(data(&server.release_of(held)), [1]);
    server.delivered(held);
    assert_eq!(data(&server.exchange(connect(&two))), [1]);
    // The other client is now the first one.
    server.post(connect(&two)).held();
    let reply = server.post(connect(&one)).one();
    assert_eq!(reply["advice"]["multiple-clients"], true);
    // The limit is its interval plus maxInterval.
    server.pass(Duration::from_millis(16_999));
    assert_eq!(server.post(connect(&one)).one()["successful"], true);
}

#[test]
fn another_agent_with_the_cookie_of_the_browser_does_not_count() {
    let mut server = Server::new();
    let client = server.connected();
    server.agent = "agent3002".to_owned();
    let other = server.connected();
    server.post(connect(&other)).held();
    server.agent = "agent3001".to_owned();
    server.post(connect(&client)).held();
    assert_eq!(server.bayeux.counts().held, 2);
}

#[test]
fn other_browsers_and_web_sockets_do_not_count() {
    let mut server = Server::new();
    let clients: Vec<_> = (0..4).map(|_| server.connected()).collect();
    server.post(connect(&clients[0])).held();
    server.browser = "browser2".to_owned();
    server.post(connect(&clients[1])).held();
    server.transport = Transport::WebSocket;
    for client in &clients[2..] {
        let mut message = connect(client);
        message[0]["connectionType"] = json!("websocket");
        server.post(message).held();
    }
    assert_eq!(server.bayeux.counts().held, 4);
}

#[test]
fn as_many_are_held_for_a_browser_as_the_settings_say() {
    let mut settings = Settings::default();
    settings.held_per_browser = 2;
    let mut server = Server::with(settings);
    let clients: Vec<_> = (0..3).map(|_| server.connected()).collect();
    server.post(connect(&clients[0])).held();
    server.post(connect(&clients[1])).held();
    server.post(connect(&clients[2])).one();
    server.post(disconnect(&clients[0])).one();
    server.post(connect(&clients[2])).held();
}

#[test]
fn one_whose_connection_goes_is_released_and_the_client_has_max_interval() {
    let mut server = Server::new();
    let client = server.subscribed();
    let held = server.post(connect(&client)).held();
    server.not_delivered(held);
    assert!(server.released().is_empty());
    assert_eq!(server.bayeux.counts().held, 0);
    server.publish(1);
    server.pass(Duration::from_millis(14_999));
    assert_eq!(data(&server.post(connect(&client)).now()), [1]);
}

#[test]
fn all_are_released_at_shutdown_and_none_is_held_after() {
    let mut server = Server::new();
    let one = server.connected();
    server.browser = "browser2".to_owned();
    let two = server.connected();
    server.post(connect(&one)).held();
    server.browser = "browser1".to_owned();
    server.post(connect(&two)).held();
    server.shut_down();
    let released = server.released();
    assert_eq!(released.len(), 2);
    assert!(released.iter().all(|(_, messages)| messages[0]["successful"] == true));
    let reply = server.post(connect(&one)).one();
    assert_eq!(reply["successful"], true);
    assert_eq!(reply["advice"]["interval"], 2000);
}

#[test]
fn a_sign_out_ends_the_clients_of_the_session_and_no_others() {
    let mut server = Server::new();
    let one = server.connected();
    server.session = "session2".to_owned();
    let two = server.connected();
    server.browser = "browser2".to_owned();
    let other = server.post(connect(&two)).held();
    server.session = "session1".to_owned();
    server.browser = "browser1".to_owned();
    let held = server.post(connect(&one)).held();
    server.sign_out("session1");
    let released = server.release_of(held);
    assert_eq!(released[0]["error"], "401::Not signed in");
    assert_eq!(released[0]["advice"]["reconnect"], "none");
    assert_eq!(server.bayeux.counts().clients, 1);
    server.not_delivered(other);
    assert_eq!(server.post(connect(&one)).one()["error"], "402::Unknown client");
}

#[test]
fn time_that_goes_back_changes_nothing() {
    let mut server = Server::new();
    let client = server.connected();
    let held = server.post(connect(&client)).held();
    let now = server.now;
    server.now = Duration::ZERO;
    server.post(handshake()).one();
    assert!(server.released().is_empty());
    server.now = now;
    server.pass(TIMEOUT);
    server.release_of(held);
    server.post(subscribe(&client, json!(CHANNEL))).one();
}
