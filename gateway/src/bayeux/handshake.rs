//! A handshake: creates a client.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::client::Client;
use super::exchange::Sender;
use super::message::Message;
use super::positions::Positions;
use super::queue::Queue;
use super::reply::{Failure, VERSION, advice, members};
use super::server::{Bayeux, HANDSHAKE};

const LONG_POLLING: &str = "long-polling";
const WEB_SOCKET: &str = "websocket";

/// How often another client id is drawn if one is taken. With 128 random bits this does not happen. The limit prevents
/// an endless loop if a random source repeats itself.
const DRAWS: usize = 4;

impl Bayeux {
    pub(super) fn handshake(
        &mut self,
        sender: &Sender<'_>,
        message: &Message,
        random: &mut dyn FnMut() -> Option<u128>,
    ) -> Result<Value, Failure> {
        if message.has_long_id() {
            return Err(Failure::LongId);
        }
        if !includes_version(message) {
            return Err(Failure::Version);
        }
        if !message.supported_connection_types().any(|name| self.connection_types().contains(&name)) {
            return Err(Failure::ConnectionType);
        }
        let of_the_agent = self.agents.get(sender.agent).map_or(0, BTreeSet::len);
        if self.clients.len() >= self.settings.clients || of_the_agent >= self.settings.clients_per_agent {
            return Err(Failure::TooManyClients);
        }
        let mut ids = std::iter::repeat_with(|| random().map(|bits| format!("{bits:032x}"))).take(DRAWS).flatten();
        let id: Arc<str> = ids.find(|id| !self.keys.contains_key(id.as_str())).ok_or(Failure::NoClientId)?.into();
        self.last_key += 1;
        let key = self.last_key;
        let agent: Arc<str> =
            self.agents.get_key_value(sender.agent).map_or_else(|| sender.agent.into(), |(agent, _)| Arc::clone(agent));
        let acknowledges = message.wants_to_acknowledge();
        let client = Client {
            id: Arc::clone(&id),
            agent: Arc::clone(&agent),
            session: sender.session.into(),
            subscriptions: BTreeSet::new(),
            queue: Queue::new(acknowledges),
            connected: false,
            hold: None,
            listing: None,
            listed: 0,
            queued: Positions::default(),
            weight: 0,
            deadline: Duration::MAX,
        };
        self.deadlines.insert((client.deadline, key));
        self.clients.insert(key, client);
        self.keys.insert(Arc::clone(&id), key);
        self.agents.entry(agent).or_default().insert(key);
        self.expect_connect(key, self.settings.interval);
        let mut reply = members(Some(HANDSHAKE), message.id(), true);
        reply.insert("version".to_owned(), VERSION.into());
        reply.insert("minimumVersion".to_owned(), VERSION.into());
        reply.insert("supportedConnectionTypes".to_owned(), self.connection_types().into());
        reply.insert("clientId".to_owned(), (*id).into());
        reply.insert("advice".to_owned(), advice(&self.settings, "retry", self.settings.interval));
        if acknowledges {
            reply.insert("ext".to_owned(), json!({ "ack": true }));
        }
        Ok(reply.into())
    }

    pub(super) fn connection_types(&self) -> &'static [&'static str] {
        if self.settings.web_socket { &[WEB_SOCKET, LONG_POLLING] } else { &[LONG_POLLING] }
    }
}

/// Whether the client supports version 1.0. Missing fields are no objection.
fn includes_version(message: &Message) -> bool {
    let major = |version: &str| version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    let version = message.version().map_or(Some(1), major);
    let minimum = message.minimum_version().map_or(Some(1), major);
    // `minimumVersion` may be "1.0beta", which "1.0" satisfies.
    let minor = message.minimum_version().and_then(|minimum| minimum.strip_prefix("1."));
    version.is_some_and(|major| major >= 1)
        && minimum.is_some_and(|major| major <= 1)
        && minor.is_none_or(|minor| minor.starts_with('0'))
}
