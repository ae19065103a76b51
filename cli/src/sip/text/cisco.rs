//! Cisco's `debug ccsip messages`: the time on the preceding line, then `Received:` or `Sent:`.

use super::super::found::Address;
use super::head::Head;

pub(super) fn head(line: &str) -> Option<Head> {
    match line.trim() {
        "Received:" => Some(Head::new(line, Address::remote(), Address::local())),
        "Sent:" => Some(Head::new(line, Address::local(), Address::remote())),
        _ => None,
    }
}
