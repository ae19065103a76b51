//! AudioCodes: `… ---- Incoming SIP Message from 192.0.2.1:5060 to SIPInterface #0 … ----`, or `Outgoing SIP Message
//! to`.

use super::head::Head;

pub(super) fn head(line: &str) -> Option<Head> {
    let peer = |rest: &str| rest.split_ascii_whitespace().next().map(str::to_owned);
    if let Some((_, rest)) = line.split_once("Incoming SIP Message from ") {
        return Some(Head::received(line, &peer(rest)?));
    }
    let (_, rest) = line.split_once("Outgoing SIP Message to ")?;
    Some(Head::sent(line, &peer(rest)?))
}
