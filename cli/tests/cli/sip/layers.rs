//! Which link types, tunnels and fragments are read, alone and nested?

use super::captures::{OUTER, ethernet, ipv4, ipv6, packet, packet6, pcap, udp};
use super::messages::{Message, assert_call, assert_call_between, call};
use super::tool::watch_bytes;

/// Wraps an IP packet in a tunnel.
type Wrap = Box<dyn Fn(&[u8]) -> Vec<u8>>;

fn before(head: &'static [u8]) -> Wrap {
    Box::new(move |packet| [head, packet].concat())
}

/// An IPv4 packet between the tunnel endpoints.
fn outer(protocol: u8, payload: &[u8]) -> Vec<u8> {
    ipv4(protocol, OUTER.0, OUTER.1, payload)
}

/// A UDP datagram between the tunnel endpoints, to this port.
fn outer_udp(port: u16, payload: &[u8]) -> Vec<u8> {
    outer(17, &udp(51_234, port, payload))
}

fn nflog(packet: &[u8]) -> Vec<u8> {
    let length = u16::try_from(packet.len() + 4).expect("a packet").to_le_bytes();
    // TLVs: the address family, the version, a group, a prefix "in", then the payload.
    [&[2, 0, 0, 5][..], &[7, 0, 10, 0, b'i', b'n', 0, 0], &length, &[9, 0], packet].concat()
}

fn pktap(frame: &[u8]) -> Vec<u8> {
    let head = [20_u32, 1, 1, 0, 0].map(u32::to_le_bytes).concat();
    [&head[..], frame].concat()
}

fn exported(packet: &[u8]) -> Vec<u8> {
    let (source, destination, payload) = (&packet[12..16], &packet[16..20], &packet[28..]);
    let port = 5060_u32.to_be_bytes();
    let tag =
        |number: u8, value: &[u8]| [&[0, number, 0, u8::try_from(value.len()).expect("short")][..], value].concat();
    [
        tag(12, b"sip\0"),
        tag(20, source),
        tag(21, destination),
        tag(25, &port),
        tag(26, &port),
        vec![0; 4],
        payload.to_vec(),
    ]
    .concat()
}

#[test]
fn captures_of_every_link_type_are_read() {
    let links: Vec<(u32, &str, Wrap)> = vec![
        (0, "null", before(&[2, 0, 0, 0])),
        (0, "null in the other order", before(&[0, 0, 0, 2])),
        (1, "ethernet", Box::new(|packet| ethernet(0x0800, packet))),
        (
            1,
            "snap",
            Box::new(|packet| {
                let length = u16::try_from(packet.len() + 8).expect("a frame");
                ethernet(length, &[&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0][..], packet].concat())
            }),
        ),
        (9, "ppp", before(&[0xff, 3, 0, 0x21])),
        (9, "ppp without address", before(&[0, 0x21])),
        (9, "ppp with a short protocol", before(&[0x21])),
        (10, "fddi", before(&[0x50, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 7, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0])),
        (12, "raw of BSD", before(&[])),
        (14, "raw of OpenBSD", before(&[])),
        (50, "ppp in hdlc", before(&[0xff, 3, 0, 0x21])),
        (50, "cisco hdlc as ppp", before(&[0x0f, 0, 8, 0])),
        (51, "pppoe", before(&[0x11, 0, 0, 1, 0, 0, 0, 0x21])),
        (101, "raw", before(&[])),
        (104, "cisco hdlc", before(&[0x0f, 0, 8, 0])),
        (
            105,
            "802.11",
            before(&[
                8, 1, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 0, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0,
            ]),
        ),
        (107, "frame relay", before(&[0x18, 0x41, 3, 0xcc])),
        (108, "loop", before(&[0, 0, 0, 2])),
        (109, "enc", before(&[0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0])),
        (113, "cooked", before(&[0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0])),
        (117, "pflog", Box::new(|packet| [&[61; 64][..], packet].concat())),
        (
            127,
            "radiotap",
            before(&[
                0, 0, 10, 0, 0, 0, 0, 0, 9, 9, 0x88, 1, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 0,
                0, 7, 7, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0,
            ]),
        ),
        (149, "pktap of old", Box::new(|packet| pktap(&ethernet(0x0800, packet)))),
        (192, "ppi", Box::new(|packet| [&[0, 0, 12, 0, 101, 0, 0, 0, 9, 9, 9, 9][..], packet].concat())),
        (204, "ppp with a direction", before(&[1, 0xff, 3, 0, 0x21])),
        (228, "ipv4", before(&[])),
        (239, "nflog", Box::new(nflog)),
        (252, "exported", Box::new(exported)),
        (258, "pktap", Box::new(|packet| pktap(&ethernet(0x0800, packet)))),
        (
            281,
            "a switch's tag",
            Box::new(|packet| {
                let frame = ethernet(0x0800, packet);
                [&frame[..12], &[0, 0, 0, 1], &frame[12..]].concat()
            }),
        ),
        (282, "a switch's tag before", Box::new(|packet| [&[0, 0, 0, 1][..], &ethernet(0x0800, packet)].concat())),
        (276, "cooked 2", before(&[8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0])),
    ];
    for (link_type, name, wrap) in links {
        let packets: Vec<_> = call().iter().map(|message| wrap(&packet(message))).collect();
        assert_call(name, &watch_bytes("link", &pcap(link_type, &packets)));
    }
}

#[test]
fn captures_of_ipv6_are_read() {
    let links: Vec<(u32, &str, Wrap)> = vec![
        (1, "ethernet", Box::new(|packet| ethernet(0x86dd, packet))),
        (9, "ppp", before(&[0xff, 3, 0, 0x57])),
        (101, "raw", before(&[])),
        (108, "loop", before(&[0, 0, 0, 24])),
        (113, "cooked", before(&[0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0x86, 0xdd])),
        (229, "ipv6", before(&[])),
    ];
    for (link_type, name, wrap) in links {
        let packets: Vec<_> = call().iter().map(|message| wrap(&packet6(message))).collect();
        let said = watch_bytes("link6", &pcap(link_type, &packets));
        // The Via names another address. It must not merge the two endpoints into one.
        assert_call_between(name, &said, "[2001:db8::1]:5060", "[2001:db8::2]:5060");
    }
}

/// Every tunnel as a separate packet on Ethernet.
fn tunnels() -> Vec<(&'static str, Wrap)> {
    fn inner(packet: &[u8]) -> Vec<u8> {
        ethernet(0x0800, packet)
    }
    vec![
        ("vlan", Box::new(|packet| ethernet(0x8100, &[&[0, 7, 8, 0][..], packet].concat()))),
        ("qinq", Box::new(|packet| ethernet(0x88a8, &[&[0, 7, 0x81, 0, 0, 8, 8, 0][..], packet].concat()))),
        (
            "three old vlans",
            Box::new(|packet| ethernet(0x9100, &[&[0, 7, 0x91, 0, 0, 8, 0x81, 0, 0, 9, 8, 0][..], packet].concat())),
        ),
        ("vn-tag", Box::new(|packet| ethernet(0x8926, &[&[0, 0, 0, 1, 8, 0][..], packet].concat()))),
        ("802.1br", Box::new(|packet| ethernet(0x893f, &[&[0, 0, 0, 1, 0, 0, 8, 0][..], packet].concat()))),
        ("802.1ah", Box::new(|packet| ethernet(0x88e7, &[&[0, 0, 0, 9][..], &inner(packet)].concat()))),
        ("mpls", Box::new(|packet| ethernet(0x8847, &[&[0, 1, 1, 64][..], packet].concat()))),
        (
            "mpls stack",
            Box::new(|packet| ethernet(0x8847, &[&[0, 1, 0, 64, 0, 2, 0, 64, 0, 3, 1, 64][..], packet].concat())),
        ),
        (
            "ethernet over mpls",
            Box::new(|packet| ethernet(0x8848, &[&[0, 1, 1, 64, 0, 0, 0, 0][..], &inner(packet)].concat())),
        ),
        (
            "ethernet over mpls without control word",
            Box::new(|packet| {
                // An Ethernet address whose first byte does not look like the start of an IP packet.
                let mut frame = inner(packet);
                frame[0] = 0x22;
                ethernet(0x8847, &[&[0, 1, 1, 64][..], &frame].concat())
            }),
        ),
        (
            "ethernet over mpls without control word, from an address that begins like one",
            Box::new(|packet| {
                let mut frame = inner(packet);
                frame[0] = 0;
                ethernet(0x8847, &[&[0, 1, 1, 64][..], &frame].concat())
            }),
        ),
        (
            "ethernet over mpls without control word, from an address of zeros, in a vlan",
            Box::new(|packet| {
                let mut frame = ethernet(0x8100, &[&[0, 7, 8, 0][..], packet].concat());
                frame[..6].fill(0);
                ethernet(0x8847, &[&[0, 1, 1, 64][..], &frame].concat())
            }),
        ),
        (
            "ethernet over mpls with control word, from an address of zeros",
            Box::new(|packet| {
                let mut frame = inner(packet);
                frame[..12].fill(0);
                ethernet(0x8847, &[&[0, 1, 1, 64, 0, 0, 0, 5][..], &frame].concat())
            }),
        ),
        (
            "ethernet over mpls without control word, from an address that begins like ip",
            Box::new(|packet| {
                let mut frame = inner(packet);
                frame[..4].copy_from_slice(&[0x44, 0, 0, 0]);
                ethernet(0x8847, &[&[0, 1, 1, 64][..], &frame].concat())
            }),
        ),
        ("pppoe", Box::new(|packet| ethernet(0x8864, &[&[0x11, 0, 0, 1, 0, 0, 0, 0x21][..], packet].concat()))),
        ("gre", Box::new(|packet| ethernet(0x0800, &outer(47, &[&[0, 0, 8, 0][..], packet].concat())))),
        (
            "gre with everything",
            Box::new(|packet| {
                let head = [0xb0, 0, 8, 0, 1, 2, 0, 0, 0, 0, 0, 5, 0, 0, 0, 6];
                ethernet(0x0800, &outer(47, &[&head[..], packet].concat()))
            }),
        ),
        (
            "gre with ethernet",
            Box::new(|packet| ethernet(0x0800, &outer(47, &[&[0, 0, 0x65, 0x58][..], &inner(packet)].concat()))),
        ),
        (
            "pptp",
            Box::new(|packet| {
                let head = [0x30, 0x81, 0x88, 0x0b, 0, 9, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xff, 3, 0, 0x21];
                ethernet(0x0800, &outer(47, &[&head[..], packet].concat()))
            }),
        ),
        (
            "erspan 1",
            Box::new(|packet| ethernet(0x0800, &outer(47, &[&[0, 0, 0x88, 0xbe][..], &inner(packet)].concat()))),
        ),
        (
            "erspan 2",
            Box::new(|packet| {
                let head = [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 1, 0, 7, 0, 0, 0, 0];
                ethernet(0x0800, &outer(47, &[&head[..], &inner(packet)].concat()))
            }),
        ),
        (
            "erspan 3",
            Box::new(|packet| {
                let head = [0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 1, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0];
                ethernet(0x0800, &outer(47, &[&head[..], &inner(packet)].concat()))
            }),
        ),
        (
            "erspan 3 of a platform",
            Box::new(|packet| {
                let head =
                    [0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 1, 0, 7, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8];
                ethernet(0x0800, &outer(47, &[&head[..], &inner(packet)].concat()))
            }),
        ),
        (
            "vxlan",
            Box::new(|packet| {
                ethernet(0x0800, &outer_udp(4789, &[&[8, 0, 0, 0, 0, 0, 9, 0][..], &inner(packet)].concat()))
            }),
        ),
        (
            "vxlan of linux",
            Box::new(|packet| {
                ethernet(0x0800, &outer_udp(8472, &[&[8, 0, 0, 0, 0, 0, 9, 0][..], &inner(packet)].concat()))
            }),
        ),
        (
            "vxlan at another port",
            Box::new(|packet| {
                ethernet(0x0800, &outer_udp(14_789, &[&[8, 0, 0, 0, 0, 0, 9, 0][..], &inner(packet)].concat()))
            }),
        ),
        (
            "vxlan with a vlan at another port",
            Box::new(|packet| {
                let frame = ethernet(0x8100, &[&[0, 7, 8, 0][..], packet].concat());
                ethernet(0x0800, &outer_udp(65_330, &[&[8, 0, 0, 0, 0, 0, 9, 0][..], &frame].concat()))
            }),
        ),
        (
            "geneve at another port",
            Box::new(|packet| {
                let head = [0, 0, 0x65, 0x58, 0, 0, 9, 0];
                ethernet(0x0800, &outer_udp(16_081, &[&head[..], &inner(packet)].concat()))
            }),
        ),
        (
            "gtp-u at another port",
            Box::new(|packet| {
                let length = u16::try_from(packet.len()).expect("short").to_be_bytes();
                let head = [&[0x30, 0xff][..], &length, &[0, 0, 0, 1]].concat();
                ethernet(0x0800, &outer_udp(12_152, &[&head, packet].concat()))
            }),
        ),
        (
            "vxlan-gpe",
            Box::new(|packet| ethernet(0x0800, &outer_udp(4790, &[&[0x0c, 0, 0, 1, 0, 0, 9, 0][..], packet].concat()))),
        ),
        (
            "geneve",
            Box::new(|packet| {
                let head = [2, 0, 0x65, 0x58, 0, 0, 9, 0, 1, 2, 3, 1, 5, 6, 7, 8];
                ethernet(0x0800, &outer_udp(6081, &[&head[..], &inner(packet)].concat()))
            }),
        ),
        (
            "gtp-u",
            Box::new(|packet| {
                ethernet(0x0800, &outer_udp(2152, &[&[0x30, 0xff, 0, 0, 0, 0, 0, 1][..], packet].concat()))
            }),
        ),
        (
            "gtp-u with a number",
            Box::new(|packet| {
                ethernet(0x0800, &outer_udp(2152, &[&[0x32, 0xff, 0, 0, 0, 0, 0, 1, 0, 9, 0, 0][..], packet].concat()))
            }),
        ),
        (
            "gtp-u with extensions",
            Box::new(|packet| {
                let head = [0x34, 0xff, 0, 0, 0, 0, 0, 1, 0, 9, 0, 0x85, 1, 0x10, 9, 0x40, 1, 1, 2, 0];
                ethernet(0x0800, &outer_udp(2152, &[&head[..], packet].concat()))
            }),
        ),
        (
            "l2tp",
            Box::new(|packet| {
                let head = [0x48, 2, 0, 0, 0, 1, 0, 2, 0, 1, 0, 1, 0xff, 3, 0, 0x21];
                ethernet(0x0800, &outer_udp(1701, &[&head[..], packet].concat()))
            }),
        ),
        (
            "tzsp",
            Box::new(|packet| {
                ethernet(0x0800, &outer_udp(37008, &[&[1, 0, 0, 1, 0, 10, 1, 200, 1][..], &inner(packet)].concat()))
            }),
        ),
        (
            "mpls over udp",
            Box::new(|packet| ethernet(0x0800, &outer_udp(6635, &[&[0, 1, 1, 64][..], packet].concat()))),
        ),
        (
            "lisp",
            Box::new(|packet| ethernet(0x0800, &outer_udp(4341, &[&[0x80, 0, 0, 1, 0, 0, 0, 1][..], packet].concat()))),
        ),
        ("ip in ip", Box::new(|packet| ethernet(0x0800, &outer(4, packet)))),
        ("ip in ipv6", Box::new(|packet| ethernet(0x86dd, &ipv6(4, 8, 9, packet)))),
        ("mpls in ip", Box::new(|packet| ethernet(0x0800, &outer(137, &[&[0, 1, 1, 64][..], packet].concat())))),
        ("etherip", Box::new(|packet| ethernet(0x0800, &outer(97, &[&[0x30, 0][..], &inner(packet)].concat())))),
    ]
}

#[test]
fn every_tunnel_is_looked_into() {
    for (name, wrap) in tunnels() {
        let packets: Vec<_> = call().iter().map(|message| wrap(&packet(message))).collect();
        let said = watch_bytes("tunnel", &pcap(1, &packets));
        assert_call(name, &said);
    }
}

#[test]
fn ipv6_in_ipv4_is_looked_into() {
    for (protocol, name) in [(41, "6in4"), (47, "gre")] {
        let packets: Vec<_> = call()
            .iter()
            .map(|message| {
                let head: &[u8] = if protocol == 47 { &[0, 0, 0x86, 0xdd] } else { &[] };
                ethernet(0x0800, &outer(protocol, &[head, &packet6(message)].concat()))
            })
            .collect();
        let said = watch_bytes("6in4", &pcap(1, &packets));
        assert_call_between(name, &said, "[2001:db8::1]:5060", "[2001:db8::2]:5060");
    }
    let teredo = |message: &Message| outer_udp(3544, &packet6(message));
    let packets: Vec<_> = call().iter().map(teredo).collect();
    let said = watch_bytes("teredo", &pcap(101, &packets));
    assert_call_between("teredo", &said, "[2001:db8::1]:5060", "[2001:db8::2]:5060");
}

#[test]
fn tunnels_in_tunnels_are_looked_into_and_too_many_are_said() {
    let tunnels = tunnels();
    let find = |name: &str| &tunnels.iter().find(|(tunnel, _)| *tunnel == name).expect("a tunnel").1;
    let (vxlan, gre) = (find("vxlan"), find("gre with ethernet"));
    // Without its Ethernet header, the tunnelled frame is an IP packet again, so it can be wrapped once more.
    let nested = |depth: usize| {
        let wrap = |packet: Vec<u8>, index: usize| {
            let frame = if index % 2 == 0 { vxlan(&packet) } else { gre(&packet) };
            frame[14..].to_vec()
        };
        call().iter().map(|message| ethernet(0x0800, &(0..depth).fold(packet(message), wrap))).collect::<Vec<_>>()
    };
    assert_call("nested", &watch_bytes("nested", &pcap(1, &nested(4))));
    let said = watch_bytes("deep", &pcap(1, &nested(9)));
    assert!(said.errors.ends_with(": 8 packets not read: too many tunnels around it\n"), "{}", said.errors);
}

/// The packet with its payload split into fragments of at most `size` bytes.
fn fragments(packet: &[u8], size: usize, identification: u8) -> Vec<Vec<u8>> {
    let (head, payload) = packet.split_at(20);
    let count = payload.chunks(size).count();
    let fragment = |(index, chunk): (usize, &[u8])| {
        let more = if index + 1 < count { 0x2000 } else { 0 };
        let offset = u16::try_from(index * size / 8).expect("an offset") | more;
        let length = u16::try_from(chunk.len() + 20).expect("a packet").to_be_bytes();
        [&head[..2], &length, &[0, identification], &offset.to_be_bytes(), &head[8..], chunk].concat()
    };
    payload.chunks(size).enumerate().map(fragment).collect()
}

fn fragments6(packet: &[u8], size: usize, identification: u8) -> Vec<Vec<u8>> {
    let (head, payload) = packet.split_at(40);
    let count = payload.chunks(size).count();
    let fragment = |(index, chunk): (usize, &[u8])| {
        let offset = u16::try_from(index * size).expect("an offset") | u16::from(index + 1 < count);
        let length = u16::try_from(chunk.len() + 8).expect("a packet").to_be_bytes();
        [
            &head[..4],
            &length,
            &[44, 64],
            &head[8..],
            &[head[6], 0],
            &offset.to_be_bytes(),
            &[0, 0, 0, identification],
            chunk,
        ]
        .concat()
    };
    payload.chunks(size).enumerate().map(fragment).collect()
}

#[test]
fn fragments_are_put_together_whatever_their_order() {
    for reversed in [false, true] {
        let all = |packets: Vec<Vec<u8>>| if reversed { packets.into_iter().rev().collect() } else { packets };
        let (mut v4, mut v6, mut tunnel) = (Vec::new(), Vec::new(), Vec::new());
        for (number, message) in (1..).zip(call()) {
            v4.extend(all(fragments(&packet(&message), 104, number)));
            v6.extend(all(fragments6(&packet6(&message), 104, number)));
            tunnel.extend(all(fragments(&outer(47, &[&[0, 0, 8, 0][..], &packet(&message)].concat()), 104, number)));
        }
        assert_call("v4", &watch_bytes("v4", &pcap(101, &v4)));
        assert_call("tunnel", &watch_bytes("tunnel", &pcap(101, &tunnel)));
        assert_call_between("v6", &watch_bytes("v6", &pcap(101, &v6)), "[2001:db8::1]:5060", "[2001:db8::2]:5060");
    }
}

#[test]
fn a_lost_fragment_is_said_of_sip_and_of_nothing_else() {
    let sip = fragments(&packet(&call()[0]), 104, 1);
    let other = fragments(&ipv4(17, OUTER.0, OUTER.1, &udp(2049, 2049, &[7; 300])), 104, 2);
    let lost = [&sip[..2], &other[..2]].concat();
    let said = watch_bytes("lost", &pcap(101, &lost));
    let lines: Vec<&str> = said.errors.lines().collect();
    assert_eq!(lines.len(), 1, "{}", said.errors);
    assert!(
        lines[0].ends_with(":2: the last IP fragment of a UDP datagram that is not there as a whole"),
        "{}",
        lines[0]
    );
    assert_eq!(said.status, Some(1));
}

#[test]
fn a_link_type_that_is_not_known_is_said_once() {
    let said = watch_bytes("unknown", &pcap(147, &[vec![1, 2, 3], vec![4]]));
    assert!(said.errors.ends_with(":1: packets of link type 147 are not read\n"), "{}", said.errors);
    assert_eq!((said.errors.lines().count(), said.status), (1, Some(1)));
}
