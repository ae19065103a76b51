//! PJSUA and other programs with PJSIP; a message ends at `--end msg--`:
//! `… TX 366 bytes Request msg INVITE/cseq=1 (tdta0x1) to UDP 192.0.2.2:5060:`.

use super::head::{End, Head, number};

pub(super) fn head(line: &str) -> Option<Head> {
    let (sent, rest) = match (line.split_once("TX "), line.split_once("RX ")) {
        (Some((_, rest)), _) if rest.contains(" bytes Re") => (true, rest),
        (_, Some((_, rest))) if rest.contains(" bytes Re") => (false, rest),
        _ => return None,
    };
    let (length, rest) = rest.split_once(" bytes ")?;
    let (_, peer) = rest.strip_suffix(':')?.rsplit_once(if sent { " to " } else { " from " })?;
    let address = peer.split_ascii_whitespace().next_back()?;
    let head = if sent { Head::sent(line, address) } else { Head::received(line, address) };
    Some(head.with_length(number(length)).with_end(End::Line("--end msg--")))
}
