//! What is known of a client between its handshake and its end.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::channel::covers;
use super::delivery::Notification;
use super::exchange::ExchangeId;
use super::positions::Positions;
use super::queue::Queue;

/// Names a client where its id would be a secret on the loose. Never given twice.
pub(super) type Key = u64;

/// One question for the present sessions of an agent, for one client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket {
    pub(super) client: Key,
    pub(super) number: u64,
}

/// A connect that is held.
#[derive(Debug)]
pub(super) struct Hold {
    pub(super) exchange: ExchangeId,
    /// The `id` of the connect.
    pub(super) message_id: Option<Value>,
    /// The browser that it counts for; none for a WebSocket.
    pub(super) browser: Option<Arc<str>>,
}

/// The present sessions are asked for, but not here yet.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) ticket: Ticket,
    /// What came since. It follows the list.
    pub(super) waiting: Vec<Notification>,
    pub(super) waiting_bytes: usize,
}

#[derive(Debug)]
pub(super) struct Client {
    pub(super) id: Arc<str>,
    pub(super) agent: Arc<str>,
    /// The HTTP session that it was last seen in.
    pub(super) session: Arc<str>,
    pub(super) subscriptions: BTreeSet<String>,
    pub(super) queue: Queue,
    /// Whether a connect came since the handshake.
    pub(super) connected: bool,
    pub(super) hold: Option<Hold>,
    pub(super) listing: Option<Listing>,
    /// The position of the last list: no older state is sent after it.
    pub(super) listed: u64,
    /// What was queued: nothing is queued twice.
    pub(super) queued: Positions,
    /// When its connect is released; where none is held, when it is forgotten.
    pub(super) deadline: Duration,
}

impl Client {
    pub(super) fn receives(&self, channel: &str) -> bool {
        self.subscriptions.iter().any(|pattern| covers(pattern, channel))
    }

    /// Messages and bytes that count for the limits.
    pub(super) fn counted(&self) -> (usize, usize) {
        let (messages, bytes) = self.queue.counted();
        let waiting = self.listing.as_ref();
        (
            messages + waiting.map_or(0, |listing| listing.waiting.len()),
            bytes + waiting.map_or(0, |listing| listing.waiting_bytes),
        )
    }
}
