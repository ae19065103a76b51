//! How replies are written.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::message::{self, Message};
use super::queue::Event;
use super::settings::Settings;

/// The only version of the protocol.
pub(super) const VERSION: &str = "1.0";

/// Why a message failed: the member `error` of its reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    NoChannel,
    NoSubscription,
    ConnectionType,
    Version,
    UnknownClient,
    SignedOut,
    Forbidden,
    TooManySubscriptions,
    TooManyClients,
    NoClientId,
}

impl Failure {
    fn text(self) -> &'static str {
        match self {
            Failure::NoChannel => "400::Expected a channel",
            Failure::NoSubscription => "400::Expected a channel or a list of channels in subscription",
            Failure::ConnectionType => "400::Expected a connection type that the server supports",
            Failure::Version => "400::Expected a version and a minimum version of the protocol that include 1.0",
            Failure::UnknownClient => "402::Unknown client",
            Failure::SignedOut => "401::Not signed in",
            Failure::Forbidden => "403::Forbidden",
            Failure::TooManySubscriptions => "403::Too many subscriptions",
            Failure::TooManyClients => "503::Too many clients",
            Failure::NoClientId => "500::No client id",
        }
    }

    /// What the client has to do (`advice.reconnect`); `None` if only this message failed.
    fn reconnect(self) -> Option<&'static str> {
        match self {
            Failure::NoChannel | Failure::NoSubscription | Failure::Forbidden | Failure::TooManySubscriptions => None,
            Failure::ConnectionType | Failure::Version | Failure::SignedOut => Some("none"),
            Failure::UnknownClient => Some("handshake"),
            Failure::TooManyClients | Failure::NoClientId => Some("retry"),
        }
    }
}

/// What a client is to do next.
pub(super) fn advice(settings: &Settings, reconnect: &str, interval: Duration) -> Value {
    json!({
        "reconnect": reconnect,
        "interval": milliseconds(interval),
        "timeout": milliseconds(settings.timeout),
        "maxInterval": milliseconds(settings.max_interval),
    })
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The members that every reply has.
pub(super) fn members(channel: Option<&str>, id: Option<&Value>, successful: bool) -> Map<String, Value> {
    let mut members = Map::new();
    if let Some(channel) = channel {
        members.insert("channel".to_owned(), channel.into());
    }
    if let Some(id) = id {
        members.insert("id".to_owned(), id.clone());
    }
    members.insert("successful".to_owned(), successful.into());
    members
}

/// The reply to a message that failed.
pub(super) fn failed(settings: &Settings, message: &Message, failure: Failure) -> Value {
    let mut reply = failed_with_id(settings, message.channel(), message.id(), failure);
    if let Some(subscription) = message.subscription() {
        reply["subscription"] = subscription.clone();
    }
    reply
}

/// The same, if the message itself is no longer available.
pub(super) fn failed_with_id(
    settings: &Settings,
    channel: Option<&str>,
    id: Option<&Value>,
    failure: Failure,
) -> Value {
    let mut reply = members(channel, id, false);
    reply.insert("error".to_owned(), failure.text().into());
    let interval = match failure {
        // By then some clients may be gone.
        Failure::TooManyClients | Failure::NoClientId => settings.max_interval,
        Failure::NoChannel
        | Failure::NoSubscription
        | Failure::ConnectionType
        | Failure::Version
        | Failure::UnknownClient
        | Failure::SignedOut
        | Failure::Forbidden
        | Failure::TooManySubscriptions => settings.interval,
    };
    // The reply to a handshake or a connect always has advice; without it clients choose an interval of their own.
    let always = matches!(channel, Some("/meta/handshake" | "/meta/connect")).then_some("retry");
    if let Some(reconnect) = failure.reconnect().or(always) {
        reply.insert("advice".to_owned(), advice(settings, reconnect, interval));
    }
    reply.into()
}

/// The body of a 401 response to a request without a signed-in agent. Each message fails, and the advice tells the
/// client not to retry by itself.
#[must_use]
pub fn unauthenticated(settings: &Settings, body: &[u8]) -> Vec<u8> {
    let messages = message::read(body, settings.messages_per_request).unwrap_or_default();
    let replies: Vec<_> = messages.iter().map(|message| failed(settings, message, Failure::SignedOut)).collect();
    array(std::iter::empty(), &replies)
}

/// Writes a body: the messages first, then the replies.
pub(super) fn array<'e>(events: impl Iterator<Item = &'e Event>, replies: &[Value]) -> Vec<u8> {
    let mut body = vec![b'['];
    for event in events {
        body.extend_from_slice(event);
        body.push(b',');
    }
    for reply in replies {
        // This cannot fail: the keys of a `Value` are strings, and writing to a `Vec` always succeeds.
        body.extend_from_slice(reply.to_string().as_bytes());
        body.push(b',');
    }
    if body.len() > 1 {
        body.pop();
    }
    body.push(b']');
    body
}

/// A published message; `data` is JSON.
pub(super) fn event(channel: &str, id: Option<&str>, data: &[u8]) -> Event {
    let mut event = format!("{{\"channel\":{},\"data\":", Value::from(channel)).into_bytes();
    event.extend_from_slice(data);
    if let Some(id) = id {
        event.extend_from_slice(format!(",\"id\":{}", Value::from(id)).as_bytes());
    }
    event.push(b'}');
    event.into()
}
