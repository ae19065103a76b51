//! The HTTP interface of the gateway.
//!
//! A request passes these checks in order. Each of them may answer it.
//!
//! | file | question |
//! |---|---|
//! | `reception` | How does a request reach the router? |
//! | `host` | Is it for this gateway? |
//! | `origin` | Is the page that sends it allowed to? |
//! | `sign_in`, `basic`, `cookies`, `http_sessions`, `rate_limit` | Who sends it? |
//! | `csrf` | Does it have the CSRF token? |
//! | `body`, `answer` | How is the body read, and how is the response built? |
//! | `me` | Who am I? |
//! | `cometd`, `long_polling`, `web_socket` | What is pushed to clients? |
//! | `sending` | When is a reply with messages written? |
//! | `im_sessions` | Which sessions do I have, and what may I do? |
//! | `bearer`, `feed`, `feed_names` | Who may post events and fetch requests, and under which feed names? |
//! | `events` | Which events does a POST contain, and how far is its feed? |
//! | `dialog_info` | In which states are the dialogs of an agent? |
//! | `requests` | Which requests have to be sent to the SIP Server? |
//! | `pages` | Which pages are there for people? |
//! | `challenge` | How is a script told that nobody is signed in? |
//! | `supervisor` | What is the state of the sessions, and what happened at a DN? |
//! | `faults` | Which faults are injected? |
//! | `open_api` | Which endpoints are there for programs? |

mod answer;
mod basic;
mod bearer;
mod body;
mod challenge;
mod cometd;
mod cookies;
mod csrf;
mod dialog_info;
mod events;
mod faults;
mod feed;
mod feed_names;
mod host;
mod http_sessions;
mod im_sessions;
mod long_polling;
mod me;
mod open_api;
mod origin;
mod pages;
mod rate_limit;
mod reception;
mod requests;
mod sending;
mod sign_in;
mod supervisor;
mod web_socket;

use std::any::Any;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::FutureExt as _;
use im_session::{BaseUri, StatusCode as Code};
use tokio::sync::watch;
use tower_http::cors::CorsLayer;

pub use answer::{Failed, http_status, json, json_bytes};
pub use bearer::{BadToken, BearerToken, SHORTEST_TOKEN};
pub use body::{LARGE_BODIES, LONGEST_BODY, SMALL_BODY, read_body};
pub use cometd::{BROWSER_COOKIE, CometD, Driver};
pub use cookies::{SESSION_COOKIE, cookies};
pub use csrf::{CSRF_HEADER, CSRF_TOKEN};
pub use dialog_info::dialog_info_routes;
pub use events::{EVENTS_AT_A_TIME, LONGEST_EVENTS, LONGEST_FEED};
pub use faults::fault_routes;
pub use feed::feed_routes;
pub use feed_names::MOST_FEEDS;
pub use host::is_for_loopback;
pub use http_sessions::{Ended, SESSIONS_OF_AN_AGENT, SignInId, SignedIn};
pub use rate_limit::{ATTEMPTS_FROM_AN_ADDRESS, ATTEMPTS_OF_A_USER, MINUTE};
pub use sending::Sending;
pub use sign_in::SignIn;
pub use supervisor::LONGEST_DN;
pub use web_socket::LONGEST_SOCKET_MESSAGE;

use self::body::{Bodies, ReadBody};
use self::reception::{Next, Reception};
use crate::clock::Surroundings;
use crate::config::{Agents, Directory};
use crate::engine::Engine;
use crate::metrics::Metrics;

/// The settings of the HTTP interface.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The base URI for the `uri` member of a session.
    pub base_uri: BaseUri,
    /// The host names of this gateway, in addition to loopback.
    pub hosts: Vec<String>,
    /// The other origins whose pages may use the gateway.
    pub allowed_origins: Vec<String>,
    /// Whether cookies are marked as Secure.
    pub secure_cookies: bool,
    /// Whether the proxy's header determines the client's address.
    pub behind_proxy: bool,
    /// Whether operations need a CSRF token.
    pub csrf: bool,
    /// The time limit for the body of a request.
    pub request_timeout: Duration,
}

impl Settings {
    /// Settings with this base URI, and defaults for everything else.
    #[must_use]
    pub fn new(base_uri: BaseUri) -> Self {
        Settings {
            base_uri,
            hosts: Vec::new(),
            allowed_origins: Vec::new(),
            secure_cookies: false,
            behind_proxy: false,
            csrf: true,
            request_timeout: Duration::from_secs(30),
        }
    }
}

/// The shared state of the handlers. All clones share it.
#[derive(Clone)]
pub struct Gateway(Arc<Shared>);

struct Shared {
    engine: Arc<dyn Engine>,
    directory: Directory,
    sign_in: SignIn,
    surroundings: Surroundings,
    settings: Settings,
    ending: watch::Sender<bool>,
    metrics: Metrics,
    bodies: Bodies,
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}

impl Gateway {
    /// A gateway on this engine.
    #[must_use]
    pub fn new(
        engine: Arc<dyn Engine>,
        directory: Directory,
        sign_in: SignIn,
        surroundings: Surroundings,
        settings: Settings,
    ) -> Self {
        let (ending, metrics, bodies) = (watch::Sender::new(false), Metrics::default(), Bodies::default());
        Gateway(Arc::new(Shared { engine, directory, sign_in, surroundings, settings, ending, metrics, bodies }))
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &Arc<dyn Engine> {
        &self.0.engine
    }

    /// The agents.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.0.directory
    }

    /// The HTTP sessions.
    #[must_use]
    pub fn sign_in(&self) -> &SignIn {
        &self.0.sign_in
    }

    /// The clock and the random source.
    #[must_use]
    pub fn surroundings(&self) -> &Surroundings {
        &self.0.surroundings
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Replaces the agents. Agents who were removed or have another password are signed out at once.
    pub fn replace_agents(&self, agents: Agents) {
        self.directory().replace(agents);
        self.sign_in().sweep();
    }

    /// The counters.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Reads the body of an operation.
    async fn read_body(&self, body: Body) -> Result<ReadBody, Failed> {
        self.0.bodies.read(body, self.settings().request_timeout).await
    }

    /// Becomes true when the gateway ends. Held requests must then be answered.
    #[must_use]
    pub fn ending(&self) -> watch::Receiver<bool> {
        self.0.ending.subscribe()
    }

    /// Begins the end of the gateway.
    pub fn end(&self) {
        self.0.ending.send_replace(true);
    }
}

/// All routes: the gateway's own and `more`, behind their common checks.
pub fn router(gateway: Gateway, more: Router) -> Router {
    let router = Router::new()
        .route("/api/v2/me", get(me::read).post(me::operate))
        .route("/api/v2/me/im-sessions", get(im_sessions::list).post(im_sessions::initiate))
        .route("/api/v2/me/im-sessions/{id}", get(im_sessions::read_mine).post(im_sessions::operate_on))
        .route("/api/v2/im-sessions/{id}", get(im_sessions::read))
        .route("/api/openapi.json", get(open_api::document))
        .route("/api/supervisor/overview", get(supervisor::overview))
        .route("/api/supervisor/timeline", get(supervisor::timeline))
        .with_state(gateway.clone())
        .merge(pages::routes())
        .merge(more)
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method);
    let cors = cors(&gateway.settings().allowed_origins);
    Router::new().fallback_service(Reception::new(gateway, router, cors))
}

/// Checks that the request is for this gateway. Counts every request, and adds the plain headers to every response.
async fn receive(gateway: &Gateway, request: Request, next: Next) -> Response {
    let _in_flight = gateway.metrics().request_begins();
    let mut response = match host::check(&request, &gateway.settings().hosts) {
        Ok(()) => AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(panicked),
        Err(failed) => failed.into_response(),
    };
    plain_headers(response.headers_mut());
    gateway.metrics().request_answered(response.status().as_u16());
    response
}

/// Checks that the page is allowed to send the request, and identifies the agent.
async fn admit(gateway: &Gateway, request: Request, router: Router) -> Response {
    let is_script = challenge::is_script(request.headers());
    let mut response = match origin::check(&request, &gateway.settings().allowed_origins) {
        Ok(()) => sign_in::identify(gateway, request, router).await,
        Err(failed) => failed.into_response(),
    };
    if is_script {
        challenge::spare_dialog(&mut response);
    }
    response
}

async fn not_found() -> Failed {
    Failed::new(Code::NotFound, "there is no such resource")
}

async fn wrong_method(method: Method) -> Failed {
    let message = format!("{method} is not possible here");
    Failed::new(Code::OperationForbidden, message).with_status(StatusCode::METHOD_NOT_ALLOWED)
}

fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    // The panic hook has logged the details. The client must not see them.
    Failed::new(Code::InternalError, "internal error").into_response()
}

/// Keeps other parties from caching responses, and from interpreting them as another type.
fn plain_headers(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Lets pages of these origins send requests, with cookies. Gateway specification 2.
fn cors(origins: &[String]) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    if origins.is_empty() {
        return None;
    }
    let allowed = [
        HeaderName::from_static("x-requested-with"),
        header::CONTENT_TYPE,
        header::ACCEPT,
        header::ORIGIN,
        header::COOKIE,
        header::AUTHORIZATION,
        HeaderName::from_static("contactcenterid"),
        CSRF_TOKEN,
    ];
    let cors = CorsLayer::new()
        .allow_origin(origins)
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(allowed)
        .expose_headers([CSRF_HEADER, CSRF_TOKEN]);
    Some(cors)
}
