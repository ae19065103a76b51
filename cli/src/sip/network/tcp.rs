//! TCP: puts the bytes of each direction in order. Repeated bytes are dropped, early ones wait, and missing ones become
//! gaps.
//!
//! The memory is bounded: by the number of directions, of which the longest silent are dropped, and by the bytes that
//! wait in one direction and in all.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::time::Duration;

use etherparse::TcpSlice;

use super::super::found::Sink;
use super::streams::{Stream, begins_a_message};
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

/// For how long the beginning of a direction without a captured SYN may stay unclear: segments and bytes of it, packets
/// of the capture, and time. Networks deliver a segment late by only a few others.
const BEGIN_SEGMENTS: usize = 16;
const BEGIN_BYTES: usize = 1 << 17;
const BEGIN_PACKETS: u64 = 256;
const BEGIN_TIME: Duration = Duration::from_secs(10);
/// An acknowledged number further back than this does not belong to the direction.
const BEGIN_WINDOW: u32 = 1 << 16;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    source: SocketAddr,
    destination: SocketAddr,
}

/// The first packets of a direction whose SYN was not captured. The first captured segment need not be the first that
/// was sent, so all of them are held until the beginning is clear.
struct Beginning {
    /// The packets in the order of the capture.
    came: Vec<(Place, Came)>,
    segments: usize,
    bytes: usize,
    /// The lowest sequence number, and whether a message begins there.
    lowest: u32,
    begins: bool,
    /// The sequence number after the last byte.
    end: u32,
    /// The number of the byte that the other end waited for before the first segment: what it had acknowledged.
    awaited: Option<u32>,
}

enum Came {
    Segment(u32, Vec<u8>),
    /// The other end acknowledged everything before this number.
    Acknowledgment(u32),
}

impl Beginning {
    fn new(sequence: u32, awaited: Option<u32>) -> Self {
        // A number that is ahead, or far behind, says nothing about what is missing.
        let awaited = awaited.filter(|&awaited| sequence.wrapping_sub(awaited) < BEGIN_WINDOW);
        let came = Vec::new();
        Beginning { came, segments: 0, bytes: 0, lowest: sequence, begins: false, end: sequence, awaited }
    }

    /// Whether a segment with this number can belong to the same connection.
    fn is_near(&self, sequence: u32) -> bool {
        let ahead = sequence.wrapping_sub(self.lowest);
        ahead.min(ahead.wrapping_neg()) <= FARTHEST
    }

    fn segment(&mut self, sequence: u32, data: &[u8], place: Place) {
        let is_first = self.segments == 0;
        if is_first || is_before(sequence, self.lowest) {
            self.lowest = sequence;
            self.begins = begins_a_message(data);
        }
        let end = sequence.wrapping_add(u32::try_from(data.len()).unwrap_or(u32::MAX));
        if is_first || is_before(self.end, end) {
            self.end = end;
        }
        self.segments += 1;
        self.bytes += data.len();
        self.came.push((place, Came::Segment(sequence, data.to_vec())));
    }

    /// Whether no earlier segment can follow: it begins with a message, and the other end waited for that byte or has
    /// acknowledged everything.
    fn is_clear(&self) -> bool {
        let is_acknowledged = |(_, came): &(Place, Came)| match came {
            Came::Acknowledgment(number) => !is_before(*number, self.end) && number.wrapping_sub(self.end) < FARTHEST,
            Came::Segment(..) => false,
        };
        self.begins
            && match self.awaited {
                Some(awaited) => !is_before(awaited, self.lowest),
                None => self.came.iter().any(is_acknowledged),
            }
    }

    fn is_full(&self) -> bool {
        self.segments >= BEGIN_SEGMENTS || self.bytes >= BEGIN_BYTES || self.came.len() >= 4 * BEGIN_SEGMENTS
    }
}

/// Whether a sequence number comes before another one.
fn is_before(one: u32, other: u32) -> bool {
    one != other && other.wrapping_sub(one) < u32::MAX / 2
}

/// One direction of a connection.
struct Flow {
    /// The sequence number of the next byte; `None` before the first segment, and while the beginning is unclear.
    next: Option<u32>,
    beginning: Option<Box<Beginning>>,
    /// The last number of the other direction that it acknowledged.
    acknowledges: Option<u32>,
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
            beginning: None,
            acknowledges: None,
            stream: Stream::new(source, destination),
            waiting: BTreeMap::new(),
            base: 0,
            waiting_bytes: 0,
            heard: 0,
        }
    }

    fn held(&self) -> usize {
        self.waiting_bytes + self.stream.held() + self.beginning.as_ref().map_or(0, |beginning| beginning.bytes)
    }

    /// Takes the bytes at this sequence number. `awaited` is the number that the other end had acknowledged before.
    fn segment(
        &mut self,
        sequence: u32,
        data: &[u8],
        awaited: Option<u32>,
        place: Place,
        sink: &mut dyn Sink,
    ) -> ControlFlow<()> {
        if self.next.is_none() && self.beginning.as_ref().is_some_and(|beginning| !beginning.is_near(sequence)) {
            self.begin(None, sink)?;
        }
        if self.next.is_some() {
            return self.data(sequence, data, place, sink);
        }
        let beginning = self.beginning.get_or_insert_with(|| Box::new(Beginning::new(sequence, awaited)));
        beginning.segment(sequence, data, place);
        if beginning.is_clear() || beginning.is_full() {
            return self.begin(None, sink);
        }
        ControlFlow::Continue(())
    }

    /// The beginning is known, or is no longer waited for. Reads what was held as if it arrived now.
    fn begin(&mut self, first: Option<u32>, sink: &mut dyn Sink) -> ControlFlow<()> {
        let Some(beginning) = self.beginning.take() else { return ControlFlow::Continue(()) };
        self.next = Some(first.unwrap_or(beginning.lowest));
        for (place, came) in beginning.came {
            match came {
                Came::Segment(sequence, data) => self.data(sequence, &data, place, sink)?,
                Came::Acknowledgment(number) => self.acknowledged(number, place, sink)?,
            }
        }
        ControlFlow::Continue(())
    }

    /// Takes the bytes at this sequence number of a direction whose beginning is known.
    fn data(&mut self, sequence: u32, data: &[u8], place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        let next = self.next.unwrap_or(sequence);
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
        if let Some(beginning) = &mut self.beginning {
            beginning.came.push((place, Came::Acknowledgment(number)));
            if beginning.is_clear() || beginning.is_full() {
                return self.begin(None, sink);
            }
            return ControlFlow::Continue(());
        }
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
        self.begin(None, sink)?;
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
    /// The directions whose beginning is or was unclear, with the packet that they began with.
    beginnings: VecDeque<(Place, Key)>,
}

impl Tcp {
    /// The first packet that is held. Messages of it and of later packets have to wait, or they would overtake those
    /// that are held.
    pub(super) fn holds_since(&mut self) -> Option<u64> {
        while let Some((place, key)) = self.beginnings.front() {
            if self.is_open(*place, key) {
                return Some(place.number);
            }
            self.beginnings.pop_front();
        }
        None
    }

    /// Whether the beginning of a direction is still unclear, and began with this packet.
    fn is_open(&self, place: Place, key: &Key) -> bool {
        let beginning = self.flows.get(key).and_then(|flow| flow.beginning.as_ref());
        beginning.and_then(|beginning| beginning.came.first()).is_some_and(|(first, _)| first.number == place.number)
    }

    /// Reads what has been held long enough when this packet arrives, or everything if `all`.
    pub(super) fn release(&mut self, now: Place, all: bool, sink: &mut dyn Sink) -> ControlFlow<()> {
        while let Some(since) = self.holds_since() {
            let Some(&(place, key)) = self.beginnings.front() else { break };
            let waits =
                now.number.saturating_sub(since) < BEGIN_PACKETS && now.at.saturating_sub(place.at) < BEGIN_TIME;
            if waits && !all {
                break;
            }
            self.change(&key, |flow| flow.begin(None, sink))?;
        }
        ControlFlow::Continue(())
    }

    /// Changes a direction, and updates the number of bytes that are held.
    fn change(&mut self, key: &Key, change: impl FnOnce(&mut Flow) -> ControlFlow<()>) -> ControlFlow<()> {
        let Some(flow) = self.flows.get_mut(key) else { return ControlFlow::Continue(()) };
        let before = flow.held();
        let done = change(flow);
        self.held = self.held + flow.held() - before;
        done
    }

    pub(super) fn segment(&mut self, transport: &Transport<'_>, place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        let Ok(tcp) = TcpSlice::from_slice(transport.payload) else { return ControlFlow::Continue(()) };
        let key = Key {
            source: SocketAddr::new(transport.source, tcp.source_port()),
            destination: SocketAddr::new(transport.destination, tcp.destination_port()),
        };
        let back = Key { source: key.destination, destination: key.source };
        if tcp.ack() {
            self.change(&back, |flow| flow.acknowledged(tcp.acknowledgment_number(), place, sink))?;
        }
        let awaited = self.flows.get(&back).and_then(|flow| flow.acknowledges);
        if let (true, Some(flow)) = (tcp.ack(), self.flows.get_mut(&key)) {
            flow.acknowledges = Some(tcp.acknowledgment_number());
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
        flow.acknowledges = tcp.ack().then(|| tcp.acknowledgment_number()).or(flow.acknowledges);
        let mut sequence = tcp.sequence_number();
        if tcp.syn() {
            sequence = sequence.wrapping_add(1);
            // The SYN of segments that are held may arrive late; then their beginning is known.
            let is_its = |beginning: &Beginning| beginning.is_near(sequence) && !is_before(beginning.lowest, sequence);
            if flow.beginning.as_deref().is_some_and(is_its) {
                flow.begin(Some(sequence), sink)?;
            } else if flow.beginning.is_some() || flow.next.is_some_and(|next| next != sequence) {
                // A new connection with the same addresses; a SYN that is sent again changes nothing.
                flow.finish(place, sink)?;
                flow.next = Some(sequence);
            } else {
                flow.next = Some(sequence);
            }
        }
        if !data.is_empty() {
            let was_open = flow.beginning.is_some();
            flow.segment(sequence, data, awaited, place, sink)?;
            if flow.beginning.is_some() && !was_open {
                self.beginnings.push_back((place, key));
            }
        }
        if self.held + flow.held() - before > MOST_BYTES {
            flow.finish(place, sink)?;
        }
        self.held = self.held + flow.held() - before;
        if tcp.rst() || (tcp.fin() && flow.waiting.is_empty() && flow.beginning.is_none()) {
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
            self.change(&key, |flow| flow.finish(place, sink))?;
            self.remove(&key);
        }
        ControlFlow::Continue(())
    }
}
