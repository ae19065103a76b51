//! A gateway with two agents and a store in memory, and a client.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use im_session::{BaseUri, Event, Sessions};
use im_session_gateway::clock::{Clock, NoRandomBytes, Random, Surroundings};
use im_session_gateway::config::{
    AgentRecord, Agents, Argon2Passwords, Cost, DEMO_PASSWORD, Directory, PasswordHash, Passwords, demo_agents,
    hash_password,
};
use im_session_gateway::engine::{
    Applied, Engine, FeedPosition, Outgoing, OwnedTarget, Pending, Present, Reply, StoredRequest,
};
use im_session_gateway::http::{BearerToken, CometD, Gateway, Settings, SignIn, feed_routes, router};
use serde_json::Value;
use tower::ServiceExt;

/// A session of agent3001 that has this in its user data.
pub(crate) const ID: &str = "007MDF3D0KAHL93L807GK2LAES000001";
pub(crate) const SECRET: &str = "nobody else may read this";

/// The token of the feeds.
pub(crate) const FEED_TOKEN: &str = "the-token-of-the-feeds";

#[derive(Default)]
pub(crate) struct TestClock(AtomicU64);

impl TestClock {
    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(u64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Duration {
        Duration::from_secs(1_763_000_000) + Duration::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Never returns the same twice.
#[derive(Default)]
pub(crate) struct TestRandom(AtomicU64);

impl Random for TestRandom {
    fn bytes(&self) -> Result<[u8; 16], NoRandomBytes> {
        let number = u128::from(self.0.fetch_add(1, Ordering::SeqCst)) + 1;
        Ok(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes())
    }
}

/// Counts the checks, and records their cost.
#[derive(Default)]
pub(crate) struct CountedPasswords {
    /// No check ends while a test holds this lock for writing.
    pub(crate) gate: RwLock<()>,
    pub(crate) checks: AtomicUsize,
    pub(crate) hashes: Mutex<Vec<PasswordHash>>,
}

impl Passwords for CountedPasswords {
    fn fits(&self, hash: &PasswordHash, password: &[u8]) -> bool {
        let _open = self.gate.read().unwrap();
        self.checks.fetch_add(1, Ordering::SeqCst);
        self.hashes.lock().unwrap().push(hash.clone());
        Argon2Passwords.fits(hash, password)
    }
}

/// The library's store behind a lock. It records the operations and their agents.
pub(crate) struct TestEngine {
    pub(crate) sessions: Mutex<Sessions>,
    pub(crate) operations: Mutex<Vec<(String, OwnedTarget)>>,
}

fn ready<T: Send + 'static>(value: T) -> Pending<T> {
    Box::pin(std::future::ready(Ok(value)))
}

fn reply(result: Result<impl serde::Serialize, im_session::ErrorBody>) -> Reply {
    match result {
        Ok(body) => Reply { status: im_session::StatusCode::Ok, body: serde_json::to_vec(&body).unwrap() },
        Err(error) => Reply::from(&error),
    }
}

impl Engine for TestEngine {
    fn events(&self, _: Option<FeedPosition>, events: Vec<Event<'static>>) -> Pending<Applied> {
        let mut sessions = self.sessions.lock().unwrap();
        let results = events.iter().map(|event| sessions.handle_event(event).map(|_| ())).collect();
        ready(Applied { results, ..Applied::default() })
    }

    fn operate(&self, agent: Arc<AgentRecord>, target: OwnedTarget, body: Vec<u8>) -> Pending<Reply> {
        self.operations.lock().unwrap().push((agent.id.to_string(), target.clone()));
        let sent = self.sessions.lock().unwrap().post(&agent.agent(), target.as_target(), &body);
        ready(sent.map_or_else(|error| Reply::from(&error), |_| Reply::sent()))
    }

    fn list(&self, agent: Arc<AgentRecord>, query: String) -> Pending<Reply> {
        let sessions = self.sessions.lock().unwrap();
        ready(reply(Ok(sessions.list(&agent.agent(), &im_session::Query::parse(&query)))))
    }

    fn read(&self, agent: Arc<AgentRecord>, id: String, query: String) -> Pending<Reply> {
        let sessions = self.sessions.lock().unwrap();
        ready(reply(sessions.read(&agent.agent(), &id, &im_session::Query::parse(&query))))
    }

    fn present(&self, agent: Arc<AgentRecord>) -> Pending<Present> {
        let sessions = self.sessions.lock().unwrap();
        let list = sessions.list(&agent.agent(), &im_session::Query::parse("fields=*"));
        let list: Value = serde_json::to_value(&list).unwrap();
        let message = |session: &Value| {
            let data = serde_json::json!({
                "imSession": session, "messageType": "IMSessionStateChangeMessage", "notificationType": "StatusChange"});
            serde_json::to_vec(&data).unwrap().into()
        };
        let sessions = list["imSessions"].as_array().unwrap().iter().map(message).collect();
        ready(Present { sessions, ..Present::default() })
    }

    fn outgoing(&self) -> tokio::sync::broadcast::Receiver<Arc<Outgoing>> {
        tokio::sync::broadcast::channel(1).1
    }

    fn delivered(&self, _: im_session_gateway::config::AgentId, _: u64) {}

    fn requests(&self, _: u64) -> Pending<Vec<StoredRequest>> {
        ready(Vec::new())
    }

    fn newest_request(&self) -> tokio::sync::watch::Receiver<u64> {
        tokio::sync::watch::channel(0).1
    }

    fn confirm_requests(&self, _: u64) -> Pending<()> {
        ready(())
    }

    fn feed(&self, _: String) -> Pending<Option<FeedPosition>> {
        ready(None)
    }

    fn tick(&self, _: Duration) -> Pending<()> {
        ready(())
    }
}

/// A gateway with its clock and random source.
pub(crate) struct House {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) passwords: Arc<CountedPasswords>,
    pub(crate) engine: Arc<TestEngine>,
    pub(crate) directory: Directory,
    pub(crate) gateway: Gateway,
    router: Router,
}

pub(crate) fn demo() -> Agents {
    let hash = hash_password(DEMO_PASSWORD.as_bytes(), &TestRandom::default(), Cost::Test).unwrap();
    demo_agents(&hash).unwrap()
}

impl House {
    /// A gateway with the demo agents. agent3001 is talking to 3009.
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let base_uri = BaseUri::new("http://127.0.0.1:8090");
        let mut settings = Settings::new(base_uri.clone());
        change(&mut settings);
        let clock = Arc::new(TestClock::default());
        let surroundings = Surroundings { clock: clock.clone(), random: Arc::new(TestRandom::default()) };
        let passwords = Arc::new(CountedPasswords::default());
        let directory = Directory::new(demo());
        let idle = Duration::from_secs(1_800);
        let sign_in = SignIn::new(directory.clone(), surroundings.clone(), passwords.clone(), idle);
        let sessions = Mutex::new(Sessions::new(base_uri));
        let engine = Arc::new(TestEngine { sessions, operations: Mutex::default() });
        let gateway = Gateway::new(engine.clone(), directory.clone(), sign_in, surroundings, settings);
        let (cometd, driver) = CometD::new(gateway.clone(), im_session_gateway::bayeux::Settings::default());
        tokio::spawn(driver.run());
        let token = BearerToken::new(FEED_TOKEN).unwrap();
        let feed = feed_routes(engine.clone(), token, gateway.ending(), Duration::from_secs(30));
        let router = router(gateway.clone(), cometd.router().merge(feed));
        let house = House { clock, passwords, engine, directory, gateway, router };
        for event in ["EventRinging", "EventEstablished"] {
            house.event(&format!(
                r#"{{"Event":"{event}","ThisDN":"3001","OtherDN":"3009","CallUUID":"{ID}","UserData":{{"note":"{SECRET}"}}}}"#
            ));
        }
        house
    }

    pub(crate) fn event(&self, line: &str) {
        let event = Event::from_json_line(line).unwrap();
        let mut sessions = self.engine.sessions.lock().unwrap();
        assert_eq!(sessions.handle_event(&event).unwrap().changed().count(), 1, "{line}");
    }

    pub(crate) fn ask(&self, method: Method, path: &str) -> Question {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "127.0.0.1:8090".parse().unwrap());
        let address = SocketAddr::from(([192, 0, 2, 1], 40_000));
        Question { router: self.router.clone(), method, path: path.into(), headers, body: Body::empty(), address }
    }

    pub(crate) fn get(&self, path: &str) -> Question {
        self.ask(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str, body: impl Into<Body>) -> Question {
        self.ask(Method::POST, path).body(body)
    }

    /// Signs in with the demo password.
    pub(crate) async fn sign_in(&self, user: &str) -> Caller {
        let answer = self.get("/api/v2/me").basic(user, DEMO_PASSWORD).send().await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        Caller { cookie: answer.cookie().unwrap(), token: answer.header("x-csrf-token").unwrap() }
    }
}

/// Cookie and token of a signed-in agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) cookie: String,
    pub(crate) token: String,
}

/// A request.
pub(crate) struct Question {
    router: Router,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Body,
    address: SocketAddr,
}

impl Question {
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.append(name, value.parse().unwrap());
        self
    }

    pub(crate) fn without(mut self, name: &'static str) -> Self {
        self.headers.remove(name);
        self
    }

    pub(crate) fn host(self, host: &str) -> Self {
        self.without("host").header("host", host)
    }

    pub(crate) fn basic(self, user: &str, password: &str) -> Self {
        let encoded = STANDARD.encode(format!("{user}:{password}"));
        self.header("authorization", &format!("Basic {encoded}"))
    }

    pub(crate) fn cookie(self, cookie: &str) -> Self {
        self.header("cookie", &format!("JSESSIONID={cookie}"))
    }

    pub(crate) fn token(self, token: &str) -> Self {
        self.header("x-csrf-token", token)
    }

    pub(crate) fn of(self, caller: &Caller) -> Self {
        self.cookie(&caller.cookie).token(&caller.token)
    }

    pub(crate) fn from(mut self, address: impl Into<IpAddr>) -> Self {
        self.address = SocketAddr::new(address.into(), 40_000);
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) async fn send(self) -> Answer {
        let mut request = Request::builder().method(self.method).uri(&self.path).body(self.body).unwrap();
        *request.headers_mut() = self.headers;
        request.extensions_mut().insert(ConnectInfo(self.address));
        let response = self.router.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
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

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).map(|value| value.to_str().unwrap().into())
    }

    /// The value of the cookie that was set.
    pub(crate) fn cookie(&self) -> Option<String> {
        let set = self.header("set-cookie")?;
        Some(set.strip_prefix("JSESSIONID=")?.split(';').next()?.into())
    }

    /// HTTP status and statusCode.
    pub(crate) fn codes(&self) -> (u16, u64) {
        (self.status.as_u16(), self.json()["statusCode"].as_u64().unwrap())
    }
}
