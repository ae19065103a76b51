//! When published messages reach a client.
//!
//! A notification goes into the queue of each client of the agent that is subscribed to its channel. From there it
//! leaves with the next reply to the client, and is forgotten when that reply was delivered or, with the `ack`
//! extension, acknowledged.
//!
//! A subscription to the sessions begins with a list of them. From the subscription to the list, notifications wait;
//! then the list is queued, and after it what the list does not tell, by position: messages of any age that the client
//! does not have, whether they waited or reached nobody yet, and states that are newer. States that arrive later and are
//! not newer than the list are left out.

use std::sync::Arc;
use std::time::Duration;

use super::channel::IM_SESSIONS;
use super::client::{Client, Key, Listing, Ticket};
use super::exchange::{ExchangeId, Output};
use super::queue::{Event, Kind};
use super::reply::{Failure, event};
use super::server::Bayeux;
use super::settings::Settings;

/// A notification to an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its place among the notifications of the agent, from 1; they are published in this order.
    pub position: u64,
    /// Whether it says the state of a session, which the present sessions tell too.
    pub state: bool,
    /// The message as it goes over the wire.
    event: Event,
}

impl Notification {
    /// A notification on the channel of the sessions. `id` is the `id` of the message, `data` its `data`, which is
    /// JSON.
    #[must_use]
    pub fn new(position: u64, id: &str, state: bool, data: &[u8]) -> Self {
        Self { position, state, event: event(IM_SESSIONS, Some(id), data) }
    }
}

/// The present sessions of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Present {
    position: u64,
    sessions: Vec<Event>,
    undelivered: Vec<Notification>,
}

impl Present {
    /// Sessions of which notifications with a position above `position` are newer. Each is the `data` of a message,
    /// which is JSON. `undelivered` has the notifications up to `position` that are no states and reached no client
    /// yet.
    pub fn new<'a>(
        position: u64,
        sessions: impl IntoIterator<Item = &'a [u8]>,
        undelivered: impl IntoIterator<Item = Notification>,
    ) -> Self {
        let sessions = sessions.into_iter().map(|data| event(IM_SESSIONS, None, data)).collect();
        Self { position, sessions, undelivered: undelivered.into_iter().collect() }
    }
}

impl Bayeux {
    /// Publishes a notification to the clients of an agent.
    pub fn publish(&mut self, now: Duration, agent: &str, notification: &Notification) {
        self.wake(now);
        for key in self.clients_of(agent) {
            let Some(client) = self.clients.get_mut(&key) else { continue };
            if !client.receives(IM_SESSIONS) {
                continue;
            }
            if let Some(listing) = &mut client.listing {
                listing.waiting_bytes += notification.event.len();
                listing.waiting.push(notification.clone());
            } else {
                client.enqueue(notification, Kind::Published(notification.position));
            }
            if client.is_over(&self.settings) {
                self.forget(key, Failure::UnknownClient);
            } else {
                self.release_if_ready(key);
            }
        }
    }

    /// The present sessions that [`Output::List`] asked for. A ticket that is not valid any more is ignored.
    pub fn list(&mut self, now: Duration, ticket: Ticket, present: &Present) {
        self.wake(now);
        let Some(client) = self.clients.get_mut(&ticket.client) else { return };
        let Some(listing) = client.listing.take_if(|listing| listing.ticket == ticket) else { return };
        client.listed = client.listed.max(present.position);
        client.queue.push_list(present.sessions.iter().cloned());
        let listed = present.undelivered.iter().map(|one| (one, Kind::Listed(one.position)));
        let waited = listing.waiting.iter().map(|one| (one, Kind::Published(one.position)));
        let mut both: Vec<_> = listed.chain(waited).collect();
        // What is in both is first among those that the list brought: the sort is stable.
        both.sort_by_key(|(one, _)| one.position);
        for (notification, kind) in both {
            client.enqueue(notification, kind);
        }
        if client.is_over(&self.settings) {
            self.forget(ticket.client, Failure::UnknownClient);
        } else {
            self.release_if_ready(ticket.client);
        }
    }

    /// The present sessions cannot be had. The client is forgotten, so that it does not wait for them in vain.
    pub fn cannot_list(&mut self, now: Duration, ticket: Ticket) {
        self.wake(now);
        let listing = self.clients.get(&ticket.client).and_then(|client| client.listing.as_ref());
        if listing.is_some_and(|listing| listing.ticket == ticket) {
            self.forget(ticket.client, Failure::UnknownClient);
        }
    }

    /// Notifications may have been missed: every subscribed client gets the present sessions again.
    pub fn missed(&mut self, now: Duration) {
        self.wake(now);
        let subscribed = self.clients.iter().filter(|(_, client)| client.receives(IM_SESSIONS));
        for key in subscribed.map(|(key, _)| *key).collect::<Vec<_>>() {
            // A list that is under way may be older than what was missed.
            if let Some(client) = self.clients.get_mut(&key) {
                let waited = client.listing.take();
                self.ask_for_list(key, waited);
            }
        }
    }

    /// The reply of this exchange was written to its end.
    pub fn delivered(&mut self, now: Duration, exchange: ExchangeId) {
        self.wake(now);
        for key in self.exchanges.remove(&exchange).unwrap_or_default() {
            if let Some(client) = self.clients.get_mut(&key) {
                let reached = client.queue.delivered(exchange);
                self.say_delivered(key, reached);
                self.release_if_ready(key);
            }
        }
    }

    /// The reply of this exchange was not written to its end, or its connection is gone while it is held.
    pub fn not_delivered(&mut self, now: Duration, exchange: ExchangeId) {
        self.wake(now);
        for key in self.exchanges.remove(&exchange).unwrap_or_default() {
            if let Some(client) = self.clients.get_mut(&key) {
                client.queue.not_delivered(exchange);
                if client.hold.as_ref().is_some_and(|hold| hold.exchange == exchange) {
                    self.take_hold(key);
                    self.expect_connect(key, self.settings.interval);
                }
                self.release_if_ready(key);
            }
        }
    }

    /// After a successful subscription that covers the sessions. One list answers all subscriptions until it comes.
    pub(super) fn begin_listing(&mut self, key: Key) {
        if self.clients.get(&key).is_some_and(|client| client.listing.is_none()) {
            self.ask_for_list(key, None);
        }
    }

    fn ask_for_list(&mut self, key: Key, waited: Option<Listing>) {
        let Some(client) = self.clients.get_mut(&key) else { return };
        self.tickets += 1;
        let ticket = Ticket { client: key, number: self.tickets };
        let (waiting, waiting_bytes) =
            waited.map(|listing| (listing.waiting, listing.waiting_bytes)).unwrap_or_default();
        client.listing = Some(Listing { ticket, waiting, waiting_bytes });
        let agent = Arc::clone(&client.agent);
        self.outputs.push_back(Output::List { ticket, agent });
    }

    pub(super) fn say_delivered(&mut self, key: Key, reached: Option<u64>) {
        if let (Some(position), Some(client)) = (reached, self.clients.get(&key)) {
            self.outputs.push_back(Output::Delivered { agent: Arc::clone(&client.agent), position });
        }
    }
}

impl Client {
    /// Queues what the client does not have, and no list told it.
    pub(super) fn enqueue(&mut self, notification: &Notification, kind: Kind) {
        let is_told = notification.state && notification.position <= self.listed;
        // Told or queued, it is known: what follows it makes no gap.
        if self.queued.insert(notification.position) && !is_told {
            self.queue.push(Arc::clone(&notification.event), kind);
        }
    }

    fn is_over(&self, settings: &Settings) -> bool {
        let (messages, bytes) = self.counted();
        messages > settings.queue_messages || bytes > settings.queue_bytes
    }
}
