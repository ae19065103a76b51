//! A gateway with an engine that the test controls, and a client.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use im_session::{BaseUri, Event};
use im_session_gateway::bayeux;
use im_session_gateway::clock::{Clock, NoRandomBytes, Random, Surroundings};
use im_session_gateway::config::{
    AgentId, AgentRecord, Cost, DEMO_PASSWORD, Directory, PasswordHash, Passwords, demo_agents, hash_password,
};
use im_session_gateway::engine::{
    Applied, Engine, EngineError, FeedPosition, Outgoing, OutgoingKind, OwnedTarget, Pending, Present, Reply,
    StoredRequest,
};
use im_session_gateway::http::{CometD, Gateway, Settings, SignIn, router};
use im_session_gateway::serve::{ConnectionLimits, serve_connections};
use serde_json::{Value, json};
use tokio::io::DuplexStream;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, watch};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, tungstenite};
use tower::ServiceExt;

pub(crate) const URL: &str = "/api/v2/notifications";
pub(crate) const CHANNEL: &str = "/v2/me/im-sessions";

struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> Duration {
        Duration::from_secs(1_763_000_000)
    }
}

#[derive(Default)]
struct Counting(AtomicU64);

impl Random for Counting {
    fn bytes(&self) -> Result<[u8; 16], NoRandomBytes> {
        Ok(u128::from(self.0.fetch_add(1, Ordering::SeqCst) + 1).to_be_bytes())
    }
}

struct Demo;

impl Passwords for Demo {
    fn fits(&self, _: &PasswordHash, password: &[u8]) -> bool {
        password == DEMO_PASSWORD.as_bytes()
    }
}

pub(crate) struct TestEngine {
    outgoing: broadcast::Sender<Arc<Outgoing>>,
    /// The current sessions of each agent.
    pub(crate) present: Mutex<HashMap<String, Present>>,
    /// The deliveries that the gateway reported.
    pub(crate) delivered: Mutex<Vec<(String, u64)>>,
}

fn nobody_asks<T: Send + 'static>() -> Pending<T> {
    Box::pin(std::future::ready(Err(EngineError::Stopped)))
}

impl Engine for TestEngine {
    fn events(&self, _: Option<FeedPosition>, _: Vec<Event<'static>>) -> Pending<Applied> {
        nobody_asks()
    }

    fn operate(&self, _: Arc<AgentRecord>, _: OwnedTarget, _: Vec<u8>) -> Pending<Reply> {
        nobody_asks()
    }

    fn list(&self, _: Arc<AgentRecord>, _: String) -> Pending<Reply> {
        nobody_asks()
    }

    fn read(&self, _: Arc<AgentRecord>, _: String, _: String) -> Pending<Reply> {
        nobody_asks()
    }

    fn present(&self, agent: Arc<AgentRecord>) -> Pending<Present> {
        let present = self.present.lock().unwrap().get(agent.id.as_str()).cloned();
        Box::pin(std::future::ready(Ok(present.unwrap_or_default())))
    }

    fn outgoing(&self) -> broadcast::Receiver<Arc<Outgoing>> {
        self.outgoing.subscribe()
    }

    fn delivered(&self, agent: AgentId, up_to: u64) {
        self.delivered.lock().unwrap().push((agent.as_str().to_owned(), up_to));
    }

    fn requests(&self, _: u64) -> Pending<Vec<StoredRequest>> {
        nobody_asks()
    }

    fn newest_request(&self) -> watch::Receiver<u64> {
        watch::channel(0).1
    }

    fn confirm_requests(&self, _: u64) -> Pending<()> {
        nobody_asks()
    }

    fn feed(&self, _: String) -> Pending<Option<FeedPosition>> {
        nobody_asks()
    }

    fn tick(&self, _: Duration) -> Pending<()> {
        nobody_asks()
    }
}

/// A gateway with the demo agents and a running driver.
pub(crate) struct House {
    pub(crate) engine: Arc<TestEngine>,
    pub(crate) gateway: Gateway,
    pub(crate) cometd: CometD,
    router: Router,
}

impl House {
    pub(crate) fn new() -> Self {
        Self::with(bayeux::Settings::default())
    }

    pub(crate) fn with(settings: bayeux::Settings) -> Self {
        let surroundings = Surroundings { clock: Arc::new(StandingClock), random: Arc::new(Counting::default()) };
        let hash = hash_password(DEMO_PASSWORD.as_bytes(), &Counting::default(), Cost::Test).unwrap();
        let directory = Directory::new(demo_agents(&hash).unwrap());
        let idle = Duration::from_secs(1_800);
        let sign_in = SignIn::new(directory.clone(), surroundings.clone(), Arc::new(Demo), idle);
        let outgoing = broadcast::Sender::new(16);
        let engine = Arc::new(TestEngine { outgoing, present: Mutex::default(), delivered: Mutex::default() });
        let http = Settings::new(BaseUri::new("http://127.0.0.1:8090"));
        let gateway = Gateway::new(engine.clone(), directory, sign_in, surroundings, http);
        let (cometd, driver) = CometD::new(gateway.clone(), settings);
        tokio::spawn(driver.run());
        let router = router(gateway.clone(), cometd.router());
        House { engine, gateway, cometd, router }
    }

    /// Serves on loopback.
    pub(crate) async fn listen(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let day = Duration::from_secs(24 * 3_600);
        let limits = ConnectionLimits { connections: 1_000, head: day, write: day, end: day };
        tokio::spawn(serve_connections(listener, self.router.clone(), limits, std::future::pending()));
        address
    }

    /// A WebSocket over a pipe with a buffer of this size. Paused time does not wait for bytes on a real network.
    pub(crate) async fn web_socket(
        &self,
        caller: &Caller,
        bytes: usize,
    ) -> Result<WebSocketStream<DuplexStream>, tungstenite::Error> {
        let (client, server) = tokio::io::duplex(bytes);
        let router = self.router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 40_000))));
            router.clone().oneshot(request)
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(server), service).with_upgrades();
        tokio::spawn(connection);
        let mut request = format!("ws://127.0.0.1:8090{URL}").into_client_request().unwrap();
        request.headers_mut().insert("cookie", caller.cookie().parse().unwrap());
        tokio_tungstenite::client_async(request, client).await.map(|(socket, _)| socket)
    }

    /// Sends a message to an agent. Its text is the position.
    pub(crate) fn message(&self, agent: &str, position: u64) {
        self.publish(agent, position, json!({"messageType": "IMLogUpdateMessage", "message": position}));
    }

    pub(crate) fn publish(&self, agent: &str, position: u64, data: Value) {
        let outgoing = outgoing(agent, position, &data);
        self.engine.outgoing.send(Arc::new(outgoing)).unwrap();
    }

    pub(crate) async fn signed_in(&self, user: &str) -> Caller {
        let basic = format!("Basic {}", STANDARD.encode(format!("{user}:{DEMO_PASSWORD}")));
        let mut caller = Caller { router: self.router.clone(), cookies: Vec::new(), headers: HeaderMap::new() };
        caller.headers.insert(header::AUTHORIZATION, basic.parse().unwrap());
        assert_eq!(caller.ask(Method::GET, "/api/v2/me", Body::empty()).await.status, StatusCode::OK);
        caller.headers.clear();
        caller
    }

    pub(crate) fn stranger(&self) -> Caller {
        Caller { router: self.router.clone(), cookies: Vec::new(), headers: HeaderMap::new() }
    }

    /// Waits until this many connects are held.
    pub(crate) async fn until_written(&self) {
        while self.cometd.counts().exchanges != 0 {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) async fn until_held(&self, held: usize) {
        while self.cometd.counts().held != held {
            tokio::task::yield_now().await;
        }
    }
}

pub(crate) fn outgoing(agent: &str, position: u64, data: &Value) -> Outgoing {
    let is_state = data["messageType"] == "IMSessionStateChangeMessage";
    let kind = if is_state { OutgoingKind::Session } else { OutgoingKind::Message };
    let data = data.to_string().into();
    Outgoing { position, id: format!("n{position}"), agent: AgentId::new(agent), kind, data }
}

/// A browser.
#[derive(Clone)]
pub(crate) struct Caller {
    router: Router,
    pub(crate) cookies: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn messages(&self) -> Vec<Value> {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Caller {
    pub(crate) fn cookie(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub(crate) async fn ask(&mut self, method: Method, path: &str, body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).body(body.into()).unwrap();
        *request.headers_mut() = self.headers.clone();
        request.headers_mut().insert(header::HOST, "127.0.0.1:8090".parse().unwrap());
        request.headers_mut().insert(header::COOKIE, self.cookie().parse().unwrap());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 40_000))));
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), rest.split(';').next().unwrap().to_owned()));
        }
        let text = String::from_utf8(to_bytes(body, 1 << 24).await.unwrap().to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    #[track_caller]
    pub(crate) fn post(&self, body: Value) -> impl Future<Output = Vec<Value>> + use<> {
        let mut caller = self.clone();
        async move {
            let answer = caller.ask(Method::POST, URL, body.to_string()).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
            answer.messages()
        }
    }

    pub(crate) async fn handshake(&mut self) -> String {
        let answer = self.ask(Method::POST, URL, handshake().to_string()).await;
        let reply = &answer.messages()[0];
        assert_eq!(reply["successful"], true, "{reply}");
        reply["clientId"].as_str().unwrap().to_owned()
    }

    /// Subscribes, receives the current sessions, and leaves the next connect held.
    pub(crate) async fn subscribed(&mut self) -> String {
        let client = self.handshake().await;
        self.post(connect(&client)).await;
        self.post(subscribe(&client)).await;
        client
    }
}

pub(crate) fn handshake() -> Value {
    json!([{"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": ["long-polling", "websocket"]}])
}

pub(crate) fn connect(client: &str) -> Value {
    json!([{"channel": "/meta/connect", "clientId": client, "connectionType": "long-polling"}])
}

pub(crate) fn subscribe(client: &str) -> Value {
    json!([{"channel": "/meta/subscribe", "clientId": client, "subscription": CHANNEL}])
}

/// The texts of the messages in a reply.
pub(crate) fn texts(messages: &[Value]) -> Vec<u64> {
    messages.iter().filter_map(|message| message["data"]["message"].as_u64()).collect()
}
