//! Implements the kit's trait `System` on top of a gateway.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use im_session::testing::conformance::{Error, System};
use im_session::testing::{Agent, Setup, Step};
use im_session::{BaseUri, Event, Operations};
use im_session_gateway::clock::{Surroundings, SystemRandom};
use im_session_gateway::config::{
    AgentId, AgentRecord, Agents, Argon2Passwords, Cost, DeviceRecord, Directory, PasswordHash, hash_password,
};
use im_session_gateway::engine::embedded::{EmbeddedEngine, EmbeddedSettings};
use im_session_gateway::engine::{Engine, Outgoing, OutgoingKind, Times};
use im_session_gateway::http::{BearerToken, Gateway, Settings, SignIn, feed_routes, router};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::broadcast;
use tower::ServiceExt;

const TOKEN: &str = "the-token-of-the-kit";
const USER: &str = "me";
const PASSWORD: &str = "password";

/// The number of questions of each kind.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) events: usize,
    pub(crate) posts: usize,
    pub(crate) reads: usize,
    pub(crate) notifications: usize,
    pub(crate) requests: usize,
    pub(crate) left_out: usize,
}

pub(crate) struct OverHttp {
    runtime: Runtime,
    password: PasswordHash,
    running: Running,
    pub(crate) counts: Counts,
}

/// A gateway and its store.
struct Running {
    engine: Arc<dyn Engine>,
    outgoing: broadcast::Receiver<Arc<Outgoing>>,
    router: Router,
    directory: Directory,
    /// The DNs of the events so far. Each belongs to an agent, so that the test receives its notifications.
    dns: BTreeSet<String>,
    next_request: u64,
    now: u64,
}

impl Running {
    fn new(setup: &Setup) -> Self {
        let base_uri = BaseUri::new(setup.base_uri.clone());
        let directory = Directory::new(Agents::default());
        let mut settings = EmbeddedSettings::new(base_uri.clone());
        // There is a single shard, because the agents of the DNs change with each question.
        settings.shards = 1;
        settings.limits = setup.limits;
        let never = Duration::from_secs(100 * 365 * 24 * 3_600);
        settings.times = Times { expire_after: never, time_out_after: never, forget_after: never };
        let engine: Arc<dyn Engine> = Arc::new(EmbeddedEngine::in_memory(directory.clone(), settings).unwrap());
        let outgoing = engine.outgoing();
        let surroundings = Surroundings::system();
        let patience = Duration::from_secs(30);
        let sign_in = SignIn::new(directory.clone(), surroundings.clone(), Arc::new(Argon2Passwords), patience);
        // Makes the gateway accept a POST that has a password but no CSRF token.
        let settings = Settings { csrf: false, ..Settings::new(base_uri) };
        let gateway = Gateway::new(engine.clone(), directory.clone(), sign_in, surroundings, settings);
        let feed = feed_routes(engine.clone(), BearerToken::new(TOKEN).unwrap(), gateway.ending(), patience);
        let router = router(gateway, feed);
        Running { engine, outgoing, router, directory, dns: BTreeSet::new(), next_request: 1, now: 0 }
    }

    /// Assigns each DN to a separate agent with all rights.
    fn each_dn_is_somebodys(&self, password: &PasswordHash) {
        let observers =
            self.dns.iter().enumerate().map(|(number, dn)| record(&number.to_string(), [dn.as_str()], password));
        self.directory.replace(Agents::new(observers).unwrap());
    }

    /// Replaces all agents with this one.
    fn only(&self, agent: &Agent, password: &PasswordHash) {
        let devices = agent.devices().iter().map(|device| {
            let path = &device.device_path;
            DeviceRecord::new(path.strip_prefix("/devices/").unwrap_or(path), device.dn.clone())
        });
        let record = AgentRecord { devices: devices.collect(), rights: agent.rights(), ..record(USER, [], password) };
        self.directory.replace(Agents::new([record]).unwrap());
    }

    async fn ask(&self, method: Method, path: &str, authorization: &str, body: Vec<u8>) -> Result<Value, Error> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost:8090")
            .header(header::AUTHORIZATION, authorization)
            .body(Body::from(body))
            .map_err(|error| Error(format!("{path:?}: {error}")))?;
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.map_err(|error| Error(error.to_string()))?;
        let answer: Value = serde_json::from_slice(&body).map_err(|error| Error(format!("{path}: {error}")))?;
        // The statusCode and the HTTP status must correspond as the library defines.
        if let Some(code) = answer["statusCode"].as_u64() {
            let code = im_session::StatusCode::from_code(u8::try_from(code).unwrap()).unwrap();
            assert_eq!(status, code.http_status(), "{path}: {answer}");
        }
        Ok(answer)
    }

    /// Sends a request as the agent.
    async fn as_me(&self, method: Method, path: &str, body: &str) -> Result<Value, Error> {
        let authorization = format!("Basic {}", STANDARD.encode(format!("{USER}:{PASSWORD}")));
        self.ask(method, path, &authorization, body.as_bytes().to_vec()).await
    }

    async fn event(&mut self, event: &Event<'_>) -> Result<Value, Error> {
        let line = serde_json::to_vec(event).map_err(|error| Error(error.to_string()))?;
        let answer = self.ask(Method::POST, "/events", &format!("Bearer {TOKEN}"), line).await?;
        Ok(match answer["accepted"].as_u64() {
            Some(1) => json!({}),
            Some(_) | None => json!({"told": {"outcome": "unreadable"}}),
        })
    }

    /// The notifications since the last call. Each arrives before the answer to the question that caused it.
    fn notifications(&mut self) -> Result<Vec<Value>, Error> {
        let mut notifications = Vec::new();
        loop {
            match self.outgoing.try_recv() {
                // Failed requests. The kit receives them as `settled`, or not at all.
                Ok(outgoing) if outgoing.kind == OutgoingKind::Error => {}
                Ok(outgoing) => {
                    let number: usize = outgoing.agent.as_str().parse().map_err(|_| Error(format!("{outgoing:?}")))?;
                    let this_dn = self.dns.iter().nth(number);
                    let data: Value =
                        serde_json::from_slice(&outgoing.data).map_err(|error| Error(error.to_string()))?;
                    notifications.push(json!({"thisDN": this_dn, "notification": {"data": data}}));
                }
                Err(broadcast::error::TryRecvError::Empty) => return Ok(notifications),
                Err(error) => return Err(Error(error.to_string())),
            }
        }
    }

    /// The requests since the last call.
    async fn requests(&mut self) -> Result<Vec<Value>, Error> {
        let requests = self.engine.requests(self.next_request).await.map_err(|error| Error(error.to_string()))?;
        if let Some(last) = requests.last() {
            self.next_request = last.offset + 1;
        }
        Ok(requests.iter().map(|stored| json!(stored.request)).collect())
    }
}

fn record<'d>(id: &str, dns: impl IntoIterator<Item = &'d str>, password: &PasswordHash) -> AgentRecord {
    let device = |dn: &str| DeviceRecord::new("1", dn);
    AgentRecord {
        id: AgentId::new(id),
        user_name: id.into(),
        first_name: String::new(),
        last_name: String::new(),
        devices: dns.into_iter().map(device).collect(),
        rights: Operations::ALL,
        supervisor: false,
        password: password.clone(),
    }
}

impl OverHttp {
    pub(crate) fn new(setup: &Setup) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let password = hash_password(PASSWORD.as_bytes(), &SystemRandom, Cost::Test).unwrap();
        OverHttp { runtime, password, running: Running::new(setup), counts: Counts::default() }
    }
}

impl System for OverHttp {
    fn reset(&mut self, setup: &Setup) -> Result<Value, Error> {
        self.running = Running::new(setup);
        Ok(json!({"requests": []}))
    }

    fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Result<Option<Value>, Error> {
        let OverHttp { runtime, password, running, counts } = self;
        let me = |agent: &usize| agents.get(*agent).cloned().unwrap_or_default();
        let answer = match step {
            Step::Event(event) if event.user_data.is_hidden() || event.extensions.is_hidden() => None,
            Step::Event(event) if !is_a_name(event.name.as_str()) => None,
            Step::Event(event) => {
                counts.events += 1;
                running.dns.extend(event.this_dn().map(str::to_owned));
                running.each_dn_is_somebodys(password);
                let mut answer = runtime.block_on(running.event(event))?;
                let notifications = running.notifications()?;
                counts.notifications += notifications.len();
                answer["notifications"] = json!(notifications);
                Some(answer)
            }
            // A path cannot contain the empty id.
            Step::Post { target: Some(id), .. } | Step::Read { id, .. } if id.is_empty() => None,
            Step::Post { agent, target, body } => {
                counts.posts += 1;
                running.only(&me(agent), password);
                let below = target.as_ref().map(|id| format!("/{}", segment(id))).unwrap_or_default();
                let path = format!("/api/v2/me/im-sessions{below}");
                let answer = runtime.block_on(running.as_me(Method::POST, &path, body))?;
                let requests = runtime.block_on(running.requests())?;
                counts.requests += requests.len();
                Some(json!({"answer": answer, "requests": requests}))
            }
            Step::List { agent, query } => {
                counts.reads += 1;
                running.only(&me(agent), password);
                let path = format!("/api/v2/me/im-sessions?{}", escaped(query));
                Some(json!({"answer": runtime.block_on(running.as_me(Method::GET, &path, ""))?}))
            }
            Step::Read { agent, id, query } => {
                counts.reads += 1;
                running.only(&me(agent), password);
                let path = format!("/api/v2/me/im-sessions/{}?{}", segment(id), escaped(query));
                Some(json!({"answer": runtime.block_on(running.as_me(Method::GET, &path, ""))?}))
            }
            Step::Time(by) => {
                running.now = running.now.saturating_add(*by);
                let ticked = running.engine.tick(Duration::from_secs(running.now));
                runtime.block_on(ticked).map_err(|error| Error(error.to_string()))?;
                Some(json!({}))
            }
            _ => None,
        };
        counts.left_out += usize::from(answer.is_none());
        Ok(answer)
    }
}

/// Whether the name is `Event` followed by letters.
fn is_a_name(name: &str) -> bool {
    let rest = name.strip_prefix("Event").unwrap_or_default();
    !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Escapes a text for one path segment.
fn segment(text: &str) -> String {
    text.bytes().fold(String::new(), |mut segment, byte| {
        if byte.is_ascii_alphanumeric() {
            segment.push(byte.into());
        } else {
            write!(segment, "%{byte:02X}").unwrap();
        }
        segment
    })
}

/// Escapes a query, but leaves existing escapes unchanged.
fn escaped(query: &str) -> String {
    query.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_graphic() && !b"#\"<>`{}|\\^".contains(&byte) {
            escaped.push(byte.into());
        } else {
            write!(escaped, "%{byte:02X}").unwrap();
        }
        escaped
    })
}
