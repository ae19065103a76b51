//! Link layers: the first layer of a packet for each link type. <https://www.tcpdump.org/linktypes.html>.

use std::net::{IpAddr, SocketAddr};

use super::{Layer, number16, number32};

/// The first layer of a packet.
pub(super) fn layer(link_type: u32, data: &[u8]) -> Layer<'_> {
    match described(link_type, data) {
        Some((inner, data)) => first(inner, data),
        None => first(link_type, data),
    }
}

/// A header that contains the link type of what follows: Apple's PKTAP, and PPI.
fn described(link_type: u32, data: &[u8]) -> Option<(u32, &[u8])> {
    let little32 = |offset: usize| Some(u32::from_le_bytes(data.get(offset..offset + 4)?.try_into().ok()?));
    let (length, inner) = match link_type {
        149 | 258 => (usize::try_from(little32(0)?).ok()?, little32(8)?),
        192 => (usize::from(u16::from_le_bytes(data.get(2..4)?.try_into().ok()?)), little32(4)?),
        _ => return None,
    };
    Some((inner, data.get(length..)?))
}

fn first(link_type: u32, data: &[u8]) -> Layer<'_> {
    let after = |count: usize| data.get(count..).unwrap_or_default();
    match link_type {
        // Loopback: four bytes of protocol family in either byte order; the IP version is in the packet itself.
        0 | 108 => Layer::Ip(after(4)),
        1 => Layer::Ethernet(data),
        9 => Layer::Ppp(data),
        // FDDI.
        10 => Layer::Llc(after(13)),
        12 | 14 | 101 | 228 | 229 => Layer::Ip(data),
        50 | 104 => hdlc(data),
        51 => Layer::EtherType(super::tunnel::PPPOE_SESSION, data),
        105 => wireless(data),
        107 => frame_relay(data),
        109 => Layer::Ip(after(12)),
        // Linux cooked: 16 bytes, the protocol in the last two; version 2: 20 bytes, the protocol in the first two.
        113 => named(number16(data, 14), after(16)),
        // OpenBSD's pflog: the first byte is the length of the header, rounded up to a multiple of four.
        117 => Layer::Ip(after(data.first().map_or(0, |&length| usize::from(length).next_multiple_of(4)))),
        // Radiotap before 802.11: its length is little-endian.
        127 => {
            let length = data.get(2..4).and_then(|length| length.try_into().ok()).map_or(0, u16::from_le_bytes);
            wireless(after(length.into()))
        }
        // PPP with a preceding byte for the direction.
        204 => Layer::Ppp(after(1)),
        239 => nflog(data),
        252 => exported(data),
        276 => named(number16(data, 0), after(20)),
        // The tag of a Broadcom switch, after the addresses or before them.
        281 => named(number16(data, 16), after(18)),
        282 => Layer::Ethernet(after(4)),
        other => Layer::UnknownLink(other),
    }
}

fn named(ether_type: Option<u16>, data: &[u8]) -> Layer<'_> {
    ether_type.map_or(Layer::End, |ether_type| Layer::EtherType(ether_type, data))
}

/// Destination, source, EtherType; or instead of the EtherType the length, then 802.2.
pub(super) fn ethernet(data: &[u8]) -> Layer<'_> {
    let after = data.get(14..).unwrap_or_default();
    match number16(data, 12) {
        Some(0..=1500) => Layer::Llc(after),
        other => named(other, after),
    }
}

/// IEEE 802.2 with SNAP, or IP directly, as Novell sent it.
pub(super) fn llc(data: &[u8]) -> Layer<'_> {
    match data {
        [0xaa, 0xaa, 0x03, _, _, _, high, low, rest @ ..] => Layer::EtherType(u16::from_be_bytes([*high, *low]), rest),
        [0x06, 0x06, 0x03, rest @ ..] => Layer::Ip(rest),
        _ => Layer::End,
    }
}

/// Cisco's HDLC, or PPP in HDLC-like framing.
fn hdlc(data: &[u8]) -> Layer<'_> {
    match data {
        [0xff, 0x03, ..] => Layer::Ppp(data),
        [0x0f | 0x8f, _, high, low, rest @ ..] => Layer::EtherType(u16::from_be_bytes([*high, *low]), rest),
        _ => Layer::Ppp(data),
    }
}

/// RFC 2427 with two-byte addresses.
fn frame_relay(data: &[u8]) -> Layer<'_> {
    match data.get(2..) {
        Some([0x03, 0xcc | 0x8e, rest @ ..]) => Layer::Ip(rest),
        Some([0x03, 0x00, 0x80, _, _, _, high, low, rest @ ..]) => {
            Layer::EtherType(u16::from_be_bytes([*high, *low]), rest)
        }
        Some([high, low, rest @ ..]) => Layer::EtherType(u16::from_be_bytes([*high, *low]), rest),
        _ => Layer::End,
    }
}

/// IEEE 802.11: unencrypted data frames.
fn wireless(data: &[u8]) -> Layer<'_> {
    let (Some(&kind), Some(&flags)) = (data.first(), data.get(1)) else { return Layer::End };
    let (is_data, encrypted) = (kind & 0x0c == 0x08 && kind & 0x40 == 0, flags & 0x40 != 0);
    if !is_data || encrypted {
        return Layer::End;
    }
    let four_addresses = if flags & 0x03 == 0x03 { 6 } else { 0 };
    let quality = if kind & 0x80 != 0 { 2 } else { 0 };
    Layer::Llc(data.get(24 + four_addresses + quality..).unwrap_or_default())
}

/// Linux netfilter: attributes in the machine's byte order, one of which is the payload.
fn nflog(data: &[u8]) -> Layer<'_> {
    const PAYLOAD: u16 = 9;
    fn payload(mut data: &[u8], number: impl Fn([u8; 2]) -> u16) -> Option<&[u8]> {
        loop {
            let length = usize::from(number(data.get(..2)?.try_into().ok()?));
            let kind = number(data.get(2..4)?.try_into().ok()?) & 0x7fff;
            let value = data.get(4..length)?;
            if kind == PAYLOAD {
                return Some(value);
            }
            data = data.get(length.next_multiple_of(4)..)?;
        }
    }
    let attributes = data.get(4..).unwrap_or_default();
    payload(attributes, u16::from_le_bytes)
        .or_else(|| payload(attributes, u16::from_be_bytes))
        .map_or(Layer::End, Layer::Ip)
}

/// Wireshark's exported PDUs: tags with the addresses, then the data of a dissector, possibly decrypted.
fn exported(data: &[u8]) -> Layer<'_> {
    const END: u16 = 0;
    let (mut rest, mut ips, mut ports) = (data, [None::<IpAddr>; 2], [0_u16; 2]);
    loop {
        let (Some(tag), Some(length)) = (number16(rest, 0), number16(rest, 2)) else { return Layer::End };
        let (Some(value), Some(next)) = (rest.get(4..4 + usize::from(length)), rest.get(4 + usize::from(length)..))
        else {
            return Layer::End;
        };
        rest = next;
        let v4 = || <[u8; 4]>::try_from(value).ok().map(IpAddr::from);
        let v6 = || <[u8; 16]>::try_from(value).ok().map(IpAddr::from);
        let port = || number32(value, 0).and_then(|port| u16::try_from(port).ok()).unwrap_or(0);
        match tag {
            END => break,
            20 => ips[0] = v4(),
            21 => ips[1] = v4(),
            22 => ips[0] = v6(),
            23 => ips[1] = v6(),
            25 => ports[0] = port(),
            26 => ports[1] = port(),
            _ => {}
        }
    }
    match ips {
        [Some(source), Some(destination)] => {
            Layer::Datagram(SocketAddr::new(source, ports[0]), SocketAddr::new(destination, ports[1]), rest)
        }
        _ => Layer::End,
    }
}
