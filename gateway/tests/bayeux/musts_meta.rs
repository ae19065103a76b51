//! "Meta Message Field Definitions", and "Meta Channels".

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{CHANNEL, Server, connect, data, disconnect, handshake, subscribe, unsubscribe};

/// "Successful Handshake Response": the members that it MUST contain.
#[test]
fn handshake_response_has_its_fields() {
    let reply = Server::new().post(handshake()).one();
    assert_eq!(reply["channel"], "/meta/handshake");
    assert_eq!(reply["version"], "1.0");
    assert_eq!(reply["minimumVersion"], "1.0");
    assert_eq!(reply["successful"], true);
    assert!(reply["clientId"].is_string());
    assert_eq!(reply["advice"], json!({"reconnect": "retry", "interval": 0, "timeout": 30000, "maxInterval": 15000}));
}

/// "Successful Handshake Response": without a connection type in common it MUST be unsuccessful.
#[test]
fn handshake_without_a_common_connection_type_fails() {
    let mut server = Server::new();
    for types in [json!(["callback-polling", "iframe"]), json!([]), json!("long-polling"), json!(null), json!([1])] {
        let reply =
            server.post(json!([{"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": types}]));
        let reply = reply.one();
        assert_eq!(reply["successful"], false, "{types}");
        assert!(reply["error"].is_string());
        assert_eq!(reply["advice"]["reconnect"], "none");
        assert_eq!(reply.get("clientId"), None);
    }
    assert_eq!(server.bayeux.counts().clients, 0);
}

/// "`version`": the version expected by the client.
#[test]
fn handshake_of_another_version_fails() {
    let mut server = Server::new();
    let mut shake = |version: Value, minimum: Value| {
        let mut message = handshake();
        message[0]["version"] = version;
        message[0]["minimumVersion"] = minimum;
        server.post(message).one()["successful"].clone()
    };
    for (version, minimum) in
        [("1.0", "1.0"), ("1.0", "0.9"), ("1.0", "1.0beta"), ("2.0", "1.0"), ("1.1", "1.0"), ("1", "1")]
    {
        assert_eq!(shake(json!(version), json!(minimum)), true, "{version} {minimum}");
    }
    assert_eq!(shake(Value::Null, Value::Null), true);
    for (version, minimum) in [("0.1", "0.1"), ("2.0", "2.0"), ("2.0", "1.1"), ("x", "1.0"), ("1.0", "x")] {
        assert_eq!(shake(json!(version), json!(minimum)), false, "{version} {minimum}");
    }
}

/// "Handshake Request": the server MUST ignore any other message sent in the same request.
#[test]
fn handshake_stands_alone() {
    let mut server = Server::new();
    let client = server.handshake();
    let messages =
        [disconnect(&client)[0].clone(), handshake()[0].clone(), handshake()[0].clone(), connect(&client)[0].clone()];
    let replies = server.post(json!(messages)).now();
    assert_eq!(replies.len(), 1);
    assert_eq!(replies[0]["channel"], "/meta/handshake");
    assert_eq!(server.bayeux.counts().clients, 2);
}

/// "Connect Response": the members that it MUST contain; every response has advice.
#[test]
fn connect_response_has_its_fields() {
    let mut server = Server::new();
    let client = server.handshake();
    let reply = server.post(connect(&client)).one();
    assert_eq!(reply["channel"], "/meta/connect");
    assert_eq!(reply["successful"], true);
    assert_eq!(reply["clientId"], json!(client));
    assert_eq!(reply["advice"], json!({"reconnect": "retry", "interval": 0, "timeout": 30000, "maxInterval": 15000}));
}

/// "`connectionType`" MUST be included in requests to `/meta/connect`.
#[test]
fn connect_without_a_connection_type_fails_with_advice() {
    let mut server = Server::new();
    let client = server.handshake();
    for kind in [json!(null), json!("callback-polling"), json!(["long-polling"])] {
        let reply =
            server.post(json!([{"channel": "/meta/connect", "clientId": client, "connectionType": kind}])).one();
        assert_eq!(reply["successful"], false);
        assert_eq!(reply["advice"]["reconnect"], "none");
        assert!(reply["advice"]["interval"].is_number() && reply["advice"]["timeout"].is_number());
    }
}

/// "`reconnect` advice field": `handshake` if the server has terminated the connection.
#[test]
fn unknown_clients_are_told_to_handshake() {
    let mut server = Server::new();
    for body in [connect("nobody"), subscribe("nobody", json!(CHANNEL)), unsubscribe("nobody", json!(CHANNEL))] {
        let reply = server.post(body).one();
        assert_eq!(reply["successful"], false);
        assert_eq!(reply["error"], "402::Unknown client");
        assert_eq!(reply["advice"]["reconnect"], "handshake");
        assert_eq!(reply["advice"]["interval"], 0);
        assert_eq!(reply["advice"]["timeout"], 30000);
    }
}

/// "Connect Response": if no connect is held, and none arrives in time, the server SHOULD act as after a disconnect.
#[test]
fn connect_that_does_not_come_ends_the_client() {
    let almost = Duration::from_millis(14_999);
    let mut server = Server::new();
    let after_handshake = server.handshake();
    server.pass(almost);
    server.post(connect(&after_handshake)).one();
    server.pass(almost);
    // Other messages do not count as connects.
    server.post(subscribe(&after_handshake, json!(CHANNEL))).one();
    server.pass(Duration::from_millis(1));
    assert_eq!(server.post(connect(&after_handshake)).one()["error"], "402::Unknown client");
    assert_eq!(server.bayeux.counts().clients, 0);
    assert_eq!(server.bayeux.next_wake(), None);
}

/// "Disconnect Request": the server SHOULD release waiting handlers, and removes all state.
#[test]
fn disconnect_releases_the_connect_and_removes_the_client() {
    let mut server = Server::new();
    let client = server.subscribed();
    let held = server.post(connect(&client)).held();
    let reply = server.post(disconnect(&client)).one();
    assert_eq!(reply["channel"], "/meta/disconnect");
    assert_eq!(reply["successful"], true);
    let released = server.release_of(held);
    assert_eq!(released[0]["channel"], "/meta/connect");
    assert_eq!(released[0]["successful"], false);
    assert_eq!(released[0]["advice"]["reconnect"], "none");
    assert_eq!(server.bayeux.counts(), Default::default());
    assert_eq!(server.post(disconnect(&client)).one()["error"], "402::Unknown client");
}

/// "Subscribe Response" and "Unsubscribe Response": the members that they MUST contain; `subscription` is a name, a
/// pattern or an array of these.
#[test]
fn subscribe_and_unsubscribe_take_one_or_a_list() {
    for subscription in [json!(CHANNEL), json!("/v2/me/*"), json!("/v2/me/**"), json!(["/v2/me/calls", CHANNEL])] {
        let mut server = Server::new();
        let client = server.connected();
        let reply = server.post(subscribe(&client, subscription.clone())).one();
        assert_eq!(reply["channel"], "/meta/subscribe");
        assert_eq!(reply["successful"], true, "{reply}");
        assert_eq!(reply["subscription"], subscription);
        server.list_nothing();
        server.publish(1);
        assert_eq!(data(&server.exchange(connect(&client))), [1], "{subscription}");

        let reply = server.post(unsubscribe(&client, subscription.clone())).one();
        assert_eq!(reply["channel"], "/meta/unsubscribe");
        assert_eq!(reply["successful"], true);
        assert_eq!(reply["subscription"], subscription);
        server.publish(2);
        server.post(connect(&client)).held();
    }
}

/// "Unsubscribe": from something that was not subscribed, and from one of two patterns that cover the same channel.
#[test]
fn unsubscribe_takes_away_its_own_subscription_only() {
    let mut server = Server::new();
    let client = server.connected();
    server.post(subscribe(&client, json!([CHANNEL, "/v2/me/*"]))).one();
    server.list_nothing();
    assert_eq!(server.post(unsubscribe(&client, json!([CHANNEL, "/v2/me/never"]))).one()["successful"], true);
    server.publish(1);
    assert_eq!(data(&server.post(connect(&client)).now()), [1]);
}

/// "`subscription`" MUST be included in requests and responses.
#[test]
fn subscription_that_is_none_is_refused() {
    let mut server = Server::new();
    let client = server.handshake();
    for channel in ["/meta/subscribe", "/meta/unsubscribe"] {
        for subscription in [json!(null), json!([]), json!(7), json!([CHANNEL, 7]), json!({})] {
            let message = json!([{"channel": channel, "clientId": client, "subscription": subscription}]);
            let reply = server.post(message).one();
            assert_eq!(reply["successful"], false, "{subscription}");
            assert_eq!(reply["subscription"], subscription);
        }
        assert_eq!(server.post(json!([{"channel": channel, "clientId": client}])).one()["successful"], false);
    }
}

/// "Meta Channels", "Service Channels", and all channels that are not the agent's.
#[test]
fn subscription_to_what_is_not_the_agents_is_forbidden() {
    let mut server = Server::new();
    let client = server.connected();
    for channel in [
        "/meta/connect",
        "/meta/*",
        "/service/echo",
        "/**",
        "/*",
        "/v2/*",
        "/v2/**",
        "/v2/me",
        "/v2/me/",
        "/v2/you/im-sessions",
        "/v2/me/*/x",
        "/v2/me/**/x",
        "/v2/me//x",
        "/v2/me/x y",
        "/v2/me/é",
        "v2/me/x",
        "",
        "/v2/me/x*",
        "/v2/me/x/",
    ] {
        let reply = server.post(subscribe(&client, json!([CHANNEL, channel]))).one();
        assert_eq!(reply["successful"], false, "{channel}");
        assert_eq!(reply["error"], "403::Forbidden", "{channel}");
        assert_eq!(reply.get("advice"), None);
    }
    // No channel of the array was accepted.
    assert!(server.tickets().is_empty());
    server.publish(1);
    server.post(connect(&client)).held();
}
