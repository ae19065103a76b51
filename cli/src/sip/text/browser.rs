//! SIP in a browser's console: SIP.js (`… | sip.transport | sending WebSocket message:`) and JsSIP (`JsSIP:Transport
//! sending message:`).

use super::super::found::Address;
use super::head::Head;

pub(super) fn head(line: &str) -> Option<Head> {
    let lower = line.to_ascii_lowercase();
    // A console may append the position in the source.
    let (before, _) = lower.split_once("message:")?;
    let words: Vec<&str> = before.split_ascii_whitespace().collect();
    let sip = lower.contains("sip");
    let (source, destination) = match words.as_slice() {
        [.., "sending", "websocket"] | [.., "sending"] if sip => (Address::local(), Address::remote()),
        [.., "received", "websocket", "text" | "binary"] | [.., "received", "text" | "binary"] if sip => {
            (Address::remote(), Address::local())
        }
        _ => return None,
    };
    Some(Head::new(line, source, destination))
}
