//! Packets in packets: VLAN, MPLS, PPP, PPPoE, GRE, ERSPAN, VXLAN, Geneve, GTP-U, L2TP, IP in IP and similar.

use std::net::SocketAddr;

use super::{Layer, Transport, ip, number16};

pub(super) const PPPOE_SESSION: u16 = 0x8864;

fn after(data: &[u8], count: usize) -> &[u8] {
    data.get(count..).unwrap_or_default()
}

/// The protocol with this EtherType.
pub(super) fn ether_type(ether_type: u16, data: &[u8]) -> Layer<'_> {
    // A tag: some bytes, then the EtherType of what follows.
    let tag = |length: usize| match number16(data, length) {
        Some(next @ 1501..) => Layer::EtherType(next, after(data, length + 2)),
        Some(_) => Layer::Llc(after(data, length + 2)),
        None => Layer::End,
    };
    match ether_type {
        0x0800 | 0x86dd => Layer::Ip(data),
        // VLANs: 802.1Q, 802.1ad, and their predecessors.
        0x8100 | 0x88a8 | 0x9100 | 0x9200 | 0x9300 => tag(2),
        // Cisco's VN-Tag and CMD, 802.1BR.
        0x8926 => tag(4),
        0x8909 | 0x893f => tag(6),
        // 802.1ah: the service tag, then a frame.
        0x88e7 => Layer::Ethernet(after(data, 4)),
        0x8847 | 0x8848 => Layer::Mpls(data),
        // PPPoE: version, code, session and length, and the PPP of a session.
        PPPOE_SESSION => match data {
            [_, 0, _, _, _, _, ppp @ ..] => Layer::Ppp(ppp),
            _ => Layer::End,
        },
        0x880b => Layer::Ppp(data),
        // Transparent Ethernet bridging.
        0x6558 => Layer::Ethernet(data),
        0x894f => network_service_header(data),
        _ => Layer::End,
    }
}

/// RFC 3032: labels down to the bottom of the stack, then a packet, or a pseudowire frame.
pub(super) fn mpls(data: &[u8]) -> Layer<'_> {
    let mut rest = data;
    while let [_, _, label, _, below @ ..] = rest {
        rest = below;
        if label & 1 == 1 {
            // Nothing announces what follows. The control word of a pseudowire (RFC 4448) begins with a zero nibble,
            // and so may the address of a frame without a control word; such an address may also begin like IP.
            return match rest.first().map(|first| first >> 4) {
                Some(4 | 6) if is_ip(rest) || !is_frame(rest) => Layer::Ip(rest),
                Some(0) if is_frame(after(rest, 4)) || !is_frame(rest) => Layer::Ethernet(after(rest, 4)),
                Some(_) => Layer::Ethernet(rest),
                None => Layer::End,
            };
        }
    }
    Layer::End
}

/// Whether these bytes are a complete IP packet.
fn is_ip(data: &[u8]) -> bool {
    let fits = |length: usize, least: usize| (least..=data.len()).contains(&length);
    match data.first().map(|first| (first >> 4, first & 0x0f)) {
        Some((4, words @ 5..)) => number16(data, 2).is_some_and(|length| fits(length.into(), usize::from(words) * 4)),
        Some((6, _)) => number16(data, 4).is_some_and(|length| fits(usize::from(length) + 40, 40)),
        Some(_) | None => false,
    }
}

/// Whether these bytes are an Ethernet frame, tagged or not, with a packet that is examined further.
fn is_frame(data: &[u8]) -> bool {
    let mut at = 12;
    while let Some(0x8100 | 0x88a8 | 0x9100) = number16(data, at) {
        at += 4;
    }
    let payload = after(data, at + 2);
    match number16(data, at) {
        Some(0x0800) => payload.first().is_some_and(|first| first >> 4 == 4) && is_ip(payload),
        Some(0x86dd) => payload.first().is_some_and(|first| first >> 4 == 6) && is_ip(payload),
        Some(0x8847 | 0x8848 | PPPOE_SESSION) => true,
        Some(0..=1500) => payload.starts_with(&[0xaa, 0xaa, 0x03]),
        Some(_) | None => false,
    }
}

/// RFC 1661 and 1662: address and control may be there, the protocol has one byte or two.
pub(super) fn ppp(data: &[u8]) -> Layer<'_> {
    let data = data.strip_prefix(&[0xff, 0x03]).unwrap_or(data);
    let (protocol, rest) = match data {
        [odd, rest @ ..] if odd & 1 == 1 => (u16::from(*odd), rest),
        [high, low, rest @ ..] => (u16::from_be_bytes([*high, *low]), rest),
        _ => return Layer::End,
    };
    match protocol {
        0x0021 | 0x0057 => Layer::Ip(rest),
        0x0281 | 0x0283 => Layer::Mpls(rest),
        // Multilink (RFC 1990): a fragment that is both the first and the last.
        0x003d if rest.first().is_some_and(|flags| flags & 0xc0 == 0xc0) => Layer::Ppp(after(rest, 4)),
        _ => Layer::End,
    }
}

/// The protocol with this number, except TCP and SCTP.
pub(super) fn ip_payload<'p>(transport: &Transport<'p>) -> Layer<'p> {
    let data = transport.payload;
    match transport.protocol {
        ip::UDP => match etherparse::UdpSlice::from_slice_lax(data) {
            Ok(udp) => Layer::Datagram(
                SocketAddr::new(transport.source, udp.source_port()),
                SocketAddr::new(transport.destination, udp.destination_port()),
                udp.payload(),
            ),
            Err(_) => Layer::End,
        },
        4 | 41 | 94 => Layer::Ip(data),
        47 => gre(data),
        // EtherIP.
        97 => Layer::Ethernet(after(data, 2)),
        137 => Layer::Mpls(data),
        _ => Layer::End,
    }
}

/// RFC 2784 and 2890; version 1 is that of PPTP (RFC 2637).
fn gre(data: &[u8]) -> Layer<'_> {
    const ERSPAN: u16 = 0x88be;
    const ERSPAN_3: u16 = 0x22eb;
    let (Some(flags), Some(protocol)) = (number16(data, 0), number16(data, 2)) else { return Layer::End };
    let has = |flag: u16| if flags & flag == 0 { 0 } else { 4 };
    let (version, sequence) = (flags & 7, has(0x1000));
    if version == 1 {
        return Layer::Ppp(after(data, 8 + sequence + has(0x0080)));
    }
    let payload = after(data, 4 + has(0xc000) + has(0x2000) + sequence);
    match protocol {
        // Type II has its own header and is numbered; type I has neither.
        ERSPAN if sequence > 0 => Layer::Ethernet(after(payload, 8)),
        ERSPAN => Layer::Ethernet(payload),
        ERSPAN_3 => {
            let platform = payload.get(11).is_some_and(|flags| flags & 1 == 1);
            Layer::Ethernet(after(payload, if platform { 20 } else { 12 }))
        }
        // WCCP's redirection.
        0x883e => Layer::Ip(after(payload, 4)),
        other => Layer::EtherType(other, payload),
    }
}

/// RFC 8300.
fn network_service_header(data: &[u8]) -> Layer<'_> {
    let (Some(length), Some(next)) = (data.get(1), data.get(3)) else { return Layer::End };
    let rest = after(data, usize::from(length & 0x3f) * 4);
    match next {
        1 | 2 => Layer::Ip(rest),
        3 => Layer::Ethernet(rest),
        5 => Layer::Mpls(rest),
        _ => Layer::End,
    }
}

/// Protocols over UDP other than SIP, recognised by port and first bytes.
pub(super) fn over_udp(source: u16, destination: u16, data: &[u8]) -> Layer<'_> {
    let at_port = |port: u16| source == port || destination == port;
    match data {
        [flags, _, _, next, ..] if at_port(4789) || at_port(8472) || at_port(4790) => vxlan(*flags, *next, data),
        [flags, 0xff, ..] if at_port(2152) && flags & 0xf0 == 0x30 => gtp_user(*flags, data),
        [_, _, high, low, ..] if at_port(6081) => {
            Layer::EtherType(u16::from_be_bytes([*high, *low]), behind_options(data))
        }
        [flags, version, ..] if at_port(1701) && version & 0x0f == 2 && flags & 0x80 == 0 => l2tp(*flags, data),
        _ if at_port(6635) => Layer::Mpls(data),
        [1, _, 0, 1, ..] if at_port(37008) => tzsp(data),
        [first, ..] if at_port(3544) && first >> 4 == 6 => Layer::Ip(data),
        _ if at_port(4341) => Layer::Ip(after(data, 8)),
        // The same at any other port, if all fixed bits agree and a packet follows.
        [0x08, 0, 0, 0, _, _, _, 0, frame @ ..] if is_frame(frame) => Layer::Ethernet(frame),
        [0x00..=0x3f, _, 0x65, 0x58, _, _, _, 0, ..] if is_frame(behind_options(data)) => {
            Layer::Ethernet(behind_options(data))
        }
        [flags, 0xff, high, low, ..]
            if flags & 0xf0 == 0x30 && usize::from(u16::from_be_bytes([*high, *low])) + 8 == data.len() =>
        {
            match gtp_user(*flags, data) {
                Layer::Ip(packet) if is_ip(packet) => Layer::Ip(packet),
                _ => Layer::End,
            }
        }
        _ => Layer::End,
    }
}

/// The contents after a Geneve header (RFC 8926), whose length is in its first byte.
fn behind_options(data: &[u8]) -> &[u8] {
    let options = data.first().map_or(0, |head| usize::from(head & 0x3f) * 4);
    after(data, 8 + options)
}

/// RFC 7348, and the generic extension, which names the protocol.
fn vxlan(flags: u8, next: u8, data: &[u8]) -> Layer<'_> {
    let rest = after(data, 8);
    match (flags & 0x08 != 0, flags & 0x04 != 0, next) {
        (true, true, 1 | 2) => Layer::Ip(rest),
        (true, true, 4) => Layer::EtherType(0x894f, rest),
        (true, _, _) => Layer::Ethernet(rest),
        (false, _, _) => Layer::End,
    }
}

/// 3GPP TS 29.281: a user's packet, after options and a chain of extension headers.
fn gtp_user(flags: u8, data: &[u8]) -> Layer<'_> {
    if flags & 0x07 == 0 {
        return Layer::Ip(after(data, 8));
    }
    let (mut next, mut rest) = (if flags & 0x04 == 0 { Some(&0) } else { data.get(11) }, after(data, 12));
    while let Some(1..) = next {
        let length = rest.first().map_or(0, |&words| usize::from(words) * 4);
        if length == 0 {
            return Layer::End;
        }
        next = rest.get(length - 1);
        rest = after(rest, length);
    }
    Layer::Ip(rest)
}

/// RFC 2661: the PPP frame in a data message.
fn l2tp(flags: u8, data: &[u8]) -> Layer<'_> {
    let has = |flag: u8, length: usize| if flags & flag == 0 { 0 } else { length };
    let head = 6 + has(0x40, 2) + has(0x08, 4);
    let padding = if flags & 0x02 == 0 { 0 } else { 2 + number16(data, head).map_or(0, usize::from) };
    Layer::Ppp(after(data, head + padding))
}

/// TaZmen Sniffer Protocol: tags up to the end tag, then a frame.
fn tzsp(data: &[u8]) -> Layer<'_> {
    let mut rest = after(data, 4);
    loop {
        rest = match rest {
            [1, frame @ ..] => return Layer::Ethernet(frame),
            [0, others @ ..] => others,
            [_, length, others @ ..] => after(others, usize::from(*length)),
            _ => return Layer::End,
        };
    }
}
