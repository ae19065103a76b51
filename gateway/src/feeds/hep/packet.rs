//! Reads the SIP message in a packet, and checks whether its sender is authorized.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use im_session::sip::hep::{HepPacket, HepPayload, packet_length};
use subtle::ConstantTimeEq;

/// The key that capture agents must send. `Debug` does not print it.
#[derive(Clone)]
pub struct HepKey(Arc<[u8]>);

impl HepKey {
    /// Makes a key; `None` if it is empty.
    #[must_use]
    pub fn new(key: &[u8]) -> Option<Self> {
        (!key.is_empty()).then(|| HepKey(key.into()))
    }

    /// Compares in a time that reveals only the length of the key.
    fn is(&self, key: Option<&[u8]>) -> bool {
        key.is_some_and(|key| bool::from(key.ct_eq(&self.0)))
    }
}

impl fmt::Debug for HepKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HepKey(..)")
    }
}

/// A SIP message with its addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// The address of the sender.
    pub source: SocketAddr,
    /// The address of the receiver.
    pub destination: SocketAddr,
    /// The message.
    pub message: Vec<u8>,
}

/// Why a packet was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusedPacket {
    /// It is not a complete HEP packet version 3.
    Malformed,
    /// It lacks the configured key, or has a different one.
    WrongKey,
    /// It contains something other than SIP.
    OtherProtocol,
    /// Its payload is compressed.
    Compressed,
}

/// Returns the SIP message of one packet. If a key is configured and the packet does not have it, only the header of
/// the packet is examined.
///
/// # Errors
///
/// [`RefusedPacket`] if there is no message, or if the sender is not authorized.
pub fn captured(packet: &[u8], key: Option<&HepKey>) -> Result<Captured, RefusedPacket> {
    // Versions 1 and 2 have no key, and are no longer in use.
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
