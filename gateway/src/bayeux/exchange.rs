//! The input and the output of [`Bayeux`](super::Bayeux): requests, replies and further actions.

use std::sync::Arc;

use super::client::Ticket;

/// Identifies one request and its reply. Never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExchangeId(pub(super) u64);

/// How a request arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// As a POST; the reply is its response.
    LongPolling,
    /// As a message on a WebSocket; the reply is another message.
    WebSocket,
}

/// Who sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sender<'a> {
    /// The signed-in agent.
    pub agent: &'a str,
    /// The HTTP session, for [`Bayeux::sign_out`](super::Bayeux::sign_out).
    pub session: &'a str,
    /// The value of the cookie `BAYEUX_BROWSER`.
    pub browser: &'a str,
    /// How the request arrived.
    pub transport: Transport,
}

/// A reply to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Identifies it in calls of [`Bayeux::delivered`](super::Bayeux::delivered) and
    /// [`Bayeux::not_delivered`](super::Bayeux::not_delivered).
    pub exchange: ExchangeId,
    /// JSON.
    pub body: Vec<u8>,
}

/// How a request is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// With this reply, now.
    Reply(Reply),
    /// Later, with an [`Output::Reply`].
    Held(ExchangeId),
}

/// A further action for the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Write the reply to a request that was held.
    Reply(Reply),
    /// Read the current sessions of the agent, and pass them to [`Bayeux::list`](super::Bayeux::list).
    List {
        /// To be passed with them.
        ticket: Ticket,
        /// The agent.
        agent: Arc<str>,
    },
    /// Record that the agent's notifications up to this position have reached one of its clients.
    Delivered {
        /// The agent.
        agent: Arc<str>,
        /// The highest position delivered.
        position: u64,
    },
}

/// The current sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counts {
    /// The number of clients.
    pub clients: usize,
    /// The number of connects that are held.
    pub held: usize,
    /// The number of messages that wait or are in flight.
    pub messages: usize,
    /// The size of these messages in bytes.
    pub bytes: usize,
    /// The number of requests that are held or whose replies are in flight.
    pub exchanges: usize,
}
