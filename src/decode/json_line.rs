//! Lines of JSON: an event each, or one that carries a line, or something else. Specification 6.1.

use super::lines::contains_ignore_case;

/// The object that a line is, without the brackets and commas of an array around it; `None` where it does not begin like one.
pub(super) fn object(line: &[u8]) -> Option<&[u8]> {
    let mut text = line.trim_ascii();
    if let Some(inner) = text.strip_prefix(b"[") {
        text = inner.trim_ascii_start();
    }
    if text.first() != Some(&b'{') {
        return None;
    }
    // An object ends in `}`: what follows it is of the array.
    while let Some((b',' | b']' | b' ' | b'\t' | b'\r', before)) = text.split_last() {
        text = before;
    }
    Some(text)
}

/// Whether a text that is no object was meant to be an event.
pub(super) fn mentions_an_event(text: &[u8]) -> bool {
    contains_ignore_case(text, b"\"Event\"") || contains_ignore_case(text, b"\"messageName\"")
}
