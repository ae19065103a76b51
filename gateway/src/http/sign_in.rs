//! Who sends a request? A cookie identifies the agent, or a user name and password, which begin an HTTP session.
//! Gateway specification 2.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, FromRequestParts, OptionalFromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use im_session::StatusCode as Code;
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::task::spawn_blocking;

use super::answer::Failed;
use super::basic::{Basic, Credentials, basic};
use super::http_sessions::{Cookie, HttpSessions, SignInId, SignedIn};
use super::rate_limit::{Attempt, Begun, RateLimits, Who};
use super::reception::routed;
use super::{Gateway, cookies, csrf, origin};
use crate::clock::Surroundings;
use crate::config::{AgentId, Directory, PasswordHash, Passwords};

/// The number of passwords that are checked at a time. Each check takes 19 MiB.
const CHECKS: usize = 2;

/// The number of passwords that may wait for a check. Further clients have to try again later.
const WAITING: usize = 32;

/// Signs agents in, and identifies signed-in agents.
pub struct SignIn {
    directory: Directory,
    surroundings: Surroundings,
    passwords: Arc<dyn Passwords>,
    sessions: Mutex<HttpSessions>,
    limits: Mutex<RateLimits>,
    checks: Arc<Semaphore>,
    waiting: Semaphore,
    /// Notified when a check ends, whatever its result.
    checked: Notify,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").field("sessions", &self.sessions().len()).finish_non_exhaustive()
    }
}

/// Why signing in failed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Refused {
    /// The user or the password is wrong. The client does not learn which.
    Wrong,
    /// There were too many wrong passwords, or there are too many checks. The client may try again after this time.
    TooMany(Duration),
    /// No random bytes are available for a cookie.
    Internal,
}

/// An attempt whose password is being checked. When it is dropped, it does not count as a wrong password, because the
/// password was right or the client is gone.
struct Checking<'s> {
    sign_in: &'s SignIn,
    attempt: Option<Attempt>,
}

impl Checking<'_> {
    fn was_wrong(mut self) {
        if let Some(attempt) = self.attempt.take() {
            self.sign_in.limits().was_wrong(&attempt, self.sign_in.surroundings.clock.now());
            self.sign_in.checked.notify_waiters();
        }
    }
}

impl Drop for Checking<'_> {
    fn drop(&mut self) {
        if let Some(attempt) = self.attempt.take() {
            self.sign_in.limits().take_back(&attempt);
            self.sign_in.checked.notify_waiters();
        }
    }
}

impl SignIn {
    /// Starts without HTTP sessions.
    #[must_use]
    pub fn new(
        directory: Directory,
        surroundings: Surroundings,
        passwords: Arc<dyn Passwords>,
        session_timeout: Duration,
    ) -> Self {
        SignIn {
            directory,
            surroundings,
            passwords,
            sessions: Mutex::new(HttpSessions::new(session_timeout)),
            limits: Mutex::new(RateLimits::new()),
            checks: Arc::new(Semaphore::new(CHECKS)),
            waiting: Semaphore::new(WAITING),
            checked: Notify::new(),
        }
    }

    /// Ends an HTTP session with its cookie and token, and resolves its [`Ended`](super::Ended).
    pub fn sign_out(&self, session: SignInId) {
        self.sessions().end(session);
    }

    /// Returns a receiver of every HTTP session that ends from now on by signing out, by inactivity, or by a change of
    /// the agent.
    pub(super) fn ends(&self) -> mpsc::UnboundedReceiver<(AgentId, SignInId)> {
        self.sessions().ends()
    }

    /// Counts a message on a WebSocket, which has no cookie, as use of the session. Returns false if the session has
    /// ended.
    pub fn renew(&self, session: SignInId) -> bool {
        self.sessions().renew(session, &self.directory.current(), self.surroundings.clock.now())
    }

    /// Removes expired sessions. Call this periodically. Expired sessions are rejected even before they are removed.
    pub fn sweep(&self) {
        let (agents, now) = (self.directory.current(), self.surroundings.clock.now());
        self.sessions().sweep(&agents, now);
        self.limits().sweep(&agents, now);
    }

    /// The number of HTTP sessions.
    #[must_use]
    pub fn sessions_now(&self) -> usize {
        self.sessions().len()
    }

    fn with_cookie(&self, headers: &HeaderMap) -> Option<SignedIn> {
        let (agents, now) = (self.directory.current(), self.surroundings.clock.now());
        let mut sessions = self.sessions();
        cookies::of_sessions(headers).find_map(|cookie| sessions.find(cookie, &agents, now))
    }

    async fn with_password(&self, credentials: Credentials, address: IpAddr) -> Result<SignedIn, Refused> {
        let agents = self.directory.current();
        let agent = agents.by_user_name(&credentials.user_name);
        let who = agent.map_or(Who::Nobody(&credentials.user_name), |agent| Who::Agent(&agent.id));
        let Ok(_place) = self.waiting.try_acquire() else {
            return Err(Refused::TooMany(Duration::from_secs(1)));
        };
        let attempt = self.begin(who, address).await?;
        // Checks a password even for an unknown user name, so that the response time does not reveal that the name is
        // unknown.
        let hash = agent.map(|agent| &agent.password).or_else(|| agents.decoy()).cloned();
        let fits = self.check(hash, credentials.password).await;
        let Some(agent) = agent.filter(|_| fits) else {
            tracing::info!(agent = agent.map(|agent| agent.id.as_str()), %address, "wrong user or password");
            attempt.was_wrong();
            return Err(Refused::Wrong);
        };
        drop(attempt);
        let random = || self.surroundings.random.bytes();
        let (Ok(cookie), Ok(token)) = (random(), random()) else {
            tracing::error!("expected random bytes for a cookie, got none");
            return Err(Refused::Internal);
        };
        let now = self.surroundings.clock.now();
        Ok(self.sessions().begin(agent.clone(), Cookie(cookie), uuid(token).into(), now))
    }

    /// Begins an attempt. Waits as long as the checks in progress could use up the limit of wrong passwords.
    async fn begin(&self, who: Who<'_>, address: IpAddr) -> Result<Checking<'_>, Refused> {
        loop {
            let mut checked = pin!(self.checked.notified());
            // From here on, no notification can be missed.
            checked.as_mut().enable();
            let begun = self.limits().begin(who, address, self.surroundings.clock.now());
            match begun {
                Begun::Attempt(attempt) => return Ok(Checking { sign_in: self, attempt: Some(attempt) }),
                Begun::Blocked(wait) => return Err(Refused::TooMany(wait)),
                Begun::Full => checked.await,
            }
        }
    }

    /// Checks a password on a blocking thread. Only a few checks run at a time.
    async fn check(&self, hash: Option<PasswordHash>, password: Vec<u8>) -> bool {
        let Ok(permit) = self.checks.clone().acquire_owned().await else { return false };
        let passwords = self.passwords.clone();
        let check = spawn_blocking(move || {
            // The check holds the permit, so that a client that disconnects does not make room for another check.
            let _permit = permit;
            hash.is_some_and(|hash| passwords.fits(&hash, &password))
        });
        check.await.unwrap_or(false)
    }

    // These ignore poisoning, because the protected values are consistent after every statement.

    fn sessions(&self) -> MutexGuard<'_, HttpSessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limits(&self) -> MutexGuard<'_, RateLimits> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Identifies the agent. Handlers get an extension, and the client gets a cookie and a token.
pub(super) async fn identify(gateway: &Gateway, mut request: Request, router: Router) -> Response {
    let (sign_in, settings) = (gateway.sign_in(), gateway.settings());
    let mut signed_in = sign_in.with_cookie(request.headers());
    if settings.csrf && csrf::is_needed(request.method(), request.uri().path()) {
        let has_cookie = cookies::cookies(request.headers(), cookies::SESSION_COOKIE).next().is_some();
        if let Err(failed) = csrf::check(request.headers(), signed_in.as_ref(), has_cookie) {
            return failed.into_response();
        }
    }
    let mut new_cookie = None;
    if passwords_count(&request, settings.csrf) {
        let is_other = |name: &str| signed_in.as_ref().is_none_or(|signed_in| signed_in.agent.user_name != name);
        match basic(request.headers()) {
            Basic::None => {}
            Basic::Malformed if signed_in.is_some() => {}
            Basic::Malformed => return not_authenticated().into_response(),
            Basic::Is(credentials) if is_other(&credentials.user_name) => {
                let address = client_address(&request, settings.behind_proxy);
                match sign_in.with_password(credentials, address).await {
                    Ok(new) => {
                        new_cookie = Some(new.cookie);
                        signed_in = Some(new);
                    }
                    Err(refused) => return refused.into_response(),
                }
            }
            Basic::Is(_) => {}
        }
    }
    if let Some(signed_in) = &signed_in {
        request.extensions_mut().insert(signed_in.clone());
    }
    let is_get = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = routed(router, request).await;
    if let Some(signed_in) = &signed_in {
        if is_get && settings.csrf {
            csrf::tell(&mut response, signed_in);
        }
        if let Some(cookie) = new_cookie {
            cookies::give(&mut response, cookie, settings.secure_cookies);
        }
    }
    response
}

/// Whether user and password are accepted. They are on requests that only read, except for CometD, which needs the
/// cookie. A password alone must not permit changes, because browsers also send known passwords with requests of
/// foreign pages.
fn passwords_count(request: &Request, csrf: bool) -> bool {
    let is_cometd = request.uri().path().starts_with("/api/v2/notifications");
    !is_cometd && !origin::is_web_socket(request.headers()) && (origin::is_safe(request.method()) || !csrf)
}

/// The address for which attempts are counted.
fn client_address(request: &Request, behind_proxy: bool) -> IpAddr {
    let forwarded = request.headers().get_all(HeaderName::from_static("x-forwarded-for")).iter().next_back();
    // The proxy appended the last address itself. Addresses before it come from the client, and cannot be trusted.
    let forwarded = forwarded.and_then(|line| line.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let forwarded = forwarded.filter(|_| behind_proxy);
    forwarded.or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Refused::Wrong => {
                Failed::new(Code::NotAuthenticated, "Access denied: wrong user or password").into_response()
            }
            Refused::TooMany(wait) => {
                let seconds = wait.as_millis().div_ceil(1_000).max(1);
                let message = format!("too many attempts to sign in: expected the next one in {seconds} s");
                let failed = Failed::new(Code::NotAuthenticated, message).with_status(StatusCode::TOO_MANY_REQUESTS);
                let mut response = failed.into_response();
                if let Ok(seconds) = HeaderValue::from_str(&seconds.to_string()) {
                    response.headers_mut().insert(header::RETRY_AFTER, seconds);
                }
                response
            }
            Refused::Internal => Failed::new(Code::InternalError, "signing in is not possible now").into_response(),
        }
    }
}

fn not_authenticated() -> Failed {
    Failed::new(Code::NotAuthenticated, "Access denied: expected the cookie of a session, or user and password")
}

/// A handler that takes a `SignedIn` requires a signed-in agent. Otherwise the response is 401.
impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failed> {
        parts.extensions.get::<SignedIn>().cloned().ok_or_else(not_authenticated)
    }
}

/// A handler that takes an `Option` answers requests without a signed-in agent itself.
impl<S: Sync> OptionalFromRequestParts<S> for SignedIn {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Failed> {
        Ok(parts.extensions.get::<SignedIn>().cloned())
    }
}

/// Makes a version 4 UUID from random bytes.
fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    parts.join("-")
}
