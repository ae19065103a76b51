//! How and when is a POST answered?

use std::time::Duration;

use axum::http::{Method, StatusCode};
use im_session_gateway::engine::Present;
use serde_json::json;
use tokio::time::Instant;

use crate::support::{CHANNEL, House, URL, connect, handshake, outgoing, subscribe, texts};

#[tokio::test(start_paused = true)]
async fn any_path_below_the_address_takes_any_message() {
    let house = House::new();
    let mut caller = house.signed_in("agent3001").await;
    for path in ["", "/", "/handshake", "/connect", "/subscribe", "/a/b/c", "/disconnect"] {
        let answer = caller.ask(Method::POST, &format!("{URL}{path}"), handshake().to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.headers["content-type"], "application/json");
        assert_eq!(answer.messages()[0]["successful"], true, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_browser_gets_its_cookie_once() {
    let house = House::new();
    let mut caller = house.signed_in("agent3001").await;
    let answer = caller.ask(Method::POST, URL, handshake().to_string()).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("BAYEUX_BROWSER="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    let answer = caller.ask(Method::POST, URL, handshake().to_string()).await;
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_message_gets_400_and_what_is_no_post_405() {
    let house = House::new();
    let mut caller = house.signed_in("agent3001").await;
    for body in ["", "a", "{", "7"] {
        let answer = caller.ask(Method::POST, URL, body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
    }
    let not_upgraded = [(Method::GET, "POST"), (Method::HEAD, "POST")];
    let others = [(Method::PUT, "GET,HEAD,POST"), (Method::DELETE, "GET,HEAD,POST")];
    for (method, allowed) in not_upgraded.into_iter().chain(others) {
        let answer = caller.ask(method.clone(), URL, "").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.headers["allow"], allowed, "{method}");
        if method == Method::HEAD {
            continue;
        }
        assert!(answer.text.contains("\"statusCode\":3"), "{method}");
    }
    let answer = caller.ask(Method::POST, URL, " ".repeat(70_000)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(start_paused = true)]
async fn a_connect_is_held_until_the_timeout() {
    let house = House::new();
    let mut caller = house.signed_in("agent3001").await;
    let client = caller.subscribed().await;
    let began = Instant::now();
    let messages = caller.post(connect(&client)).await;
    assert_eq!(began.elapsed().as_secs(), 30);
    assert_eq!(messages[0]["successful"], true);
}

#[tokio::test(start_paused = true)]
async fn a_connect_is_released_by_a_message_to_the_agent_and_by_no_others() {
    let house = House::new();
    let mut caller = house.signed_in("agent3001").await;
    let client = caller.subscribed().await;
    let began = Instant::now();
    let held = tokio::spawn(caller.post(connect(&client)));
    house.until_held(1).await;
    house.message("agent3002", 1);
    tokio::time::sleep(Duration::from_secs(7)).await;
    house.message("agent3001", 2);
    let messages = held.await.unwrap();
    assert_eq!(texts(&messages), [2]);
    assert_eq!(messages[0]["channel"], CHANNEL);
    assert_eq!(messages[0]["id"], "n2");
    assert_eq!(began.elapsed().as_secs(), 7);
    assert_eq!(*house.engine.delivered.lock().unwrap(), [("agent3001".to_owned(), 2)]);
}

/// bayeux.adoc, "The `long-polling` request messages": "Alternatively, messages MAY be sent to the server as the
/// `message` parameter of an `application/x-www-form-urlencoded` encoded POST request." There is no MUST for servers.
#[tokio::test(start_paused = true)]
async fn messages_that_may_be_sent_as_a_form_are_refused_and_change_nothing() {
    let house = House::new();
    let mut caller = house.signed_in("agent3001").await;
    caller.headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    let form = "message=%5B%7B%22channel%22%3A%22%2Fmeta%2Fhandshake%22%2C%22version%22%3A%221.0%22%7D%5D";
    let answer = caller.ask(Method::POST, URL, form).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text.contains("expected a JSON array of Bayeux messages"), "{answer:?}");
    assert_eq!(house.cometd.counts().clients, 0);
    // The Content-Type does not matter.
    caller.handshake().await;
}

#[tokio::test(start_paused = true)]
async fn the_present_sessions_follow_a_subscription() {
    let house = House::new();
    let state = json!({"messageType": "IMSessionStateChangeMessage", "imSession": {"id": "007"}});
    let undelivered = json!({"messageType": "IMLogUpdateMessage", "message": 3});
    let present = Present {
        position: 5,
        sessions: vec![state.to_string().into()],
        undelivered: vec![outgoing("agent3001", 3, &undelivered).into()],
    };
    house.engine.present.lock().unwrap().insert("agent3001".to_owned(), present);
    let mut caller = house.signed_in("agent3001").await;
    let client = caller.subscribed().await;
    house.publish("agent3001", 4, state.clone());
    house.publish("agent3001", 6, state.clone());
    let mut data = Vec::new();
    while data.len() < 3 {
        let messages = caller.post(connect(&client)).await;
        data.extend(messages.into_iter().filter_map(|message| message.get("data").cloned()));
    }
    assert_eq!(data, [state.clone(), undelivered, state]);
}

#[tokio::test(start_paused = true)]
async fn an_agent_who_is_not_configured_any_more_begins_anew() {
    let house = House::new();
    let mut caller = house.signed_in("agent3001").await;
    let client = caller.handshake().await;
    caller.post(connect(&client)).await;
    house.gateway.directory().replace(im_session_gateway::config::Agents::new([]).unwrap());
    let answer = caller.ask(Method::POST, URL, subscribe(&client).to_string()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_lags_is_told_the_sessions_again_and_nothing_is_lost() {
    let house = House::new();
    let mut caller = house.signed_in("agent3001").await;
    let client = caller.subscribed().await;
    let message = |position| {
        let data = json!({"messageType": "IMLogUpdateMessage", "message": position});
        outgoing("agent3001", position, &data).into()
    };
    let present = Present { position: 40, sessions: Vec::new(), undelivered: (1..=40).map(message).collect() };
    house.engine.present.lock().unwrap().insert("agent3001".to_owned(), present);
    // More notifications than the channel holds, sent before the driver can read them.
    for position in 1..=40 {
        house.message("agent3001", position);
    }
    let mut received = Vec::new();
    while received.len() < 40 {
        received.extend(texts(&caller.post(connect(&client)).await));
    }
    assert_eq!(received, (1..=40).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stays_away_is_forgotten() {
    let house = House::new();
    let mut caller = house.signed_in("agent3001").await;
    let client = caller.handshake().await;
    tokio::time::sleep(Duration::from_millis(14_999)).await;
    assert_eq!(house.cometd.counts().clients, 1);
    tokio::time::sleep(Duration::from_millis(2)).await;
    assert_eq!(house.cometd.counts().clients, 0);
    assert_eq!(caller.post(connect(&client)).await[0]["error"], "402::Unknown client");
}

#[tokio::test(start_paused = true)]
async fn what_is_held_is_answered_when_the_gateway_ends() {
    let house = House::new();
    let mut caller = house.signed_in("agent3001").await;
    let client = caller.subscribed().await;
    let held = tokio::spawn(caller.post(connect(&client)));
    house.until_held(1).await;
    house.gateway.end();
    assert_eq!(held.await.unwrap()[0]["successful"], true);
}

#[tokio::test(start_paused = true)]
async fn what_is_held_is_answered_when_the_agent_signs_out() {
    let house = House::new();
    let mut caller = house.signed_in("agent3001").await;
    let me = caller.ask(Method::GET, "/api/v2/me", "").await;
    let client = caller.subscribed().await;
    let held = tokio::spawn(caller.post(connect(&client)));
    house.until_held(1).await;
    caller.headers.insert("x-csrf-token", me.headers["x-csrf-token"].clone());
    let body = json!({"operationName": "EndContactCenterSession", "signOut": true});
    let answer = caller.ask(Method::POST, "/api/v2/me", body.to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let messages = held.await.unwrap();
    assert_eq!(messages[0]["error"], "401::Not signed in");
    assert_eq!(house.cometd.counts().clients, 0);
}
