//! Who is signed in by user and password, and how are other requests answered?

use std::sync::atomic::Ordering;

use axum::http::{Method, StatusCode};
use im_session_gateway::config::DEMO_PASSWORD;

use super::support::House;

#[tokio::test]
async fn user_and_password_give_a_cookie_and_a_token() {
    let answer = House::new().get("/api/v2/me").basic("agent3001", DEMO_PASSWORD).send().await;
    assert_eq!(answer.codes(), (200, 0));
    let cookie = answer.header("set-cookie").unwrap();
    let (value, attributes) = cookie.strip_prefix("JSESSIONID=").unwrap().split_once("; ").unwrap();
    assert_eq!((value.len(), attributes), (32, "Path=/; HttpOnly; SameSite=Lax"));
    assert_eq!(answer.header("x-csrf-header").unwrap(), "X-CSRF-TOKEN");
    let token = answer.header("x-csrf-token").unwrap();
    let groups: Vec<usize> = token.split('-').map(str::len).collect();
    assert_eq!(groups, [8, 4, 4, 4, 12], "a UUID: {token}");
    assert_eq!(&token[14..15], "4", "of version 4: {token}");
    assert_ne!(value.to_lowercase(), token.replace('-', ""));
}

#[tokio::test]
async fn the_cookie_is_for_tls_only_where_it_is_configured() {
    let house = House::with(|settings| settings.secure_cookies = true);
    let answer = house.get("/api/v2/me").basic("agent3001", DEMO_PASSWORD).send().await;
    assert!(answer.header("set-cookie").unwrap().ends_with("; SameSite=Lax; Secure"), "{answer:?}");
}

#[tokio::test]
async fn the_cookie_alone_is_enough_then_and_no_other_is_given() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let answer = house.get("/api/v2/me").cookie(&caller.cookie).send().await;
    assert_eq!((answer.codes(), answer.header("set-cookie")), ((200, 0), None));
    assert_eq!(answer.header("x-csrf-token"), Some(caller.token));
    assert_eq!(answer.json()["user"]["userName"], "agent3001");
}

#[tokio::test]
async fn the_password_is_not_checked_again_for_the_user_of_the_cookie() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let answer = house.get("/api/v2/me").cookie(&caller.cookie).basic("agent3001", "wrong").send().await;
    assert_eq!((answer.codes(), house.passwords.checks.load(Ordering::SeqCst)), ((200, 0), 1));
}

#[tokio::test]
async fn another_user_than_that_of_the_cookie_signs_in_anew() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let answer = house.get("/api/v2/me").cookie(&caller.cookie).basic("agent3002", DEMO_PASSWORD).send().await;
    assert_eq!(answer.json()["user"]["userName"], "agent3002");
    assert!(answer.cookie().is_some_and(|cookie| cookie != caller.cookie));
    let answer = house.get("/api/v2/me").cookie(&caller.cookie).basic("agent3002", "wrong").send().await;
    assert_eq!(answer.codes(), (401, 20), "not as the user of the cookie");
}

#[tokio::test]
async fn nobody_gets_401_with_a_challenge_and_no_cookie() {
    let answer = House::new().get("/api/v2/me").send().await;
    assert_eq!(answer.codes(), (401, 20));
    assert_eq!(answer.header("www-authenticate").unwrap(), r#"Basic realm="im-session", charset="UTF-8""#);
    assert_eq!((answer.header("set-cookie"), answer.header("x-csrf-token")), (None, None));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_get_the_same_answer() {
    let house = House::new();
    let wrong = house.get("/api/v2/me").basic("agent3001", "wrong").send().await;
    let unknown = house.get("/api/v2/me").basic("agent9999", "wrong").send().await;
    assert_eq!(wrong.codes(), (401, 20));
    assert_eq!(wrong.json()["statusMessage"], "Access denied: wrong user or password");
    assert_eq!((wrong.status, wrong.headers, wrong.text), (unknown.status, unknown.headers, unknown.text));
}

#[tokio::test]
async fn an_unknown_user_costs_as_much_as_a_known_one() {
    let house = House::new();
    house.get("/api/v2/me").basic("agent3001", "wrong").send().await;
    house.get("/api/v2/me").basic("agent9999", "wrong").send().await;
    // In the hash, the cost of the check precedes the salt.
    let hashes = house.passwords.hashes.lock().unwrap();
    let costs: Vec<&str> = hashes.iter().map(|hash| hash.as_str().rsplitn(3, '$').nth(2).unwrap()).collect();
    assert_eq!(costs, ["$argon2id$v=19$m=8,t=1,p=1"; 2]);
}

#[tokio::test]
async fn an_unknown_user_is_not_let_in_by_the_password_of_another() {
    let answer = House::new().get("/api/v2/me").basic("agent9999", DEMO_PASSWORD).send().await;
    assert_eq!(answer.codes(), (401, 20));
}

#[tokio::test]
async fn what_is_no_http_basic_signs_nobody_in() {
    let house = House::new();
    let long = format!("Basic {}", "QUFB".repeat(2_000));
    let headers =
        ["Basic", "Basic ", "Basic !", "Basic YWdlbnQzMDAx", "Basic /zpkZW1v", "Bearer x", "Digest a=b", &long];
    for header in headers {
        let answer = house.get("/api/v2/me").header("authorization", header).send().await;
        assert_eq!(answer.codes(), (401, 20), "{header:.40}");
    }
    assert_eq!(house.passwords.checks.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn two_users_in_one_request_sign_nobody_in() {
    let question = House::new().get("/api/v2/me").basic("agent3001", DEMO_PASSWORD);
    assert_eq!(question.basic("agent3002", DEMO_PASSWORD).send().await.codes(), (401, 20));
}

#[tokio::test]
async fn the_name_of_the_scheme_has_no_case() {
    let question = House::new().get("/api/v2/me").header("authorization", "bAsIc YWdlbnQzMDAxOmRlbW8=");
    assert_eq!(question.send().await.status, StatusCode::OK);
}

#[tokio::test]
async fn cometd_and_websockets_want_the_cookie_not_a_password() {
    let house = House::new();
    let paths = ["/api/v2/notifications", "/api/v2/notifications/", "/api/v2/notifications/handshake"];
    for (path, method) in paths.into_iter().flat_map(|path| [(path, Method::GET), (path, Method::POST)]) {
        let answer = house.ask(method, path).basic("agent3001", DEMO_PASSWORD).send().await;
        assert_eq!((answer.cookie(), answer.header("x-csrf-token")), (None, None), "{path}");
    }
    let socket = house.get("/api/v2/me").header("upgrade", "websocket").basic("agent3001", DEMO_PASSWORD);
    assert_eq!(socket.send().await.codes(), (401, 20));
    assert_eq!(house.passwords.checks.load(Ordering::SeqCst), 0);
}
