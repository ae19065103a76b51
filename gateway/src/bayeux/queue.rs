//! The messages of a client: those that wait, those in a reply on its way, those not acknowledged yet.

use std::collections::VecDeque;
use std::sync::Arc;

use super::exchange::ExchangeId;

/// A message as it goes over the wire, shared by all clients that get it.
pub(super) type Event = Arc<[u8]>;

/// What a message of a queue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One of the present sessions: a newer list takes its place.
    Session,
    /// A notification with this position that a list brought.
    Listed(u64),
    /// A notification with this position that was published.
    Published(u64),
    /// A notification that was published, and leaves before the list that would bring what is before it.
    Overtaking,
}

impl Kind {
    /// Whether it counts for the limits from the beginning.
    fn counts(self) -> bool {
        match self {
            Kind::Session | Kind::Listed(_) => false,
            Kind::Published(_) | Kind::Overtaking => true,
        }
    }

    /// The position up to which the agent was told everything when it arrives, if that can be said.
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
    /// The last list when it was queued; one of the present sessions is of it.
    list: u64,
    /// Whether it counts for the limits. What the last list brings does not: its store bounds it, and a client that is
    /// forgotten for it would come back for the same. What an older list brought does: many of them have no bound.
    counts: bool,
    /// The batch that the message is of, for clients that acknowledge.
    batch: u64,
}

/// A queue, in the order of delivery.
#[derive(Debug)]
pub(super) struct Queue {
    entries: VecDeque<Entry>,
    /// How many entries, and bytes of them, count for the limits.
    counted: usize,
    counted_bytes: usize,
    bytes: usize,
    /// The reply on its way, and how many entries from the front it has. Not used for clients that acknowledge.
    in_flight: Option<(ExchangeId, usize)>,
    acknowledges: bool,
    /// The batch that is open: what is queued now is of it.
    batch: u64,
    /// How many lists were queued.
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

    /// Queues the present sessions. Those of an older list that were not sent are dropped; what else it brought counts
    /// from now on.
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

    /// Messages and bytes that count for the limits.
    pub(super) fn counted(&self) -> (usize, usize) {
        (self.counted, self.counted_bytes)
    }

    /// All messages and their bytes.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.entries.len(), self.bytes)
    }

    /// Whether a reply that is written now takes messages along. While one is on its way the others wait for it, since
    /// it may come back, and order is kept.
    pub(super) fn is_ready(&self) -> bool {
        !self.entries.is_empty() && self.in_flight.is_none()
    }

    /// Closes the batch and says its number.
    pub(super) fn close_batch(&mut self) -> u64 {
        self.batch += 1;
        self.batch - 1
    }

    /// Forgets what was acknowledged, and says the highest position in it.
    pub(super) fn acknowledge(&mut self, batch: u64) -> Option<u64> {
        let count = self.entries.partition_point(|entry| entry.batch <= batch && entry.batch < self.batch);
        self.drop_front(count)
    }

    /// The messages for a reply that is written now; none if the queue is not ready.
    pub(super) fn send(&mut self, exchange: ExchangeId) -> impl Iterator<Item = &Event> {
        let ready = if self.is_ready() { self.entries.len() } else { 0 };
        if ready > 0 && !self.acknowledges {
            self.in_flight = Some((exchange, ready));
        }
        self.entries.iter().take(ready).map(|entry| &entry.event)
    }

    /// The reply arrived. Says the highest position in it.
    pub(super) fn delivered(&mut self, exchange: ExchangeId) -> Option<u64> {
        let (_, count) = self.in_flight.take_if(|(of, _)| *of == exchange)?;
        self.drop_front(count)
    }

    /// The reply did not arrive: its messages are the first again, but for those of a list that a newer one follows.
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
