//! When is a connect held, answered at once, or released?

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::client::{Hold, Key};
use super::exchange::{ExchangeId, Output, Sender, Transport};
use super::message::Message;
use super::reply::{Acknowledgement, ConnectAdvice, ConnectReply, Failure, advice, failed_with_id};
use super::server::{Bayeux, CONNECT};

impl Bayeux {
    /// Returns the reply to a connect, or `None` if it is held.
    pub(super) fn connect(
        &mut self,
        key: Key,
        sender: &Sender<'_>,
        message: &Message,
        exchange: ExchangeId,
        alone: bool,
    ) -> Result<Option<String>, Failure> {
        if !message.connection_type().is_some_and(|name| self.connection_types().contains(&name)) {
            return Err(Failure::ConnectionType);
        }
        // A client has at most one held connect. The new connect replaces the former one.
        self.release_empty(key);
        let Some(client) = self.clients.get_mut(&key) else { return Err(Failure::UnknownClient) };
        let reached = match message.acknowledged() {
            Some(batch) if client.queue.acknowledges() => client.queue.acknowledge(batch),
            Some(_) | None => None,
        };
        let first = !std::mem::replace(&mut client.connected, true);
        let ready = client.queue.is_ready();
        self.weigh(key);
        self.say_delivered(key, reached);
        let timeout = message.timeout().map_or(self.settings.timeout, |timeout| timeout.min(self.settings.timeout));
        let mut interval = self.settings.interval;
        let mut multiple_clients = false;
        if self.shutting_down {
            interval = self.settings.multiple_clients_interval;
        } else if alone && !first && !ready && !timeout.is_zero() {
            multiple_clients =
                sender.transport == Transport::LongPolling && self.held_for(sender) >= self.settings.held_per_browser;
            if multiple_clients {
                interval = self.settings.multiple_clients_interval;
            } else {
                self.hold(key, sender, message.id(), exchange, timeout);
                return Ok(None);
            }
        }
        self.expect_connect(key, interval);
        Ok(Some(self.connect_reply(key, message.id(), interval, multiple_clients)))
    }

    /// How many connects are held for the browser of this agent. Those of other agents do not count: with the cookie of
    /// a browser nobody can keep another agent's connects from being held.
    fn held_for(&self, sender: &Sender<'_>) -> usize {
        let own = self.agents.get(sender.agent).into_iter().flatten();
        let holds = own.filter_map(|key| self.clients.get(key)?.hold.as_ref());
        holds.filter(|hold| hold.browser.as_deref() == Some(sender.browser)).count()
    }

    pub(super) fn hold(
        &mut self,
        key: Key,
        sender: &Sender<'_>,
        id: Option<&Value>,
        exchange: ExchangeId,
        timeout: Duration,
    ) {
        let browser = match sender.transport {
            Transport::LongPolling => Some(Arc::from(sender.browser)),
            Transport::WebSocket => None,
        };
        if let Some(client) = self.clients.get_mut(&key) {
            client.hold = Some(Hold { exchange, message_id: id.cloned(), browser });
        }
        self.exchanges.insert(exchange, vec![key]);
        self.set_deadline(key, self.now.saturating_add(timeout));
    }

    pub(super) fn connect_reply(
        &mut self,
        key: Key,
        id: Option<&Value>,
        interval: Duration,
        multiple_clients: bool,
    ) -> String {
        let advice = ConnectAdvice::new(&self.settings, interval, multiple_clients);
        let (mut client_id, mut ext) = (None, None);
        if let Some(client) = self.clients.get_mut(&key) {
            client_id = Some(&*client.id);
            ext = client.queue.acknowledges().then(|| Acknowledgement { ack: client.queue.close_batch() });
        }
        ConnectReply { advice, channel: CONNECT, client_id, ext, id, successful: true }.to_text()
    }

    pub(super) fn release_if_ready(&mut self, key: Key) {
        let client = self.clients.get(&key);
        if client.is_some_and(|client| client.hold.is_some() && client.queue.is_ready()) {
            self.release(key, self.settings.interval);
        }
    }

    /// Answers the held connect with the messages that are ready.
    pub(super) fn release(&mut self, key: Key, interval: Duration) {
        let Some(hold) = self.take_hold(key) else { return };
        self.expect_connect(key, interval);
        let reply = self.connect_reply(key, hold.message_id.as_ref(), interval, false);
        let reply = self.reply(hold.exchange, [key], &[reply]);
        self.outputs.push_back(Output::Reply(reply));
    }

    /// Answers the held connect, if any, without messages, because a newer connect takes them.
    pub(super) fn release_empty(&mut self, key: Key) {
        let Some(hold) = self.take_hold(key) else { return };
        let interval = self.settings.multiple_clients_interval;
        let reply = self.connect_reply(key, hold.message_id.as_ref(), interval, false);
        let reply = self.reply(hold.exchange, [], &[reply]);
        self.outputs.push_back(Output::Reply(reply));
    }

    /// Answers the held connect, if any, because the client no longer exists.
    pub(super) fn end_hold(&mut self, key: Key, failure: Failure, reconnect: &str) {
        let Some(hold) = self.take_hold(key) else { return };
        let mut reply = failed_with_id(&self.settings, Some(CONNECT), hold.message_id.as_ref(), failure);
        reply["advice"] = advice(&self.settings, reconnect, self.settings.interval);
        let reply = self.reply(hold.exchange, [], &[reply.to_string()]);
        self.outputs.push_back(Output::Reply(reply));
    }

    pub(super) fn take_hold(&mut self, key: Key) -> Option<Hold> {
        let hold = self.clients.get_mut(&key)?.hold.take()?;
        self.exchanges.remove(&hold.exchange);
        Some(hold)
    }
}
