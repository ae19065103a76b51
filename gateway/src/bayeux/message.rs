//! Reads what a client sent: a JSON array of messages, or one message.

use std::fmt;
use std::time::Duration;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use thiserror::Error;

use super::server::HANDSHAKE;
use super::settings::Settings;

/// The maximum length of an `id`, in bytes. The `id` is stored while a connect is held.
pub const LONGEST_ID: usize = 256;

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

/// A message of a client. Anything that is not a JSON object counts as a message without members.
#[derive(Debug, Default)]
pub(super) struct Message {
    channel: Option<String>,
    client_id: Option<String>,
    connection_type: Option<String>,
    id: Option<Value>,
    /// Members that a connect usually does not have.
    others: Map<String, Value>,
}

/// The name of a member.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Name {
    Channel,
    ClientId,
    ConnectionType,
    Id,
    Other(String),
}

/// The possible kinds of body.
enum Body {
    Array(Vec<Message>),
    Object(Message),
    /// Neither of these. Contains a description of the value.
    Other(&'static str),
}

/// The messages of a request. Reading them needs no [`Bayeux`](super::Bayeux), so bodies can be read in parallel.
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
    let messages = match serde_json::from_slice(body).map_err(Unreadable::NotJson)? {
        Body::Array(messages) => messages,
        Body::Object(message) => vec![message],
        Body::Other(kind) => return Err(Unreadable::NotMessages(kind)),
    };
    if messages.len() > limit {
        return Err(Unreadable::TooMany { limit, got: messages.len() });
    }
    Ok(messages)
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Body::deserialize(deserializer)? {
            Body::Object(message) => message,
            Body::Array(_) | Body::Other(_) => Message::default(),
        })
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BodyVisitor)
    }
}

struct BodyVisitor;

impl<'de> Visitor<'de> for BodyVisitor {
    type Value = Body;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Body, A::Error> {
        let mut messages = Vec::new();
        while let Some(message) = array.next_element()? {
            messages.push(message);
        }
        Ok(Body::Array(messages))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Body, A::Error> {
        let mut message = Message::default();
        // If a member occurs several times, the last one counts.
        while let Some(name) = object.next_key()? {
            let value = object.next_value()?;
            match name {
                Name::Channel => message.channel = text(value),
                Name::ClientId => message.client_id = text(value),
                Name::ConnectionType => message.connection_type = text(value),
                Name::Id => message.id = Some(value),
                Name::Other(name) => drop(message.others.insert(name, value)),
            }
        }
        Ok(Body::Object(message))
    }

    fn visit_unit<E>(self) -> Result<Body, E> {
        Ok(Body::Other("null"))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Body, E> {
        Ok(Body::Other("a boolean"))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Body, E> {
        Ok(Body::Other("a number"))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Body, E> {
        Ok(Body::Other("a number"))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Body, E> {
        Ok(Body::Other("a number"))
    }

    fn visit_str<E>(self, _: &str) -> Result<Body, E> {
        Ok(Body::Other("a string"))
    }
}

fn text(value: Value) -> Option<String> {
    if let Value::String(text) = value { Some(text) } else { None }
}

impl Message {
    fn text(&self, name: &str) -> Option<&str> {
        self.others.get(name)?.as_str()
    }

    pub(super) fn channel(&self) -> Option<&str> {
        self.channel.as_deref()
    }

    pub(super) fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// The `id` as received: a string, as the specification requires, or a number, as some clients send.
    pub(super) fn id(&self) -> Option<&Value> {
        self.id.as_ref().filter(|id| id.is_number() || (id.is_string() && !self.has_long_id()))
    }

    /// Whether the `id` is longer than it may be.
    pub(super) fn has_long_id(&self) -> bool {
        self.id.as_ref().and_then(Value::as_str).is_some_and(|id| id.len() > LONGEST_ID)
    }

    pub(super) fn version(&self) -> Option<&str> {
        self.text("version")
    }

    pub(super) fn minimum_version(&self) -> Option<&str> {
        self.text("minimumVersion")
    }

    pub(super) fn supported_connection_types(&self) -> impl Iterator<Item = &str> {
        self.others
            .get("supportedConnectionTypes")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
    }

    pub(super) fn connection_type(&self) -> Option<&str> {
        self.connection_type.as_deref()
    }

    /// The longest time for which the client wants its connect to be held.
    pub(super) fn timeout(&self) -> Option<Duration> {
        self.others.get("advice")?.get("timeout")?.as_u64().map(Duration::from_millis)
    }

    /// `ext.ack` of a handshake.
    pub(super) fn wants_to_acknowledge(&self) -> bool {
        let ack = self.others.get("ext").and_then(|ext| ext.get("ack"));
        ack.is_some_and(|ack| ack.as_bool() == Some(true) || ack.get("enabled").and_then(Value::as_bool) == Some(true))
    }

    /// `ext.ack` of a connect: the number of the last batch that the client received.
    pub(super) fn acknowledged(&self) -> Option<u64> {
        self.others.get("ext")?.get("ack")?.as_u64()
    }

    /// The `subscription` as received.
    pub(super) fn subscription(&self) -> Option<&Value> {
        self.others.get("subscription")
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
