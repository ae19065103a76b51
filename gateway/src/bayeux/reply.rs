//! How are replies written?

use std::time::Duration;

use serde::Serialize;
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
    LongId,
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
            Failure::LongId => "400::Expected an id of at most 256 bytes",
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

    /// The action that the client has to take (`advice.reconnect`), or `None` if only this message failed.
    fn reconnect(self) -> Option<&'static str> {
        match self {
            Failure::NoChannel
            | Failure::LongId
            | Failure::NoSubscription
            | Failure::Forbidden
            | Failure::TooManySubscriptions => None,
            Failure::ConnectionType | Failure::Version | Failure::SignedOut => Some("none"),
            Failure::UnknownClient => Some("handshake"),
            Failure::TooManyClients | Failure::NoClientId => Some("retry"),
        }
    }
}

/// The reply to a successful connect, which is the most frequent message. Its members have the same order as in all
/// other replies.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConnectReply<'r> {
    pub(super) advice: ConnectAdvice,
    pub(super) channel: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_id: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ext: Option<Acknowledgement>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'r Value>,
    pub(super) successful: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConnectAdvice {
    interval: u64,
    max_interval: u64,
    #[serde(rename = "multiple-clients", skip_serializing_if = "Option::is_none")]
    multiple_clients: Option<bool>,
    reconnect: &'static str,
    timeout: u64,
}

/// The number of the batch in the reply.
#[derive(Serialize)]
pub(super) struct Acknowledgement {
    pub(super) ack: u64,
}

impl ConnectAdvice {
    pub(super) fn new(settings: &Settings, interval: Duration, multiple_clients: bool) -> Self {
        ConnectAdvice {
            interval: milliseconds(interval),
            max_interval: milliseconds(settings.max_interval),
            multiple_clients: multiple_clients.then_some(true),
            reconnect: "retry",
            timeout: milliseconds(settings.timeout),
        }
    }
}

impl ConnectReply<'_> {
    pub(super) fn to_text(&self) -> String {
        // This cannot fail: it consists of texts and numbers.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The advice that tells a client its next step.
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

/// A failed reply for a message that is no longer available.
pub(super) fn failed_with_id(
    settings: &Settings,
    channel: Option<&str>,
    id: Option<&Value>,
    failure: Failure,
) -> Value {
    let mut reply = members(channel, id, false);
    reply.insert("error".to_owned(), failure.text().into());
    let interval = match failure {
        // Some clients may be gone by the time of the retry.
        Failure::TooManyClients | Failure::NoClientId => settings.max_interval,
        Failure::NoChannel
        | Failure::LongId
        | Failure::NoSubscription
        | Failure::ConnectionType
        | Failure::Version
        | Failure::UnknownClient
        | Failure::SignedOut
        | Failure::Forbidden
        | Failure::TooManySubscriptions => settings.interval,
    };
    // The reply to a handshake or a connect always has advice; without it clients choose their own interval.
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
    let replies: Vec<_> =
        messages.iter().map(|message| failed(settings, message, Failure::SignedOut).to_string()).collect();
    array(&[], &replies)
}

/// A body: the messages first, then the replies.
pub(super) fn array(events: &[Event], replies: &[String]) -> Vec<u8> {
    let parts = || events.iter().map(|event| &**event).chain(replies.iter().map(String::as_bytes));
    let mut body = Vec::with_capacity(parts().map(|part| part.len() + 1).sum::<usize>() + 2);
    body.push(b'[');
    for part in parts() {
        body.extend_from_slice(part);
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
    let text = |text: &str| Value::from(text).to_string();
    let (channel, id) = (text(channel), id.map(text));
    let pieces = [br#"{"channel":"#, channel.as_bytes(), br#","data":"#, data];
    let id = id.iter().flat_map(|id| [br#","id":"#, id.as_bytes()]);
    pieces.into_iter().chain(id).chain([&b"}"[..]]).collect::<Vec<&[u8]>>().concat().into()
}
