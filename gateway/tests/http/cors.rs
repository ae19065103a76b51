//! From which origins may pages read responses?

use axum::http::Method;

use super::support::{Answer, House};

const DESKTOP: &str = "https://desktop.example.com";

async fn preflight(house: &House, origin: &str) -> Answer {
    let question = house.ask(Method::OPTIONS, "/api/v2/me/im-sessions").header("origin", origin);
    let question = question.header("access-control-request-method", "POST");
    question.header("access-control-request-headers", "x-csrf-token,content-type").send().await
}

fn house() -> House {
    House::with(|settings| settings.allowed_origins = vec![DESKTOP.into()])
}

#[tokio::test]
async fn of_those_configured_with_cookies_and_the_headers_that_clients_send() {
    let answer = preflight(&house(), DESKTOP).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin").unwrap(), DESKTOP);
    assert_eq!(answer.header("access-control-allow-credentials").unwrap(), "true");
    assert_eq!(answer.header("access-control-allow-methods").unwrap(), "GET,POST");
    let headers = answer.header("access-control-allow-headers").unwrap();
    let expected = [
        "x-requested-with",
        "content-type",
        "accept",
        "origin",
        "cookie",
        "authorization",
        "contactcenterid",
        "x-csrf-token",
    ];
    assert_eq!(headers.split(',').map(str::trim).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn answers_show_the_token_to_them_refusals_too() {
    let house = house();
    let caller = house.sign_in("agent3001").await;
    for question in [house.get("/api/v2/me").cookie(&caller.cookie), house.get("/api/v2/me")] {
        let answer = question.header("origin", DESKTOP).send().await;
        assert_eq!(answer.header("access-control-allow-origin").unwrap(), DESKTOP);
        let exposed = answer.header("access-control-expose-headers").unwrap();
        assert_eq!(exposed, "x-csrf-header,x-csrf-token");
    }
}

#[tokio::test]
async fn of_no_others_and_of_none_by_default() {
    for (house, origin) in [(house(), "https://evil.example.com"), (house(), "null"), (House::new(), DESKTOP)] {
        assert_eq!(preflight(&house, origin).await.header("access-control-allow-origin"), None, "{origin}");
        let answer = house.get("/api/v2/me").header("origin", origin).send().await;
        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
    }
}
