//! CometD over HTTP: connects the clients of [`bayeux`](crate::bayeux) with the engine. Gateway specification 3.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, broadcast, mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use super::{Gateway, SignInId, SignedIn, long_polling, web_socket};
use crate::bayeux::{
    Bayeux, Counts, ExchangeId, Notification, Output, Present, Received, Reply, Request, Sender, Settings, Ticket,
    Transport, Unreadable,
};
use crate::config::{AgentId, AgentRecord};
use crate::engine::{self, Outgoing, OutgoingKind};
use crate::logs::CONTENTS;

/// The cookie that distinguishes browsers.
pub const BROWSER_COOKIE: &str = "BAYEUX_BROWSER";

/// The CometD clients of all agents. Clones share them.
#[derive(Clone)]
pub struct CometD(Arc<Shared>);

struct Shared {
    gateway: Gateway,
    settings: Settings,
    /// The origin of the protocol's times. It is monotonic, so that setting the clock does not expire clients.
    started: Instant,
    state: Mutex<State>,
    /// The number of bytes of replies that are being written.
    writing: AtomicUsize,
    /// The number of open WebSockets per agent. An agent without any has no entry.
    sockets: Mutex<HashMap<AgentId, usize>>,
    /// Notified when the next wake is earlier than the [`Driver`] expects.
    earlier: Notify,
}

struct State {
    bayeux: Bayeux,
    /// The senders for the replies to held requests.
    waiting: HashMap<ExchangeId, oneshot::Sender<Reply>>,
    /// When the driver has to wake if no notification arrives.
    wake: Option<Duration>,
}

impl fmt::Debug for CometD {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CometD").field("counts", &self.counts()).finish_non_exhaustive()
    }
}

/// Passes notifications and time to the clients.
#[must_use = "without it nothing is pushed and nothing times out"]
pub struct Driver {
    cometd: CometD,
    outgoing: broadcast::Receiver<Arc<Outgoing>>,
    /// Changes when notifications were lost before they reached `outgoing`.
    missed: watch::Receiver<u64>,
    /// HTTP sessions that have ended.
    ends: mpsc::UnboundedReceiver<(AgentId, SignInId)>,
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver").field("cometd", &self.cometd).finish_non_exhaustive()
    }
}

/// The answer to a request.
pub(super) enum Answer {
    Now(Reply, OnItsWay),
    Held(oneshot::Receiver<Reply>, OnItsWay),
}

/// A reply to be written. Unless [`delivered`](Self::delivered) is called, it counts as not delivered when it is
/// dropped.
pub(super) struct OnItsWay {
    cometd: CometD,
    exchange: ExchangeId,
    /// The length of the reply while it is being written.
    bytes: usize,
    delivered: bool,
}

impl OnItsWay {
    /// Records that the reply exists, and that it is being written from now on.
    pub(super) fn begins(&mut self, reply: &Reply) {
        self.bytes = reply.body.len();
        self.cometd.0.writing.fetch_add(self.bytes, Relaxed);
    }

    pub(super) fn delivered(mut self) {
        self.delivered = true;
        self.cometd.call(|bayeux, now| bayeux.delivered(now, self.exchange));
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        self.cometd.0.writing.fetch_sub(self.bytes, Relaxed);
        if !self.delivered {
            self.cometd.state().waiting.remove(&self.exchange);
            self.cometd.call(|bayeux, now| bayeux.not_delivered(now, self.exchange));
        }
    }
}

/// An agent's open WebSocket. It counts towards the limit until it is dropped.
pub(super) struct Place {
    cometd: CometD,
    agent: AgentId,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut sockets = self.cometd.sockets();
        if let Some(open) = sockets.get_mut(&self.agent) {
            *open -= 1;
            if *open == 0 {
                sockets.remove(&self.agent);
            }
        }
    }
}

impl CometD {
    /// Starts without clients. The driver has to [run](Driver::run).
    pub fn new(gateway: Gateway, settings: Settings) -> (Self, Driver) {
        // Subscribes before the first list is read, so that no notification is missed in between.
        let (outgoing, missed) = (gateway.engine().outgoing(), gateway.engine().missed());
        let ends = gateway.sign_in().ends();
        let state = State { bayeux: Bayeux::new(settings.clone()), waiting: HashMap::new(), wake: None };
        let (started, earlier) = (Instant::now(), Notify::new());
        let (state, sockets) = (Mutex::new(state), Mutex::default());
        let cometd = Self(Arc::new(Shared {
            gateway,
            settings,
            started,
            state,
            writing: AtomicUsize::new(0),
            sockets,
            earlier,
        }));
        (cometd.clone(), Driver { cometd, outgoing, missed, ends })
    }

    /// The routes for `/api/v2/notifications`, with and without a trailing slash, and for all paths below, because some
    /// clients append the kind of their message.
    pub fn router(&self) -> Router {
        let all = get(web_socket::open).post(long_polling::post);
        Router::new()
            .route("/api/v2/notifications", all.clone())
            .route("/api/v2/notifications/", all.clone())
            .route("/api/v2/notifications/{*rest}", all)
            .with_state(self.clone())
    }

    /// The current sizes. Linear in the number of clients.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.state().bayeux.counts()
    }

    /// The number of open WebSockets of all agents.
    #[must_use]
    pub fn web_sockets(&self) -> usize {
        self.sockets().values().sum()
    }

    /// Counts one more WebSocket of the agent, or returns `None` if the agent has reached the limit.
    pub(super) fn place(&self, agent: &AgentId) -> Option<Place> {
        let most = self.settings().web_sockets_per_agent;
        let mut sockets = self.sockets();
        let open = sockets.get(agent).copied().unwrap_or_default();
        (open < most).then(|| {
            sockets.insert(agent.clone(), open + 1);
            Place { cometd: self.clone(), agent: agent.clone() }
        })
    }

    fn sockets(&self) -> MutexGuard<'_, HashMap<AgentId, usize>> {
        self.0.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn gateway(&self) -> &Gateway {
        &self.0.gateway
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(super) fn receive(
        &self,
        signed_in: &SignedIn,
        browser: &str,
        transport: Transport,
        body: &[u8],
    ) -> Result<Answer, Unreadable> {
        let session = signed_in.session.0.to_string();
        let sender = Sender { agent: signed_in.agent.id.as_str(), session: &session, browser, transport };
        let request = Request::read(body, &self.0.settings)?;
        // Drawn before the lock is taken, because the operating system may be slow.
        let bits = request.is_handshake().then(|| self.gateway().surroundings().random.bytes().ok()).flatten();
        let mut bits = bits.map(u128::from_be_bytes);
        // Dropping an undelivered answer takes the lock. The answer is therefore declared before the lock, so that it
        // is dropped after it, even during a panic.
        let answer;
        let mut state = self.state();
        match state.bayeux.answer(self.now(), &sender, &request, &mut || bits.take()) {
            Received::Reply(reply) => {
                let mut on_its_way = self.on_its_way(reply.exchange);
                on_its_way.begins(&reply);
                answer = Answer::Now(reply, on_its_way);
            }
            Received::Held(exchange) => {
                let (sender, receiver) = oneshot::channel();
                state.waiting.insert(exchange, sender);
                answer = Answer::Held(receiver, self.on_its_way(exchange));
            }
        }
        self.carry_out(&mut state);
        drop(state);
        Ok(answer)
    }

    /// Ends the clients that were last seen in this HTTP session, because it has ended.
    pub(super) fn sign_out(&self, agent: &AgentId, session: SignInId) {
        let session = session.0.to_string();
        self.call(|bayeux, now| bayeux.sign_out(now, agent.as_str(), &session));
    }

    /// Whether so many bytes of replies are being written that further requests have to be refused.
    pub(super) fn is_full(&self) -> bool {
        self.0.writing.load(Relaxed) >= self.settings().reply_bytes_of_all
    }

    fn on_its_way(&self, exchange: ExchangeId) -> OnItsWay {
        OnItsWay { cometd: self.clone(), exchange, bytes: 0, delivered: false }
    }

    fn now(&self) -> Duration {
        self.0.started.elapsed()
    }

    // Ignores poisoning: the state is consistent after every statement.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call(&self, what: impl FnOnce(&mut Bayeux, Duration)) {
        let mut state = self.state();
        what(&mut state.bayeux, self.now());
        self.carry_out(&mut state);
    }

    fn carry_out(&self, state: &mut State) {
        let State { bayeux, waiting, wake } = state;
        for output in bayeux.outputs() {
            match output {
                Output::Reply(reply) => {
                    // The receiver may be gone. It has then dropped its `OnItsWay`, or is about to, which queues the
                    // messages again.
                    let _gone = waiting.remove(&reply.exchange).map(|waiting| waiting.send(reply));
                }
                Output::List { ticket, agent } => self.ask_for_list(ticket, &agent),
                Output::Delivered { agent, position } => {
                    self.gateway().engine().delivered(AgentId::new(agent), position);
                }
            }
        }
        let next = bayeux.next_wake();
        if next.is_some_and(|next| wake.is_none_or(|wake| next < wake)) {
            self.0.earlier.notify_one();
        }
    }

    fn ask_for_list(&self, ticket: Ticket, agent: &str) {
        let agent = self.gateway().directory().current().by_id(agent).cloned();
        let cometd = self.clone();
        // Runs in a task, because the lock is held here.
        tokio::spawn(async move { cometd.list(ticket, agent).await });
    }

    async fn list(&self, ticket: Ticket, agent: Option<Arc<AgentRecord>>) {
        let present = match agent {
            Some(agent) => self.gateway().engine().present(agent).await.ok(),
            None => None,
        };
        self.call(|bayeux, now| match present {
            Some(present) => bayeux.list(now, ticket, &present.into()),
            None => bayeux.cannot_list(now, ticket),
        });
    }
}

impl Driver {
    /// Passes notifications and time until the gateway ends. Then it answers everything that is held, and returns.
    pub async fn run(mut self) {
        let mut ending = self.cometd.gateway().ending();
        loop {
            let wake = {
                let mut state = self.cometd.state();
                state.wake = state.bayeux.next_wake();
                state.wake
            };
            // The wait is at most a day, because every call sets it again.
            let wake = self.cometd.0.started + wake.unwrap_or(Duration::MAX).min(self.cometd.now() + DAY);
            tokio::select! {
                biased;
                () = until(&mut ending) => break,
                Some((agent, session)) = self.ends.recv() => self.cometd.sign_out(&agent, session),
                outgoing = self.outgoing.recv() => match outgoing {
                    Ok(outgoing) => self.publish(&outgoing),
                    Err(RecvError::Lagged(missed)) => {
                        tracing::warn!(missed, "the receiver of notifications lagged; all sessions are sent again");
                        self.cometd.call(Bayeux::missed);
                    }
                    Err(RecvError::Closed) => break,
                },
                Ok(()) = self.missed.changed() => {
                    tracing::warn!("notifications were lost; all sessions are sent again");
                    self.cometd.call(Bayeux::missed);
                }
                () = self.cometd.0.earlier.notified() => {}
                () = sleep_until(wake) => self.cometd.call(Bayeux::wake),
            }
        }
        self.cometd.call(Bayeux::shut_down);
    }

    fn publish(&self, outgoing: &Outgoing) {
        let agent = outgoing.agent.as_str();
        tracing::debug!(target: CONTENTS, agent, text = %String::from_utf8_lossy(&outgoing.data), "notification");
        let notification = notification(outgoing);
        self.cometd.call(|bayeux, now| bayeux.publish(now, outgoing.agent.as_str(), &notification));
    }
}

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Waits until the gateway ends.
pub(super) async fn until(ending: &mut tokio::sync::watch::Receiver<bool>) {
    // If the sender no longer exists, the gateway has ended.
    let _gone = ending.wait_for(|ending| *ending).await;
}

impl From<engine::Present> for Present {
    fn from(present: engine::Present) -> Self {
        let undelivered = present.undelivered.iter().map(|outgoing| notification(outgoing));
        Self::new(present.position, present.sessions.iter().map(AsRef::as_ref), undelivered)
    }
}

fn notification(outgoing: &Outgoing) -> Notification {
    let is_state = match outgoing.kind {
        OutgoingKind::Session => true,
        OutgoingKind::Message | OutgoingKind::Error => false,
    };
    Notification::new(outgoing.position, &outgoing.id, is_state, &outgoing.data)
}
