//! The HTTP sessions. A password begins a session. Signing out, inactivity, or a change of the agent ends it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::config::{AgentId, AgentRecord, Agents, PasswordHash};

/// The maximum number of HTTP sessions per agent. Beyond that, the session that was unused for longest ends.
pub const SESSIONS_OF_AN_AGENT: usize = 100;

/// The secret that the browser stores. `Debug` does not print it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Cookie(pub(super) [u8; 16]);

impl Cookie {
    /// Reads a cookie from its text of 32 hex digits.
    pub(super) fn of(text: &str) -> Option<Self> {
        let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| u128::from_str_radix(text, 16).ok()).flatten().map(|bits| Cookie(bits.to_be_bytes()))
    }

    pub(super) fn text(self) -> String {
        format!("{:032X}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cookie(..)")
    }
}

/// Identifies an HTTP session. It is not secret. Numbers are not reused within a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignInId(pub u64);

/// Resolves when an HTTP session has ended. Clones wait for the same session.
#[derive(Debug, Clone)]
pub struct Ended(watch::Receiver<()>);

impl Ended {
    /// Waits until the HTTP session ends.
    pub async fn wait(&mut self) {
        // Nothing is ever sent. `changed` fails once the sender is dropped.
        while self.0.changed().await.is_ok() {}
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.0.has_changed().is_err()
    }
}

/// A signed-in agent.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The agent, as configured now.
    pub agent: Arc<AgentRecord>,
    /// The HTTP session.
    pub session: SignInId,
    /// Resolves when the session has ended.
    pub ended: Ended,
    pub(super) csrf_token: Arc<str>,
    pub(super) cookie: Cookie,
}

#[derive(Debug)]
struct HttpSession {
    cookie: Cookie,
    agent: AgentId,
    /// The hash that matched the password. The session ends when the agent gets a different one.
    password: PasswordHash,
    csrf_token: Arc<str>,
    last_used: Duration,
    /// The session drops this when it ends, which wakes the tasks that wait for its end.
    alive: watch::Sender<()>,
}

/// All HTTP sessions.
#[derive(Debug)]
pub(super) struct HttpSessions {
    idle: Duration,
    last: u64,
    by_cookie: HashMap<Cookie, SignInId>,
    sessions: BTreeMap<SignInId, HttpSession>,
    by_agent: HashMap<AgentId, Vec<SignInId>>,
    /// The receivers that are told about each ended session.
    listeners: Vec<mpsc::UnboundedSender<(AgentId, SignInId)>>,
}

impl HttpSessions {
    /// Starts without sessions. A session ends after it was unused for `idle`.
    pub(super) fn new(idle: Duration) -> Self {
        let (by_cookie, by_agent) = (HashMap::new(), HashMap::new());
        HttpSessions { idle, last: 0, by_cookie, sessions: BTreeMap::new(), by_agent, listeners: Vec::new() }
    }

    /// Returns a receiver of every session that ends from now on, for any reason.
    pub(super) fn ends(&mut self) -> mpsc::UnboundedReceiver<(AgentId, SignInId)> {
        // The channel is unbounded, because sending must not wait. It never holds more elements than there are
        // sessions.
        let (listener, ends) = mpsc::unbounded_channel();
        self.listeners.push(listener);
        ends
    }

    pub(super) fn begin(
        &mut self,
        agent: Arc<AgentRecord>,
        cookie: Cookie,
        csrf_token: Arc<str>,
        now: Duration,
    ) -> SignedIn {
        let own = self.by_agent.get(&agent.id).map_or(&[][..], Vec::as_slice);
        if own.len() >= SESSIONS_OF_AN_AGENT {
            let last_used = |id: &&SignInId| self.sessions.get(id).map(|session| session.last_used);
            if let Some(&oldest) = own.iter().min_by_key(last_used) {
                self.end(oldest);
            }
        }
        self.last += 1;
        let session = SignInId(self.last);
        let (alive, ended) = watch::channel(());
        let password = agent.password.clone();
        let new = HttpSession {
            cookie,
            agent: agent.id.clone(),
            password,
            csrf_token: csrf_token.clone(),
            last_used: now,
            alive,
        };
        self.by_cookie.insert(cookie, session);
        self.by_agent.entry(agent.id.clone()).or_default().push(session);
        self.sessions.insert(session, new);
        SignedIn { agent, session, ended: Ended(ended), csrf_token, cookie }
    }

    /// The agent whose session has this cookie. Counts as use of the session.
    pub(super) fn find(&mut self, cookie: Cookie, agents: &Agents, now: Duration) -> Option<SignedIn> {
        let session = *self.by_cookie.get(&cookie)?;
        let Some(agent) = self.agent_of(session, agents, now) else {
            self.end(session);
            return None;
        };
        let found = self.sessions.get_mut(&session)?;
        found.last_used = found.last_used.max(now);
        let ended = Ended(found.alive.subscribe());
        Some(SignedIn { agent, session, ended, csrf_token: found.csrf_token.clone(), cookie })
    }

    /// Counts a message on a WebSocket, which has no cookie, as use of the session. Returns false if the session has
    /// ended.
    pub(super) fn renew(&mut self, session: SignInId, agents: &Agents, now: Duration) -> bool {
        let cookie = self.sessions.get(&session).map(|session| session.cookie);
        cookie.is_some_and(|cookie| self.find(cookie, agents, now).is_some())
    }

    pub(super) fn end(&mut self, session: SignInId) {
        let Some(ended) = self.sessions.remove(&session) else { return };
        self.by_cookie.remove(&ended.cookie);
        if let Some(own) = self.by_agent.get_mut(&ended.agent) {
            own.retain(|&other| other != session);
            if own.is_empty() {
                self.by_agent.remove(&ended.agent);
            }
        }
        self.listeners.retain(|listener| listener.send((ended.agent.clone(), session)).is_ok());
    }

    /// Ends expired sessions, and sessions of agents who were removed or have a different password.
    pub(super) fn sweep(&mut self, agents: &Agents, now: Duration) {
        let is_over = |&session: &SignInId| self.agent_of(session, agents, now).is_none();
        let over: Vec<SignInId> = self.sessions.keys().copied().filter(is_over).collect();
        for session in over {
            self.end(session);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.sessions.len()
    }

    /// The agent of a session that has not ended.
    fn agent_of(&self, session: SignInId, agents: &Agents, now: Duration) -> Option<Arc<AgentRecord>> {
        let session = self.sessions.get(&session)?;
        let is_idle = now.saturating_sub(session.last_used) >= self.idle;
        let agent = agents.by_id(session.agent.as_str()).filter(|agent| agent.password == session.password);
        agent.filter(|_| !is_idle).cloned()
    }
}
