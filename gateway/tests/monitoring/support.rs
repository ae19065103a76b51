//! A gateway on the embedded engine in memory, and a client that observes it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use im_session::{BaseUri, Event};
use im_session_gateway::clock::{Clock, NoRandomBytes, Random, Surroundings};
use im_session_gateway::config::{Argon2Passwords, Cost, DEMO_PASSWORD, Directory, demo_agents, hash_password};
use im_session_gateway::engine::embedded::{EmbeddedEngine, EmbeddedSettings};
use im_session_gateway::engine::{Engine, FeedPosition};
use im_session_gateway::http::{CometD, Gateway, Settings, SignIn, router};
use im_session_gateway::metrics::Durations;
use im_session_gateway::monitoring::{Monitoring, Sources};
use tower::ServiceExt;

pub(crate) const NOW: Duration = Duration::from_secs(1_763_000_000);

pub(crate) struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Duration {
        NOW
    }
}

/// Never returns the same twice.
#[derive(Default)]
pub(crate) struct Counting(AtomicU64);

impl Random for Counting {
    fn bytes(&self) -> Result<[u8; 16], NoRandomBytes> {
        Ok(u128::from(self.0.fetch_add(1, Ordering::SeqCst) + 1).to_be_bytes())
    }
}

pub(crate) struct House {
    pub(crate) engine: Arc<EmbeddedEngine>,
    pub(crate) gateway: Gateway,
    pub(crate) monitoring: Monitoring,
    router: Router,
}

impl House {
    /// A gateway with the demo agents.
    pub(crate) async fn new() -> Self {
        let base_uri = BaseUri::new("http://127.0.0.1:8090");
        let hash = hash_password(DEMO_PASSWORD.as_bytes(), &Counting::default(), Cost::Test).unwrap();
        let directory = Directory::new(demo_agents(&hash).unwrap());
        let commits = Durations::default();
        let mut settings = EmbeddedSettings::new(base_uri.clone());
        settings.commits = commits.clone();
        let engine = Arc::new(EmbeddedEngine::in_memory(directory.clone(), settings).unwrap());
        engine.tick(NOW).await.unwrap();
        let surroundings = Surroundings { clock: Arc::new(StoppedClock), random: Arc::new(Counting::default()) };
        let idle = Duration::from_secs(1_800);
        let sign_in = SignIn::new(directory.clone(), surroundings.clone(), Arc::new(Argon2Passwords), idle);
        let mut settings = Settings::new(base_uri);
        settings.csrf = false;
        settings.hosts = vec!["im.example.com".into()];
        let gateway = Gateway::new(engine.clone(), directory, sign_in, surroundings, settings);
        let (cometd, driver) = CometD::new(gateway.clone(), im_session_gateway::bayeux::Settings::default());
        tokio::spawn(driver.run());
        let monitoring = Monitoring::default();
        let router = router(gateway.clone(), cometd.router().merge(monitoring.routes_on_loopback()));
        monitoring.restored(Sources { gateway: gateway.clone(), cometd, commits });
        House { engine, gateway, monitoring, router }
    }

    /// Sends a request as `agent3001`.
    pub(crate) async fn post(&self, path: &str, body: &str) -> Answer {
        let basic = format!("Basic {}", STANDARD.encode(format!("agent3001:{DEMO_PASSWORD}")));
        let request = Request::post(path).header(header::AUTHORIZATION, basic).body(Body::from(body.to_owned()));
        self.send(request.unwrap(), "127.0.0.1", "127.0.0.1:8090").await
    }

    /// Signs in as `agent3001`, then sends a request.
    pub(crate) async fn post_with_cookie(&self, path: &str, body: &str) -> Answer {
        let signed_in = self.post("/api/v2/me", r#"{"operationName":"StartContactCenterSession"}"#).await;
        let cookie = signed_in.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap();
        let request = Request::post(path).header(header::COOKIE, cookie).body(Body::from(body.to_owned()));
        self.send(request.unwrap(), "127.0.0.1", "127.0.0.1:8090").await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_from(path, "127.0.0.1", "127.0.0.1:8090", None).await
    }

    pub(crate) async fn get_from(&self, path: &str, peer: &str, host: &str, header: Option<&str>) -> Answer {
        let mut request = Request::get(path);
        if let Some(name) = header {
            request = request.header(name, "for=192.0.2.1");
        }
        self.send(request.body(Body::empty()).unwrap(), peer, host).await
    }

    async fn send(&self, mut request: Request<Body>, peer: &str, host: &str) -> Answer {
        request.headers_mut().insert(header::HOST, host.parse().unwrap());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 40_000)));
        answer(self.router.clone(), request).await
    }

    pub(crate) async fn events(&self, feed: Option<FeedPosition>, lines: &[&str]) {
        let events = lines.iter().map(|line| Event::from_json_line(line).unwrap().into_owned()).collect();
        assert!(self.engine.events(feed, events).await.unwrap().results.iter().all(Result::is_ok));
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

pub(crate) async fn answer(router: Router, request: Request<Body>) -> Answer {
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    let body = to_bytes(body, 1 << 22).await.unwrap();
    Answer { status: parts.status.as_u16(), headers: parts.headers, text: String::from_utf8(body.to_vec()).unwrap() }
}
