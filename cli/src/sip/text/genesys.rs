//! SIP Server: `… Received [0,UDP] 366 bytes from 192.0.2.1:5060 <<<<<`, `… Sending  [0,UDP] 229 bytes to … >>>>>`.

use super::head::{Head, number};

pub(super) fn head(line: &str) -> Option<Head> {
    let (before, peer, sent) = if let Some(line) = line.strip_suffix("<<<<<") {
        let (before, peer) = line.split_once(" bytes from ")?;
        (before, peer, false)
    } else {
        let (before, peer) = line.strip_suffix(">>>>>")?.split_once(" bytes to ")?;
        (before, peer, true)
    };
    let announced = before.rsplit(' ').next().and_then(number);
    let head = if sent { Head::sent(line, peer.trim()) } else { Head::received(line, peer.trim()) };
    Some(head.with_length(announced))
}
