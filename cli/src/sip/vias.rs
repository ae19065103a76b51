//! The Via headers of a message at a glance: who sent a request, where it wants the response, and whether a proxy passed it on.

use std::net::IpAddr;

use super::start_line::{is_response, without_line_ends};

/// What is needed of the Via headers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Vias<'m> {
    pub(crate) is_request: bool,
    pub(crate) is_invite: bool,
    /// The topmost: of who sent the request.
    pub(crate) top: Via<'m>,
    /// The branch of the one below: a proxy passed the request on.
    pub(crate) branch_below: Option<&'m [u8]>,
}

/// One Via.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Via<'m> {
    pub(crate) branch: &'m [u8],
    pub(crate) host: Host,
    pub(crate) port: Option<u16>,
    /// Whether the sender wants the response where the request comes from (RFC 3581).
    pub(crate) rport: bool,
    tls: bool,
}

/// The host of a Via.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Host {
    Address(IpAddr),
    /// A name that could be that of any address.
    Name,
    /// None, or a name that is nobody's: those that have no address of their own write `.invalid` (RFC 7118).
    #[default]
    Nobody,
}

impl Via<'_> {
    /// The port that responses go to: 5060, or 5061 over TLS, where none is named.
    pub(crate) fn port_or_default(&self) -> u16 {
        self.port.unwrap_or(if self.tls { 5061 } else { 5060 })
    }
}

impl<'m> Vias<'m> {
    /// Looks for them among the headers.
    pub(crate) fn of(message: &'m [u8]) -> Self {
        let message = without_line_ends(message);
        let is_request = !is_response(message);
        let mut vias = Vias { is_request, is_invite: message.starts_with(b"INVITE "), ..Vias::default() };
        let mut found = 0;
        let mut lines = message.split(|&byte| byte == b'\n').skip(1);
        let mut value: Option<&[u8]> = None;
        // A response is told by its topmost Via alone.
        let wanted = if is_request { 2 } else { 1 };
        while found < wanted {
            let rest = match value.take() {
                Some(rest) => rest,
                None => match lines.next().map(<[u8]>::trim_ascii) {
                    None | Some([]) => break,
                    Some(line) => match via_value(line) {
                        Some(value) => value,
                        None => continue,
                    },
                },
            };
            let (first, others) = match rest.iter().position(|&byte| byte == b',') {
                Some(comma) => (&rest[..comma], Some(&rest[comma + 1..])),
                None => (rest, None),
            };
            let via = via(first);
            if found == 0 {
                vias.top = via;
            } else {
                vias.branch_below = Some(via.branch);
            }
            found += 1;
            value = others;
        }
        vias
    }
}

fn via_value(line: &[u8]) -> Option<&[u8]> {
    let value = match line {
        [b'V' | b'v', b'I' | b'i', b'A' | b'a', value @ ..] | [b'V' | b'v', value @ ..] => value.trim_ascii_start(),
        _ => return None,
    };
    value.strip_prefix(b":").map(<[u8]>::trim_ascii_start)
}

/// `SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport`
fn via(value: &[u8]) -> Via<'_> {
    let mut parts = value.split(|&byte| byte == b';');
    let sent_by = parts.next().unwrap_or_default().trim_ascii();
    let space = sent_by.iter().rposition(u8::is_ascii_whitespace).map_or(0, |space| space + 1);
    let (protocol, address) = sent_by.split_at(space);
    let (host, port) = host_and_port(address);
    let tls = protocol.trim_ascii_end().to_ascii_uppercase().ends_with(b"TLS");
    let mut via = Via { host, port, tls, ..Via::default() };
    for parameter in parts {
        let parameter = parameter.trim_ascii();
        let (name, value) = match parameter.iter().position(|&byte| byte == b'=') {
            Some(equals) => (parameter[..equals].trim_ascii_end(), parameter[equals + 1..].trim_ascii_start()),
            None => (parameter, &[][..]),
        };
        if name.eq_ignore_ascii_case(b"branch") {
            via.branch = value;
        } else if name.eq_ignore_ascii_case(b"rport") {
            via.rport = true;
        }
    }
    via
}

fn host_and_port(address: &[u8]) -> (Host, Option<u16>) {
    let Ok(address) = std::str::from_utf8(address) else { return (Host::Nobody, None) };
    let (host, port) = match address.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') && !(host.contains(':') && !host.ends_with(']')) => (host, port.trim().parse().ok()),
        Some(_) | None => (address, None),
    };
    let host = host.trim().trim_start_matches('[').trim_end_matches(']');
    let host = match host.parse() {
        Ok(ip) => Host::Address(ip),
        Err(_) if host.is_empty() || host.to_ascii_lowercase().ends_with(".invalid") => Host::Nobody,
        Err(_) => Host::Name,
    };
    (host, port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_topmost_via_and_the_one_below_are_found() {
        let message = b"INVITE sip:b@x SIP/2.0\r\nMax-Forwards: 70\r\nv: SIP/2.0/TLS [2001:db8::1];branch=z9hG4bK2;rport,\
            SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK1\r\n\r\nVia: none";
        let vias = Vias::of(message);
        assert!(vias.is_request && vias.is_invite && vias.top.rport);
        assert_eq!(vias.top.host, Host::Address("2001:db8::1".parse().expect("an address")));
        assert_eq!((vias.top.branch, vias.top.port_or_default()), (&b"z9hG4bK2"[..], 5061));
        assert_eq!(vias.branch_below, Some(&b"z9hG4bK1"[..]));

        let vias = Vias::of(b"SIP/2.0 200 OK\nVia : SIP/2.0/WSS df7.invalid ;branch=b\nVia: SIP/2.0/UDP a;branch=c\n\n");
        assert_eq!((vias.is_request, vias.top.branch, vias.branch_below), (false, &b"b"[..], None));
        assert_eq!(vias.top.host, Host::Nobody);
        assert_eq!(Vias::of(b"").top, Via::default());
    }
}
