//! Reassembles fragmented IP packets: INVITEs are often larger than a frame.
//!
//! The memory is bounded: by the number of packets being reassembled, the fragments of each, and how long each waits
//! for the rest.

use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::ControlFlow;

use etherparse::IpNumber;
use etherparse::defrag::IpDefragBuf;

use super::super::found::{Found, Sink};
use super::super::start_line::begins_sip;
use super::ip::{Fragment, UDP};

/// Within how many packets the rest must arrive. Fragments are sent one after the other.
const LATEST: u64 = 256;
/// How many packets are reassembled at the same time. Further ones are not.
const MOST: usize = 256;
/// The maximum number of fragments of a packet.
const MOST_FRAGMENTS: u32 = 512;

#[derive(PartialEq, Eq, Hash)]
struct Key {
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    identification: u32,
}

/// An incomplete packet.
struct Partial {
    buffer: IpDefragBuf,
    fragments: u32,
    /// Whether its first fragment arrived and is SIP over UDP.
    sip: bool,
    /// The number of the packet with its last fragment.
    last: u64,
}

/// The incomplete packets.
#[derive(Default)]
pub(super) struct Fragments {
    partial: HashMap<Key, Partial>,
    cleared: u64,
}

impl Fragments {
    /// Takes a fragment, and returns the packet's payload once it is complete.
    pub(super) fn put(
        &mut self,
        fragment: &Fragment<'_>,
        number: u64,
        sink: &mut dyn Sink,
    ) -> ControlFlow<(), Option<Vec<u8>>> {
        let transport = &fragment.transport;
        let first = fragment.offset.value() == 0;
        let sip = first && transport.protocol == UDP && transport.payload.get(8..).is_some_and(begins_sip);
        let key = Key {
            source: transport.source,
            destination: transport.destination,
            protocol: transport.protocol,
            identification: fragment.identification,
        };
        if !self.partial.contains_key(&key) && self.partial.len() >= MOST {
            return ControlFlow::Continue(None);
        }
        let partial = self.partial.entry(key).or_insert_with(|| Partial {
            buffer: IpDefragBuf::new(IpNumber(transport.protocol), Vec::new(), Vec::new()),
            fragments: 0,
            sip: false,
            last: number,
        });
        partial.sip |= sip;
        partial.last = number;
        partial.fragments += 1;
        let fault = if fragment.cut {
            Some("it is cut short".to_owned())
        } else if partial.fragments > MOST_FRAGMENTS {
            Some(format!("expected at most {MOST_FRAGMENTS} fragments"))
        } else {
            let added = partial.buffer.add(fragment.offset, fragment.more, transport.payload);
            added.err().map(|error| error.to_string())
        };
        let (is_sip, whole) = (partial.sip, partial.buffer.is_complete());
        let key = Key {
            source: transport.source,
            destination: transport.destination,
            protocol: transport.protocol,
            identification: fragment.identification,
        };
        match fault {
            Some(fault) => {
                self.partial.remove(&key);
                if is_sip {
                    let (source, destination) = (transport.source, transport.destination);
                    let reason = format!("an IP fragment from {source} to {destination}: {fault}");
                    sink.take(Found::Unreadable { place: number, reason })?;
                }
                ControlFlow::Continue(None)
            }
            None if whole => ControlFlow::Continue(self.partial.remove(&key).map(|whole| whole.buffer.take_bufs().0)),
            None => ControlFlow::Continue(None),
        }
    }

    /// Called from time to time: drops the packets that have waited too long, and reports those that are SIP.
    pub(super) fn give_up(&mut self, number: u64, sink: &mut dyn Sink) -> ControlFlow<()> {
        if self.partial.is_empty() || number < self.cleared.saturating_add(LATEST) {
            return ControlFlow::Continue(());
        }
        self.cleared = number;
        let mut lost = Vec::new();
        self.partial.retain(|_, partial| {
            let waits = number.saturating_sub(partial.last) < LATEST;
            if !waits && partial.sip {
                lost.push(partial.last);
            }
            waits
        });
        lost.sort_unstable();
        for place in lost {
            let reason = "the last IP fragment of a UDP datagram that is not there as a whole".to_owned();
            sink.take(Found::Unreadable { place, reason })?;
        }
        ControlFlow::Continue(())
    }
}
