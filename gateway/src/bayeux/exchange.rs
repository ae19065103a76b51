//! What goes in and comes out: requests, replies, and what else is to be done.

use std::sync::Arc;

use super::client::Ticket;

/// One request and its reply. Never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExchangeId(pub(super) u64);

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// A POST; its response is the reply.
    LongPolling,
    /// A message on a WebSocket; the reply is another.
    WebSocket,
}

/// Whose request it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sender<'a> {
    /// The agent who is signed in.
    pub agent: &'a str,
    /// The HTTP session, for [`Bayeux::sign_out`](super::Bayeux::sign_out).
    pub session: &'a str,
    /// The cookie `BAYEUX_BROWSER`.
    pub browser: &'a str,
    /// How it came.
    pub transport: Transport,
}

/// What to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What to call [`Bayeux::delivered`](super::Bayeux::delivered) or
    /// [`Bayeux::not_delivered`](super::Bayeux::not_delivered) with.
    pub exchange: ExchangeId,
    /// JSON.
    pub body: Vec<u8>,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// Answer it now.
    Reply(Reply),
    /// An [`Output::Reply`] will answer it.
    Held(ExchangeId),
}

/// What to do beside that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Answer a request that was held.
    Reply(Reply),
    /// Ask for the present sessions of the agent, and call [`Bayeux::list`](super::Bayeux::list) with them.
    List {
        /// What to answer with.
        ticket: Ticket,
        /// Whose sessions.
        agent: Arc<str>,
    },
    /// Notifications of the agent up to this position have reached one of its clients.
    Delivered {
        /// Whose.
        agent: Arc<str>,
        /// The highest of them.
        position: u64,
    },
}

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counts {
    /// Clients.
    pub clients: usize,
    /// Connects that are held.
    pub held: usize,
    /// Messages that wait, or are on their way.
    pub messages: usize,
    /// Bytes of them.
    pub bytes: usize,
    /// Requests that are held or whose replies are on their way.
    pub exchanges: usize,
}
