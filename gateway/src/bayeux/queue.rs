//! The messages of one client: waiting, in flight in a reply, or not acknowledged yet.

use std::collections::VecDeque;
use std::sync::Arc;

use super::exchange::ExchangeId;

/// A serialized message, shared by all clients that get it.
pub(super) type Event = Arc<[u8]>;

/// The source of a queued message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The list of current sessions. A newer list replaces it.
    Session,
    /// An entry of a list that stands for the notification with this position.
    Listed(u64),
    /// A published notification with this position.
    Published(u64),
    /// A published notification that is sent before a list that would contain earlier ones.
    Overtaking,
}

impl Kind {
    /// Whether it counts towards the limits from the beginning.
    fn counts(self) -> bool {
        match self {
            Kind::Session | Kind::Listed(_) => false,
            Kind::Published(_) | Kind::Overtaking => true,
        }
    }

    /// The position up to which the agent has received everything once this message arrives, if it is known.
    fn reaches(self) -> Option<u64> {
        match self {
            Kind::Listed(position) | Kind::Published(position) => Some(position),
            Kind::Session | Kind::Overtaking => None,
        }
    }
}

#[derive(Debug)]
struct Entry {
    event: Event,
    kind: Kind,
    /// The number of lists queued when this message was queued. A session of a list belongs to the newest of them.
    list: u64,
    /// Whether it counts towards the limits. Messages of the newest list do not, because the store bounds that list,
    /// and a client that was forgotten because of it would only come back and request it again. Messages of older lists
    /// count, because the number of lists is not bounded.
    counts: bool,
    /// The batch of the message, for clients that acknowledge.
    batch: u64,
}

/// A queue, in order of delivery.
#[derive(Debug)]
pub(super) struct Queue {
    entries: VecDeque<Entry>,
    /// The number of entries that count towards the limits, and their bytes.
    counted: usize,
    counted_bytes: usize,
    bytes: usize,
    /// The reply in flight, and how many entries from the front it contains. Unused for clients that acknowledge.
    in_flight: Option<(ExchangeId, usize)>,
    acknowledges: bool,
    /// The open batch, to which messages queued now belong.
    batch: u64,
    /// The number of lists queued so far.
    lists: u64,
}

impl Queue {
    pub(super) fn new(acknowledges: bool) -> Self {
        Self {
            entries: VecDeque::new(),
            counted: 0,
            counted_bytes: 0,
            bytes: 0,
            in_flight: None,
            acknowledges,
            batch: 1,
            lists: 0,
        }
    }

    pub(super) fn acknowledges(&self) -> bool {
        self.acknowledges
    }

    /// Queues a message.
    pub(super) fn push(&mut self, event: Event, kind: Kind) {
        if kind.counts() {
            self.counted += 1;
            self.counted_bytes += event.len();
        }
        self.bytes += event.len();
        let counts = kind.counts();
        self.entries.push_back(Entry { event, kind, list: self.lists, counts, batch: self.batch });
    }

    /// Queues the current sessions. Unsent sessions of an older list are dropped, and the other messages of that list
    /// count towards the limits from now on.
    pub(super) fn push_list(&mut self, list: impl Iterator<Item = Event>) {
        let kept = self.in_flight.map_or(0, |(_, count)| count);
        let mut position = 0;
        self.entries.retain(|entry| {
            position += 1;
            position <= kept || entry.kind != Kind::Session
        });
        self.bytes = self.entries.iter().map(|entry| entry.event.len()).sum();
        for entry in self.entries.iter_mut().filter(|entry| !entry.counts && entry.kind != Kind::Session) {
            entry.counts = true;
            self.counted += 1;
            self.counted_bytes += entry.event.len();
        }
        self.lists += 1;
        for event in list {
            self.push(event, Kind::Session);
        }
    }

    /// The number of messages, and of bytes, that count towards the limits.
    pub(super) fn counted(&self) -> (usize, usize) {
        (self.counted, self.counted_bytes)
    }

    /// The number of all messages and of their bytes.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.entries.len(), self.bytes)
    }

    /// Whether a reply that is written now may take messages. While a reply is in flight, the other messages wait. Its
    /// messages may come back, and the order must be kept.
    pub(super) fn is_ready(&self) -> bool {
        !self.entries.is_empty() && self.in_flight.is_none()
    }

    /// Closes the batch and returns its number.
    pub(super) fn close_batch(&mut self) -> u64 {
        self.batch += 1;
        self.batch - 1
    }

    /// Removes acknowledged messages, and returns the highest position among them.
    pub(super) fn acknowledge(&mut self, batch: u64) -> Option<u64> {
        let count = self.entries.partition_point(|entry| entry.batch <= batch && entry.batch < self.batch);
        self.drop_front(count)
    }

    /// Returns the messages for a reply that is written now; none if the queue is not ready.
    pub(super) fn send(&mut self, exchange: ExchangeId) -> impl Iterator<Item = &Event> {
        let ready = if self.is_ready() { self.entries.len() } else { 0 };
        if ready > 0 && !self.acknowledges {
            self.in_flight = Some((exchange, ready));
        }
        self.entries.iter().take(ready).map(|entry| &entry.event)
    }

    /// Removes the messages of a delivered reply, and returns the highest position among them.
    pub(super) fn delivered(&mut self, exchange: ExchangeId) -> Option<u64> {
        let (_, count) = self.in_flight.take_if(|(of, _)| *of == exchange)?;
        self.drop_front(count)
    }

    /// Puts the messages of a lost reply back to the front, except those of a list that a newer list has replaced.
    pub(super) fn not_delivered(&mut self, exchange: ExchangeId) {
        if self.in_flight.take_if(|(of, _)| *of == exchange).is_some() {
            self.entries.retain(|entry| entry.kind != Kind::Session || entry.list == self.lists);
            self.bytes = self.entries.iter().map(|entry| entry.event.len()).sum();
        }
    }

    fn drop_front(&mut self, count: usize) -> Option<u64> {
        let mut highest = None;
        for entry in self.entries.drain(..count) {
            self.bytes -= entry.event.len();
            if entry.counts {
                self.counted -= 1;
                self.counted_bytes -= entry.event.len();
            }
            highest = highest.max(entry.kind.reaches());
        }
        highest
    }
}
