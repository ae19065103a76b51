//! Is the gateway ready, and who may see it?

use axum::body::Body;
use axum::http::Request;
use im_session_gateway::monitoring::{Monitoring, Readiness};

use crate::support::{House, answer};

#[tokio::test]
async fn it_is_alive_and_not_ready_before_all_is_restored() {
    let monitoring = Monitoring::default();
    assert_eq!(monitoring.readiness(), Readiness::Starting);
    for (path, status, text) in [
        ("/healthz", 200, "alive\n"),
        ("/readyz", 503, "starting\n"),
        (
            "/metrics",
            200,
            "# HELP im_session_gateway_ready 1 while the gateway serves.\n\
            # TYPE im_session_gateway_ready gauge\nim_session_gateway_ready 0\n",
        ),
    ] {
        let answer = answer(monitoring.routes(), Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status, &*answer.text), (status, text), "{path}");
    }
}

#[tokio::test]
async fn it_is_ready_until_it_drains() {
    let house = House::new().await;
    let answer = house.get("/readyz").await;
    assert_eq!((answer.status, &*answer.text), (200, "ready\n"));
    house.gateway.end();
    assert_eq!(house.monitoring.readiness(), Readiness::Draining);
    let answer = house.get("/readyz").await;
    assert_eq!((answer.status, &*answer.text), (503, "draining\n"));
    assert_eq!(house.get("/healthz").await.status, 200);
    assert!(house.get("/metrics").await.text.contains("\nim_session_gateway_ready 0\n"));
}

#[tokio::test]
async fn to_others_there_is_nothing_at_the_gateways_address() {
    let house = House::new().await;
    for path in ["/metrics", "/healthz", "/readyz"] {
        for (peer, host, header, status) in [
            ("127.0.0.1", "127.0.0.1:8090", None, 200),
            ("::1", "localhost", None, 200),
            ("::ffff:127.0.0.1", "[::1]:8090", None, 200),
            ("192.0.2.1", "127.0.0.1:8090", None, 404),
            // Through a proxy on this machine.
            ("127.0.0.1", "im.example.com", None, 404),
            ("127.0.0.1", "127.0.0.1:8090", Some("x-forwarded-for"), 404),
            ("127.0.0.1", "127.0.0.1:8090", Some("forwarded"), 404),
            // A proxy that rewrites the host and adds only one of these headers.
            ("127.0.0.1", "127.0.0.1:8090", Some("x-forwarded-host"), 404),
            ("127.0.0.1", "127.0.0.1:8090", Some("x-forwarded-proto"), 404),
            ("127.0.0.1", "127.0.0.1:8090", Some("x-real-ip"), 404),
            ("127.0.0.1", "127.0.0.1:8090", Some("via"), 404),
            ("127.0.0.1", "127.0.0.1:8090", Some("x-requested-with"), 200),
        ] {
            let answer = house.get_from(path, peer, host, header).await;
            assert_eq!(answer.status, status, "{path} {peer} {host} {header:?}");
        }
    }
}
