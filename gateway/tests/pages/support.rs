//! A gateway on the embedded engine in memory, and a client.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use im_session::{BaseUri, Event};
use im_session_gateway::clock::{Clock, NoRandomBytes, Random, Surroundings};
use im_session_gateway::config::{Agents, Argon2Passwords, Cost, DEMO_PASSWORD, Directory, demo_agents, hash_password};
use im_session_gateway::engine::embedded::{EmbeddedEngine, EmbeddedSettings};
use im_session_gateway::engine::{Engine, Entry, OwnedTarget, Shard, ShardSettings, Times};
use im_session_gateway::http::{Gateway, Settings, SignIn, router};
use serde_json::Value;
use tower::ServiceExt;

pub(crate) const NOW: Duration = Duration::from_secs(1_763_000_000);

struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Duration {
        NOW
    }
}

/// Never returns the same twice.
#[derive(Default)]
struct Counting(AtomicU64);

impl Random for Counting {
    fn bytes(&self) -> Result<[u8; 16], NoRandomBytes> {
        Ok(u128::from(self.0.fetch_add(1, Ordering::SeqCst) + 1).to_be_bytes())
    }
}

pub(crate) fn demo() -> Agents {
    demo_agents(&hash_password(DEMO_PASSWORD.as_bytes(), &Counting::default(), Cost::Test).unwrap()).unwrap()
}

/// A gateway with the demo agents.
pub(crate) struct House {
    pub(crate) engine: Arc<EmbeddedEngine>,
    directory: Directory,
    router: Router,
}

impl House {
    pub(crate) async fn new() -> Self {
        let base_uri = BaseUri::new("http://127.0.0.1:8090");
        let directory = Directory::new(demo());
        let engine = EmbeddedEngine::in_memory(directory.clone(), EmbeddedSettings::new(base_uri.clone())).unwrap();
        let engine = Arc::new(engine);
        engine.tick(NOW).await.unwrap();
        let surroundings = Surroundings { clock: Arc::new(StoppedClock), random: Arc::new(Counting::default()) };
        let idle = Duration::from_secs(1_800);
        let sign_in = SignIn::new(directory.clone(), surroundings.clone(), Arc::new(Argon2Passwords), idle);
        let settings = Settings::new(base_uri);
        let gateway = Gateway::new(engine.clone(), directory.clone(), sign_in, surroundings, settings);
        House { engine, directory, router: router(gateway, Router::new()) }
    }

    pub(crate) async fn events(&self, lines: &[&str]) {
        let events = lines.iter().map(|line| Event::from_json_line(line).unwrap().into_owned()).collect();
        assert!(self.engine.events(None, events).await.unwrap().results.iter().all(Result::is_ok));
    }

    pub(crate) async fn operate(&self, agent: &str, target: OwnedTarget, body: &str) -> u8 {
        let agent = self.directory.current().by_id(agent).unwrap().clone();
        self.engine.operate(agent, target, body.into()).await.unwrap().status.code()
    }

    /// Sends a request without authentication.
    pub(crate) async fn get(&self, path: &str, headers: &[(&'static str, &str)]) -> Answer {
        let mut request = Request::get(path).header(header::HOST, "127.0.0.1:8090").body(Body::empty()).unwrap();
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().unwrap());
        }
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, 1 << 22).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(body.to_vec()).unwrap() }
    }

    /// Sends a request as a user with the demo password.
    pub(crate) async fn get_as(&self, user: &str, path: &str) -> Answer {
        let basic = format!("Basic {}", STANDARD.encode(format!("{user}:{DEMO_PASSWORD}")));
        self.get(path, &[("authorization", &basic)]).await
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {:?}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// HTTP status and statusCode.
    pub(crate) fn codes(&self) -> (u16, u64) {
        (self.status.as_u16(), self.json()["statusCode"].as_u64().unwrap())
    }
}

/// The settings of the single shard.
pub(crate) fn shard_settings() -> ShardSettings {
    let times = Times { expire_after: Duration::from_secs(60), ..Times::default() };
    let base_uri = BaseUri::new("http://127.0.0.1:8090");
    ShardSettings { times, ..ShardSettings::new(base_uri) }
}

/// An event of a call at a DN.
pub(crate) fn event(name: &'static str, dn: &str, id: &str) -> Event<'static> {
    Event::new(name).with_this_dn(dn).with_call_uuid(id).with_other_dn("3009").into_owned()
}

/// Lets a shard decide.
pub(crate) fn happen(shard: &mut Shard, agents: &Agents, events: impl IntoIterator<Item = Event<'static>>) {
    let _decision = shard.decide(Entry::Events { feed: None, events: events.into_iter().collect() }, agents);
}
