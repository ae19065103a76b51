//! Linphone and other programs with belle-sip: `… message sent to [UDP://192.0.2.2:5060], size: [641] bytes`,
//! `… received [568] new bytes from [TLS://sip.example.com:5061]:`.

use super::head::{Head, between, number, without_transport};

pub(super) fn head(line: &str) -> Option<Head> {
    let lower = line.to_ascii_lowercase();
    if let Some((_, rest)) = lower.split_once("message sent to [") {
        let (peer, rest) = rest.split_once(']')?;
        let length = between(rest, "[", "]").and_then(number);
        return Some(Head::sent(line, without_transport(peer)).with_length(length));
    }
    let (_, rest) = lower.split_once("received [")?;
    let (length, rest) = rest.split_once("] new bytes from [")?;
    let (peer, _) = rest.rsplit_once(']')?;
    Some(Head::received(line, without_transport(peer)).with_length(number(length)))
}
