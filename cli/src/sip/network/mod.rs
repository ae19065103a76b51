//! The contents of packets: link layers, tunnels, IP, and the layers above, down to SIP messages.
//!
//! Every layer determines the next one. A packet with more layers than occur in practice is not read. The state that is
//! kept between packets (fragments, streams) is bounded.

mod fragments;
mod hep;
mod ip;
mod link;
mod order;
mod sctp;
mod streams;
mod tcp;
mod tunnel;

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::ops::ControlFlow;
use std::time::Duration;

use super::capture::Packet;
use super::found::{Address, Found, Message, Sink, Unread, When};
use super::start_line::begins_sip;
use fragments::Fragments;
use order::Waiting;
use tcp::Tcp;

/// The maximum number of layers in a packet. A tunnel over UDP has five, an Ethernet frame with VLANs, MPLS and PPPoE
/// eight.
const MOST_LAYERS: usize = 48;

/// A layer of a packet that is to be examined.
#[derive(Debug, Clone, Copy)]
enum Layer<'p> {
    Ethernet(&'p [u8]),
    /// The protocol with this EtherType.
    EtherType(u16, &'p [u8]),
    /// IEEE 802.2, possibly with SNAP, which contains an EtherType.
    Llc(&'p [u8]),
    Mpls(&'p [u8]),
    Ppp(&'p [u8]),
    Ip(&'p [u8]),
    /// The complete payload of an IP packet, with its protocol number.
    IpPayload(Transport<'p>),
    /// A datagram that is or may be a SIP message, with its source and destination.
    Datagram(SocketAddr, SocketAddr, &'p [u8]),
    /// Nothing of interest.
    End,
    /// An unknown link type.
    UnknownLink(u32),
}

/// The contents of an IP packet.
#[derive(Debug, Clone, Copy)]
struct Transport<'p> {
    protocol: u8,
    source: IpAddr,
    destination: IpAddr,
    payload: &'p [u8],
}

/// The packet that is being examined.
#[derive(Debug, Clone, Copy)]
struct Place {
    number: u64,
    at: Duration,
}

impl Place {
    fn message(self, source: SocketAddr, destination: SocketAddr, bytes: &[u8]) -> Found<'_> {
        Found::Message(Message {
            place: self.number,
            when: When::Date { at: self.at, text: None },
            source: Address::Socket(source),
            destination: Address::Socket(destination),
            bytes,
        })
    }
}

/// The state that is kept between packets.
pub(crate) struct Network {
    fragments: Fragments,
    tcp: Tcp,
    waiting: Waiting,
    unknown_links: BTreeSet<u32>,
    last: Place,
}

impl Default for Network {
    fn default() -> Self {
        let last = Place { number: 0, at: Duration::ZERO };
        let (fragments, tcp, waiting) = (Fragments::default(), Tcp::default(), Waiting::default());
        Network { fragments, tcp, waiting, unknown_links: BTreeSet::new(), last }
    }
}

impl Network {
    /// Examines one packet.
    pub(crate) fn packet(&mut self, packet: &Packet<'_>, sink: &mut dyn Sink) -> ControlFlow<()> {
        let place = Place { number: packet.number, at: packet.at };
        self.last = place;
        if self.tcp.holds_since().is_none() {
            self.look_into(packet, place, sink)?;
        } else {
            // A connection whose beginning is unclear may still have messages from before this packet.
            let mut waiting = std::mem::take(&mut self.waiting);
            let read = self.tcp.release(place, waiting.is_full(), &mut waiting);
            let read = read.is_continue().then(|| self.look_into(packet, place, &mut waiting));
            self.waiting = waiting;
            read.unwrap_or(ControlFlow::Break(()))?;
        }
        self.waiting.give(self.tcp.holds_since(), sink)
    }

    /// There are no more packets.
    pub(crate) fn finish(mut self, sink: &mut dyn Sink) -> ControlFlow<()> {
        self.fragments.give_up(u64::MAX, &mut self.waiting)?;
        self.tcp.release(self.last, true, &mut self.waiting)?;
        self.tcp.finish(self.last, &mut self.waiting)?;
        self.waiting.give(None, sink)
    }

    fn look_into(&mut self, packet: &Packet<'_>, place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        self.fragments.give_up(packet.number, sink)?;
        self.layers(link::layer(packet.link_type, packet.data), MOST_LAYERS, place, sink)
    }

    fn layers(&mut self, mut layer: Layer<'_>, mut left: usize, place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        loop {
            let Some(fewer) = left.checked_sub(1) else {
                return sink.take(Found::Unread(Unread::DeepTunnel, 1));
            };
            left = fewer;
            layer = match layer {
                Layer::Ethernet(data) => link::ethernet(data),
                Layer::Llc(data) => link::llc(data),
                Layer::EtherType(ether_type, data) => tunnel::ether_type(ether_type, data),
                Layer::Mpls(data) => tunnel::mpls(data),
                Layer::Ppp(data) => tunnel::ppp(data),
                Layer::Ip(data) => match ip::packet(data) {
                    Some(ip::Packet::Whole(transport)) => Layer::IpPayload(transport),
                    Some(ip::Packet::Fragment(fragment)) => {
                        // A reassembled packet is examined like any other, with the remaining number of layers.
                        let Some(whole) = self.fragments.put(&fragment, place.number, sink)? else {
                            return ControlFlow::Continue(());
                        };
                        let transport = Transport { payload: &whole, ..fragment.transport };
                        return self.layers(Layer::IpPayload(transport), left, place, sink);
                    }
                    None => Layer::End,
                },
                Layer::IpPayload(transport) => match transport.protocol {
                    ip::TCP => return self.tcp.segment(&transport, place, sink),
                    ip::SCTP => return sctp::chunks(&transport, place, sink),
                    _ => tunnel::ip_payload(&transport),
                },
                Layer::Datagram(source, destination, payload) => {
                    if begins_sip(payload) {
                        return sink.take(place.message(source, destination, payload));
                    }
                    match hep::packet(payload) {
                        Some(packet) => return hep::deliver(&packet, place, sink),
                        None => tunnel::over_udp(source.port(), destination.port(), payload),
                    }
                }
                Layer::End => return ControlFlow::Continue(()),
                Layer::UnknownLink(link_type) => return self.unknown_link(link_type, place, sink),
            };
        }
    }

    /// Reports a link type once.
    fn unknown_link(&mut self, link_type: u32, place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        const MOST: usize = 64;
        if self.unknown_links.len() >= MOST || !self.unknown_links.insert(link_type) {
            return ControlFlow::Continue(());
        }
        let reason = match link_type {
            u32::MAX => "a packet of no interface".to_owned(),
            known => format!("packets of link type {} are not read", known & 0x7fff_ffff),
        };
        sink.take(Found::Unreadable { place: place.number, reason })
    }
}

/// Two bytes in network byte order.
fn number16(data: &[u8], offset: usize) -> Option<u16> {
    Some(u16::from_be_bytes(data.get(offset..offset.checked_add(2)?)?.try_into().ok()?))
}

/// Four bytes in network byte order.
fn number32(data: &[u8], offset: usize) -> Option<u32> {
    Some(u32::from_be_bytes(data.get(offset..offset.checked_add(4)?)?.try_into().ok()?))
}
