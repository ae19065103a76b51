//! How are clients answered that are not signed in?

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::support::{House, URL, connect, handshake, subscribe};

#[tokio::test(start_paused = true)]
async fn a_stranger_gets_401_in_the_message_and_in_the_status() {
    let house = House::new();
    let mut caller = house.signed_in("agent3001").await;
    let client = caller.subscribed().await;
    let mut stranger = house.stranger();
    for cookie in [None, Some("JSESSIONID=0123456789ABCDEF0123456789ABCDEF")] {
        if let Some((name, value)) = cookie.and_then(|cookie| cookie.split_once('=')) {
            stranger.cookies.push((name.to_owned(), value.to_owned()));
        }
        for body in [handshake(), connect(&client), subscribe(&client), json!({"channel": "/meta/disconnect"})] {
            let answer = stranger.ask(Method::POST, URL, body.to_string()).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
            assert!(answer.headers.contains_key("www-authenticate"));
            let reply = &answer.messages()[0];
            assert_eq!(reply["successful"], false);
            assert_eq!(reply["error"], "401::Not signed in");
            assert_eq!(reply["advice"]["reconnect"], "none");
        }
        assert_eq!(stranger.ask(Method::POST, URL, "x").await.text, "[]");
    }
    assert_eq!(house.cometd.counts().clients, 1);
}

#[tokio::test(start_paused = true)]
async fn another_agent_does_not_get_at_the_client() {
    let house = House::new();
    let client = house.signed_in("agent3001").await.subscribed().await;
    let other = house.signed_in("agent3002").await;
    house.message("agent3001", 1);
    for body in [connect(&client), subscribe(&client), json!([{"channel": "/meta/disconnect", "clientId": client}])] {
        assert_eq!(other.post(body).await[0]["error"], "402::Unknown client");
    }
    assert_eq!(house.cometd.counts().clients, 1);
}
