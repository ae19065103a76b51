//! What readers return, one by one: SIP messages, errors, and counts of what was not read.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::ops::ControlFlow;
use std::time::Duration;

/// The source or the destination of a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Address {
    /// An IP address and a port.
    Socket(SocketAddr),
    /// A name in a log: a host name, or [`LOCAL`](Self::LOCAL) or [`REMOTE`](Self::REMOTE).
    Name(Box<str>),
}

impl Address {
    /// The element that wrote the log.
    pub(crate) const LOCAL: &'static str = "local";
    /// The other end, if a log does not name it.
    pub(crate) const REMOTE: &'static str = "remote";

    pub(crate) fn local() -> Self {
        Address::Name(Self::LOCAL.into())
    }

    pub(crate) fn remote() -> Self {
        Address::Name(Self::REMOTE.into())
    }

    /// Reads an address: `192.0.2.1:5060`, `[2001:db8::1]:5060`, an address without port (port 5060 is assumed), or a
    /// name.
    pub(crate) fn parse(text: &str) -> Self {
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Address::Socket(unmapped(address));
        }
        if let Ok(ip) = text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            return Address::Socket(unmapped(SocketAddr::new(ip, 5060)));
        }
        // An IPv6 address without brackets: the port follows the last colon.
        if let Some((ip, port)) = text.rsplit_once(':') {
            let ip = ip.trim_start_matches('[').trim_end_matches(']');
            if let (Ok(ip), Ok(port)) = (ip.parse::<IpAddr>(), port.parse::<u16>()) {
                return Address::Socket(unmapped(SocketAddr::new(ip, port)));
            }
        }
        Address::Name(text.into())
    }

    pub(crate) fn socket(&self) -> Option<SocketAddr> {
        match self {
            Address::Socket(address) => Some(*address),
            Address::Name(_) => None,
        }
    }
}

/// Converts `::ffff:192.0.2.1` to 192.0.2.1.
fn unmapped(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => SocketAddr::new(IpAddr::V4(ip), address.port()),
            None => SocketAddr::new(IpAddr::V6(ip), address.port()),
        },
        IpAddr::V4(_) => address,
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Socket(address) => address.fmt(f),
            Address::Name(name) => f.write_str(name),
        }
    }
}

/// The time of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum When {
    /// The time since 1970. `text` is the form in the file, if the file has one.
    Date { at: Duration, text: Option<Box<str>> },
    /// A time of day, without a date.
    TimeOfDay { at: Duration, text: Box<str> },
    /// The time since the beginning of the file.
    SinceBegin(Duration),
    /// The file contains no time.
    Unknown,
}

/// A SIP message at a line or in a packet, with its source and destination.
#[derive(Debug)]
pub(crate) struct Message<'m> {
    /// The line of its header, or the number of its packet, from 1.
    pub(crate) place: u64,
    pub(crate) when: When,
    pub(crate) source: Address,
    pub(crate) destination: Address,
    /// The message as sent on the wire.
    pub(crate) bytes: &'m [u8],
}

/// Why SIP, or possible SIP, was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unread {
    /// Bytes of a TCP stream with SIP that belong to no complete message.
    TcpPacket,
    /// TLS at the port of SIP.
    Encrypted,
    /// A compressed WebSocket frame.
    CompressedFrame,
    /// Part of a message over SCTP.
    SctpChunk,
    /// More nested tunnels than occur in practice.
    DeepTunnel,
    /// A message in a text without a preceding line that names the sender.
    NoHead,
}

impl Unread {
    /// Whether this means that readable SIP was lost.
    pub(crate) fn is_loss(self) -> bool {
        match self {
            Unread::TcpPacket | Unread::CompressedFrame | Unread::SctpChunk => true,
            Unread::Encrypted | Unread::DeepTunnel | Unread::NoHead => false,
        }
    }

    /// The sentence that reports this many.
    pub(crate) fn sentence(self, count: u64) -> String {
        let (one, many, why) = match self {
            Unread::TcpPacket => ("TCP packet with SIP", "TCP packets with SIP", "parts of the stream are missing"),
            Unread::Encrypted => ("TCP packet at port 5061", "TCP packets at port 5061", "encrypted"),
            Unread::CompressedFrame => ("WebSocket frame with SIP", "WebSocket frames with SIP", "compressed"),
            Unread::SctpChunk => ("SCTP chunk with SIP", "SCTP chunks with SIP", "a part of a message"),
            Unread::NoHead => ("SIP message", "SIP messages", "no line before says who sent it"),
            Unread::DeepTunnel => ("packet", "packets", "too many tunnels around it"),
        };
        format!("{count} {} not read: {why}", if count == 1 { one } else { many })
    }
}

/// The next item of a reader.
#[derive(Debug)]
pub(crate) enum Found<'m> {
    /// A SIP message.
    Message(Message<'m>),
    /// Something at this place is SIP, or should be, and cannot be read.
    Unreadable { place: u64, reason: String },
    /// Something was read, but may be wrong. The user should know.
    Doubtful { place: u64, reason: String },
    /// This many items of this kind were not read.
    Unread(Unread, u64),
}

/// Takes the items of a reader, and decides whether to continue.
pub(crate) trait Sink {
    fn take(&mut self, found: Found<'_>) -> ControlFlow<()>;
}

impl<F: FnMut(Found<'_>) -> ControlFlow<()>> Sink for F {
    fn take(&mut self, found: Found<'_>) -> ControlFlow<()> {
        self(found)
    }
}
