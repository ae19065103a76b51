//! Asterisk: the logger of PJSIP, and `sip set debug` of the channel driver before it.

use super::head::{End, Head, between, number, without_transport};

pub(super) fn head(line: &str) -> Option<Head> {
    if let Some(inside) = between(line, "<--- ", " --->") {
        return in_brackets(line, inside);
    }
    // A request that Asterisk sends: `Reliably Transmitting (NAT) to 192.0.2.1:5060:`.
    let (before, peer) = line.strip_suffix(':')?.rsplit_once(") to ")?;
    let (verb, nat) = before.rsplit_once('(')?;
    let transmits = verb.to_ascii_lowercase().contains("transmitting");
    (transmits && nat.ends_with("NAT")).then(|| Head::sent(line, without_transport(peer)).with_end(End::Dashes))
}

fn in_brackets(line: &str, inside: &str) -> Option<Head> {
    if let Some(peer) = inside.strip_prefix("SIP read from ") {
        return Some(Head::received(line, without_transport(peer)).with_end(End::Dashes));
    }
    let length = between(inside, "(", " bytes)").and_then(number);
    if inside.starts_with("Received SIP ") {
        let (_, peer) = inside.rsplit_once(" from ")?;
        return Some(Head::received(line, without_transport(peer)).with_length(length));
    }
    let (verb, peer) = inside.rsplit_once(" to ")?;
    if verb.starts_with("Transmitting SIP ") {
        return Some(Head::sent(line, without_transport(peer)).with_length(length));
    }
    let transmits = verb.to_ascii_lowercase().contains("transmitting");
    transmits.then(|| Head::sent(line, without_transport(peer)).with_end(End::Dashes))
}
