//! Oracle's (Acme Packet's) sipmsg.log: `Jan  1 10:00:00.123 On [0:0]192.0.2.2:5060 received from 192.0.2.1:5060`.

use super::super::found::Address;
use super::head::{End, Head};

pub(super) fn head(line: &str) -> Option<Head> {
    let (_, rest) = line.split_once(" On ")?;
    let words: Vec<&str> = rest.split_ascii_whitespace().collect();
    let &[local, verb @ ("received" | "sent"), "from" | "to", peer, ..] = words.as_slice() else { return None };
    let (_, local) = local.rsplit_once(']').unwrap_or(("", local));
    let (local, peer) = (Address::parse(local), Address::parse(peer));
    let (source, destination) = if verb == "sent" { (local, peer) } else { (peer, local) };
    Some(Head::new(line, source, destination).with_end(End::Dashes))
}
