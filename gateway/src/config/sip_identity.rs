//! How SIP identifies an agent's device: by the address of an endpoint, or by an address-of-record.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use im_session::sip::address_of_record;

/// The address of an endpoint: with a port, or all ports of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointAddress {
    ip: IpAddr,
    port: Option<u16>,
}

impl EndpointAddress {
    /// All ports of this host.
    #[must_use]
    pub fn of_host(ip: IpAddr) -> Self {
        EndpointAddress { ip: ip.to_canonical(), port: None }
    }

    /// The address, if it has a port.
    #[must_use]
    pub fn socket(self) -> Option<SocketAddr> {
        self.port.map(|port| SocketAddr::new(self.ip, port))
    }
}

impl From<SocketAddr> for EndpointAddress {
    fn from(address: SocketAddr) -> Self {
        EndpointAddress { ip: address.ip().to_canonical(), port: Some(address.port()) }
    }
}

/// A text that is not the address of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an address such as 192.0.2.7:5060, [2001:db8::7]:5060 or 192.0.2.7, found {found:?}")]
pub struct BadEndpointAddress {
    /// The text, shortened if it is long.
    pub found: String,
}

impl FromStr for EndpointAddress {
    type Err = BadEndpointAddress;

    fn from_str(text: &str) -> Result<Self, BadEndpointAddress> {
        let with_port = || text.parse().ok().map(|address: SocketAddr| address.into());
        let of_host = || text.parse().ok().map(EndpointAddress::of_host);
        with_port().or_else(of_host).ok_or_else(|| BadEndpointAddress { found: text.chars().take(80).collect() })
    }
}

impl fmt::Display for EndpointAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => SocketAddr::new(self.ip, port).fmt(f),
            None => self.ip.fmt(f),
        }
    }
}

/// How SIP identifies a device. Only the configuration says to whom a device belongs, because a caller must not be able
/// to choose that.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SipIdentity {
    /// The address that it sends from and receives at.
    Address(EndpointAddress),
    /// The address-of-record that it registers, as [`address_of_record`] writes it.
    Record(String),
}

/// A text that is not an identity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected an address-of-record as sip:ann@example.com, or an address as 192.0.2.7:5060, [2001:db8::7]:5060 or \
     192.0.2.7, found {found:?}"
)]
pub struct BadSipIdentity {
    /// The text, shortened if it is long.
    pub found: String,
}

impl FromStr for SipIdentity {
    type Err = BadSipIdentity;

    fn from_str(text: &str) -> Result<Self, BadSipIdentity> {
        let address = || text.parse().ok().map(SipIdentity::Address);
        let record = || address_of_record(text).map(SipIdentity::Record);
        address().or_else(record).ok_or_else(|| BadSipIdentity { found: text.chars().take(80).collect() })
    }
}

impl fmt::Display for SipIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SipIdentity::Address(address) => address.fmt(f),
            SipIdentity::Record(record) => write!(f, "sip:{record}"),
        }
    }
}
