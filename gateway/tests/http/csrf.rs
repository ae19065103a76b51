//! Which requests need the session's token?

use axum::http::Method;
use im_session_gateway::config::DEMO_PASSWORD;

use super::support::{House, ID};

const START: &str = r#"{"operationName":"StartContactCenterSession","channels":["voice"]}"#;

fn paths() -> [String; 4] {
    ["/api/v2/me", "/api/v2/me/im-sessions", "/api/v2/me/nothing", &format!("/api/v2/me/im-sessions/{ID}")]
        .map(Into::into)
}

#[tokio::test]
async fn what_changes_something_below_me() {
    let house = House::new();
    let (mine, other) = (house.sign_in("agent3001").await, house.sign_in("agent3001").await);
    for (path, method) in
        paths().into_iter().flat_map(|path| [Method::POST, Method::PUT, Method::DELETE].map(|m| (path.clone(), m)))
    {
        let ask = || house.ask(method.clone(), &path).body(START);
        let refused = [
            ask(),
            ask().token(&mine.token),
            ask().cookie(&mine.cookie),
            ask().cookie(&mine.cookie).token(&other.token),
            ask().cookie(&mine.cookie).token(""),
            ask().cookie(&mine.cookie).token(&mine.token).token(&mine.token),
            ask().basic("agent3001", DEMO_PASSWORD),
        ];
        for question in refused {
            let answer = question.send().await;
            assert_eq!(answer.codes(), (403, 5), "{method} {path}");
            assert_eq!(answer.json()["statusMessage"], "Missing or invalid Csrf token");
        }
        let answer = ask().of(&mine).send().await;
        assert_ne!(answer.codes(), (403, 5), "{method} {path}");
    }
}

#[tokio::test]
async fn a_session_that_is_over_is_said_to_be_so() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    house.clock.advance(std::time::Duration::from_secs(1_800));
    assert_eq!(house.post("/api/v2/me", START).of(&caller).send().await.codes(), (401, 20));
}

#[tokio::test]
async fn not_what_only_reads_and_the_answer_tells_the_token() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    for path in paths() {
        let answer = house.get(&path).cookie(&caller.cookie).send().await;
        assert_eq!(answer.header("x-csrf-header"), Some("X-CSRF-TOKEN".into()), "{path}");
        assert_eq!(answer.header("x-csrf-token"), Some(caller.token.clone()), "{path}");
    }
}

#[tokio::test]
async fn not_cometd_whether_the_token_is_there_or_another_or_none_but_never_without_the_cookie() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let handshake = r#"[{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["long-polling"]}]"#;
    let ask = || house.post("/api/v2/notifications", handshake);
    for question in [ask().cookie(&caller.cookie), ask().of(&caller), ask().cookie(&caller.cookie).token("another")] {
        let answer = question.send().await;
        assert!(answer.status == 200 && answer.text.contains(r#""successful":true"#), "{answer:?}");
    }
    for question in [ask(), ask().token(&caller.token), ask().basic("agent3001", DEMO_PASSWORD)] {
        let answer = question.send().await;
        assert!(answer.status == 401 && answer.text.contains(r#""error":"401::"#), "{answer:?}");
    }
}

#[tokio::test]
async fn nothing_where_it_is_switched_off() {
    let house = House::with(|settings| settings.csrf = false);
    let answer = house.post("/api/v2/me", START).basic("agent3001", DEMO_PASSWORD).send().await;
    assert_eq!(answer.codes(), (200, 0));
    let cookie = answer.cookie().unwrap();
    assert_eq!(house.post("/api/v2/me", START).cookie(&cookie).send().await.codes(), (200, 0));
    assert_eq!(house.get("/api/v2/me").cookie(&cookie).send().await.header("x-csrf-token"), None);
    assert_eq!(house.post("/api/v2/me", START).send().await.codes(), (401, 20), "but somebody has to ask");
}
