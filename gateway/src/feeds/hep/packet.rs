//! Which SIP message is in a packet, and may its sender send?

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use im_session::sip::hep::{HepPacket, HepPayload, packet_length};
use subtle::ConstantTimeEq;

/// The key that capture agents have to send. It is never printed.
#[derive(Clone)]
pub struct HepKey(Arc<[u8]>);

impl HepKey {
    /// This key; `None` where it is empty.
    #[must_use]
    pub fn new(key: &[u8]) -> Option<Self> {
        (!key.is_empty()).then(|| HepKey(key.into()))
    }

    /// Whether it is this key, in a time that tells nothing of it but its length.
    fn is(&self, key: Option<&[u8]>) -> bool {
        key.is_some_and(|key| bool::from(key.ct_eq(&self.0)))
    }
}

impl fmt::Debug for HepKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HepKey(..)")
    }
}

/// A SIP message, and where it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// Who sent it.
    pub source: SocketAddr,
    /// Who received it.
    pub destination: SocketAddr,
    /// The message.
    pub message: Vec<u8>,
}

/// Why nothing is taken from a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusedPacket {
    /// It is no whole packet of HEP, version 3.
    Malformed,
    /// It has another key than the one that is configured, or none.
    WrongKey,
    /// It carries something else than SIP.
    OtherProtocol,
    /// Its payload is compressed.
    Compressed,
}

/// The SIP message of one packet. Where a key is configured, nothing but the packet's own head is looked at without it.
///
/// # Errors
///
/// [`RefusedPacket`]: there is none, or the sender may not send.
pub fn captured(packet: &[u8], key: Option<&HepKey>) -> Result<Captured, RefusedPacket> {
    // Versions 1 and 2 have no key, and nobody sends them any more.
    if packet_length(packet) != Some(packet.len()) {
        return Err(RefusedPacket::Malformed);
    }
    let packet = HepPacket::parse(packet).map_err(|_| RefusedPacket::Malformed)?;
    if !packet.is_whole {
        return Err(RefusedPacket::Malformed);
    }
    if key.is_some_and(|key| !key.is(packet.authentication_key)) {
        return Err(RefusedPacket::WrongKey);
    }
    if !packet.is_sip() {
        return Err(RefusedPacket::OtherProtocol);
    }
    match packet.payload {
        HepPayload::Plain(message) => {
            Ok(Captured { source: packet.source, destination: packet.destination, message: message.to_vec() })
        }
        HepPayload::Compressed(_) => Err(RefusedPacket::Compressed),
    }
}
