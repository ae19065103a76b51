//! Reads what a client sent: a JSON array of messages, or one message.

use std::time::Duration;

use serde_json::{Map, Value};
use thiserror::Error;

use super::server::HANDSHAKE;
use super::settings::Settings;

/// Why no messages can be read from a body.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// The body is not JSON.
    #[error("expected a JSON array of Bayeux messages: {0}")]
    NotJson(#[source] serde_json::Error),
    /// The body is JSON, but neither an array nor an object.
    #[error("expected a JSON array of Bayeux messages, got {0}")]
    NotMessages(&'static str),
    /// The array is too long.
    #[error("expected at most {limit} messages in one request, got {got}")]
    TooMany {
        /// The limit.
        limit: usize,
        /// The number of messages in the array.
        got: usize,
    },
}

/// A message of a client. A value that is not a JSON object becomes a message without members.
#[derive(Debug)]
pub(super) struct Message {
    members: Map<String, Value>,
}

/// The messages of a request. They are read without a [`Bayeux`](super::Bayeux), so bodies can be read in parallel.
#[derive(Debug)]
pub struct Request(Vec<Message>);

impl Request {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// If the body contains no messages. Answer with HTTP status 400.
    pub fn read(body: &[u8], settings: &Settings) -> Result<Self, Unreadable> {
        read(body, settings.messages_per_request).map(Self)
    }

    /// Whether the request contains a handshake, which needs random bits.
    #[must_use]
    pub fn is_handshake(&self) -> bool {
        self.handshake().is_some()
    }

    pub(super) fn handshake(&self) -> Option<&Message> {
        self.0.iter().find(|message| message.channel() == Some(HANDSHAKE))
    }

    pub(super) fn messages(&self) -> &[Message] {
        &self.0
    }
}

/// Reads the messages in a body.
pub(super) fn read(body: &[u8], limit: usize) -> Result<Vec<Message>, Unreadable> {
    let values = match serde_json::from_slice(body).map_err(Unreadable::NotJson)? {
        Value::Array(values) => values,
        message @ Value::Object(_) => vec![message],
        Value::Null => return Err(Unreadable::NotMessages("null")),
        Value::Bool(_) => return Err(Unreadable::NotMessages("a boolean")),
        Value::Number(_) => return Err(Unreadable::NotMessages("a number")),
        Value::String(_) => return Err(Unreadable::NotMessages("a string")),
    };
    if values.len() > limit {
        return Err(Unreadable::TooMany { limit, got: values.len() });
    }
    Ok(values.into_iter().map(Message::new).collect())
}

impl Message {
    fn new(value: Value) -> Self {
        let members = if let Value::Object(members) = value { members } else { Map::new() };
        Self { members }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name)?.as_str()
    }

    pub(super) fn channel(&self) -> Option<&str> {
        self.text("channel")
    }

    pub(super) fn client_id(&self) -> Option<&str> {
        self.text("clientId")
    }

    /// The `id` as received: a string, as the specification requires, or a number, as some clients send.
    pub(super) fn id(&self) -> Option<&Value> {
        self.members.get("id").filter(|id| id.is_string() || id.is_number())
    }

    pub(super) fn version(&self) -> Option<&str> {
        self.text("version")
    }

    pub(super) fn minimum_version(&self) -> Option<&str> {
        self.text("minimumVersion")
    }

    pub(super) fn supported_connection_types(&self) -> impl Iterator<Item = &str> {
        self.members
            .get("supportedConnectionTypes")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
    }

    pub(super) fn connection_type(&self) -> Option<&str> {
        self.text("connectionType")
    }

    /// The longest time for which the client wants its connect to be held.
    pub(super) fn timeout(&self) -> Option<Duration> {
        self.members.get("advice")?.get("timeout")?.as_u64().map(Duration::from_millis)
    }

    /// `ext.ack` of a handshake.
    pub(super) fn wants_to_acknowledge(&self) -> bool {
        let ack = self.members.get("ext").and_then(|ext| ext.get("ack"));
        ack.is_some_and(|ack| ack.as_bool() == Some(true) || ack.get("enabled").and_then(Value::as_bool) == Some(true))
    }

    /// `ext.ack` of a connect: the number of the last batch that the client received.
    pub(super) fn acknowledged(&self) -> Option<u64> {
        self.members.get("ext")?.get("ack")?.as_u64()
    }

    /// The `subscription` as received.
    pub(super) fn subscription(&self) -> Option<&Value> {
        self.members.get("subscription")
    }

    /// The channels and patterns in `subscription`; `None` if it is neither a string nor an array of strings.
    pub(super) fn subscriptions(&self) -> Option<Vec<&str>> {
        match self.subscription()? {
            Value::String(one) => Some(vec![one]),
            Value::Array(all) if !all.is_empty() => all.iter().map(Value::as_str).collect(),
            Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
        }
    }
}
