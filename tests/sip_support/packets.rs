//! Packets and captures, byte by byte, for the tests of `sip_watch`.

use super::Message;

const PCAP_MICROSECONDS: [u8; 4] = [0xd4, 0xc3, 0xb2, 0xa1];

/// A UDP datagram with this message.
pub(crate) fn udp(message: &Message, from_alice: bool) -> Vec<u8> {
    let (source, destination) = if from_alice { (5061_u16, 5062_u16) } else { (5062, 5061) };
    let payload = message.bytes();
    let length = u16::try_from(payload.len() + 8).expect("a datagram");
    let head = [source.to_be_bytes(), destination.to_be_bytes(), length.to_be_bytes(), [0, 0]].concat();
    [head, payload].concat()
}

/// The last bytes of source and destination address: Alice is 1, at port 5061, Bob is 2.
fn ends(udp: &[u8]) -> [u8; 2] {
    if udp.starts_with(&5062_u16.to_be_bytes()) { [2, 1] } else { [1, 2] }
}

/// An IPv4 packet with a UDP datagram, or with a part of one.
pub(crate) fn ipv4(udp: &[u8], flags: u16) -> Vec<u8> {
    let length = u16::try_from(udp.len() + 20).expect("a packet");
    let mut packet = vec![0x45, 0];
    packet.extend(length.to_be_bytes());
    packet.extend([0, 1]);
    packet.extend(flags.to_be_bytes());
    packet.extend([64, 17, 0, 0]);
    for last in ends(udp) {
        packet.extend([10, 0, 0, last]);
    }
    packet.extend(udp);
    packet
}

/// An IPv6 packet with what follows its header.
pub(crate) fn ipv6(udp: &[u8]) -> Vec<u8> {
    let length = u16::try_from(udp.len()).expect("a packet");
    let mut packet = vec![0x60, 0, 0, 0];
    packet.extend(length.to_be_bytes());
    packet.extend([17, 64]);
    for last in ends(udp) {
        packet.extend([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
    }
    packet.extend(udp);
    packet
}

/// A capture of these packets, one each second, little-endian.
pub(crate) fn pcap(link_type: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file = PCAP_MICROSECONDS.to_vec();
    file.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0]);
    file.extend(link_type.to_le_bytes());
    for (second, packet) in (0_u32..).zip(packets) {
        let length = u32::try_from(packet.len()).expect("a packet").to_le_bytes();
        file.extend([second.to_le_bytes(), [0; 4], length, length].concat());
        file.extend(packet);
    }
    file
}

/// The same as pcapng: a section, an interface, a packet block each.
pub(crate) fn pcapng(link_type: u16, packets: &[Vec<u8>]) -> Vec<u8> {
    fn block(kind: u32, body: &[u8]) -> Vec<u8> {
        let padding = vec![0; body.len().next_multiple_of(4) - body.len()];
        let length = u32::try_from(body.len() + padding.len() + 12).expect("a block").to_le_bytes();
        [&kind.to_le_bytes()[..], &length, body, &padding, &length].concat()
    }
    let section = [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
    let mut file = block(0x0a0d_0d0a, &section);
    file.extend(block(1, &[&link_type.to_le_bytes()[..], &[0; 6]].concat()));
    for (second, packet) in (0_u64..).zip(packets) {
        let time = second * 1_000_000;
        let (high, low) = (u32::try_from(time >> 32).expect("half"), u32::try_from(time & 0xffff_ffff).expect("half"));
        let length = u32::try_from(packet.len()).expect("a packet").to_le_bytes();
        let head = [[0; 4], high.to_le_bytes(), low.to_le_bytes(), length, length].concat();
        file.extend(block(6, &[&head[..], packet].concat()));
    }
    file
}

/// A datagram cut into IPv4 packets of this many bytes each, a multiple of eight.
pub(crate) fn ipv4_fragments(udp: &[u8], size: usize) -> Vec<Vec<u8>> {
    let count = udp.chunks(size).count();
    let fragment = |(index, chunk): (usize, &[u8])| {
        let more = if index + 1 < count { 0x2000 } else { 0 };
        let mut packet = ipv4(chunk, more | u16::try_from(index * size / 8).expect("an offset"));
        (packet[15], packet[19]) = (ends(udp)[0], ends(udp)[1]);
        packet
    };
    udp.chunks(size).enumerate().map(fragment).collect()
}

/// The same over IPv6.
pub(crate) fn ipv6_fragments(udp: &[u8], size: usize) -> Vec<Vec<u8>> {
    let count = udp.chunks(size).count();
    let fragment = |(index, chunk): (usize, &[u8])| {
        let more = u16::from(index + 1 < count);
        let offset = u16::try_from(index * size).expect("an offset") | more;
        let head = [&[17, 0][..], &offset.to_be_bytes(), &[0, 0, 0, 7]].concat();
        let mut packet = ipv6(&[&head, chunk].concat());
        packet[6] = 44;
        (packet[23], packet[39]) = (ends(udp)[0], ends(udp)[1]);
        packet
    };
    udp.chunks(size).enumerate().map(fragment).collect()
}
