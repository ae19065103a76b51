//! FreeSWITCH (and others on Sofia-SIP): `recv 1023 bytes from udp/[192.0.2.1]:5060 at 10:00:00.123456:`, then dashes.

use super::head::{End, Head, number, without_transport};

pub(super) fn head(line: &str) -> Option<Head> {
    let (sent, rest) = match (line.split_once("recv "), line.split_once("send ")) {
        (Some((_, rest)), _) if rest.contains(" bytes from ") => (false, rest),
        (_, Some((_, rest))) if rest.contains(" bytes to ") => (true, rest),
        _ => return None,
    };
    let (length, rest) = rest.split_once(if sent { " bytes to " } else { " bytes from " })?;
    let (peer, time) = rest.split_once(" at ")?;
    let peer = without_transport(peer).replace(['[', ']'], "");
    let head = if sent { Head::sent(line, &peer) } else { Head::received(line, &peer) };
    // The date may precede it.
    let head = Head { when: super::time::when(line), ..head };
    time.ends_with(':').then(|| head.with_length(number(length)).with_end(End::Dashes))
}
