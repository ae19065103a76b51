//! Builds packets and capture files byte by byte.

use std::io::Write as _;

use super::messages::Message;

/// The time of the first packet.
pub(crate) const BEGIN: u32 = 1_767_261_600;

/// A UDP datagram.
pub(crate) fn udp(source: u16, destination: u16, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 8).expect("a datagram");
    [&source.to_be_bytes()[..], &destination.to_be_bytes(), &length.to_be_bytes(), &[0, 0], payload].concat()
}

/// An IPv4 packet.
pub(crate) fn ipv4(protocol: u8, source: [u8; 4], destination: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 20).expect("a packet").to_be_bytes();
    let head = [&[0x45, 0][..], &length, &[0, 1, 0, 0, 64, protocol, 0, 0], &source, &destination].concat();
    [head, payload.to_vec()].concat()
}

/// An IPv6 packet between 2001:db8::N addresses.
pub(crate) fn ipv6(protocol: u8, source: u8, destination: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).expect("a packet").to_be_bytes();
    let address = |last| [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
    [&[0x60, 0, 0, 0][..], &length, &[protocol, 64], &address(source), &address(destination), payload].concat()
}

pub(crate) const CALLER_IP: [u8; 4] = [198, 51, 100, 1];
pub(crate) const CALLEE_IP: [u8; 4] = [198, 51, 100, 2];
/// The IPv4 addresses of the tunnel endpoints.
pub(crate) const OUTER: ([u8; 4], [u8; 4]) = ([203, 0, 113, 1], [203, 0, 113, 2]);

/// A message in UDP over IPv4, from port 5060 to port 5060.
pub(crate) fn packet(message: &Message) -> Vec<u8> {
    let udp = udp(5060, 5060, &message.bytes);
    let (source, destination) = if message.from_caller { (CALLER_IP, CALLEE_IP) } else { (CALLEE_IP, CALLER_IP) };
    ipv4(17, source, destination, &udp)
}

/// The same message over IPv6.
pub(crate) fn packet6(message: &Message) -> Vec<u8> {
    let udp = udp(5060, 5060, &message.bytes);
    let (source, destination) = if message.from_caller { (1, 2) } else { (2, 1) };
    ipv6(17, source, destination, &udp)
}

/// An Ethernet frame.
pub(crate) fn ethernet(ether_type: u16, payload: &[u8]) -> Vec<u8> {
    [&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1][..], &ether_type.to_be_bytes(), payload].concat()
}

/// A variant of the classic capture format.
#[derive(Clone, Copy)]
pub(crate) struct Pcap {
    pub(crate) magic: u32,
    pub(crate) big_endian: bool,
}

impl Pcap {
    pub(crate) const USUAL: Pcap = Pcap { magic: 0xa1b2_c3d4, big_endian: false };

    fn number(self, number: u32) -> [u8; 4] {
        if self.big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    /// A capture of these packets, one per second.
    pub(crate) fn file(self, link_type: u32, packets: &[Vec<u8>]) -> Vec<u8> {
        let version = if self.big_endian { [0, 2, 0, 4] } else { [2, 0, 4, 0] };
        let mut file =
            [self.number(self.magic), version, [0; 4], [0; 4], self.number(262_144), self.number(link_type)].concat();
        for (second, packet) in (BEGIN..).zip(packets) {
            let length = self.number(u32::try_from(packet.len()).expect("a packet"));
            file.extend([self.number(second), self.number(250), length, length].concat());
            if self.magic == 0xa1b2_cd34 {
                file.extend([0; 8]);
            }
            file.extend(packet);
        }
        file
    }
}

/// A capture in the usual variant.
pub(crate) fn pcap(link_type: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    Pcap::USUAL.file(link_type, packets)
}

/// The kind of pcapng block that contains a packet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block {
    Enhanced,
    Simple,
    /// The predecessor of the enhanced packet block.
    Old,
}

/// A pcapng file: a section, an interface with timestamps in nanoseconds, and one block per packet.
pub(crate) fn pcapng(link_type: u16, packets: &[Vec<u8>], kind: Block, big_endian: bool) -> Vec<u8> {
    let n32 = |number: u32| if big_endian { number.to_be_bytes() } else { number.to_le_bytes() };
    let n16 = |number: u16| if big_endian { number.to_be_bytes() } else { number.to_le_bytes() };
    let block = |kind: u32, body: &[u8]| {
        let padding = vec![0; body.len().next_multiple_of(4) - body.len()];
        let length = n32(u32::try_from(body.len() + padding.len() + 12).expect("a block"));
        [&n32(kind)[..], &length, body, &padding, &length].concat()
    };
    let section = [&n32(0x1a2b_3c4d)[..], &n16(1), &n16(0), &[0xff; 8]].concat();
    let mut file = block(0x0a0d_0d0a, &section);
    // if_tsresol: 10⁻⁹.
    let options = [&n16(9)[..], &n16(1), &[9, 0, 0, 0], &n16(0), &n16(0)].concat();
    file.extend(block(1, &[&n16(link_type)[..], &n16(0), &n32(262_144), &options].concat()));
    // A block of an unknown type.
    file.extend(block(0x0bad_cafe, &[1, 2, 3, 4, 5]));
    for (second, packet) in (u64::from(BEGIN)..).zip(packets) {
        let time = second * 1_000_000_000;
        let (high, low) = (n32(u32::try_from(time >> 32).expect("half")), n32((time & 0xffff_ffff) as u32));
        let length = n32(u32::try_from(packet.len()).expect("a packet"));
        file.extend(match kind {
            Block::Enhanced => block(6, &[&n32(0)[..], &high, &low, &length, &length, packet].concat()),
            Block::Simple => block(3, &[&length[..], packet].concat()),
            Block::Old => block(2, &[&n16(0)[..], &n16(0), &high, &low, &length, &length, packet].concat()),
        });
    }
    file
}

/// A snoop capture. Every second record has padding.
pub(crate) fn snoop(packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file = [&b"snoop\0\0\0"[..], &2_u32.to_be_bytes(), &4_u32.to_be_bytes()].concat();
    for (second, packet) in (BEGIN..).zip(packets) {
        let length = u32::try_from(packet.len()).expect("a packet");
        let padding = if second % 2 == 0 { packet.len().next_multiple_of(4) - packet.len() } else { 0 };
        let record = length + 24 + u32::try_from(padding).expect("padding");
        file.extend([length, length, record, 0, second, 17].iter().flat_map(|number| number.to_be_bytes()));
        file.extend(packet);
        file.extend(vec![0; padding]);
    }
    file
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}
