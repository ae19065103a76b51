//! No input makes the server panic, and every reply is an array of messages with `successful`.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support::{Answer, Server, connect};

/// JSON in which some members have meaningful names but unsuitable values.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec![
            "/meta/handshake",
            "/meta/connect",
            "/meta/subscribe",
            "/meta/unsubscribe",
            "/meta/disconnect",
            "/v2/me/*",
            "/v2/me/im-sessions",
            "long-polling",
            "websocket",
            "1.0",
            "ID",
            "",
        ])
        .prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let name = prop::sample::select(vec![
            "channel",
            "clientId",
            "id",
            "connectionType",
            "supportedConnectionTypes",
            "version",
            "minimumVersion",
            "subscription",
            "advice",
            "timeout",
            "ext",
            "ack",
            "enabled",
            "data",
            "x",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..8).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

#[test]
fn whatever_is_sent_is_refused_or_answered() {
    let (mut refused, mut answered, mut held) = (0, 0, 0);
    let mut runner = TestRunner::default();
    for _ in 0..2_000 {
        let mut server = Server::new();
        let client = server.subscribed();
        let tree = value().new_tree(&mut runner).unwrap();
        // Every second client is known to the server.
        let text =
            proptest::strategy::ValueTree::current(&tree).to_string().replace("\"ID\"", &json!(client).to_string());
        match server.post_bytes(text.as_bytes()) {
            Err(error) => {
                refused += 1;
                assert!(error.starts_with("expected"), "{text}: {error}");
            }
            Ok(Answer::Now(messages, _)) => {
                answered += usize::from(!messages.is_empty());
                assert!(messages.iter().all(|message| message["successful"].is_boolean()), "{text}: {messages:?}");
            }
            Ok(Answer::Held(_)) => held += 1,
        }
        // The client is unchanged, unless it was told to leave.
        server.publish(1);
        assert!(matches!(server.post(connect(&client)), Answer::Now(..)), "{text}");
    }
    assert!(refused > 100 && answered > 100, "{refused} refused, {answered} answered, {held} held");
}
