//! The state of one client, from its handshake to its end.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::channel::covers;
use super::delivery::Notification;
use super::exchange::ExchangeId;
use super::positions::Positions;
use super::queue::Queue;

/// The bytes that a queued message takes in addition to its text: its entry, and spare capacity for another one.
const BESIDE_A_TEXT: usize = 128;

/// Identifies a client inside the server. Unlike the client's id, it is not secret. Never reused.
pub(super) type Key = u64;

/// Identifies one request for an agent's current sessions, made for one client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket {
    pub(super) client: Key,
    pub(super) number: u64,
}

/// A held connect.
#[derive(Debug)]
pub(super) struct Hold {
    pub(super) exchange: ExchangeId,
    /// The `id` of the connect.
    pub(super) message_id: Option<Value>,
    /// The browser whose limit it counts towards, or `None` for a WebSocket.
    pub(super) browser: Option<Arc<str>>,
}

/// The current sessions have been requested and have not arrived yet.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) ticket: Ticket,
    /// Notifications published since the request. They follow the list.
    pub(super) waiting: Vec<Notification>,
    pub(super) waiting_bytes: usize,
}

#[derive(Debug)]
pub(super) struct Client {
    pub(super) id: Arc<str>,
    pub(super) agent: Arc<str>,
    /// The HTTP session that the client used last.
    pub(super) session: Arc<str>,
    pub(super) subscriptions: BTreeSet<String>,
    pub(super) queue: Queue,
    /// Whether the client has connected since the handshake.
    pub(super) connected: bool,
    pub(super) hold: Option<Hold>,
    pub(super) listing: Option<Listing>,
    /// The position of the last list. Older states are not sent after it.
    pub(super) listed: u64,
    /// The positions that were queued, which prevents queueing a notification twice.
    pub(super) queued: Positions,
    /// The share of its messages in the total weight of all clients.
    pub(super) weight: usize,
    /// When its connect is released. If none is held, when the client is forgotten.
    pub(super) deadline: Duration,
}

impl Client {
    pub(super) fn receives(&self, channel: &str) -> bool {
        self.subscriptions.iter().any(|pattern| covers(pattern, channel))
    }

    /// The bytes that all its messages take, including those that do not count towards its limits.
    pub(super) fn messages_weigh(&self) -> usize {
        let (messages, bytes) = self.queue.size();
        let (waiting, waiting_bytes) =
            self.listing.as_ref().map_or((0, 0), |listing| (listing.waiting.len(), listing.waiting_bytes));
        bytes + waiting_bytes + (messages + waiting) * BESIDE_A_TEXT
    }

    /// The number of messages, and of bytes, that count towards the limits.
    pub(super) fn counted(&self) -> (usize, usize) {
        let (messages, bytes) = self.queue.counted();
        let waiting = self.listing.as_ref();
        (
            messages + waiting.map_or(0, |listing| listing.waiting.len()),
            bytes + waiting.map_or(0, |listing| listing.waiting_bytes),
        )
    }
}
