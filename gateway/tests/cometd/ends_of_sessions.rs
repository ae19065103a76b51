//! What happens to a client when its HTTP session ends?

use axum::http::Method;
use serde_json::json;

use crate::support::{Caller, House, connect};

/// Waits until there are no clients. Nothing else happens in the meantime.
async fn until_none(house: &House) {
    for _ in 0..1_000 {
        if house.cometd.counts().clients == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{:?}", house.cometd.counts());
}

async fn sign_out(caller: &mut Caller) {
    let me = caller.ask(Method::GET, "/api/v2/me", "").await;
    caller.headers.insert("x-csrf-token", me.headers["x-csrf-token"].clone());
    let body = json!({"operationName": "EndContactCenterSession", "signOut": true});
    caller.ask(Method::POST, "/api/v2/me", body.to_string()).await;
}

#[tokio::test(start_paused = true)]
async fn a_sign_out_ends_a_client_between_two_connects() {
    let house = House::new();
    let mut caller = house.signed_in("agent3001").await;
    let mut other = house.signed_in("agent3001").await;
    caller.subscribed().await;
    sign_out(&mut caller).await;
    until_none(&house).await;
    // Another HTTP session of the same agent is unaffected.
    let client = other.subscribed().await;
    let again = house.signed_in("agent3001").await;
    sign_out(&mut again.clone()).await;
    house.message("agent3001", 1);
    assert_eq!(other.post(connect(&client)).await[0]["data"]["message"], 1);
}

#[tokio::test(start_paused = true)]
async fn another_password_ends_the_clients_at_once() {
    let house = House::new();
    let mut caller = house.signed_in("agent3001").await;
    let client = caller.subscribed().await;
    let held = tokio::spawn(caller.post(connect(&client)));
    house.until_held(1).await;
    let hash = im_session_gateway::config::hash_password(
        b"another",
        &*house.gateway.surroundings().random,
        im_session_gateway::config::Cost::Test,
    );
    let agents = im_session_gateway::config::demo_agents(&hash.unwrap()).unwrap();
    house.gateway.replace_agents(agents);
    until_none(&house).await;
    assert_eq!(held.await.unwrap()[0]["error"], "401::Not signed in");
}
