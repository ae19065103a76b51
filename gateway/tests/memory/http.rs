//! How much memory do HTTP clients hold in HTTP sessions, connections, bodies and WebSockets?

use std::convert::Infallible;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream;
use im_session::{BaseUri, Operations};
use im_session_gateway::bayeux;
use im_session_gateway::clock::{Clock, NoRandomBytes, Random, Surroundings};
use im_session_gateway::config::{AgentId, AgentRecord, Agents, DeviceRecord, Directory, PasswordHash, Passwords};
use im_session_gateway::engine::Engine;
use im_session_gateway::engine::embedded::{EmbeddedEngine, EmbeddedSettings};
use im_session_gateway::http::{
    CometD, Gateway, LONGEST_BODY, LONGEST_SOCKET_MESSAGE, SESSIONS_OF_AN_AGENT, Settings, SignIn, read_body, router,
};
use im_session_gateway::serve::{ConnectionLimits, LONGEST_HEAD, serve_connections};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::counting_allocator::{Meter, meets};
use crate::{page, runtime};

const DAY: Duration = Duration::from_secs(24 * 3_600);

struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Duration {
        Duration::from_secs(1_763_000_000)
    }
}

#[derive(Default)]
struct Numbers(AtomicU64);

impl Random for Numbers {
    fn bytes(&self) -> Result<[u8; 16], NoRandomBytes> {
        Ok(u128::from(self.0.fetch_add(1, SeqCst) + 1).to_be_bytes())
    }
}

/// Accepts every password, so that checks take no memory.
struct Any;

impl Passwords for Any {
    fn fits(&self, _: &PasswordHash, _: &[u8]) -> bool {
        true
    }
}

/// A gateway with this many agents, `agent0` and so on.
async fn gateway(agents: usize) -> Gateway {
    let agent = |number: usize| AgentRecord {
        id: AgentId::new(format!("agent{number}")),
        user_name: format!("agent{number}"),
        first_name: String::new(),
        last_name: String::new(),
        devices: vec![DeviceRecord::new("1", number.to_string())],
        rights: Operations::ALL,
        supervisor: false,
        // As long as a hash of the usual cost.
        password: PasswordHash::new("h".repeat(97)),
    };
    let directory = Directory::new(Agents::new((0..agents).map(agent)).expect("agents"));
    let base_uri = BaseUri::new("http://127.0.0.1:8090");
    let settings = EmbeddedSettings::new(base_uri.clone());
    let engine: Arc<dyn Engine> = Arc::new(EmbeddedEngine::in_memory(directory.clone(), settings).expect("an engine"));
    let surroundings = Surroundings { clock: Arc::new(StoppedClock), random: Arc::new(Numbers::default()) };
    let sign_in = SignIn::new(directory.clone(), surroundings.clone(), Arc::new(Any), DAY);
    Gateway::new(engine, directory, sign_in, surroundings, Settings::new(base_uri))
}

fn basic(agent: usize) -> String {
    format!("Basic {}", STANDARD.encode(format!("agent{agent}:x")))
}

/// Serves on a free port.
fn serve(runtime: &Runtime, router: Router) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a listener");
    let address = listener.local_addr().expect("an address");
    let limits = ConnectionLimits { connections: 1_000, head: DAY, write: DAY, end: DAY };
    runtime.spawn(serve_connections(listener, router, limits, std::future::pending()));
    address
}

#[test]
fn http_sessions() {
    // With slightly more than 896 sessions, the table of cookies has just grown to its next size.
    const AGENTS: usize = 9;
    let mut meter = Meter::alone();
    let runtime = runtime();
    let sessions = runtime.block_on(async {
        let gateway = gateway(AGENTS + 1).await;
        let routes = router(gateway.clone(), Router::new());
        let sign_in = async |agent: usize| {
            let request = Request::get("/api/v2/me").header("authorization", basic(agent));
            let request = request.header("host", "127.0.0.1:8090").body(Body::empty()).expect("a request");
            assert_eq!(routes.clone().oneshot(request).await.expect("an answer").status(), StatusCode::OK);
        };
        // The first sign-in allocates everything that exists only once.
        sign_in(AGENTS).await;
        meter.begin();
        for agent in 0..AGENTS {
            for _ in 0..SESSIONS_OF_AN_AGENT + 1 {
                sign_in(agent).await;
            }
        }
        let sessions = gateway.sign_in().sessions_now() - 1;
        assert_eq!(sessions, AGENTS * SESSIONS_OF_AN_AGENT);
        meets("HTTP sessions", meter.in_use(), sessions * page::http_session());
        sessions
    });
    assert!(sessions > 0);
}

#[test]
fn a_body() {
    // Longer than any operation's body, so that it outweighs the test's own memory.
    const LONGEST: usize = 16 * LONGEST_BODY;
    let mut meter = Meter::alone();
    let runtime = runtime();
    let piece = |_| Ok::<_, Infallible>(Bytes::from_static(b"x"));
    let body = Body::from_stream(stream::iter((0..LONGEST).map(piece)));
    meter.begin();
    let read = runtime.block_on(read_body(body, LONGEST, DAY)).expect("a body");
    assert_eq!(read.len(), LONGEST);
    meets("a body in pieces of one byte", meter.most(), page::body(LONGEST));
}

/// Serves the whole router with one agent.
fn serve_cometd(runtime: &Runtime) -> (CometD, SocketAddr) {
    let gateway = runtime.block_on(async { gateway(1).await });
    let (cometd, driver) = {
        let _entered = runtime.enter();
        CometD::new(gateway.clone(), bayeux::Settings::default())
    };
    runtime.spawn(driver.run());
    let address = serve(runtime, router(gateway, cometd.router()));
    (cometd, address)
}

/// A request with the longest accepted head. It expects a 100 response once its body is read.
fn longest_head() -> Vec<u8> {
    let (start, end) = (
        "POST /api/v2/notifications HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 60000\r\n",
        "\r\n\r\n",
    );
    let names: String = (0..60).map(|at| format!("x-{at}: y\r\n")).collect();
    let rest = LONGEST_HEAD - 1 - start.len() - names.len() - end.len() - "x: ".len();
    [start, &names, "x: ", &"y".repeat(rest), end].concat().into_bytes()
}

#[test]
fn a_connection_with_the_longest_head() {
    const CONNECTIONS: usize = 64;
    let mut meter = Meter::alone();
    let runtime = runtime();
    let (_, address) = serve_cometd(&runtime);
    let head = longest_head();
    let mut sockets: Vec<TcpStream> = Vec::with_capacity(CONNECTIONS + 1);
    let mut open = || {
        let mut socket = TcpStream::connect(address).expect("a connection");
        socket.write_all(&head).expect("written");
        let mut answer = [0; 25];
        socket.read_exact(&mut answer).expect("an answer");
        assert_eq!(&answer, b"HTTP/1.1 100 Continue\r\n\r\n");
        sockets.push(socket);
    };
    open();
    meter.begin();
    (0..CONNECTIONS).for_each(|_| open());
    meets("connections with the longest head", meter.in_use(), CONNECTIONS * page::connection());
    // A head that is a few bytes longer is refused.
    let mut socket = TcpStream::connect(address).expect("a connection");
    let longer = [&head[..head.len() - 4], b"yyyyyyyy\r\n\r\n"].concat();
    let _ = socket.write_all(&longer);
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer);
    assert!(answer.starts_with(b"HTTP/1.1 431") || answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
}

/// A frame of a client. Its mask is zero.
fn frame(first: u8, payload: usize, sent: usize) -> Vec<u8> {
    let length = u16::try_from(payload).expect("short").to_be_bytes();
    let head = [first, 0x80 | 126, length[0], length[1], 0, 0, 0, 0];
    [&head[..], &b"x".repeat(sent)].concat()
}

#[test]
fn a_web_socket() {
    const SOCKETS: usize = 64;
    let mut meter = Meter::alone();
    let runtime = runtime();
    let (cometd, address) = serve_cometd(&runtime);
    let ask = |socket: &mut TcpStream, head: &str| {
        socket.write_all(head.as_bytes()).expect("written");
        let mut answer = Vec::new();
        let mut byte = [0];
        while !answer.ends_with(b"\r\n\r\n") {
            socket.read_exact(&mut byte).expect("an answer");
            answer.push(byte[0]);
        }
        String::from_utf8(answer).expect("a head")
    };
    let host = format!("Host: {address}\r\n");
    let mut socket = TcpStream::connect(address).expect("a connection");
    let answer = ask(&mut socket, &format!("HEAD /api/v2/me HTTP/1.1\r\n{host}Authorization: {}\r\n\r\n", basic(0)));
    let cookie = answer.split("JSESSIONID=").nth(1).and_then(|rest| rest.split(';').next()).expect("a cookie");
    let mut sockets: Vec<TcpStream> = Vec::with_capacity(SOCKETS + 1);
    let upgrade = format!(
        "GET /api/v2/notifications HTTP/1.1\r\n{host}Cookie: JSESSIONID={cookie}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    let mut open = || {
        let mut socket = TcpStream::connect(address).expect("a connection");
        assert!(ask(&mut socket, &upgrade).starts_with("HTTP/1.1 101"));
        // A message without its end, then a ping. The pong shows that the gateway has read the message.
        socket.write_all(&frame(0x01, LONGEST_SOCKET_MESSAGE, LONGEST_SOCKET_MESSAGE)).expect("written");
        socket.write_all(&[0x89, 0x80, 0, 0, 0, 0]).expect("written");
        let mut pong = [0; 2];
        socket.read_exact(&mut pong).expect("a pong");
        assert_eq!(pong, [0x8a, 0]);
        sockets.push(socket);
    };
    open();
    meter.begin();
    (0..SOCKETS).for_each(|_| open());
    assert_eq!(cometd.web_sockets(), SOCKETS + 1);
    meets("WebSockets with the longest message", meter.in_use(), SOCKETS * page::web_socket());
}
