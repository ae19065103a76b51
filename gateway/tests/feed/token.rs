//! Only clients with the token are admitted.

use axum::http::{StatusCode, header};
use im_session_gateway::http::BearerToken;

use crate::support::{Feeds, TOKEN, json, ringing};

const ROUTES: [(&str, &str); 4] =
    [("POST", "/events"), ("GET", "/events/position?feed=a"), ("GET", "/requests"), ("POST", "/requests/confirm")];

#[tokio::test]
async fn nothing_is_told_without_the_token() {
    let feeds = Feeds::new().await;
    let wrong = [
        None,
        Some("Bearer another-token-of-feeds".to_owned()),
        Some(format!("Bearer {}", TOKEN.to_uppercase())),
        Some(format!("Bearer {TOKEN}x")),
        Some(format!("Bearer {}", &TOKEN[1..])),
        Some(format!("Basic {TOKEN}")),
        Some(TOKEN.to_owned()),
        Some("Bearer".to_owned()),
    ];
    for (method, uri) in ROUTES {
        for authorization in &wrong {
            let response = feeds.send(method, uri, authorization.as_deref(), ringing("call-1")).await;
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{method} {uri} {authorization:?}");
            assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
            assert_eq!(json(response).await["statusCode"], 20);
        }
    }
    assert!(feeds.ids().await.is_empty());
}

#[tokio::test]
async fn the_scheme_has_no_case() {
    let feeds = Feeds::new().await;
    let response = feeds.send("POST", "/events", Some(&format!("bearer {TOKEN}")), ringing("call-1")).await;
    assert_eq!(response.status(), StatusCode::OK);
}

#[test]
fn a_token_is_long_enough_and_printable() {
    for wrong in
        ["", "fifteen-letters", "sixteen letters and spaces", "sixteen-letters-\u{e9}-and-more", "sixteen-letters-\n"]
    {
        assert!(BearerToken::new(wrong).is_err(), "{wrong:?}");
    }
    let token = BearerToken::new("sixteen-letters!").unwrap();
    assert_eq!(format!("{token:?}"), "BearerToken(..)");
}
