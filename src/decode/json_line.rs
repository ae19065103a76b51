//! Lines of JSON: an event each, or one that carries a line, or something else. Specification 6.1.

use super::lines::first;

/// The object on a line, without the brackets and commas of a JSON array that has one object a line; `None` where the
/// line does not begin like an object. Specification 6.1.
///
/// ```
/// use im_session::decode::json_object;
///
/// assert_eq!(json_object(br#"[{"Event":"EventRinging"},"#), Some(&br#"{"Event":"EventRinging"}"#[..]));
/// assert_eq!(json_object(b"]"), None);
/// ```
pub fn object(line: &[u8]) -> Option<&[u8]> {
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

/// Whether `part` stands in `text`, letters in any case; `part` begins with a byte that is no letter.
fn contains_ignore_case(text: &[u8], part: &[u8]) -> bool {
    let Some(&begins) = part.first() else {
        return true;
    };
    let mut rest = text;
    while let Some(found) = first(rest, begins).and_then(|at| rest.get(at..)) {
        if found.get(..part.len()).is_some_and(|found| found.eq_ignore_ascii_case(part)) {
            return true;
        }
        rest = found.get(1..).unwrap_or_default();
    }
    false
}
