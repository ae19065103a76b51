//! When does a published message reach a client?
//!
//! A notification is queued for each client of the agent that is subscribed to its channel. It leaves with the next
//! reply to the client, and is removed from the queue when that reply was delivered or, with the `ack` extension,
//! acknowledged.
//!
//! A subscription to the sessions begins with a list of them. Notifications that are published between the subscription
//! and the list wait. Once the list is queued, the notifications that it does not contain follow in order of position.
//! These are states newer than the list, and all messages, of any age, that the client does not have yet. States that
//! arrive later but are not newer than the list are dropped.

use std::sync::Arc;
use std::time::Duration;

use super::channel::IM_SESSIONS;
use super::client::{Client, Key, Listing, Ticket};
use super::exchange::{ExchangeId, Output};
use super::queue::{Event, Kind};
use super::reply::{Failure, event};
use super::server::Bayeux;
use super::settings::Settings;

/// A notification for an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its number among the agent's notifications, from 1. They are published in this order.
    pub position: u64,
    /// Whether it reports the state of a session, which is also part of the list of current sessions.
    pub state: bool,
    /// The serialized message.
    event: Event,
}

impl Notification {
    /// A notification on the channel of the sessions. `id` and `data` become the members of that name; `data` is JSON.
    #[must_use]
    pub fn new(position: u64, id: &str, state: bool, data: &[u8]) -> Self {
        Self { position, state, event: event(IM_SESSIONS, Some(id), data) }
    }
}

/// The current sessions of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Present {
    position: u64,
    sessions: Vec<Event>,
    undelivered: Vec<Notification>,
}

impl Present {
    /// Builds the list. Notifications with a position above `position` are newer than the sessions. Each session is the
    /// `data` of a message, as JSON. `undelivered` holds the notifications up to `position` that report no state and
    /// have not reached any client yet.
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
                self.weigh(key);
                self.release_if_ready(key);
            }
        }
        self.make_room();
    }

    /// Takes the current sessions that [`Output::List`] requested. A ticket that is no longer valid is ignored.
    pub fn list(&mut self, now: Duration, ticket: Ticket, present: &Present) {
        self.wake(now);
        let Some(client) = self.clients.get_mut(&ticket.client) else { return };
        let Some(listing) = client.listing.take_if(|listing| listing.ticket == ticket) else { return };
        client.listed = client.listed.max(present.position);
        client.queue.push_list(present.sessions.iter().cloned());
        let listed = present.undelivered.iter().map(|one| (one, Kind::Listed(one.position)));
        let waited = listing.waiting.iter().map(|one| (one, Kind::Published(one.position)));
        let mut both: Vec<_> = listed.chain(waited).collect();
        // The sort is stable, so if both sources contain a notification, the list's copy comes first.
        both.sort_by_key(|(one, _)| one.position);
        for (notification, kind) in both {
            client.enqueue(notification, kind);
        }
        if client.is_over(&self.settings) {
            self.forget(ticket.client, Failure::UnknownClient);
        } else {
            self.weigh(ticket.client);
            self.release_if_ready(ticket.client);
            self.make_room();
        }
    }

    /// Reports that the current sessions cannot be read. The client is forgotten, so that it does not wait in vain.
    pub fn cannot_list(&mut self, now: Duration, ticket: Ticket) {
        self.wake(now);
        let listing = self.clients.get(&ticket.client).and_then(|client| client.listing.as_ref());
        if listing.is_some_and(|listing| listing.ticket == ticket) {
            self.forget(ticket.client, Failure::UnknownClient);
        }
    }

    /// Reports that notifications may have been missed. Every subscribed client gets the current sessions again.
    pub fn missed(&mut self, now: Duration) {
        self.wake(now);
        let subscribed = self.clients.iter().filter(|(_, client)| client.receives(IM_SESSIONS));
        for key in subscribed.map(|(key, _)| *key).collect::<Vec<_>>() {
            // A list that was requested earlier may be older than the missed notifications.
            if let Some(client) = self.clients.get_mut(&key) {
                let waited = client.listing.take();
                self.ask_for_list(key, waited);
            }
        }
    }

    /// Reports that the reply of this exchange was written completely.
    pub fn delivered(&mut self, now: Duration, exchange: ExchangeId) {
        self.wake(now);
        for key in self.exchanges.remove(&exchange).unwrap_or_default() {
            if let Some(client) = self.clients.get_mut(&key) {
                let reached = client.queue.delivered(exchange);
                self.weigh(key);
                self.say_delivered(key, reached);
                self.release_if_ready(key);
            }
        }
    }

    /// Reports that the reply of this exchange was not written completely, or that the connection of a held request is
    /// gone.
    pub fn not_delivered(&mut self, now: Duration, exchange: ExchangeId) {
        self.wake(now);
        for key in self.exchanges.remove(&exchange).unwrap_or_default() {
            if let Some(client) = self.clients.get_mut(&key) {
                client.queue.not_delivered(exchange);
                if client.hold.as_ref().is_some_and(|hold| hold.exchange == exchange) {
                    self.take_hold(key);
                    self.expect_connect(key, self.settings.interval);
                }
                self.weigh(key);
                self.release_if_ready(key);
            }
        }
    }

    /// Requests the list after a successful subscription that covers the sessions. One list serves all subscriptions
    /// that are made before it arrives.
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
    /// Queues a notification unless the client has it already or a list contained it.
    pub(super) fn enqueue(&mut self, notification: &Notification, kind: Kind) {
        let is_told = notification.state && notification.position <= self.listed;
        // The position is recorded even if a list contained the notification, so that it leaves no gap.
        if self.queued.insert(notification.position) && !is_told {
            self.queue.push(Arc::clone(&notification.event), kind);
        }
    }

    fn is_over(&self, settings: &Settings) -> bool {
        let (messages, bytes) = self.counted();
        messages > settings.queue_messages || bytes > settings.queue_bytes
    }
}
