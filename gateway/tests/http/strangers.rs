//! Another agent's session, cookie or token is never accepted: every endpoint, every method, every kind of client.

use std::time::Duration;

use axum::http::Method;
use im_session_gateway::config::DEMO_PASSWORD;

use super::support::{Caller, House, ID, Question, SECRET};

/// A client, how it identifies itself, and what it may do with agent3001's data.
struct Identity {
    name: &'static str,
    reads: bool,
    operates: bool,
    shows: fn(Question, &People) -> Question,
}

struct People {
    owner: Caller,
    stranger: Caller,
    supervisor: Caller,
    signed_out: Caller,
    idle: Caller,
}

const IDENTITIES: &[Identity] = &[
    Identity { name: "the owner", reads: true, operates: true, shows: |q, p| q.of(&p.owner) },
    Identity {
        name: "the owner without a token",
        reads: true,
        operates: false,
        shows: |q, p| q.cookie(&p.owner.cookie),
    },
    Identity {
        name: "the owner with another's token",
        reads: true,
        operates: false,
        shows: |q, p| q.cookie(&p.owner.cookie).token(&p.stranger.token),
    },
    Identity {
        name: "the owner's password alone",
        reads: true,
        operates: false,
        shows: |q, _| q.basic("agent3001", DEMO_PASSWORD),
    },
    Identity { name: "nobody", reads: false, operates: false, shows: |q, _| q },
    Identity { name: "another agent", reads: false, operates: false, shows: |q, p| q.of(&p.stranger) },
    Identity {
        name: "another agent with the owner's token",
        reads: false,
        operates: false,
        shows: |q, p| q.cookie(&p.stranger.cookie).token(&p.owner.token),
    },
    Identity { name: "the owner's token alone", reads: false, operates: false, shows: |q, p| q.token(&p.owner.token) },
    Identity { name: "a supervisor", reads: false, operates: false, shows: |q, p| q.of(&p.supervisor) },
    Identity { name: "a cookie signed out", reads: false, operates: false, shows: |q, p| q.of(&p.signed_out) },
    Identity { name: "a cookie too old", reads: false, operates: false, shows: |q, p| q.of(&p.idle) },
    Identity {
        name: "a cookie too old with the owner's token",
        reads: false,
        operates: false,
        shows: |q, p| q.cookie(&p.idle.cookie).token(&p.owner.token),
    },
    Identity {
        name: "a cookie made up",
        reads: false,
        operates: false,
        shows: |q, p| q.cookie(&"7".repeat(32)).token(&p.owner.token),
    },
    Identity {
        name: "the owner's cookie, changed",
        reads: false,
        operates: false,
        shows: |q, p| q.cookie(&p.owner.cookie.chars().rev().collect::<String>()).token(&p.owner.token),
    },
    Identity { name: "a wrong password", reads: false, operates: false, shows: |q, _| q.basic("agent3001", "wrong") },
    Identity {
        name: "another agent's password",
        reads: false,
        operates: false,
        shows: |q, _| q.basic("agent3002", DEMO_PASSWORD),
    },
    Identity {
        name: "the owner from the page of another site",
        reads: true,
        operates: false,
        shows: |q, p| q.of(&p.owner).header("origin", "https://evil.example.com"),
    },
    Identity {
        name: "the owner under the name of another site",
        reads: false,
        operates: false,
        shows: |q, p| q.of(&p.owner).host("evil.example.com"),
    },
];

const METHODS: [Method; 8] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::DELETE,
    Method::PATCH,
    Method::OPTIONS,
    Method::TRACE,
];

fn paths() -> Vec<String> {
    let mut paths: Vec<String> = [
        "/api/v2/me",
        "/api/v2/me?subresources=*",
        "/api/v2/me/im-sessions",
        "/api/v2/me/im-sessions?fields=*",
        "/api/v2/me/im-sessions?fields=*&devicePath=/devices/1",
        "/api/v2/users/agent3001",
        "/api/v2/im-sessions",
        "/api/v2/notifications",
        "/api/v2/notifications/handshake",
        "/events",
        "/events?feed=x&position=1",
        "/events/position?feed=x",
        "/requests",
        "/requests/confirm",
        "/",
    ]
    .map(Into::into)
    .into();
    for prefix in
        ["/api/v2/me/im-sessions/", "/api/v2/im-sessions/", "/api/v2//me/im-sessions/", "/API/v2/me/im-sessions/"]
    {
        for rest in ["", "?fields=*", "?devicePath=/devices/1", "/", "/../../me"] {
            paths.push(format!("{prefix}{ID}{rest}"));
        }
    }
    paths.push(format!("/api/v2/me/im-sessions/%30{}?fields=*", &ID[1..]));
    paths
}

const BODIES: [&str; 3] = [
    "",
    r#"{"operationName":"Complete"}"#,
    r#"{"operationName":"SendMessage","text":"hi","destination":{"phoneNumber":"3009"},"devicePath":"/devices/1"}"#,
];

async fn people(house: &House) -> People {
    let idle = house.sign_in("agent3001").await;
    house.clock.advance(Duration::from_secs(1_800));
    let signed_out = house.sign_in("agent3001").await;
    let body = r#"{"operationName":"EndContactCenterSession","signOut":true}"#;
    assert_eq!(house.post("/api/v2/me", body).of(&signed_out).send().await.codes(), (200, 0));
    let owner = house.sign_in("agent3001").await;
    let (stranger, supervisor) = (house.sign_in("agent3002").await, house.sign_in("supervisor").await);
    People { owner, stranger, supervisor, signed_out, idle }
}

#[tokio::test]
async fn nobody_but_the_owner_reads_or_operates() {
    let house = House::new();
    let people = people(&house).await;
    let (mut cases, mut read, mut operated) = (0, 0, 0);
    for identity in IDENTITIES {
        for (path, method) in paths().iter().flat_map(|path| METHODS.iter().map(move |method| (path, method))) {
            for body in BODIES {
                // Wrong passwords of the previous case must not affect this one.
                house.clock.advance(Duration::from_secs(61));
                house.get("/api/v2/me").cookie(&people.owner.cookie).send().await;
                house.get("/api/v2/me").cookie(&people.stranger.cookie).send().await;
                house.get("/api/v2/me").cookie(&people.supervisor.cookie).send().await;
                house.engine.operations.lock().unwrap().clear();

                let answer = (identity.shows)(house.ask(method.clone(), path).body(body), &people).send().await;
                let case = format!("{}: {method} {path} {body}: {}", identity.name, answer.status);
                let shows = answer.text.contains(SECRET) || answer.text.contains(r#""userName":"agent3001""#);
                assert!(identity.reads || !shows, "{case}: {}", answer.text);
                let operations = house.engine.operations.lock().unwrap();
                let operates = operations.iter().any(|(agent, _)| agent == "agent3001");
                assert!(identity.operates || !operates, "{case}");
                let told = answer.header("x-csrf-token");
                assert!(identity.reads || told != Some(people.owner.token.clone()), "{case}");
                assert_ne!(answer.cookie(), Some(people.owner.cookie.clone()), "{case}");
                assert!(answer.status.as_u16() != 500, "{case}: {}", answer.text);
                cases += 1;
                read += usize::from(shows);
                operated += usize::from(operates);
            }
        }
    }
    assert_eq!(cases, IDENTITIES.len() * paths().len() * METHODS.len() * BODIES.len());
    assert!(read > 100 && operated > 10, "the owner does, or this could not fail: {read} {operated}");
    let state = house.engine.sessions.lock().unwrap().get("3001", ID).unwrap().state();
    assert_eq!(state, im_session::State::Talking);
}

const NOTIFICATIONS: [&str; 4] = [
    "/api/v2/notifications",
    "/api/v2/notifications/",
    "/api/v2/notifications/connect",
    "/api/v2/notifications/subscribe?clientId=x",
];

/// Messages with the client id of the owner's client.
fn messages(client: &str) -> Vec<String> {
    let message = |kind: &str, more: &str| format!(r#"{{"channel":"/meta/{kind}","clientId":"{client}"{more}}}"#);
    let connect = message("connect", r#","connectionType":"long-polling""#);
    let web_socket = message("connect", r#","connectionType":"websocket""#);
    let subscribe = message("subscribe", r#","subscription":["/v2/me/im-sessions","/v2/me/*","/v2/**","/**"]"#);
    let unsubscribe = message("unsubscribe", r#","subscription":"/v2/me/im-sessions""#);
    let handshake = r#"{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["long-polling"]}"#;
    vec![
        format!("[{connect}]"),
        connect.clone(),
        format!("[{web_socket}]"),
        format!("[{subscribe}]"),
        format!("[{subscribe},{connect}]"),
        format!("[{handshake},{subscribe},{connect}]"),
        format!("[{unsubscribe}]"),
        format!("[{}]", message("disconnect", "")),
        format!(r#"[{{"channel":"/v2/me/im-sessions","clientId":"{client}","data":{{"note":"forged"}}}}]"#),
    ]
}

async fn says(house: &House, caller: &Caller, body: String) -> String {
    house.post(NOTIFICATIONS[0], body).cookie(&caller.cookie).send().await.text
}

/// A subscribed client of the owner that has not been notified about the session yet.
async fn client(house: &House, owner: &Caller) -> String {
    let handshake = r#"[{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["long-polling"]}]"#;
    let answer = says(house, owner, handshake.into()).await;
    let client =
        answer.split(r#""clientId":""#).nth(1).unwrap_or_else(|| panic!("{answer}")).split('"').next().unwrap();
    let subscribe =
        format!(r#"[{{"channel":"/meta/subscribe","clientId":"{client}","subscription":"/v2/me/im-sessions"}}]"#);
    let answer = says(house, owner, subscribe).await;
    assert!(answer.contains(r#""successful":true"#), "{answer}");
    client.to_owned()
}

#[tokio::test(start_paused = true)]
async fn nobody_but_the_owner_hears_or_speaks_for_the_owners_client() {
    let house = House::new();
    let people = people(&house).await;
    let (mut cases, mut heard) = (0, 0);
    for identity in IDENTITIES {
        for path in NOTIFICATIONS {
            for number in 0..messages("").len() {
                let client = client(&house, &people.owner).await;
                let body = messages(&client).swap_remove(number);
                house.clock.advance(Duration::from_secs(61));
                house.get("/api/v2/me").cookie(&people.stranger.cookie).send().await;
                let question = (identity.shows)(house.post(path, body.clone()), &people);
                let answer = question.send().await;
                let case = format!("{}: {path} {body}: {}", identity.name, answer.text);
                let hears = answer.text.contains(SECRET);
                assert!(identity.reads || !hears, "{case}");
                assert!(!answer.text.contains("forged"), "{case}");
                cases += 1;
                heard += usize::from(hears);
                if !identity.reads {
                    // The owner has lost nothing: no message, no subscription, no client.
                    let connect = messages(&client).swap_remove(0);
                    let answer = says(&house, &people.owner, connect).await;
                    assert!(answer.contains(SECRET), "{case}\nthe owner then hears: {answer}");
                }
                says(&house, &people.owner, messages(&client).swap_remove(7)).await;
            }
        }
    }
    assert_eq!(cases, IDENTITIES.len() * NOTIFICATIONS.len() * 9);
    assert!(heard > 10, "the owner does, or this could not fail: {heard}");
}
