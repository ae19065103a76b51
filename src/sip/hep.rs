//! HEP, the Homer encapsulation protocol: a packet with a SIP message and the place where it was seen. Capture agents
//! (Kamailio's siptrace, OpenSIPS, FreeSWITCH, Asterisk, heplify) send HEP packets over UDP, or one after the other
//! over TCP.
//!
//! The endpoints are the addresses inside the packet, not the address from which the packet came. **Whoever can send a
//! packet chooses its whole content**, including the addresses: accept packets only from trusted agents, and compare
//! the [authentication key](HepPacket::authentication_key).

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

/// The [protocol type](HepPacket::protocol) of SIP.
pub const SIP: u8 = 1;

/// The number of bytes that [`packet_length`] needs to find the length of a packet in a stream.
pub const LENGTH_BYTES: usize = 6;

/// The length of the head of a chunk: vendor, type, and the length of the chunk including its head.
const CHUNK_HEAD: usize = 6;

/// The chunks of version 3 that are read. All others are skipped.
mod chunk {
    pub(super) const SOURCE_IPV4: u16 = 3;
    pub(super) const DESTINATION_IPV4: u16 = 4;
    pub(super) const SOURCE_IPV6: u16 = 5;
    pub(super) const DESTINATION_IPV6: u16 = 6;
    pub(super) const SOURCE_PORT: u16 = 7;
    pub(super) const DESTINATION_PORT: u16 = 8;
    pub(super) const SECONDS: u16 = 9;
    pub(super) const MICROSECONDS: u16 = 10;
    pub(super) const PROTOCOL: u16 = 11;
    pub(super) const AUTHENTICATION_KEY: u16 = 14;
    pub(super) const PAYLOAD: u16 = 15;
    pub(super) const COMPRESSED_PAYLOAD: u16 = 16;
    pub(super) const CORRELATION_ID: u16 = 17;
}

/// The address families of versions 1 and 2: IPv4, and the numbers of IPv6 on Linux and on BSD.
const FAMILY_IPV4: u8 = 2;
const FAMILIES_IPV6: [u8; 2] = [10, 30];
/// The length of the time and the id of the capture agent, which only version 2 has after the addresses.
const TIME_OF_VERSION_2: usize = 12;

/// A HEP packet.
///
/// ```
/// use im_session::sip::hep::{HepPacket, HepPayload};
///
/// let packet = b"HEP3\x00\x44\
///     \x00\x00\x00\x03\x00\x0a\x0a\x00\x00\x01\
///     \x00\x00\x00\x04\x00\x0a\x0a\x00\x00\x02\
///     \x00\x00\x00\x07\x00\x08\x13\xc4\
///     \x00\x00\x00\x08\x00\x08\x13\xc4\
///     \x00\x00\x00\x0b\x00\x07\x01\
///     \x00\x00\x00\x0f\x00\x13OPTIONS sip:a";
/// let packet = HepPacket::parse(packet).unwrap();
/// assert_eq!(packet.source, "10.0.0.1:5060".parse().unwrap());
/// assert_eq!(packet.payload, HepPayload::Plain(b"OPTIONS sip:a"));
/// assert!(packet.is_sip() && packet.is_whole);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HepPacket<'p> {
    /// 1, 2 or 3.
    pub version: u8,
    /// The protocol of the payload; [`SIP`] is 1. `None` if the packet does not have it, as in versions 1 and 2.
    pub protocol: Option<u8>,
    /// The sender of the message.
    pub source: SocketAddr,
    /// The receiver of the message.
    pub destination: SocketAddr,
    /// When the capture agent saw the message, since 1970. `None` in versions 1 and 2: their byte order is that of the
    /// sender, which a receiver cannot know.
    pub time: Option<Duration>,
    /// The message.
    pub payload: HepPayload<'p>,
    /// The key with which the capture agent authenticates itself, unchecked. Compare it in constant time.
    pub authentication_key: Option<&'p [u8]>,
    /// The id by which the capture agent correlates messages; for SIP it is often the Call-ID.
    pub correlation_id: Option<&'p [u8]>,
    /// Whether the packet is complete. In a capture its end may be cut off.
    pub is_whole: bool,
}

/// The payload of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HepPayload<'p> {
    /// The message as it was seen.
    Plain(&'p [u8]),
    /// The message compressed with zlib or gzip. The caller has to inflate it, within a limit.
    Compressed(&'p [u8]),
}

/// Why bytes are not a HEP packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HepError {
    /// They do not begin like a packet.
    #[error("expected a HEP packet, found something else")]
    NotHep,
    /// The packet ends before its parts do.
    #[error("expected the whole head of a HEP packet, found its beginning")]
    Short,
    /// A required part is missing.
    #[error("expected a HEP packet with {what}, found none")]
    Missing {
        /// Which one.
        what: &'static str,
    },
    /// A chunk is shorter than its head, or the length of its value does not match its type.
    #[error("expected the length of chunk {chunk} of a HEP packet, found another one")]
    BadChunk {
        /// The type of the chunk.
        chunk: u16,
    },
    /// In versions 1 and 2: the address family is neither IPv4 nor IPv6.
    #[error("expected IPv4 or IPv6 in a HEP packet, found the address family {found}")]
    BadFamily {
        /// The number of the family.
        found: u8,
    },
}

/// The length of the packet of version 3 that begins with these bytes, including its head. `None` if they do not begin
/// one, or are fewer than [`LENGTH_BYTES`]. It is for streams, where a length below [`LENGTH_BYTES`] means that this is
/// not a packet.
///
/// ```
/// use im_session::sip::hep::packet_length;
///
/// assert_eq!(packet_length(b"HEP3\x00\x44 and so on"), Some(0x44));
/// assert_eq!(packet_length(b"INVITE"), None);
/// ```
#[must_use]
pub fn packet_length(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'H', b'E', b'P', b'3', high, low, ..] => Some(usize::from(u16::from_be_bytes([*high, *low]))),
        _ => None,
    }
}

impl<'p> HepPacket<'p> {
    /// Parses one packet of version 3, 2 or 1. Bytes after it are ignored. If the packet was cut off, as in captures,
    /// the available parts are read, and [`is_whole`](Self::is_whole) is false.
    ///
    /// Versions 1 and 2 are recognised only by their number, 1 or 2, in the first byte. Check the payload as well: if
    /// it is not SIP, the bytes were probably not a packet.
    ///
    /// # Errors
    ///
    /// [`HepError`] says what is missing or invalid.
    pub fn parse(bytes: &'p [u8]) -> Result<Self, HepError> {
        match bytes {
            [b'H', b'E', b'P', b'3', ..] => Self::version_3(bytes),
            [version @ (1 | 2), ..] => Self::version_1_or_2(*version, bytes),
            _ => Err(HepError::NotHep),
        }
    }

    /// Whether the payload is SIP, or may be because the packet does not say.
    #[must_use]
    pub fn is_sip(&self) -> bool {
        self.protocol.is_none_or(|protocol| protocol == SIP)
    }

    fn version_3(bytes: &'p [u8]) -> Result<Self, HepError> {
        let length = packet_length(bytes).ok_or(HepError::Short)?;
        let mut is_whole = length <= bytes.len();
        let mut rest = bytes.get(LENGTH_BYTES..length.min(bytes.len())).ok_or(HepError::Short)?;
        let (mut source_ip, mut destination_ip) = (None, None);
        let (mut source_port, mut destination_port) = (0, 0);
        let (mut seconds, mut microseconds) = (None, 0);
        let (mut protocol, mut authentication_key, mut correlation_id, mut payload) = (None, None, None, None);
        while let [v1, v0, k1, k0, l1, l0, after_head @ ..] = rest {
            let (vendor, kind) = (u16::from_be_bytes([*v1, *v0]), u16::from_be_bytes([*k1, *k0]));
            let bad = || HepError::BadChunk { chunk: kind };
            let length = usize::from(u16::from_be_bytes([*l1, *l0])).checked_sub(CHUNK_HEAD).ok_or_else(bad)?;
            // The payload, which is the last chunk, may be cut off.
            is_whole &= length <= after_head.len();
            let (value, next) = after_head.split_at_checked(length).unwrap_or((after_head, &[]));
            if vendor == 0 {
                match kind {
                    chunk::SOURCE_IPV4 => source_ip = Some(ipv4(value).ok_or_else(bad)?),
                    chunk::DESTINATION_IPV4 => destination_ip = Some(ipv4(value).ok_or_else(bad)?),
                    chunk::SOURCE_IPV6 => source_ip = Some(ipv6(value).ok_or_else(bad)?),
                    chunk::DESTINATION_IPV6 => destination_ip = Some(ipv6(value).ok_or_else(bad)?),
                    chunk::SOURCE_PORT => source_port = number16(value).ok_or_else(bad)?,
                    chunk::DESTINATION_PORT => destination_port = number16(value).ok_or_else(bad)?,
                    chunk::SECONDS => seconds = Some(number32(value).ok_or_else(bad)?),
                    chunk::MICROSECONDS => microseconds = number32(value).ok_or_else(bad)?,
                    chunk::PROTOCOL => protocol = Some(*value.first().ok_or_else(bad)?),
                    chunk::AUTHENTICATION_KEY => authentication_key = Some(value),
                    chunk::PAYLOAD => payload = Some(HepPayload::Plain(value)),
                    chunk::COMPRESSED_PAYLOAD => payload = Some(HepPayload::Compressed(value)),
                    chunk::CORRELATION_ID => correlation_id = Some(value),
                    _ => {}
                }
            }
            rest = next;
        }
        // The head of a chunk may be cut off.
        is_whole &= rest.is_empty();
        let missing = |what| HepError::Missing { what };
        Ok(HepPacket {
            version: 3,
            protocol,
            source: SocketAddr::new(source_ip.ok_or(missing("a source address"))?, source_port),
            destination: SocketAddr::new(destination_ip.ok_or(missing("a destination address"))?, destination_port),
            time: seconds.map(|seconds| time(seconds, microseconds)),
            payload: payload.ok_or(missing("a payload"))?,
            authentication_key,
            correlation_id,
            is_whole,
        })
    }

    /// Parses a packet with a head of fixed length. In version 2 it includes the time, in the byte order of the sender.
    fn version_1_or_2(version: u8, bytes: &'p [u8]) -> Result<Self, HepError> {
        let [_, _, family, _, s1, s0, d1, d0, rest @ ..] = bytes else { return Err(HepError::Short) };
        let (source_ip, destination_ip, rest) = match *family {
            FAMILY_IPV4 => two(rest, 4, ipv4),
            family if FAMILIES_IPV6.contains(&family) => two(rest, 16, ipv6),
            found => return Err(HepError::BadFamily { found }),
        }
        .ok_or(HepError::Short)?;
        let time = if version == 2 { TIME_OF_VERSION_2 } else { 0 };
        Ok(HepPacket {
            version,
            protocol: None,
            source: SocketAddr::new(source_ip, u16::from_be_bytes([*s1, *s0])),
            destination: SocketAddr::new(destination_ip, u16::from_be_bytes([*d1, *d0])),
            time: None,
            payload: HepPayload::Plain(rest.get(time..).ok_or(HepError::Short)?),
            authentication_key: None,
            correlation_id: None,
            is_whole: true,
        })
    }
}

/// Two consecutive addresses, and the rest.
fn two(bytes: &[u8], length: usize, address: fn(&[u8]) -> Option<IpAddr>) -> Option<(IpAddr, IpAddr, &[u8])> {
    let (source, rest) = bytes.split_at_checked(length)?;
    let (destination, rest) = rest.split_at_checked(length)?;
    Some((address(source)?, address(destination)?, rest))
}

fn ipv4(value: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(value).ok().map(IpAddr::from)
}

fn ipv6(value: &[u8]) -> Option<IpAddr> {
    <[u8; 16]>::try_from(value).ok().map(IpAddr::from)
}

fn number16(value: &[u8]) -> Option<u16> {
    value.first_chunk().copied().map(u16::from_be_bytes)
}

fn number32(value: &[u8]) -> Option<u32> {
    value.first_chunk().copied().map(u32::from_be_bytes)
}

fn time(seconds: u32, microseconds: u32) -> Duration {
    Duration::from_secs(seconds.into()).saturating_add(Duration::from_micros(microseconds.into()))
}
