//! What reading a file gives, one by one: SIP messages, what could not be read, and what was not read.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::ops::ControlFlow;
use std::time::Duration;

/// Where a message came from or went to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Address {
    /// An IP address and a port.
    Socket(SocketAddr),
    /// What a log calls it: a host name, or [`LOCAL`](Self::LOCAL) and [`REMOTE`](Self::REMOTE).
    Name(Box<str>),
}

impl Address {
    /// The element that wrote a log of its own side.
    pub(crate) const LOCAL: &'static str = "local";
    /// Whoever is at the other end, where a log does not say.
    pub(crate) const REMOTE: &'static str = "remote";

    pub(crate) fn local() -> Self {
        Address::Name(Self::LOCAL.into())
    }

    pub(crate) fn remote() -> Self {
        Address::Name(Self::REMOTE.into())
    }

    /// The address that a text names: `192.0.2.1:5060`, `[2001:db8::1]:5060`, a bare address (port 5060), or a name.
    pub(crate) fn parse(text: &str) -> Self {
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Address::Socket(unmapped(address));
        }
        if let Ok(ip) = text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            return Address::Socket(unmapped(SocketAddr::new(ip, 5060)));
        }
        // An IPv6 address without brackets: the port is behind the last colon.
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

/// `::ffff:192.0.2.1` is 192.0.2.1.
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

/// When a message was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum When {
    /// Since 1970. `text` is how the file writes it, if it writes it.
    Date { at: Duration, text: Option<Box<str>> },
    /// A time of day, without a date.
    TimeOfDay { at: Duration, text: Box<str> },
    /// Since the file began.
    SinceBegin(Duration),
    /// The file does not say.
    Unknown,
}

/// One SIP message: at a line or in a packet, from one address to another.
#[derive(Debug)]
pub(crate) struct Message<'m> {
    /// The line of its head, or the number of its packet, from 1.
    pub(crate) place: u64,
    pub(crate) when: When,
    pub(crate) source: Address,
    pub(crate) destination: Address,
    /// The message as it was on the wire.
    pub(crate) bytes: &'m [u8],
}

/// Why SIP, or what may be SIP, was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unread {
    /// Bytes of a TCP stream of SIP that belong to no whole message.
    TcpPacket,
    /// TLS at a port of SIP.
    Encrypted,
    /// A WebSocket frame that is compressed.
    CompressedFrame,
    /// A part of a message over SCTP.
    SctpChunk,
    /// Tunnels in tunnels, deeper than anybody builds them.
    DeepTunnel,
    /// A message in a text without a line before it that says who sent it.
    NoHead,
}

impl Unread {
    /// Whether SIP was lost that should have been read.
    pub(crate) fn is_loss(self) -> bool {
        match self {
            Unread::TcpPacket | Unread::CompressedFrame | Unread::SctpChunk => true,
            Unread::Encrypted | Unread::DeepTunnel | Unread::NoHead => false,
        }
    }

    /// What to say of this many.
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

/// What a reader found next.
#[derive(Debug)]
pub(crate) enum Found<'m> {
    /// A SIP message.
    Message(Message<'m>),
    /// Something at this place that is SIP, or should be, and cannot be read.
    Unreadable { place: u64, reason: String },
    /// Something that is read, with a doubt that a person should know of.
    Doubtful { place: u64, reason: String },
    /// This many of what is not read.
    Unread(Unread, u64),
}

/// Takes what a reader finds, and says whether to go on.
pub(crate) trait Sink {
    fn take(&mut self, found: Found<'_>) -> ControlFlow<()>;
}

impl<F: FnMut(Found<'_>) -> ControlFlow<()>> Sink for F {
    fn take(&mut self, found: Found<'_>) -> ControlFlow<()> {
        self(found)
    }
}
