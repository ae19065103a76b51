//! A gateway with three agents, a supervisor, the embedded engine in memory and the simulated SIP Server, set up as in
//! the program. It can have a deliberate hole, which the property test must find.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderName, HeaderValue, Request, header};
use axum::middleware::map_request;
use futures_util::FutureExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use im_session::{BaseUri, Event, Operations};
use im_session_gateway::bayeux;
use im_session_gateway::clock::{Clock, NoRandomBytes, Random, Surroundings};
use im_session_gateway::config::{AgentId, AgentRecord, Agents, DeviceRecord, Directory, PasswordHash, Passwords};
use im_session_gateway::engine::embedded::{EmbeddedEngine, EmbeddedSettings};
use im_session_gateway::engine::inspection::Inquiry;
use im_session_gateway::engine::{
    Applied, Engine, EngineError, FeedPosition, Outgoing, OwnedTarget, Pending, Present, Reply, StoredRequest,
};
use im_session_gateway::http::{
    BearerToken, CometD, Gateway, Settings, SignIn, dialog_info_routes, fault_routes, feed_routes, router,
};
use im_session_gateway::metrics::Durations;
use im_session_gateway::monitoring::{Monitoring, Sources};
use im_session_gateway::simulator::{FaultInjector, SimulatorSettings, run_with_faults};
use tokio::io::DuplexStream;
use tokio::sync::{broadcast, watch};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, tungstenite};
use tower::ServiceExt;

/// The agents. The last one is the supervisor, who has no device.
pub(crate) const USERS: [&str; 4] = ["ann", "bob", "cyd", "eve"];
pub(crate) const SUPERVISOR: usize = 3;
pub(crate) const HOST: &str = "127.0.0.1:8090";
pub(crate) const FEED_TOKEN: &str = "zp-the-token-of-the-feeds";
/// The idle timeout of an HTTP session, in seconds.
pub(crate) const IDLE: u64 = 1_800;

pub(crate) fn dn(agent: usize) -> String {
    (3_001 + agent).to_string()
}

pub(crate) fn password(user: usize) -> String {
    format!("zp-password-of-{}", USERS[user])
}

/// A vulnerability added to the gateway on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hole {
    None,
    /// Agents can read the sessions of other agents.
    Reads,
    /// Notifications also go to another agent.
    Hears,
    /// An operation on another agent's session is refused but still carried out.
    Changes,
    /// Operations need no CSRF token.
    NoToken,
    /// The feed routes need no bearer token.
    OpenFeed,
    /// HTTP sessions last ten times as long as they should.
    Eternal,
    /// The engine fails if a session does not exist.
    Fails,
    /// A header can override the method.
    Override,
}

impl Hole {
    pub(crate) const ALL: [Hole; 8] = [
        Hole::Reads,
        Hole::Hears,
        Hole::Changes,
        Hole::NoToken,
        Hole::OpenFeed,
        Hole::Eternal,
        Hole::Fails,
        Hole::Override,
    ];
}

/// A clock that only the test advances.
#[derive(Default)]
pub(crate) struct TestClock(AtomicU64);

impl TestClock {
    pub(crate) fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Duration {
        Duration::from_secs(1_763_000_000 + self.0.load(Ordering::SeqCst))
    }
}

/// Never returns the same value twice, and each value looks unrelated to the one before.
#[derive(Default)]
struct TestRandom(AtomicU64);

impl Random for TestRandom {
    fn bytes(&self) -> Result<[u8; 16], NoRandomBytes> {
        let number = u128::from(self.0.fetch_add(1, Ordering::SeqCst)) + 1;
        Ok(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes())
    }
}

/// The hash of a password is the password itself, so that checks are fast.
struct Plain;

impl Passwords for Plain {
    fn fits(&self, hash: &PasswordHash, password: &[u8]) -> bool {
        hash.as_str().as_bytes() == password
    }
}

fn record(user: usize) -> AgentRecord {
    let name = USERS[user];
    let mut devices = Vec::new();
    if user != SUPERVISOR {
        devices.push(DeviceRecord::new("1", dn(user)));
        devices[0].sip.push(format!("sip:{name}@example.com").parse().unwrap());
    }
    AgentRecord {
        id: AgentId::new(name),
        user_name: name.into(),
        first_name: format!("zp-first-name-of-{name}"),
        last_name: format!("zp-last-name-of-{name}"),
        devices,
        rights: if user == SUPERVISOR { Operations::NONE } else { Operations::ALL },
        supervisor: user == SUPERVISOR,
        password: PasswordHash::new(password(user)),
    }
}

/// The embedded engine, with the hole in front of it.
struct Porous {
    engine: Arc<EmbeddedEngine>,
    directory: Directory,
    hole: Hole,
    /// The notifications that every agent receives, if that is the hole.
    loud: broadcast::Sender<Arc<Outgoing>>,
}

impl Porous {
    fn others(&self, agent: &AgentRecord) -> Vec<Arc<AgentRecord>> {
        let all = self.directory.current();
        all.iter().filter(|other| other.id != agent.id).cloned().collect()
    }
}

impl Engine for Porous {
    fn events(&self, feed: Option<FeedPosition>, events: Vec<Event<'static>>) -> Pending<Applied> {
        self.engine.events(feed, events)
    }

    fn operate(&self, agent: Arc<AgentRecord>, target: OwnedTarget, body: Vec<u8>) -> Pending<Reply> {
        let (engine, others) = (self.engine.clone(), self.others(&agent));
        let is_porous = self.hole == Hole::Changes;
        async move {
            let reply = engine.operate(agent, target.clone(), body.clone()).await?;
            if is_porous && reply.status == im_session::StatusCode::NotFound {
                for other in others {
                    engine.operate(other, target.clone(), body.clone()).await?;
                }
            }
            Ok(reply)
        }
        .boxed()
    }

    fn list(&self, agent: Arc<AgentRecord>, query: String) -> Pending<Reply> {
        self.engine.list(agent, query)
    }

    fn read(&self, agent: Arc<AgentRecord>, id: String, query: String) -> Pending<Reply> {
        let (engine, others, hole) = (self.engine.clone(), self.others(&agent), self.hole);
        async move {
            let mut reply = engine.read(agent, id.clone(), query.clone()).await?;
            let is_missing = |reply: &Reply| reply.status == im_session::StatusCode::NotFound;
            if hole == Hole::Fails && is_missing(&reply) {
                return Err(EngineError::Stopped);
            }
            for other in others.into_iter().filter(|_| hole == Hole::Reads) {
                if is_missing(&reply) {
                    reply = engine.read(other, id.clone(), query.clone()).await?;
                }
            }
            Ok(reply)
        }
        .boxed()
    }

    fn present(&self, agent: Arc<AgentRecord>) -> Pending<Present> {
        self.engine.present(agent)
    }

    fn outgoing(&self) -> broadcast::Receiver<Arc<Outgoing>> {
        if self.hole != Hole::Hears {
            return self.engine.outgoing();
        }
        let (mut from, loud, all) = (self.engine.outgoing(), self.loud.clone(), self.directory.current());
        let heard = loud.subscribe();
        tokio::spawn(async move {
            while let Ok(outgoing) = from.recv().await {
                for agent in all.iter() {
                    let _gone = loud.send(Arc::new(Outgoing { agent: agent.id.clone(), ..(*outgoing).clone() }));
                }
            }
        });
        heard
    }

    fn delivered(&self, agent: AgentId, up_to: u64) {
        self.engine.delivered(agent, up_to);
    }

    fn requests(&self, from: u64) -> Pending<Vec<StoredRequest>> {
        self.engine.requests(from)
    }

    fn newest_request(&self) -> watch::Receiver<u64> {
        self.engine.newest_request()
    }

    fn confirm_requests(&self, up_to: u64) -> Pending<()> {
        self.engine.confirm_requests(up_to)
    }

    fn feed(&self, feed: String) -> Pending<Option<FeedPosition>> {
        self.engine.feed(feed)
    }

    fn tick(&self, now: Duration) -> Pending<()> {
        self.engine.tick(now)
    }

    fn inspect(&self, inquiry: Inquiry) -> Pending<Reply> {
        self.engine.inspect(inquiry)
    }
}

/// The gateway.
pub(crate) struct House {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) directory: Directory,
    pub(crate) gateway: Gateway,
    pub(crate) cometd: CometD,
    pub(crate) router: Router,
}

impl House {
    pub(crate) async fn new(hole: Hole) -> Self {
        let base_uri = BaseUri::new(format!("http://{HOST}"));
        let clock = Arc::new(TestClock::default());
        let surroundings = Surroundings { clock: clock.clone(), random: Arc::new(TestRandom::default()) };
        let directory = Directory::new(Agents::new((0..USERS.len()).map(record)).unwrap());
        let mut settings = EmbeddedSettings::new(base_uri.clone());
        settings.shards = 2;
        let engine = Arc::new(EmbeddedEngine::in_memory(directory.clone(), settings).unwrap());
        let loud = broadcast::Sender::new(1_024);
        let engine: Arc<dyn Engine> = Arc::new(Porous { engine, directory: directory.clone(), hole, loud });
        engine.tick(clock.now()).await.unwrap();
        let idle = Duration::from_secs(if hole == Hole::Eternal { 10 * IDLE } else { IDLE });
        let sign_in = SignIn::new(directory.clone(), surroundings.clone(), Arc::new(Plain), idle);
        let mut settings = Settings::new(base_uri);
        settings.csrf = hole != Hole::NoToken;
        let gateway = Gateway::new(engine.clone(), directory.clone(), sign_in, surroundings, settings);
        let (cometd, driver) = CometD::new(gateway.clone(), bayeux::Settings::default());
        tokio::spawn(driver.run());
        let (injector, injected) = FaultInjector::new();
        let simulator = SimulatorSettings::default();
        tokio::spawn(run_with_faults(engine.clone(), directory.clone(), clock.clone(), simulator, injected));
        let monitoring = Monitoring::default();
        let sources = Sources { gateway: gateway.clone(), cometd: cometd.clone(), commits: Durations::default() };
        monitoring.restored(sources);
        let token = || BearerToken::new(FEED_TOKEN).unwrap();
        let more = cometd
            .router()
            .merge(fault_routes(gateway.clone(), injector))
            .merge(monitoring.routes_on_loopback())
            .merge(dialog_info_routes(gateway.clone(), token()))
            .merge(feed_routes(engine.clone(), token(), gateway.ending(), Duration::from_secs(30)));
        let router = with_hole(router(gateway.clone(), more), hole);
        House { clock, engine, directory, gateway, cometd, router }
    }

    /// Opens a WebSocket with these headers over an in-memory pipe.
    pub(crate) async fn web_socket(
        &self,
        headers: &[(HeaderName, HeaderValue)],
    ) -> Result<WebSocketStream<DuplexStream>, tungstenite::Error> {
        let (client, server) = tokio::io::duplex(1 << 18);
        let router = self.router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 40_000))));
            router.clone().oneshot(request)
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(server), service).with_upgrades());
        let mut request = format!("ws://{HOST}/api/v2/notifications").into_client_request().unwrap();
        if headers.iter().any(|(name, _)| name == header::HOST) {
            request.headers_mut().remove(header::HOST);
        }
        request.headers_mut().extend(headers.iter().map(|(name, value)| (Some(name.clone()), value.clone())));
        tokio_tungstenite::client_async(request, client).await.map(|(socket, _)| socket)
    }
}

fn with_hole(router: Router, hole: Hole) -> Router {
    let outside = Router::new().fallback_service(router);
    match hole {
        Hole::OpenFeed => outside.layer(map_request(|mut request: Request<Body>| async move {
            if ["/events", "/requests"].iter().any(|of| request.uri().path().starts_with(of)) {
                let bearer = HeaderValue::from_str(&format!("Bearer {FEED_TOKEN}")).unwrap();
                request.headers_mut().insert(header::AUTHORIZATION, bearer);
            }
            request
        })),
        Hole::Override => outside.layer(map_request(|mut request: Request<Body>| async move {
            let method = request.headers().get("x-http-method-override").cloned();
            if let Some(method) = method {
                *request.method_mut() = method.to_str().unwrap().parse().unwrap();
            }
            request
        })),
        _ => outside,
    }
}
