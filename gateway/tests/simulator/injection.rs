//! Who may inject faults over HTTP, and do the faults happen?

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use im_session::BaseUri;
use im_session_gateway::clock::{Clock, NoRandomBytes, Random, Surroundings};
use im_session_gateway::config::{Argon2Passwords, Cost, DEMO_PASSWORD, Directory, demo_agents, hash_password};
use im_session_gateway::engine::embedded::{EmbeddedEngine, EmbeddedSettings};
use im_session_gateway::engine::{Engine, OwnedTarget};
use im_session_gateway::http::{Gateway, Settings, SignIn, fault_routes, router};
use im_session_gateway::simulator::{FaultInjector, SimulatorSettings, run_with_faults};
use serde_json::Value;
use tower::ServiceExt;

use crate::requests::START;

struct Still;

impl Clock for Still {
    fn now(&self) -> Duration {
        START
    }
}

#[derive(Default)]
struct Counting(AtomicU64);

impl Random for Counting {
    fn bytes(&self) -> Result<[u8; 16], NoRandomBytes> {
        Ok(u128::from(self.0.fetch_add(1, Ordering::SeqCst) + 1).to_be_bytes())
    }
}

struct House {
    engine: Arc<dyn Engine>,
    directory: Directory,
    router: Router,
}

impl House {
    async fn new(with_simulator: bool) -> Self {
        let base_uri = BaseUri::new("http://127.0.0.1:8090");
        let hash = hash_password(DEMO_PASSWORD.as_bytes(), &Counting::default(), Cost::Test).unwrap();
        let directory = Directory::new(demo_agents(&hash).unwrap());
        let settings = EmbeddedSettings::new(base_uri.clone());
        let engine: Arc<dyn Engine> = Arc::new(EmbeddedEngine::in_memory(directory.clone(), settings).unwrap());
        engine.tick(START).await.unwrap();
        let surroundings = Surroundings { clock: Arc::new(Still), random: Arc::new(Counting::default()) };
        let idle = Duration::from_secs(1_800);
        let sign_in = SignIn::new(directory.clone(), surroundings.clone(), Arc::new(Argon2Passwords), idle);
        let settings = Settings::new(base_uri);
        let gateway = Gateway::new(engine.clone(), directory.clone(), sign_in, surroundings, settings);
        let mut more = Router::new();
        if with_simulator {
            let (injector, injected) = FaultInjector::new();
            let (engine, directory) = (engine.clone(), directory.clone());
            tokio::spawn(run_with_faults(engine, directory, Arc::new(Still), SimulatorSettings::default(), injected));
            more = fault_routes(gateway.clone(), injector);
        }
        House { engine, directory, router: router(gateway, more) }
    }

    async fn ask(&self, method: Method, path: &str, headers: HeaderMap, body: &str) -> (u16, HeaderMap, Value) {
        let mut request = Request::builder().method(method).uri(path).body(Body::from(body.to_owned())).unwrap();
        *request.headers_mut() = headers;
        request.headers_mut().insert(header::HOST, "127.0.0.1:8090".parse().unwrap());
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        (parts.status.as_u16(), parts.headers, serde_json::from_slice(&body).unwrap())
    }

    /// The cookie and the token.
    async fn sign_in(&self, user: &str) -> HeaderMap {
        let basic = format!("Basic {}", STANDARD.encode(format!("{user}:{DEMO_PASSWORD}")));
        let headers = HeaderMap::from_iter([(header::AUTHORIZATION, basic.parse().unwrap())]);
        let (status, answered, _) = self.ask(Method::GET, "/api/v2/me", headers, "").await;
        assert_eq!(status, 200);
        let cookie = answered["set-cookie"].to_str().unwrap().split(';').next().unwrap().parse().unwrap();
        let token = header::HeaderName::from_static("x-csrf-token");
        HeaderMap::from_iter([(header::COOKIE, cookie), (token.clone(), answered[token].clone())])
    }

    async fn inject(&self, headers: HeaderMap, body: &str) -> (u16, u64) {
        let (status, _, body) = self.ask(Method::POST, "/simulator/faults", headers, body).await;
        (status, body["statusCode"].as_u64().unwrap())
    }
}

#[tokio::test]
async fn what_a_supervisor_injects_strikes() {
    let house = House::new(true).await;
    let sue = house.sign_in("supervisor").await;
    let (status, _, body) = house.ask(Method::GET, "/simulator/faults", sue.clone(), "").await;
    assert_eq!((status, body["faults"].as_array().unwrap().len()), (200, 8));
    assert_eq!(house.inject(sue, r#"{"fault":"busy"}"#).await, (200, 0));

    let ann = house.directory.current().by_id("agent3001").unwrap().clone();
    let mut outgoing = house.engine.outgoing();
    let body = br#"{"operationName":"InitiateIMSession","destination":{"phoneNumber":"3002"}}"#.to_vec();
    house.engine.operate(ann, OwnedTarget::Sessions, body).await.unwrap();
    let mut states = Vec::new();
    while states.last().is_none_or(|state| state != "Completed") {
        let told: Value = serde_json::from_slice(&outgoing.recv().await.unwrap().data).unwrap();
        states.push(told["imSession"]["state"].clone());
    }
    assert!(!states.contains(&"Talking".into()), "{states:?}");
}

#[tokio::test]
async fn nobody_else_injects_anything() {
    let house = House::new(true).await;
    let (ann, sue) = (house.sign_in("agent3001").await, house.sign_in("supervisor").await);
    assert_eq!(house.inject(ann, r#"{"fault":"busy"}"#).await, (403, 5));
    // The request has no cookie or no token.
    assert_eq!(house.inject(HeaderMap::new(), r#"{"fault":"busy"}"#).await, (403, 5));
    let mut without_token = sue.clone();
    without_token.remove("x-csrf-token");
    assert_eq!(house.inject(without_token, r#"{"fault":"busy"}"#).await, (403, 5));
    for body in [r#"{"fault":"burn"}"#, "{}", "[", r#"{"fault":7}"#] {
        assert_eq!(house.inject(sue.clone(), body).await, (400, 10), "{body}");
    }
}

#[tokio::test]
async fn without_the_simulator_there_are_no_faults() {
    let house = House::new(false).await;
    let sue = house.sign_in("supervisor").await;
    assert_eq!(house.inject(sue, r#"{"fault":"busy"}"#).await, (404, 6));
}
