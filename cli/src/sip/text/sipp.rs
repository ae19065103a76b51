//! SIPp's `-trace_msg`: a line of dashes with the time, then `UDP message sent (384 bytes):` or `UDP message received
//! [229] bytes :`.

use super::super::found::Address;
use super::head::{End, Head, number};

pub(super) fn head(line: &str) -> Option<Head> {
    let line = line.trim_end().strip_suffix(':')?.trim_end();
    let (before, length) = line.rsplit_once(['(', '['])?;
    if !length.contains("bytes") {
        return None;
    }
    let before = before.trim_end();
    let (source, destination) = if before.ends_with("message sent") {
        (Address::local(), Address::remote())
    } else if before.ends_with("message received") {
        (Address::remote(), Address::local())
    } else {
        return None;
    };
    let head = Head::new(line, source, destination).with_end(End::Dashes);
    Some(head.with_length(number(length)))
}
