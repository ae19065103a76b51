//! A value of Via: who sent a request, and where its responses go. RFC 3261 section 20.42, RFC 3581.

use super::lexer::{decimal, find_outside, is_lws, trim, with_parameters};
use crate::sip::error::{SipError, excerpt};

/// A value of Via.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Via<'m> {
    /// The transport: `UDP`, `TCP`, `TLS`, `WS`, ….
    pub transport: &'m str,
    /// The host of sent-by, as the sender claims. An IPv6 address is in brackets.
    pub host: &'m str,
    /// The port of sent-by, on which the sender listens. `None` means the default port of the transport.
    pub port: Option<u16>,
    /// The address from which the request really came, if that is not `host`.
    pub received: Option<&'m str>,
    /// The parameter rport.
    pub rport: Rport,
}

/// The parameter rport of Via (RFC 3581).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rport {
    /// There is no rport.
    Absent,
    /// The client asks for responses at the port from which it sends.
    Asked,
    /// The port from which the request came.
    Port(u16),
}

impl<'m> Via<'m> {
    pub(super) fn parse(value: &'m [u8]) -> Option<Self> {
        let (sent, parameters) = with_parameters(value).ok()?;
        let text = |bytes| core::str::from_utf8(trim(bytes)).ok();
        // `SIP / 2.0 / UDP host : port`, with optional white space around the separators.
        let mut parts = sent.splitn(3, |&byte| byte == b'/');
        let rest = trim(parts.nth(2)?);
        let (transport, sent_by) = rest.split_at_checked(rest.iter().position(|&byte| is_lws(byte))?)?;
        let sent_by = trim(sent_by);
        let host_end = match sent_by {
            [b'[', ..] => sent_by.iter().position(|&byte| byte == b']')? + 1,
            _ => sent_by.iter().position(|&byte| byte == b':').unwrap_or(sent_by.len()),
        };
        let (host, port) = sent_by.split_at_checked(host_end)?;
        let rport = match parameters.clone().get("rport") {
            None => Rport::Absent,
            Some(port) => decimal(port).and_then(|port| u16::try_from(port).ok()).map_or(Rport::Asked, Rport::Port),
        };
        Some(Via {
            transport: text(transport)?,
            host: text(host).filter(|host| !host.is_empty())?,
            port: match trim(port) {
                [] => None,
                port => Some(u16::try_from(decimal(trim(port.strip_prefix(b":")?))?).ok()?),
            },
            received: parameters.get("received").and_then(text),
            rport,
        })
    }

    /// The port to which responses go over a connectionless transport, for a request that came from `source_port` (RFC
    /// 3261 section 18.2.2, RFC 3581 section 4). It identifies an endpoint that sends from a port on which it does not
    /// listen.
    #[must_use]
    pub fn reply_port(&self, source_port: u16) -> u16 {
        match self.rport {
            Rport::Asked | Rport::Port(_) => source_port,
            Rport::Absent if self.transport.eq_ignore_ascii_case("TLS") => self.port.unwrap_or(5061),
            Rport::Absent => self.port.unwrap_or(5060),
        }
    }
}

/// The branch in the first value of a Via header.
pub(super) fn branch(value: &[u8]) -> Result<&str, SipError> {
    let bad = |expected| SipError::BadHeader { header: "Via", expected, found: excerpt(value) };
    find_outside(value, |_| false).map_err(|_| bad("quotes that end"))?;
    // The parameters end at a comma.
    let (_, parameters) = with_parameters(value).map_err(|_| bad("quotes that end"))?;
    core::str::from_utf8(parameters.get("branch").unwrap_or_default()).map_err(|_| bad("a branch in UTF-8"))
}
