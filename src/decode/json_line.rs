//! Lines of JSON: each is an event, carries a line of a log, or is something else. Specification 6.1.

use alloc::string::String;

use super::lines::first;

/// The object on a line, without the brackets and commas of a JSON array that has one object on each line. `None` if
/// the line does not begin like an object. [Specification 6.1][6.1].
///
/// ```
/// use im_session::decode::json_object;
///
/// assert_eq!(json_object(br#"[{"Event":"EventRinging"},"#), Some(&br#"{"Event":"EventRinging"}"#[..]));
/// assert_eq!(json_object(b"]"), None);
/// ```
///
/// [6.1]: crate::guide::specification#61-json-lines
pub fn object(line: &[u8]) -> Option<&[u8]> {
    let mut text = line.trim_ascii();
    if let Some(inner) = text.strip_prefix(b"[") {
        text = inner.trim_ascii_start();
    }
    if text.first() != Some(&b'{') {
        return None;
    }
    // An object ends in `}`; what follows belongs to the array.
    while let Some((b',' | b']' | b' ' | b'\t' | b'\r', before)) = text.split_last() {
        text = before;
    }
    Some(text)
}

/// Replaces what other programs write but a parser refuses: half of a surrogate pair by U+FFFD, and a number beyond the
/// range of `f64` by a string of its digits. `None` if there is nothing to replace.
pub(super) fn repaired(text: &str) -> Option<String> {
    let mut repaired = String::new();
    let (mut kept, mut at, mut in_string) = (0, 0, false);
    while let Some(&byte) = text.as_bytes().get(at) {
        let rest = text.get(at..).unwrap_or_default();
        let (length, instead) = match byte {
            b'\\' if in_string => match (surrogate(rest), surrogate(rest.get(6..).unwrap_or_default())) {
                (Some(0xd800..=0xdbff), Some(0xdc00..)) => (12, None),
                (Some(_), _) => (6, Some(["\\ufffd", "", ""])),
                (None, _) => (2, None),
            },
            b'-' | b'0'..=b'9' if !in_string => {
                let number = rest.split(|c| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')).next();
                let number = number.unwrap_or_default();
                let is_infinite = number.parse::<f64>().is_ok_and(f64::is_infinite);
                (number.len(), is_infinite.then_some(["\"", number, "\""]))
            }
            _ => (1, None),
        };
        in_string ^= byte == b'"';
        if let Some(instead) = instead {
            repaired.push_str(text.get(kept..at).unwrap_or_default());
            repaired.extend(instead);
            kept = at + length;
        }
        at += length;
    }
    if kept == 0 {
        return None;
    }
    repaired.push_str(text.get(kept..).unwrap_or_default());
    Some(repaired)
}

/// The surrogate whose escape the text begins with: `\ud83d`.
fn surrogate(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u32::from_str_radix(digits, 16).ok().filter(|code| matches!(code, 0xd800..=0xdfff))
}

/// Whether a text that is not a valid object was probably meant to be an event.
pub(super) fn mentions_an_event(text: &[u8]) -> bool {
    contains_ignore_case(text, b"\"Event\"") || contains_ignore_case(text, b"\"messageName\"")
}

/// Whether `text` contains `part`, without regard to case. `part` must not begin with a letter.
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
