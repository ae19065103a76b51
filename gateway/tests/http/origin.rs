//! From which origins may pages change something?

use super::support::House;

const START: &str = r#"{"operationName":"StartContactCenterSession"}"#;

fn house() -> House {
    House::with(|settings| {
        settings.hosts = vec!["gw.example.com".into()];
        settings.allowed_origins = vec!["https://desktop.example.com".into()];
    })
}

#[tokio::test]
async fn none_is_no_page_and_the_gateways_own_and_those_configured() {
    let house = house();
    let caller = house.sign_in("agent3001").await;
    assert_eq!(house.post("/api/v2/me", START).of(&caller).send().await.codes(), (200, 0));
    let allowed = [
        ("127.0.0.1:8090", "http://127.0.0.1:8090"),
        ("localhost:8090", "http://localhost:8090"),
        ("gw.example.com", "https://gw.example.com"),
        ("gw.example.com:443", "https://gw.example.com"),
        ("gw.example.com:80", "http://gw.example.com"),
        ("127.0.0.1:8090", "https://desktop.example.com"),
        ("127.0.0.1:8090", "HTTPS://Desktop.example.com"),
    ];
    for (host, origin) in allowed {
        let answer = house.post("/api/v2/me", START).host(host).header("origin", origin).of(&caller).send().await;
        assert_eq!(answer.codes(), (200, 0), "{origin} at {host}");
    }
}

#[tokio::test]
async fn no_other_page_changes_anything_or_opens_a_web_socket() {
    let house = house();
    let caller = house.sign_in("agent3001").await;
    let others = [
        "https://evil.example.com",
        "null",
        "",
        "http://localhost:3000",
        "http://127.0.0.1",
        "http://desktop.example.com",
        "https://desktop.example.com:8443",
        "https://desktop.example.com.evil.com",
        "file://127.0.0.1:8090",
    ];
    for origin in others {
        let answer = house.post("/api/v2/me", START).header("origin", origin).of(&caller).send().await;
        assert_eq!((answer.codes(), answer.json()["statusCode"].as_u64()), ((403, 5), Some(5)), "{origin}");
        let message = answer.json()["statusMessage"].as_str().unwrap().to_owned();
        assert!(message.contains("another origin"), "{message}");
        for path in ["/api/v2/notifications", "/api/v2/me"] {
            let socket = house.get(path).header("origin", origin).header("upgrade", "h2c, WebSocket").of(&caller);
            assert_eq!(socket.send().await.codes(), (403, 5), "{origin} {path}");
        }
    }
}

#[tokio::test]
async fn two_origins_have_to_be_allowed_both() {
    let house = house();
    let caller = house.sign_in("agent3001").await;
    let question = house.post("/api/v2/me", START).header("origin", "http://127.0.0.1:8090");
    let answer = question.header("origin", "https://evil.example.com").of(&caller).send().await;
    assert_eq!(answer.codes(), (403, 5));
}

#[tokio::test]
async fn reading_is_for_the_browser_to_refuse() {
    let house = house();
    let caller = house.sign_in("agent3001").await;
    let answer =
        house.get("/api/v2/me").header("origin", "https://evil.example.com").cookie(&caller.cookie).send().await;
    assert_eq!((answer.codes(), answer.header("access-control-allow-origin")), ((200, 0), None));
}
