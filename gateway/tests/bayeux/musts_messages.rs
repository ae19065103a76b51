//! "Protocol Elements" and "Common Message Field Definitions".

use serde_json::{Value, json};

use crate::support::{CHANNEL, Server, connect, disconnect, handshake, subscribe, unsubscribe};

#[test]
fn messages_an_array_is_accepted_and_so_is_a_single_message() {
    let mut server = Server::new();
    let single = handshake()[0].clone();
    assert_eq!(server.post(single).one()["successful"], true);
    assert_eq!(server.post(handshake()).one()["successful"], true);
    assert_eq!(server.post(json!([])).now(), Vec::<Value>::new());
}

#[test]
fn messages_what_is_not_a_message_is_refused_and_changes_nothing() {
    let mut server = Server::new();
    for body in ["", "a", "[", "null", "1", "\"/meta/handshake\"", "true", "[{}", "\u{feff}[]"] {
        let error = server.post_bytes(body.as_bytes()).unwrap_err();
        assert!(error.starts_with("expected a JSON array of Bayeux messages"), "{error}");
    }
    assert!(server.post_bytes(b"[\"\xff\"]").is_err());
    assert_eq!(server.bayeux.counts().clients, 0);
}

/// "Unconnected operation": a server MUST respond to messages sent without a prior handshake.
#[test]
fn unconnected_operation_every_message_is_answered() {
    let mut server = Server::new();
    for message in [json!({}), json!(1), json!({"channel": 7, "clientId": 8}), json!({"channel": "/foo", "data": 1})] {
        let reply = server.post(json!([message.clone()])).one();
        assert_eq!(reply["successful"], false, "{message}");
        assert_eq!(reply["error"], "402::Unknown client", "{message}");
    }
}

#[test]
fn messages_one_without_a_channel_is_refused() {
    let mut server = Server::new();
    let client = server.handshake();
    let reply = server.post(json!([{"clientId": client, "data": 1}])).one();
    assert_eq!(reply["successful"], false);
    assert!(reply["error"].as_str().unwrap().starts_with("400::"));
}

/// "`channel`" MUST be included in every message; "`successful`" MUST be included in responses.
#[test]
fn channel_and_successful_are_in_every_reply() {
    let mut server = Server::new();
    let client = server.handshake();
    for body in [
        handshake(),
        connect(&client),
        subscribe(&client, json!(CHANNEL)),
        unsubscribe(&client, json!(CHANNEL)),
        json!([{"channel": "/foo", "clientId": client, "data": 1}]),
        disconnect(&client),
        disconnect(&client),
        subscribe(&client, json!(CHANNEL)),
        connect(&client),
    ] {
        let reply = server.post(body.clone()).one();
        assert_eq!(reply["channel"], body[0]["channel"]);
        assert!(reply["successful"].is_boolean(), "{reply}");
        if reply["successful"] == false {
            let error = reply["error"].as_str().unwrap();
            assert!(is_error(error), "{error}");
        }
    }
}

/// Checks `error` against the grammar in "`error`", with the characters in "Common Elements".
fn is_error(error: &str) -> bool {
    let mut parts = error.splitn(3, ':');
    let code = parts.next().unwrap();
    let arguments = parts.next().unwrap_or("?");
    let message = parts.next().unwrap_or("?");
    let is_string = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-_!~()$@ /*.".contains(c));
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()) && is_string(arguments) && is_string(message)
}

/// "`id`": responses to `/meta/**` MUST use the same message id as the request.
#[test]
fn id_is_that_of_the_request() {
    let mut server = Server::new();
    let client = server.handshake();
    for channel in
        ["/meta/handshake", "/meta/connect", "/meta/subscribe", "/meta/unsubscribe", "/meta/disconnect", "/foo"]
    {
        for id in [json!("abc"), json!(17), json!("")] {
            let reply = server.post(json!([{"channel": channel, "clientId": client, "id": id}])).one();
            assert_eq!(reply["id"], id, "{channel}");
        }
    }
    let client = server.connected();
    let held = server.post(connect(&client)).held();
    let messages = {
        server.pass(server.bayeux.settings().timeout);
        server.release_of(held)
    };
    assert_eq!(messages[0]["id"], "2");
    assert_eq!(server.post(json!([{"channel": "/meta/handshake"}])).one().get("id"), None);
}

/// "Client ID": alphanumeric, and the server MUST ensure that ids are unique.
#[test]
fn client_ids_are_unique_and_alphanumeric_with_128_bits() {
    let mut server = Server::new();
    let ids: std::collections::BTreeSet<_> = (0..50).map(|_| server.handshake()).collect();
    assert_eq!(ids.len(), 50);
    assert!(ids.iter().all(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_alphanumeric())));
}

#[test]
fn client_ids_a_source_that_repeats_itself_makes_no_second_client_of_the_same_id() {
    use im_session_gateway::bayeux::{Bayeux, Received, Sender, Settings, Transport};
    let mut bayeux = Bayeux::new(Settings::default());
    let sender = Sender { agent: "a", session: "s", browser: "b", transport: Transport::LongPolling };
    let mut shake = || {
        let received =
            bayeux.receive(std::time::Duration::ZERO, &sender, handshake().to_string().as_bytes(), &mut || Some(7));
        let Ok(Received::Reply(reply)) = received else { panic!("{received:?}") };
        serde_json::from_slice::<Value>(&reply.body).unwrap()[0]["successful"].clone()
    };
    assert_eq!((shake(), shake()), (json!(true), json!(false)));
}

/// "`supportedConnectionTypes`": all servers MUST support long-polling.
#[test]
fn long_polling_is_supported() {
    for web_socket in [false, true] {
        let mut settings = im_session_gateway::bayeux::Settings::default();
        settings.web_socket = web_socket;
        let mut server = Server::with(settings);
        let reply = server.post(handshake()).one();
        let types = reply["supportedConnectionTypes"].as_array().unwrap();
        assert!(types.contains(&json!("long-polling")));
        assert_eq!(types.contains(&json!("websocket")), web_socket);
    }
}

/// "Channel Globbing".
#[test]
fn channel_globbing_covers_what_the_examples_say() {
    use im_session_gateway::bayeux::covers;
    for (pattern, covered, not_covered) in [
        ("/foo/*", &["/foo/bar", "/foo/boo"][..], &["/foo", "/foobar", "/foo/bar/boo", "/foo/"][..]),
        ("/foo/**", &["/foo/bar", "/foo/boo", "/foo/bar/boo"], &["/foo", "/foobar", "/foobar/boo", "/foo/"]),
        ("/foo/bar", &["/foo/bar"], &["/foo", "/foo/bar/boo", "/foo/barn"]),
    ] {
        for channel in covered {
            assert!(covers(pattern, channel), "{pattern} {channel}");
        }
        for channel in not_covered {
            assert!(!covers(pattern, channel), "{pattern} {channel}");
        }
    }
}

/// "`clientId`": it must not be revealed to other clients.
#[test]
fn client_id_is_not_in_what_others_get() {
    let mut server = Server::new();
    let (one, two) = (server.subscribed(), server.subscribed());
    server.publish(1);
    let reply = server.exchange(connect(&two));
    assert_eq!(crate::support::data(&reply), [1]);
    assert!(!Value::from(reply).to_string().contains(&one));
}
