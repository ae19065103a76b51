//! What does a request change, and what is its reply?

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::client::{Client, Key};
use super::exchange::{Counts, ExchangeId, Output, Received, Reply, Sender};
use super::message::{Message, Request, Unreadable};
use super::reply::{Failure, array, failed, members};
use super::settings::Settings;

pub(super) const HANDSHAKE: &str = "/meta/handshake";
pub(super) const CONNECT: &str = "/meta/connect";
pub(super) const SUBSCRIBE: &str = "/meta/subscribe";
pub(super) const UNSUBSCRIBE: &str = "/meta/unsubscribe";
const DISCONNECT: &str = "/meta/disconnect";

/// All clients and their messages.
#[derive(Debug, Default)]
pub struct Bayeux {
    pub(super) settings: Settings,
    pub(super) now: Duration,
    pub(super) clients: BTreeMap<Key, Client>,
    /// The clients by their ids.
    pub(super) keys: HashMap<Arc<str>, Key>,
    /// The clients of each agent.
    pub(super) agents: HashMap<Arc<str>, BTreeSet<Key>>,
    pub(super) deadlines: BTreeSet<(Duration, Key)>,
    /// The weight of each client's messages. A client without messages has no entry.
    weights: BTreeSet<(usize, Key)>,
    /// The sum of the weights.
    weight: usize,
    /// The clients of each exchange. Their connect is held, or their messages are in flight.
    pub(super) exchanges: HashMap<ExchangeId, Vec<Key>>,
    pub(super) outputs: VecDeque<Output>,
    pub(super) last_key: Key,
    last_exchange: u64,
    pub(super) tickets: u64,
    pub(super) shutting_down: bool,
}

impl Bayeux {
    /// A server without clients.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// The times and limits.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Handles a request. At a handshake it calls `random` for 128 random bits, which become the client's id. If it
    /// returns none, the handshake fails.
    ///
    /// # Errors
    ///
    /// If the body contains no messages. In this case nothing changes, and there is no reply. Answer with HTTP status
    /// 400.
    pub fn receive(
        &mut self,
        now: Duration,
        sender: &Sender<'_>,
        body: &[u8],
        random: &mut dyn FnMut() -> Option<u128>,
    ) -> Result<Received, Unreadable> {
        Ok(self.answer(now, sender, &Request::read(body, &self.settings)?, random))
    }

    /// Handles a request that has already been parsed.
    pub fn answer(
        &mut self,
        now: Duration,
        sender: &Sender<'_>,
        request: &Request,
        random: &mut dyn FnMut() -> Option<u128>,
    ) -> Received {
        let messages = request.messages();
        self.wake(now);
        self.last_exchange += 1;
        let exchange = ExchangeId(self.last_exchange);
        if let Some(handshake) = request.handshake() {
            let reply =
                self.handshake(sender, handshake, random).unwrap_or_else(|failure| self.failed(handshake, failure));
            return Received::Reply(Reply { exchange, body: array(&[], &[reply.to_string()]) });
        }
        let mut replies = Vec::with_capacity(messages.len());
        // The clients whose messages are sent with this reply.
        let mut receivers = BTreeSet::new();
        for message in messages {
            let known = self.known(sender, message);
            if let Some(key) = known {
                self.seen(key, sender);
                if self.clients.get(&key).is_some_and(|client| !client.queue.acknowledges()) {
                    receivers.insert(key);
                }
            }
            let reply = match (known, message.channel()) {
                (None, _) => Err(Failure::UnknownClient),
                (Some(_), _) if message.has_long_id() => Err(Failure::LongId),
                (Some(_), None) => Err(Failure::NoChannel),
                (Some(key), Some(CONNECT)) => match self.connect(key, sender, message, exchange, messages.len() == 1) {
                    Ok(None) => return Received::Held(exchange),
                    Ok(Some(reply)) => {
                        receivers.insert(key);
                        Ok(reply)
                    }
                    Err(failure) => Err(failure),
                },
                (Some(key), Some(SUBSCRIBE)) => self.subscribe(key, message).map(|reply| reply.to_string()),
                (Some(key), Some(UNSUBSCRIBE)) => self.unsubscribe(key, message).map(|reply| reply.to_string()),
                (Some(key), Some(DISCONNECT)) => {
                    let mut reply = members(Some(DISCONNECT), message.id(), true);
                    reply.insert("clientId".to_owned(), message.client_id().into());
                    self.end_hold(key, Failure::UnknownClient, "none");
                    self.remove(key);
                    Ok(Value::from(reply).to_string())
                }
                (Some(_), Some(_)) => Err(Failure::Forbidden),
            };
            replies.push(reply.unwrap_or_else(|failure| self.failed(message, failure).to_string()));
        }
        Received::Reply(self.reply(exchange, receivers, &replies))
    }

    /// Performs all due actions: answers connects that were held long enough, and forgets clients that stayed away. All
    /// other calls do this first.
    pub fn wake(&mut self, now: Duration) {
        self.now = self.now.max(now);
        while let Some(&(deadline, key)) = self.deadlines.first().filter(|(deadline, _)| *deadline <= self.now) {
            if self.clients.get(&key).is_some_and(|client| client.hold.is_some()) {
                self.release(key, self.settings.interval);
            } else if self.clients.contains_key(&key) {
                self.remove(key);
            } else {
                self.deadlines.remove(&(deadline, key));
            }
        }
    }

    /// The latest time for the next call of [`wake`](Self::wake).
    #[must_use]
    pub fn next_wake(&self) -> Option<Duration> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// The actions for the caller, in order. Take them after every other call.
    pub fn outputs(&mut self) -> impl Iterator<Item = Output> {
        self.outputs.drain(..)
    }

    /// Forgets the clients of an agent's HTTP session, because it has ended.
    pub fn sign_out(&mut self, now: Duration, agent: &str, session: &str) {
        self.wake(now);
        for key in self.clients_of(agent) {
            if self.clients.get(&key).is_some_and(|client| &*client.session == session) {
                self.end_hold(key, Failure::SignedOut, "none");
                self.remove(key);
            }
        }
    }

    /// Answers all held requests. From now on, no request is held.
    pub fn shut_down(&mut self, now: Duration) {
        self.wake(now);
        self.shutting_down = true;
        for key in self.clients.keys().copied().collect::<Vec<_>>() {
            if self.clients.get(&key).is_some_and(|client| client.hold.is_some()) {
                self.release(key, self.settings.multiple_clients_interval);
            }
        }
    }

    /// The current sizes. Linear in the number of clients.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { clients: self.clients.len(), exchanges: self.exchanges.len(), ..Counts::default() };
        for client in self.clients.values() {
            let (messages, bytes) = client.queue.size();
            let waiting =
                client.listing.as_ref().map_or((0, 0), |listing| (listing.waiting.len(), listing.waiting_bytes));
            counts.held += usize::from(client.hold.is_some());
            counts.messages += messages + waiting.0;
            counts.bytes += bytes + waiting.1;
        }
        counts
    }

    /// The client that sent a message. Another agent's client is reported as unknown, as if it had never existed.
    fn known(&self, sender: &Sender<'_>, message: &Message) -> Option<Key> {
        let key = *self.keys.get(message.client_id()?)?;
        self.clients.get(&key).filter(|client| &*client.agent == sender.agent)?;
        Some(key)
    }

    fn seen(&mut self, key: Key, sender: &Sender<'_>) {
        if let Some(client) = self.clients.get_mut(&key).filter(|client| &*client.session != sender.session) {
            client.session = sender.session.into();
        }
    }

    fn failed(&self, message: &Message, failure: Failure) -> Value {
        failed(&self.settings, message, failure)
    }

    /// The body of a reply, including the messages of these receivers.
    pub(super) fn reply(
        &mut self,
        exchange: ExchangeId,
        receivers: impl IntoIterator<Item = Key>,
        replies: &[String],
    ) -> Reply {
        let mut events = Vec::new();
        let mut in_flight = Vec::new();
        for key in receivers {
            if let Some(client) = self.clients.get_mut(&key) {
                let before = events.len();
                events.extend(client.queue.send(exchange).cloned());
                if events.len() > before && !client.queue.acknowledges() {
                    in_flight.push(key);
                }
            }
        }
        if !in_flight.is_empty() {
            self.exchanges.insert(exchange, in_flight);
        }
        Reply { exchange, body: array(&events, replies) }
    }

    /// Forgets a client, and answers its held connect, if any, with this failure.
    pub(super) fn forget(&mut self, key: Key, failure: Failure) {
        self.end_hold(key, failure, "handshake");
        self.remove(key);
    }

    /// Recalculates the weight of a client's messages after some were queued or removed.
    pub(super) fn weigh(&mut self, key: Key) {
        let Some(client) = self.clients.get_mut(&key) else { return };
        let weight = client.messages_weigh();
        let before = std::mem::replace(&mut client.weight, weight);
        if before != client.weight {
            self.weight = self.weight - before + client.weight;
            self.weights.remove(&(before, key));
            if client.weight > 0 {
                self.weights.insert((client.weight, key));
            }
        }
    }

    /// Forgets the clients with the most messages, until the others are within the limit.
    pub(super) fn make_room(&mut self) {
        while self.weight > self.settings.queue_bytes_of_all
            && let Some(&(_, key)) = self.weights.last()
        {
            self.forget(key, Failure::UnknownClient);
        }
    }

    pub(super) fn remove(&mut self, key: Key) {
        let Some(client) = self.clients.remove(&key) else { return };
        self.weight -= client.weight;
        self.weights.remove(&(client.weight, key));
        self.deadlines.remove(&(client.deadline, key));
        self.keys.remove(&client.id);
        if let Some(keys) = self.agents.get_mut(&client.agent) {
            keys.remove(&key);
            if keys.is_empty() {
                self.agents.remove(&client.agent);
            }
        }
    }

    pub(super) fn clients_of(&self, agent: &str) -> Vec<Key> {
        self.agents.get(agent).into_iter().flatten().copied().collect()
    }

    /// Sets the client's deadline. It is forgotten unless it connects within the interval plus `max_interval`.
    pub(super) fn expect_connect(&mut self, key: Key, interval: Duration) {
        let deadline = self.now.saturating_add(interval).saturating_add(self.settings.max_interval);
        self.set_deadline(key, deadline);
    }

    pub(super) fn set_deadline(&mut self, key: Key, deadline: Duration) {
        if let Some(client) = self.clients.get_mut(&key) {
            self.deadlines.remove(&(client.deadline, key));
            client.deadline = deadline;
            self.deadlines.insert((deadline, key));
        }
    }
}
