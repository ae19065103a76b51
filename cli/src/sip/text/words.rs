//! Any other line before a message that names its sender: two addresses, or one and a word for the direction.

use super::super::found::Address;
use super::head::{Head, without_transport};

const SENT: [&str; 10] =
    ["sent", "send", "sending", "tx", "transmitting", "transmitted", "outgoing", "outbound", "out", "to"];
const RECEIVED: [&str; 9] = ["received", "receive", "receiving", "recv", "rx", "incoming", "inbound", "in", "from"];
const TOWARDS: [&str; 6] = ["to", "dst", "dest", "destination", "->", "=>"];

/// Reads a header line, provided that a message follows it.
pub(super) fn head(line: &str) -> Option<Head> {
    let is_part_of_word = |c: char| c.is_whitespace() || matches!(c, '=' | ',' | ';' | '(' | ')' | '|' | '"' | '<');
    let words: Vec<&str> = line.split(is_part_of_word).filter(|word| !word.is_empty()).collect();
    let mut addresses = words.iter().enumerate().filter_map(|(at, word)| Some((at, address(word)?)));
    let plain = |word: &str| {
        word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '=' | '>')).to_ascii_lowercase()
    };
    match (addresses.next(), addresses.next()) {
        (Some((at, first)), Some((_, second))) => {
            let before = at.checked_sub(1).and_then(|before| words.get(before)).map(|word| plain(word));
            let towards = before.is_some_and(|word| TOWARDS.contains(&word.as_str()));
            let (source, destination) = if towards { (second, first) } else { (first, second) };
            Some(Head::new(line, source, destination))
        }
        (peer, _) => {
            // The first word for a direction counts: `received … to …` is received.
            let sent = words.iter().find_map(|word| match plain(word).as_str() {
                word if SENT.contains(&word) => Some(true),
                word if RECEIVED.contains(&word) => Some(false),
                _ => None,
            })?;
            let peer = peer.map_or_else(Address::remote, |(_, peer)| peer);
            let (source, destination) = if sent { (Address::local(), peer) } else { (peer, Address::local()) };
            Some(Head::new(line, source, destination))
        }
    }
}

/// An IP address with its port.
fn address(word: &str) -> Option<Address> {
    let word = without_transport(word).trim_end_matches([':', '.', ']']).trim_start_matches('[');
    let bracketed = word.replace("]:", ":");
    let (ip, port) = bracketed.rsplit_once(':')?;
    ip.parse::<std::net::IpAddr>().ok()?;
    port.parse::<u16>().ok()?;
    Some(Address::parse(&bracketed))
}
