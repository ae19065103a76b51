//! Does every response have a JSON body with a statusCode, and the usual headers?

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Method;
use axum::routing::get;
use futures_util::{StreamExt, stream};
use im_session_gateway::http::{LARGE_BODIES, LONGEST_BODY, SMALL_BODY};

use super::support::{House, ID};

#[tokio::test]
async fn unknown_resources_are_not_found() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    for path in
        ["/api/v2/me/nothing", "/api/v2/calls", "/api/v2", "/api/v2/me/", "/api/v2/me/im-sessions/", "/pages/", "/x"]
    {
        for question in [house.get(path), house.get(path).cookie(&caller.cookie)] {
            assert_eq!(question.send().await.codes(), (404, 6), "{path}");
        }
        assert_eq!(house.post(path, "{}").of(&caller).send().await.codes(), (404, 6), "{path}");
    }
}

#[tokio::test]
async fn wrong_methods_are_forbidden_and_the_right_ones_named() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let session = format!("/api/v2/im-sessions/{ID}");
    let both = ["/api/v2/me", "/api/v2/me/im-sessions", &format!("/api/v2/me/im-sessions/{ID}")];
    let put = [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS];
    for method in put.iter().chain([&Method::POST]) {
        let answer = house.ask(method.clone(), &session).of(&caller).send().await;
        assert_eq!((answer.codes(), answer.header("allow")), ((405, 3), Some("GET,HEAD".into())), "{method}");
    }
    for (method, path) in put.iter().flat_map(|method| both.map(|path| (method, path))) {
        let answer = house.ask(method.clone(), path).of(&caller).send().await;
        assert_eq!(
            (answer.codes(), answer.header("allow")),
            ((405, 3), Some("GET,HEAD,POST".into())),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn a_body_of_64_kib_and_no_longer() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let start = r#"{"operationName":"StartContactCenterSession"}"#;
    let body = |length: usize| format!("{start}{}", " ".repeat(length - start.len()));
    for path in ["/api/v2/me", "/api/v2/me/im-sessions", &format!("/api/v2/me/im-sessions/{ID}")] {
        let fits = house.post(path, body(LONGEST_BODY)).of(&caller).send().await;
        assert_ne!(fits.status, 413, "{path}");
        let whole = house.post(path, body(LONGEST_BODY + 1)).of(&caller).send().await;
        assert_eq!(whole.codes(), (413, 10), "{path}");
        let pieces = stream::iter((0..).map(|_| Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 1_000]))));
        let endless = house.post(path, Body::from_stream(pieces)).of(&caller).send().await;
        assert_eq!(endless.codes(), (413, 10), "{path}: its length is not told, and it never ends");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_in_time() {
    let house = House::with(|settings| settings.request_timeout = Duration::from_secs(30));
    let caller = house.sign_in("agent3001").await;
    let never = stream::pending::<Result<Bytes, std::io::Error>>();
    let begun = tokio::time::Instant::now();
    let answer = house.post("/api/v2/me", Body::from_stream(never)).of(&caller).send().await;
    assert_eq!((answer.codes(), begun.elapsed().as_secs()), ((408, 10), 30));
}

#[tokio::test]
async fn a_body_that_breaks() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let broken = stream::iter([Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("gone"))]);
    let answer = house.post("/api/v2/me", Body::from_stream(broken)).of(&caller).send().await;
    assert_eq!(answer.codes(), (400, 10));
}

#[tokio::test]
async fn a_panic_is_an_internal_error_and_tells_nothing() {
    use tower::ServiceExt;
    let house = House::new();
    let panics = get(|| async {
        assert!(std::hint::black_box(false), "the secret of the handler");
    });
    let router = im_session_gateway::http::router(house.gateway.clone(), axum::Router::new().route("/panics", panics));
    let request = axum::http::Request::builder().uri("/panics").header("host", "localhost").body(Body::empty());
    let response = router.oneshot(request.unwrap()).await.unwrap();
    assert_eq!(response.status(), 500);
    let body = axum::body::to_bytes(response.into_body(), 1_000).await.unwrap();
    assert_eq!(body, r#"{"statusCode":4,"statusMessage":"internal error"}"#);
}

#[tokio::test]
async fn answers_are_json_for_the_one_who_asked() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let questions = [
        house.get("/api/v2/me").cookie(&caller.cookie),
        house.get("/api/v2/me"),
        house.get("/nothing"),
        house.get("/api/v2/me").host("evil.example.com"),
        house.post("/api/v2/me", "{}").of(&caller),
    ];
    for question in questions {
        let answer = question.send().await;
        assert_eq!(answer.header("content-type").unwrap(), "application/json");
        assert_eq!(answer.header("x-content-type-options").unwrap(), "nosniff");
        assert_eq!(answer.header("cache-control").unwrap(), "no-store");
    }
}

#[tokio::test(start_paused = true)]
async fn large_bodies_wait_for_each_other_and_small_ones_do_not() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let start = r#"{"operationName":"StartContactCenterSession"}"#;
    // A body that begins and never ends.
    let unfinished = |length: usize| {
        let begun = stream::iter([Ok::<_, std::io::Error>(Bytes::from(" ".repeat(length)))]);
        house.post("/api/v2/me", Body::from_stream(begun.chain(stream::pending()))).of(&caller).send()
    };
    let mut large: Vec<_> = (0..LARGE_BODIES).map(|_| tokio::spawn(unfinished(SMALL_BODY + 1))).collect();
    let small: Vec<_> = (0..10).map(|_| tokio::spawn(unfinished(SMALL_BODY))).collect();
    let body = |length: usize| format!("{start}{}", " ".repeat(length - start.len()));
    let ask = |length: usize| house.post("/api/v2/me", body(length)).of(&caller).send();
    assert_eq!(ask(SMALL_BODY).await.status, 200);
    let one_more = tokio::spawn(ask(SMALL_BODY + 1));
    assert_eq!(ask(SMALL_BODY).await.status, 200);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!one_more.is_finished(), "it waits");
    large.pop().unwrap().abort();
    assert_eq!(one_more.await.unwrap().status, 200);
    large.iter().chain(&small).for_each(tokio::task::JoinHandle::abort);
}
