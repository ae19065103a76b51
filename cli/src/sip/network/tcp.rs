//! TCP: puts the bytes of each direction in order. Repeated bytes are dropped, early ones wait, and missing ones become
//! gaps.
//!
//! The memory is bounded: by the number of directions, of which the longest silent are dropped, and by the bytes that
//! wait in one direction and in all.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::ops::ControlFlow;

use etherparse::TcpSlice;

use super::super::found::Sink;
use super::streams::Stream;
use super::{Place, Transport};

/// How many directions are tracked.
const MOST_FLOWS: usize = 16_384;
/// How many segments, and bytes of them, may wait in one direction for missing bytes.
const MOST_WAITING: usize = 128;
const MOST_WAITING_BYTES: usize = 1 << 18;
/// How many bytes all directions may hold together.
const MOST_BYTES: usize = 64 << 20;
/// A segment further ahead than any window belongs to another connection.
const FARTHEST: u32 = 1 << 24;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    source: SocketAddr,
    destination: SocketAddr,
}

/// One direction of a connection.
struct Flow {
    /// The sequence number of the next byte; `None` before the first segment.
    next: Option<u32>,
    stream: Stream,
    /// Early segments, by their distance from `base`.
    waiting: BTreeMap<u32, Vec<u8>>,
    base: u32,
    waiting_bytes: usize,
    /// The number of the packet in which it was active last.
    heard: u64,
}

impl Flow {
    fn new(source: SocketAddr, destination: SocketAddr) -> Self {
        Flow {
            next: None,
            stream: Stream::new(source, destination),
            waiting: BTreeMap::new(),
            base: 0,
            waiting_bytes: 0,
            heard: 0,
        }
    }

    fn held(&self) -> usize {
        self.waiting_bytes + self.stream.held()
    }

    /// Takes the bytes at this sequence number.
    fn data(&mut self, sequence: u32, data: &[u8], place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        let next = *self.next.get_or_insert(sequence);
        let ahead = sequence.wrapping_sub(next);
        if ahead == 0 {
            self.deliver(data, place, sink)?;
            return self.drain(place, sink);
        }
        if ahead > u32::MAX / 2 {
            // It begins before the next byte, so at least a part of it arrived before.
            let known = usize::try_from(ahead.wrapping_neg()).unwrap_or(usize::MAX);
            if known > FARTHEST as usize {
                return self.begin_anew(sequence, data, place, sink);
            }
            if let Some(new) = data.get(known..).filter(|new| !new.is_empty()) {
                self.deliver(new, place, sink)?;
                return self.drain(place, sink);
            }
            return ControlFlow::Continue(());
        }
        if ahead > FARTHEST {
            return self.begin_anew(sequence, data, place, sink);
        }
        if self.stream.is_other() {
            // The stream is of no interest, so nothing is lost.
            self.next = Some(sequence);
            return self.deliver(data, place, sink);
        }
        if self.waiting.is_empty() {
            self.base = next;
        }
        let longer = self.waiting.get(&sequence.wrapping_sub(self.base)).is_none_or(|known| known.len() < data.len());
        if longer {
            let before = self.waiting.insert(sequence.wrapping_sub(self.base), data.to_vec());
            self.waiting_bytes += data.len();
            self.waiting_bytes -= before.map_or(0, |before| before.len());
        }
        while self.waiting.len() > MOST_WAITING || self.waiting_bytes > MOST_WAITING_BYTES {
            self.gap(place, sink)?;
        }
        ControlFlow::Continue(())
    }

    /// Begins another connection with the same addresses, whose beginning was not captured.
    fn begin_anew(&mut self, sequence: u32, data: &[u8], place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        self.stream.finish(place, sink)?;
        self.waiting.clear();
        self.waiting_bytes = 0;
        self.next = Some(sequence);
        self.deliver(data, place, sink)
    }

    fn deliver(&mut self, data: &[u8], place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
        self.next = self.next.map(|next| next.wrapping_add(length));
        self.stream.push(data, place, sink)
    }

    /// Takes the waiting segments that are next now.
    fn drain(&mut self, place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        while let (Some(entry), Some(next)) = (self.waiting.first_entry(), self.next) {
            let done = next.wrapping_sub(self.base);
            if *entry.key() > done {
                break;
            }
            let (begin, data) = entry.remove_entry();
            self.waiting_bytes -= data.len();
            let known = usize::try_from(done - begin).unwrap_or(usize::MAX);
            if let Some(new) = data.get(known..).filter(|new| !new.is_empty()) {
                self.deliver(new, place, sink)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// The missing bytes will not arrive any more: continues after them.
    fn gap(&mut self, place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        let Some((&begin, _)) = self.waiting.first_key_value() else {
            return ControlFlow::Continue(());
        };
        self.stream.finish(place, sink)?;
        self.next = Some(self.base.wrapping_add(begin));
        self.drain(place, sink)
    }

    /// The other end has received everything before this number. What the capture lacks by now, it will not contain
    /// later.
    fn acknowledged(&mut self, number: u32, place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        while let Some((&begin, data)) = self.waiting.first_key_value() {
            let end = u32::try_from(data.len()).map_or(begin, |length| begin.wrapping_add(length));
            let distance = number.wrapping_sub(self.base);
            if distance < end || distance > FARTHEST * 2 {
                break;
            }
            self.gap(place, sink)?;
        }
        ControlFlow::Continue(())
    }

    fn finish(&mut self, place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        while !self.waiting.is_empty() {
            self.gap(place, sink)?;
        }
        self.stream.finish(place, sink)
    }
}

/// All connections.
#[derive(Default)]
pub(super) struct Tcp {
    flows: HashMap<Key, Flow>,
    /// How many bytes all directions hold together.
    held: usize,
}

impl Tcp {
    pub(super) fn segment(&mut self, transport: &Transport<'_>, place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        let Ok(tcp) = TcpSlice::from_slice(transport.payload) else { return ControlFlow::Continue(()) };
        let key = Key {
            source: SocketAddr::new(transport.source, tcp.source_port()),
            destination: SocketAddr::new(transport.destination, tcp.destination_port()),
        };
        if tcp.ack() {
            let back = Key { source: key.destination, destination: key.source };
            if let Some(flow) = self.flows.get_mut(&back).filter(|flow| !flow.waiting.is_empty()) {
                let before = flow.held();
                flow.acknowledged(tcp.acknowledgment_number(), place, sink)?;
                self.held = self.held + flow.held() - before;
            }
        }
        let data = tcp.payload();
        let ends = tcp.fin() || tcp.rst();
        if data.is_empty() && !tcp.syn() && !ends {
            return ControlFlow::Continue(());
        }
        if !self.flows.contains_key(&key) {
            if ends && data.is_empty() {
                return ControlFlow::Continue(());
            }
            self.make_room(place, sink)?;
        }
        let flow = self.flows.entry(key).or_insert_with(|| Flow::new(key.source, key.destination));
        let before = flow.held();
        flow.heard = place.number;
        let mut sequence = tcp.sequence_number();
        if tcp.syn() {
            sequence = sequence.wrapping_add(1);
            // A new connection with the same addresses. A repeated SYN changes nothing.
            if flow.next.is_some_and(|next| next != sequence) {
                flow.finish(place, sink)?;
            }
            if flow.next != Some(sequence) {
                flow.next = Some(sequence);
            }
        }
        if !data.is_empty() {
            flow.data(sequence, data, place, sink)?;
        }
        if self.held + flow.held() - before > MOST_BYTES {
            flow.finish(place, sink)?;
        }
        self.held = self.held + flow.held() - before;
        if tcp.rst() || (tcp.fin() && flow.waiting.is_empty()) {
            flow.finish(place, sink)?;
            self.remove(&key);
        }
        ControlFlow::Continue(())
    }

    /// There are no more packets: ends all directions, in the order of their last activity.
    pub(super) fn finish(&mut self, place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        let mut flows: Vec<Flow> = self.flows.drain().map(|(_, flow)| flow).collect();
        flows.sort_unstable_by_key(|flow| flow.heard);
        flows.iter_mut().try_for_each(|flow| flow.finish(place, sink))
    }

    fn remove(&mut self, key: &Key) {
        if let Some(flow) = self.flows.remove(key) {
            self.held -= flow.held();
        }
    }

    /// If there are too many directions, drops the half that was silent for longest.
    fn make_room(&mut self, place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        if self.flows.len() < MOST_FLOWS {
            return ControlFlow::Continue(());
        }
        let mut heard: Vec<(u64, Key)> = self.flows.iter().map(|(key, flow)| (flow.heard, *key)).collect();
        let (silent, ..) = heard.select_nth_unstable_by_key(MOST_FLOWS / 2, |(heard, _)| *heard);
        let silent: Vec<Key> = silent.iter().map(|(_, key)| *key).collect();
        for key in silent {
            if let Some(flow) = self.flows.get_mut(&key) {
                let before = flow.held();
                flow.finish(place, sink)?;
                self.held = self.held + flow.held() - before;
            }
            self.remove(&key);
        }
        ControlFlow::Continue(())
    }
}
