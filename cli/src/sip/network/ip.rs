//! IPv4 and IPv6: complete packets and fragments.

use std::net::IpAddr;

use etherparse::{Ipv6ExtensionSlice, LaxIpSlice};

use super::Transport;

pub(super) const TCP: u8 = 6;
pub(super) const UDP: u8 = 17;
pub(super) const SCTP: u8 = 132;

/// An IP packet.
pub(super) enum Packet<'p> {
    Whole(Transport<'p>),
    Fragment(Fragment<'p>),
}

/// A fragment of an IP packet.
pub(super) struct Fragment<'p> {
    pub(super) transport: Transport<'p>,
    pub(super) identification: u32,
    pub(super) offset: etherparse::IpFragOffset,
    pub(super) more: bool,
    /// The capture does not contain all of it.
    pub(super) cut: bool,
}

/// Reads a packet; `None` if it is not IP.
pub(super) fn packet(data: &[u8]) -> Option<Packet<'_>> {
    let (ip, _) = LaxIpSlice::from_slice(data).ok()?;
    let payload = ip.payload();
    let (source, destination): (IpAddr, IpAddr) = (ip.source_addr(), ip.destination_addr());
    let transport = Transport { protocol: payload.ip_number.0, source, destination, payload: payload.payload };
    if !payload.fragmented {
        return Some(Packet::Whole(transport));
    }
    let (identification, offset, more) = match &ip {
        LaxIpSlice::Ipv4(ip) => {
            let header = ip.header();
            (header.identification().into(), header.fragments_offset(), header.more_fragments())
        }
        LaxIpSlice::Ipv6(ip) => ip.extensions().clone().into_iter().find_map(|extension| match extension {
            Ipv6ExtensionSlice::Fragment(header) => {
                Some((header.identification(), header.fragment_offset(), header.more_fragments()))
            }
            Ipv6ExtensionSlice::HopByHop(_)
            | Ipv6ExtensionSlice::Routing(_)
            | Ipv6ExtensionSlice::DestinationOptions(_)
            | Ipv6ExtensionSlice::Authentication(_) => None,
        })?,
    };
    Some(Packet::Fragment(Fragment { transport, identification, offset, more, cut: payload.incomplete }))
}
