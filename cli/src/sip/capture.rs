//! A capture file, pcap or pcapng: the SIP messages in its UDP datagrams, over IPv4 and IPv6.
//!
//! Link types: Ethernet, Linux cooked (both versions), raw IP, and the two loopbacks. What is cut into IP fragments is put
//! together.

use std::collections::HashMap;
use std::io::Read;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use etherparse::err::packet::SliceError;
use etherparse::{LaxNetSlice, LaxSlicedPacket, SlicedPacket, TransportSlice, UdpSlice};
use pcap_parser::pcapng::Block;
use pcap_parser::traits::{PcapNGPacketBlock, PcapReaderIterator};
use pcap_parser::{LegacyPcapReader, Linktype, PcapBlockOwned, PcapError, PcapNGReader};

use super::fragments::Fragments;

/// The most bytes of a block: the largest packet and its head fit.
const BUFFER: usize = 1 << 20;

/// A datagram that looks like SIP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Datagram {
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
    pub(crate) bytes: Vec<u8>,
}

/// What a packet of a capture holds.
pub(crate) enum Packet {
    /// A SIP message.
    Sip(Datagram),
    /// Something that is not for us.
    Other,
    /// It could be for us and cannot be read.
    Unreadable(String),
}

/// Whether a file that begins so is a capture.
pub(crate) fn is_capture(start: &[u8]) -> bool {
    const MAGIC: [[u8; 4]; 5] = [
        [0xd4, 0xc3, 0xb2, 0xa1],
        [0xa1, 0xb2, 0xc3, 0xd4],
        [0x4d, 0x3c, 0xb2, 0xa1],
        [0xa1, 0xb2, 0x3c, 0x4d],
        [0x0a, 0x0d, 0x0d, 0x0a],
    ];
    MAGIC.iter().any(|magic| start.starts_with(magic))
}

/// Reads a capture and hands every packet over: its number from 1, its time since 1970, what it holds. `sink` says whether to go
/// on. The error says in which packet the file could not be read on.
pub(crate) fn read(
    input: impl Read,
    pcapng: bool,
    mut sink: impl FnMut(u64, Duration, Packet) -> bool,
) -> Result<(), (u64, String)> {
    let mut packets = 0;
    let mut fragments = Fragments::default();
    let unreadable = |packets: u64, error: PcapError<&[u8]>| match error {
        PcapError::UnexpectedEof | PcapError::Incomplete(_) => {
            (packets + 1, "the capture ends within a packet".to_owned())
        }
        other => (packets + 1, format!("not a readable capture: {other:?}")),
    };
    let mut reader: Box<dyn PcapReaderIterator> = if pcapng {
        Box::new(PcapNGReader::new(BUFFER, input).map_err(|error| unreadable(0, error))?)
    } else {
        Box::new(LegacyPcapReader::new(BUFFER, input).map_err(|error| unreadable(0, error))?)
    };
    let mut link_type = Linktype::ETHERNET;
    let mut nanoseconds = false;
    let mut interfaces: HashMap<u32, (Linktype, u64, u64)> = HashMap::new();
    let end = loop {
        match reader.next() {
            Ok((offset, block)) => {
                let next = packets + 1;
                let mut found = |link_type, data| datagram(link_type, data, next, &mut fragments);
                let packet = match block {
                    PcapBlockOwned::LegacyHeader(header) => {
                        link_type = header.network;
                        nanoseconds = header.is_nanosecond_precision();
                        None
                    }
                    PcapBlockOwned::Legacy(packet) => {
                        let fraction = u64::from(packet.ts_usec) * if nanoseconds { 1 } else { 1000 };
                        let at =
                            Duration::from_secs(packet.ts_sec.into()).saturating_add(Duration::from_nanos(fraction));
                        Some((at, found(link_type, packet.data)))
                    }
                    PcapBlockOwned::NG(Block::SectionHeader(_)) => {
                        interfaces.clear();
                        None
                    }
                    PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => {
                        let resolution = interface.ts_resolution().unwrap_or(1_000_000).max(1);
                        let offset = u64::try_from(interface.ts_offset()).unwrap_or(0);
                        let number = u32::try_from(interfaces.len()).unwrap_or(u32::MAX);
                        interfaces.insert(number, (interface.linktype, resolution, offset));
                        None
                    }
                    PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => match interfaces.get(&packet.if_id) {
                        Some(&(link_type, resolution, offset)) => {
                            let (seconds, fraction) = packet.decode_ts(offset, resolution);
                            let nanos = u128::from(fraction) * 1_000_000_000 / u128::from(resolution);
                            let at = Duration::new(seconds.into(), u32::try_from(nanos).unwrap_or(0));
                            Some((at, found(link_type, packet.packet_data())))
                        }
                        None => Some((Duration::ZERO, Packet::Unreadable("a packet of no interface".to_owned()))),
                    },
                    PcapBlockOwned::NG(Block::SimplePacket(packet)) => {
                        let link_type = interfaces.get(&0).map_or(Linktype::ETHERNET, |&(link_type, ..)| link_type);
                        Some((Duration::ZERO, found(link_type, packet.packet_data())))
                    }
                    PcapBlockOwned::NG(_) => None,
                };
                reader.consume(offset);
                if let Some((at, packet)) = packet {
                    packets += 1;
                    for late in fragments.give_up(packets) {
                        sink(late, at, Packet::Unreadable(LOST_FRAGMENTS.to_owned()));
                    }
                    if !sink(packets, at, packet) {
                        return Ok(());
                    }
                }
            }
            Err(PcapError::Eof) => break Ok(()),
            Err(PcapError::Incomplete(_)) => {
                if reader.refill().is_err() || reader.reader_exhausted() {
                    // What is left is less than a packet: the next read says so, or that it is the end.
                    if !matches!(reader.next(), Ok(_) | Err(PcapError::Eof)) {
                        break Err((packets + 1, "the capture ends within a packet".to_owned()));
                    }
                }
            }
            Err(error) => break Err(unreadable(packets, error)),
        }
    };
    for late in fragments.give_up(u64::MAX) {
        sink(late, Duration::ZERO, Packet::Unreadable(LOST_FRAGMENTS.to_owned()));
    }
    end
}

const LOST_FRAGMENTS: &str = "the last IP fragment of a UDP datagram that is not there as a whole";

/// The SIP message in a packet of this link type.
fn datagram(link_type: Linktype, data: &[u8], number: u64, fragments: &mut Fragments) -> Packet {
    let after = |count: usize| data.get(count..).unwrap_or_default();
    match link_type {
        Linktype::ETHERNET => match LaxSlicedPacket::from_ethernet(data) {
            Ok(packet) => sip(&packet, SlicedPacket::from_ethernet(data), number, fragments),
            Err(_) => Packet::Other,
        },
        // Linux cooked: 16 bytes, the protocol in the last two; version 2: 20 bytes, the protocol in the first two.
        Linktype::LINUX_SLL => ip(data.get(14..16), after(16), number, fragments),
        Linktype(276) => ip(data.get(..2), after(20), number, fragments),
        Linktype::RAW | Linktype::IPV4 | Linktype::IPV6 | Linktype(12 | 14) => ip(None, data, number, fragments),
        // Loopback: four bytes of protocol family, in one byte order or the other.
        Linktype::NULL | Linktype::LOOP => ip(None, after(4), number, fragments),
        other => Packet::Unreadable(format!("packets of link type {} are not read", other.0)),
    }
}

/// An IP packet; the protocol, where the link names one, must be IP.
fn ip(protocol: Option<&[u8]>, data: &[u8], number: u64, fragments: &mut Fragments) -> Packet {
    if protocol.is_some_and(|protocol| protocol != [0x08, 0x00] && protocol != [0x86, 0xdd]) {
        return Packet::Other;
    }
    match LaxSlicedPacket::from_ip(data) {
        Ok(packet) => sip(&packet, SlicedPacket::from_ip(data), number, fragments),
        Err(_) => Packet::Other,
    }
}

/// `strict`: the packet again, if it is whole. Only whole ones are put together.
fn sip(
    packet: &LaxSlicedPacket<'_>,
    strict: Result<SlicedPacket<'_>, SliceError>,
    number: u64,
    fragments: &mut Fragments,
) -> Packet {
    let Some((source, destination, fragmented)) = packet.net.as_ref().and_then(addresses) else {
        return Packet::Other;
    };
    let whole;
    let udp = if fragmented {
        let Ok(strict) = strict else {
            return Packet::Unreadable(format!("an IP fragment from {source} to {destination} that is cut short"));
        };
        whole = match fragments.put(number, &strict) {
            Ok(Some(datagram)) => datagram,
            Ok(None) => return Packet::Other,
            Err(error) => {
                return Packet::Unreadable(format!("an IP fragment from {source} to {destination}: {error}"));
            }
        };
        match UdpSlice::from_slice(&whole) {
            Ok(udp) => udp,
            Err(_) => return Packet::Other,
        }
    } else {
        match &packet.transport {
            Some(TransportSlice::Udp(udp)) => udp.clone(),
            Some(_) | None => return Packet::Other,
        }
    };
    if !looks_like_sip(udp.payload()) {
        return Packet::Other;
    }
    Packet::Sip(Datagram {
        source: SocketAddr::new(source, udp.source_port()),
        destination: SocketAddr::new(destination, udp.destination_port()),
        bytes: udp.payload().to_vec(),
    })
}

/// Source, destination, and whether it is a fragment.
fn addresses(net: &LaxNetSlice<'_>) -> Option<(IpAddr, IpAddr, bool)> {
    match net {
        LaxNetSlice::Ipv4(ip) => {
            let header = ip.header();
            let fragmented = header.is_fragmenting_payload() && header.protocol() == etherparse::IpNumber::UDP;
            Some((header.source_addr().into(), header.destination_addr().into(), fragmented))
        }
        LaxNetSlice::Ipv6(ip) => {
            let header = ip.header();
            let fragmented = ip.is_payload_fragmented();
            Some((header.source_addr().into(), header.destination_addr().into(), fragmented))
        }
        LaxNetSlice::Arp(_) => None,
    }
}

/// A capture holds all sorts of datagrams: SIP has its name in the first line.
fn looks_like_sip(payload: &[u8]) -> bool {
    let start = payload.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(payload.len());
    let message = &payload[start..];
    let first_line = message.split(|&byte| byte == b'\n').next().unwrap_or_default();
    first_line.windows(4).any(|window| window.eq_ignore_ascii_case(b"SIP/"))
}
